import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { CallView, UnansweredView } from "../../platform/backend";
import { HOUR, makeWorld, NOW_MS, wall } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

function call(role: string, more: Partial<CallView> = {}): CallView {
  const contacts = [{ label: role, at: "+44 20 7946 0000", reach: "phone" as const }];
  return { role, at: wall(NOW_MS - 0.2 * HOUR), only: null, contacts, ...more };
}

function worldWith(more: Partial<UnansweredView>) {
  const world = makeWorld();
  const [first] = world.alerts;
  if (first) {
    first.unanswered = {
      path: "Critical",
      row: "W-10",
      since: wall(NOW_MS - 0.2 * HOUR),
      seconds: 720,
      due: [call("Regional lead")],
      told: [],
      next: [],
      meanwhile: null,
      ...more,
    };
  }
  return world;
}

const shown = async (more: Partial<UnansweredView>) => {
  openApp(worldWith(more));
  await screen.findByRole("region", { name: "Firing" });
  return document.querySelector<HTMLElement>("[data-alert='A-31'] .unanswered") as HTMLElement;
};

describe("an alert that nobody acknowledged", () => {
  test("says for how long, who is to be called, where, and who comes next", async () => {
    const next = [call("Founder", { at: wall(NOW_MS + 0.3 * HOUR) })];
    const unanswered = await shown({ next, meanwhile: "The shift handles it." });
    expect(unanswered).toHaveTextContent("Unanswered for 12 min · Regional lead is to be called");
    expect(unanswered).toHaveTextContent(/next Founder at .*\d\d:\d\d W-10/);
    expect(unanswered).toHaveTextContent("The shift handles it.");
    const calls = within(unanswered).getByRole("list", { name: "Critical" });
    expect(calls).toHaveTextContent("Regional leadTelephone:+44 20 7946 0000");
    await expectAccessible();
  });

  test("several are named together, and what nobody has said is not made up", async () => {
    const nobody = [{ label: "Kim", at: null, reach: "other" as const }];
    const due = [call("Founder"), call("Tech lead", { contacts: nobody, only: "it burns" })];
    const unanswered = await shown({ due, told: [call("Press")] });
    expect(unanswered).toHaveTextContent("Founder, Tech lead are to be called");
    expect(unanswered).not.toHaveTextContent("next");
    const lead = within(unanswered).getAllByRole("listitem")[1];
    expect(lead).toHaveTextContent("Tech leadonly if it burnsKimnot said yet");
    expect(unanswered).toHaveTextContent("To be told, and nothing waits for it: Press");
  });

  test("is not told of where it is answered", async () => {
    openApp(makeWorld());
    await screen.findByRole("region", { name: "Firing" });
    expect(document.querySelector(".unanswered")).toBeNull();
  });
});
