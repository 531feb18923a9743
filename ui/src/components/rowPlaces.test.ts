import { expect, test } from "vitest";
import { rowPlaces } from "./rowPlaces";

const section = (id: string, first: number, count: number, header: string | null = id) => ({
  id,
  first,
  count,
  header,
});

test("headers take places before their rows, and rows know theirs", () => {
  const places = rowPlaces([section("open", 0, 2), section("done", 2, 3)], 5);
  expect(places.count).toBe(7);
  const seen = Array.from({ length: 7 }, (_, place) => {
    const at = places.at(place);
    return at.section?.id ?? at.row;
  });
  expect(seen).toEqual(["open", 0, 1, "done", 2, 3, 4]);
  for (const row of [0, 1, 2, 3, 4]) expect(places.at(places.ofRow(row))).toEqual({ row });
});

test("a section without a header, or without rows, takes no place", () => {
  const places = rowPlaces([section("all", 0, 3, null), section("none", 3, 0)], 3);
  expect(places.count).toBe(3);
  expect(places.ofRow(2)).toBe(2);
});

test("a header in sight asks for the row after it", () => {
  const places = rowPlaces([section("open", 0, 200), section("done", 200, 1)], 201);
  expect(places.rowAtOrAfter(201)).toBe(200);
});
