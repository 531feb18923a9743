import type { QueryClient } from "@tanstack/react-query";
import type { ChangeSet, Tag } from "../platform/backend";
import { CONTROL, SETTING } from "./place";
import { READS } from "./reads";

type Touched = (typeof READS)[keyof typeof READS];

/** What is read again for a tag. A record shows values of other kinds, so any kind touches all. */
function touchedBy(tag: Tag): readonly Touched[] {
  switch (tag.tag) {
    case "app":
      return [READS.app, READS.settings];
    case "navigation":
      return [READS.navigation];
    case "kind":
      return [
        READS.page,
        READS.record,
        READS.search,
        READS.watch,
        ...(tag.of === SETTING ? [READS.tenant, READS.settings] : []),
        ...(tag.of === CONTROL ? [READS.controls] : []),
      ];
    case "sync":
      // Pages and records say how old they are and what became of our operations.
      return [READS.sync, READS.page, READS.record, READS.watch, READS.tenant, READS.controls];
    case "audit":
      return [READS.sync, READS.log];
    case "pack":
      return [
        READS.navigation,
        READS.page,
        READS.record,
        READS.sync,
        READS.search,
        READS.watch,
        READS.log,
        READS.settings,
        READS.reference,
        READS.tenant,
        READS.controls,
      ];
    case "notifications":
      // An alert says whether a notification of it came through.
      return [READS.settings, READS.watch];
  }
}

/** The reads that a change touches, each once. */
export function readsOf(change: ChangeSet): Touched[] {
  return [...new Set(change.tags.flatMap(touchedBy))];
}

/** Reads again what a change touched: at once where it is on the screen, else when it is. */
export function applyChange(client: QueryClient, change: ChangeSet): void {
  for (const read of readsOf(change)) readAgain(client, read);
}

/** What is being read again, and whether it was touched once more since that began. */
type Under = Map<Touched, { again: boolean }>;
const under = new WeakMap<QueryClient, Under>();
/** An answer that takes longer is not waited for. */
const PATIENCE_MS = 2_000;

/**
 * While many changes come, each read is one after the other: one that is under way is not given up for
 * another that would only be as late. What was touched meanwhile is read once more after it, so that
 * the last change is never missed.
 */
function readAgain(client: QueryClient, read: Touched): void {
  const reads: Under = under.get(client) ?? new Map();
  under.set(client, reads);
  const running = reads.get(read);
  if (running) {
    running.again = true;
    // What is not on the screen is read when it is.
    void client.invalidateQueries({ queryKey: [read], refetchType: "none" });
    return;
  }
  const turn = { again: false };
  reads.set(read, turn);
  giveUpEarlier(client, read);
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    reads.delete(read);
    if (turn.again) readAgain(client, read);
  };
  const timer = setTimeout(end, PATIENCE_MS);
  void client.invalidateQueries({ queryKey: [read] }).then(end, end);
}

/**
 * Gives up answers that were asked for before the change and would pass for new ones: of what is read ahead, and
 * of what is read for the first time. A read of what is on the screen already begins anew by itself.
 */
function giveUpEarlier(client: QueryClient, read: Touched): void {
  const filters = { queryKey: [read], fetchStatus: "fetching" } as const;
  for (const query of client.getQueryCache().findAll(filters)) {
    if (query.isActive() && query.state.data !== undefined) continue;
    void query.cancel({ silent: true, revert: true });
  }
}
