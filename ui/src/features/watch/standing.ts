import type { AlertView } from "../../platform/backend";

/** Nobody has taken it yet. */
export const isOpen = (alert: AlertView) => alert.acknowledged === null;

/** What nobody has taken first, each in the order that it came in: red, then the longest. */
export function byNeed(alerts: AlertView[]): AlertView[] {
  return [...alerts.filter(isOpen), ...alerts.filter((alert) => !isOpen(alert))];
}
