import { CircleAlert, CircleUserRound, TriangleAlert } from "lucide-react";
import { instantWords, parseWall, secondsSince, tenantNow, useTick } from "../../app/time";
import { Button } from "../../components/Button";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";
import type { AlertView } from "../../platform/backend";
import { AlertRemarks } from "./AlertRemarks";
import type { FiringProps } from "./Firing";
import { isOpen } from "./standing";
import { Unanswered } from "./Unanswered";

type AlertProps = Pick<FiringProps, "watch" | "may" | "busy" | "onOpen" | "onAcknowledge"> & {
  alert: AlertView;
  /** `e` acknowledges it. */
  hotkey?: boolean;
  foremost?: boolean;
  /** It stands under the row that says what all of them are, and by which rule. */
  inside?: boolean;
};

/** An alert: what, for how long, what can be done. */
export function Alert({
  watch,
  alert,
  may,
  busy,
  hotkey = false,
  foremost = false,
  inside = false,
  onOpen,
  onAcknowledge,
}: AlertProps) {
  useTick(15);
  const { label, detail } = alert;
  const opens = (alert.subject?.view ?? alert.view) !== null;
  const named = { label: inside && detail ? t("firing-one", { label, detail }) : label };
  return (
    <li
      className="alert"
      data-alert={alert.id}
      data-tone={alert.severity === "red" ? "red" : "amber"}
      data-acknowledged={!isOpen(alert) || undefined}
      tabIndex={-1}
    >
      <AlertShape alert={alert} />
      <div className="alert-what">
        {inside ? <h4>{detail || label}</h4> : <h3>{label}</h3>}
        {detail && !inside && <p>{detail}</p>}
        <AlertRemarks alerts={[alert]} />
        {alert.unanswered && <Unanswered unanswered={alert.unanswered} received={watch.received} />}
      </div>
      <div className="alert-time">
        <strong className="figure" title={t("firing-since", { since: sinceWords(alert.since) })}>
          {durationWords(alert.seconds + secondsSince(watch.received))}
        </strong>
        {!inside && <RuleWords alert={alert} />}
      </div>
      <div className="alert-do">
        {opens && (
          <Button
            look={foremost ? "filled" : "outline"}
            data-stop
            aria-label={t("firing-open-label", named)}
            onClick={() => onOpen(alert)}
          >
            {t("firing-open")}
          </Button>
        )}
        {may(alert) && (
          <Button
            {...(opens ? {} : { "data-stop": true })}
            look={foremost && !opens ? "filled" : "outline"}
            hotkey={hotkey ? "e" : null}
            disabled={busy.some(({ id }) => id === alert.id)}
            aria-label={t("firing-acknowledge-label", named)}
            onClick={() => onAcknowledge([alert])}
          >
            {t("firing-acknowledge")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** How bad it is, and whether somebody has it. */
export function AlertShape({ alert }: { alert: AlertView }) {
  const red = alert.severity === "red";
  const Shape = !isOpen(alert) ? CircleUserRound : red ? CircleAlert : TriangleAlert;
  return <Shape size={17} aria-label={t(red ? "severity-red" : "severity-yellow")} />;
}

/** The rule in words and where it comes from. */
export function RuleWords({ alert }: { alert: AlertView }) {
  return (
    <span className="quiet">
      {alert.rule_text} <code className="row-id">{alert.row}</code>
    </span>
  );
}

export function sinceWords(at: string): string {
  const wall = parseWall(at);
  return wall ? instantWords(wall, tenantNow()) : at;
}
