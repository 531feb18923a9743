import type { MoneyView } from "../platform/backend";
import { locale, t } from "./catalogue";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** A duration in its two largest units: "2 d 6 h", "3 h 12", "48 min", "12 s". */
export function durationWords(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const days = Math.floor(whole / DAY);
  const hours = Math.floor((whole % DAY) / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  if (days > 0) return t("duration-days", { days, hours });
  if (hours > 0) return t("duration-hours", { hours, minutes: String(minutes).padStart(2, "0") });
  if (minutes > 0) return t("duration-minutes", { minutes });
  return t("duration-seconds", { seconds: whole });
}

/** How old something is: "12 s ago". */
export const ageWords = (seconds: number) => t("age", { duration: durationWords(seconds) });

const formats = new Map<string, Intl.NumberFormat>();

/** A format of numbers, made once: making one costs more than a row of a list may take. */
export function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const made = formats.get(key) ?? new Intl.NumberFormat(locale, options);
  formats.set(key, made);
  return made;
}

const amounts = new Map<string, string>();
const MOST_AMOUNTS = 5_000;

/** An amount with its currency's sign. A list asks for the same ones again and again. */
export function moneyWords(money: MoneyView): string {
  const key = `${money.minor} ${money.digits} ${money.currency}`;
  const known = amounts.get(key);
  if (known !== undefined) return known;
  const words = amountWords(money);
  if (amounts.size >= MOST_AMOUNTS) amounts.clear();
  amounts.set(key, words);
  return words;
}

/** From minor units, without a detour over fractions. */
function amountWords({ minor, currency, digits }: MoneyView): string {
  try {
    return numberFormat({
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(decimal(minor, digits) as `${number}`);
  } catch {
    // Not a currency code that Intl knows the form of.
    return `${decimal(minor, digits)} ${currency}`;
  }
}

/** Minor units in digits, `22.00`, as they are typed to confirm. */
export function decimal(minor: number, digits: number): string {
  const sign = minor < 0 ? "-" : "";
  const all = BigInt(Math.abs(Math.trunc(minor)))
    .toString()
    .padStart(digits + 1, "0");
  if (digits === 0) return sign + all;
  return `${sign}${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

/** A number, with so many digits behind its point at least. */
export const numberWords = (value: number, decimals = 0) =>
  numberFormat({
    minimumFractionDigits: decimals,
    maximumFractionDigits: Math.max(4, decimals),
  }).format(value);

/** Bytes, in the unit that a person would say. */
export function bytesWords(bytes: number): string {
  if (bytes < 1024) return t("size-bytes", { bytes });
  if (bytes < 1024 * 1024) return t("size-kilobytes", { size: Math.round(bytes / 1024) });
  return t("size-megabytes", { size: Math.round(bytes / 1024 / 1024) });
}
