import { parseWall } from "../../app/time";

/** Nearer than this share of the line, two marks would cover each other. */
const TOUCHING = 0.045;
const DAY_MS = 86_400_000;

export type Group<Each> = {
  items: { each: Each; at: number }[];
  /** Place of the first, as a share of the line. */
  at: number;
  /** There is room for words. */
  labelled: boolean;
};

/** Marks in order of their place; those that would cover each other become one. */
export function gather<Each>(
  marks: { each: Each; at: number }[],
  labelShare: number,
): Group<Each>[] {
  const groups: Group<Each>[] = [];
  for (const mark of marks.toSorted((a, b) => a.at - b.at)) {
    const last = groups.at(-1);
    if (last && mark.at - last.at < TOUCHING) last.items.push(mark);
    else groups.push({ items: [mark], at: mark.at, labelled: false });
  }
  let free = Number.NEGATIVE_INFINITY;
  for (const group of groups) {
    // A label near an end grows towards the middle, so it is its middle that is kept apart.
    const middle = Math.min(1 - labelShare / 2, Math.max(labelShare / 2, group.at));
    group.labelled = middle >= free;
    if (group.labelled) free = middle + labelShare;
  }
  return groups;
}

/** Midnights of the tenant's days along the line. */
export function ticksOf(from: string, line: { from: number; to: number }): number[] {
  const wall = parseWall(from);
  if (!wall) return [];
  const untilMidnight = DAY_MS - (((wall.face % DAY_MS) + DAY_MS) % DAY_MS);
  const ticks: number[] = [];
  for (let at = untilMidnight; line.from + at < line.to; at += DAY_MS) {
    ticks.push(at / (line.to - line.from));
  }
  return ticks;
}
