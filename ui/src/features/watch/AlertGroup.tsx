import { ChevronDown } from "lucide-react";
import { useId } from "react";
import { secondsSince, useTick } from "../../app/time";
import { Button } from "../../components/Button";
import { t } from "../../locales/catalogue";
import { durationWords, numberWords } from "../../locales/words";
import { Alert, AlertShape, RuleWords, sinceWords } from "./Alert";
import { AlertRemarks } from "./AlertRemarks";
import type { FiringProps } from "./Firing";
import { type AlertRow, detailWords } from "./rows";
import { isOpen } from "./standing";

type AlertGroupProps = FiringProps & { row: AlertRow };

/** Alerts of one rule as one row; unfolded, each of them under it. */
export function AlertGroup({ row, ...props }: AlertGroupProps) {
  const { watch, may, next, busy, unfolded, onFold, onAcknowledge } = props;
  useTick(15);
  const id = useId();
  const { alerts } = row;
  const count = alerts.length;
  const [first] = alerts;
  const longest = alerts.reduce((most, each) => (each.seconds > most.seconds ? each : most));
  const open = unfolded.has(row.id);
  const mine = alerts.filter(may);
  const words = t(mine.length === count ? "firing-acknowledge-all" : "firing-acknowledge-some", {
    count: mine.length,
  });
  return (
    <li className="alert-group">
      <div
        className="alert"
        data-group={row.id}
        data-tone="amber"
        data-acknowledged={!isOpen(first) || undefined}
      >
        <AlertShape alert={first} />
        <div className="alert-what">
          <h3>
            <button
              type="button"
              className="alert-fold"
              data-stop
              aria-expanded={open}
              aria-controls={open ? id : undefined}
              aria-label={t("firing-group", { label: first.label, count })}
              onClick={() => onFold(row.id)}
            >
              {first.label} <span className="alert-count">{numberWords(count)}</span>
              <ChevronDown size={14} aria-hidden />
            </button>
          </h3>
          {!open && <p>{detailWords(alerts)}</p>}
          {!open && <AlertRemarks alerts={alerts} />}
        </div>
        <div className="alert-time">
          <strong
            className="figure"
            title={t("firing-longest", { since: sinceWords(longest.since) })}
          >
            {durationWords(longest.seconds + secondsSince(watch.received))}
          </strong>
          <RuleWords alert={first} />
        </div>
        <div className="alert-do">
          {mine.length > 0 && (
            <Button
              hotkey={row.id === next ? "e" : null}
              disabled={mine.some((each) => busy.some((other) => other.id === each.id))}
              aria-label={t("firing-acknowledge-these", { words, label: first.label })}
              onClick={() => onAcknowledge(mine)}
            >
              {words}
            </Button>
          )}
        </div>
      </div>
      {open && (
        <ul id={id} className="alert-members">
          {alerts.map((alert) => (
            <Alert key={alert.id} {...props} alert={alert} inside />
          ))}
        </ul>
      )}
    </li>
  );
}
