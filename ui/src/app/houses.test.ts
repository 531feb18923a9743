import { describe, expect, test } from "vitest";
import type { ChangeSet, Tag } from "../platform/backend";
import { Houses } from "./houses";
import { READS } from "./reads";

const change = (profile: string | null, ...tags: Tag[]): ChangeSet => ({
  profile,
  tags,
  source: "sync",
});

describe("what was read for each profile", () => {
  test("is kept apart, and read again by the changes of its own", async () => {
    const houses = new Houses();
    const read = { queryKey: [READS.watch], queryFn: async () => 1 };
    for (const profile of ["one", "other"]) await houses.of(profile).fetchQuery(read);
    await houses.app.fetchQuery({ queryKey: [READS.app], queryFn: async () => 1 });
    const stale = (profile: string) =>
      houses.of(profile).getQueryState([READS.watch])?.isInvalidated;
    houses.heard(change("other", { tag: "kind", of: "order" }));
    expect([stale("one"), stale("other")]).toEqual([false, true]);
    expect(houses.app.getQueryState([READS.app])?.isInvalidated).toBe(false);
    // The list of profiles counts the red alerts of each.
    houses.heard(change("other", { tag: "kind", of: "alert" }));
    expect(houses.app.getQueryState([READS.app])?.isInvalidated).toBe(true);
    // A change of the app itself concerns all.
    houses.heard(change(null, { tag: "pack" }));
    expect([stale("one"), stale("other")]).toEqual([true, true]);
  });

  test("is forgotten with a profile that is closed", async () => {
    const houses = new Houses();
    const closed = houses.of("closed");
    await closed.fetchQuery({ queryKey: [READS.watch], queryFn: async () => 1 });
    const open = houses.of("open");
    houses.keep(["open"]);
    expect(closed.getQueryData([READS.watch])).toBeUndefined();
    expect(houses.of("open")).toBe(open);
    expect(houses.of("closed")).not.toBe(closed);
  });
});
