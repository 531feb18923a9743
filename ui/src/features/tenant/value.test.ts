import { describe, expect, test } from "vitest";
import type { SettingInput } from "../../platform/backend";
import { hasParts, putOf, saidOf, shownOf } from "./value";

const whole: SettingInput = { type: "number", whole: true, unit: "minutes", least: 1, most: 60 };
const share: SettingInput = { type: "number", whole: false, unit: null, least: 0, most: null };
const aud: SettingInput = { type: "money", currency: "AUD", decimals: 2 };
const jpy: SettingInput = { type: "money", currency: "JPY", decimals: 0 };
const text: SettingInput = { type: "text" };
const flag: SettingInput = { type: "boolean" };

describe("what is put in", () => {
  test.each([
    [whole, "30", "30"],
    [whole, " 007 ", "7"],
    [share, "2.50", "2.5"],
    [share, "0", "0"],
    [aud, "1250.5", '{"minor":125050,"currency":"AUD"}'],
    [aud, "0.29", '{"minor":29,"currency":"AUD"}'],
    [aud, "90071992547409.91", '{"minor":9007199254740991,"currency":"AUD"}'],
    [jpy, "1500", '{"minor":1500,"currency":"JPY"}'],
    [text, " R&D “Nord” ", '"R&D “Nord”"'],
    [text, "5", '"5"'],
    [flag, "false", "false"],
  ])("as JSON: %j %s", (input, put, json) => {
    expect(saidOf(input, put)).toEqual({ json });
  });

  test.each([
    [whole, "0", "Must be from 1 to 60"],
    [whole, "61", "Must be from 1 to 60"],
    [whole, "2.5", "A whole number, such as 30"],
    [whole, "9007199254740993", "A whole number, such as 30"],
    [whole, "1e1", "A whole number, such as 30"],
    [share, "-1", "Must be 0 or more"],
    [share, "2,5", "A number, such as 2.5"],
    [{ ...share, least: null, most: 5 } as SettingInput, "6", "Must be 5 or less"],
    [aud, "1.999", "An amount of AUD with 2 digits behind the point at most"],
    [aud, "1,250.50", "An amount of AUD with 2 digits behind the point at most"],
    [aud, "90071992547409.92", "An amount of AUD with 2 digits behind the point at most"],
    [jpy, "1.5", "A whole amount of JPY"],
  ])("is none of it: %j %s", (input, put, wrong) => {
    expect(saidOf(input, put)).toEqual({ wrong });
  });

  test("is nothing while it is empty", () => {
    for (const input of [whole, aud, text, flag]) expect(saidOf(input, "  ")).toBeNull();
  });
});

test.each([
  [whole, "30", "30"],
  [aud, '{"currency":"AUD","minor":22005}', "220.05"],
  [aud, '{"currency":"AUD","minor":5}', "0.05"],
  [jpy, '{"currency":"JPY","minor":1500}', "1500"],
  [text, '"Harbour"', "Harbour"],
  [flag, "true", "true"],
  [text, null, ""],
])("a value of %j is put in as it was said: %s", (input, json, put) => {
  expect(putOf(input, json)).toBe(put);
});

test("a value is read with its unit, an amount with its sign", () => {
  expect(shownOf(whole, { text: "30", json: "30" })).toBe("30 minutes");
  expect(shownOf(share, { text: "2.5", json: "2.5" })).toBe("2.5");
  const json = '{"currency":"AUD","minor":22000}';
  expect(shownOf(aud, { text: "currency: AUD, minor: 22000", json })).toBe("$220.00");
});

test("what has parts is told from a line of text", () => {
  expect(hasParts(text, '{"north":1}')).toBe(true);
  expect(hasParts(text, "[1]")).toBe(true);
  expect(hasParts(text, '"north"')).toBe(false);
  expect(hasParts(text, null)).toBe(false);
  expect(hasParts(aud, '{"currency":"AUD","minor":1}')).toBe(false);
});
