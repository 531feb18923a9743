import { expect, test } from "vitest";
import { bytesWords, durationWords, moneyWords } from "./words";

test("a duration is said in its two largest units", () => {
  expect(durationWords(12.9)).toBe("12 s");
  expect(durationWords(59 * 60)).toBe("59 min");
  expect(durationWords(3 * 3600 + 5 * 60)).toBe("3 h 05");
  expect(durationWords(54 * 3600)).toBe("2 d 6 h");
  expect(durationWords(-90)).toBe("1 min");
});

test("an amount is exact and has its currency's sign", () => {
  expect(moneyWords({ minor: 2200, currency: "AUD", digits: 2 })).toBe("$22.00");
  expect(moneyWords({ minor: -5, currency: "EUR", digits: 2 })).toBe("-€0.05");
  expect(moneyWords({ minor: 1500, currency: "JPY", digits: 0 })).toBe("¥1,500");
  expect(moneyWords({ minor: 2 ** 53 - 1, currency: "USD", digits: 2 })).toBe(
    "$90,071,992,547,409.91",
  );
});

test("a currency that nobody knows is said as it came", () => {
  expect(moneyWords({ minor: 2200, currency: "?", digits: 2 })).toBe("22.00 ?");
});

test("a size is said in the unit that fits", () => {
  expect([900, 2048, 5_000_000].map(bytesWords)).toEqual(["900 B", "2 kB", "5 MB"]);
});
