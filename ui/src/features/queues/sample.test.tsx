import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "reviews", record: null }));

const dialog = () => screen.findByRole("dialog", { name: /^Approve: / });
const walk = () => screen.findByRole("region", { name: /^Look at 3 of/ });
const drawn = async () =>
  within(await walk()).findByRole("article", { name: "Drawn from the batch" });
/** The one that is asked about is in sight. */
const inSight = () =>
  waitFor(async () => expect(await drawn()).toHaveAttribute("aria-busy", "false"));

/** The question whether to approve all at once, with three to be looked at. */
async function asked() {
  const app = openApp({ ...makeWorld(), sampleOf: 3, holdSeconds: 30 });
  await screen.findByRole("grid", { name: "Reviews, list" });
  await app.user.keyboard("{Shift>}A{/Shift}");
  await dialog();
  return app;
}

test("nothing goes at once before what was drawn was looked at, one by one, by keyboard", async () => {
  const { user, backend } = await asked();
  const judge = vi.spyOn(backend, "judgeSample");
  const question = within(await dialog());
  expect(question.getByRole("button", { name: /^Approve all/ })).toBeDisabled();
  expect(question.queryByLabelText(/to confirm/)).toBeNull();
  expect(await walk()).toHaveTextContent("0 of 3 look right");
  await inSight();
  await expectAccessible();
  const seen: string[] = [];
  for (let at = 0; at < 3; at += 1) {
    await inSight();
    seen.push((await drawn()).querySelector("code")?.textContent ?? "");
    await user.keyboard("{y>3/}");
    await waitFor(() => expect(judge).toHaveBeenCalledTimes(at + 1));
    if (at < 2) await waitFor(async () => expect(await walk()).toHaveTextContent(`${at + 1} of 3`));
  }
  expect(new Set(seen).size).toBe(3);
  expect(judge.mock.calls.map(([{ id, right }]) => `${id} ${right}`)).toEqual(
    seen.map((id) => `${id} true`),
  );
  expect(await walk()).toHaveTextContent("All 3 that were drawn look right.");
  // The buttons of the walk are gone; the focus is where the batch is confirmed.
  expect(question.getByLabelText(/to confirm/)).toHaveFocus();
  const many = Number((await dialog()).querySelector(".radius-figure")?.textContent);
  await user.type(question.getByLabelText(/to confirm/), String(many));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const bar = await screen.findByRole("region", { name: "What can be taken back" });
  expect(bar).toHaveTextContent(`Approve: ${many} records`);
});

test("one that is not right leaves the batch, and others are drawn", async () => {
  const { user, backend } = await asked();
  const figure = async () => Number((await dialog()).querySelector(".radius-figure")?.textContent);
  const before = await figure();
  await inSight();
  await user.keyboard("y");
  await waitFor(async () => expect(await walk()).toHaveTextContent("1 of 3 look right"));
  await inSight();
  const wrong = (await drawn()).querySelector("code")?.textContent;
  await user.click(within(await drawn()).getByRole("button", { name: /Not right/ }));
  await waitFor(async () => expect(await figure()).toBe(before - 1));
  expect(await walk()).toHaveTextContent("0 of 3 look right");
  expect(backend.world.judged.at(-1)).toEqual({ id: wrong, right: false });
  const question = within(await dialog());
  expect(question.getByText(/It did not look right/)).toBeVisible();
  expect(question.getByRole("button", { name: /^Approve all/ })).toBeDisabled();
});

test("one that cannot be judged any more is said, and what is meant is looked at again", async () => {
  const { user, backend } = await asked();
  await inSight();
  const select = vi.spyOn(backend, "selectRecords");
  backend.world.fails = { judgeSample: { code: "stale", detail: null, row: null } };
  await user.keyboard("y");
  expect(await screen.findByRole("alert")).toHaveTextContent("changed");
  await waitFor(() => expect(select).toHaveBeenCalled());
});
