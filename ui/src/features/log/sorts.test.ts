import { describe, expect, it } from "vitest";
import type { LogEntry } from "../../platform/backend";
import { aboutWords } from "./sorts";

const entry: LogEntry = {
  seq: 1,
  at: "2026-11-20T09:00:00+01:00",
  actor: "kim",
  sort: "changed",
  event: "left",
  action: "Return",
  record: null,
  word: null,
  code: null,
  rows: [],
  operation: null,
  sampled: null,
  left: { left: 50, among: 150 },
  hash: "",
  prev: "",
  countersigned: false,
};

describe("what an entry is about", () => {
  it("says of an action on many how much of it was left", () => {
    expect(aboutWords(entry)).toBe("Return: 50 of 150 left, on which nothing is queued");
    expect(aboutWords({ ...entry, left: null })).toBe("Return");
  });
});
