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
  for (const read of readsOf(change)) {
    void client.invalidateQueries({ queryKey: [read] });
  }
}
