import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { makeLog } from "../../platform/memory/log";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "log" }));

const grid = () => screen.findByRole("grid", { name: "Log, entries" });
const entry = (seq: number) => screen.findByRole("region", { name: `Entry ${seq}` });

test("says that the chain holds, how far it is countersigned and when it was checked", async () => {
  const { user, backend } = openApp(makeWorld());
  const chain = await screen.findByRole("region", { name: "Audit chain" });
  expect(chain).toHaveTextContent("The chain holds");
  expect(chain).toHaveTextContent("214 entries, countersigned up to 214.");
  expect(chain).toHaveTextContent("Checked Fri 14:41");
  await expectAccessible();
  await user.click(within(chain).getByRole("button", { name: "Check now" }));
  expect(backend.calls).toContain("verifyChain");
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("Checked"));
});

test("a broken chain says where and why, and leads to the entry", async () => {
  const { user } = openApp({ ...makeWorld(), brokenAt: 97 });
  const told = await screen.findByRole("alert");
  expect(told).toHaveTextContent("Broken at entry 97");
  expect(told).toHaveTextContent("Its hash is not that of what it holds.");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Show entry 97" }));
  expect(await entry(97)).toHaveTextContent("The chain breaks at this entry.");
});

test("cut off says how many entries the platform has not seen", async () => {
  openApp({ ...makeWorld(), link: "cut_off" });
  const chain = await screen.findByRole("region", { name: "Audit chain" });
  expect(chain).toHaveTextContent("countersigned up to 209. 5 wait for the platform.");
  expect(await entry(214)).toHaveTextContent("Not countersigned yet");
});

test("chips show a sort alone, with its number; words narrow it further", async () => {
  const { user, backend } = openApp(makeWorld());
  await grid();
  const logPage = vi.spyOn(backend, "logPage");
  await user.click(screen.getByRole("button", { name: /^Denied here 27/ }));
  await waitFor(() => expect(logPage.mock.lastCall?.[0].sorts).toEqual(["denied"]));
  expect(await screen.findByText("27 entries")).toBeVisible();
  await user.keyboard("/zzz");
  expect(await screen.findByText("No entry matches")).toBeVisible();
  expect(screen.getByText("All 214 entries of this laptop were looked at.")).toBeVisible();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Show all entries" }));
  expect(await screen.findByText("214 entries")).toBeVisible();
});

test("an entry says who, what, by which rows, and what seals it", async () => {
  const { user, backend } = openApp(makeWorld());
  await grid();
  await user.keyboard("jjjj");
  const shown = await entry(210);
  expect(shown).toHaveTextContent("Approve refund");
  expect(shown).toHaveTextContent("R-17 · R-19 · C-04");
  const made = backend.world.log.find(({ seq }) => seq === 210);
  expect(shown).toHaveTextContent(made?.hash ?? "?");
  expect(shown).toHaveTextContent(made?.prev ?? "?");
  expect(shown).toHaveTextContent("not known here any more");
  await user.keyboard("j");
  await user.click(within(await entry(209)).getByRole("button", { name: "Open the record" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Reviews" })).toBeVisible();
});

test("of a long chain only what is in sight is read, and the end is reached", async () => {
  const world = makeWorld();
  world.log = makeLog(1000);
  const { user, backend } = openApp(world);
  const list = await grid();
  expect(list).toHaveAttribute("aria-rowcount", "1001");
  expect(backend.calls.filter((call) => call === "logPage")).toHaveLength(1);
  within(list).getByRole("row", { selected: true }).focus();
  await user.keyboard("{End}");
  const first = await entry(1);
  expect(first).toHaveTextContent("It is the first entry.");
  expect(list.querySelectorAll('[role="row"]').length).toBeLessThan(60);
});

test("a new laptop's log is not an error", async () => {
  const world = makeWorld();
  world.log = [];
  openApp(world);
  expect(await screen.findByText("No entry yet")).toBeVisible();
  await expectAccessible();
});

test("that cannot be read says so", async () => {
  const world = makeWorld();
  world.fails = { logPage: { code: "storage", detail: null, row: null } };
  openApp(world);
  expect(await screen.findByRole("alert")).toHaveTextContent("The local database failed");
});

test("an entry about no action says in words what happened", async () => {
  const world = makeWorld();
  world.log = makeLog(1);
  openApp(world);
  expect(await grid()).toHaveTextContent("Signed in on this laptop");
  expect(await entry(1)).toHaveTextContent("Signed in on this laptop");
});

test("of the rows that decided the first is shown, and how many more there are", async () => {
  openApp(makeWorld());
  const code = within(await grid()).getAllByText("R-17 +2")[0];
  expect(code).toHaveAttribute("title", "R-17 R-19 C-04");
});
