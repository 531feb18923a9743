import type { HistoryLineView, HistoryView, HistoryWord, OperationView } from "../backend";
import { APPROVE, HOUR, NOW_MS, PROFILE, type World, wall } from "./world";

/** What everybody did to a record, the newest first; how many of these are kept here, and as of when. */
export type Told = { lines: HistoryLineView[]; kept: number; asked: string | null };

/** So many are answered at a time. */
const PAGE = 50;

/** What a colleague did so many hours ago. */
export function lineOf(hoursAgo: number, more: Partial<HistoryLineView> = {}): HistoryLineView {
  return {
    operation: `01936a2e-7c1f-7000-9000-${String(Math.round(hoursAgo * 100)).padStart(12, "0")}`,
    action: APPROVE.action,
    by: "Theo Lang",
    ours: false,
    at: wall(NOW_MS - hoursAgo * HOUR),
    word: "done",
    reason: null,
    said: [],
    from_revision: null,
    revision: null,
    ...more,
  };
}

const isOver = ({ standing }: OperationView) =>
  standing === "confirmed" || standing === "discarded";

/** What this laptop knows of an operation of its own. */
function ownLine({ id, action, made_at, standing, reason }: OperationView): HistoryLineView {
  const word: HistoryWord = standing === "confirmed" ? "done" : "given_up";
  const ours = { operation: id, by: PROFILE.operator, ours: true };
  return { ...lineOf(0), ...ours, action, at: made_at, word, reason };
}

/** What is kept here, and what was done on this laptop. */
export function historyOf(world: World, kind: string, id: string): HistoryView {
  const { lines, kept, asked } = toldOf(world, id);
  const here = lines.slice(0, kept);
  const own = world.operations
    .filter((each) => each.record === id && isOver(each))
    .filter((each) => here.every(({ operation }) => operation !== each.id))
    .map(ownLine);
  return {
    kind,
    id,
    lines: [...own, ...here].sort((one, other) => other.at.localeCompare(one.at)),
    as_of: asked,
    older: asked !== null && here.length < lines.length,
  };
}

/** The platform answers with the newest, or with those before the oldest that is kept. */
export function askHistory(world: World, kind: string, id: string, older: boolean): HistoryView {
  const told = toldOf(world, id);
  const kept = older ? told.kept + PAGE : Math.max(told.kept, PAGE);
  const asked = older ? told.asked : wall(NOW_MS);
  world.histories.set(id, { ...told, kept, asked });
  return historyOf(world, kind, id);
}

const toldOf = (world: World, id: string): Told =>
  world.histories.get(id) ?? { lines: [], kept: 0, asked: null };

/** Something of everything, on the first request. */
export function makeHistories(): World["histories"] {
  const text = (field: string, label: string, words: string) => ({
    field,
    label,
    value: { type: "text" as const, text: words },
  });
  const lines = [
    lineOf(1.2, {
      word: "lapsed",
      action: "Pass to the owner",
      by: "Bartholomew Featherstonehaugh",
    }),
    lineOf(3, { word: "unknown", ours: true, by: PROFILE.operator, from_revision: 3 }),
    lineOf(20, {
      word: "refused",
      action: "Deny",
      reason: { code: "refund.inside", row: "R-20", detail: "It came inside the window." },
      said: [
        text("reason", "Reason", "outside the window"),
        text(
          "note",
          "Note for the log",
          "They wrote to us twice; the second letter is from Monday.",
        ),
      ],
      from_revision: 2,
    }),
    lineOf(44, { action: "Note", from_revision: 1, revision: 2 }),
    ...Array.from({ length: 60 }, (_, at) => lineOf(60 + at, { action: "Look at it" })),
  ];
  return new Map([["R-418", { lines, kept: 2, asked: wall(NOW_MS - 2 * HOUR) }]]);
}
