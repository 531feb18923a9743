import { t } from "../../locales/catalogue";
import { decimal, moneyWords, numberWords } from "../../locales/words";
import type { Chip, ChipTest, ChipView, FilterView } from "../../platform/backend";
import { digitsOf, minorOf, pointed } from "./params";

/** What was put into the form of a chip, as it stands there. */
export type ChipPut = {
  values: string[];
  /** Which of the ways to ask: yes or no, which days, is or begins with. */
  way: string;
  currency: string;
  from: string;
  to: string;
  text: string;
  /** It must have no value. */
  empty: boolean;
};

export const EMPTY_PUT: ChipPut = {
  values: [],
  way: "",
  currency: "",
  from: "",
  to: "",
  text: "",
  empty: false,
};

/** Days that are asked for often, today included. */
const DAYS: Record<string, ChipTest> = {
  today: { type: "last", days: 1 },
  last7: { type: "last", days: 7 },
  last30: { type: "last", days: 30 },
  next7: { type: "next", days: 7 },
};

/** The chip that was put in; nothing while something is missing or wrong. */
export function chipOf(filter: FilterView, put: ChipPut): Chip | null {
  const { field, input } = filter;
  const of = (test: ChipTest): Chip => ({ field, test });
  if (filter.may_be_empty && put.empty) return of({ type: "empty" });
  const text = put.text.trim();
  switch (input.type) {
    case "among":
    case "ref":
      return put.values.length > 0 ? of({ type: "among", values: put.values }) : null;
    case "flag":
      return put.way === "" ? null : of({ type: "flag", on: put.way === "yes" });
    case "money": {
      const currency = currencyOf(input, put);
      if (currency === null) return null;
      const bounds = boundsOf(put, (typed) => amountOf(typed, digitsIn(input, currency)));
      // All of a currency that was asked for by its name.
      const all = put.currency.trim() !== "" && put.from.trim() === "" && put.to.trim() === "";
      return all
        ? of({ type: "money", currency, from: null, to: null })
        : bounds && of({ type: "money", currency, ...bounds });
    }
    case "number": {
      const bounds = boundsOf(put, numberOf);
      return bounds && of({ type: "number", ...bounds });
    }
    case "days": {
      const often = DAYS[put.way];
      if (often) return of(often);
      const bounds = boundsOf(put, (typed) => (/^\d{4}-\d\d-\d\d$/.test(typed) ? typed : null));
      return bounds && of({ type: "days", ...bounds });
    }
    case "text":
      if (text === "") return null;
      return of(put.way === "begins" ? { type: "begins", text } : { type: "is", text });
  }
}

/** The currency that is asked for, the tenant's where none is put in; nothing where it is no such code. */
export function currencyOf(input: MoneyInput, put: ChipPut): string | null {
  const typed = put.currency.trim().toUpperCase();
  const code = typed === "" ? input.currencies[0]?.currency : typed;
  return code !== undefined && /^[A-Z]{3}$/.test(code) ? code : null;
}

type MoneyInput = Extract<FilterView["input"], { type: "money" }>;

/** Digits behind the point; records may be in a currency that the pack does not name. */
export function digitsIn(input: FilterView["input"] | undefined, code: string): number {
  const known = input?.type === "money" ? input.currencies : [];
  return known.find(({ currency }) => currency === code)?.digits ?? digitsOf(code);
}

/** An amount in minor units; one that is owed stands below nothing. */
export function amountOf(typed: string, digits: number): number | null {
  const [, sign = "", amount = ""] = /^([-−]?)(.*)$/.exec(typed) ?? [];
  const minor = minorOf(pointed(amount), digits);
  return minor === null || minor === 0 || sign === "" ? minor : -minor;
}

/** A number, with a point or a decimal comma. */
export function numberOf(typed: string): number | null {
  const number = Number(pointed(typed));
  return Number.isFinite(number) ? number : null;
}

/** From and to, of which one may be left out; nothing where neither is given or one is wrong. */
function boundsOf<T>(
  put: ChipPut,
  read: (typed: string) => T | null,
): { from: T | null; to: T | null } | null {
  const [from, to] = [put.from.trim(), put.to.trim()];
  const [least, most] = [from === "" ? null : read(from), to === "" ? null : read(to)];
  const wrong = (from !== "" && least === null) || (to !== "" && most === null);
  return wrong || (least === null && most === null) ? null : { from: least, to: most };
}

/** What a chip would be put in as, so that it can be changed. */
export function putOf({ test }: Chip, { input }: FilterView): ChipPut {
  switch (test.type) {
    case "among":
      return { ...EMPTY_PUT, values: test.values };
    case "flag":
      return { ...EMPTY_PUT, way: test.on ? "yes" : "no" };
    case "money": {
      const digits = digitsIn(input, test.currency);
      const typed = (minor: number | null) => (minor === null ? "" : decimal(minor, digits));
      return {
        ...EMPTY_PUT,
        currency: test.currency,
        from: typed(test.from),
        to: typed(test.to),
      };
    }
    case "number":
      return { ...EMPTY_PUT, from: String(test.from ?? ""), to: String(test.to ?? "") };
    case "days":
      return { ...EMPTY_PUT, way: "days", from: test.from ?? "", to: test.to ?? "" };
    case "last":
    case "next": {
      const known = Object.entries(DAYS).find(
        ([, each]) => JSON.stringify(each) === JSON.stringify(test),
      );
      return { ...EMPTY_PUT, way: known?.[0] ?? "" };
    }
    case "is":
      return { ...EMPTY_PUT, way: "is", text: test.text };
    case "begins":
      return { ...EMPTY_PUT, way: "begins", text: test.text };
    case "empty":
      return { ...EMPTY_PUT, empty: true };
  }
}

/** A chip in words, without the name of its field. */
export function chipWords({ chip: { test }, values }: ChipView, filter?: FilterView): string {
  switch (test.type) {
    case "among":
      return values.join(", ");
    case "flag":
      return t(test.on ? "value-yes" : "value-no");
    case "money": {
      const { currency } = test;
      const digits = digitsIn(filter?.input, currency);
      const words = (minor: number | null) =>
        minor === null ? null : `${moneyWords({ minor, currency, digits })} ${currency}`;
      return between(words(test.from), words(test.to)) ?? currency;
    }
    case "number": {
      const words = (number: number | null) => (number === null ? null : numberWords(number));
      return between(words(test.from), words(test.to)) ?? "";
    }
    case "days":
      return between(test.from, test.to) ?? "";
    case "last":
      return test.days === 1 ? t("chip-today") : t("chip-last", { days: test.days });
    case "next":
      return test.days === 1 ? t("chip-today") : t("chip-next", { days: test.days });
    case "is":
      return t("chip-is", { text: test.text });
    case "begins":
      return t("chip-begins", { text: test.text });
    case "empty":
      return t("chip-empty");
  }
}

function between(from: string | null, to: string | null): string | null {
  if (from !== null && to !== null) return t("chip-between", { from, to });
  if (from !== null) return t("chip-from", { from });
  return to === null ? null : t("chip-to", { to });
}

/** The chips with one more; one on the same field is replaced. */
export const withChip = (chips: readonly Chip[], chip: Chip): Chip[] => [
  ...chips.filter(({ field }) => field !== chip.field),
  chip,
];
