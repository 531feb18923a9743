import { expect, test } from "vitest";
import type { RowView } from "../../platform/backend";
import { next } from "./next";

const row = (id: string, state: string, operation: RowView["operation"] = null): RowView => ({
  kind: "review",
  id,
  title: id,
  revision: 1,
  section: "any",
  cells: [{ value: { type: "state", id: state, label: state, tone: "neutral" }, beside: null }],
  operation,
});
const after = (rows: RowView[], active: number) =>
  next((at) => rows[at], active, rows.length)?.row.id ?? null;

const ROWS = [
  row("a", "pending"),
  row("b", "pending", "queued"),
  row("c", "published"),
  row("d", "pending"),
];

test("the next in the same state comes up, past what is on its way or decided", () => {
  expect(after(ROWS, 0)).toBe("d");
});

test("after the last one the nearest before it comes up", () => {
  expect(after(ROWS, 3)).toBe("a");
});

test("after the only one none does", () => {
  expect(after([row("a", "pending"), row("c", "published")], 0)).toBeNull();
  expect(after([], 0)).toBeNull();
});

test("rows that were not read yet are passed over", () => {
  expect(next((at) => (at === 1 ? undefined : ROWS[at]), 0, 4)?.at).toBe(3);
});

test("without a column of states the section says who is alike", () => {
  const plain = (id: string, section: string): RowView => ({ ...row(id, ""), cells: [], section });
  expect(after([plain("a", "open"), plain("b", "done"), plain("c", "open")], 0)).toBe("c");
});
