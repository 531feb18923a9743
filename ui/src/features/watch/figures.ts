import { t } from "../../locales/catalogue";
import { durationWords, moneyWords, numberFormat } from "../../locales/words";
import type { Better, NumberView, WindowView } from "../../platform/backend";

export type Counted = Pick<NumberView, "unit" | "currency" | "digits">;

const formatted = (value: number, options: Intl.NumberFormatOptions) =>
  numberFormat(options).format(value);

const MILLISECONDS = 1000;

/** A figure as a person says it: `$2,340`, `18 %`, `342 ms`. Exact where it is short anyway. */
export function figureWords({ unit, currency, digits }: Counted, value: number): string {
  switch (unit) {
    case "money": {
      const minor = Math.round(value);
      const whole = minor % 10 ** digits === 0;
      const major = whole ? minor / 10 ** digits : minor;
      return moneyWords({ minor: major, currency: currency ?? "?", digits: whole ? 0 : digits });
    }
    case "share":
      return t("figure-share", { share: formatted(value * 100, { maximumFractionDigits: 1 }) });
    case "milliseconds":
      return value < MILLISECONDS
        ? t("figure-milliseconds", { count: formatted(value, { maximumFractionDigits: 0 }) })
        : t("figure-seconds", {
            count: formatted(value / MILLISECONDS, { maximumFractionDigits: 1 }),
          });
    case "days":
      return t("figure-days", { count: formatted(value, { maximumFractionDigits: 1 }) });
    case "count":
      return formatted(value, { maximumFractionDigits: value < 100 ? 1 : 0 });
  }
}

/** What is divided, of what it is divided by, where both are things to be counted. */
export function shareWords({ unit, value, of }: NumberView): string | null {
  if (unit !== "share" || value === null || of === null) return null;
  return t("number-of", {
    part: formatted(Math.round(value * of), {}),
    whole: formatted(of, {}),
  });
}

export type Direction = {
  words: string;
  told: string;
  up: boolean;
  tone: "green" | "amber" | "muted";
};

/** A change and whether it is good. Amber, not red: red is for what an alert says. */
export function directionOf(change: number | null, better: Better): Direction | null {
  if (change === null || !Number.isFinite(change)) return null;
  const share = formatted(Math.abs(change) * 100, { maximumFractionDigits: change < 0.1 ? 1 : 0 });
  const words = t("figure-share", { share });
  const up = change > 0;
  if (change === 0) {
    return { words, told: t("number-same"), up, tone: "muted" };
  }
  const good = better === "neither" ? null : (better === "more") === up;
  return {
    words,
    told: t(up ? "number-up" : "number-down", { share: words }),
    up,
    tone: good === null ? "muted" : good ? "green" : "amber",
  };
}

export function windowWords(window: WindowView): string {
  switch (window.type) {
    case "now":
      return t("window-now");
    case "hours":
      return t("window-hours", { hours: window.hours });
    case "days":
      return t("window-days", { days: window.days });
    case "week":
      return t("window-week");
    case "month":
      return t("window-month");
  }
}

/** Minutes of work: "12 min", "1 h 05". */
export const minutesWords = (minutes: number) =>
  durationWords(Math.max(1, Math.round(minutes)) * 60);
