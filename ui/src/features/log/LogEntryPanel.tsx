import { ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { placeOf, usePlace } from "../../app/place";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { LogEntry } from "../../platform/backend";
import { SortWord } from "./SortWord";
import { aboutWords } from "./sorts";

type LogEntryPanelProps = {
  entry: LogEntry | undefined;
  brokenAt: number | null;
  panel: Ref<HTMLElement>;
  onLeave: () => void;
};

/** One entry: who did what to which record, by which rows, and what seals it. */
export function LogEntryPanel({ entry, brokenAt, panel, onLeave }: LogEntryPanelProps) {
  return (
    <section
      className="card record"
      ref={panel}
      tabIndex={-1}
      aria-label={entry ? t("log-entry", { seq: entry.seq }) : t("record-label")}
      onKeyDown={(event) => event.key === "Escape" && onLeave()}
    >
      {entry && (
        <div className="record-scroll" key={entry.seq}>
          <header className="record-head">
            <div className="record-line">
              <SortWord sort={entry.sort} />
              <span className="quiet">{t("log-entry", { seq: entry.seq })}</span>
            </div>
            <h2>
              <bdi>{aboutWords(entry)}</bdi>
            </h2>
            {entry.record && (
              <p>
                <bdi>{entry.record.title ?? <code>{entry.record.id}</code>}</bdi>
              </p>
            )}
          </header>
          <Facts entry={entry} />
          <Seal entry={entry} broken={brokenAt === entry.seq} />
        </div>
      )}
    </section>
  );
}

function Facts({ entry }: { entry: LogEntry }) {
  const go = usePlace((store) => store.go);
  const { record } = entry;
  return (
    <div className="record-part">
      <dl className="facts">
        <Fact label={t("log-when")}>
          <Instant at={entry.at} both />
        </Fact>
        <Fact label={t("log-by")}>
          <bdi>{entry.actor}</bdi>
        </Fact>
        <Fact label={t("log-event")}>
          <code>{entry.event}</code>
        </Fact>
        {record && (
          <Fact label={t("log-record")}>
            <code>{record.id}</code>{" "}
            {record.view && record.title ? (
              <button
                type="button"
                className="link"
                onClick={() =>
                  record.view && go(placeOf({ kind: record.kind, id: record.id }, record.view))
                }
              >
                {t("log-open")}
              </button>
            ) : (
              <span className="quiet">{t("log-record-unknown")}</span>
            )}
          </Fact>
        )}
        {entry.word && (
          <Fact label={t("log-word")}>
            <code>{entry.word}</code>
          </Fact>
        )}
        {entry.code && (
          <Fact label={t("log-code")}>
            <code className="break">{entry.code}</code>
          </Fact>
        )}
        {entry.rows.length > 0 && (
          <Fact label={t("log-rows")}>
            <code>{entry.rows.join(" · ")}</code>
          </Fact>
        )}
        {entry.operation && (
          <Fact label={t("log-operation")}>
            <code className="break">{entry.operation}</code>
          </Fact>
        )}
      </dl>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What proves that it was not altered since. */
function Seal({ entry, broken }: { entry: LogEntry; broken: boolean }) {
  const [tone, Shape, words] = broken
    ? (["red", ShieldAlert, "log-broken-entry"] as const)
    : entry.countersigned
      ? (["green", ShieldCheck, "log-countersigned"] as const)
      : (["amber", ShieldQuestion, "log-countersigned-not"] as const);
  return (
    <div className="record-part seal">
      <p className="told" data-tone={tone}>
        <Shape size={15} aria-hidden />
        {t(words)}
      </p>
      <h3>{t("log-hash")}</h3>
      <code className="hash">{entry.hash}</code>
      <h3>{t("log-prev")}</h3>
      {/^0*$/.test(entry.prev) ? (
        <p className="quiet">{t("log-first")}</p>
      ) : (
        <code className="hash">{entry.prev}</code>
      )}
    </div>
  );
}
