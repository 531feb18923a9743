import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { usePlace } from "../../app/place";
import type { ActionView } from "../../platform/backend";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

const DENIED = { code: "policy.denied", row: "R-77", detail: "Nobody has called them yet." };

/** A record of ten actions, of which every other one is refused. */
function openMany(change: (action: ActionView, at: number) => ActionView = (action) => action) {
  const app = openApp(makeWorld());
  const read = app.backend.queueRecord.bind(app.backend);
  app.backend.queueRecord = async (kind, id) => {
    const record = await read(kind, id);
    const [first] = record.actions;
    if (!first) return record;
    const actions = Array.from({ length: 10 }, (_, at) => {
      const one = { ...first, action: `act-${at}`, label: `Act ${at}`, key: at === 1 ? "b" : null };
      const may = at % 2 === 0;
      return change({ ...one, allowed: may, denied: may ? null : DENIED, params: [] }, at);
    });
    return { ...record, actions };
  };
  return app;
}

const panel = () => screen.findByRole("region", { name: /Paper & Press/ });
const foot = async () =>
  within((await panel()).querySelector<HTMLElement>(".record-foot") as HTMLElement);

test("all fields and the rules of what is computed are unfolded", async () => {
  const { user } = openApp(makeWorld());
  const shown = within(await panel());
  const summary = await shown.findByText("2 more fields and rules");
  expect(shown.getByText("the form")).not.toBeVisible();
  await user.click(summary);
  expect(shown.getByText("the form")).toBeVisible();
  expect(shown.getByText('record.purchased_at + duration("72h")')).toBeVisible();
  await expectAccessible();
});

describe("many actions", () => {
  test("those that are possible stand in the open, the others are folded and counted", async () => {
    const { user } = openMany();
    await within(await panel()).findByText("Not possible now (5)");
    const shown = await foot();
    const names = shown.getAllByRole("button").map((each) => each.textContent);
    expect(names.slice(0, 5)).toEqual(["Act 0", "Act 2", "Act 4", "Act 6", "Act 8"]);
    expect(shown.getByText("Act 1")).not.toBeVisible();
    await expectAccessible();
    await user.click(shown.getByText("Not possible now (5)"));
    expect(shown.getByText("Act 1")).toBeVisible();
    expect(shown.getAllByText("Nobody has called them yet.")).toHaveLength(5);
    await expectAccessible();
  });

  test("one that is folded says why when it is asked for, and shows its policy", async () => {
    const { user } = openMany();
    await within(await panel()).findByText("Not possible now (5)");
    await user.keyboard("b");
    expect(screen.getByRole("status")).toHaveTextContent("Act 1: Nobody has called them yet.");
    expect(await panel()).toHaveTextContent("“Act 1” is refused");
    const policies = within(screen.getByRole("group", { name: "Whose policy is shown" }));
    expect(policies.getByRole("button", { name: /Act 1/, pressed: true })).toBeVisible();
    expect(policies.queryByRole("button", { name: /Act 3/ })).toBeNull();
  });

  test("what only starts from another state is not the policy that is shown first", async () => {
    const elsewhere = { code: "action.wrong_state", row: null, detail: "It is closed." };
    openMany((action, at) =>
      at === 0 ? { ...action, allowed: false, denied: elsewhere } : action,
    );
    await within(await panel()).findByText("Not possible now (6)");
    // The second is refused by a row of its policy: that is what one looks for.
    expect(await panel()).toHaveTextContent("“Act 1” is refused");
    expect(await panel()).not.toHaveTextContent("“Act 0”");
    expect((await foot()).getByRole("button", { name: /^Act 2/ })).toHaveClass("button-filled");
  });

  test("few stand beside each other as ever", async () => {
    openApp(makeWorld());
    const shown = await foot();
    expect(shown.getByRole("button", { name: /^Deny/ })).toBeVisible();
    expect(shown.queryByText(/^Not possible now/)).toBeNull();
  });

  test("an action has its key also where that is the one of the mails", async () => {
    const { user } = openMany((action, at) => (at === 1 ? { ...action, key: "m" } : action));
    const record = within(await panel());
    await record.findByText("Not possible now (5)");
    expect(record.getByRole("button", { name: "Mail preview" })).not.toHaveAttribute(
      "aria-keyshortcuts",
    );
    await user.keyboard("m");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(await panel()).toHaveTextContent("“Act 1” is refused");
  });
});
