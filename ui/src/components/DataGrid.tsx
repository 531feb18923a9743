import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";
import { useKept } from "../app/kept";
import { GridHead } from "./GridHead";
import { type CellColumn, GridRow, type Hands } from "./GridRow";
import { rowPlaces } from "./rowPlaces";

export type GridColumn = {
  id: string;
  label: string;
  align?: "start" | "end";
  /** A track of `grid-template-columns`. */
  width: string;
  /** Pixels that it needs at least; where they do not fit, the grid scrolls sideways. */
  least: number;
  sortable: boolean;
};

export type GridSection = { id: string; first: number; count: number; header: ReactNode };

/** Picking many rows, apart from the one that is shown. */
export type Picks<Row> = {
  /** It can be picked. */
  may: (row: Row) => boolean;
  has: (row: Row) => boolean;
  label: (row: Row) => string;
  /** Everything that can be is picked. */
  everything: boolean;
  toggle: (index: number) => void;
  /** From the one picked last up to this one. */
  extend: (index: number) => void;
  all: () => void;
};

type DataGridProps<Row> = {
  label: string;
  columns: GridColumn[];
  sections: GridSection[];
  total: number;
  /** The row at an index, undefined while it is read. */
  rowAt: (index: number) => Row | undefined;
  rowKey: (row: Row) => string;
  /** One and the same function as long as rows look the same, so that they are not drawn again. */
  cell: (row: Row, column: CellColumn) => ReactNode;
  /** Words of any length, over the whole width under the cells; likewise. */
  below?: ((row: Row) => ReactNode) | null;
  picks?: Picks<Row> | null;
  /** First and last index in sight, so that these rows are read. */
  onSight: (first: number, last: number) => void;
  /** Row that has the focus when the grid has it. */
  active: number;
  /** Row that is shown beside the grid. */
  selectedKey: string | null;
  /** Where that one stands is still being found out: `active` is not yet its place. */
  sought?: boolean;
  onActive: (index: number) => void;
  /** Enter. */
  onOpen: (index: number) => void;
  /** Sort in force, `-` before it turns it round. */
  sort: string;
  onSort: (sort: string) => void;
};

const ROW_PX = 32;
/** With two lines of words under it. */
const TALL_ROW_PX = 67;
const PICK_PX = 28;
const SECTION_PX = 28;
const ROW_PADDING_PX = 16;
const HEAD_PX = 31;
const TALL_HEAD_PX = 43;
const LONG_LABEL = 16;
/** Each costs as much as one in sight, at every other order and every other word. */
const OVERSCAN = 4;

/**
 * A list that stays instant at 100,000 rows: only what is in sight is in the document, and the
 * active row, so that the focus on it survives scrolling.
 *
 * Indices count rows over all sections; places count section headers as well.
 */
export function DataGrid<Row>(props: DataGridProps<Row>) {
  const { columns, sections, total, active, onActive, onOpen, onSight, sort, onSort } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const pressed = useRef(false);
  const below = props.below ?? null;
  const picks = props.picks ?? null;
  const rowPx = below ? TALL_ROW_PX : ROW_PX;
  const hasFocus = useRef(false);
  const places = rowPlaces(sections, total);
  const activePlace = total > 0 ? places.ofRow(Math.min(active, total - 1)) : -1;

  // Wider columns are no reason to draw a row again.
  const cells = useKept(columns.map(({ id, align }) => ({ id, align: align ?? "start" })));

  const headPx = columns.some(({ label }) => label.length > LONG_LABEL) ? TALL_HEAD_PX : HEAD_PX;

  const virtual = useVirtualizer({
    count: places.count,
    getScrollElement: () => scroller.current,
    estimateSize: (place) => (places.at(place).section ? SECTION_PX : rowPx),
    overscan: OVERSCAN,
    useFlushSync: false,
    // The column headers scroll along and stick, so that they keep above their cells.
    scrollMargin: headPx,
    scrollPaddingStart: headPx,
    rangeExtractor: useCallback(
      (range: Range) => {
        const seen = defaultRangeExtractor(range);
        if (activePlace < 0 || activePlace >= range.count || seen.includes(activePlace))
          return seen;
        return activePlace < (seen[0] ?? 0) ? [activePlace, ...seen] : [...seen, activePlace];
      },
      [activePlace],
    ),
  });

  const range = virtual.range;
  const firstRow = range ? places.rowAtOrAfter(range.startIndex) : 0;
  const lastRow = range ? places.rowAtOrAfter(range.endIndex) : 0;
  useEffect(() => onSight(firstRow, lastRow), [onSight, firstRow, lastRow]);

  const { selectedKey } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row may be in the same place
  useLayoutEffect(() => {
    // A row that moves to another place loses the focus on the way; it was the operator's.
    const here = document.activeElement;
    const lost = hasFocus.current && (here === document.body || isOtherRow(here, activePlace));
    if (!wantsFocus.current && !lost) return;
    wantsFocus.current = false;
    focusPlace(scroller.current, activePlace);
  }, [activePlace, selectedKey]);

  // Another record was picked, perhaps from elsewhere: it comes into sight. The same record in
  // another place, after it changed, does not move the list under the reader.
  const pickedAt = useRef(activePlace);
  pickedAt.current = activePlace;
  const brought = useRef<string | null>(null);
  const sought = props.sought ?? false;
  useEffect(() => {
    if (sought || brought.current === selectedKey) return;
    brought.current = selectedKey;
    if (selectedKey !== null && pickedAt.current >= 0) {
      virtual.scrollToIndex(pickedAt.current, { align: "auto" });
    }
  }, [selectedKey, sought, virtual]);

  const move = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    if (next === active) return;
    wantsFocus.current = true;
    const place = places.ofRow(next);
    // The header of the section comes along with its first row.
    const header = place > 0 && places.at(place - 1).section !== undefined;
    virtual.scrollToIndex(header && next < active ? place - 1 : place, { align: "auto" });
    onActive(next);
  };

  const keyed = (key: string, page: number): (() => void) | null => {
    switch (key) {
      case "ArrowDown":
      case "j":
        return () => move(active + 1);
      case "ArrowUp":
      case "k":
        return () => move(active - 1);
      case "Home":
        return () => move(0);
      case "End":
        return () => move(total - 1);
      case "PageDown":
        return () => move(active + page);
      case "PageUp":
        return () => move(active - page);
      case "Enter":
        return () => onOpen(active);
      case " ":
        return () => (picks ? picks.toggle(active) : onActive(active));
      default:
        return null;
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || total === 0) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 2);
    const go = keyed(event.key, page);
    if (!go) return;
    event.preventDefault();
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.shiftKey && picks && (by !== 0 || event.key === " ")) {
      picks.extend(Math.max(0, Math.min(total - 1, active + by)));
      if (by === 0) return;
    }
    go();
  };

  const hands = useRef<Hands<Row>>({ picks, pick: onActive, open: onOpen, keyDown: onKeyDown });
  hands.current = {
    picks,
    pick: (index) => {
      wantsFocus.current = true;
      onActive(index);
    },
    open: onOpen,
    keyDown: onKeyDown,
  };

  const least = columns.reduce(
    (sum, column) => sum + column.least,
    ROW_PADDING_PX + (picks ? PICK_PX : 0),
  );
  const extra = (picks ? 1 : 0) + (below ? 1 : 0);
  const tracks = {
    "--grid-tracks": [
      ...(picks ? [`${PICK_PX}px`] : []),
      ...columns.map(({ width }) => width),
    ].join(" "),
    "--grid-least": `${least}px`,
  };
  return (
    <div
      className="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={places.count + 1}
      aria-colcount={columns.length + extra}
      style={tracks as CSSProperties}
      ref={scroller}
      onPointerDown={() => {
        pressed.current = true;
      }}
      onPointerUp={() => {
        pressed.current = false;
      }}
      onFocus={({ target }) => {
        hasFocus.current = true;
        // A dialog that closes gives the focus back to a row that the list has moved on from.
        if (pressed.current || !isOtherRow(target, activePlace)) return;
        focusPlace(scroller.current, activePlace);
      }}
      onBlur={({ relatedTarget }) => {
        if (relatedTarget !== null) hasFocus.current = false;
      }}
    >
      <div role="rowgroup" className="grid-head" style={{ height: headPx }}>
        <GridHead columns={columns} picks={picks} sort={sort} onSort={onSort} />
      </div>
      <div role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const { section, row: index } = places.at(item.index);
          if (section) {
            const lifted = { transform: `translateY(${item.start - headPx}px)` };
            return (
              <div
                key={`section ${section.id}`}
                role="row"
                aria-rowindex={item.index + 2}
                className="grid-section"
                style={lifted}
              >
                <div role="gridcell" aria-colspan={columns.length + extra}>
                  {section.header}
                </div>
              </div>
            );
          }
          const row = props.rowAt(index);
          return (
            <GridRow
              key={row === undefined ? `row ${index}` : props.rowKey(row)}
              row={row}
              columns={cells}
              cell={props.cell}
              below={below}
              hands={hands}
              picks={picks !== null}
              may={row !== undefined && (picks?.may(row) ?? false)}
              picked={row !== undefined && (picks?.has(row) ?? false)}
              index={index}
              place={item.index}
              start={item.start - headPx}
              height={rowPx}
              active={index === active}
              selected={row !== undefined && props.rowKey(row) === props.selectedKey}
            />
          );
        })}
      </div>
    </div>
  );
}

/** A row, but not the one at this place. */
function isOtherRow(element: Element | null, place: number): boolean {
  const at = element instanceof HTMLElement ? element.dataset.place : undefined;
  return at !== undefined && at !== String(place);
}

function focusPlace(scroller: HTMLElement | null, place: number): void {
  scroller?.querySelector<HTMLElement>(`[data-place="${place}"]`)?.focus({ preventScroll: true });
}
