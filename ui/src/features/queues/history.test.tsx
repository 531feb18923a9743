import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { usePlace } from "../../app/place";
import type { Error as WireError } from "../../platform/backend";
import { lineOf, type Told } from "../../platform/memory/history";
import { HOUR, makeWorld, NOW_MS, PROFILE, type World, wall } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

const FIRST = "R-418";
const CUT_OFF: WireError = { code: "unreachable", detail: null, row: null };

const asked = (kept: number, hoursAgo: number): Omit<Told, "lines"> => ({
  kept,
  asked: wall(NOW_MS - hoursAgo * HOUR),
});
const NEVER: Omit<Told, "lines"> = { kept: 0, asked: null };

/** The first request open, with what was done to it. */
async function openWith(told: Told | null, change: (world: World) => void = () => {}) {
  const world = makeWorld();
  if (told) world.histories.set(FIRST, told);
  change(world);
  const app = openApp(world);
  const panel = await screen.findByRole("region", { name: /Paper & Press/ });
  const times = (read: string) => app.backend.calls.filter((call) => call === read).length;
  return {
    ...app,
    panel,
    times,
    list: () => within(panel).findByRole("list", { name: "History" }),
  };
}

const lines = (list: HTMLElement) => within(list).getAllByRole("listitem");

describe("the history of a record", () => {
  const refused = lineOf(20, {
    action: "Deny",
    word: "refused",
    reason: { code: "refund.inside", row: "R-20", detail: "It came inside the window." },
    said: [{ field: "note", label: "Note for the log", value: { type: "text", text: "Twice." } }],
    from_revision: 2,
  });
  const own = lineOf(2, {
    by: PROFILE.operator,
    ours: true,
    from_revision: 3,
    revision: 4,
  });

  test("says what became of what, by whom and when, why, and what was said", async () => {
    const { list } = await openWith({ lines: [own, refused], ...NEVER });
    const [newest, oldest] = lines(await list());
    for (const words of ["confirmed", "Approve refund", "you", "Fri 12:45", "revision 3 → 4"]) {
      expect(newest).toHaveTextContent(words);
    }
    expect(newest).not.toHaveTextContent(PROFILE.operator);
    for (const words of ["refused", "Deny", "Theo Lang", "Thu 18:45", "on revision 2"]) {
      expect(oldest).toHaveTextContent(words);
    }
    expect(oldest).toHaveTextContent("It came inside the window. R-20");
    expect(oldest).toHaveTextContent("Note for the logTwice.");
    expect(newest).toHaveAttribute("data-tone", "green");
    expect(oldest).toHaveAttribute("data-tone", "red");
    await expectAccessible();
  });

  test("is asked for once a record has settled, and not when it is read again", async () => {
    const { backend, panel, times, list } = await openWith({ lines: [refused], ...NEVER });
    await list();
    expect(panel).toHaveTextContent("as of Fri 14:45");
    expect(times("askHistory")).toBe(1);
    for (let at = 0; at < 2; at += 1) {
      const before = times("recordHistory");
      backend.change(() => {});
      await waitFor(() => expect(times("recordHistory")).toBeGreaterThan(before));
    }
    expect(times("askHistory")).toBe(1);
  });

  test("is asked for anew where what was kept is let go of", async () => {
    const told = { lines: [refused], ...NEVER };
    const { backend, panel, times, list } = await openWith(told);
    await list();
    backend.change(({ histories }) => histories.set(FIRST, told));
    await waitFor(() => expect(times("askHistory")).toBe(2));
    expect(lines(await list())).toHaveLength(1);
    expect(panel).toHaveTextContent("as of Fri 14:45");
    expect(times("askHistory")).toBe(2);
  });

  test("is not said to be asked for where the platform cannot be asked about the record", async () => {
    const { backend, panel, user } = await openWith({ lines: [refused], ...NEVER }, (world) => {
      world.fails.askHistory = { code: "unreachable", detail: null, row: null };
    });
    const again = await within(panel).findByRole("button", { name: "Try again" });
    // As of a record that is here alone: nothing is asked, and nothing is kept.
    backend.askHistory = backend.recordHistory;
    await user.click(again);
    const sentence = "Only what was done on this laptop is here.";
    expect(await within(panel).findByText(sentence)).toBeVisible();
    expect(panel).not.toHaveTextContent("being asked for");
  });

  test("says nothing in the place of a reason without words", async () => {
    const untold = { code: "policy.denied", row: null, detail: "" };
    const { list } = await openWith({
      lines: [{ ...refused, reason: untold, said: [] }],
      ...NEVER,
    });
    const [line] = lines(await list());
    expect(line).toHaveTextContent("refused");
    expect(line?.querySelector(".history-more")).toBeNull();
  });

  test("shows what is kept before the platform has answered", async () => {
    const told = { lines: [own, refused], ...asked(1, 1) };
    const { panel, times, list } = await openWith(told, ({ hangs }) => hangs.add("askHistory"));
    expect(lines(await list())).toHaveLength(1);
    await waitFor(() => expect(times("askHistory")).toBe(1));
    expect(panel).toHaveTextContent("as of Fri 13:45");
    expect(lines(await list())).toHaveLength(1);
  });

  test("says that nobody has done anything, once the platform has said so", async () => {
    const { panel } = await openWith(null);
    expect(
      await within(panel).findByText("Nothing was done to it through Watchkeeper yet."),
    ).toBeVisible();
    expect(within(panel).queryByRole("list", { name: "History" })).toBeNull();
    await expectAccessible();
  });

  test("does not say so while the platform has not answered", async () => {
    const { panel, times } = await openWith(null, ({ hangs }) => hangs.add("askHistory"));
    await waitFor(() => expect(times("askHistory")).toBe(1));
    expect(panel).toHaveTextContent("What others did to it is being asked for.");
    expect(panel).not.toHaveTextContent("Nothing was done to it through");
  });

  test("leaves to its card what is held here", async () => {
    const held = makeWorld().operations.find(({ standing }) => standing === "held_conflict");
    if (!held) throw new Error("nothing is held");
    usePlace.getState().go({
      screen: "queue",
      view: "pending",
      record: { kind: "refund", id: held.record },
    });
    const world = makeWorld();
    const line = lineOf(0.5, { operation: held.id, ours: true, word: "conflict" });
    world.histories.set(held.record, { lines: [line], ...NEVER });
    openApp(world);
    expect(
      await screen.findByText("Nothing else was done to it through Watchkeeper."),
    ).toBeVisible();
    expect(screen.getAllByRole("article")).toHaveLength(1);
    expect(screen.queryByRole("list", { name: "History" })).toBeNull();
  });
});

describe("without an answer of the platform", () => {
  const told = () => ({ lines: [lineOf(1), lineOf(3)], ...asked(1, 2) });

  test("what is kept stays, with how old it is and a quiet sentence", async () => {
    const { backend, panel, user, list } = await openWith(told(), (world) => {
      world.problem = CUT_OFF;
    });
    const sentence = "The platform does not answer: what was done since then is not here.";
    expect(await within(panel).findByText(sentence)).toBeVisible();
    expect(panel).toHaveTextContent("as of Fri 12:45");
    expect(lines(await list())).toHaveLength(1);
    expect(within(panel).queryByRole("alert")).toBeNull();
    await expectAccessible();
    // The line is back.
    backend.world.problem = null;
    await user.click(within(panel).getByRole("button", { name: "Try again" }));
    await waitFor(async () => expect(lines(await list())).toHaveLength(2));
    expect(panel).toHaveTextContent("as of Fri 14:45");
    expect(within(panel).queryByText(sentence)).toBeNull();
  });

  test("only what was done on this laptop is shown, and said to be that", async () => {
    const world = makeWorld();
    const done = world.operations.find(({ standing }) => standing === "confirmed");
    if (!done) throw new Error("nothing is confirmed");
    const record = { kind: "refund", id: done.record };
    usePlace.getState().go({ screen: "queue", view: "pending", record });
    world.problem = CUT_OFF;
    openApp(world);
    const sentence = "The platform does not answer: only what was done on this laptop is here.";
    expect(await screen.findByText(sentence)).toBeVisible();
    const [line] = lines(screen.getByRole("list", { name: "History" }));
    expect(line).toHaveTextContent("confirmed");
    expect(line).toHaveTextContent("you");
    // What is settled is a line and no card.
    expect(screen.queryByRole("article")).toBeNull();
  });

  test("another failure says what it is, and can be tried again", async () => {
    const { backend, panel, user, times } = await openWith(told(), ({ fails }) => {
      fails.askHistory = { code: "token_revoked", detail: null, row: null };
    });
    const sentence = "The token was revoked: what was done since then is not here.";
    expect(await within(panel).findByText(sentence)).toHaveAttribute("data-tone", "amber");
    backend.world.fails = {};
    await user.click(within(panel).getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(within(panel).queryByText(sentence)).toBeNull());
    expect(times("askHistory")).toBe(2);
  });

  test("a record of which it shows nothing says that", async () => {
    const { panel } = await openWith(null, ({ fails }) => {
      fails.askHistory = { code: "not_found", detail: null, row: null };
    });
    const sentence = "The platform has no history of it for you.";
    expect(await within(panel).findByText(sentence)).toBeVisible();
    expect(within(panel).queryByRole("button", { name: "Try again" })).toBeNull();
  });
});

describe("a long history", () => {
  const long = () => ({
    lines: Array.from({ length: 60 }, (_, at) => lineOf(at + 1)),
    ...NEVER,
  });

  test("is unfolded by keyboard, and goes on with what the platform has", async () => {
    const { panel, user, list } = await openWith(long());
    const more = await within(panel).findByRole("button", { name: "Show 44 more" });
    expect(lines(await list())).toHaveLength(6);
    expect(more).toHaveAttribute("aria-expanded", "false");
    more.focus();
    await user.keyboard("{Enter}");
    expect(lines(await list())).toHaveLength(50);
    expect(more).toHaveFocus();
    expect(more).toHaveAttribute("aria-expanded", "true");
    await expectAccessible();
    await user.keyboard("{Tab}");
    expect(within(panel).getByRole("button", { name: "Ask for older ones" })).toHaveFocus();
    await user.keyboard("{Enter}");
    await waitFor(async () => expect(lines(await list())).toHaveLength(60));
    expect(within(panel).queryByRole("button", { name: /older/ })).toBeNull();
    await user.click(more);
    expect(lines(await list())).toHaveLength(6);
  });

  test("keeps what is here where the older ones do not come", async () => {
    const { backend, panel, user, list } = await openWith(long());
    await user.click(await within(panel).findByRole("button", { name: "Show 44 more" }));
    backend.world.problem = CUT_OFF;
    await user.click(within(panel).getByRole("button", { name: "Ask for older ones" }));
    const sentence = "The platform does not answer: the older ones are not here.";
    expect(await within(panel).findByText(sentence)).toBeVisible();
    expect(lines(await list())).toHaveLength(50);
    backend.world.problem = null;
    await user.click(within(panel).getByRole("button", { name: "Try again" }));
    await waitFor(async () => expect(lines(await list())).toHaveLength(60));
  });
});
