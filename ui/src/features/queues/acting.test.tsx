import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import { APPROVE, makeWorld, operation } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

const dialog = (name: RegExp) => screen.findByRole("dialog", { name });
const inDialog = (found: HTMLElement, name: string) => within(found).getByRole("button", { name });

async function openQueue(world = makeWorld()) {
  const app = openApp(world);
  await screen.findByRole("region", { name: /Paper & Press/ });
  return app;
}

describe("what somebody has to agree to", () => {
  const asking = async () => {
    const world = makeWorld();
    const app = openApp(world);
    const { backend } = app;
    const queueRecord = backend.queueRecord.bind(backend);
    vi.spyOn(backend, "queueRecord").mockImplementation(async (kind, id) => {
      const record = await queueRecord(kind, id);
      const asks = [
        {
          row: "R-99",
          title: "Large ones",
          role: "Owner",
          fallback: "Bookkeeper",
          after_minutes: 720,
        },
      ];
      const about = { view: "reviews", kind: "review", id: "rv-1", title: "A review" };
      const actions = record.actions.map((each) => ({
        ...each,
        asks,
        policy: [
          {
            id: "R-99",
            title: "Large ones",
            found: "22.00",
            outcome: "asks" as const,
            reads: [],
            ours: [],
          },
          ...each.policy,
        ],
      }));
      return { ...record, actions, about };
    });
    vi.spyOn(backend, "consider").mockImplementation(async ({ kind, id, action }) => {
      const { actions } = await backend.queueRecord(kind, id);
      const found = actions.find((each) => each.action === action);
      if (!found) throw new Error("no such action");
      return found;
    });
    return app;
  };

  test("is said beside what it will do, and asked for like everything else", async () => {
    const { user } = await asking();
    const record = await screen.findByRole("region", { name: /Paper & Press/ });
    expect(await within(record).findByText("Owner has to agree first")).toBeVisible();
    expect(record).toHaveTextContent("After 12 h without an answer Bookkeeper may");
    expect(within(record).getByLabelText("Asks somebody first")).toBeVisible();
    await expectAccessible();
    await user.keyboard("r");
    const asked = await screen.findByRole("dialog");
    expect(asked).toHaveTextContent("Owner has to agree first");
  });

  test("names the record that it is about, and goes there", async () => {
    const { user } = await asking();
    await user.click(await screen.findByRole("button", { name: "Open A review" }));
    expect(usePlace.getState().place).toMatchObject({
      screen: "queue",
      view: "reviews",
      record: { kind: "review", id: "rv-1" },
    });
  });
});

describe("a rule that counts changes of ours", () => {
  test("says how many of them are not confirmed", async () => {
    const { backend } = await openQueue();
    const queueRecord = backend.queueRecord.bind(backend);
    vi.spyOn(backend, "queueRecord").mockImplementation(async (kind, id) => {
      const record = await queueRecord(kind, id);
      const ours = [{ label: "Refund requests", count: 2 }];
      const actions = record.actions.map((each) => ({
        ...each,
        policy: each.policy.map((row) => (row.id === "C-04" ? { ...row, ours } : row)),
      }));
      return { ...record, actions };
    });
    act(() => backend.change(() => {}));
    const record = await screen.findByRole("region", { name: /Paper & Press/ });
    const told = "Found with 2 changes of yours to “Refund requests” that are not confirmed";
    expect(await within(record).findByText(told)).toBeVisible();
    await expectAccessible();
  });
});

describe("approving", () => {
  test("needs the amount typed exactly, then queues one operation", async () => {
    const { user, backend } = await openQueue();
    const act = vi.spyOn(backend, "act");
    await user.keyboard("a");
    const asked = await dialog(/Approve refund: Paper & Press/);
    const typed = within(asked).getByLabelText("Type 22.00 to confirm");
    expect(typed).toHaveFocus();
    await expectAccessible();
    const approve = inDialog(asked, "Approve refund");
    await user.type(typed, "22.0");
    expect(approve).toBeDisabled();
    await user.type(typed, "0");
    await waitFor(() => expect(approve).toBeEnabled());
    await user.click(approve);
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(act).toHaveBeenCalledTimes(1);
    expect(act.mock.calls[0]?.[0]).toEqual({
      operation: "01936a2e-0000-7000-8000-000000000001",
      kind: "refund",
      id: "R-418",
      action: "approve",
      params: {},
      typed: "22.00",
      seen_revision: 3,
      amends: null,
    });
    expect(screen.getByRole("status")).toHaveTextContent("Approve refund queued: Paper & Press");
    const record = screen.getByRole("region", { name: /Paper & Press/ });
    await waitFor(() => expect(record).toHaveTextContent("Waits here for its turn."));
  });

  test("pressed twice is one operation, as is pressed again after an error", async () => {
    const { user, backend } = await openQueue();
    const act = vi.spyOn(backend, "act");
    await user.keyboard("a");
    const asked = await dialog(/Approve refund/);
    await user.type(within(asked).getByLabelText(/Type/), "22.00");
    backend.world.fails = { act: { code: "disk_full", detail: null, row: null } };
    await user.dblClick(inDialog(asked, "Approve refund"));
    expect(await within(asked).findByRole("alert")).toHaveTextContent("The disk is full");
    backend.world.fails = {};
    await user.keyboard("{Enter}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    const ids = new Set(act.mock.calls.map(([request]) => request.operation));
    expect(ids.size).toBe(1);
    expect(backend.world.acted.size).toBe(1);
  });

  test("another time is another operation", async () => {
    const { user, backend } = await openQueue();
    const newOperationId = vi.spyOn(backend, "newOperationId");
    await user.keyboard("a");
    await dialog(/Approve refund/);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    await user.keyboard("a");
    await dialog(/Approve refund/);
    await waitFor(() => expect(newOperationId).toHaveBeenCalledTimes(2));
    const ids = await Promise.all(newOperationId.mock.results.map(({ value }) => value));
    expect(new Set(ids).size).toBe(2);
  });

  test("cut off says that it will wait here", async () => {
    const { user } = await openQueue({ ...makeWorld(), link: "cut_off" });
    await user.keyboard("a");
    expect(await dialog(/Approve refund/)).toHaveTextContent("Cut off: it will wait here");
    await expectAccessible();
  });

  test("refused by policy after all shows the row that refused", async () => {
    const { user, backend } = await openQueue();
    await user.keyboard("a");
    const asked = await dialog(/Approve refund/);
    backend.world.fails = {
      act: { code: "policy_denied", detail: "72 hours have passed.", row: "R-17" },
    };
    await user.type(within(asked).getByLabelText(/Type/), "22.00{Enter}");
    const alert = await within(asked).findByRole("alert");
    expect(alert).toHaveTextContent("Policy refuses this");
    expect(alert).toHaveTextContent("72 hours have passed.");
    expect(alert).toHaveTextContent("R-17");
  });
});

describe("refusing", () => {
  test("asks for a reason, shows the mail, and sends the parameters as JSON", async () => {
    const { user, backend } = await openQueue();
    const act = vi.spyOn(backend, "act");
    await user.keyboard("r");
    const asked = await dialog(/Deny: Paper & Press/);
    expect(within(asked).getByRole("article")).toHaveTextContent("About your refund request");
    expect(inDialog(asked, "Deny")).toBeDisabled();
    await expectAccessible();
    await user.click(within(asked).getByRole("radio", { name: "not the buyer" }));
    await user.type(within(asked).getByLabelText(/Note for the log/), 'said "no"');
    await waitFor(() => expect(inDialog(asked, "Deny")).toBeEnabled());
    await user.click(inDialog(asked, "Deny"));
    await waitFor(() => expect(act).toHaveBeenCalledTimes(1));
    expect(act.mock.calls[0]?.[0]).toMatchObject({
      action: "deny",
      params: { reason: '"not_the_buyer"', note: '"said \\"no\\""' },
      typed: null,
    });
  });
});

describe("what is said decides", () => {
  const denying = async () => {
    const app = await openQueue();
    await app.user.keyboard("r");
    return { ...app, asked: await dialog(/Deny: Paper & Press/) };
  };
  const reason = (asked: HTMLElement, name: string) => within(asked).getByRole("radio", { name });

  test("a row waits for it, and says for what; so does the button", async () => {
    const { asked } = await denying();
    const rows = within(asked).getByRole("list", { name: "What decides “Deny”" });
    expect(rows).toHaveTextContent("decided once it is said: Reason");
    expect(within(rows).getByLabelText("Decides once the form is filled in")).toBeVisible();
    expect(asked).toHaveTextContent("Still to be said: Reason");
    expect(inDialog(asked, "Deny")).toBeDisabled();
    await expectAccessible();
  });

  test("a reason that policy refuses is refused at its field, before anything is sent", async () => {
    const { user, backend, asked } = await denying();
    const act = vi.spyOn(backend, "act");
    await user.click(reason(asked, "outside the window"));
    const field = within(asked).getByRole("group", { name: "Reason" });
    await waitFor(() => expect(field).toHaveAccessibleDescription("It came inside the window."));
    expect(asked).toHaveTextContent("“Deny” is refused");
    expect(within(asked).getByLabelText("Refuses")).toBeVisible();
    await user.keyboard("{Enter}");
    expect(inDialog(asked, "Deny")).toBeDisabled();
    expect(act).not.toHaveBeenCalled();
    await expectAccessible();
    await user.click(reason(asked, "not the buyer"));
    await waitFor(() => expect(inDialog(asked, "Deny")).toBeEnabled());
    expect(field).not.toHaveAccessibleDescription();
    expect(asked).not.toHaveTextContent("is refused");
  });

  test("the mail that will go out has what was said", async () => {
    const { user, asked } = await denying();
    await user.click(reason(asked, "not the buyer"));
    await user.type(within(asked).getByLabelText(/Note for the log/), "as told by phone");
    const mail = within(asked).getByRole("article");
    await waitFor(() => expect(mail).toHaveTextContent("as told by phone"));
  });

  test("it can be sent where that cannot be read", async () => {
    const { user, backend, asked } = await denying();
    backend.world.fails = { consider: { code: "storage", detail: null, row: null } };
    await user.click(reason(asked, "not the buyer"));
    await user.click(inDialog(asked, "Deny"));
    await waitFor(() => expect(backend.world.acted.size).toBe(1));
  });
});

test("what a row found says how old it is where the platform is not heard", async () => {
  const { backend } = await openQueue();
  const record = screen.getByRole("region", { name: /Paper & Press/ });
  expect(record).toHaveTextContent("Found on what the platform has, as of 14:45.");
  act(() =>
    backend.change(
      (world) => {
        world.link = "cut_off";
        world.ageSeconds = 3 * 3600 + 12 * 60;
      },
      [{ tag: "sync" }],
    ),
  );
  await waitFor(() => expect(record).toHaveTextContent("the platform had at 11:33, 3 h 12 ago"));
  await expectAccessible();
});

describe("an operation on the record", () => {
  const held = () => {
    const world = makeWorld();
    world.operations = [
      operation(
        {
          id: "held-1",
          record: "R-418",
          title: "Paper & Press — $22.00",
          ...APPROVE,
          behind: 2,
          reason: { code: "stale", row: null, detail: "Revision 4 came meanwhile." },
        },
        "refused",
        "held_conflict",
      ),
    ];
    return world;
  };

  beforeEach(() => {
    const record = { kind: "refund", id: "R-418" };
    usePlace.getState().go({ screen: "queue", view: "pending", record });
  });

  test("that is held says why and what waits behind it, and can be tried again", async () => {
    const world = held();
    for (const each of world.operations) each.may_retry = true;
    const { user, backend } = await openQueue(world);
    const retry = vi.spyOn(backend, "retryOperation");
    const record = screen.getByRole("region", { name: /Paper & Press/ });
    expect(record).toHaveTextContent("Revision 4 came meanwhile.");
    expect(record).toHaveTextContent("2 wait behind it");
    await expectAccessible();
    await user.click(within(record).getByRole("button", { name: "Try again" }));
    expect(retry).toHaveBeenCalledWith("held-1");
    await waitFor(() => expect(record).toHaveTextContent("Waits here for its turn."));
  });

  test("that makes it is on another record, and names that", async () => {
    const { user, backend } = await openQueue();
    const queueRecord = backend.queueRecord.bind(backend);
    const maker = operation(
      {
        id: "maker-1",
        kind: "order",
        record: "O-7",
        title: "Order 7",
        view: "pending",
        ...APPROVE,
      },
      "queued",
      "waiting",
    );
    vi.spyOn(backend, "queueRecord").mockImplementation(async (kind, id) => ({
      ...(await queueRecord("refund", "R-418")),
      kind,
      id,
      operations: [maker],
    }));
    act(() => usePlace.getState().select({ kind: "refund", id: "R-417" }));
    await user.click(await screen.findByRole("button", { name: "Order 7" }));
    expect(usePlace.getState().place).toMatchObject({
      view: "pending",
      record: { kind: "order", id: "O-7" },
    });
  });

  test("is given up only after a question", async () => {
    const { user, backend } = await openQueue(held());
    const discard = vi.spyOn(backend, "discardOperation");
    await user.click(screen.getByRole("button", { name: "Discard…" }));
    const asked = await dialog(/Discard “Approve refund”/);
    expect(discard).not.toHaveBeenCalled();
    await expectAccessible();
    await user.click(inDialog(asked, "Discard"));
    await waitFor(() => expect(discard).toHaveBeenCalledWith("held-1"));
    await waitFor(() => expect(screen.queryByText(/Revision 4/)).not.toBeInTheDocument());
  });

  test("is amended by the action's id, whatever it was called when it was made", async () => {
    const world = held();
    world.operations = world.operations.map((each) => ({ ...each, action: "Approve (old name)" }));
    const { user, backend } = await openQueue(world);
    const act = vi.spyOn(backend, "act");
    const record = screen.getByRole("region", { name: /Paper & Press/ });
    await user.click(within(record).getByRole("button", { name: "Amend…" }));
    const asked = await dialog(/Approve refund: Paper & Press/);
    expect(asked).toHaveTextContent("This replaces the operation that is held");
    await user.type(within(asked).getByLabelText(/Type/), "22.00{Enter}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(act.mock.calls[0]?.[0]).toMatchObject({ action: "approve", amends: "held-1" });
    await waitFor(() => expect(record).not.toHaveTextContent("Revision 4 came meanwhile."));
  });

  test("is amended from what was said with it", async () => {
    const world = held();
    world.operations = world.operations.map((each) => ({
      ...each,
      action_id: "deny",
      action: "Deny",
      said: { reason: '"already_refunded"', note: '"see the ledger"', gone: '"dropped"' },
    }));
    const { user, backend } = await openQueue(world);
    const act = vi.spyOn(backend, "act");
    const record = screen.getByRole("region", { name: /Paper & Press/ });
    await user.click(within(record).getByRole("button", { name: "Amend…" }));
    const asked = await dialog(/Deny: Paper & Press/);
    expect(within(asked).getByRole("radio", { name: /already refunded/ })).toBeChecked();
    const note = within(asked).getByLabelText(/Note for the log/);
    expect(note).toHaveValue("see the ledger");
    await user.type(note, " of May");
    await waitFor(() => expect(inDialog(asked, "Deny")).toBeEnabled());
    await user.click(inDialog(asked, "Deny"));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(act.mock.calls[0]?.[0]).toMatchObject({
      amends: "held-1",
      params: { reason: '"already_refunded"', note: '"see the ledger of May"' },
    });
  });

  test("that may have happened can be neither tried again nor given up", async () => {
    const world = held();
    world.operations = world.operations.map((each) => ({
      ...each,
      word: "unknown",
      standing: "unknown",
      reason: null,
    }));
    await openQueue(world);
    const record = screen.getByRole("region", { name: /Paper & Press/ });
    expect(record).toHaveTextContent("never sent blindly again");
    expect(within(record).queryByRole("button", { name: "Try again" })).not.toBeInTheDocument();
    expect(within(record).queryByRole("button", { name: "Discard…" })).not.toBeInTheDocument();
  });
});
