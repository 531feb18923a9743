import {
  BellOff,
  CircleAlert,
  CircleCheck,
  CircleHelp,
  CircleUserRound,
  TriangleAlert,
} from "lucide-react";
import type { ReceivedWatch } from "../../app/reads";
import {
  instantWords,
  parseWall,
  secondsSince,
  tenantNow,
  timeWords,
  useTick,
} from "../../app/time";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { ErrorBanner } from "../../components/states";
import { StatusWord } from "../../components/tones";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";
import type { AlertView } from "../../platform/backend";
import { AsOf, ageOf } from "./AsOf";
import { isOpen } from "./standing";

type FiringProps = {
  watch: ReceivedWatch;
  alerts: AlertView[];
  readOnly: boolean;
  /** The alert that `e` would acknowledge. */
  next: string | null;
  /** The one of which the acknowledgement is being queued. */
  busy: string | null;
  error: unknown;
  onOpen: (alert: AlertView) => void;
  onAcknowledge: (alert: AlertView) => void;
};

/** What fires: what, for how long, what can be done. */
export function Firing(props: FiringProps) {
  const { watch, alerts } = props;
  const first = alerts.find((each) => isOpen(each) && each.severity === "red");
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
      {alerts.length === 0 ? (
        <NoneFires watch={watch} />
      ) : (
        <ul data-stale={watch.stale || undefined}>
          {alerts.map((alert) => (
            <Alert key={alert.id} {...props} alert={alert} foremost={alert === first} />
          ))}
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

type AlertProps = FiringProps & { alert: AlertView; foremost: boolean };

function Alert({
  watch,
  alert,
  foremost,
  next,
  busy,
  readOnly,
  onOpen,
  onAcknowledge,
}: AlertProps) {
  useTick(15);
  const red = alert.severity === "red";
  const Shape = alert.acknowledged ? CircleUserRound : red ? CircleAlert : TriangleAlert;
  const opens = (alert.subject?.view ?? alert.view) !== null;
  const may = alert.can_acknowledge && !alert.acknowledged && !readOnly;
  return (
    <li
      className="alert"
      data-alert={alert.id}
      data-tone={red ? "red" : "amber"}
      data-acknowledged={alert.acknowledged !== null || undefined}
      tabIndex={-1}
    >
      <Shape size={17} aria-label={t(red ? "severity-red" : "severity-yellow")} />
      <div className="alert-what">
        <h3>{alert.label}</h3>
        {alert.detail && <p>{alert.detail}</p>}
        <Remarks alert={alert} />
      </div>
      <div className="alert-time">
        <strong className="figure" title={t("firing-since", { since: sinceWords(alert.since) })}>
          {durationWords(alert.seconds + secondsSince(watch.received))}
        </strong>
        <span className="quiet">
          {alert.rule_text} <code className="row-id">{alert.row}</code>
        </span>
      </div>
      <div className="alert-do">
        {opens && (
          <Button
            look={foremost ? "filled" : "outline"}
            data-stop
            aria-label={t("firing-open-label", { label: alert.label })}
            onClick={() => onOpen(alert)}
          >
            {t("firing-open")}
          </Button>
        )}
        {may && (
          <Button
            {...(opens ? {} : { "data-stop": true })}
            look={foremost && !opens ? "filled" : "outline"}
            hotkey={alert.id === next ? "e" : null}
            disabled={busy === alert.id}
            aria-label={t("firing-acknowledge-label", { label: alert.label })}
            onClick={() => onAcknowledge(alert)}
          >
            {t("firing-acknowledge")}
          </Button>
        )}
      </div>
    </li>
  );
}

function sinceWords(at: string): string {
  const wall = parseWall(at);
  return wall ? instantWords(wall, tenantNow()) : at;
}

/** By whom it is acknowledged, what is not known of it, and what did not reach the operator. */
function Remarks({ alert }: { alert: AlertView }) {
  const { acknowledged, unknown_since, undelivered, operation } = alert;
  if (!acknowledged && !unknown_since && !undelivered && !operation) return null;
  return (
    <div className="alert-remarks">
      {(acknowledged || operation) && (
        <span className="quiet">
          {acknowledged && (
            <>
              {t("firing-acknowledged", { who: acknowledged.by })} <Instant at={acknowledged.at} />
            </>
          )}{" "}
          {operation && <StatusWord word={operation} />}
        </span>
      )}
      {unknown_since && (
        <span className="told" data-tone="amber">
          <CircleHelp size={13} aria-hidden />
          <span>
            {t("firing-unknown")} <Instant at={unknown_since} />
          </span>
        </span>
      )}
      {undelivered && (
        <span className="told" data-tone="amber">
          <BellOff size={13} aria-hidden />
          {t("firing-undelivered", { why: undelivered })}
        </span>
      )}
    </div>
  );
}
