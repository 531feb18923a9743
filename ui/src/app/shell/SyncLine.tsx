import { Upload } from "lucide-react";
import { t } from "../../locales/catalogue";
import { ageWords } from "../../locales/words";
import type { SyncView } from "../../platform/backend";
import { usePlace } from "../place";
import { useSync } from "../reads";
import { instantWords, parseWall, secondsSince, tenantNow, useTick } from "../time";

/** After this many seconds without a pull, data in step is called old. */
export const STALE_SECONDS = 150;

export type LinkWords = { tone: "green" | "amber" | "red" | "blue"; words: string };

/** How things stand, in a line. In step but old is not in step: it says so. */
export function linkWords(sync: SyncView & { received: number }): LinkWords {
  const age = sync.age_seconds === null ? null : sync.age_seconds + secondsSince(sync.received);
  const since = sync.since ? parseWall(sync.since) : null;
  switch (sync.link) {
    case "filling":
      return { tone: "blue", words: t("sync-filling", { count: sync.filling ?? 0 }) };
    case "signed_out":
      return { tone: "red", words: t("sync-signed-out") };
    case "cut_off":
      return {
        tone: "amber",
        words: since
          ? t("sync-cut-off-since", { since: instantWords(since, tenantNow()) })
          : t("sync-cut-off"),
      };
    case "in_step":
      if (age === null) return { tone: "green", words: t("sync-in-step") };
      if (age > STALE_SECONDS)
        return { tone: "amber", words: t("sync-stale", { age: ageWords(age) }) };
      return { tone: "green", words: t("sync-in-step-age", { age: ageWords(age) }) };
  }
}

/** The foot of the rail, always true: in step, cut off since, queued, refused. */
export function SyncLine() {
  useTick(1);
  const sync = useSync();
  const go = usePlace((store) => store.go);
  if (!sync.data) {
    return <div className="sync-line">{t(sync.error ? "sync-unreadable" : "sync-reading")}</div>;
  }
  const { tone, words } = linkWords(sync.data);
  const { waiting, sent, unknown, held } = sync.data.open;
  const quiet = waiting + sent + unknown + held === 0;
  return (
    <button
      type="button"
      className="sync-line"
      title={words}
      onClick={() => go({ screen: "sync" })}
    >
      <span className="sync-link">
        <span className="dot" data-tone={tone} data-link={sync.data.link} aria-hidden />
        {words}
      </span>
      <span className="sync-counts">
        <Upload size={13} aria-hidden />
        {quiet && <span>{t("sync-nothing-waits")}</span>}
        {waiting > 0 && <span>{t("sync-queued", { count: waiting })}</span>}
        {sent > 0 && <span>{t("sync-sent", { count: sent })}</span>}
        {unknown > 0 && <span data-tone="amber">{t("sync-unknown", { count: unknown })}</span>}
        {held > 0 && <span data-tone="red">{t("sync-refused", { count: held })}</span>}
      </span>
    </button>
  );
}
