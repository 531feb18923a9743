import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";
import { clockText, minutesOf, problemOf } from "./hours";

beforeEach(() => usePlace.getState().go({ screen: "settings" }));

const region = (name: string) => screen.findByRole("region", { name });
const box = (name: string) => screen.getByRole("checkbox", { name });

test("says who is signed in, what this laptop holds, and how the switches stand", async () => {
  openApp(makeWorld());
  expect(await region("Profile")).toHaveTextContent("Imogen Hart");
  const laptop = await region("This laptop");
  expect(laptop).toHaveTextContent("imogens-laptop");
  expect(laptop).toHaveTextContent("1 MB, encrypted");
  const switches = await region("Switches");
  expect(switches).toHaveTextContent("the pack’s default");
  expect(within(switches).getByRole("button", { name: "Open Controls" })).toBeVisible();
  expect(await region("Switches")).toHaveTextContent("Refunds frozen");
  expect(await region("Pack")).toHaveTextContent("1 remark that does not stop it");
  await expectAccessible();
});

test("what the tenant has to say is counted, and leads to where it is said", async () => {
  const { user } = openApp(makeWorld());
  const tenant = await region("Tenant");
  expect(tenant).toHaveTextContent("10 settings");
  expect(tenant).toHaveTextContent("4 settings are to be said before going live");
  await user.click(within(tenant).getByRole("button", { name: "Open Tenant" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Tenant" })).toBeVisible();
});

test("with all of it said, that is said", async () => {
  const world = makeWorld();
  world.settings = world.settings.filter((setting) => !setting.missing);
  openApp(world);
  expect(await region("Tenant")).toHaveTextContent("All that is needed is said.");
});

test("what a new version changed stands by file, folded where it is long", async () => {
  const { user } = openApp(makeWorld());
  const changes = await region("What changed in version 3");
  const items = () => within(changes).getAllByRole("listitem");
  expect(items()).toHaveLength(12);
  expect(items()[0]).toHaveTextContent("Charges failwhenA-12was failed > 3is failed > 2");
  expect(items()[1]).toHaveTextContent("new 5");
  expect(items()[2]).toHaveTextContent("the whole filewas a queue that nobody looked atgone");
  const files = within(changes).getAllByRole("heading", { level: 3 });
  expect(files.map((each) => each.textContent)).toEqual([
    "alerts/charge_failed.yaml",
    "alerts/queue_old.yaml",
    "templates/mails.yaml",
    "routines/morning.yaml",
  ]);
  await user.click(within(changes).getByRole("button", { name: "All 14" }));
  expect(items()).toHaveLength(14);
  await user.click(within(changes).getByRole("button", { name: "Only the first 12" }));
  expect(items()).toHaveLength(12);
});

test("the first version of a pack changed nothing, and that is said", async () => {
  openApp({ ...makeWorld(), packChanges: null });
  const changes = await region("What changed in version 3");
  expect(changes).toHaveTextContent("No version came after the first one");
  expect(within(changes).queryByRole("button")).not.toBeInTheDocument();
});

test("a version that differs in nothing that counts says so", async () => {
  const world = makeWorld();
  if (world.packChanges) world.packChanges.differences = [];
  openApp(world);
  expect(await region("What changed in version 3")).toHaveTextContent(
    "Nothing that counts differs from version 2.",
  );
});

test("what is to be notified is kept at once", async () => {
  const { user, backend } = openApp(makeWorld());
  const kept = vi.spyOn(backend, "setNotifications");
  await region("Notifications");
  await user.click(box("yellow alerts"));
  expect(kept).toHaveBeenLastCalledWith({
    red: true,
    yellow: true,
    refused: true,
    approvals: true,
    hours: null,
  });
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

/** A demo in which two operations wait. */
function demoWorld() {
  const world = makeWorld();
  world.worlds = {
    scenarios: [{ id: "kiln_cold", label: "The kiln of Newtown is cold since an hour" }],
    scenario: null,
    now: "2026-11-20T14:45:12+11:00",
    zone: "Australia/Sydney",
    waits: 2,
    undone: null,
  };
  return world;
}

test("a platform that is no demo has no world to choose", async () => {
  const { backend } = openApp(makeWorld());
  await region("Tenant");
  expect(screen.queryByRole("region", { name: "Demo world" })).not.toBeInTheDocument();
  expect(backend.calls).not.toContain("demoWorlds");
});

test("in a demo scenario and clock are chosen, and what waits is told first", async () => {
  const world = demoWorld();
  const { user, backend } = openApp(world);
  const chosen = vi.spyOn(backend, "chooseWorld");
  const card = await region("Demo world");
  expect(await within(card).findByText("Every day", { selector: "bdi" })).toBeVisible();
  expect(card).toHaveTextContent("Nov 20, 2026 14:45 when it was asked");
  await user.selectOptions(within(card).getByLabelText("Scenario"), "kiln_cold");
  await user.click(within(card).getByRole("radio", { name: "is set" }));
  const at = within(card).getByLabelText("Date and time");
  fireEvent.change(at, { target: { value: "" } });
  expect(card).toHaveTextContent("A day and a time, such as 2026-04-05 02:30");
  expect(within(card).getByRole("button", { name: "Choose…" })).toBeDisabled();
  fireEvent.change(at, { target: { value: "2026-04-05T02:30" } });
  await expectAccessible();
  // What waits is asked anew; time has gone on meanwhile.
  Object.assign(world.worlds ?? {}, { waits: 3, now: "2026-11-20T14:46:02+11:00" });
  await user.click(within(card).getByRole("button", { name: "Choose…" }));
  const dialog = await screen.findByRole("dialog", { name: "Replace this world?" });
  expect(await within(dialog).findByText("3 operations wait to be sent")).toBeVisible();
  expect(dialog).toHaveTextContent("The kiln of Newtown is cold since an hour");
  expect(dialog).toHaveTextContent("all tenants of this demo is set to Sun, Apr 5, 2026 02:30");
  expect(chosen).not.toHaveBeenCalled();
  await expectAccessible();
  await user.click(within(dialog).getByRole("button", { name: "Replace it" }));
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  expect(chosen).toHaveBeenCalledExactlyOnceWith({
    scenario: "kiln_cold",
    at: "2026-04-05T02:30",
  });
  expect(await region("Demo world")).toHaveTextContent("The kiln of Newtown is cold since an hour");
});

test("the clock goes on where only the scenario is chosen, and a no is told", async () => {
  const world = demoWorld();
  if (world.worlds) world.worlds.waits = 0;
  const { user, backend } = openApp(world);
  const chosen = vi.spyOn(backend, "chooseWorld");
  const card = await region("Demo world");
  await user.click(await within(card).findByRole("button", { name: "Choose…" }));
  const dialog = await screen.findByRole("dialog", { name: "Replace this world?" });
  expect(dialog).toHaveTextContent("The clock goes on as it is.");
  expect(dialog).toHaveTextContent("Nothing waits to be sent");
  world.fails = { chooseWorld: { code: "demo_busy", detail: null, row: null } };
  await user.click(within(dialog).getByRole("button", { name: "Replace it" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("The demo is still at work");
  expect(chosen).toHaveBeenLastCalledWith({ scenario: null, at: null });
  await user.keyboard("{Escape}");
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
});

test("a choice that was interrupted and cannot be made any more is told", async () => {
  const world = demoWorld();
  if (world.worlds) world.worlds.undone = { scenario: "kiln_gone" };
  openApp(world);
  const card = await region("Demo world");
  expect(await within(card).findByText("Not chosen: kiln_gone")).toBeVisible();
  expect(card).toHaveTextContent("What is in force is: Every day.");
  await expectAccessible();
});

test("without a line it says so, and asks again when told to", async () => {
  const world = demoWorld();
  world.fails = { demoWorlds: { code: "unreachable", detail: null, row: null } };
  const { user } = openApp(world);
  const card = await region("Demo world");
  expect(await within(card).findByRole("alert")).toBeVisible();
  world.fails = {};
  await user.click(within(card).getByRole("button", { name: "Try again" }));
  expect(await within(card).findByLabelText("Scenario")).toBeVisible();
});
