import { ShieldAlert, ShieldCheck, TriangleAlert } from "lucide-react";
import { Card } from "../../components/Card";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import { bytesWords, numberWords } from "../../locales/words";
import type { ChainView, CopyView, QuarantineView, UncomparedView } from "../../platform/backend";
import type { ReceivedSync } from "./SyncScreen";

/** What the connection is to, and what proves that nothing is lost or altered. */
export function SyncFacts({ sync }: { sync: ReceivedSync }) {
  const uncompared = uncomparedWords(sync.uncompared);
  return (
    <div className="sync-side">
      <Card title={t("facts-title")}>
        <dl className="facts card-body">
          <dt>{t("facts-platform")}</dt>
          <dd className="mono break">{sync.platform}</dd>
          <dt>{t("facts-pack")}</dt>
          <dd>{sync.pack}</dd>
          <dt>{t("facts-records")}</dt>
          <dd className="figure">{numberWords(sync.records)}</dd>
          <dt>{t("facts-as-of")}</dt>
          <dd>{sync.as_of ? <Instant at={sync.as_of} both /> : t("link-never")}</dd>
          <dt>{t("facts-hints")}</dt>
          <dd>{t(sync.live ? "facts-hints-live" : "facts-hints-polling")}</dd>
          <dt>{t("facts-clock")}</dt>
          <dd>
            {sync.clock_unsure ? (
              <span className="told" data-tone="amber">
                <TriangleAlert size={13} aria-hidden />
                {t("clock-unsure-text")}
              </span>
            ) : (
              t("facts-clock-sure")
            )}
          </dd>
        </dl>
      </Card>
      <Card title={t("chain-title")}>
        <Chain chain={sync.chain} />
      </Card>
      <Card
        title={t("quarantine-title")}
        aside={sync.quarantine.length > 0 ? numberWords(sync.quarantine.length) : null}
      >
        <Quarantine records={sync.quarantine} />
      </Card>
      {(sync.copies.length > 0 || uncompared !== null) && (
        <Card title={t("copies-title")}>
          {uncompared !== null && (
            <p className="card-body told" data-tone="amber">
              <TriangleAlert size={13} aria-hidden />
              {uncompared}
            </p>
          )}
          <Copies copies={sync.copies} />
        </Card>
      )}
    </div>
  );
}

function Chain({ chain }: { chain: ChainView }) {
  const broken = chain.broken_at !== null;
  const behind = chain.entries - chain.countersigned;
  const Icon = broken ? ShieldAlert : ShieldCheck;
  return (
    <div className="card-body proof" data-tone={broken ? "red" : "green"}>
      <Icon size={18} aria-hidden />
      <div>
        <strong>
          {broken ? t("chain-broken", { entry: chain.broken_at ?? 0 }) : t("chain-holds")}
        </strong>
        <p className="quiet">
          {t("chain-entries", { entries: chain.entries, countersigned: chain.countersigned })}
          {behind > 0 && ` ${t("chain-behind", { count: behind })}`}
        </p>
        {broken && <p>{t("chain-broken-text")}</p>}
      </div>
    </div>
  );
}

/** What is not held against the platform, and why; nothing where all is. */
function uncomparedWords({ lines, kinds }: UncomparedView): string | null {
  if (lines > 0) return t("copies-uncompared", { count: lines });
  return kinds.length > 0 ? t("copies-uncompared-kinds", { kinds: kinds.join(", ") }) : null;
}

function Copies({ copies }: { copies: CopyView[] }) {
  return (
    <ul className="quarantine">
      {copies.map((copy) => (
        <li key={copy.kind}>
          <p className="told" data-tone={copy.stays ? "amber" : "neutral"}>
            {copy.stays && <TriangleAlert size={13} aria-hidden />}
            {t(copy.stays ? "copies-stays" : "copies-fetched", { kind: copy.kind })}
          </p>
          <p className="quiet">
            <Instant at={copy.at} />
          </p>
        </li>
      ))}
    </ul>
  );
}

function Quarantine({ records }: { records: QuarantineView[] }) {
  if (records.length === 0) {
    return <p className="card-body quiet">{t("quarantine-empty")}</p>;
  }
  return (
    <>
      <p className="card-body quiet">{t("quarantine-text")}</p>
      <ul className="quarantine">
        {records.map((record) => (
          <li key={`${record.kind} ${record.id} ${record.since}`}>
            <div>
              <strong className="mono">{record.id ?? t("quarantine-no-id")}</strong>
              <span className="quiet">{record.kind ?? t("quarantine-no-kind")}</span>
            </div>
            <p>{record.problem}</p>
            <p className="quiet">
              <Instant at={record.since} /> · {bytesWords(record.bytes)}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
