import { describe, expect, test } from "vitest";
import { number } from "../../platform/memory/numbers";
import { directionOf, figureWords, minutesWords, shareWords } from "./figures";
import { gather, ticksOf } from "./timeline";

const money = { unit: "money", currency: "AUD", digits: 2 } as const;
const plain = { currency: null, digits: 0 } as const;

describe("a figure", () => {
  test.each([
    [money, 234_000, "$2,340"],
    [money, 3750, "$37.50"],
    [{ ...money, currency: "JPY", digits: 0 }, 1500, "¥1,500"],
    [{ ...plain, unit: "share" }, 0.18, "18 %"],
    [{ ...plain, unit: "share" }, 0.999, "99.9 %"],
    [{ ...plain, unit: "milliseconds" }, 342.4, "342 ms"],
    [{ ...plain, unit: "milliseconds" }, 1240, "1.2 s"],
    [{ ...plain, unit: "days" }, 21, "21 d"],
    [{ ...plain, unit: "count" }, 2450, "2,450"],
    [{ ...plain, unit: "count" }, 2.02, "2"],
  ] as const)("%j of %d is %s", (counted, value, words) => {
    expect(figureWords(counted, value)).toBe(words);
  });

  test("a share says of how many, where there is something to divide by", () => {
    const of = (more: object) =>
      shareWords(number("n", { label: "n", unit: "share", value: 0.18, of: 500, ...more }));
    expect(of({})).toBe("90 of 500");
    expect(of({ of: null })).toBeNull();
    expect(of({ value: null })).toBeNull();
  });

  test("work takes at least a minute", () => {
    expect([0.2, 12, 65].map(minutesWords)).toEqual(["1 min", "12 min", "1 h 05"]);
  });
});

test("a change is good, bad or neither, and none is none", () => {
  expect(directionOf(0.12, "more")).toMatchObject({ tone: "green", up: true, words: "12 %" });
  expect(directionOf(-0.05, "more")?.tone).toBe("amber");
  expect(directionOf(-0.05, "less")?.tone).toBe("green");
  expect(directionOf(0.3, "neither")?.tone).toBe("muted");
  expect(directionOf(0, "more")?.tone).toBe("muted");
  expect(directionOf(null, "more")).toBeNull();
});

describe("marks on a line", () => {
  const at = (...places: number[]) => places.map((place) => ({ each: place, at: place }));

  test("those that would cover each other are one, and none is lost", () => {
    const groups = gather(at(0.5, 0.1, 0.51, 0.52, 0.9), 0.3);
    expect(groups.map(({ items }) => items.length)).toEqual([1, 3, 1]);
  });

  test("words stand where there is room for them", () => {
    expect(gather(at(0, 0.2, 0.7, 1), 0.4).map(({ labelled }) => labelled)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test("a day begins at the tenant's midnight", () => {
    const from = Date.UTC(2026, 10, 20, 3, 0);
    const line = { from, to: from + 2 * 86_400_000 };
    expect(ticksOf("2026-11-20T14:00:00+11:00", line).map((tick) => tick.toFixed(3))).toEqual([
      "0.208",
      "0.708",
    ]);
  });
});
