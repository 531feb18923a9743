import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { t } from "../locales/catalogue";
import { ERRORS } from "./errors";

test("every code of the contract has its words and its way on", () => {
  const bindings = readFileSync("src/generated/bindings.ts", "utf8").replaceAll(
    /\/\*[\s\S]*?\*\//g,
    "",
  );
  const union = /export type Code =([\s\S]*?);/.exec(bindings)?.[1] ?? "";
  const codes = [...union.matchAll(/"([a-z_]+)"/g)].map((found) => found[1] ?? "");
  expect(codes.length).toBeGreaterThan(20);
  expect(Object.keys(ERRORS).sort()).toEqual(codes.sort());
  for (const { title, text } of Object.values(ERRORS)) {
    expect(t(title)).not.toBe(title);
    expect(t(text)).not.toBe(text);
  }
});

test("what is merely not possible now is a warning, what failed is an error", () => {
  const warnings = ["not_now", "stale", "policy_denied", "may_lapse", "outbox_full"] as const;
  const errors = ["internal", "storage", "disk_full", "token_revoked"] as const;
  for (const code of warnings) expect(ERRORS[code].severity).toBe("warning");
  for (const code of errors) expect(ERRORS[code].severity).toBe("error");
});

test("no two codes say the same", () => {
  const titles = Object.values(ERRORS).map(({ title }) => t(title));
  expect(new Set(titles).size).toBe(titles.length);
});
