import { useId } from "react";
import { weekdayWords, zoneName } from "../../app/time";
import { t } from "../../locales/catalogue";
import type { Hours } from "../../platform/backend";
import { clockText, minutesOf, problemOf } from "./hours";

const DAYS = [1, 2, 3, 4, 5, 6, 7];

type HoursFieldsProps = { hours: Hours; zone: string; onHours: (hours: Hours) => void };

/** From when to when, and on which days. */
export function HoursFields({ hours, zone, onHours }: HoursFieldsProps) {
  const id = useId();
  const problem = problemOf(hours);
  const time = (end: "from" | "to") => (
    <div className="field">
      <label htmlFor={`${id}-${end}`}>{t(end === "from" ? "notify-from" : "notify-to")}</label>
      <input
        id={`${id}-${end}`}
        type="time"
        value={clockText(hours[end])}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => {
          const minutes = minutesOf(target.value);
          if (minutes !== null) onHours({ ...hours, [end]: minutes });
        }}
      />
    </div>
  );
  const hint = problem
    ? t(problem)
    : [
        t("notify-zone", { zone: zoneName(zone) }),
        hours.to < hours.from && t("notify-over-midnight"),
      ]
        .filter(Boolean)
        .join(". ");
  return (
    <div className="hours">
      <div className="hours-times">
        {time("from")}
        {time("to")}
      </div>
      <fieldset className="choice">
        <legend>{t("notify-days")}</legend>
        <div className="checks checks-row">
          {DAYS.map((day) => (
            <label key={day}>
              <input
                type="checkbox"
                checked={hours.days.includes(day)}
                onChange={({ target }) =>
                  onHours({
                    ...hours,
                    days: DAYS.filter((each) =>
                      each === day ? target.checked : hours.days.includes(each),
                    ),
                  })
                }
              />
              <span>{weekdayWords(day)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <p id={`${id}-hint`} className={problem ? "field-error" : "field-hint"}>
        {hint}
      </p>
    </div>
  );
}
