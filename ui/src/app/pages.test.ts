import { expect, test } from "vitest";
import type { CellValue, ClockView, RowView } from "../platform/backend";
import { isSameRow } from "./pages";

const CLOCK: ClockView = {
  label: "due",
  basis: "as promised",
  start: "2026-03-12T09:00:00+01:00",
  due: "2026-03-15T09:00:00+01:00",
  seconds_left: 600,
  seconds_total: 259_200,
  tone: "amber",
  runs: true,
  row: "B-01",
  before_session: null,
  paused: null,
  segments: [],
};
const row = (value: CellValue, more?: Partial<RowView>): RowView => ({
  kind: "order",
  id: "O-1",
  title: "O-1",
  revision: 3,
  section: "waiting",
  cells: [{ value, beside: null }],
  operation: null,
  ...more,
});
const text = (words: string): CellValue => ({ type: "text", text: words });
const clock = (more: Partial<ClockView>): CellValue => ({
  type: "clock",
  clock: { ...CLOCK, ...more },
});

test("a row that was read again is the one it was where nothing that it shows is another", () => {
  const before = { ...row(text("Ann")), received: 1_000 };
  expect(isSameRow(before, row(text("Ann")), 60_000)).toBe(true);
  expect(isSameRow(before, row(text("Bob")), 60_000)).toBe(false);
  expect(isSameRow(before, row(text("Ann"), { revision: 4 }), 60_000)).toBe(false);
  expect(isSameRow(before, row(text("Ann"), { operation: "queued" }), 60_000)).toBe(false);
  expect(isSameRow(before, row(text("Ann"), { section: "packed" }), 60_000)).toBe(false);
});

test("a clock that only ran on is the clock it was; one that was put off or stands still is not", () => {
  const before = { ...row(clock({})), received: 1_000 };
  expect(isSameRow(before, row(clock({ seconds_left: 540 })), 61_000)).toBe(true);
  expect(isSameRow(before, row(clock({ seconds_left: 600 })), 61_000)).toBe(false);
  expect(isSameRow(before, row(clock({ seconds_left: 540, tone: "red" })), 61_000)).toBe(false);
  const still = { since: "2026-03-12T10:00:00+01:00", label: "a question", row: "B-02" };
  const paused = { ...row(clock({ paused: still })), received: 1_000 };
  expect(isSameRow(paused, row(clock({ paused: still })), 61_000)).toBe(true);
});
