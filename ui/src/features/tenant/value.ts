import { t } from "../../locales/catalogue";
import { moneyWords } from "../../locales/words";
import type { Proposed, SettingInput } from "../../platform/backend";
import { minorOf } from "../queues/params";

/** What was put in: a value as JSON, or what is wrong with it; nothing while nothing was. */
export type Said = { json: string } | { wrong: string } | null;

/** What was put in for a setting of this sort. */
export function saidOf(input: SettingInput, put: string): Said {
  const text = put.trim();
  if (text === "") return null;
  switch (input.type) {
    case "text":
      return { json: JSON.stringify(text) };
    case "boolean":
      return { json: text };
    case "one_of":
      return { json: text };
    case "number":
      return numberOf(input, text);
    case "money": {
      const { currency, decimals: digits } = input;
      const minor = minorOf(text, digits);
      if (minor === null) return { wrong: t("tenant-wrong-money", { currency, digits }) };
      return { json: JSON.stringify({ minor, currency }) };
    }
  }
}

type NumberInput = Extract<SettingInput, { type: "number" }>;

function numberOf(input: NumberInput, text: string): Said {
  const { whole, least, most } = input;
  const form = whole ? /^-?\d+$/ : /^-?\d+(\.\d+)?$/;
  const number = Number(text);
  if (!form.test(text) || (whole && !Number.isSafeInteger(number))) {
    return { wrong: t(whole ? "tenant-wrong-whole" : "tenant-wrong-number") };
  }
  const outside = (least !== null && number < least) || (most !== null && number > most);
  const bounds = boundsOf(input);
  if (outside && bounds) return { wrong: t("tenant-wrong-bounds", { bounds }) };
  return { json: String(number) };
}

/** The bounds of a number in words; nothing where it has none. */
export function boundsOf({ least, most }: NumberInput): string | null {
  if (least !== null && most !== null) return t("tenant-bounds", { least, most });
  if (least !== null) return t("tenant-bounds-least", { least });
  return most === null ? null : t("tenant-bounds-most", { most });
}

type Minor = { minor: number; currency: string };

/** A value as it is put in. */
export function putOf(input: SettingInput, json: string | null): string {
  if (json === null) return "";
  const value: unknown = JSON.parse(json);
  switch (input.type) {
    case "boolean":
      return String(value);
    case "one_of":
      return json;
    case "money":
      return majorOf((value as Minor).minor, input.decimals);
    case "text":
    case "number":
      return String(value);
  }
}

/** Minor units as the amount that is read, without a detour over fractions. */
function majorOf(minor: number, decimals: number): string {
  const sign = minor < 0 ? "-" : "";
  const all = String(Math.abs(minor)).padStart(decimals + 1, "0");
  if (decimals === 0) return sign + all;
  return `${sign}${all.slice(0, -decimals)}.${all.slice(-decimals)}`;
}

/** A value as it is read. */
export function shownOf(input: SettingInput, { text, json }: Proposed): string {
  if (input.type === "number" && input.unit !== null) {
    return t("tenant-number-with", { value: text, unit: input.unit });
  }
  if (input.type !== "money") return text;
  const { minor, currency } = JSON.parse(json) as Minor;
  return moneyWords({ minor, currency, digits: input.decimals });
}

/** It has parts, as one value for each region, which no line of text can say. */
export function hasParts(input: SettingInput, json: string | null): boolean {
  if (input.type !== "text" || json === null) return false;
  return typeof JSON.parse(json) === "object";
}
