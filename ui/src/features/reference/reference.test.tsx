import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type SectionId, usePlace } from "../../app/place";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "watch" }));

const region = (name: string) => screen.findByRole("region", { name });
const sections = () => screen.findByRole("navigation", { name: "Sections" });
const current = async () =>
  within(await sections())
    .getAllByRole("button")
    .find((each) => each.hasAttribute("aria-current"));

function open(section?: SectionId, item?: string) {
  usePlace.getState().go({
    screen: "reference",
    ...(section && { section }),
    ...(item && { item }),
  });
  return openApp(makeWorld());
}

describe("sections", () => {
  test("the rail leads there, and g r", async () => {
    const { user } = openApp(makeWorld());
    await user.click(await screen.findByRole("button", { name: "Reference" }));
    expect(await current()).toHaveTextContent("Regions");
    await user.keyboard("gl");
    await screen.findByRole("heading", { level: 1, name: "Log" });
    await user.keyboard("gr");
    expect(await screen.findByRole("heading", { level: 1, name: "Reference" })).toBeVisible();
  });

  test("j and k move through them, and stop at both ends", async () => {
    const { user } = open();
    await sections();
    await user.keyboard("k");
    expect(await current()).toHaveTextContent("Regions");
    await user.keyboard("jj");
    expect(await current()).toHaveTextContent("Contacts");
    expect(await current()).toHaveFocus();
    expect(await region("Of the house")).toBeVisible();
    await user.keyboard("jjjjjjj");
    expect(await current()).toHaveTextContent("Rulings");
  });

  test("Enter goes into one, Escape back to it", async () => {
    const { user } = open("library");
    await sections();
    await user.keyboard("kj");
    expect(await current()).toHaveFocus();
    await user.keyboard("{Enter}");
    const list = await region("Library");
    const spine = within(list).getByRole("button", { name: /A charge led to nothing/ });
    expect(spine).toHaveFocus();
    await user.keyboard("j");
    const next = within(list).getByRole("button", { name: /Morning round/ });
    expect(next).toHaveFocus();
    expect(next).toHaveAttribute("aria-current", "true");
    expect(await current()).toHaveTextContent("Library");
    await user.keyboard("{Escape}");
    expect(await current()).toHaveFocus();
  });

  test("what is open and not said yet is counted", async () => {
    open();
    const contacts = within(await sections()).getByRole("button", { name: /Contacts/ });
    expect(contacts).toHaveTextContent("1 not said yet");
  });

  test.each([
    ["Promises", "j"],
    ["Contacts", "jj"],
    ["Rules", "jjj"],
    ["Texts", "jjjj"],
    ["Library", "jjjjj"],
    ["Rulings", "jjjjjj"],
  ])("“%s” can be used by everybody", async (name, keys) => {
    const { user } = open();
    await sections();
    await user.keyboard(keys);
    expect(await current()).toHaveTextContent(name);
    await expectAccessible();
  });
});

describe("what is in them", () => {
  test("a region says its time, its money, what is disputed, and what is switched on there", async () => {
    open();
    const islands = await region("Islands");
    expect(islands).toHaveTextContent("Fri 16:45");
    expect(islands).toHaveTextContent("NZD");
    expect(islands).toHaveTextContent("nothing is computed from it until Finance confirms");
    expect(within(islands).getByText("on here")).toBeVisible();
    expect(within(await region("East")).getByText("off here")).toBeVisible();
    const hours = await region("The hours that come");
    const row = within(hours).getByRole("row", { name: /Islands/ });
    expect(within(row).getAllByRole("cell")[0]).toHaveTextContent("16");
    await expectAccessible();
  });

  test("a ruling is a click away, and the way back leads back", async () => {
    const { user } = open();
    await user.click(within(await region("Islands")).getByRole("button", { name: "Ruling R-62" }));
    expect(await current()).toHaveTextContent("Rulings");
    const ruling = screen.getByRole("row", { name: /R-62/ });
    await waitFor(() => expect(ruling).toHaveFocus());
    await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
    expect(await current()).toHaveTextContent("Regions");
  });

  test("a text that needs nobody is copied as it stands", async () => {
    const { user } = open("promises");
    const answers = await region("Said when somebody asks");
    const written = vi.spyOn(navigator.clipboard, "writeText");
    await user.click(within(answers).getByRole("button", { name: "Copy: What we promise" }));
    expect(written).toHaveBeenCalledWith("Every review is read.\nNo opinion is kept back.");
    await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("Copied"));
  });

  test("a webview that denies its clipboard has the words selected", async () => {
    const { user } = open("promises");
    const answers = await region("Said when somebody asks");
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("denied"));
    await user.click(within(answers).getByRole("button", { name: "Copy: What we promise" }));
    await waitFor(() =>
      expect(window.getSelection()?.toString()).toContain("No opinion is kept back."),
    );
  });

  test("a text with a gap cannot be copied and says what is missing", async () => {
    open("promises");
    const answers = await region("Said when somebody asks");
    expect(answers).toHaveTextContent("the tenant has not said Support lead");
    const copies = within(answers).queryByRole("button", { name: "Copy: Whom to call" });
    expect(copies).not.toBeInTheDocument();
  });

  test("a clock that was never promised is told so", async () => {
    open("promises");
    const row = within(await region("How fast")).getByRole("row", { name: /Red/ });
    const cells = within(row).getAllByRole("cell");
    expect(cells.slice(0, 3).map((cell) => cell.textContent)).toEqual([
      "at once",
      "4 h",
      "not promised",
    ]);
    const plan = within(await region("Promised by plan")).getByRole("row", { name: /Pro/ });
    expect(plan).toHaveTextContent("99.9 %4 h");
  });

  test("a contact that nobody has said is never made up", async () => {
    const { user } = open("contacts");
    const inside = await region("Of the house");
    const lead = within(inside).getAllByRole("listitem")[0] as HTMLElement;
    expect(lead).toHaveTextContent("not said yet");
    expect(within(lead).queryByRole("button")).not.toBeInTheDocument();
    const outside = await region("Outside");
    expect(outside).toHaveTextContent("status.hosting.example");
    const written = vi.spyOn(navigator.clipboard, "writeText");
    await user.click(within(outside).getByRole("button", { name: "Copy: Status of the hosting" }));
    expect(written).toHaveBeenCalledWith("https://status.hosting.example");
    const calls = within(await region("Money")).getAllByRole("listitem");
    expect(calls.map((call) => call.textContent)).toEqual([
      expect.stringMatching(/^at onceLead.*not said yet/),
      expect.stringMatching(/^after 1 hFinance.*only: it is more than a day's takings/),
      expect.stringMatching(/^after 4 hOwner.*told, nothing waits for them.*names nobody/),
    ]);
  });

  test("rules say what may be done, how long things are kept, and what is out of date", async () => {
    open("rules");
    expect(await region("Never")).toHaveTextContent("Change a price");
    expect(await region("Proposed to others")).toHaveTextContent("to Owner");
    const kept = within(await region("How long things are kept")).getAllByRole("listitem");
    expect(kept[0]).toHaveTextContent(/7 years.*Payments.*Refund requests, Log/);
    expect(kept[1]).toHaveTextContent(/30 days.*only: all plans but Pro/);
    expect(await region("The document")).toHaveTextContent("2026-10-01 past its review");
  });

  test("texts are found by their words and show what fills them", async () => {
    const { user } = open("texts");
    await region("Texts");
    await user.keyboard("/");
    await user.keyboard("refund on");
    const found = within(await region("Texts")).getAllByRole("listitem");
    expect(found).toHaveLength(1);
    const text = await region("Your refund of … is on its way");
    expect(text).toHaveTextContent("Hello Business: Name,");
    expect(text).toHaveTextContent("record.amount");
    expect(within(text).queryByRole("button")).not.toBeInTheDocument();
    await user.keyboard("nothing");
    expect(await screen.findByText("All 4 were looked through.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show all" }));
    expect(within(await region("Texts")).getAllByRole("listitem")).toHaveLength(4);
  });

  test("a playbook is read with its ways, a routine with its times", async () => {
    const { user } = open("library");
    const playbook = await region("A charge led to nothing");
    expect(playbook).toHaveTextContent("alert: Charge without a booking");
    expect(playbook).toHaveTextContent("Many → step 5");
    expect(playbook).toHaveTextContent("Wait 5 min, at most 15 min");
    expect(playbook).toHaveTextContent("→ it ends there");
    // It is there to be read: nothing in it runs.
    expect(within(playbook).getAllByRole("button")).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: /Morning round/ }));
    const routine = await region("Morning round");
    expect(routine).toHaveTextContent("Mon, Thu, 09:00");
    expect(routine).toHaveTextContent("late after 2 h");
    expect(routine).toHaveTextContent("every operator");
  });

  test("a ruling says which setting carries it, and what it says", async () => {
    const { user } = open("rulings");
    const row = (name: RegExp) => screen.getByRole("row", { name });
    await region("Rulings");
    expect(row(/R-42/)).toHaveTextContent(
      "What the 72 hours are measured tonow the pack’s default",
    );
    expect(row(/^R-51/)).toHaveTextContent("not said yet");
    await user.keyboard("/");
    await user.keyboard("islands tax");
    expect(screen.getAllByRole("row")).toHaveLength(2);
    await user.keyboard(" nowhere");
    expect(await screen.findByText("Nothing matches")).toBeVisible();
  });
});

describe("finding", () => {
  test("Ctrl K finds a part and goes to it", async () => {
    const { user } = openApp(makeWorld());
    await screen.findByRole("button", { name: "Reference" });
    await user.keyboard("{Control>}k{/Control}");
    await user.keyboard("morning rou");
    const option = await screen.findByRole("option", { name: /Morning round/ });
    expect(option).toHaveTextContent("Library");
    await user.click(option);
    expect(await region("Morning round")).toHaveTextContent("Look at what is red");
  });

  test("by its row, too; and nothing of it before something is typed", async () => {
    const { user } = openApp(makeWorld());
    await screen.findByRole("button", { name: "Reference" });
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByRole("option", { name: "Go to Reference" });
    expect(screen.queryByText("In the reference")).not.toBeInTheDocument();
    fireEvent.change(screen.getByRole("combobox"), { target: { value: "r-24" } });
    await user.click(await screen.findByRole("option", { name: /Payments, and what proves them/ }));
    expect(await region("How long things are kept")).toBeVisible();
  });
});

describe("when it cannot be read", () => {
  test("it says so and can be tried again", async () => {
    const world = makeWorld();
    world.fails = { referenceView: { code: "no_pack", detail: null, row: null } };
    usePlace.getState().go({ screen: "reference" });
    const { user } = openApp(world);
    expect(await screen.findByRole("alert")).toBeVisible();
    world.fails = {};
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await region("East")).toBeVisible();
  });

  test("it is waited for", async () => {
    const world = makeWorld();
    world.hangs = new Set(["referenceView"]);
    usePlace.getState().go({ screen: "reference" });
    openApp(world);
    expect(await screen.findByText("Reading…")).toBeInTheDocument();
  });
});
