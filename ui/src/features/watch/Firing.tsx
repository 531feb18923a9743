import { CircleCheck, CircleHelp } from "lucide-react";
import type { ReceivedWatch } from "../../app/reads";
import { parseWall, timeWords, useTick } from "../../app/time";
import { Card } from "../../components/Card";
import { ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";
import type { AlertView } from "../../platform/backend";
import { Alert } from "./Alert";
import { AlertGroup } from "./AlertGroup";
import { AsOf, ageOf } from "./AsOf";
import type { AlertRow } from "./rows";
import { isOpen } from "./standing";

export type FiringProps = {
  watch: ReceivedWatch;
  rows: AlertRow[];
  /** The operator may acknowledge it now. */
  may: (alert: AlertView) => boolean;
  /** The row that `e` would acknowledge. */
  next: string | null;
  /** Those of which the acknowledgement is being queued. */
  busy: AlertView[];
  /** Rows that show their alerts one by one. */
  unfolded: ReadonlySet<string>;
  error: unknown;
  onFold: (row: string) => void;
  onOpen: (alert: AlertView) => void;
  onAcknowledge: (alerts: AlertView[]) => void;
};

/** What fires: what, for how long, what can be done. */
export function Firing(props: FiringProps) {
  const { watch, rows } = props;
  const first = rows.find(({ alerts: [each] }) => isOpen(each) && each.severity === "red");
  return (
    <Card
      title={t("firing-title")}
      className="firing"
      aside={
        <>
          {watch.pending > 0 && <>{t("firing-pending", { count: watch.pending })} · </>}
          <AsOf watch={watch} />
        </>
      }
    >
      {props.error ? <ErrorBanner error={props.error} /> : null}
      {rows.length === 0 ? (
        <NoneFires watch={watch} />
      ) : (
        <ul className="firing-rows" data-stale={watch.stale || undefined}>
          {rows.map((row) =>
            row.alerts.length > 1 ? (
              <AlertGroup key={row.id} {...props} row={row} />
            ) : (
              <Alert
                key={row.alerts[0].id}
                {...props}
                alert={row.alerts[0]}
                hotkey={row.id === props.next}
                foremost={row === first}
              />
            ),
          )}
        </ul>
      )}
    </Card>
  );
}

function NoneFires({ watch }: { watch: ReceivedWatch }) {
  useTick(1);
  const { rules } = watch.digest;
  const wall = watch.as_of ? parseWall(watch.as_of) : null;
  if (watch.stale && wall) {
    return (
      <div className="statement" data-tone="amber">
        <CircleHelp size={18} aria-hidden />
        <div>
          <strong>{t("firing-none-stale", { time: timeWords(wall) })}</strong>
          <span className="quiet">{t("firing-none-stale-text")}</span>
        </div>
      </div>
    );
  }
  return (
    <div className="statement" data-tone={rules > 0 ? "green" : "neutral"}>
      <CircleCheck size={18} aria-hidden />
      <div>
        <strong>{t(rules > 0 ? "firing-none" : "firing-no-rules")}</strong>
        <span className="quiet">
          {rules > 0
            ? t("firing-none-proof", { rules, age: durationWords(ageOf(watch)) })
            : t("firing-no-rules-text")}
        </span>
      </div>
    </div>
  );
}
