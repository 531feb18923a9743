import { describe, expect, test, vi } from "vitest";
import type { ChangeSet, Tag } from "../platform/backend";
import { applyChange, readsOf } from "./invalidate";
import { makeClient, READS } from "./reads";

const change = (...tags: Tag[]): ChangeSet => ({ profile: null, tags, source: "sync" });

describe("a change set", () => {
  test("names each read once", () => {
    const reads = readsOf(change({ tag: "kind", of: "refund" }, { tag: "kind", of: "review" }));
    expect(reads).toEqual([READS.page, READS.record, READS.search, READS.watch]);
  });

  test("of a setting touches what the tenant says too", () => {
    const reads = readsOf(change({ tag: "kind", of: "setting" }));
    expect(reads).toContain(READS.tenant);
    expect(reads).toContain(READS.settings);
    expect(readsOf(change({ tag: "pack" }))).toContain(READS.tenant);
  });

  test("of a switch touches what is switched too", () => {
    const reads = readsOf(change({ tag: "kind", of: "control" }));
    expect(reads).toContain(READS.controls);
    expect(readsOf(change({ tag: "pack" }))).toContain(READS.controls);
  });

  test("touches what its tags say and nothing else", () => {
    expect(readsOf(change({ tag: "app" }))).toEqual([READS.app, READS.settings]);
    expect(readsOf(change({ tag: "navigation" }))).toEqual([READS.navigation]);
    expect(readsOf(change({ tag: "audit" }))).toEqual([READS.sync, READS.log]);
    expect(readsOf(change({ tag: "notifications" }))).toEqual([READS.settings, READS.watch]);
    expect(readsOf(change({ tag: "sync" }))).toEqual([
      READS.sync,
      READS.page,
      READS.record,
      READS.watch,
      READS.tenant,
      READS.controls,
    ]);
    expect(readsOf(change({ tag: "pack" }))).not.toContain(READS.app);
  });

  test("makes the reads stale in the cache, every page of them", async () => {
    const client = makeClient();
    const read = vi.fn(async () => "rows");
    for (const page of [0, 1]) {
      await client.fetchQuery({ queryKey: [READS.page, "pending", null, "", page], queryFn: read });
    }
    await client.fetchQuery({ queryKey: [READS.app], queryFn: read });
    applyChange(client, change({ tag: "kind", of: "refund" }));
    const stale = (key: unknown[]) => client.getQueryState(key)?.isInvalidated;
    expect(stale([READS.page, "pending", null, "", 0])).toBe(true);
    expect(stale([READS.page, "pending", null, "", 1])).toBe(true);
    expect(stale([READS.app])).toBe(false);
  });
});
