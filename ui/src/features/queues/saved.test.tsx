import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { savedView } from "../../platform/memory/saved";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

const grid = () => screen.findByRole("grid", { name: "Refund requests, list" });
const dialog = (name: string) => screen.findByRole("dialog", { name });
const gone = () => waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
const below = () => screen.findByRole("list", { name: "Saved views of Refund requests" });
const DENIED = { field: "state", test: { type: "among" as const, values: ["denied"] } };

async function openQueue(world = makeWorld()) {
  const app = openApp(world);
  await grid();
  return app;
}

describe("saved views", () => {
  test("what is asked of a view is saved under a name, by the keyboard alone", async () => {
    usePlace.getState().go({
      screen: "queue",
      view: "pending",
      record: null,
      wish: { sort: "-amount", chips: [DENIED], group: "state" },
    });
    const { user, backend } = await openQueue();
    const act = vi.spyOn(backend, "act");
    await user.keyboard("{Alt>}s{/Alt}");
    const asked = await dialog("Save this view");
    expect(within(asked).getByRole("button", { name: "Save" })).toBeDisabled();
    await user.type(within(asked).getByLabelText("Name"), "Denied ones");
    await expectAccessible();
    await user.keyboard("{Enter}");
    await gone();
    expect(act).toHaveBeenCalledTimes(1);
    const request = act.mock.lastCall?.[0];
    expect(request).toMatchObject({ kind: "saved_view", action: "keep", seen_revision: 0 });
    expect(request?.id).not.toBe(request?.operation);
    const { name, view, wish, shared } = request?.params ?? {};
    expect([name, view, shared]).toEqual(['"Denied ones"', '"pending"', "false"]);
    expect(JSON.parse(JSON.parse(wish ?? ""))).toEqual({
      sort: "-amount",
      search: "",
      chips: [DENIED],
      group: "state",
      columns: [],
    });
    // It is there at once, and says that only this laptop has it.
    const entry = within(await below()).getByRole("button", { name: /Denied ones/ });
    expect(entry).toHaveTextContent("queued");
    expect(entry).toHaveTextContent("yours alone");
    await waitFor(() => expect(entry).toHaveAttribute("aria-current", "page"));
    await expectAccessible();
  });

  test("it is opened as it was asked; the queue itself is as the pack has it", async () => {
    const world = makeWorld();
    world.saved = [savedView({ id: "v1", name: "Denied ones", shared: true })];
    const { user, backend } = await openQueue(world);
    const queuePage = vi.spyOn(backend, "queuePage");
    await user.click(within(await below()).getByRole("button", { name: /Denied ones/ }));
    await waitFor(() => expect(queuePage.mock.lastCall?.[0].chips).toEqual([DENIED]));
    const list = await screen.findByRole("list", { name: "Filter" });
    expect(list).toHaveTextContent("denied");
    const region = screen.getByRole("region", { name: "Refund requests" });
    expect(region).toHaveTextContent("yours, shared");
    expect(region).not.toHaveTextContent("not as it was saved");
    await user.click(within(list).getByRole("button", { name: "Clear all" }));
    await waitFor(() => expect(region).toHaveTextContent("not as it was saved"));
    await user.click(screen.getByRole("button", { name: /^Refund requests/ }));
    await waitFor(() =>
      expect(screen.queryByRole("list", { name: "Filter" })).not.toBeInTheDocument(),
    );
  });

  test("one's own is renamed, shared, changed and dropped", async () => {
    const world = makeWorld();
    world.saved = [savedView({ id: "v1", name: "Denied ones" })];
    const { user, backend } = await openQueue(world);
    await user.click(within(await below()).getByRole("button", { name: /Denied ones/ }));
    await screen.findByRole("list", { name: "Filter" });
    await user.keyboard("{Alt>}s{/Alt}");
    const asked = await dialog("Saved view “Denied ones”");
    const name = within(asked).getByLabelText("Name");
    await user.clear(name);
    await user.type(name, "Said no");
    await user.click(within(asked).getByRole("checkbox", { name: /Share it/ }));
    expect(asked).toHaveTextContent("with your name");
    const act = vi.spyOn(backend, "act");
    await user.click(within(asked).getByRole("button", { name: "Save changes" }));
    await gone();
    expect(act.mock.lastCall?.[0]).toMatchObject({ id: "v1", action: "change", seen_revision: 1 });
    const entry = within(await below()).getByRole("button", { name: /Said no/ });
    expect(entry).toHaveTextContent("yours, shared");
    await user.keyboard("{Alt>}s{/Alt}");
    const again = await dialog("Saved view “Said no”");
    await user.click(within(again).getByRole("button", { name: "Drop" }));
    await gone();
    expect(act.mock.lastCall?.[0]).toMatchObject({ id: "v1", action: "drop", params: {} });
    // What was asked stays on the screen.
    await screen.findByRole("list", { name: "Filter" });
  });

  test("a rename says what else it would save, and can leave that as it was", async () => {
    const world = makeWorld();
    world.saved = [savedView({ id: "v1", name: "Denied ones" })];
    const { user, backend } = await openQueue(world);
    const act = vi.spyOn(backend, "act");
    await user.click(within(await below()).getByRole("button", { name: /Denied ones/ }));
    const list = await screen.findByRole("list", { name: "Filter" });
    await user.keyboard("{Alt>}s{/Alt}");
    const same = await dialog("Saved view “Denied ones”");
    expect(within(same).queryByLabelText(/asked now as well/)).not.toBeInTheDocument();
    await user.keyboard("{Escape}");
    await gone();
    await user.click(within(list).getByRole("button", { name: "Clear all" }));
    await waitFor(() => expect(list).not.toBeInTheDocument());
    const saves = async (leaves: boolean) => {
      await user.keyboard("{Alt>}s{/Alt}");
      const asked = await screen.findByRole("dialog", { name: /^Saved view/ });
      expect(asked).toHaveTextContent("are not as they were saved");
      if (leaves) await user.click(within(asked).getByLabelText(/asked now as well/));
      await expectAccessible();
      await user.click(within(asked).getByRole("button", { name: "Save changes" }));
      await gone();
      return JSON.parse(JSON.parse(act.mock.lastCall?.[0].params.wish ?? "")).chips;
    };
    expect(await saves(true)).toEqual([DENIED]);
    expect(await saves(false)).toEqual([]);
  });

  test("one that was refused is asked for once more in its place, or given up", async () => {
    const world = makeWorld();
    const held = { operation: "op-held", makes: true };
    world.saved = ["v1", "v2"].map((id) =>
      savedView({ id, name: `Refused ${id}`, revision: 0, word: "refused", held }),
    );
    const { user, backend } = await openQueue(world);
    const act = vi.spyOn(backend, "act");
    const discard = vi.spyOn(backend, "discardOperation");
    await user.click(within(await below()).getByRole("button", { name: /Refused v1/ }));
    await screen.findByRole("list", { name: "Filter" });
    await user.keyboard("{Alt>}s{/Alt}");
    const asked = await dialog("Saved view “Refused v1”");
    expect(asked).toHaveTextContent("This replaces the operation that is held.");
    const name = within(asked).getByLabelText("Name");
    await user.clear(name);
    await user.type(name, "Once more");
    await expectAccessible();
    await user.click(within(asked).getByRole("button", { name: "Save changes" }));
    await gone();
    expect(act.mock.lastCall?.[0]).toMatchObject({
      id: "v1",
      action: "keep",
      seen_revision: 0,
      amends: "op-held",
      params: { name: '"Once more"', view: '"pending"' },
    });
    const entry = within(await below()).getByRole("button", { name: /Once more/ });
    expect(entry).toHaveTextContent("queued");
    await user.click(within(await below()).getByRole("button", { name: /Refused v2/ }));
    await user.keyboard("{Alt>}s{/Alt}");
    const other = await dialog("Saved view “Refused v2”");
    await user.click(within(other).getByRole("button", { name: "Drop" }));
    await gone();
    expect(discard).toHaveBeenCalledWith("op-held");
    expect(act).toHaveBeenCalledTimes(1);
  });

  test("one of somebody else says whose it is, and is saved as one's own only", async () => {
    const world = makeWorld();
    world.saved = [
      savedView({ id: "v2", name: "Ours", own: false, owner: "Theo Lang", shared: true }),
    ];
    const { user, backend } = await openQueue(world);
    const entry = within(await below()).getByRole("button", { name: /Ours/ });
    expect(entry).toHaveTextContent("shared by Theo Lang");
    await user.click(entry);
    await screen.findByRole("list", { name: "Filter" });
    await user.keyboard("{Alt>}s{/Alt}");
    const asked = await dialog("Save this view");
    expect(within(asked).queryByRole("button", { name: "Drop" })).not.toBeInTheDocument();
    const act = vi.spyOn(backend, "act");
    await user.type(within(asked).getByLabelText("Name"), "Mine{Enter}");
    await gone();
    expect(act.mock.lastCall?.[0].action).toBe("keep");
    expect(act.mock.lastCall?.[0].id).not.toBe("v2");
  });

  test("what is not possible any more is told, and one whose view is gone can be dropped", async () => {
    const world = makeWorld();
    world.saved = [
      savedView({ id: "v1", name: "By fee", problems: ["Sort by `fee`: not possible."] }),
      savedView({
        id: "v3",
        name: "Of the old queue",
        view: "gone",
        wish: null,
        problems: ["The pack has no such view any more."],
      }),
    ];
    const { user, backend } = await openQueue(world);
    const rest = await screen.findByRole("list", { name: "Saved views" });
    await user.click(within(await below()).getByRole("button", { name: /By fee/ }));
    const region = screen.getByRole("region", { name: "Refund requests" });
    await waitFor(() => expect(region).toHaveTextContent("Sort by `fee`: not possible."));
    await user.click(within(rest).getByRole("button", { name: /Of the old queue/ }));
    const asked = await dialog("Saved view “Of the old queue”");
    expect(asked).toHaveTextContent("The pack has no such view any more.");
    expect(within(asked).getByRole("button", { name: "Save changes" })).toBeDisabled();
    await expectAccessible();
    const act = vi.spyOn(backend, "act");
    await user.click(within(asked).getByRole("button", { name: "Drop" }));
    await gone();
    expect(act.mock.lastCall?.[0]).toMatchObject({ id: "v3", action: "drop" });
  });

  test("it is found with everything else, and the keys say how one is saved", async () => {
    const world = makeWorld();
    world.saved = [savedView({ id: "v1", name: "Denied ones" })];
    const { user } = await openQueue(world);
    await user.keyboard("{Control>}k{/Control}");
    await user.keyboard("denied on");
    await screen.findByRole("option", { name: /Denied ones/ });
    await user.keyboard("{Enter}");
    await screen.findByRole("list", { name: "Filter" });
    await user.keyboard("{Shift>}?{/Shift}");
    const help = await dialog("Keys");
    expect(help).toHaveTextContent("save the view, or change what was saved");
  });
});

describe("place and selection", () => {
  const rowOf = (name: RegExp) => screen.findByRole("row", { name });

  for (const asked of [{ chips: [DENIED] }, { group: "state" }]) {
    test(`stay where data changes under ${Object.keys(asked)}`, async () => {
      usePlace.getState().go({ screen: "queue", view: "pending", record: null, wish: asked });
      const world = makeWorld(24);
      const denied = world.requests.filter(({ state }) => state === "denied");
      const [before, picked] = [denied[1], denied[3]];
      if (!before || !picked) throw new Error("too few");
      usePlace.getState().select({ kind: "refund", id: picked.id });
      const { backend } = await openQueue(world);
      const name = new RegExp(picked.name);
      await waitFor(async () => expect(await rowOf(name)).toHaveAttribute("aria-selected", "true"));
      // One before it goes, another comes, and it itself is changed.
      backend.change(({ requests }) => {
        requests.splice(requests.indexOf(before), 1);
        requests.unshift({ ...picked, id: "R-1", name: "Early Bird", purchased: 0 });
        picked.revision += 1;
        picked.minor = 9900;
      });
      await waitFor(async () => expect(await rowOf(name)).toHaveTextContent("99.00"));
      expect(await rowOf(name)).toHaveAttribute("aria-selected", "true");
      expect(await rowOf(/Early Bird/)).toHaveAttribute("aria-selected", "false");
      expect(usePlace.getState().place).toMatchObject({ record: { id: picked.id } });
      // It leaves what is asked for, or goes to another group: the operator still has it before them.
      backend.change(() => {
        picked.state = "requested";
        picked.revision += 1;
      });
      if ("chips" in asked) {
        await waitFor(() => expect(screen.queryByRole("row", { name })).not.toBeInTheDocument());
      } else {
        await waitFor(async () => expect(await rowOf(name)).not.toHaveTextContent("denied"));
        expect(await rowOf(name)).toHaveAttribute("aria-selected", "true");
      }
      expect(usePlace.getState().place).toMatchObject({ record: { id: picked.id } });
      expect(screen.getByRole("region", { name })).toHaveTextContent("$99.00");
    });
  }
});
