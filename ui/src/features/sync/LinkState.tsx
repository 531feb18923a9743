import { CircleCheck, CloudDownload, CloudOff, LogOut, type LucideIcon } from "lucide-react";
import { ERRORS } from "../../app/errors";
import { parseWall, secondsSince, timeWords, useTick } from "../../app/time";
import { Button } from "../../components/Button";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import { ageWords } from "../../locales/words";
import type { Link } from "../../platform/backend";
import type { ReceivedSync } from "./SyncScreen";

const LINKS: Record<Link, { icon: LucideIcon; tone: string; title: string }> = {
  filling: { icon: CloudDownload, tone: "blue", title: "link-filling" },
  in_step: { icon: CircleCheck, tone: "green", title: "link-in-step" },
  cut_off: { icon: CloudOff, tone: "amber", title: "link-cut-off" },
  signed_out: { icon: LogOut, tone: "red", title: "link-signed-out" },
};

type LinkStateProps = { sync: ReceivedSync; busy: boolean; onPull: () => void };

/** How things stand with the platform, since when, and what happens next. */
export function LinkState({ sync, busy, onPull }: LinkStateProps) {
  const { icon: Icon, tone, title } = LINKS[sync.link];
  return (
    <section className="card link-state" data-tone={tone} aria-labelledby="link">
      <Icon size={26} aria-hidden />
      <div className="link-words">
        <h2 id="link">
          {t(title)}{" "}
          {sync.since && (
            <span className="quiet link-since">
              {t("link-since")} <Instant at={sync.since} both />
            </span>
          )}
        </h2>
        <p>
          <Sentence sync={sync} />
        </p>
        {sync.problem && (
          <p className="quiet">
            {t("link-problem", {
              title: t(ERRORS[sync.problem.code].title),
              text: t(ERRORS[sync.problem.code].text),
            })}
            {sync.problem.detail && <span className="detail">{sync.problem.detail}</span>}
          </p>
        )}
      </div>
      {/* Signed out, the one thing to do stands in the banner above every screen. */}
      {sync.link !== "signed_out" && (
        <Button disabled={busy} onClick={onPull}>
          {t(sync.link === "cut_off" ? "sync-try-now" : "sync-now")}
        </Button>
      )}
    </section>
  );
}

function Sentence({ sync }: { sync: ReceivedSync }) {
  useTick(1);
  const age =
    sync.age_seconds === null
      ? t("link-never")
      : ageWords(sync.age_seconds + secondsSince(sync.received));
  const next = sync.next_try ? parseWall(sync.next_try) : null;
  switch (sync.link) {
    case "filling":
      return t("link-filling-text", { count: sync.filling ?? 0 });
    case "signed_out":
      return t("link-signed-out-text");
    case "cut_off":
      return next
        ? t("link-cut-off-next", { age, next: timeWords(next) })
        : t("link-cut-off-text", { age });
    case "in_step":
      return t(sync.live ? "link-live" : "link-polling", { age });
  }
}
