import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import type { OperationWord } from "../../platform/backend";
import { APPROVE, makeWorld, operation } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "sync" }));
const region = (name: RegExp) => screen.findByRole("region", { name });

describe("Sync", () => {
  test("shows what is held and why, what waits, what is under way and what settled", async () => {
    openApp(makeWorld());
    const held = await region(/Held for you · 1/);
    expect(held).toHaveTextContent("The provider lists a refund for this charge");
    expect(held).toHaveTextContent("What the platform has");
    expect(held).toHaveTextContent("Theo Lang");
    expect(await region(/Waiting · 1/)).toHaveTextContent("queued");
    expect(await region(/Under way · 1/)).toHaveTextContent("unknown");
    expect(await region(/Settled · 1/)).toHaveTextContent("confirmed");
    await expectAccessible();
  });

  test("says of what waits for which other it does, and how that stands", async () => {
    const world = makeWorld();
    const on = (word: OperationWord, number: string) => ({
      id: `first-${number}`,
      kind: "return",
      record: `B-${number}`,
      title: `Return ${number}`,
      action: "Parcel is here",
      word,
    });
    const waits = (word: OperationWord, number: string) =>
      operation(
        { record: `R-${number}`, title: "A — $1.00", ...APPROVE, waits_for: on(word, number) },
        "queued",
        word === "refused" ? "blocked" : "waiting",
      );
    world.operations = [waits("queued", "1"), waits("refused", "2"), waits("unknown", "3")];
    openApp(world);
    const waiting = await region(/Waiting · 3/);
    const said = (waiting.textContent ?? "").replace(/[\u2068\u2069]/g, "");
    expect(said).toContain("Waits for Parcel is here on Return 1, which goes first.");
    expect(said).toContain("Waits for Parcel is here on Return 2, which is held for you.");
    expect(said).toContain("Waits for Parcel is here on Return 3, of which nobody knows yet");
    await expectAccessible();
  });

  test("says of a switch which control and to what, and of a setting what it is to be", async () => {
    const world = makeWorld();
    const made = (of: Parameters<typeof operation>[0]) => operation(of, "queued", "waiting");
    world.operations = [
      made({
        kind: "control",
        record: "freeze_payouts",
        title: "Freeze payouts",
        action_id: "switch",
        action: "Switch",
        to: { text: "yes", json: "true" },
      }),
      made({
        kind: "setting",
        record: "review_days-2",
        title: "Days for a review",
        action_id: "say",
        action: "Say",
        to: { text: "3 days", json: "3" },
      }),
    ];
    openApp(world);
    const waiting = await region(/Waiting · 2/);
    const said = (waiting.textContent ?? "").replace(/[\u2068\u2069]/g, "");
    expect(said).toContain("Freeze payouts→ on");
    expect(said).toContain("Days for a review→ 3 days");
    await expectAccessible();
  });

  test("has no button that resets", async () => {
    openApp(makeWorld());
    await region(/Held/);
    const names = screen.getAllByRole("button").map((each) => each.textContent);
    expect(names.filter((name) => /reset|clear|delete|wipe/i.test(name ?? ""))).toEqual([]);
  });

  test("in step says when it pulled, and pulls when asked", async () => {
    const { user, backend } = openApp(makeWorld());
    const link = await region(/In step/);
    expect(link).toHaveTextContent(/Last pull \d+ s ago\. The platform says at once/);
    await user.click(within(link).getByRole("button", { name: "Sync now" }));
    expect(backend.calls).toContain("pullNow");
    await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("Asked the platform"));
  });

  test("cut off says since when, why, and when it tries again", async () => {
    const problem = { code: "unreachable", detail: null, row: null } as const;
    openApp({ ...makeWorld(), link: "cut_off", ageSeconds: 2520, problem });
    const link = await region(/Cut off since Fri 14:03/);
    expect(link).toHaveTextContent("Next try 14:45");
    expect(link).toHaveTextContent("The platform does not answer");
    expect(within(link).getByRole("button", { name: "Try now" })).toBeVisible();
    await expectAccessible();
  });

  test("signed out asks for a token, and goes on with it", async () => {
    const problem = { code: "token_revoked", detail: null, row: null } as const;
    const { user, backend } = openApp({ ...makeWorld(), link: "signed_out", problem });
    const renewToken = vi.spyOn(backend, "renewToken");
    expect(await screen.findByRole("alert")).toHaveTextContent("Signed out: nothing is sent");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Give a new token" }));
    const token = await screen.findByLabelText("Token");
    await user.type(token, "wrong{Enter}");
    expect(await screen.findByText("The token is not known")).toBeVisible();
    await expectAccessible();
    await user.clear(token);
    await user.type(token, "wk_2{Enter}");
    await waitFor(() => expect(renewToken).toHaveBeenLastCalledWith("wk_2"));
    expect(await region(/In step/)).toBeVisible();
  });

  test("tells of unreadable records, a broken chain and an unsure clock", async () => {
    openApp({ ...makeWorld(), quarantine: true, brokenAt: 97, clockUnsure: true });
    expect(await region(/Audit chain/)).toHaveTextContent("Broken at entry 97");
    expect(await region(/Unreadable records/)).toHaveTextContent("expected a number");
    expect(await region(/Connection/)).toHaveTextContent("The clock is a guess");
    await expectAccessible();
  });

  test("says what is not compared, and why", async () => {
    openApp({ ...makeWorld(), uncompared: { lines: 2, kinds: ["Reviews"] } });
    const told = await region(/Held against the platform/);
    const said = (told.textContent ?? "").replace(/[\u2068\u2069]/g, "");
    expect(said).toContain("Of 2 unreadable lines not even the kind reads.");
    await expectAccessible();
  });

  test("says which kinds are not compared", async () => {
    openApp({ ...makeWorld(), uncompared: { lines: 0, kinds: ["Refunds", "Reviews"] } });
    const told = await region(/Held against the platform/);
    const said = (told.textContent ?? "").replace(/[\u2068\u2069]/g, "");
    expect(said).toContain("does not say its revision: Refunds, Reviews.");
  });

  test("tells of a copy that was fetched anew, and of one that still differs", async () => {
    const at = "2026-11-20T11:00:00+11:00";
    openApp({
      ...makeWorld(),
      copies: [
        { kind: "Refund requests", at, stays: false },
        { kind: "Reviews", at, stays: true },
      ],
    });
    const told = await region(/Held against the platform/);
    expect(told).toHaveTextContent(
      "“Refund requests” differed from the platform's and was fetched",
    );
    expect(told).toHaveTextContent("“Reviews” was fetched anew and still differs");
    await expectAccessible();
  });

  test("with nothing to do says so, with proof", async () => {
    const world = makeWorld();
    world.operations = world.operations.filter((each) => each.standing === "confirmed");
    openApp(world);
    expect(await screen.findByText("Nothing waits and nothing is held")).toBeVisible();
    expect(screen.getByText("1 operation settled lately")).toBeVisible();
    expect(await region(/Audit chain/)).toHaveTextContent("The chain holds");
  });

  test("filling counts", async () => {
    openApp({ ...makeWorld(0), link: "filling", filling: 8420 });
    expect(await region(/Filling/)).toHaveTextContent("8,420 records so far");
    await expectAccessible();
  });

  test("that cannot be read says so", async () => {
    const world = makeWorld();
    world.fails = { syncStatus: { code: "storage", detail: null, row: null } };
    openApp(world);
    expect(await screen.findByRole("alert")).toHaveTextContent("The local database failed");
    await expectAccessible();
  });

  test("opens the record of an operation", async () => {
    const { user } = openApp(makeWorld());
    const waiting = await region(/Waiting/);
    await user.click(within(waiting).getByRole("button", { name: /Clay and Kiln/ }));
    expect(await screen.findByRole("region", { name: /Clay and Kiln/ })).toBeVisible();
  });

  test("opens each where its kind has its place: a switch, an alert, a record in its own view", async () => {
    const world = makeWorld();
    const of = { title: "It", action_id: "x", action: "Do" };
    world.operations = [
      operation({ ...of, id: "1", kind: "control", record: "freeze" }, "queued", "waiting"),
      operation({ ...of, id: "2", kind: "alert", record: "al-1" }, "queued", "waiting"),
      operation(
        { ...of, id: "3", kind: "review", record: "V-2200", view: "reviews" },
        "queued",
        "waiting",
      ),
    ];
    const { user } = openApp(world);
    const places = [
      { screen: "controls", control: "freeze" },
      { screen: "watch", alert: "al-1" },
      { screen: "queue", view: "reviews", record: { kind: "review", id: "V-2200" } },
    ];
    for (const [at, place] of places.entries()) {
      const waiting = await region(/Waiting/);
      const button = within(waiting).getAllByRole("button", { name: "It" })[at];
      await user.click(button as HTMLElement);
      expect(usePlace.getState().past.at(-1)).toEqual({ screen: "sync" });
      if (at !== 1) expect(usePlace.getState().place).toMatchObject(place);
      else expect(usePlace.getState().place.screen).toBe("watch");
      act(() => usePlace.getState().go({ screen: "sync" }));
    }
  });

  test("says how far an action on many is, and what of it is held", async () => {
    const world = makeWorld();
    const batch = "01936a2e-0000-7000-8000-000000000009";
    const of = { title: "It", action_id: "approve", action: "Approve" };
    const one = (record: string) => ({ ...of, id: `${batch}-${record}`, record });
    world.operations = [
      operation(one("V-1"), "confirmed", "confirmed"),
      operation(one("V-2"), "queued", "waiting"),
      operation(one("V-3"), "queued", "waiting"),
      operation(one("V-4"), "refused", "held_refused"),
    ];
    const { backend } = openApp(world);
    const many = await region(/Many at once/);
    expect(many).toHaveTextContent("Approve: 4 records1 of 4 done · 2 wait1 held for you");
    const bar = within(many).getByRole("progressbar", { name: "Approve: 4 records" });
    expect(bar).toHaveAttribute("aria-valuenow", "1");
    await expectAccessible();
    act(() =>
      backend.change(
        ({ operations }) => {
          for (const each of operations) each.standing = "confirmed";
        },
        [{ tag: "sync" }],
      ),
    );
    await waitFor(() => expect(screen.queryByText("Many at once")).not.toBeInTheDocument());
  });

  test("of many that wait it shows the first and how many follow, and the rest when asked", async () => {
    const world = makeWorld();
    const of = { action_id: "approve", action: "Approve" };
    world.operations = Array.from({ length: 250 }, (_, at) =>
      operation(
        { ...of, id: `w-${at}`, record: `V-${at}`, title: `It ${at}` },
        "queued",
        "waiting",
      ),
    );
    const { user, backend } = openApp(world);
    const waiting = await region(/Waiting · 250/);
    // By their words: the names of so many buttons take the page's simulation seconds.
    const cards = () => within(waiting).getAllByText(/^It \d+$/);
    expect(cards()).toHaveLength(100);
    expect(screen.getByText(/250 queued/)).toBeVisible();
    await user.click(within(waiting).getByText(/150 more follow/));
    await waitFor(() => expect(cards()).toHaveLength(200));
    await user.click(within(waiting).getByText(/50 more follow/));
    await waitFor(() => expect(cards()).toHaveLength(250));
    expect(within(waiting).queryByText(/more follow/)).not.toBeInTheDocument();
    // Those that were asked for are read again like the first.
    const asked = backend.calls.filter((call) => call === "moreOperations").length;
    act(() => backend.change(({ operations }) => operations.splice(0, 200), [{ tag: "sync" }]));
    expect(await region(/Waiting · 50/)).toBeVisible();
    await waitFor(() => expect(cards()).toHaveLength(50));
    expect(backend.calls.filter((call) => call === "moreOperations").length).toBeGreaterThan(asked);
    await expectAccessible();
  }, 20_000);

  test("of two who did the same, the other is told in one sentence what became of it", async () => {
    const world = makeWorld();
    const of = { title: "It", record: "R-1", action_id: "approve", action: "Approve" };
    const reason = { code: "record.changed", row: null, detail: "Not what the operator saw." };
    const theirs = [
      { field: "state", label: "State", value: { type: "text", text: "refunded" } as const },
      { field: "by", label: "Decided by", value: { type: "text", text: "Theo" } as const },
    ];
    world.operations = [
      operation({ ...of, reason, theirs, became: "refunded" }, "refused", "held_conflict"),
    ];
    openApp(world);
    const held = await region(/Held for you/);
    expect(held).toHaveTextContent("Somebody was sooner: on the platform it is “refunded” by now");
    expect(held).toHaveTextContent("Decided byTheo");
    expect(held).not.toHaveTextContent("Not what the operator saw.");
    // Its verdict stands for ever: sent again it would get the same one.
    expect(within(held).queryByRole("button", { name: "Try again" })).not.toBeInTheDocument();
    expect(within(held).getByRole("button", { name: "Discard…" })).toBeVisible();
    await expectAccessible();
  });

  test("says of what was sent and not answered what is done about it", async () => {
    const world = makeWorld();
    const of = { title: "It", record: "R-1", action_id: "approve", action: "Approve" };
    world.operations = [operation({ ...of, attempts: 1 }, "unknown", "in_flight")];
    openApp(world);
    expect(await screen.findByText(/asked for it by its id before it is sent again/)).toBeVisible();
    expect(screen.queryByText(/On its way/)).not.toBeInTheDocument();
  });

  test("says of a provider that is not at work what keeps it, and not that it is", async () => {
    const world = makeWorld();
    const of = { title: "It", record: "R-1", action_id: "approve", action: "Approve" };
    const detail = "Stripe does not let the platform in.";
    const reason = { code: "provider.keeps_out", row: null, detail };
    world.operations = [operation({ ...of, reason }, "sent", "accepted")];
    openApp(world);
    expect(await screen.findByText(/^The platform has it\./)).toHaveTextContent(
      "The platform has it. Stripe does not let the platform in.",
    );
  });

  test("amending opens the record, and says so where the action is gone", async () => {
    const world = makeWorld();
    for (const each of world.operations) each.action_id = "of an older pack";
    const { user } = openApp(world);
    await user.click(within(await region(/Held/)).getByRole("button", { name: "Amend…" }));
    expect(await screen.findByRole("region", { name: /Quiet Hours/ })).toBeVisible();
    expect(await screen.findByText(/Approve refund is not possible on the record/)).toBeVisible();
  });
});

describe("the line at the foot of the rail", () => {
  test.each([
    ["in_step", 12, "In step · 1\\d s ago"],
    ["in_step", 600, "Nothing new · 10 min ago"],
    ["cut_off", 600, "Cut off since Fri 14:03"],
    ["signed_out", 600, "Signed out"],
  ] as const)("%s after %i s says %s", async (link, ageSeconds, words) => {
    openApp({ ...makeWorld(), link, ageSeconds });
    expect(await screen.findByRole("button", { name: new RegExp(words) })).toBeVisible();
  });

  test("counts what is queued, unknown and refused", async () => {
    openApp(makeWorld());
    const line = await screen.findByRole("button", { name: /In step/ });
    for (const words of ["1 queued", "1 unknown", "1 refused"]) {
      expect(line).toHaveTextContent(words);
    }
  });
});
