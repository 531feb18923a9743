import { zoneName } from "../../app/time";
import { Card } from "../../components/Card";
import { t } from "../../locales/catalogue";
import type { ReferenceView } from "../../platform/backend";

/** Hours at which people are commonly awake and at work: from eight to six. */
const isDay = (hour: number) => hour >= 8 && hour < 18;
const two = (hour: number) => String(hour).padStart(2, "0");

/** The hours that come, region under region: what it is there when it is so late here. */
export function Hours({ view }: { view: ReferenceView }) {
  const own = { id: "", label: t("reference-own-day"), zone: view.zone, hours: view.hours };
  return (
    <Card
      title={t("reference-hours-title")}
      aside={t("reference-hours-aside")}
      className="hours-card"
    >
      <table className="hours-table">
        <tbody>
          {[own, ...view.regions].map((day) => (
            <tr key={day.id}>
              <th scope="row">
                {day.label} <span className="quiet">{zoneName(day.zone)}</span>
              </th>
              {day.hours.map((hour, after) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is a number of hours from now
                  key={after}
                  data-day={isDay(hour) || undefined}
                  data-now={after === 0 || undefined}
                >
                  {two(hour)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
