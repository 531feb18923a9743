import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { usePlace } from "../../app/place";
import type { RowView } from "../../platform/backend";
import { makeWorld } from "../../platform/memory/world";
import { openApp } from "../../test-harness";
import { besideOf, keptAt } from "./cursor";

const row = (id: string, section = "open"): RowView => ({
  kind: "refund",
  id,
  title: id,
  revision: 1,
  section,
  cells: [],
  operation: null,
});
const pages = (...rows: RowView[]) => new Map([[0, { rows }]]);
const open = (...ids: string[]) => pages(...ids.map((id) => row(id)));

describe("where the row of the cursor is gone", () => {
  const beside = besideOf(open("a", "b", "c", "d", "e"), "", 2);

  test("it is on the next that followed it", () => {
    expect(keptAt(open("a", "b", "d", "e"), beside)).toBe(2);
    // Two that stood before it went as well.
    expect(keptAt(open("d", "e"), beside)).toBe(0);
    expect(keptAt(open("x", "y", "a", "b", "d", "e"), beside)).toBe(4);
    expect(keptAt(open("a", "b", "e"), beside)).toBe(2);
  });

  test("it is on the nearest before it where none that followed is there", () => {
    expect(keptAt(open("x", "a", "b"), beside)).toBe(2);
    expect(keptAt(open("a"), beside)).toBe(0);
  });

  test("what moved to another section does not take it along", () => {
    expect(keptAt(pages(row("d", "on_the_way"), row("a"), row("b"), row("e")), beside)).toBe(3);
  });

  test("it stays where it was where all went", () => {
    expect(keptAt(open("x", "y", "z"), beside)).toBe(2);
  });
});

describe("a record that is opened from elsewhere", () => {
  const active = () => within(screen.getByRole("grid")).queryByRole("row", { selected: true });

  test("comes into sight, however far below it stands", async () => {
    const world = makeWorld(900);
    const { backend } = openApp(world);
    const asked = { sort: null, search: "", chips: [], group: null, closed: [], columns: [] };
    const all = await backend.queuePage({ ...asked, view: "pending", offset: 0, limit: 5_000 });
    const far = all.rows[450];
    expect(all.rows.length).toBeGreaterThan(800);
    const record = { kind: "refund", id: far?.id ?? "" };
    usePlace.getState().go({ screen: "queue", view: "pending", record });
    await waitFor(() => expect(active()).toHaveTextContent(far?.title.split(" — ")[0] ?? "?"));
  });
});
