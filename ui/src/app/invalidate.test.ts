import { QueryObserver } from "@tanstack/react-query";
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

  test("of many while one is read has it read once more, after that", async () => {
    const client = makeClient();
    const answers: ((rows: string) => void)[] = [];
    const read = vi.fn(() => new Promise<string>((done) => answers.push(done)));
    const queryKey = [READS.page, "pending", null, 0];
    client.setQueryData(queryKey, "rows of before");
    const observer = new QueryObserver<string>(client, { queryKey, queryFn: read });
    const stop = observer.subscribe(() => {});
    for (let at = 0; at < 5; at += 1) applyChange(client, change({ tag: "kind", of: "refund" }));
    expect(read).toHaveBeenCalledTimes(1);
    answers[0]?.("rows of the first change");
    // The last of them may be in no answer that was under way when it came.
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(2));
    answers[1]?.("rows of the last change");
    await vi.waitFor(() => expect(client.getQueryData(queryKey)).toBe("rows of the last change"));
    expect(client.getQueryState(queryKey)?.isInvalidated).toBe(false);
    applyChange(client, change({ tag: "kind", of: "refund" }));
    expect(read).toHaveBeenCalledTimes(3);
    stop();
  });

  test("is not lost to what was being read ahead when it came", async () => {
    const client = makeClient();
    const answers: ((rows: string) => void)[] = [];
    const read = vi.fn(() => new Promise<string>((done) => answers.push(done)));
    const queryKey = [READS.page, "pending", null, 0];
    void client.prefetchQuery({ queryKey, queryFn: read });
    applyChange(client, change({ tag: "kind", of: "refund" }));
    answers[0]?.("rows of before");
    await Promise.resolve();
    // Somebody opens it.
    const observer = new QueryObserver<string>(client, { queryKey, queryFn: read });
    const stop = observer.subscribe(() => {});
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(2));
    answers[1]?.("rows of the change");
    await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe("rows of the change"));
    stop();
  });

  test("is not lost to what was being read for the first time when it came", async () => {
    const client = makeClient();
    const answers: ((rows: string) => void)[] = [];
    const read = vi.fn(() => new Promise<string>((done) => answers.push(done)));
    const queryKey = [READS.record, "refund", "R-1"];
    const observer = new QueryObserver<string>(client, { queryKey, queryFn: read });
    const stop = observer.subscribe(() => {});
    // Many come: what is read begins anew with the first of them, and is not given up for each.
    for (let at = 0; at < 3; at += 1) applyChange(client, change({ tag: "kind", of: "refund" }));
    expect(read).toHaveBeenCalledTimes(2);
    answers[0]?.("the record of before");
    answers[1]?.("the record of the first change");
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(3));
    expect(observer.getCurrentResult().data).toBe("the record of the first change");
    answers[2]?.("the record of the last change");
    await vi.waitFor(() =>
      expect(observer.getCurrentResult().data).toBe("the record of the last change"),
    );
    expect(client.getQueryState(queryKey)?.isInvalidated).toBe(false);
    stop();
  });

  test("is not kept waiting by an answer that does not come", async () => {
    vi.useFakeTimers();
    const client = makeClient();
    const read = vi.fn(() => new Promise<string>(() => {}));
    const queryKey = [READS.sync];
    client.setQueryData(queryKey, "as it was");
    const observer = new QueryObserver<string>(client, { queryKey, queryFn: read });
    const stop = observer.subscribe(() => {});
    for (let at = 0; at < 2; at += 1) applyChange(client, change({ tag: "sync" }));
    expect(read).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(read).toHaveBeenCalledTimes(2);
    stop();
  });
});
