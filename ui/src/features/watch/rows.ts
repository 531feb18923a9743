import { t } from "../../locales/catalogue";
import type { AlertView } from "../../platform/backend";
import { byNeed, isOpen } from "./standing";

/** A row of Firing: an alert, or yellow ones of one rule that stand or fall together. */
export type AlertRow = { id: string; alerts: [AlertView, ...AlertView[]] };

/**
 * Yellow alerts of one rule are one row where there are two or more of them, those that somebody
 * has taken apart from the others; a red one always stands for itself.
 */
export function rowsOf(alerts: AlertView[]): AlertRow[] {
  const rows: AlertRow[] = [];
  const groups = new Map<string, AlertRow>();
  for (const alert of byNeed(alerts)) {
    const key = alert.severity === "red" ? null : groupOf(alert);
    const group = key === null ? undefined : groups.get(key);
    if (group) {
      group.alerts.push(alert);
      continue;
    }
    const row: AlertRow = { id: key ?? alert.id, alerts: [alert] };
    rows.push(row);
    if (key !== null) groups.set(key, row);
  }
  return rows;
}

/** A rule may name what it found in its label: then the label holds them apart. */
const groupOf = (alert: AlertView) => JSON.stringify([alert.rule, alert.label, isOpen(alert)]);

/** Letters that stand in two lines beside the buttons of a narrow window. */
const LETTERS = 84;
const BETWEEN = " · ";

/** What exactly, of several: as many as two lines hold, whole, and how many more there are. */
export function detailWords(alerts: AlertView[], letters = LETTERS): string {
  const details = alerts.map(({ detail }) => detail).filter((detail) => detail !== "");
  const said = (count: number) => {
    const more = details.length - count;
    const first = details.slice(0, count);
    return (more > 0 ? [...first, t("firing-more", { count: more })] : first).join(BETWEEN);
  };
  let count = details.length;
  while (count > 1 && said(count).length > letters) count -= 1;
  return said(count);
}
