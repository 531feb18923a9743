import { fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { expectAccessible } from "../test-harness";
import { DataGrid } from "./DataGrid";

const TOTAL = 100_000;
const OPEN = 60_000;
const COLUMNS = [
  { id: "name", label: "Name", width: "1fr", least: 120, sortable: true },
  {
    id: "amount",
    label: "Amount",
    width: "90px",
    least: 90,
    sortable: true,
    align: "end" as const,
  },
  { id: "state", label: "State", width: "90px", least: 90, sortable: false },
];
const SECTIONS = [
  { id: "open", first: 0, count: OPEN, header: "Open" },
  { id: "done", first: OPEN, count: TOTAL - OPEN, header: "Done" },
];

const drawn: string[] = [];
const lines = new Map<number, { id: string }>();
const lineAt = (index: number) => {
  const line = lines.get(index) ?? { id: `row-${index}` };
  lines.set(index, line);
  return line;
};
const cellOf = (row: { id: string }, column: { id: string }) => {
  if (column.id === "name") drawn.push(row.id);
  return `${row.id} ${column.id}`;
};

function Sheet({ onOpen, onSort }: { onOpen?: (index: number) => void; onSort?: () => void }) {
  const [active, setActive] = useState(0);
  const [sort, setSort] = useState("name");
  return (
    <DataGrid
      label="Sheet"
      columns={COLUMNS}
      sections={SECTIONS}
      total={TOTAL}
      rowAt={lineAt}
      rowKey={(row) => row.id}
      cell={cellOf}
      onSight={() => {}}
      active={active}
      selectedKey={`row-${active}`}
      onActive={setActive}
      onOpen={onOpen ?? (() => {})}
      sort={sort}
      onSort={(next) => {
        onSort?.();
        setSort(next);
      }}
    />
  );
}

const rows = () => screen.getAllByRole("row");
const focusedRow = () => document.activeElement?.textContent;

test("of 100,000 rows only those in sight are in the document, and it says how many there are", () => {
  render(<Sheet />);
  const grid = screen.getByRole("grid", { name: "Sheet" });
  expect(grid).toHaveAttribute("aria-rowcount", String(TOTAL + SECTIONS.length + 1));
  expect(grid).toHaveAttribute("aria-colcount", "3");
  expect(rows().length).toBeLessThan(60);
  expect(rows()[2]).toHaveAttribute("aria-rowindex", "3");
  const cells = within(rows()[2] as HTMLElement).getAllByRole("gridcell");
  expect(cells.map((cell) => cell.getAttribute("aria-colindex"))).toEqual(["1", "2", "3"]);
});

test("one row is in the tab order, and j, k and the arrows move it", async () => {
  const user = userEvent.setup();
  render(<Sheet />);
  expect(rows().filter((row) => row.tabIndex === 0)).toHaveLength(1);
  await user.tab();
  await user.tab();
  await user.tab();
  expect(focusedRow()).toContain("row-0");
  await user.keyboard("jj{ArrowDown}");
  expect(focusedRow()).toContain("row-3");
  await user.keyboard("k{ArrowUp}");
  expect(focusedRow()).toContain("row-1 ");
  await user.keyboard("kkkk");
  expect(focusedRow()).toContain("row-0");
});

test("a key that moves draws no cell again, neither where it was nor where it goes", async () => {
  const user = userEvent.setup();
  render(<Sheet />);
  rows()[2]?.focus();
  await user.keyboard("j");
  drawn.length = 0;
  await user.keyboard("j");
  expect(focusedRow()).toContain("row-2");
  expect(drawn).toEqual([]);
});

test("End and Home reach both ends at once, and the focus goes along", async () => {
  const user = userEvent.setup();
  render(<Sheet />);
  rows()[2]?.focus();
  await user.keyboard("{End}");
  expect(focusedRow()).toContain(`row-${TOTAL - 1}`);
  expect(document.activeElement).toHaveAttribute("aria-rowindex", String(TOTAL + 3));
  expect(rows().length).toBeLessThan(60);
  await user.keyboard("{ArrowDown}");
  expect(focusedRow()).toContain(`row-${TOTAL - 1}`);
  await user.keyboard("{Home}");
  expect(focusedRow()).toContain("row-0");
});

test("PageDown and PageUp move by what is in sight", async () => {
  const user = userEvent.setup();
  render(<Sheet />);
  rows()[2]?.focus();
  await user.keyboard("{PageDown}");
  expect(focusedRow()).toContain("row-18");
  await user.keyboard("{PageDown}{PageUp}{PageUp}");
  expect(focusedRow()).toContain("row-0");
});

test("Enter opens, a click picks, keys with Ctrl are left to others", async () => {
  const user = userEvent.setup();
  const onOpen = vi.fn();
  render(<Sheet onOpen={onOpen} />);
  await user.click(screen.getByText("row-4 name"));
  expect(focusedRow()).toContain("row-4");
  expect(document.activeElement).toHaveAttribute("aria-selected", "true");
  await user.keyboard("{Enter}");
  expect(onOpen).toHaveBeenCalledWith(4);
  await user.keyboard("{Control>}j{/Control}");
  expect(focusedRow()).toContain("row-4");
});

test("the row with the focus stays in the document when it is scrolled out of sight", () => {
  render(<Sheet />);
  rows()[2]?.focus();
  const grid = screen.getByRole("grid");
  grid.scrollTop = 1_000_000;
  fireEvent.scroll(grid);
  expect(focusedRow()).toContain("row-0");
  expect(screen.queryByText("row-9 name")).not.toBeInTheDocument();
});

test("a header sorts, and turns the order round the second time", async () => {
  const user = userEvent.setup();
  const onSort = vi.fn();
  render(<Sheet onSort={onSort} />);
  const header = (name: string) => screen.getByRole("columnheader", { name: new RegExp(name) });
  expect(header("Name")).toHaveAttribute("aria-sort", "ascending");
  expect(header("State")).not.toHaveAttribute("aria-sort");
  await user.click(within(header("Name")).getByRole("button"));
  expect(header("Name")).toHaveAttribute("aria-sort", "descending");
  await user.click(within(header("Amount")).getByRole("button"));
  expect(header("Amount")).toHaveAttribute("aria-sort", "ascending");
  expect(header("Name")).toHaveAttribute("aria-sort", "none");
  expect(onSort).toHaveBeenCalledTimes(2);
});

test("axe finds nothing", async () => {
  render(
    <main>
      <h1>Sheet</h1>
      <Sheet />
    </main>,
  );
  await expectAccessible();
});
