import { useMutation } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useBackend } from "../../app/backend";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { ErrorBanner } from "../../components/states";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { LogPage } from "../../platform/backend";

type ChainLineProps = { page: LogPage; onEntry: (seq: number) => void };

/** Whether the chain holds, how far the platform has countersigned it, and when it was checked. */
export function ChainLine({ page, onEntry }: ChainLineProps) {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const { chain, checked_at, broken, device, head } = page;
  const at = chain.broken_at;
  const behind = chain.entries - chain.countersigned;
  const checking = useMutation({
    mutationFn: () => backend.verifyChain(),
    onSuccess: () => say(t("log-verified")),
  });
  const Shape = at === null ? ShieldCheck : ShieldAlert;
  return (
    <section
      className="card chain-line"
      data-tone={at === null ? "green" : "red"}
      role={at === null ? undefined : "alert"}
      aria-label={t("chain-title")}
    >
      <Shape size={22} aria-hidden />
      <div className="chain-words">
        <h2>{at === null ? t("chain-holds") : t("chain-broken", { entry: at })}</h2>
        {at !== null && (
          <p>
            {broken && <bdi>{broken} </bdi>}
            {t("chain-broken-text")}{" "}
            <button type="button" className="link" onClick={() => onEntry(at)}>
              {t("log-broken-go", { entry: at })}
            </button>
          </p>
        )}
        <p className="quiet">
          {t("log-of", { device })} ·{" "}
          {t("chain-entries", { entries: chain.entries, countersigned: chain.countersigned })}
          {behind > 0 && ` ${t("chain-behind", { count: behind })}`}
        </p>
        {checking.error && <ErrorBanner error={checking.error} />}
      </div>
      <div className="chain-checked">
        <span className="quiet">
          {checked_at ? (
            <>
              {t("log-verified")} <Instant at={checked_at} />
            </>
          ) : (
            t("log-never-checked")
          )}
        </span>
        {head && (
          <span className="quiet" title={head}>
            {t("log-head")} <code>{head.slice(0, 12)}</code>
          </span>
        )}
      </div>
      <Button disabled={checking.isPending} onClick={() => checking.mutate()}>
        {t("log-verify-short")}
      </Button>
    </section>
  );
}
