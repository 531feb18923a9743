import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import type { ActManyAnswer, UnfinishedView } from "../../platform/backend";
import { makeReviews } from "../../platform/memory/reviews";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "reviews", record: null }));

const grid = () => screen.findByRole("grid", { name: "Reviews, list" });
const dialog = (name: RegExp) => screen.findByRole("dialog", { name });
const gone = () => waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
const picked = () => screen.getAllByRole("checkbox", { checked: true });
const selected = async () => within(await grid()).getByRole("row", { selected: true });
/** It is in sight, and a key may decide on it. */
const shown = (id: string) =>
  waitFor(() => {
    const panel = screen.getByRole("region", { name: /^Review of/ });
    expect(panel).toHaveTextContent(id);
    expect(panel).toHaveAttribute("aria-busy", "false");
  });
const record = () => screen.findByRole("region", { name: /^Review of/ });

const unfinishedOf = (id: string, runs: boolean): UnfinishedView => ({
  id,
  action: "Approve",
  count: 1000,
  queued: 298,
  failed: 2,
  left: 700,
  runs,
  made_at: "2026-11-20T14:00:00+11:00",
});

async function openReviews(world = makeWorld()) {
  const app = openApp(world);
  await grid();
  await shown("V-2200");
  return app;
}

describe("the list of reviews", () => {
  test("reads without opening each: the words stand under their row, in no column", async () => {
    await openReviews();
    const row = await selected();
    expect(row).toHaveTextContent("came out with two bowls that hold soup");
    expect(screen.queryByRole("columnheader", { name: /^Text/ })).not.toBeInTheDocument();
    expect(row).toHaveTextContent("0.90");
    expect(await grid()).toHaveAttribute("aria-colcount", "8");
    await expectAccessible();
  });
});

describe("one after the other", () => {
  test("a approves what is shown and the next comes up, the focus with it", async () => {
    const { user, backend } = await openReviews();
    const act = vi.spyOn(backend, "act");
    (await selected()).focus();
    for (const id of ["V-2201", "V-2202", "V-2203"]) {
      await user.keyboard("a");
      await shown(id);
    }
    expect(act.mock.calls.map(([{ id, action }]) => `${action} ${id}`)).toEqual([
      "approve V-2200",
      "approve V-2201",
      "approve V-2202",
    ]);
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    await waitFor(async () => expect(await selected()).toHaveFocus());
  });

  test("a pressed twice in a hurry, or held down, decides on one record, once", async () => {
    const { user, backend } = await openReviews();
    const act = vi.spyOn(backend, "act");
    await user.keyboard("aa{a>5/}");
    await shown("V-2201");
    expect(new Set(act.mock.calls.map(([request]) => request.operation)).size).toBe(1);
    await user.keyboard("{a>5/}");
    await shown("V-2202");
    expect(backend.world.acted.size).toBe(2);
  });

  test("r, a number and Enter reject with that reason, and the next comes up", async () => {
    const { user, backend } = await openReviews();
    const act = vi.spyOn(backend, "act");
    await user.keyboard("r");
    const asked = await dialog(/Reject: Review of/);
    await expectAccessible();
    await user.keyboard("3");
    expect(within(asked).getByRole("radio", { name: "Off-topic" })).toBeChecked();
    await user.keyboard("{Enter}");
    await gone();
    expect(act.mock.calls[0]?.[0]).toMatchObject({
      id: "V-2200",
      action: "reject",
      params: { reason: '"Off-topic"' },
    });
    await shown("V-2201");
  });

  test("numbers typed into the note are words of the note", async () => {
    const { user } = await openReviews();
    await user.keyboard("r");
    const asked = await dialog(/Reject/);
    await user.type(within(asked).getByLabelText(/Note/), "4 stars");
    expect(within(asked).getByRole("radio", { name: "Other" })).not.toBeChecked();
  });

  test("an error of a decision that asks nothing is said at the record, which stays", async () => {
    const { user, backend } = await openReviews();
    backend.world.fails = { act: { code: "outbox_full", detail: null, row: null } };
    await user.keyboard("a");
    expect(await screen.findByRole("alert")).toHaveTextContent("Too much waits already");
    expect(await record()).toHaveTextContent("V-2200");
  });
});

describe("picking", () => {
  test("x picks, Shift with j picks on, Escape picks none", async () => {
    const { user } = await openReviews();
    await user.keyboard("x");
    expect(picked()).toHaveLength(1);
    expect(screen.getByText("1 picked")).toBeVisible();
    await user.keyboard("{Shift>}jj{/Shift}");
    await waitFor(() => expect(picked()).toHaveLength(3));
    await expectAccessible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByText(/picked/)).not.toBeInTheDocument());
  });

  test("Space picks the row that has the focus and Shift with the arrow picks on", async () => {
    const { user } = await openReviews();
    (await selected()).focus();
    await user.keyboard(" {Shift>}{ArrowDown}{/Shift}");
    await waitFor(() => expect(picked()).toHaveLength(2));
  });

  test("a click with Shift picks all between", async () => {
    const { user } = await openReviews();
    const boxes = within(await grid()).getAllByRole("checkbox");
    await user.click(boxes[1] as HTMLElement);
    await user.keyboard("{Shift>}");
    await user.click(boxes[4] as HTMLElement);
    await user.keyboard("{/Shift}");
    await waitFor(() => expect(picked()).toHaveLength(4));
  });

  test("Ctrl A picks all that wait, and again none", async () => {
    const { user } = await openReviews();
    await user.keyboard("{Control>}a{/Control}");
    expect(await screen.findByText("All 51 that wait are picked")).toBeVisible();
    await user.keyboard("{Control>}a{/Control}");
    await waitFor(() => expect(screen.queryByText(/picked/)).not.toBeInTheDocument());
  });

  test("Ctrl A picks no more than may go at once, and says how many are beyond", async () => {
    const world = makeWorld();
    world.reviews = makeReviews(80, 0);
    const { user } = await openReviews(world);
    await user.keyboard("{Control>}a{/Control}");
    expect(await screen.findByText(/ more are beyond the 50 that may go at once/)).toBeVisible();
  });

  test("Ctrl A in the filter is for the words there", async () => {
    const { user } = await openReviews();
    await user.keyboard("/pott{Control>}a{/Control}");
    expect(screen.queryByText(/picked/)).not.toBeInTheDocument();
  });

  test("what another filter would hide is not picked any more", async () => {
    const { user } = await openReviews();
    await user.keyboard("x/l");
    await waitFor(() => expect(screen.queryByText(/picked/)).not.toBeInTheDocument());
  });

  test("what is on its way cannot be picked", async () => {
    const { user } = await openReviews();
    await user.keyboard("a");
    await shown("V-2201");
    const moved = await waitFor(async () => {
      const row = (await grid()).querySelector<HTMLElement>('[aria-rowindex="43"]');
      return row;
    });
    expect(moved?.querySelector("input") ?? null).toBeNull();
  });

  test("a view without an action for many has nothing to pick", async () => {
    const { user } = await openReviews();
    await user.keyboard("gq");
    const list = await screen.findByRole("grid", { name: "Refund requests, list" });
    expect(within(list).queryByRole("checkbox")).not.toBeInTheDocument();
    await user.keyboard("x");
    expect(screen.queryByText(/picked/)).not.toBeInTheDocument();
  });
});

describe("many at once", () => {
  test("a section's button says how many, asks for the number, and queues an operation each", async () => {
    const { user, backend } = await openReviews();
    const actMany = vi.spyOn(backend, "actMany");
    await user.click(screen.getByRole("button", { name: "Approve all 40" }));
    const asked = await dialog(/Approve: 40 records/);
    expect(asked).toHaveTextContent("40 records take part");
    expect(asked).toHaveTextContent("publish the review at once");
    await expectAccessible();
    const approve = within(asked).getByRole("button", { name: "Approve all 40" });
    expect(approve).toBeDisabled();
    await user.type(within(asked).getByLabelText("Type 40 to confirm"), "40{Enter}");
    await gone();
    expect(actMany).toHaveBeenCalledTimes(1);
    const [request] = actMany.mock.calls[0] ?? [];
    expect(request).toMatchObject({ kind: "review", action: "approve", typed: "40", params: {} });
    expect(request?.records).toHaveLength(40);
    expect(screen.getByRole("status")).toHaveTextContent("Approve: 40 queued");
    expect(await grid()).toHaveTextContent("By hand");
    await waitFor(async () => expect(await grid()).not.toHaveTextContent("Sure"));
  });

  test("who has to agree, until when it can be done and the mail are said before", async () => {
    const { user, backend } = await openReviews();
    const selectRecords = backend.selectRecords.bind(backend);
    const ask = { row: "R-99", title: "Large ones", role: "Owner", fallback: null };
    vi.spyOn(backend, "selectRecords").mockImplementation(async (asked) => ({
      ...(await selectRecords(asked)),
      asks: [{ ...ask, after_minutes: null }],
      asking: 3,
      not_after: "2026-11-20T17:57:00+11:00",
      mails: [{ row: "R-18", to: "a@example.org", subject: "It is up", body: "Hello" }],
    }));
    await user.keyboard("{Shift>}a{/Shift}");
    const asked = await dialog(/Approve: 40 records/);
    expect(asked).toHaveTextContent("3 of them are done only once somebody has agreed:");
    expect(asked).toHaveTextContent("Owner has to agree first");
    expect(asked).toHaveTextContent("The first of them is not carried out after Fri 17:57");
    await user.click(within(asked).getByText(/The mail for Review of/));
    expect(within(asked).getByRole("article", { name: "It is up" })).toBeVisible();
    await expectAccessible();
  });

  test("while they are queued it says how many are", async () => {
    const { user, backend } = await openReviews();
    backend.world.hangs.add("actMany");
    await user.keyboard("{Shift>}a{/Shift}");
    const asked = await dialog(/Approve: 40/);
    await user.type(within(asked).getByLabelText(/Type/), "40{Enter}");
    expect(await within(asked).findByText("0 of 40 queued")).toBeVisible();
  });

  test("while they are queued the rest can be stopped, and what came of it is said", async () => {
    const { user, backend } = await openReviews();
    const leaveBatch = vi.spyOn(backend, "leaveBatch");
    let end: (answer: ActManyAnswer) => void = () => {};
    const actMany = vi.spyOn(backend, "actMany").mockImplementation(
      () =>
        new Promise((resolve) => {
          end = resolve;
        }),
    );
    await user.keyboard("{Shift>}a{/Shift}");
    const asked = await dialog(/Approve: 40/);
    await user.type(within(asked).getByLabelText(/Type/), "40{Enter}");
    await waitFor(() => expect(actMany).toHaveBeenCalled());
    const id = actMany.mock.calls[0]?.[0].batch ?? "";
    act(() => backend.change(({ unfinished }) => unfinished.push(unfinishedOf(id, true))));
    expect(await within(asked).findByText("300 of 40 queued")).toBeVisible();
    await expectAccessible();
    await user.click(within(asked).getByRole("button", { name: "Stop here" }));
    expect(leaveBatch).toHaveBeenCalledWith(id);
    act(() => end({ queued: 30, failed: [], left: 10 }));
    await gone();
    expect(await screen.findByText(/stopped\. 30 queued, 10 left as they are/)).toBeVisible();
  });

  test("one may work on while they are queued, and is told of those that were not", async () => {
    const { user, backend } = await openReviews();
    let end: (answer: ActManyAnswer) => void = () => {};
    vi.spyOn(backend, "actMany").mockImplementation(
      () =>
        new Promise((resolve) => {
          end = resolve;
        }),
    );
    await user.keyboard("{Shift>}a{/Shift}");
    const asked = await dialog(/Approve: 40/);
    await user.type(within(asked).getByLabelText(/Type/), "40{Enter}");
    await user.click(await within(asked).findByRole("button", { name: "Work on meanwhile" }));
    await gone();
    const error = { code: "stale", detail: null, row: null } as const;
    act(() => end({ queued: 39, failed: [{ id: "V-2200", title: "It", error }], left: 0 }));
    expect(await screen.findByText(/39 queued, 1 not\. Log says why/)).toBeVisible();
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  test("Shift with the action's key is that button", async () => {
    const { user } = await openReviews();
    await user.keyboard("{Shift>}a{/Shift}");
    expect(await dialog(/Approve: 40 records/)).toBeVisible();
  });

  test("pressed twice is the same batch", async () => {
    const { user, backend } = await openReviews();
    const actMany = vi.spyOn(backend, "actMany");
    await user.keyboard("{Shift>}a{/Shift}");
    const asked = await dialog(/Approve: 40/);
    backend.world.fails = { actMany: { code: "disk_full", detail: null, row: null } };
    await user.type(within(asked).getByLabelText(/Type/), "40{Enter}");
    expect(await within(asked).findByRole("alert")).toHaveTextContent("The disk is full");
    backend.world.fails = {};
    await user.keyboard("{Enter}");
    await gone();
    expect(new Set(actMany.mock.calls.map(([request]) => request.batch)).size).toBe(1);
  });

  test("those that policy refuses do not take part, with the row that refuses", async () => {
    const { user } = await openReviews();
    await user.keyboard("{Control>}a{/Control}");
    await screen.findByText(/All 51/);
    await user.keyboard("a");
    const asked = await dialog(/Approve: \d+ records/);
    await waitFor(() => expect(asked).toHaveTextContent(/do not take part/));
    expect(asked).toHaveTextContent("The automatic check calls it spam.");
    expect(asked).toHaveTextContent("V-13");
    await expectAccessible();
  });

  test("a long stretch has no holes, though rows in the middle were never in sight", async () => {
    const world = makeWorld();
    world.reviews = makeReviews(450, 0);
    const { user } = await openReviews(world);
    const list = await grid();
    within(list).getByRole("row", { selected: true }).focus();
    await user.keyboard("x{End}");
    await waitFor(() => {
      const last = within(list).getByRole("row", { selected: true });
      expect(Number(last.getAttribute("aria-rowindex"))).toBeGreaterThan(450);
    });
    await user.keyboard("{Shift>} {/Shift}");
    expect(await screen.findByText("450 picked")).toBeVisible();
  });

  test("a stretch begins at the row that was picked, also where another order has moved it", async () => {
    const { user } = await openReviews();
    const list = await grid();
    const rows = () => [...list.querySelectorAll<HTMLElement>(".grid-data")];
    const box = (at: number) => within(rows()[at] as HTMLElement).getByRole("checkbox");
    const words = rows()[0]?.textContent;
    await user.click(box(0));
    await user.click(screen.getByRole("button", { name: /^Listing/ }));
    const where = () => rows().findIndex(({ textContent }) => textContent === words);
    await waitFor(() => expect(where()).toBeGreaterThan(2));
    await user.keyboard("{Shift>}");
    await user.click(box(where() - 2));
    await user.keyboard("{/Shift}");
    expect(await screen.findByText("3 picked")).toBeVisible();
  });

  test("keys that come quicker than they are drawn are not lost", async () => {
    await openReviews();
    act(() => {
      for (const init of [{ key: "x" }, { key: "J", shiftKey: true }]) {
        window.dispatchEvent(new KeyboardEvent("keydown", init));
      }
    });
    expect(picked()).toHaveLength(2);
  });

  test("rejecting many asks for one reason by its number", async () => {
    const { user, backend } = await openReviews();
    const actMany = vi.spyOn(backend, "actMany");
    await user.keyboard("x{Shift>}j{/Shift}");
    await waitFor(() => expect(picked()).toHaveLength(2));
    await user.keyboard("r");
    const asked = await dialog(/Reject: 2 records/);
    await within(asked).findByRole("radio", { name: "Spam" });
    await user.keyboard("1");
    await user.type(within(asked).getByLabelText("Type 2 to confirm"), "2{Enter}");
    await gone();
    expect(actMany.mock.calls[0]?.[0].params).toEqual({ reason: '"Spam"' });
    expect(screen.queryByText(/picked/)).not.toBeInTheDocument();
  });

  test("what was not queued is listed with its reason, and can be picked again", async () => {
    const { user, backend } = await openReviews();
    backend.world.stubborn.set("V-2201", {
      code: "stale",
      detail: "Revision 2 came meanwhile.",
      row: null,
    });
    await user.keyboard("x{Shift>}jj{/Shift}");
    await waitFor(() => expect(picked()).toHaveLength(3));
    await user.keyboard("a");
    const asked = await dialog(/Approve: 3 records/);
    await user.type(within(asked).getByLabelText(/Type/), "3{Enter}");
    const told = await screen.findByRole("alert");
    expect(told).toHaveTextContent("1 was not queued");
    expect(told).toHaveTextContent("2 were queued. For the rest, this is why:");
    expect(screen.getByRole("dialog")).toHaveTextContent("Revision 2 came meanwhile.");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Pick those that are left" }));
    await gone();
    expect(screen.getByText("1 picked")).toBeVisible();
  });

  test("cut off says that it will wait here", async () => {
    const { user } = await openReviews({ ...makeWorld(), link: "cut_off" });
    await user.keyboard("{Shift>}a{/Shift}");
    const asked = await dialog(/Approve: 40/);
    expect(asked).toHaveTextContent("Cut off: it will wait here");
  });

  test("a folder that cannot be written offers nothing for many", async () => {
    const world = makeWorld();
    world.app.phase = "read_only";
    const { user } = await openReviews(world);
    expect(screen.queryByRole("button", { name: /Approve all/ })).not.toBeInTheDocument();
    await user.keyboard("{Shift>}a{/Shift}");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  test("the help lists how to pick", async () => {
    const { user } = await openReviews();
    await user.keyboard("{Shift>}?{/Shift}");
    expect(await dialog(/Keys/)).toHaveTextContent("pick all that wait");
    await expectAccessible();
  });
});

describe("what was cut off", () => {
  test("is told on every screen, and Ctrl G goes on with it", async () => {
    const world = makeWorld();
    world.unfinished = [unfinishedOf("b-1", false)];
    usePlace.getState().go({ screen: "watch" });
    const { user, backend } = openApp(world);
    const told = await screen.findByText("Approve was cut off: 298 of 1,000 are queued");
    expect(told.parentElement).toHaveTextContent("Of 700 nothing was done");
    expect(told.parentElement).toHaveTextContent("2 could not be queued.");
    await expectAccessible();
    await user.keyboard("{Control>}g{/Control}");
    expect(await screen.findByText("Approve: 998 queued")).toBeVisible();
    expect(backend.calls.filter((call) => call === "resumeBatch")).toHaveLength(1);
    await waitFor(() => expect(screen.queryByText(/was cut off/)).not.toBeInTheDocument());
  });

  test("tells record by record what could not be queued", async () => {
    const world = makeWorld();
    world.unfinished = [unfinishedOf("b-1", false)];
    const { user, backend } = openApp(world);
    const error = { code: "stale", detail: null, row: null } as const;
    const failed = [{ id: "V-2201", title: "Review of a kiln", error }];
    vi.spyOn(backend, "resumeBatch").mockResolvedValue({ queued: 997, failed, left: 0 });
    await user.click(await screen.findByRole("button", { name: /Queue the other 700/ }));
    expect(await dialog(/Approve: 1,?000 records/)).toHaveTextContent("Review of a kiln");
    await expectAccessible();
  });

  test("can be left as it is", async () => {
    const world = makeWorld();
    world.unfinished = [unfinishedOf("b-1", false)];
    const { user, backend } = openApp(world);
    await user.click(await screen.findByRole("button", { name: "Leave them" }));
    await waitFor(() => expect(screen.queryByText(/was cut off/)).not.toBeInTheDocument());
    expect(backend.calls).toContain("leaveBatch");
    expect(backend.calls).not.toContain("resumeBatch");
  });

  test("is not told while it is being queued", async () => {
    const world = makeWorld();
    world.unfinished = [unfinishedOf("b-1", true)];
    openApp(world);
    await grid();
    expect(screen.queryByText(/was cut off/)).not.toBeInTheDocument();
  });
});
