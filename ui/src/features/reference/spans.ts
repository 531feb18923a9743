import { weekdayWords } from "../../app/time";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";

const HOUR = 60;
const DAY = 24 * HOUR;

/** A stretch of time that somebody wrote down: "1 h", "2 days", "90 min" as "1 h 30". */
export function spanWords(minutes: number): string {
  if (minutes === 0) return t("reference-at-once");
  if (minutes % DAY === 0) return t("reference-days", { count: minutes / DAY });
  if (minutes % HOUR === 0) return t("reference-hours", { count: minutes / HOUR });
  return durationWords(minutes * 60);
}

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const KNOWN = new Set(["FREQ", "BYDAY", "BYMONTHDAY", "BYHOUR", "BYMINUTE"]);

/** An RFC 5545 rule in words; one that has more to it than these is shown as it is written. */
export function ruleWords(rule: string): string {
  const parts = new Map<string, string[]>();
  for (const part of rule.split(";")) {
    const [name = "", values = ""] = part.split("=");
    if (!KNOWN.has(name)) return rule;
    parts.set(name, values.split(","));
  }
  const [hours, minutes] = [parts.get("BYHOUR"), parts.get("BYMINUTE")];
  if (!hours || !minutes) return rule;
  const two = (value: string) => value.padStart(2, "0");
  const times = hours
    .flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`))
    .join(", ");
  const days = parts.get("BYDAY")?.map((day) => DAYS.indexOf(day) + 1);
  const dates = parts.get("BYMONTHDAY");
  switch (parts.get("FREQ")?.[0]) {
    case "DAILY":
      return days || dates ? rule : t("reference-rule-daily", { times });
    case "WEEKLY":
      if (!days || dates || days.includes(0)) return rule;
      return t("reference-rule-weekly", { days: days.map(weekdayWords).join(", "), times });
    case "MONTHLY":
      if (!dates || days || dates.some((date) => Number(date) < 1)) return rule;
      return t("reference-rule-monthly", { dates: dates.join(", "), times });
    default:
      return rule;
  }
}
