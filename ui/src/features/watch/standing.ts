import type { AlertView, WatchView } from "../../platform/backend";

/** Nobody has taken it yet. */
export const isOpen = (alert: AlertView) => alert.acknowledged === null;

/** What nobody has taken first, each in the order that it came in: red, then the longest. */
export function byNeed(alerts: AlertView[]): AlertView[] {
  return [...alerts.filter(isOpen), ...alerts.filter((alert) => !isOpen(alert))];
}

/**
 * What is to be said of all that the digest has not named, and whether in green: beside what burns
 * or lapses a green tick would be read as an all-clear, and what is due needs somebody too.
 */
export function restOf({ digest, due }: Pick<WatchView, "digest" | "due">) {
  if (digest.quiet) return { words: "digest-quiet", calm: true };
  const named = new Set([...digest.lapsing, ...digest.arrived].map(({ view }) => view));
  if (due.some(({ view }) => !named.has(view))) return { words: "digest-else-due", calm: false };
  return { words: "digest-else", calm: digest.red === 0 && digest.lapsing.length === 0 };
}
