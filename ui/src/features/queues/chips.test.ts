import { expect, test } from "vitest";
import type { ChipTest, FilterInput, FilterView } from "../../platform/backend";
import { type ChipPut, chipOf, chipWords, EMPTY_PUT, putOf, withChip } from "./chips";

const filter = (input: FilterInput): FilterView => ({
  field: "f",
  label: "F",
  input,
  may_be_empty: true,
  sortable: true,
});
const money = filter({
  type: "money",
  currencies: [
    { currency: "AUD", digits: 2 },
    { currency: "JPY", digits: 0 },
  ],
});
const made = (of: FilterView, put: Partial<ChipPut>) =>
  chipOf(of, { ...EMPTY_PUT, ...put })?.test ?? null;

test("an amount is in the minor units of its currency", () => {
  const aud = { type: "money", currency: "AUD", from: 2250, to: null };
  expect(made(money, { from: "22.5" })).toEqual(aud);
  expect(made(money, { currency: "JPY", to: "1200" })).toMatchObject({ currency: "JPY", to: 1200 });
  expect(made(money, { currency: "JPY", to: "12.5" })).toBeNull();
});

test("records may be in a currency that the pack does not name", () => {
  expect(made(money, { currency: " eur ", from: "1.5" })).toEqual({
    type: "money",
    currency: "EUR",
    from: 150,
    to: null,
  });
  expect(made(money, { currency: "eu", from: "1.5" })).toBeNull();
  // A currency by itself is all of it; a wrong bound is not.
  expect(made(money, { currency: "EUR" })).toMatchObject({ from: null, to: null });
  expect(made(money, { currency: "EUR", from: "1,500" })).toBeNull();
});

test("a decimal comma is one where it cannot part thousands", () => {
  const money = filter({ type: "money", currencies: [{ currency: "EUR", digits: 2 }] });
  const number = filter({ type: "number" });
  expect(made(money, { from: "-1,5", to: "22,50" })).toMatchObject({ from: -150, to: 2250 });
  expect(made(number, { from: "0,125" })).toMatchObject({ from: 0.125 });
  expect(made(number, { from: "1,250" })).toBeNull();
});

test("what always has a value is not asked for without one", () => {
  const of = { ...filter({ type: "flag" }), may_be_empty: false };
  expect(made(of, { empty: true, way: "yes" })).toEqual({ type: "flag", on: true });
});

test("nothing is asked while something is missing or wrong", () => {
  expect(made(money, {})).toBeNull();
  expect(made(money, { from: "x", to: "5" })).toBeNull();
  expect(made(filter({ type: "days" }), { from: "20.11.2026" })).toBeNull();
  expect(made(filter({ type: "among", options: [] }), {})).toBeNull();
  expect(made(filter({ type: "text" }), { text: "  " })).toBeNull();
  expect(made(filter({ type: "number" }), { from: "1e999" })).toBeNull();
});

test("every chip can be put in again as it was", () => {
  const cases: [FilterView, ChipTest, string][] = [
    [money, { type: "money", currency: "AUD", from: 50, to: 1000 }, "$0.50 AUD to $10.00 AUD"],
    [money, { type: "money", currency: "AUD", from: -1250, to: null }, "from -$12.50 AUD"],
    [money, { type: "money", currency: "KWD", from: 1234, to: null }, "from KWD\u00a01.234 KWD"],
    [money, { type: "money", currency: "JPY", from: null, to: null }, "JPY"],
    [filter({ type: "number" }), { type: "empty" }, "has no value"],
    [filter({ type: "number" }), { type: "number", from: null, to: 2.5 }, "up to 2.5"],
    [filter({ type: "flag" }), { type: "flag", on: false }, "no"],
    [filter({ type: "days" }), { type: "last", days: 7 }, "last 7 days"],
    [filter({ type: "days" }), { type: "next", days: 7 }, "next 7 days"],
    [filter({ type: "days" }), { type: "days", from: "2026-11-20", to: null }, "from 2026-11-20"],
    [filter({ type: "text" }), { type: "begins", text: "R-" }, "begins with “R-”"],
    [filter({ type: "among", options: [] }), { type: "among", values: ["a", "b"] }, "A, B"],
  ];
  for (const [of, asked, words] of cases) {
    const chip = { field: "f", test: asked };
    expect(chipOf(of, putOf(chip, of))).toEqual(chip);
    const view = { chip, label: "F", values: ["A", "B"], problem: null };
    expect(chipWords(view, of)).toBe(words);
  }
});

test("a second chip on a field takes the place of the first", () => {
  const of = (field: string, on: boolean) => ({ field, test: { type: "flag" as const, on } });
  const chips = withChip([of("a", true), of("b", true)], of("a", false));
  expect(chips).toEqual([of("b", true), of("a", false)]);
});
