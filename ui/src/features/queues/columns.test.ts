import { expect, test } from "vitest";
import { pageOf } from "../../platform/memory/views";
import { makeWorld } from "../../platform/memory/world";
import { decimalsIn, gridColumns, isWordy, overTwoLines, proseOf } from "./columns";
import { NO_WISH } from "./wish";

const asked = { ...NO_WISH, offset: 0, limit: 200 };
const reviews = pageOf(makeWorld(), { view: "reviews", ...asked });

test("a head needs as much as its better half", () => {
  expect(overTwoLines("Days since the purchase")).toBe(12);
  expect(overTwoLines("Stars")).toBe(5);
});

test("words of any length have a line of their own, not a column", () => {
  expect(proseOf(reviews)).toBe(2);
  expect(isWordy(reviews)).toBe(true);
  expect(gridColumns(reviews, 2).map(({ id }) => id)).not.toContain("text");
});

test("where few rows have words, these are a column, so that no room stays empty", () => {
  const silent = (row: (typeof reviews.rows)[number]) => ({
    ...row,
    cells: row.cells.map((cell, at) =>
      at === 2 ? { ...cell, value: { type: "empty" as const } } : cell,
    ),
  });
  const said = (every: number) => ({
    ...reviews,
    rows: reviews.rows.map((row, at) => (at % every === 0 ? row : silent(row))),
  });
  expect(isWordy(said(3))).toBe(true);
  const few = said(6);
  expect(isWordy(few)).toBe(false);
  const words = gridColumns(few, -1).find(({ id }) => id === "text");
  expect(words?.width).toMatch(/, 40fr\)$/);
  expect(isWordy({ ...reviews, rows: [] })).toBe(true);
});

test("words share what is left by how much they say", () => {
  const share = (id: string) =>
    Number(
      /, (\d+)fr/.exec(gridColumns(reviews, 2).find((each) => each.id === id)?.width ?? "")?.[1],
    );
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
      ...gridColumns(page, -1)
        .filter((_, at) => page.columns[at]?.kind === "text")
        .map(({ least }) => least),
    );
  expect(widest(many)).toBeLessThan(widest(few));
});

test("the word of a state is never cut, however narrow the window; capitals are wider", () => {
  const least = (label: string) => {
    const rows = reviews.rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell) =>
        cell.value.type === "state" ? { ...cell, value: { ...cell.value, label } } : cell,
      ),
    }));
    const state = gridColumns({ ...reviews, rows }, 2).find(({ id }) => id === "state");
    expect(state?.width).toBe(`${state?.least}px`);
    return state?.least ?? 0;
  };
  const calm = least("evidence required");
  expect(calm).toBeGreaterThan(least("won"));
  expect(least("EVIDENCE_REQUIRED")).toBeGreaterThan(calm);
});
