import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { usePlace } from "../../app/place";
import { APPROVE, makeWorld, operation } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

const AGREEMENT = { view: "approvals", kind: "approval", id: "op-7-1", role: "Finance Lead" };
const LINK = { name: /^\W*Open what waits for \W*Finance Lead/ };

/** A world with one operation, on the first request of the queue. */
function asking(agreement: typeof AGREEMENT | null) {
  const world = makeWorld();
  const [first] = world.operations;
  const { record, title } = first ?? { record: "", title: "" };
  const made = operation({ record, title, ...APPROVE, agreement }, "sent", "agreement");
  world.operations = [made];
  return { world, made };
}

describe("what waits for somebody's agreement", () => {
  test("leads to its approval from Sync, by keyboard too", async () => {
    usePlace.getState().go({ screen: "sync" });
    const { user } = openApp(asking(AGREEMENT).world);
    const under = await screen.findByRole("region", { name: /Under way · 1/ });
    const link = within(under).getByRole("button", LINK);
    await expectAccessible();
    link.focus();
    await user.keyboard("{Enter}");
    expect(usePlace.getState().place).toMatchObject({
      screen: "queue",
      view: "approvals",
      record: { kind: "approval", id: "op-7-1" },
    });
  });

  test("leads to it from its record", async () => {
    const { world, made } = asking(AGREEMENT);
    const record = { kind: "refund", id: made.record };
    usePlace.getState().go({ screen: "queue", view: "pending", record });
    const { user } = openApp(world);
    await user.click(await screen.findByRole("button", LINK));
    expect(usePlace.getState().place).toMatchObject({
      view: "approvals",
      record: { kind: "approval", id: "op-7-1" },
    });
  });

  test("has no way there where the approval is not here yet", async () => {
    usePlace.getState().go({ screen: "sync" });
    openApp(asking(null).world);
    await screen.findByRole("region", { name: /Under way · 1/ });
    expect(screen.queryByRole("button", LINK)).not.toBeInTheDocument();
  });
});
