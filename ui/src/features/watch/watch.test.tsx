import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { BackendError } from "../../platform/backend";
import { makeCrowdedAlerts, makeRareAlerts } from "../../platform/memory/alerts";
import { number } from "../../platform/memory/numbers";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

const region = (name: RegExp | string) => screen.findByRole("region", { name });
const button = (name: RegExp | string) => screen.getByRole("button", { name });
const heading = (name: string) => screen.findByRole("heading", { level: 1, name });
const focusedRow = () => document.activeElement?.closest("li");

const offline = () => ({ ...makeWorld(), link: "cut_off" as const, ageSeconds: 2520 });

describe("the ten seconds", () => {
  test("Watch comes first and says what changed, what fires, what lapses and what came", async () => {
    openApp(makeWorld());
    expect(await heading("Watch")).toBeVisible();
    const digest = await region("Since your last session");
    for (const words of [
      "Since Tue 13:03",
      "5 alerts came and went",
      "1 red alert",
      "1 more is acknowledged",
      "2 lapse",
      "before your session Mon 08:45",
      "41 new",
      "1 is held for you",
    ]) {
      expect(digest).toHaveTextContent(words);
    }
    await expectAccessible();
  });

  test("nothing else needs you, with what was looked at and how old it is", async () => {
    const world = makeWorld();
    world.operations = [];
    openApp(world);
    const digest = await region("Since your last session");
    expect(digest).toHaveTextContent("Nothing else needs you");
    expect(digest).toHaveTextContent(/2 queues and 14 rules looked at, oldest data 1\d s/);
  });

  test("a quiet day is a statement with proof, not an empty page", async () => {
    openApp(makeWorld(0));
    expect(await region("Since your last session")).toHaveTextContent("Nothing needs you");
    expect(await region("Firing")).toHaveTextContent(/No alert fires14 rules looked at/);
    expect(await region("Due")).toHaveTextContent(/Nothing is due2 queues looked at/);
    expect(screen.queryByRole("region", { name: "Numbers" })).not.toBeInTheDocument();
    await expectAccessible();
  });

  test("what the roles do not see is said, and nothing is where all is seen", async () => {
    openApp({ ...makeWorld(), notShown: { queues: 0, numbers: 2, rules: 1 } });
    expect(await screen.findByText("Not shown to you: 2 numbers · 1 rule")).toBeVisible();
    await expectAccessible();
  });

  test("a rule that cannot be evaluated takes the place of all clear", async () => {
    openApp({ ...makeWorld(), alerts: makeRareAlerts() });
    const digest = await region("Since your last session");
    expect(digest).toHaveTextContent("1 rule cannot be evaluated");
    expect(digest).not.toHaveTextContent("needs you");
  });

  test("the rail counts the red alerts that nobody has taken", async () => {
    openApp(makeWorld());
    await region("Firing");
    const entry = button(/^Watch/);
    expect(entry).toHaveTextContent("1 red alert that nobody has taken");
    expect(entry).toHaveAttribute("aria-current", "page");
  });
});

describe("cut off", () => {
  test("says that alerts may be over, from when it all is, and claims nothing else", async () => {
    openApp(offline());
    const told = await screen.findByRole("alert");
    expect(told).toHaveTextContent(
      "Cut off since Fri 14:03: alerts may be over, new ones are not seen",
    );
    expect(told).toHaveTextContent("All of this stood so at 14:03");
    expect(await region("Firing")).toHaveTextContent("as of 14:03, 42 min old");
    expect(await region("Numbers")).toHaveTextContent("as of 14:03, 42 min old");
    const digest = await region("Since your last session");
    expect(digest).toHaveTextContent("Not known since 14:03");
    expect(digest).not.toHaveTextContent("needs you");
    expect(button(/^Watch/)).toHaveTextContent("1 red alert when the platform was last heard");
    await expectAccessible();
  });

  test("without alerts it does not say that none fires", async () => {
    openApp({ ...offline(), alerts: [] });
    const firing = await region("Firing");
    expect(firing).toHaveTextContent("None was firing at 14:03");
    expect(firing).not.toHaveTextContent("No alert fires");
  });

  test("in step but silent for too long is said as well", async () => {
    openApp({ ...makeWorld(), ageSeconds: 400 });
    expect(await screen.findByRole("alert")).toHaveTextContent("Nothing heard since 14:38");
  });

  test("filling for the first time is not a quiet day", async () => {
    openApp({ ...makeWorld(0), link: "filling", filling: 8420 });
    expect(await screen.findByText("Filling for the first time")).toBeVisible();
    await waitFor(() => expect(screen.getByText(/8,420 records so far/)).toBeVisible());
    expect(screen.queryByText(/needs you/)).not.toBeInTheDocument();
    await expectAccessible();
  });

  test("that cannot be read says what to do, and does it", async () => {
    const world = makeWorld();
    world.fails = { watchView: { code: "storage", detail: "disk I/O error", row: null } };
    const { user, backend } = openApp(world);
    expect(await screen.findByRole("alert")).toHaveTextContent("The local database failed");
    await expectAccessible();
    backend.world.fails = {};
    await user.click(button("Try again"));
    expect(await region("Firing")).toBeVisible();
  });

  test("reading has the shape of what will come", async () => {
    const world = makeWorld();
    world.hangs = new Set(["watchView"]);
    const { container } = openApp(world);
    await waitFor(() => expect(container.querySelector(".watch[aria-busy]")).not.toBeNull());
    await expectAccessible();
  });
});

describe("an alert", () => {
  test("says what, for how long, by which rule, and who has it; what nobody has comes first", async () => {
    openApp(makeWorld());
    const rows = within(await region("Firing")).getAllByRole("listitem");
    expect(rows.map((row) => row.dataset.alert)).toEqual(["A-31", "A-33", "A-29"]);
    expect(rows[0]).toHaveTextContent(/1 h 03.*red after 30 min W-08/);
    expect(within(rows[0] as HTMLElement).getByLabelText("Red")).toBeVisible();
    expect(rows[2]).toHaveTextContent("Acknowledged by Theo Lang, Fri 11:45");
    expect(within(rows[2] as HTMLElement).queryByText("Acknowledge")).not.toBeInTheDocument();
  });

  test("is acknowledged with e: one operation, queued, and the next one is up", async () => {
    const { user, backend } = openApp(makeWorld());
    const asked = vi.spyOn(backend, "act");
    await region("Firing");
    await user.keyboard("e");
    const row = () => document.querySelector('[data-alert="A-31"]');
    await waitFor(() => expect(row()).toHaveTextContent("Acknowledged by Imogen Hart"));
    expect(row()).toHaveTextContent("queued");
    expect(asked).toHaveBeenCalledTimes(1);
    expect(asked.mock.calls[0]?.[0]).toMatchObject({
      kind: "alert",
      id: "A-31",
      action: "acknowledge",
      seen_revision: 2,
    });
    expect(screen.getByRole("status")).toHaveTextContent(
      "Acknowledgement queued: Matching service is down",
    );
    expect(screen.queryByText("1 red alert")).not.toBeInTheDocument();
    expect(button(/Acknowledge: Expiry job/)).toHaveTextContent("e");
  });

  test("pressed again after an error is the same operation", async () => {
    const { user, backend } = openApp(makeWorld());
    const asked = vi.spyOn(backend, "act");
    await region("Firing");
    backend.world.fails = { act: { code: "disk_full", detail: null, row: null } };
    await user.keyboard("e");
    expect(await screen.findByRole("alert")).toHaveTextContent("The disk is full");
    backend.world.fails = {};
    await user.keyboard("e");
    await waitFor(() =>
      expect(screen.getByRole("status")).toHaveTextContent("Acknowledgement queued"),
    );
    expect(new Set(asked.mock.calls.map(([request]) => request.operation)).size).toBe(1);
  });

  test("opens what it is about: the record, else the view", async () => {
    const { user } = openApp(makeWorld());
    await region("Firing");
    await user.click(button("Open: A paid placement never started"));
    expect(await region(/Clay and Kiln/)).toBeVisible();
    await user.keyboard("gw");
    await user.click(await screen.findByRole("button", { name: "Open: Matching service is down" }));
    expect(await heading("Charges")).toBeVisible();
  });

  test("unknown, undelivered and not ours to take are said", async () => {
    openApp({ ...makeWorld(), alerts: makeRareAlerts() });
    const firing = await region("Firing");
    expect(firing).toHaveTextContent(
      "Neither confirmed nor over: cannot be evaluated since Fri 14:21",
    );
    expect(firing).toHaveTextContent("Not notified: no notification service answers");
    const notOurs = firing.querySelector<HTMLElement>('[data-alert="A-43"]');
    expect(notOurs).not.toBeNull();
    expect(within(notOurs as HTMLElement).queryByText("Acknowledge")).not.toBeInTheDocument();
    await expectAccessible();
  });

  test("a folder that cannot be written acknowledges nothing", async () => {
    const world = makeWorld();
    world.app.phase = "read_only";
    const { user, backend } = openApp(world);
    await region("Firing");
    await user.keyboard("e");
    expect(backend.calls).not.toContain("act");
    expect(screen.queryByText("Acknowledge")).not.toBeInTheDocument();
  });

  test("that a notification points at has the focus, from wherever the operator was", async () => {
    const { user, backend } = openApp(makeWorld());
    await region("Firing");
    await user.keyboard("gs");
    await heading("Sync");
    act(() => backend.show({ type: "watch", alert: "A-33" }));
    expect(await heading("Watch")).toBeVisible();
    await waitFor(() => expect(focusedRow()).toHaveTextContent("Expiry job"));
    act(() => backend.show({ type: "sync" }));
    expect(await heading("Sync")).toBeVisible();
  });

  test("j and k go from one thing to do to the next, Enter does it", async () => {
    const { user } = openApp(makeWorld());
    await region("Firing");
    const seen: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      await user.keyboard("j");
      seen.push(document.activeElement?.getAttribute("aria-label") ?? "");
    }
    expect(seen).toEqual([
      "Open: Matching service is down",
      "Acknowledge: Expiry job is on attempt 2 of 5",
      "Open: A paid placement never started",
      "Start: Refund requests",
      "Start: Reviews",
    ]);
    await user.keyboard("k{Enter}");
    expect(await heading("Refund requests")).toBeVisible();
  });
});

describe("yellow alerts of one rule", () => {
  const crowded = () => ({ ...makeWorld(), alerts: makeCrowdedAlerts() });
  const group = () => button("Long waiting list, 4 alerts");
  const groupRow = () => group().closest("li") as HTMLElement;
  const yellow = ["A-52", "A-53", "A-54", "A-55"];
  const taken = (backend: { world: { alerts: { id: string; acknowledged: unknown }[] } }) =>
    backend.world.alerts.filter(({ acknowledged }) => acknowledged).map(({ id }) => id);

  test("are one row with their number, what each says and the longest time; red ones never are", async () => {
    openApp(crowded());
    const firing = await region("Firing");
    const ids = () =>
      [...firing.querySelectorAll<HTMLElement>("[data-alert]")].map(({ dataset }) => dataset.alert);
    expect(ids()).toEqual(["A-50", "A-51", "A-33"]);
    expect(group()).toHaveAttribute("aria-expanded", "false");
    expect(groupRow()).toHaveTextContent(
      /Long waiting list 4Marrickville: 24 wait · Newtown: 18 wait · Leichhardt: 15 wait · Glebe: 12 wait24 min/,
    );
    expect(groupRow()).toHaveTextContent("yellow above 10 W-10");
    await expectAccessible();
  });

  test("are shown one by one, each with what can be done with it", async () => {
    const { user, backend } = openApp(crowded());
    await region("Firing");
    await user.click(group());
    expect(group()).toHaveAttribute("aria-expanded", "true");
    const rows = within(groupRow()).getAllByRole("listitem");
    expect(rows.map((row) => row.dataset.alert)).toEqual(yellow);
    await expectAccessible();
    await user.click(button("Acknowledge: Long waiting list, Newtown: 18 wait"));
    await waitFor(() => expect(taken(backend)).toEqual(["A-53"]));
    expect(
      await screen.findByRole("button", { name: "Long waiting list, 3 alerts" }),
    ).toBeVisible();
    await user.click(button("Open: Long waiting list, Glebe: 12 wait"));
    expect(await heading("Charges")).toBeVisible();
  });

  test("are folded up again", async () => {
    const { user } = openApp(crowded());
    await region("Firing");
    await user.click(group());
    await user.click(group());
    expect(group()).toHaveAttribute("aria-expanded", "false");
    expect(document.querySelector('[data-alert="A-52"]')).toBeNull();
  });

  test("are acknowledged together, with an operation for each", async () => {
    const { user, backend } = openApp(crowded());
    const asked = vi.spyOn(backend, "act");
    await region("Firing");
    await user.click(button("Acknowledge all 4: Long waiting list"));
    await waitFor(() => expect(taken(backend)).toEqual(yellow));
    const requests = asked.mock.calls.map(([request]) => request);
    expect(requests.map(({ id, action }) => `${action} ${id}`)).toEqual(
      yellow.map((id) => `acknowledge ${id}`),
    );
    expect(new Set(requests.map(({ operation }) => operation)).size).toBe(4);
    expect(screen.getByRole("status")).toHaveTextContent(
      "4 acknowledgements queued: Long waiting list",
    );
    await waitFor(() => expect(groupRow()).toHaveTextContent("Acknowledged by Imogen Hart"));
    expect(groupRow()).toHaveTextContent("queued");
    expect(within(groupRow()).queryByText(/Acknowledge all/)).not.toBeInTheDocument();
    const last = within(await region("Firing"))
      .getAllByRole("listitem")
      .at(-1);
    expect(last).toBe(groupRow());
  });

  test("one that is refused does not keep the others, and the error is said", async () => {
    const { user, backend } = openApp(crowded());
    await region("Firing");
    const act = backend.act;
    vi.spyOn(backend, "act").mockImplementation((request) =>
      request.id === "A-53"
        ? Promise.reject(new BackendError({ code: "disk_full", detail: null, row: null }))
        : act(request),
    );
    await user.click(button("Acknowledge all 4: Long waiting list"));
    expect(await screen.findByRole("alert")).toHaveTextContent("The disk is full");
    expect(taken(backend)).toEqual(["A-52", "A-54", "A-55"]);
    expect(button("Acknowledge: Long waiting list")).toBeEnabled();
  });

  test("j stops at the row, Enter unfolds it, e takes all, and inside it the one", async () => {
    const { user, backend } = openApp(crowded());
    await region("Firing");
    await user.keyboard("jjj");
    expect(group()).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(group()).toHaveAttribute("aria-expanded", "true");
    await user.keyboard("jj");
    expect(button("Open: Long waiting list, Newtown: 18 wait")).toHaveFocus();
    await user.keyboard("e");
    await waitFor(() => expect(taken(backend)).toEqual(["A-53"]));
    await screen.findByRole("button", { name: "Long waiting list, 3 alerts" });
    act(() => document.querySelector<HTMLElement>("[data-group] button")?.focus());
    await user.keyboard("e");
    await waitFor(() => expect(taken(backend)).toEqual(yellow));
  });

  test("one that a notification points at is unfolded and has the focus", async () => {
    const { backend } = openApp(crowded());
    await region("Firing");
    act(() => backend.show({ type: "watch", alert: "A-54" }));
    await waitFor(() => expect(focusedRow()?.dataset.alert).toBe("A-54"));
    expect(group()).toHaveAttribute("aria-expanded", "true");
  });

  test("that nobody may take, or that are not known, say so on the one row", async () => {
    const world = crowded();
    world.alerts
      .filter(({ id }) => id === "A-52" || id === "A-53")
      .forEach((each) => {
        each.can_acknowledge = false;
        each.unknown_since = each.since;
        each.undelivered = "no notification service answers";
      });
    openApp(world);
    await region("Firing");
    expect(groupRow()).toHaveTextContent("2 neither confirmed nor over");
    expect(groupRow()).toHaveTextContent("2 not notified: no notification service answers");
    expect(button("Acknowledge 2: Long waiting list")).toBeVisible();
  });
});

describe("a number", () => {
  test("stands with its window, its change, what it is held against and its records", async () => {
    const { user } = openApp(makeWorld());
    const revenue = await screen.findByRole("article", { name: "Revenue" });
    for (const words of ["this month", "$2,340", "12 % more than", "heading for $2,820"]) {
      expect(revenue).toHaveTextContent(words);
    }
    const adoption = screen.getByRole("article", { name: "Featured adoption" });
    expect(adoption).toHaveTextContent(/18 %90 of 500.*target 25 % · amber below 20 %/);
    const spark = within(adoption).getByRole("img");
    expect(spark).toHaveAccessibleName(/Featured adoption over time: from 15 % to 18 %/);
    await user.click(button("$2,340: open the records of Revenue"));
    expect(await heading("Charges")).toBeVisible();
  });

  test("that another source contradicts shows both", async () => {
    openApp(makeWorld());
    const cost = await screen.findByRole("article", { name: "Cost of matching" });
    expect(cost).toHaveTextContent("$36");
    expect(cost).toHaveTextContent("The provider’s bill says $37.50");
    expect(cost).toHaveTextContent("limit $250");
  });

  test("a change is good or not by the pack's word, and never in red", async () => {
    openApp(makeWorld());
    await region("Numbers");
    const tone = (name: string) =>
      screen.getByRole("article", { name }).querySelector<HTMLElement>(".number-change")?.dataset
        .tone;
    expect(tone("Revenue")).toBe("green");
    expect(tone("Searches")).toBe("amber");
    expect(tone("Answer time")).toBe("amber");
  });

  test("that cannot be worked out says why instead of nought", async () => {
    openApp(makeWorld());
    const churn = await screen.findByRole("article", { name: "Featured churn" });
    expect(churn).toHaveTextContent("—No placement ended in this month.");
    expect(within(churn).queryByRole("img")).not.toBeInTheDocument();
  });

  test("has its parts in a quiet line, the rest summed up", async () => {
    const world = makeWorld();
    world.numbers = [
      number("q", {
        label: "Backlog",
        unit: "count",
        value: 5,
        parts: [{ label: "North", value: 4 }],
        other: 1,
      }),
    ];
    openApp(world);
    expect(await screen.findByRole("article", { name: "Backlog" })).toHaveTextContent(
      "North 4 · other 1",
    );
  });
});

describe("what is due", () => {
  test("has its size, its time, its first deadline, and starts", async () => {
    const { user } = openApp(makeWorld());
    const due = await region("Due");
    const [refunds, reviews] = within(due).getAllByRole("listitem");
    expect(refunds).toHaveTextContent(/2 open.*1 is due soon.*≈ 8 min.*3 h 1/);
    expect(reviews).toHaveTextContent(/51 open.*40 at once.*target 10.*≈ 49 min/);
    expect(due).toHaveTextContent("2 h 10 used · 57 min planned · 53 min left");
    await user.click(button("Start: Reviews"));
    expect(await heading("Reviews")).toBeVisible();
  });

  test("each deadline on the line opens its record", async () => {
    const { user } = openApp(makeWorld());
    const lapses = await region("Lapses next");
    expect(lapses).toHaveTextContent("Mon 08:45your session");
    await user.click(within(lapses).getByRole("button", { name: /Open Paper & Press.*: 3 h 1/ }));
    expect(await region(/Paper & Press/)).toBeVisible();
  });

  test("last events are words, and our own doing stands in runs", async () => {
    const { user } = openApp(makeWorld());
    const events = await region("Last events");
    expect(events).toHaveTextContent("Approve · 50 records");
    expect(events).toHaveTextContent("Over: Webhook retries");
    expect(events).toHaveTextContent("refused");
    await user.click(button("all in the Log"));
    expect(await heading("Log")).toBeVisible();
  });
});

test("the operator's hand is told at most once a minute, however much is typed", async () => {
  const now = vi.spyOn(performance, "now");
  const { user, backend } = openApp(makeWorld());
  await region("Firing");
  const touches = () => backend.calls.filter((call) => call === "touch").length;
  expect(touches()).toBe(0);
  const start = performance.now();
  now.mockReturnValue(start + 1000);
  await user.keyboard("jjkk");
  await user.click(document.body);
  expect(touches()).toBe(1);
  now.mockReturnValue(start + 62_000);
  await user.keyboard("j");
  expect(touches()).toBe(2);
});
