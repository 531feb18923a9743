import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { usePlace } from "../../app/place";
import type { SettingView } from "../../platform/backend";
import { makeSaid } from "../../platform/memory/tenant";
import { makeWorld, type World } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "watch" }));

const region = (name: string) => screen.findByRole("region", { name });
const list = () => region("Settings of the tenant");
const reason = () => screen.getByLabelText("Reason");
const button = (name: string) => screen.getByRole("button", { name });
const current = async () =>
  within(await list())
    .getAllByRole("button")
    .find((each) => each.hasAttribute("aria-current"));

/** The screen with this setting chosen, and what is sent. */
async function open(setting?: string, world = makeWorld()) {
  usePlace.getState().go({ screen: "tenant", ...(setting && { setting }) });
  const app = openApp(world);
  await list();
  return { ...app, acted: vi.spyOn(app.backend, "act") };
}

function settingOf(world: World, name: string): SettingView {
  const found = world.settings.find((each) => each.name === name);
  if (!found) throw new Error(name);
  return found;
}

/** What was sent, without the operation's id. */
function sent({ mock }: Awaited<ReturnType<typeof open>>["acted"]) {
  const { operation, ...rest } = mock.lastCall?.[0] ?? { operation: "" };
  expect(operation).toMatch(/^01936a2e-/);
  return rest;
}

describe("the list", () => {
  test("what is to be said stands first and is counted, also in the rail", async () => {
    await open();
    const shown = await list();
    const groups = within(shown).getAllByRole("heading", { level: 2 });
    expect(groups.map((each) => each.textContent)).toEqual([
      "Before going live — 4 to be said",
      "Said and defaults",
    ]);
    expect(groups[0]).toHaveAttribute("data-tone", "amber");
    expect(groups[1]).not.toHaveAttribute("data-tone");
    const spine = (name: RegExp) => within(shown).getByRole("button", { name });
    expect(spine(/^Support lead/)).toHaveTextContent("not said yet");
    expect(spine(/^Support lead/)).toHaveTextContent("R-51");
    expect(spine(/^Fee of a payment/)).toHaveTextContent("1.75 percentTheo Lang, Nov 8");
    expect(spine(/^Name under every mail/)).toHaveTextContent("Harbour Classesdefault");
    const rail = within(screen.getByRole("navigation", { name: "Rooms" }));
    expect(rail.getByRole("button", { name: /^Tenant/ })).toHaveTextContent(
      "4 settings are to be said before going live",
    );
    await expectAccessible();
  });

  test("what was said and is not understood is told, with why", async () => {
    const world = makeWorld();
    const why = "this is no IANA time zone such as `Europe/Paris`";
    Object.assign(settingOf(world, "signature"), { misfit: why });
    await open("signature", world);
    const spine = within(await list()).getByRole("button", { name: /^Name under every mail/ });
    expect(spine).toHaveTextContent("not understood");
    expect(await region("Name under every mail")).toHaveTextContent(
      `not understoodIt counts as not said: ${why}.`,
    );
    await expectAccessible();
  });

  test("the rail leads there, g t, and the palette", async () => {
    const { user } = openApp(makeWorld());
    await user.click(await screen.findByRole("button", { name: /^Tenant/ }));
    await list();
    await user.keyboard("gl");
    await screen.findByRole("heading", { level: 1, name: "Log" });
    await user.keyboard("gt");
    expect(await screen.findByRole("heading", { level: 1, name: "Tenant" })).toBeVisible();
    await user.keyboard("gl{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "go to tenant{Enter}");
    expect(await list()).toBeVisible();
  });

  test("a setting that is searched for is found on it", async () => {
    const { user } = openApp(makeWorld());
    await screen.findByRole("button", { name: /^Tenant/ });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "every mail");
    await user.click(await screen.findByRole("option", { name: /Name under every mail/ }));
    expect(await region("Name under every mail")).toBeVisible();
  });

  test("j and k move from anywhere, Enter goes into the form, Escape back", async () => {
    const { user } = await open();
    await user.keyboard("k");
    expect(await current()).toHaveTextContent("A class begins late after");
    await user.keyboard("jj");
    expect(await current()).toHaveTextContent("Studios are insured by the tenant");
    expect(await current()).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(screen.getByRole("radio", { name: "yes" })).toHaveFocus();
    await user.keyboard("{Escape}");
    expect(await current()).toHaveFocus();
    await user.keyboard("j{Enter}");
    expect(screen.getByRole("textbox", { name: "Value" })).toHaveFocus();
    await user.keyboard("jk{Escape}");
    expect(await current()).toHaveTextContent("Support lead");
    expect(screen.getByRole("textbox", { name: "Value" })).toHaveValue("jk");
  });

  test("where there is no form, Enter goes into what there is to read", async () => {
    const { user } = await open("refund_clock");
    await user.keyboard("{Enter}");
    expect(await region("What the 72 hours are measured to")).toHaveFocus();
  });

  test("the filter finds by words and row, and says when nothing matches", async () => {
    const { user } = await open();
    await user.keyboard("/R-42");
    const shown = await list();
    expect(within(shown).getByText("1 setting")).toBeVisible();
    expect(await region("What the 72 hours are measured to")).toBeVisible();
    await user.keyboard("zz");
    expect(await screen.findByText("Nothing matches")).toBeVisible();
    await user.click(button("Show all"));
    expect(within(shown).getByText("10 settings")).toBeVisible();
  });

  test("nothing left to the tenant is said", async () => {
    usePlace.getState().go({ screen: "tenant" });
    openApp({ ...makeWorld(), settings: [] });
    expect(await screen.findByText("Nothing is left to the tenant")).toBeVisible();
    const rail = within(screen.getByRole("navigation", { name: "Rooms" }));
    expect(rail.getByRole("button", { name: "Tenant" })).toBeVisible();
  });

  test("that cannot be read says so", async () => {
    usePlace.getState().go({ screen: "tenant" });
    const fails = { tenantView: { code: "storage", detail: null, row: null } } as const;
    openApp({ ...makeWorld(), fails });
    expect(await screen.findByRole("alert")).toHaveTextContent("The local database failed");
  });
});

describe("a setting", () => {
  test("says what it is for, what counts, who said it, and what reads it", async () => {
    await open("card_fee_percent");
    const panel = await region("Fee of a payment by card");
    expect(panel).toHaveTextContent("In force1.75 percent");
    expect(panel).toHaveTextContent("Said byTheo Lang, Nov 8");
    expect(panel).toHaveTextContent("The provider’s price since November.");
    expect(panel).toHaveTextContent("Reconciliationspayouts");
    expect(panel).not.toHaveTextContent("Undecidable");
  });

  test("that is missing says that its readers are undecidable, sort by sort", async () => {
    await open("late_after_minutes");
    const panel = await region("A class begins late after");
    expect(panel).toHaveTextContent("Undecidable until it is said");
    expect(
      within(panel)
        .getAllByRole("term")
        .slice(2)
        .map((each) => each.textContent),
    ).toEqual(["Alerts", "Texts", "Playbooks", "Numbers"]);
    expect(panel).toHaveTextContent("AlertsClass begins late");
    await expectAccessible();
  });

  test("is taken from what is proposed into the form, not said by that", async () => {
    const { user, acted } = await open("late_after_minutes");
    await user.click(button("Take it into the form"));
    expect(screen.getByLabelText("Value")).toHaveValue("10");
    expect(acted).not.toHaveBeenCalled();
    expect(button("Say")).toBeDisabled();
    expect(screen.getByText(/It needs a reason/)).toBeVisible();
  });

  test("that was taken back says by whom, and is nobody’s word", async () => {
    const world = makeWorld();
    Object.assign(settingOf(world, "signature"), {
      revision: 6,
      said: { by: "Theo Lang", at: "2026-11-19T10:00:00+11:00", reason: "One name again." },
    });
    await open("signature", world);
    const panel = await region("Name under every mail");
    expect(panel).toHaveTextContent("Taken back byTheo Lang");
    expect(panel).toHaveTextContent("the pack’s default");
    expect(within(panel).queryByRole("button", { name: "Take back" })).not.toBeInTheDocument();
  });
});

describe("saying it", () => {
  const said = { kind: "setting", action: "say", typed: null, amends: null };

  test("a whole number in its bounds, with what is wrong at the field", async () => {
    const { user, acted } = await open("late_after_minutes");
    const value = screen.getByLabelText("Value");
    expect(value).toHaveAccessibleDescription("minutes, from 1 to 60");
    await user.type(reason(), "Agreed with the studios.");
    await user.type(value, "75");
    expect(value).toHaveAccessibleDescription("Must be from 1 to 60");
    expect(value).toBeInvalid();
    expect(button("Say")).toBeDisabled();
    await user.type(value, "{Enter}");
    expect(acted).not.toHaveBeenCalled();
    await expectAccessible();
    await user.clear(value);
    await user.type(value, "15{Enter}");
    await waitFor(() => expect(acted).toHaveBeenCalledOnce());
    expect(sent(acted)).toEqual({
      ...said,
      id: "late_after_minutes",
      params: { value: '"15"', reason: '"Agreed with the studios."' },
      seen_revision: 1,
    });
  });

  test.each([
    ["revenue_target", "1250.5", '{"minor":125050,"currency":"AUD"}', 1],
    ["support_lead", "lead@example.org", '"lead@example.org"', 1],
    ["card_fee_percent", "2.25", "2.25", 4],
  ])("%s as %s", async (name, put, json, seen_revision) => {
    const { user, acted } = await open(name);
    const value = screen.getByLabelText("Value");
    await user.clear(value);
    await user.type(value, put);
    await user.type(reason(), "Because.");
    await user.click(button("Say"));
    await waitFor(() => expect(acted).toHaveBeenCalledOnce());
    const params = { value: JSON.stringify(json), reason: '"Because."' };
    expect(sent(acted)).toEqual({ ...said, id: name, params, seen_revision });
  });

  test("money with more digits than it has is none", async () => {
    const { user } = await open("revenue_target");
    await user.type(screen.getByLabelText("Value"), "12.345");
    await user.type(reason(), "Because.");
    expect(screen.getByText(/2 digits behind the point at most/)).toBeVisible();
    expect(button("Say")).toBeDisabled();
  });

  test("yes or no, by keys alone", async () => {
    const { user, acted } = await open("studios_insured");
    await user.keyboard("{Enter} ");
    expect(screen.getByRole("radio", { name: "yes" })).toBeChecked();
    await user.tab();
    await user.keyboard("The insurer says so.{Tab}{Enter}");
    await waitFor(() => expect(acted).toHaveBeenCalledOnce());
    expect(sent(acted)).toMatchObject({ params: { value: '"true"' } });
  });

  test("one of many", async () => {
    const { user, acted } = await open("holiday_calendar");
    const value = screen.getByRole("combobox", { name: "Value" });
    expect(value).toHaveDisplayValue("NSW");
    await user.selectOptions(value, "VIC");
    await user.type(reason(), "We moved.");
    await user.click(button("Say"));
    await waitFor(() => expect(acted).toHaveBeenCalledOnce());
    expect(sent(acted)).toMatchObject({ params: { value: JSON.stringify('"VIC"') } });
  });

  test("one of a few", async () => {
    const world = makeWorld();
    settingOf(world, "refund_clock").denied = null;
    const { user, acted } = await open("refund_clock", world);
    await user.click(screen.getByRole("radio", { name: "requested_at" }));
    await user.type(reason(), "Fairer.");
    await user.click(button("Say"));
    await waitFor(() => expect(acted).toHaveBeenCalledOnce());
    expect(sent(acted)).toMatchObject({ params: { value: JSON.stringify('"requested_at"') } });
  });

  test("what is said already is not said again; it can be taken back", async () => {
    const { user, acted } = await open("refund_cap");
    expect(screen.getByLabelText("Value")).toHaveValue("220.00");
    expect(button("Take back")).toBeDisabled();
    await user.type(reason(), "The pack knows better.");
    expect(button("Say")).toBeDisabled();
    expect(screen.getByText(/This is said already/)).toBeVisible();
    await user.click(button("Take back"));
    await waitFor(() => expect(acted).toHaveBeenCalledOnce());
    expect(sent(acted)).toEqual({
      ...said,
      action: "unsay",
      id: "refund_cap",
      params: { reason: '"The pack knows better."' },
      seen_revision: 4,
    });
  });

  test("is queued and not in force: the value stays what it was", async () => {
    const { user } = await open("signature");
    const value = screen.getByLabelText("Value");
    await user.clear(value);
    await user.type(value, "Harbour");
    await user.type(reason(), "Shorter.");
    await user.click(button("Say"));
    const panel = await region("Name under every mail");
    await within(panel).findByText("queued");
    expect(panel).toHaveTextContent("In forceHarbour Classes");
    expect(panel).toHaveTextContent("Not in force yet");
    expect(within(panel).queryByLabelText("Reason")).not.toBeInTheDocument();
    expect(await current()).toHaveTextContent("queued");
    await waitFor(async () => expect(await current()).toHaveFocus());
    await expectAccessible();
  });

  test("what was said again meanwhile is looked at first", async () => {
    const { user, backend, acted } = await open("refund_cap");
    const value = screen.getByLabelText("Value");
    await user.clear(value);
    await user.type(value, "300");
    await user.type(reason(), "More work.");
    backend.change(
      (world) => {
        const found = settingOf(world, "refund_cap");
        found.revision = 5;
        found.json = '{"currency":"AUD","minor":18000}';
      },
      [{ tag: "kind", of: "setting" }],
    );
    expect(await screen.findByRole("alert")).toHaveTextContent("It was said again meanwhile");
    expect(button("Say")).toBeDisabled();
    expect(value).toHaveValue("300");
    await user.click(button("Go on with this"));
    await user.click(button("Say"));
    await waitFor(() => expect(acted).toHaveBeenCalledOnce());
    expect(sent(acted)).toMatchObject({ seen_revision: 5 });
  });

  test("nothing begun follows what is in force", async () => {
    const { backend } = await open("refund_cap");
    backend.change(
      (world) => {
        const found = settingOf(world, "refund_cap");
        found.revision = 5;
        found.json = '{"currency":"AUD","minor":18000}';
      },
      [{ tag: "kind", of: "setting" }],
    );
    await waitFor(() => expect(screen.getByLabelText("Value")).toHaveValue("180.00"));
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  test("that fails says why, and keeps what was written", async () => {
    const world = makeWorld();
    world.fails = { act: { code: "outbox_full", detail: null, row: null } };
    const { user } = await open("support_lead", world);
    await user.type(screen.getByLabelText("Value"), "me");
    await user.type(reason(), "Because.");
    await user.click(button("Say"));
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(reason()).toHaveValue("Because.");
  });

  test("cut off, it says that it waits here", async () => {
    await open("support_lead", { ...makeWorld(), link: "cut_off" });
    expect(await screen.findByText("Cut off: it will wait here")).toBeVisible();
  });
});

describe("there is no form", () => {
  const none = () => expect(screen.queryByLabelText("Reason")).not.toBeInTheDocument();

  test("where the operator may not: the reason is in words", async () => {
    await open("refund_clock");
    expect(screen.getByText("This needs the role owner.")).toBeVisible();
    none();
  });

  test("where the data folder cannot be written", async () => {
    const world = makeWorld();
    world.app.phase = "read_only";
    await open("support_lead", world);
    expect(await region("Support lead")).toHaveTextContent("cannot be written");
    none();
  });

  test("while the platform has not sent the record", async () => {
    await open("weekly_mail");
    expect(screen.getByText(/It comes with the next sync/)).toBeVisible();
    none();
  });

  test("where it has parts", async () => {
    const world = makeWorld();
    Object.assign(settingOf(world, "signature"), { value: "north: 1", json: '{"north":1}' });
    await open("signature", world);
    expect(screen.getByText(/It cannot be said in a line here/)).toBeVisible();
    none();
  });

  test("while one waits; discarded, it is back", async () => {
    const world = makeWorld();
    world.operations.unshift(...makeSaid());
    const { user } = await open("support_lead", world);
    none();
    await user.click(button("Discard…"));
    const asked = await screen.findByRole("dialog");
    await user.click(within(asked).getByRole("button", { name: /Discard/ }));
    expect(await screen.findByLabelText("Reason")).toBeVisible();
  });

  test("while one is held, until it is amended", async () => {
    const world = makeWorld();
    const [, held] = makeSaid();
    if (held) world.operations.unshift(held);
    const { user, acted } = await open("refund_cap", world);
    none();
    expect(screen.getByText(/amend it, or discard it/)).toBeVisible();
    await expectAccessible();
    await user.click(button("Amend…"));
    const value = screen.getByLabelText("Value");
    await user.clear(value);
    await user.type(value, "250");
    await user.type(reason(), "After Theo.");
    await user.click(button("Say"));
    await waitFor(() => expect(acted).toHaveBeenCalledOnce());
    expect(sent(acted)).toMatchObject({ amends: held?.id, id: "refund_cap" });
  });
});

test("an operation on a setting leads from Sync to it", async () => {
  const world = makeWorld();
  world.operations.unshift(...makeSaid());
  usePlace.getState().go({ screen: "sync" });
  const { user } = openApp(world);
  await user.click(await screen.findByRole("button", { name: "Support lead" }));
  expect(await region("Support lead")).toBeVisible();
  expect(await current()).toHaveTextContent("Support lead");
});
