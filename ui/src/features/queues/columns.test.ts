import { expect, test } from "vitest";
import { pageOf } from "../../platform/memory/views";
import { makeWorld } from "../../platform/memory/world";
import { decimalsIn, gridColumns, overTwoLines, proseOf } from "./columns";
import { NO_WISH } from "./wish";

const asked = { ...NO_WISH, offset: 0, limit: 200 };
const reviews = pageOf(makeWorld(), { view: "reviews", ...asked });

test("a head needs as much as its better half", () => {
  expect(overTwoLines("Days since the purchase")).toBe(12);
  expect(overTwoLines("Stars")).toBe(5);
});

test("words of any length have a line of their own, not a column", () => {
  expect(proseOf(reviews)).toBe(2);
  expect(gridColumns(reviews).map(({ id }) => id)).not.toContain("text");
});

test("words share what is left by how much they say", () => {
  const share = (id: string) =>
    Number(/, (\d+)fr/.exec(gridColumns(reviews).find((each) => each.id === id)?.width ?? "")?.[1]);
  expect(share("business")).toBeGreaterThan(3 * share("verdict"));
});

test("numbers of a column have as many digits behind the point", () => {
  expect(decimalsIn(reviews, 3)).toBe(2);
  expect(decimalsIn(reviews, 1)).toBe(0);
});

test("words give way where there are many columns, before the list scrolls sideways", () => {
  const few = { ...reviews, columns: reviews.columns.slice(0, 5) };
  const many = { ...reviews, columns: [...few.columns, ...reviews.columns].slice(0, 8) };
  const widest = (page: typeof reviews) =>
    Math.max(
      ...gridColumns(page)
        .filter((_, at) => page.columns[at]?.kind === "text")
        .map(({ least }) => least),
    );
  expect(widest(many)).toBeLessThan(widest(few));
});
