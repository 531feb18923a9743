import { expect, test } from "vitest";
import { alert } from "../../platform/memory/alerts";
import { detailWords, rowsOf } from "./rows";

const yellow = (id: string, more: Partial<Parameters<typeof alert>[2]> = {}) =>
  alert(id, 1, {
    severity: "yellow",
    rule: "long_list",
    label: "Long waiting list",
    detail: `${id} waits`,
    rule_text: "yellow above 10",
    ...more,
  });
const red = (id: string) => yellow(id, { severity: "red" });
const taken = { acknowledged: { by: "Theo Lang", at: "2026-11-20T14:00:00+11:00" } };
const ids = (alerts: ReturnType<typeof yellow>[]) =>
  rowsOf(alerts).map((row) => row.alerts.map(({ id }) => id).join("+"));

test("two yellow ones of a rule are one row, at the place of the first", () => {
  const other = yellow("c", { rule: "slow", label: "Slow" });
  expect(ids([yellow("a"), other, yellow("b")])).toEqual(["a+b", "c"]);
});

test("red ones of a rule stay rows of their own", () => {
  expect(ids([red("a"), red("b"), yellow("c")])).toEqual(["a", "b", "c"]);
});

test("what somebody has taken is apart from what nobody has, and after it", () => {
  const all = [yellow("a", taken), yellow("b"), yellow("c", taken), yellow("d")];
  expect(ids(all)).toEqual(["b+d", "a+c"]);
});

test("one rule with two labels says two things", () => {
  expect(ids([yellow("a"), yellow("b", { label: "Empty waiting list" })])).toEqual(["a", "b"]);
});

test("details are whole words of as many as there is room for, and how many more", () => {
  const four = ["North: 24 wait", "South: 18 wait", "East: 15 wait", "West: 12 wait"].map(
    (detail, at) => yellow(String(at), { detail }),
  );
  expect(detailWords(four, 80)).toBe(
    "North: 24 wait · South: 18 wait · East: 15 wait · West: 12 wait",
  );
  expect(detailWords(four, 50)).toBe("North: 24 wait · South: 18 wait · and 2 more");
  expect(detailWords(four, 5)).toBe("North: 24 wait · and 3 more");
  expect(detailWords([yellow("a", { detail: "" }), yellow("b", { detail: "" })])).toBe("");
});
