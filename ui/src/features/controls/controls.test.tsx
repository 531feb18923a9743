import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { makeControls } from "../../platform/memory/controls";
import { makeWorld, operation, type World } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "watch" }));

const region = (name: string | RegExp) => screen.findByRole("region", { name });
const banners = () => region("Switches that are not as usual");

function switched(change: (world: World) => void = () => {}): World {
  const world = { ...makeWorld(), controls: makeControls() };
  change(world);
  return world;
}

/** The screen with this switch chosen, and what is sent. */
async function open(control: string, world = switched()) {
  usePlace.getState().go({ screen: "controls", control });
  const app = openApp(world);
  await region("Switches of the platform");
  return { ...app, acted: vi.spyOn(app.backend, "act") };
}

const north = (world: World) => {
  const found = world.controls.find(({ id }) => id === "bookings_paused/north");
  if (!found) throw new Error("north");
  return found;
};

describe("across the window", () => {
  test("what is on says since when, by whom and why, and what it holds; in the rail too", async () => {
    openApp(switched());
    const shown = await banners();
    expect(shown).toHaveTextContent("Refunds frozen: on");
    expect(shown).toHaveTextContent("Theo Lang: Three cards of one buyer.");
    expect(shown).toHaveTextContent("It holds 2 operations of this laptop.");
    const rail = within(screen.getByRole("navigation", { name: "Rooms" }));
    expect(rail.getByRole("button", { name: /^Controls/ })).toHaveTextContent(
      "1 switch is not as usual",
    );
    await expectAccessible();
  });

  test("what the host was told and does not answer with is NOT IN EFFECT", async () => {
    const { user } = openApp(switched());
    const shown = await banners();
    expect(shown).toHaveTextContent("What answers questions: NOT IN EFFECT");
    expect(shown).toHaveTextContent("What counts is still: primary. Asked for: standby.");
    await user.click(within(shown).getByRole("button", { name: "Open: What answers questions" }));
    expect(await region("What answers questions")).toHaveTextContent("NOT IN EFFECT");
    expect(screen.queryByLabelText("Reason")).toBeNull();
    expect(await region("What answers questions")).toHaveTextContent(
      "It can be switched again once the platform has said what became of that.",
    );
  });

  test("what is on stays said while it is switched off and that is not in effect", async () => {
    const asked = {
      value: { text: "no", json: "false" },
      by: "Imogen Hart",
      at: "2026-11-20T14:44:00+11:00",
      reason: null,
    };
    openApp(
      switched((world) => {
        world.controls = world.controls
          .filter(({ id }) => id === "freeze_refunds")
          .map((each) => ({ ...each, asked }));
      }),
    );
    const shown = await banners();
    expect(shown).toHaveTextContent("Refunds frozen: on");
    expect(shown).toHaveTextContent("It holds 2 operations of this laptop.");
    expect(shown).toHaveTextContent("Refunds frozen: the switch to off is NOT IN EFFECT");
    expect(shown).not.toHaveTextContent("Refunds frozen: NOT IN EFFECT");
    expect(within(shown).getAllByRole("button", { name: "Open: Refunds frozen" })).toHaveLength(1);
    await expectAccessible();
  });

  test("what came to nothing says which switch, beside what is on", async () => {
    openApp(
      switched((world) => {
        world.controls = world.controls
          .filter(({ id }) => id === "freeze_refunds")
          .map((each) => ({ ...each, problem: "The host refused it." }));
      }),
    );
    const shown = await banners();
    expect(shown).toHaveTextContent("Refunds frozen: on");
    expect(shown).toHaveTextContent("Refunds frozen: the last switch is NOT IN EFFECT");
  });

  test("nothing is said where all is as usual", async () => {
    openApp(makeWorld());
    await screen.findByRole("navigation", { name: "Rooms" });
    expect(screen.queryByText(/NOT IN EFFECT/)).toBeNull();
    // What comes later is read out, since its region is there before it.
    expect(document.querySelector(".control-banners")).toHaveAttribute("aria-live", "polite");
    expect(screen.queryByRole("region", { name: "Switches that are not as usual" })).toBeNull();
  });

  test("more than three are counted", async () => {
    const { user } = openApp(
      switched((world) => {
        north(world).problem = "The host refused it.";
        const copy = { ...north(world), id: "bookings_paused/south", region: "South" };
        world.controls.push(copy);
      }),
    );
    await user.click(
      await within(await banners()).findByRole("button", { name: "1 more switch is not as usual" }),
    );
    expect(await region("Switches of the platform")).toBeVisible();
  });
});

describe("a switch", () => {
  test("is reached by g c, and says what goes by it and who may", async () => {
    const { user } = openApp(switched());
    await banners();
    await user.keyboard("gc");
    expect(await screen.findByRole("heading", { level: 1, name: "Controls" })).toBeVisible();
    const shown = await region("Refunds frozen");
    expect(shown).toHaveTextContent("Approve Refund request R-17");
    expect(shown).toHaveTextContent("Operator · Owner");
    expect(shown).toHaveTextContent("usually off");
    expect(screen.getByText(/^\d+ controls$/)).toBeVisible();
    await expectAccessible();
  });

  test("needs a reason, tells what it would hold, and is queued as what it is", async () => {
    const { user, acted } = await open("bookings_paused/north");
    const shown = await region("Bookings paused, North");
    expect(within(shown).getByRole("radio", { name: "on" })).toBeChecked();
    expect(shown).toHaveTextContent("It would hold 3 operations that wait here");
    const send = within(shown).getByRole("button", { name: "Switch to on" });
    expect(send).toBeDisabled();
    await user.type(within(shown).getByLabelText("Reason"), "A flood.");
    const text = within(shown).getByLabelText("Text for the public");
    expect(text).toHaveValue("We are not taking bookings for the moment.");
    await user.clear(text);
    await user.type(text, "Closed for a week.");
    await user.click(send);
    const { operation: id, ...sent } = acted.mock.lastCall?.[0] ?? { operation: "" };
    expect(id).toMatch(/^01936a2e-/);
    expect(sent).toEqual({
      kind: "control",
      id: "bookings_paused/north",
      action: "switch",
      params: { value: '"true"', reason: '"A flood."', banner: '"Closed for a week."' },
      typed: null,
      seen_revision: 1,
      amends: null,
    });
    expect(await banners()).toHaveTextContent("Bookings paused, North: NOT IN EFFECT");
    expect(await region("Bookings paused, North")).toHaveTextContent(
      "What counts is still: off. Asked for: on.",
    );
    expect(screen.queryByLabelText("Reason")).toBeNull();
  });

  test("that was switched meanwhile is looked at first, and then goes on", async () => {
    const { user, backend } = await open("bookings_paused/north");
    const shown = await region("Bookings paused, North");
    await user.type(within(shown).getByLabelText("Reason"), "A flood.");
    backend.change(
      (world) => {
        world.controls = world.controls.map((each) =>
          each.id === "bookings_paused/north" ? { ...each, revision: 2 } : each,
        );
      },
      [{ tag: "kind", of: "control" }],
    );
    expect(await within(shown).findByText("It was switched meanwhile")).toBeVisible();
    expect(within(shown).getByRole("button", { name: "Switch to on" })).toBeDisabled();
    await user.click(within(shown).getByRole("button", { name: "Go on with this" }));
    expect(within(shown).getByRole("button", { name: "Switch to on" })).toBeEnabled();
    expect(within(shown).getByLabelText("Reason")).toHaveValue("A flood.");
  });

  test("its keys are listed", async () => {
    const { user } = await open("bookings_paused/north");
    await user.keyboard("{Shift>}?{/Shift}");
    const help = await screen.findByRole("dialog", { name: "Keys" });
    expect(within(help).getByRole("heading", { name: "On Controls" })).toBeVisible();
  });

  test("that is asked to end what is on stands as still on among the others", async () => {
    await open(
      "freeze_refunds",
      switched((world) => {
        world.controls = world.controls.map((each) =>
          each.id === "freeze_refunds" ? { ...each, problem: "The host refused it." } : each,
        );
      }),
    );
    const list = await region("Switches of the platform");
    expect(list).toHaveTextContent("still on");
  });

  test("to what it is already is not sent, and back to usual asks for no text", async () => {
    const { user } = await open("bookings_paused/north");
    const shown = await region("Bookings paused, North");
    await user.click(within(shown).getByRole("radio", { name: "off" }));
    await user.type(within(shown).getByLabelText("Reason"), "x");
    expect(within(shown).getByRole("button", { name: "Switch to off" })).toBeDisabled();
    expect(shown).toHaveTextContent("It is so already.");
    expect(within(shown).queryByLabelText("Text for the public")).toBeNull();
  });

  test("that lapsed is said, and may be asked for again in its place", async () => {
    const { user, acted } = await open(
      "bookings_paused/north",
      switched((world) => {
        north(world).own = {
          value: { text: "yes", json: "true" },
          reason: "A flood.",
          banner: "Closed for a week.",
          operation: operation(
            {
              id: "01936a2e-0000-7000-8000-00000000abcd",
              kind: "control",
              record: "bookings_paused/north",
              title: "Bookings paused, North",
              action_id: "switch",
              action: "Switch",
              not_after: null,
              reason: { code: "operation.lapsed", row: null, detail: "Its time passed." },
            },
            "refused",
            "held_lapsed",
          ),
        };
      }),
    );
    const shown = await region("Bookings paused, North");
    expect(shown).toHaveTextContent("Held for you: it was too late. Its time passed.");
    expect(within(shown).queryByLabelText("Reason")).toBeNull();
    await user.click(within(shown).getByRole("button", { name: "Amend…" }));
    // What was said once is not asked for again.
    expect(within(shown).getByRole("radio", { name: "on" })).toBeChecked();
    expect(within(shown).getByLabelText("Reason")).toHaveValue("A flood.");
    expect(within(shown).getByLabelText("Text for the public")).toHaveValue("Closed for a week.");
    await user.click(within(shown).getByRole("button", { name: "Switch to on" }));
    expect(acted.mock.lastCall?.[0].amends).toBe("01936a2e-0000-7000-8000-00000000abcd");
  });

  test("that somebody else may switch has no form and says who", async () => {
    await open("auto_payout");
    const shown = await region("Payouts by themselves");
    expect(shown).toHaveTextContent("This needs the role owner.");
    expect(within(shown).queryByLabelText("Reason")).toBeNull();
  });

  test("without a line it says that it waits and lapses", async () => {
    await open(
      "bookings_paused/north",
      switched((world) => {
        world.link = "cut_off";
      }),
    );
    expect(await region("Bookings paused, North")).toHaveTextContent(
      "It waits here, is not in effect, and lapses after ten minutes.",
    );
  });
});
