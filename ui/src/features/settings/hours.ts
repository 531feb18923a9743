import type { Hours } from "../../platform/backend";

const HOUR_MINUTES = 60;

/** Office hours of a week's working days: what is offered first. */
export const USUAL: Hours = {
  from: 8 * HOUR_MINUTES,
  to: 18 * HOUR_MINUTES,
  days: [1, 2, 3, 4, 5],
};

/** Minutes of a day as the input of a time says them. */
export function clockText(minutes: number): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${pad(Math.floor(minutes / HOUR_MINUTES))}:${pad(minutes % HOUR_MINUTES)}`;
}

/** Minutes of a day, or nothing where it is no time. */
export function minutesOf(text: string): number | null {
  const found = /^(\d\d):(\d\d)(?::\d\d)?$/.exec(text);
  if (!found) return null;
  const minutes = Number(found[1]) * HOUR_MINUTES + Number(found[2]);
  return minutes < 24 * HOUR_MINUTES ? minutes : null;
}

/** What is wrong with hours, as the id of its words; nothing where they hold. */
export function problemOf({ from, to, days }: Hours): "notify-no-day" | "notify-same-time" | null {
  if (days.length === 0) return "notify-no-day";
  return from === to ? "notify-same-time" : null;
}
