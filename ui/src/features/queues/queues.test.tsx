import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

const grid = () => screen.findByRole("grid", { name: "Refund requests, list" });
const panel = (name: RegExp) => screen.findByRole("region", { name });
const dialog = (name: RegExp) => screen.findByRole("dialog", { name });

async function openQueue(world = makeWorld()) {
  const app = openApp(world);
  await grid();
  await panel(/Paper & Press/);
  return app;
}

describe("the list", () => {
  test("shows each section with its count and sum, and our words in place of states", async () => {
    await openQueue();
    const list = await grid();
    for (const words of ["Open2 · $44.00", "On the way3 · $66.00", "Decided"]) {
      expect(list).toHaveTextContent(words);
    }
    const row = within(list).getByRole("row", { name: /Clay and Kiln/ });
    expect(row).toHaveTextContent("queued");
    expect(row).not.toHaveTextContent("requested");
    await expectAccessible();
  });

  test("moves with j and k from anywhere, and the record beside it follows", async () => {
    const { user } = await openQueue();
    await user.keyboard("j");
    expect(await panel(/Northside Pottery/)).toBeVisible();
    await user.keyboard("k");
    expect(await panel(/Paper & Press/)).toBeVisible();
  });

  test("Enter goes into the record", async () => {
    const { user } = await openQueue();
    const row = within(await grid()).getByRole("row", { name: /Northside/ });
    await user.click(row);
    await user.keyboard("{Enter}");
    expect(await panel(/Northside Pottery/)).toHaveFocus();
  });

  test("filters, says when nothing matches, and Escape brings all back", async () => {
    const { user, backend } = await openQueue();
    const queuePage = vi.spyOn(backend, "queuePage");
    await user.keyboard("/");
    await user.keyboard("zzz");
    expect(await screen.findByText("Nothing matches “zzz”")).toBeVisible();
    await expectAccessible();
    expect(queuePage.mock.lastCall?.[0]).toMatchObject({ search: "zzz", offset: 0 });
    await user.keyboard("{Escape}");
    expect(await grid()).toBeVisible();
  });

  test("letters typed into the filter are no commands", async () => {
    const { user } = await openQueue();
    await user.keyboard("/");
    await user.keyboard("a");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  test("sorts by asking for another order", async () => {
    const { user, backend } = await openQueue();
    const queuePage = vi.spyOn(backend, "queuePage");
    await user.click(screen.getByRole("button", { name: /Amount/ }));
    await waitFor(() => expect(queuePage.mock.lastCall?.[0].sort).toBe("amount"));
    await user.click(await screen.findByRole("button", { name: /Amount/ }));
    await waitFor(() => expect(queuePage.mock.lastCall?.[0].sort).toBe("-amount"));
  });

  test("of 100,000 records reads what is in sight, and the last page when it is reached", async () => {
    const { user, backend } = await openQueue(makeWorld(100_000));
    const list = await grid();
    expect(Number(list.getAttribute("aria-rowcount"))).toBeGreaterThan(100_000);
    within(list).getByRole("row", { selected: true }).focus();
    await user.keyboard("{End}");
    // The last page may have been read already, while it was quiet; none of those between is.
    await waitFor(() => expect(list.querySelector("[aria-busy]")).toBeNull());
    expect(backend.calls.filter((call) => call === "queuePage").length).toBeLessThan(8);
    await waitFor(() => {
      const last = within(list).getByRole("row", { selected: true });
      expect(Number(last.getAttribute("aria-rowindex"))).toBeGreaterThan(100_000);
    });
  });

  test("keeps the picked record when it moves to another section", async () => {
    const { backend } = await openQueue();
    backend.change(({ requests }) => {
      const first = requests.find((each) => each.id === "R-418");
      if (first) first.state = "refunded";
    });
    await waitFor(async () => {
      const row = within(await grid()).getByRole("row", { selected: true });
      expect(row).toHaveTextContent("refunded");
    });
  });
});

describe("the states of the list", () => {
  test("empty is a statement with proof", async () => {
    openApp(makeWorld(0));
    expect(await screen.findByText("Nothing waits in “Refund requests”")).toBeVisible();
    expect(await screen.findByText(/1,264 records looked at, oldest data \d+ s/)).toBeVisible();
    await expectAccessible();
  });

  test("reading has the shape of what will come", async () => {
    const world = makeWorld();
    world.hangs = new Set(["queuePage"]);
    const { container } = openApp(world);
    await waitFor(() => expect(container.querySelectorAll(".bone-row")).toHaveLength(8));
    await expectAccessible();
  });

  test("failed says what to do, and does it", async () => {
    const world = makeWorld();
    world.fails = { queuePage: { code: "storage", detail: "disk I/O error", row: null } };
    const { user, backend } = openApp(world);
    expect(await screen.findByRole("alert")).toHaveTextContent("The local database failed");
    await expectAccessible();
    backend.world.fails = {};
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await grid()).toBeVisible();
  });

  test("cut off says how old it is, in the list and at the foot of the rail", async () => {
    const world = { ...makeWorld(), link: "cut_off" as const, ageSeconds: 2520 };
    await openQueue(world);
    expect(await screen.findByText("as of 14:03, 42 min old")).toBeVisible();
    expect(screen.getByRole("button", { name: /Cut off since Fri 14:03/ })).toBeVisible();
    await expectAccessible();
  });

  test("filling for the first time is not empty", async () => {
    openApp({ ...makeWorld(0), link: "filling", filling: 8420 });
    expect(await screen.findByText("Filling for the first time")).toBeVisible();
    await waitFor(() => expect(screen.getByText(/8,420 records so far/)).toBeVisible());
  });

  test("notices are read out and stay until they are read", async () => {
    const world = makeWorld();
    world.app.notices = [
      { type: "cache_rebuilt" },
      { type: "state_moved_aside", file: "state.db.damaged" },
    ];
    const { user } = await openQueue(world);
    expect(screen.getAllByRole("alert")).toHaveLength(2);
    expect(screen.getByText(/What waited to be sent is in state.db.damaged/)).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "I have read it" }));
    await waitFor(() => expect(screen.queryByRole("alert")).not.toBeInTheDocument());
  });

  test("a folder that cannot be written is read, and nothing can be queued", async () => {
    const world = makeWorld();
    world.app.phase = "read_only";
    const { user } = await openQueue(world);
    expect(screen.getByRole("alert")).toHaveTextContent("The data folder cannot be written");
    await user.keyboard("a");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });
});

describe("the record", () => {
  test("says what decides, with row ids, and what the action will do", async () => {
    await openQueue();
    const record = await panel(/Paper & Press/);
    const policy = within(record).getByRole("list", { name: "What decides “Approve refund”" });
    expect(within(policy).getAllByRole("listitem")).toHaveLength(3);
    expect(policy).toHaveTextContent("Inside 72 hours");
    expect(policy).toHaveTextContent("R-17");
    expect(within(policy).getAllByLabelText("Lets through")).toHaveLength(3);
    expect(record).toHaveTextContent("refund $22.00 once, to the card");
    expect(record).toHaveTextContent("Not after Fri 17:57");
    expect(record).toHaveTextContent("lapses in 3 h 1");
  });

  test("past its window shows the row that refuses; its key says so and asks nothing", async () => {
    const { user } = await openQueue();
    await user.click(within(await grid()).getByRole("row", { name: /Harbour Glassworks/ }));
    const record = await panel(/Harbour Glassworks/);
    expect(record).toHaveTextContent("“Approve refund” is refused");
    expect(record).toHaveTextContent("nobody may approve it any more. R-17");
    expect(within(record).getAllByLabelText("Refuses").length).toBeGreaterThan(0);
    await expectAccessible();
    const approve = within(record).getByRole("button", { name: "Approve refund" });
    expect(approve).toHaveAttribute("aria-disabled", "true");
    await user.keyboard("a");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(screen.getByRole("status")).toHaveTextContent("nobody may approve it any more");
  });

  test("shows the mail as it would be sent", async () => {
    const { user } = await openQueue();
    await user.keyboard("m");
    const mail = await dialog(/Mail preview/);
    expect(mail).toHaveTextContent("Your refund is on its way");
    expect(mail).toHaveTextContent("three to five business days");
    await expectAccessible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  });

  test("that is gone says so", async () => {
    const { backend } = await openQueue();
    backend.change((world) => {
      world.fails = { queueRecord: { code: "not_found", detail: null, row: null } };
    });
    expect(await screen.findByText("It is not here")).toBeVisible();
  });
});
