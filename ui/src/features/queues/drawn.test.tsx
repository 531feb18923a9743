import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import * as values from "../../components/values";
import { makeWorld } from "../../platform/memory/world";
import { openApp } from "../../test-harness";
import * as related from "./Related";

/** How often a value was drawn in the list, and how often the record beside it was. */
const drawn = { cells: 0, record: 0 };

beforeEach(() => {
  const { Value } = values;
  vi.spyOn(values, "Value").mockImplementation((props) => {
    // Facts of the record show both clocks.
    if (!props.both) drawn.cells += 1;
    return Value(props);
  });
  const { Related } = related;
  vi.spyOn(related, "Related").mockImplementation((props) => {
    drawn.record += 1;
    return Related(props);
  });
});
beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

const list = () => screen.findByRole("grid", { name: "Refund requests, list" });
const region = () => document.querySelector(".queue-list");
/** Lets everything come that was asked for, what is read ahead of its time too. */
const settle = () => act(() => new Promise((done) => setTimeout(done, 600)));

async function openQueue(count?: number) {
  const app = openApp(makeWorld(count));
  await list();
  await screen.findByRole("region", { name: /Paper & Press/ });
  await settle();
  expect(drawn.cells).toBeGreaterThan(0);
  expect(drawn.record).toBeGreaterThan(0);
  Object.assign(drawn, { cells: 0, record: 0 });
  return app;
}

/** Answers to what is asked of views wait until they are let go; of all pages, or of the first ones. */
function holdPages(
  backend: ReturnType<typeof openApp>["backend"],
  below = Number.POSITIVE_INFINITY,
) {
  const real = backend.queuePage.bind(backend);
  let letGo = () => {};
  const held = new Promise<void>((done) => {
    letGo = done;
  });
  const asked = vi.spyOn(backend, "queuePage").mockImplementation(async (request) => {
    if (request.offset < below) await held;
    return real(request);
  });
  return { letGo: () => letGo(), asked };
}

test("asking for another order draws no row and no record, and so it is with a word", async () => {
  const { user, backend } = await openQueue();
  const { asked, letGo } = holdPages(backend);
  await user.click(screen.getByRole("button", { name: /Amount/ }));
  await waitFor(() => expect(region()).toHaveAttribute("aria-busy", "true"));
  expect(asked).toHaveBeenCalled();
  expect(drawn).toEqual({ cells: 0, record: 0 });
  await user.keyboard("/");
  await user.keyboard("p");
  expect(region()).toHaveAttribute("aria-busy", "true");
  expect(drawn).toEqual({ cells: 0, record: 0 });
  letGo();
  await waitFor(() => expect(region()).not.toHaveAttribute("aria-busy"));
});

test("rows that another order leaves in sight are moved, not drawn again", async () => {
  const { user } = await openQueue();
  await user.click(screen.getByRole("button", { name: /Amount/ }));
  await waitFor(() =>
    expect(screen.getByRole("columnheader", { name: /Amount/ })).toHaveAttribute(
      "aria-sort",
      "ascending",
    ),
  );
  await settle();
  expect(drawn).toEqual({ cells: 0, record: 0 });
});

test("a change of nothing that is shown draws no row", async () => {
  const { backend } = await openQueue();
  const before = backend.calls.filter((call) => call === "queuePage").length;
  backend.change(() => {});
  await waitFor(() =>
    expect(backend.calls.filter((call) => call === "queuePage").length).toBeGreaterThan(before),
  );
  await settle();
  expect(drawn.cells).toBe(0);
});

test("a change of one record draws its row alone", async () => {
  const { backend } = await openQueue();
  const columns = within(await list()).getAllByRole("columnheader").length;
  backend.change(({ requests }) => {
    const first = requests.find((each) => each.id === "R-418");
    if (first) first.state = "refunded";
  });
  await settle();
  expect(drawn.cells).toBeGreaterThan(0);
  expect(drawn.cells).toBeLessThanOrEqual(columns);
});

test("End in a long list draws what comes into sight, each of it once", async () => {
  const { user } = await openQueue(100_000);
  const grid = await list();
  within(grid).getByRole("row", { selected: true }).focus();
  await user.keyboard("{End}");
  await waitFor(() => {
    const last = within(grid).getByRole("row", { selected: true });
    expect(Number(last.getAttribute("aria-rowindex"))).toBeGreaterThan(100_000);
  });
  await settle();
  const rows = grid.querySelectorAll(".grid-data").length;
  const columns = within(grid).getAllByRole("columnheader").length;
  expect(drawn.cells).toBeGreaterThan(0);
  expect(drawn.cells).toBeLessThanOrEqual((rows + 1) * columns);
});

test("rows of another order are not shown under the first page of the one before", async () => {
  const { user, backend } = await openQueue(1_000);
  const grid = await list();
  within(grid).getByRole("row", { selected: true }).focus();
  await user.keyboard("{End}");
  await settle();
  const inSight = () => [...grid.querySelectorAll(".grid-data")];
  const read = () => inSight().filter((row) => row.getAttribute("aria-busy") === null);
  expect(read().length).toBeGreaterThan(0);
  const { letGo } = holdPages(backend, 1);
  await user.click(screen.getByRole("button", { name: /Amount/ }));
  await settle();
  expect(region()).toHaveAttribute("aria-busy", "true");
  expect(read()).toHaveLength(0);
  letGo();
  await waitFor(() => expect(read().length).toBeGreaterThan(0));
});
