import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";
import { clockText, minutesOf, problemOf } from "./hours";

beforeEach(() => usePlace.getState().go({ screen: "settings" }));

const region = (name: string) => screen.findByRole("region", { name });
const box = (name: string) => screen.getByRole("checkbox", { name });

test("says who is signed in, what this laptop holds, and what the tenant has set", async () => {
  openApp(makeWorld());
  expect(await region("Profile")).toHaveTextContent("Imogen Hart");
  const laptop = await region("This laptop");
  expect(laptop).toHaveTextContent("imogens-laptop");
  expect(laptop).toHaveTextContent("1 MB, encrypted");
  const tenant = await region("Tenant settings");
  // What has to be said stands first, and is no value.
  expect(tenant).toHaveTextContent("One is to be said on the platform before going live");
  const first = within(tenant).getAllByRole("listitem")[0];
  expect(first).toHaveTextContent("to be said before going live");
  expect(first).toHaveTextContent("proposed: support@example.org");
  expect(await region("Switches")).toHaveTextContent("changes on the platform");
  expect(tenant).toHaveTextContent("R-42");
  expect(tenant).toHaveTextContent("the pack’s default");
  expect(within(tenant).queryByRole("button")).not.toBeInTheDocument();
  expect(await region("Switches")).toHaveTextContent("Refunds frozen");
  expect(await region("Pack")).toHaveTextContent("1 remark that does not stop it");
  await expectAccessible();
});

test("what is to be notified is kept at once", async () => {
  const { user, backend } = openApp(makeWorld());
  const kept = vi.spyOn(backend, "setNotifications");
  await region("Notifications");
  await user.click(box("yellow alerts"));
  expect(kept).toHaveBeenLastCalledWith({ red: true, yellow: true, refused: true, hours: null });
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("Saved"));
  expect(box("yellow alerts")).toBeChecked();
});

test("hours that do not hold are not kept, and say why", async () => {
  const { user, backend } = openApp(makeWorld());
  const kept = vi.spyOn(backend, "setNotifications");
  await region("Notifications");
  await user.click(screen.getByRole("radio", { name: "only within these hours" }));
  const usual = { from: 480, to: 1080, days: [1, 2, 3, 4, 5] };
  expect(kept.mock.lastCall?.[0].hours).toEqual(usual);
  await expectAccessible();
  fireEvent.change(screen.getByLabelText("From"), { target: { value: "22:00" } });
  await waitFor(() => expect(kept.mock.lastCall?.[0].hours?.from).toBe(1320));
  expect(await screen.findByText(/It runs over midnight/)).toBeVisible();
  for (const day of ["Mon", "Tue", "Wed", "Thu"]) await user.click(box(day));
  const calls = kept.mock.calls.length;
  await user.click(box("Fri"));
  expect(screen.getByText(/without one nothing is ever shown/)).toBeVisible();
  expect(kept.mock.calls.length).toBe(calls);
});

test("what cannot be kept goes back to what is, and says so", async () => {
  const world = makeWorld();
  world.fails = { setNotifications: { code: "read_only", detail: null, row: null } };
  const { user } = openApp(world);
  await region("Notifications");
  await user.click(box("red alerts"));
  expect(await screen.findByRole("alert")).toHaveTextContent("The data folder cannot be written");
  expect(box("red alerts")).toBeChecked();
});

test("a try says what is known of its outcome and no more", async () => {
  const { user } = openApp(makeWorld());
  const card = await region("Notifications");
  expect(card).toHaveTextContent("dunst 1.9, with buttons");
  await user.click(within(card).getByRole("button", { name: "Show one as a try" }));
  await waitFor(() =>
    expect(screen.getByRole("status")).toHaveTextContent("Whether it appeared, only you can see."),
  );
  expect(card).toHaveTextContent(/Fri 14:45 ?taken by the service/);
});

test("a try that fails says why, and counts", async () => {
  const world = makeWorld();
  world.notified = { code: "internal", detail: "no notification service answers", row: null };
  world.notifications.service = null;
  const { user } = openApp(world);
  const card = await region("Notifications");
  expect(card).toHaveTextContent("No notification service answers on this desktop");
  await expectAccessible();
  await user.click(within(card).getByRole("button", { name: "Show one as a try" }));
  expect(await screen.findByRole("alert")).toBeVisible();
  await waitFor(() => expect(card).toHaveTextContent("1 did not come through"));
  expect(screen.getByRole("status")).not.toHaveTextContent("took it");
});

test("the appearance can be chosen here too", async () => {
  const { user } = openApp(makeWorld());
  await region("Appearance");
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  expect(document.documentElement).toHaveAttribute("data-theme", "dark");
  await user.click(screen.getByRole("radio", { name: "As the system" }));
});

test("closing the profile goes back to the door", async () => {
  const { user } = openApp(makeWorld());
  const profile = await region("Profile");
  await user.click(within(profile).getByRole("button", { name: "Close this profile" }));
  expect(await screen.findByText("Sign in to a platform")).toBeVisible();
});

test("that cannot be read says so", async () => {
  const world = makeWorld();
  world.fails = { settingsView: { code: "storage", detail: null, row: null } };
  openApp(world);
  expect(await screen.findByRole("alert")).toHaveTextContent("The local database failed");
});

test("hours are minutes of a day", () => {
  expect([0, 485, 1439].map(clockText)).toEqual(["00:00", "08:05", "23:59"]);
  expect(["08:05", "23:59:00", "24:00", "8:5"].map(minutesOf)).toEqual([485, 1439, null, null]);
  expect(problemOf({ from: 5, to: 5, days: [1] })).toBe("notify-same-time");
});
