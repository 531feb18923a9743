import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { BackendError } from "../../platform/backend";
import { makeWorld } from "../../platform/memory/world";
import { openApp } from "../../test-harness";
import { usePlace } from "../place";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

const heading = (name: string) => screen.findByRole("heading", { level: 1, name });
const gone = () => waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
const panel = (name: RegExp) => screen.findByRole("region", { name });
const focused = () => document.activeElement as HTMLElement;

async function openQueue(world = makeWorld()) {
  const app = openApp(world);
  const row = await screen.findByRole("row", { name: /Paper & Press/ });
  await panel(/Paper & Press/);
  return { ...app, row };
}

describe("rooms", () => {
  test("the rail names tenant, place and operator, and has all of it in its title", async () => {
    await openQueue();
    const tenant = screen.getByRole("button", { name: /Harbour Classes/ });
    expect(tenant).toHaveTextContent("Sydney · Imogen Hart");
    expect(tenant.title).toContain("Harbour Classes · Sydney · Imogen Hart");
  });

  test("g s goes to Sync, g q to the first queue, Alt and the left arrow back", async () => {
    const { user } = await openQueue();
    await user.keyboard("gs");
    expect(await heading("Sync")).toBeVisible();
    await user.keyboard("gq");
    expect(await heading("Refund requests")).toBeVisible();
    await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
    expect(await heading("Sync")).toBeVisible();
  });

  test("g a goes to the approvals where there are any, and approves nothing", async () => {
    const { user, backend } = await openQueue();
    const navigation = backend.navigation.bind(backend);
    const acting = vi.spyOn(backend, "act");
    vi.spyOn(backend, "navigation").mockImplementation(async () => {
      const found = await navigation();
      const approvals = { view: "approvals", label: "Approvals" };
      return {
        ...found,
        queues: [
          ...found.queues,
          ...found.queues.slice(0, 1).map((each) => ({ ...each, ...approvals })),
        ],
      };
    });
    await user.keyboard("ga");
    expect(usePlace.getState().place).toMatchObject({ view: "pending" });
    act(() => backend.change(() => {}, [{ tag: "navigation" }]));
    await screen.findAllByRole("button", { name: /^Approvals/ });
    await user.keyboard("ga");
    expect(usePlace.getState().place).toMatchObject({ screen: "queue", view: "approvals" });
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(acting).not.toHaveBeenCalled();
  });

  test("no room is there to be pressed before its place is sure: the queues push those under them down", async () => {
    const { backend } = openApp(makeWorld());
    let fail: (why: BackendError) => void = () => {};
    const read = vi.spyOn(backend, "navigation");
    read.mockImplementation(() => new Promise((_, reject) => (fail = reject)));
    const rail = within(await screen.findByRole("navigation", { name: "Rooms" }));
    await heading("Queues");
    expect(rail.queryAllByRole("button")).toHaveLength(0);
    // Without them the others stand where they are.
    fail(new BackendError({ code: "internal", detail: "broken", row: null }));
    const sync = await rail.findByRole("button", { name: /^Sync/ });
    expect(sync).toBeVisible();
    // They do so while it is tried again, which takes as long as it takes.
    act(() => backend.change(() => {}, [{ tag: "navigation" }]));
    await waitFor(() => expect(read.mock.calls.length).toBeGreaterThan(1));
    expect(sync).toBeVisible();
  });

  test("the arrows go along the rail, however many queues there are", async () => {
    const { user } = await openQueue();
    const rail = within(screen.getByRole("navigation", { name: "Rooms" }));
    rail.getByRole("button", { name: /^Watch/ }).focus();
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(rail.getByRole("button", { name: /^Reviews/ })).toHaveFocus();
    await user.keyboard("{End}");
    expect(rail.getByRole("button", { name: /^Settings/ })).toHaveFocus();
    await user.keyboard("{ArrowDown}{Home}{ArrowUp}");
    expect(rail.getByRole("button", { name: /^Watch/ })).toHaveFocus();
    await user.keyboard("{End}{Enter}");
    expect(await heading("Settings")).toBeVisible();
  });

  test("a queue that the arrows only pass is not read; one that they stop at, or that is pressed, is", async () => {
    const { user, backend } = await openQueue();
    const rail = within(screen.getByRole("navigation", { name: "Rooms" }));
    const reading = vi.spyOn(backend, "queuePage");
    const ofReviews = () => reading.mock.calls.filter(([{ view }]) => view === "reviews");
    const quiet = () => act(() => new Promise((done) => setTimeout(done, 300)));
    const [first, reviews] = [/^Refund requests/, /^Reviews/].map((name) =>
      rail.getByRole("button", { name }),
    );
    // As fast as a key that is held down.
    const walk = (key: string) => fireEvent.keyDown(focused(), { key });
    act(() => first?.focus());
    walk("ArrowDown");
    expect(reviews).toHaveFocus();
    walk("ArrowDown");
    expect(reviews).not.toHaveFocus();
    await quiet();
    expect(ofReviews()).toHaveLength(0);
    walk("ArrowUp");
    expect(reviews).toHaveFocus();
    await waitFor(() => expect(ofReviews()).toHaveLength(1));
    if (reviews) await user.click(reviews);
    expect(await heading("Reviews")).toBeVisible();
    expect(ofReviews()).toHaveLength(1);
  });

  test("the queues are a list by their own name, apart from the rooms that stay in sight", async () => {
    await openQueue();
    const queues = within(screen.getByRole("list", { name: "Queues" }));
    expect(queues.getByRole("button", { name: /^Reviews/ })).toBeVisible();
    expect(queues.queryByRole("button", { name: /^Settings/ })).toBeNull();
  });

  test("everything is in the tab order: skip link, rail, search, filter, headers, row, record", async () => {
    const { user } = await openQueue();
    const seen: string[] = [];
    for (let at = 0; at < 40; at += 1) {
      await user.tab();
      if (focused() === document.body) break;
      seen.push((focused().getAttribute("aria-label") ?? focused().textContent ?? "").slice(0, 40));
    }
    const wanted = [
      "Skip to the screen",
      "HCHarbour Classes",
      "Refund requests",
      "Reviews",
      "Sync",
      "In step",
      "Find anything",
      "Filter this list",
      "Business",
      "Amount",
      "Purchased",
      "Paper & Press",
      "Approve refund",
      "Mail preview",
      "Approve refund",
      "Deny",
    ];
    let at = -1;
    for (const words of wanted) {
      at = seen.findIndex((each, index) => index > at && each.startsWith(words));
      expect(at, `${words} in ${seen.join(" | ")}`).toBeGreaterThanOrEqual(0);
    }
  });

  test("keys are silent while a question is open", async () => {
    const { user } = await openQueue();
    await user.keyboard("{Shift>}?{/Shift}");
    await screen.findByRole("dialog", { name: "Keys" });
    await user.keyboard("gsj");
    expect(screen.getByRole("dialog", { name: "Keys" })).toBeVisible();
    await user.keyboard("{Escape}");
    await gone();
    expect(await heading("Refund requests")).toBeVisible();
    expect(await panel(/Paper & Press/)).toBeVisible();
  });
});

describe("the focus comes back", () => {
  test.each([
    ["Keys", "{Shift>}?{/Shift}"],
    ["Mail preview", "m"],
    ["Approve refund: Paper & Press", "a"],
    ["Find anything", "{Control>}k{/Control}"],
  ])("after “%s”", async (name, keys) => {
    const { user, row } = await openQueue();
    row.focus();
    await user.keyboard(keys);
    await screen.findByRole("dialog", { name: new RegExp(name) });
    await user.keyboard("{Escape}");
    await gone();
    await waitFor(() => expect(row).toHaveFocus());
  });

  test("after an action, on the record that moved to another section", async () => {
    const { user, row } = await openQueue();
    row.focus();
    await user.keyboard("a");
    const asked = await screen.findByRole("dialog");
    await user.type(within(asked).getByLabelText(/Type/), "22.00{Enter}");
    await gone();
    await waitFor(() => {
      expect(focused()).toHaveAttribute("role", "row");
      expect(focused()).toHaveTextContent("Paper & Press");
      expect(focused()).toHaveTextContent("queued");
    });
  });

  test("after an action whose button is gone, on the row that is picked", async () => {
    const { user } = await openQueue();
    const record = await panel(/Paper & Press/);
    const approve = within(record)
      .getAllByRole("button", { name: /Approve refund/ })
      .at(-1);
    await user.click(approve as HTMLElement);
    const asked = await screen.findByRole("dialog");
    await user.type(within(asked).getByLabelText(/Type/), "22.00{Enter}");
    await gone();
    await waitFor(() => expect(focused()).toHaveAttribute("role", "row"));
  });
});

describe("the record", () => {
  test("is gone into with Enter, scrolled with the arrows, and left with Escape", async () => {
    const { user, row } = await openQueue();
    row.focus();
    await user.keyboard("{Enter}");
    const record = await panel(/Paper & Press/);
    expect(record).toHaveFocus();
    const part = record.querySelector(".record-scroll");
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
    expect(part?.scrollTop).toBe(40);
    await user.tab();
    expect(record).toContainElement(focused());
    await user.keyboard("{Escape}");
    expect(row).toHaveFocus();
  });

  test("Escape in a dialog over it closes the dialog and leaves the focus there", async () => {
    const { user } = await openQueue();
    const record = await panel(/Paper & Press/);
    const opener = within(record).getByRole("button", { name: "Mail preview" });
    opener.focus();
    await user.keyboard("{Enter}");
    const mail = await screen.findByRole("dialog", { name: /Mail preview/ });
    await waitFor(() => expect(mail).toContainElement(focused()));
    await user.keyboard("{Escape}");
    await gone();
    await waitFor(() => expect(opener).toHaveFocus());
  });

  test("Space picks the row that has the focus", async () => {
    const { user, row } = await openQueue();
    row.focus();
    await user.keyboard(" ");
    expect(row).toHaveAttribute("aria-selected", "true");
    expect(row).toHaveFocus();
  });
});
