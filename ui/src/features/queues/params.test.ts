import { expect, test } from "vitest";
import { hearNow } from "../../app/time";
import type { FieldType, ParamView } from "../../platform/backend";
import { type Put, paramJson, paramsJson, putOfSaid, typedWords, understood } from "./params";

const param = (kind: FieldType, more: Partial<ParamView> = {}): ParamView => ({
  name: "p",
  label: "P",
  kind,
  one_of: [],
  optional: false,
  example: null,
  ...more,
});

test.each<[FieldType, string, string | null]>([
  ["string", 'a "b"', '"a \\"b\\""'],
  ["string", "  ", null],
  ["integer", "12", "12"],
  ["integer", "1.5", null],
  ["integer", "9007199254740993", null],
  ["number", "1.5", "1.5"],
  ["number", "a", null],
  ["boolean", "true", "true"],
  ["boolean", "yes", null],
  ["date", "2026-11-20", '"2026-11-20"'],
  ["date", "20.11.2026", null],
  ["money", "22 aud", '{"minor":2200,"currency":"AUD"}'],
  ["money", "0.29 AUD", '{"minor":29,"currency":"AUD"}'],
  ["money", "1500 JPY", '{"minor":1500,"currency":"JPY"}'],
  ["money", "1.5 JPY", null],
  ["money", "22", null],
  ["number", "1,5", "1.5"],
  ["number", "-0,25", "-0.25"],
  ["number", "0,125", "0.125"],
  ["number", "1234,125", "1234.125"],
  // A thousand and more, or a little more than one: nobody guesses.
  ["number", "1,234", null],
  ["number", "1,234.5", null],
  ["number", "1,2,3", null],
  ["integer", "1,5", null],
  ["money", "22,50 AUD", '{"minor":2250,"currency":"AUD"}'],
  ["money", "22,5 aud", '{"minor":2250,"currency":"AUD"}'],
  ["money", "1,500 JPY", null],
  ["money", "1,500 AUD", null],
])("%s from %j is %s", (kind, put, json) => {
  expect(paramJson(param(kind), put)).toBe(json);
});

test("a time is the tenant's, and goes out in UTC", () => {
  expect(paramJson(param("timestamp"), "2026-11-20T14:45")).toBeNull();
  hearNow("2026-11-20T14:45:12+11:00", "Australia/Sydney");
  expect(paramJson(param("timestamp"), "2026-11-20T14:45")).toBe('"2026-11-20T03:45:00.000Z"');
});

test.each([
  // In winter and in summer, whenever it is asked.
  ["2026-06-20T14:45", "2026-06-20T04:45:00.000Z"],
  ["2027-01-20T14:45", "2027-01-20T03:45:00.000Z"],
  // An hour that comes twice is the first, one that is missing the first that is there.
  ["2027-04-04T02:30", "2027-04-03T15:30:00.000Z"],
  ["2026-10-04T02:30", "2026-10-03T16:00:00.000Z"],
  ["2026-10-04T03:00", "2026-10-03T16:00:00.000Z"],
])("%s in the tenant's zone is %s", (put, instant) => {
  hearNow("2026-11-20T14:45:12+11:00", "Australia/Sydney");
  expect(paramJson(param("timestamp"), put)).toBe(JSON.stringify(instant));
});

test("a zone that the webview does not know counts as it does now", () => {
  hearNow("2026-11-20T14:45:12+11:00", "Nowhere/At_All");
  expect(paramJson(param("timestamp"), "2026-06-20T14:45")).toBe('"2026-06-20T03:45:00.000Z"');
});

test("one of a few is one of them", () => {
  const one_of = [
    { value: "late", label: "Too late" },
    { value: "twice", label: "twice" },
  ];
  const reason = param("enum", { one_of });
  expect(paramJson(reason, "late")).toBe('"late"');
  // What is sent is the value, never its words.
  expect(paramJson(reason, "Too late")).toBeNull();
  expect(paramJson(reason, "never")).toBeNull();
});

test("what is optional may be missing, what is needed may not", () => {
  const params = [param("string", { name: "a" }), param("text", { name: "b", optional: true })];
  expect(paramsJson(params, {})).toBeNull();
  expect(paramsJson(params, { a: "x" })).toEqual({ a: '"x"' });
  expect(paramsJson(params, { a: "x", b: " " })).toEqual({ a: '"x"' });
});

test.each([
  [null, { p: '{"minor":1250,"currency":"AUD"}' }, "22.00"],
  ["p", { p: '{"minor":1250,"currency":"AUD"}' }, "12.50"],
  ["p", { p: '{"minor":1250,"currency":"JPY"}' }, "1250"],
  // Nothing is put in, and nothing has to be.
  ["p", {}, "22.00"],
  ["p", null, "22.00"],
])("what is typed for %s with %j is %s", (typed_param, params, words) => {
  expect(typedWords({ typed: "22.00", typed_param }, params as Put | null)).toBe(words);
});

test.each<[FieldType, string]>([
  ["string", 'a "b"'],
  ["text", "two\nlines"],
  ["integer", "12"],
  ["number", "1.5"],
  ["boolean", "false"],
  ["date", "2026-11-20"],
  ["money", "0.29 AUD"],
  ["money", "1500 JPY"],
  ["timestamp", "2026-06-20T14:45:00"],
  ["timestamp", "2027-01-20T14:45:30"],
])("%s that was said once is put in as it was typed: %j", (kind, typed) => {
  hearNow("2026-11-20T14:45:12+11:00", "Australia/Sydney");
  const asked = param(kind);
  const said = paramJson(asked, typed);
  expect(putOfSaid([asked], { p: said ?? "", gone: '"x"' })).toEqual({ p: typed });
});

test.each<[ParamView, string]>([
  [param("integer"), '"twelve"'],
  [param("money"), "22"],
  [param("money"), "null"],
  [param("string"), "no json"],
  [param("boolean"), '"true"'],
  [param("timestamp"), '"yesterday"'],
  [param("enum", { one_of: [{ value: "a", label: "A" }] }), '"b"'],
])("what does not fit what is asked for now is left out", (asked, said) => {
  expect(putOfSaid([asked], { p: said })).toEqual({});
});

test("how a comma was understood is said, and nothing of what can be read in one way only", () => {
  expect(understood(" 22,50 AUD ")).toBe("Understood as 22.50 AUD");
  expect(understood("1,5")).toBe("Understood as 1.5");
  for (const plain of ["1.5", "1,234", "", "words, and more"]) expect(understood(plain)).toBeNull();
});
