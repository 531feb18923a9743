import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { usePlace } from "../../app/place";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

async function openPalette() {
  const app = openApp(makeWorld());
  await screen.findByRole("grid");
  await app.user.keyboard("{Control>}k{/Control}");
  return { ...app, input: await screen.findByRole("combobox") };
}

const chosen = () => screen.getByRole("option", { selected: true });

test("Ctrl K lists queues and commands, and takes what is typed", async () => {
  const { user, input } = await openPalette();
  expect(input).toHaveFocus();
  expect(chosen()).toHaveTextContent("Go to Refund requests");
  await expectAccessible();
  await user.keyboard("sync");
  expect(screen.getAllByRole("option").map((each) => each.textContent)).toEqual([
    "Go to Sync",
    "Sync now",
  ]);
});

test("finds records and opens them in their queue", async () => {
  const { user } = await openPalette();
  await user.keyboard("glass");
  const found = await screen.findByRole("option", { name: /Harbour Glassworks/ });
  expect(within(found).getByText("Harbour Glassworks")).toBeVisible();
  await expectAccessible();
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("region", { name: /Harbour Glassworks/ })).toBeVisible();
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

test("arrows move round, and the chosen one is told to whoever listens", async () => {
  const { user, input } = await openPalette();
  await user.keyboard("{ArrowUp}");
  expect(chosen()).toHaveTextContent("Keys");
  expect(input).toHaveAttribute("aria-activedescendant", chosen().id);
  await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}");
  expect(chosen()).toHaveTextContent("Go to Watch");
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("heading", { level: 1, name: "Watch" })).toBeVisible();
});

test("leads to views that are no queue", async () => {
  const { user } = await openPalette();
  await user.keyboard("charges{Enter}");
  expect(await screen.findByRole("heading", { level: 1, name: "Charges" })).toBeVisible();
  expect(await screen.findByText("No record in “Charges”")).toBeVisible();
  expect(screen.getByText("0 records")).toBeVisible();
  await expectAccessible();
});

test("says when nothing is found, and Escape closes", async () => {
  const { user } = await openPalette();
  await user.keyboard("qqqq");
  expect(await screen.findByText("Nothing found for “qqqq”")).toBeVisible();
  await expectAccessible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
});

test("? lists the keys, with those of the open queue's actions", async () => {
  const { user } = openApp(makeWorld());
  await screen.findByRole("grid");
  await user.keyboard("{Shift>}?{/Shift}");
  const help = await screen.findByRole("dialog", { name: "Keys" });
  expect(help).toHaveTextContent("aApprove refund");
  await expectAccessible();
});

test("the profile says who is signed in, and the appearance can be chosen", async () => {
  const { user } = openApp(makeWorld());
  await user.click(await screen.findByTitle(/Profile and appearance/));
  const profile = await screen.findByRole("dialog", { name: "Profile" });
  expect(profile).toHaveTextContent("Imogen Hart");
  await expectAccessible();
  await user.click(within(profile).getByRole("radio", { name: "Dark" }));
  expect(document.documentElement).toHaveAttribute("data-theme", "dark");
  await user.click(within(profile).getByRole("radio", { name: "As the system" }));
  expect(document.documentElement).not.toHaveAttribute("data-theme");
  await user.click(within(profile).getByRole("button", { name: "Close this profile" }));
  expect(await screen.findByText("Sign in to a platform")).toBeVisible();
});

test("does what can be done where the operator is: the record's actions, the view's tools", async () => {
  const { user } = await openPalette();
  await user.keyboard("approve refund");
  const act = await screen.findByRole("option", { name: /^Approve refund: Paper & Press/ });
  expect(act).toHaveTextContent("a");
  await user.click(act);
  expect(await screen.findByRole("dialog", { name: /Approve refund: Paper/ })).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  await user.keyboard("{Control>}k{/Control}export{Enter}");
  expect(await screen.findByRole("dialog", { name: /Export “Refund requests”/ })).toBeVisible();
});

test("does not offer what is refused, nor what is not on the screen", async () => {
  const { user } = await openPalette();
  await user.keyboard("pass to the owner");
  expect(screen.queryByRole("option")).not.toBeInTheDocument();
  await user.keyboard("{Escape}gw");
  await screen.findByRole("heading", { level: 1, name: "Watch" });
  await user.keyboard("{Control>}k{/Control}export");
  expect(screen.queryByRole("option", { name: /Export/ })).not.toBeInTheDocument();
});

test("picks all that wait, and acts on a section", async () => {
  usePlace.getState().go({ screen: "queue", view: "reviews", record: null });
  const { user } = await openPalette();
  await user.keyboard("approve all{Enter}");
  expect(await screen.findByRole("dialog", { name: /Approve: 40 records/ })).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  await user.keyboard("{Control>}k{/Control}pick all{Enter}");
  expect(await screen.findByText("All 51 that wait are picked")).toBeVisible();
});
