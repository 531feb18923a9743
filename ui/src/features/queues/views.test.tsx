import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

const grid = () => screen.findByRole("grid", { name: "Refund requests, list" });
const dialog = (name: string) => screen.findByRole("dialog", { name });
const gone = () => waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());

async function openQueue(world = makeWorld()) {
  const app = openApp(world);
  await grid();
  return app;
}

describe("chips", () => {
  test("a field is filtered by in the way of its type, by the keyboard alone", async () => {
    const { user, backend } = await openQueue();
    const queuePage = vi.spyOn(backend, "queuePage");
    await user.keyboard("{Alt>}f{/Alt}");
    const asked = await dialog("Filter by a field");
    await user.selectOptions(within(asked).getByLabelText("Field"), "Amount");
    expect(within(asked).getByRole("button", { name: "Filter" })).toBeDisabled();
    await user.type(within(asked).getByLabelText("From"), "40.00");
    await expectAccessible();
    await user.keyboard("{Enter}");
    await gone();
    const test = { type: "money", currency: "AUD", from: 4000, to: null };
    expect(queuePage.mock.lastCall?.[0].chips).toEqual([{ field: "amount", test }]);
    const chips = await screen.findByRole("list", { name: "Filter" });
    expect(chips).toHaveTextContent("Amount from $40.00 AUD");
    expect(await grid()).not.toHaveTextContent("Paper & Press");
    await expectAccessible();
    within(chips)
      .getByRole("button", { name: /not filter by Amount/ })
      .focus();
    await user.keyboard("{Enter}");
    await waitFor(async () => expect(await grid()).toHaveTextContent("Paper & Press"));
    // The chip is gone, and the focus is not.
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
    expect(document.activeElement).toHaveAttribute("role", "row");
  });

  test("an amount that cannot be read says so, and what has no value is asked for", async () => {
    const { user, backend } = await openQueue();
    const queuePage = vi.spyOn(backend, "queuePage");
    await user.keyboard("{Alt>}f{/Alt}");
    const asked = await dialog("Filter by a field");
    await user.selectOptions(within(asked).getByLabelText("Field"), "Amount");
    await user.type(within(asked).getByLabelText("From"), "4,50");
    expect(within(asked).getByLabelText("From")).toHaveAccessibleDescription("Understood as 4.50");
    await user.type(within(asked).getByLabelText("From"), "0");
    expect(within(asked).getByLabelText("From")).toHaveAccessibleDescription(
      "This is no such value.",
    );
    await user.click(within(asked).getByRole("checkbox", { name: "has no value" }));
    expect(within(asked).queryByLabelText("From")).toBeNull();
    await expectAccessible();
    await user.click(within(asked).getByRole("button", { name: "Filter" }));
    await gone();
    const [chip] = queuePage.mock.lastCall?.[0].chips ?? [];
    expect(chip).toEqual({ field: "amount", test: { type: "empty" } });
  });

  test("several states at once; a chip is changed where it stands", async () => {
    const { user, backend } = await openQueue();
    await user.click(screen.getByRole("button", { name: "Filter by a field" }));
    const asked = await dialog("Filter by a field");
    await user.selectOptions(within(asked).getByLabelText("Field"), "State");
    await user.click(within(asked).getByRole("checkbox", { name: "denied" }));
    await user.click(within(asked).getByRole("checkbox", { name: "refunded to the card" }));
    await user.keyboard("{Enter}");
    await gone();
    const queuePage = vi.spyOn(backend, "queuePage");
    await user.click(screen.getByRole("button", { name: /denied, refunded to the card/ }));
    const again = await dialog("Filter by a field");
    expect(within(again).getByRole("checkbox", { name: "denied" })).toBeChecked();
    await user.click(within(again).getByRole("checkbox", { name: "denied" }));
    await user.click(within(again).getByRole("button", { name: "Filter" }));
    await gone();
    const [chip] = queuePage.mock.lastCall?.[0].chips ?? [];
    expect(chip?.test).toEqual({ type: "among", values: ["refunded"] });
  });

  test("one that is taken away hands the focus on to the next", async () => {
    const chips = ["paid", "gone"].map((field) => ({
      field,
      test: { type: "flag" as const, on: true },
    }));
    usePlace.getState().go({ screen: "queue", view: "pending", record: null, wish: { chips } });
    const { user } = openApp(makeWorld());
    const row = await screen.findByRole("list", { name: "Filter" });
    const off = within(row).getAllByRole("button", { name: /^Do not filter by/ });
    expect(off).toHaveLength(2);
    off[0]?.focus();
    await user.keyboard("{Enter}");
    await waitFor(() =>
      expect(within(row).getAllByRole("button", { name: /^Do not filter by/ })).toHaveLength(1),
    );
    expect(row).toContainElement(document.activeElement as HTMLElement);
  });

  test("records are picked by their words", async () => {
    const { user, backend } = await openQueue();
    await user.click(screen.getByRole("button", { name: "Filter by a field" }));
    const asked = await dialog("Filter by a field");
    await user.selectOptions(within(asked).getByLabelText("Field"), "Business");
    await user.type(within(asked).getByLabelText("Find by words: Business"), "glebe");
    await user.click(await within(asked).findByRole("checkbox", { name: "Glebe" }));
    await user.clear(within(asked).getByLabelText("Find by words: Business"));
    await user.type(within(asked).getByLabelText("Find by words: Business"), "manly");
    await within(asked).findByRole("checkbox", { name: "Manly" });
    expect(within(asked).getByRole("checkbox", { name: "Glebe" })).toBeChecked();
    const queuePage = vi.spyOn(backend, "queuePage");
    await user.click(within(asked).getByRole("button", { name: "Filter" }));
    await gone();
    const [chip] = queuePage.mock.lastCall?.[0].chips ?? [];
    expect(chip?.test).toEqual({ type: "among", values: ["Glebe"] });
  });

  test("a chip that does not fit any more says so, and can be taken away", async () => {
    const chips = [{ field: "gone", test: { type: "flag" as const, on: true } }];
    usePlace.getState().go({ screen: "queue", view: "pending", record: null, wish: { chips } });
    const { user } = openApp(makeWorld());
    expect(await screen.findByText("Nothing matches the filter")).toBeVisible();
    expect(screen.getByText("The pack has no such field to filter by.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Clear all" }));
    expect(await grid()).toBeVisible();
  });
});

test("a view is sorted only by what has an order", async () => {
  const { user } = await openQueue();
  await user.keyboard("{Alt>}v{/Alt}");
  const asked = await dialog("Show “Refund requests”");
  const sort = within(asked).getByLabelText("Sort by");
  expect(within(sort).getByRole("option", { name: "Amount, rising" })).toBeInTheDocument();
  expect(within(sort).queryByRole("option", { name: /Business/ })).toBeNull();
});

describe("groups", () => {
  test("have counts and sums, and are closed and opened by the keyboard", async () => {
    const { user } = await openQueue();
    await user.keyboard("{Alt>}v{/Alt}");
    const asked = await dialog("Show “Refund requests”");
    await expectAccessible();
    await user.selectOptions(within(asked).getByLabelText("Group by"), "State");
    await user.click(within(asked).getByRole("button", { name: "Show" }));
    await gone();
    const head = await screen.findByRole("button", { name: /^requested/ });
    expect(head).toHaveTextContent("requested4 · $110.00");
    // By words and marks: by roles the page's simulation takes its time for each look.
    const headNow = () => within(list).getByText("requested").closest("button");
    const list = screen.getByRole("grid");
    const rows = () => list.querySelectorAll('[role="row"]').length;
    const before = rows();
    head.focus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(headNow()).toHaveAttribute("aria-expanded", "false"));
    expect(rows()).toBeLessThan(before);
    expect(headNow()).toHaveTextContent("4 · $110.00");
    await expectAccessible();
    await user.click(headNow() as HTMLElement);
    await waitFor(() => expect(rows()).toBe(before));
  });
});

describe("export", () => {
  test("says what leaves the folder before it writes, and where it is after", async () => {
    const { user, backend } = await openQueue();
    const exportView = vi.spyOn(backend, "exportView");
    await user.keyboard("{Alt>}e{/Alt}");
    const asked = await dialog("Export “Refund requests”");
    expect(asked).toHaveTextContent("All 12 rows in 6 columns");
    expect(asked).toHaveTextContent("The file is in clear");
    expect(exportView).not.toHaveBeenCalled();
    await expectAccessible();
    await user.click(within(asked).getByRole("button", { name: "Export 12 rows" }));
    expect(await within(asked).findByText(/12 rows written/)).toBeVisible();
    expect(asked).toHaveTextContent("/Downloads/pending_");
    expect(within(asked).getByRole("alert")).toHaveTextContent("12 rows written");
    expect(within(asked).getByRole("button", { name: "Done" })).toHaveFocus();
    expect(exportView).toHaveBeenCalledTimes(1);
  });

  test("that fails says why", async () => {
    const world = makeWorld();
    world.fails = { exportView: { code: "disk_full", detail: null, row: null } };
    const { user } = await openQueue(world);
    await user.click(screen.getByRole("button", { name: "Export to a file" }));
    await user.click(await screen.findByRole("button", { name: "Export 12 rows" }));
    expect(await within(screen.getByRole("dialog")).findByRole("alert")).toBeVisible();
  });
});

describe("what refers to a record", () => {
  test("is named, and all of it opens in its view, narrowed to it", async () => {
    const { user, backend } = await openQueue();
    const panel = await screen.findByRole("region", { name: /Paper & Press/ });
    const queuePage = vi.spyOn(backend, "queuePage");
    await user.click(await within(panel).findByRole("button", { name: "all 1" }));
    const chips = [{ field: "business", test: { type: "among", values: ["R-418"] } }];
    await waitFor(() => expect(queuePage.mock.lastCall?.[0].chips).toEqual(chips));
  });
});

test("sort, filter and groups of another view are its own", async () => {
  const { user } = await openQueue();
  await user.keyboard("/");
  await user.keyboard("glass");
  usePlace.getState().go({ screen: "queue", view: "reviews", record: null });
  await screen.findByRole("grid", { name: "Reviews, list" });
  expect(screen.getByRole("searchbox")).toHaveValue("");
});
