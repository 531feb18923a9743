import { afterEach, expect, test, vi } from "vitest";
import { BackendError } from "./backend";
import { tauri } from "./tauri";

type Internals = { invoke: (name: string, args: unknown) => Promise<unknown> };
const shell = window as unknown as { __TAURI_INTERNALS__?: Internals };

afterEach(() => {
  delete shell.__TAURI_INTERNALS__;
});

test("an answer is its data, under the names of the contract", async () => {
  const invoke = vi.fn(async () => "01936a2e-0000-7000-8000-000000000001");
  shell.__TAURI_INTERNALS__ = { invoke };
  expect(await tauri.newOperationId()).toBe("01936a2e-0000-7000-8000-000000000001");
  await tauri.of("p-1").queueRecord("refund", "R-1");
  await tauri.of("p-1").askHistory("refund", "R-1", true);
  expect(invoke.mock.calls.map((call: unknown[]) => call.slice(0, 2))).toEqual([
    ["new_operation_id", expect.anything()],
    ["queue_record", { profile: "p-1", kind: "refund", id: "R-1" }],
    ["ask_history", { profile: "p-1", kind: "refund", id: "R-1", older: true }],
  ]);
});

test("an error of the shell is an error with its code", async () => {
  const error = { code: "stale", detail: "revision 8", row: null };
  shell.__TAURI_INTERNALS__ = { invoke: () => Promise.reject(error) };
  const thrown = await tauri.pullNow().catch((caught: unknown) => caught);
  expect(thrown).toBeInstanceOf(BackendError);
  expect(thrown).toMatchObject({ code: "stale", detail: "revision 8" });
});
