import type { RowView } from "../../platform/backend";

/** Rows that are looked at for the next one; beyond them nobody waits for it. */
const LOOKED_AT = 500;

/**
 * The row to decide on after the active one: the next in the same state with nothing of ours on its
 * way, else the nearest before it.
 */
export function next(
  rowAt: (index: number) => RowView | undefined,
  active: number,
  total: number,
): { at: number; row: RowView } | null {
  const here = rowAt(active);
  if (!here) return null;
  const state = stateOf(here);
  const waits = (at: number) => {
    const row = rowAt(at);
    return row && row.operation === null && stateOf(row) === state ? { at, row } : null;
  };
  for (let at = active + 1; at < Math.min(total, active + LOOKED_AT); at += 1) {
    const found = waits(at);
    if (found) return found;
  }
  for (let at = active - 1; at >= Math.max(0, active - LOOKED_AT); at -= 1) {
    const found = waits(at);
    if (found) return found;
  }
  return null;
}

/** The state, where the view shows it; else the section says it. */
function stateOf(row: RowView): string {
  for (const { value } of row.cells) if (value.type === "state") return value.id;
  return row.section;
}
