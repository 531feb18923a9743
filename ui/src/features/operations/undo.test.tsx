import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { makeWorld, operation } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";
import { undoWords } from "./undo";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "reviews", record: null }));

const bar = () => screen.findByRole("region", { name: "What can be taken back" });
const noBar = () =>
  waitFor(
    () => expect(screen.queryByRole("region", { name: "What can be taken back" })).toBeNull(),
    { timeout: 10_000 },
  );
const shown = (id: string) =>
  waitFor(() => {
    const panel = screen.getByRole("region", { name: /^Review of/ });
    expect(panel).toHaveTextContent(id);
    expect(panel).toHaveAttribute("aria-busy", "false");
  });

async function openReviews(holdSeconds: number | null) {
  const app = openApp({ ...makeWorld(), holdSeconds });
  await screen.findByRole("grid", { name: "Reviews, list" });
  await shown("V-2200");
  return app;
}

describe("what was just done", () => {
  test("is said before, and can be taken back with Ctrl Z for as long as the engine says", async () => {
    const { user, backend } = await openReviews(60);
    const record = await screen.findByRole("region", { name: /^Review of/ });
    expect(record).toHaveTextContent("It can be taken back for 60 s.");
    await user.keyboard("a");
    await shown("V-2201");
    const offer = await bar();
    expect(offer).toHaveTextContent(/Approve: Review of/);
    expect(offer).toHaveTextContent(/goes in \d+ s/);
    await expectAccessible();
    const waiting = backend.world.operations.length;
    const takeBack = vi.spyOn(backend, "takeBack");
    await user.keyboard("{Control>}z{/Control}");
    await noBar();
    expect(takeBack).toHaveBeenCalledTimes(1);
    expect(backend.world.operations).toHaveLength(waiting - 1);
    expect(await screen.findByText("Approve: taken back")).toBeInTheDocument();
    await user.keyboard("{Control>}z{/Control}");
    expect(takeBack).toHaveBeenCalledTimes(1);
  });

  test("is offered no more once its time has passed, whatever was read last", async () => {
    const { user } = await openReviews(3);
    await user.keyboard("a");
    await bar();
    await noBar();
  });

  test("is not offered where it cannot be taken back", async () => {
    const { user } = await openReviews(null);
    await user.keyboard("a");
    await shown("V-2201");
    await noBar();
  });

  test("that it was too late is said, and nothing is lost", async () => {
    const { user, backend } = await openReviews(60);
    await user.keyboard("a");
    await user.click(within(await bar()).getByRole("button", { name: /Undo/ }));
    await noBar();
    await shown("V-2201");
    await user.keyboard("a");
    const offer = await bar();
    act(() =>
      backend.change(
        ({ operations }) => {
          for (const each of operations) each.standing = "in_flight";
        },
        [{ tag: "audit" }],
      ),
    );
    backend.world.fails = { takeBack: { code: "too_late", detail: null, row: null } };
    await user.click(within(offer).getByRole("button", { name: /Undo/ }));
    expect(await screen.findByText("Too late to take it back")).toBeInTheDocument();
  });
});

describe("on Sync", () => {
  test("what waits to go is taken back by itself; what only waits is discarded", async () => {
    const world = makeWorld();
    const of = { action_id: "approve", action: "Approve" };
    world.operations = [
      operation(
        { ...of, id: "held-1", record: "R-1", title: "One — $1.00", goes_in_seconds: 60 },
        "queued",
        "waiting",
      ),
      operation({ ...of, id: "plain-2", record: "R-2", title: "Two — $2.00" }, "queued", "waiting"),
    ];
    usePlace.getState().go({ screen: "sync" });
    const { user, backend } = openApp(world);
    const cards = await screen.findAllByRole("article");
    const [held, plain] = cards.map((card) => within(card as HTMLElement));
    expect(held?.getByText(/goes in \d+ s/)).toBeVisible();
    expect(held?.queryByRole("button", { name: /Discard/ })).toBeNull();
    expect(plain?.getByRole("button", { name: /Discard/ })).toBeVisible();
    await user.click(held?.getByRole("button", { name: "Undo" }) as HTMLElement);
    await waitFor(() => expect(backend.world.operations.map(({ id }) => id)).toEqual(["plain-2"]));
  });
});

test("how it is undone is said by what there is, and money says that there is nothing", () => {
  const undo = (hold_seconds: number | null, by: string | null) => ({
    row: "D-1",
    hold_seconds,
    by,
  });
  expect(undoWords(null, "change")).toBeNull();
  expect(undoWords(null, "money")).toBe("Cannot be undone.");
  expect(undoWords(null, "deletion")).toBe("Cannot be undone.");
  expect(undoWords(undo(null, "Reopen"), "change")).toMatch(/undone by “\P{L}?Reopen/u);
  expect(undoWords(undo(12, null), "submission")).toMatch(/after that it cannot be undone/);
  expect(undoWords(undo(12, null), "change")).not.toMatch(/after that/);
  expect(undoWords(undo(12, "Reopen"), "money")).toMatch(/later by “\P{L}?Reopen/u);
});
