import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { usePlace } from "../../app/place";
import type { DocumentStanding, RecordDocument } from "../../platform/backend";
import { makeWorld } from "../../platform/memory/world";
import { expectAccessible, openApp } from "../../test-harness";

beforeEach(() => usePlace.getState().go({ screen: "queue", view: "pending", record: null }));

const document = (more: Partial<RecordDocument>): RecordDocument => ({
  kind: "proof",
  id: "d1",
  view: null,
  name: "thanks.eml",
  media: "message/rfc822",
  bytes: 2048,
  state: null,
  says: [{ field: "checked", label: "Checked", value: { type: "flag", on: true } }],
  standing: "elsewhere",
  shows: true,
  ...more,
});

/** The first request open, with these documents. */
async function openWith(...documents: RecordDocument[]) {
  const world = makeWorld();
  const first = world.requests.find(({ name }) => name === "Paper & Press");
  if (!first) throw new Error("no request");
  world.documents.set(first.id, documents);
  const app = openApp(world);
  const panel = await screen.findByRole("region", { name: /Paper & Press/ });
  await within(panel).findByRole("heading", { name: "Documents" });
  const stands = (standing: DocumentStanding) =>
    app.backend.change(() => {
      for (const each of documents) each.standing = standing;
    });
  return { ...app, panel, stands };
}

describe("the documents of a record", () => {
  test("say what they are, how they stand, and that they are not here", async () => {
    const { panel } = await openWith(document({}));
    for (const words of ["thanks.eml", "message/rfc822 · 2 kB", "Checked", "not on this laptop"]) {
      expect(panel).toHaveTextContent(words);
    }
    const names = within(panel)
      .getAllByRole("button", { name: /thanks\.eml/ })
      .map((each) => each.getAttribute("aria-label"));
    expect(names).toEqual(["Keep offline: thanks.eml"]);
    await expectAccessible();
  });

  test("are kept by their key, and are said to be here once they are", async () => {
    const { panel, user, backend, stands } = await openWith(
      document({}),
      document({ id: "d2", name: "door.png", media: "image/png" }),
      document({ id: "d3", name: "slip.pdf", media: "application/pdf", standing: "here" }),
    );
    await user.keyboard("f");
    expect(await within(panel).findAllByText("being fetched")).toHaveLength(2);
    expect(backend.calls.filter((call) => call === "keepDocument")).toHaveLength(2);
    // What is on its way is not asked for again.
    await user.keyboard("f");
    expect(backend.calls.filter((call) => call === "keepDocument")).toHaveLength(2);
    stands("here");
    await waitFor(() => expect(within(panel).getAllByText("on this laptop")).toHaveLength(3));
    await expectAccessible();
  });

  test.each<[DocumentStanding, string]>([
    ["unreachable", "There is no line."],
    ["failed", "The answer broke off."],
    ["other_bytes", "another file than the one that this record names"],
    ["too_large", "larger than 20 MB"],
    ["not_given", "does not give this file"],
    ["no_room", "no room"],
  ])("say why they are not here: %s", async (standing, words) => {
    const { panel } = await openWith(document({ standing }));
    expect(panel).toHaveTextContent(words);
    expect(panel).not.toHaveTextContent("on this laptop");
    expect(within(panel).queryByRole("button", { name: /^Show/ })).toBeNull();
  });

  test("stay under the focus while they are kept and let go of", async () => {
    const { panel, user, stands } = await openWith(document({}));
    const button = within(panel).getByRole("button", { name: "Keep offline: thanks.eml" });
    button.focus();
    await user.keyboard("{Enter}");
    expect(await within(panel).findByRole("button", { name: /^Do not fetch/ })).toHaveFocus();
    stands("here");
    expect(await within(panel).findByRole("button", { name: /^Remove/ })).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(await within(panel).findByRole("button", { name: /^Keep offline/ })).toHaveFocus();
  });
});

describe("a document that is here", () => {
  test("is shown as the words that stand in it, and nothing of it is drawn", async () => {
    const { panel, user } = await openWith(document({ standing: "here" }));
    await user.click(within(panel).getByRole("button", { name: "Show: thanks.eml" }));
    const dialog = await screen.findByRole("dialog", { name: "thanks.eml" });
    expect(await within(dialog).findByText(/<b>Thank you<\/b>/)).toBeVisible();
    expect(dialog.querySelector("b")).toBeNull();
    await expectAccessible();
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("is shown no longer than it is here, and no other in its place", async () => {
    const { panel, user, stands } = await openWith(document({ standing: "here" }));
    await user.click(within(panel).getByRole("button", { name: "Show: thanks.eml" }));
    const dialog = await screen.findByRole("dialog", { name: "thanks.eml" });
    await within(dialog).findByText(/Thank you/);
    stands("elsewhere");
    expect(await within(dialog).findByText(/not on this laptop any more/)).toBeVisible();
    expect(within(dialog).queryByText(/Thank you/)).toBeNull();
    stands("here");
    await waitFor(() => expect(panel).toHaveTextContent("on this laptop"));
    expect(within(dialog).queryByText(/Thank you/)).toBeNull();
  });

  test("is shown as a picture under its name", async () => {
    const { panel, user } = await openWith(
      document({ name: "door.png", media: "image/png", standing: "here" }),
    );
    await user.click(within(panel).getByRole("button", { name: "Show: door.png" }));
    const picture = await screen.findByRole("img", { name: "door.png" });
    expect(picture.getAttribute("src")).toMatch(/^data:image\/png;base64,/);
    await expectAccessible();
  });

  test("that is damaged says so and shows nothing", async () => {
    const { panel, user, backend } = await openWith(document({ standing: "here" }));
    backend.world.fails = { showDocument: { code: "storage", detail: "Damaged.", row: null } };
    await user.click(within(panel).getByRole("button", { name: "Show: thanks.eml" }));
    const dialog = await screen.findByRole("dialog", { name: "thanks.eml" });
    expect(await within(dialog).findByText("Damaged.")).toBeVisible();
    expect(dialog.querySelector("pre")).toBeNull();
  });

  test("is saved once it was said that it leaves the encrypted data", async () => {
    const { panel, user, backend } = await openWith(
      document({ name: "slip.pdf", media: "application/pdf", standing: "here", shows: false }),
    );
    expect(within(panel).queryByRole("button", { name: /^Show/ })).toBeNull();
    await user.click(within(panel).getByRole("button", { name: "Save to a file: slip.pdf" }));
    const dialog = await screen.findByRole("dialog", { name: /slip\.pdf/ });
    expect(dialog).toHaveTextContent("in clear");
    expect(backend.calls).not.toContain("saveDocument");
    await user.keyboard("{Enter}");
    expect(await within(dialog).findByText("/Downloads/slip.pdf")).toBeVisible();
    await expectAccessible();
  });
});
