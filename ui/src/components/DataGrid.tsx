import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";
import { t } from "../locales/catalogue";
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

type DataGridProps<Row> = {
  label: string;
  columns: GridColumn[];
  sections: GridSection[];
  total: number;
  /** The row at an index, undefined while it is read. */
  rowAt: (index: number) => Row | undefined;
  rowKey: (row: Row) => string;
  cell: (row: Row, column: GridColumn) => ReactNode;
  /** First and last index in sight, so that these rows are read. */
  onSight: (first: number, last: number) => void;
  /** Row that has the focus when the grid has it. */
  active: number;
  /** Row that is shown beside the grid. */
  selectedKey: string | null;
  onActive: (index: number) => void;
  /** Enter. */
  onOpen: (index: number) => void;
  /** Sort in force, `-` before it turns it round. */
  sort: string;
  onSort: (sort: string) => void;
};

const ROW_PX = 32;
const SECTION_PX = 28;
const ROW_PADDING_PX = 16;
const HEAD_PX = 31;
const TALL_HEAD_PX = 43;
const LONG_LABEL = 16;
const OVERSCAN = 8;

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
  const hasFocus = useRef(false);
  const places = rowPlaces(sections, total);
  const activePlace = total > 0 ? places.ofRow(Math.min(active, total - 1)) : -1;

  const headPx = columns.some(({ label }) => label.length > LONG_LABEL) ? TALL_HEAD_PX : HEAD_PX;

  const virtual = useVirtualizer({
    count: places.count,
    getScrollElement: () => scroller.current,
    estimateSize: (place) => (places.at(place).section ? SECTION_PX : ROW_PX),
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

  useLayoutEffect(() => {
    // A row that moves to another place loses the focus on the way; it was the operator's.
    const lost = hasFocus.current && document.activeElement === document.body;
    if (!wantsFocus.current && !lost) return;
    wantsFocus.current = false;
    scroller.current
      ?.querySelector<HTMLElement>(`[data-place="${activePlace}"]`)
      ?.focus({ preventScroll: true });
  }, [activePlace]);

  // Another record was picked, perhaps from elsewhere: it comes into sight. The same record in
  // another place, after it changed, does not move the list under the reader.
  const pickedAt = useRef(activePlace);
  pickedAt.current = activePlace;
  const { selectedKey } = props;
  useEffect(() => {
    if (selectedKey !== null && pickedAt.current >= 0) {
      virtual.scrollToIndex(pickedAt.current, { align: "auto" });
    }
  }, [selectedKey, virtual]);

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
        return () => onActive(active);
      default:
        return null;
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || total === 0) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 2);
    const go = keyed(event.key, page);
    if (!go) return;
    event.preventDefault();
    go();
  };

  const least = columns.reduce((sum, column) => sum + column.least, ROW_PADDING_PX);
  const tracks = {
    "--grid-tracks": columns.map((column) => column.width).join(" "),
    "--grid-least": `${least}px`,
  };
  return (
    <div
      className="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={places.count + 1}
      aria-colcount={columns.length}
      style={tracks as CSSProperties}
      ref={scroller}
      onFocus={() => {
        hasFocus.current = true;
      }}
      onBlur={({ relatedTarget }) => {
        if (relatedTarget !== null) hasFocus.current = false;
      }}
    >
      <div role="rowgroup" className="grid-head" style={{ height: headPx }}>
        <div role="row" aria-rowindex={1} className="grid-row">
          {columns.map((column, at) => (
            <HeaderCell key={column.id} column={column} at={at} sort={sort} onSort={onSort} />
          ))}
        </div>
      </div>
      <div role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const { section, row: index } = places.at(item.index);
          const lifted = { transform: `translateY(${item.start - headPx}px)` };
          if (section) {
            return (
              <div
                key={`section ${section.id}`}
                role="row"
                aria-rowindex={item.index + 2}
                className="grid-section"
                style={lifted}
              >
                <div role="gridcell" aria-colspan={columns.length}>
                  {section.header}
                </div>
              </div>
            );
          }
          const row = props.rowAt(index);
          const isActive = index === active;
          return (
            <div
              key={row === undefined ? `row ${index}` : props.rowKey(row)}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={row !== undefined && props.rowKey(row) === props.selectedKey}
              aria-busy={row === undefined || undefined}
              tabIndex={isActive ? 0 : -1}
              data-place={item.index}
              className="grid-row grid-data"
              style={lifted}
              onClick={() => {
                wantsFocus.current = true;
                onActive(index);
              }}
              onDoubleClick={() => onOpen(index)}
              onKeyDown={onKeyDown}
            >
              {columns.map((column, at) => (
                <div
                  key={column.id}
                  role="gridcell"
                  aria-colindex={at + 1}
                  className="grid-cell"
                  data-align={column.align}
                >
                  {row === undefined ? <span className="bone" /> : props.cell(row, column)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

type HeaderCellProps = {
  column: GridColumn;
  at: number;
  sort: string;
  onSort: (sort: string) => void;
};

function HeaderCell({ column, at, sort, onSort }: HeaderCellProps) {
  const sorted = sort.replace(/^-/, "") === column.id;
  const down = sorted && sort.startsWith("-");
  const Arrow = down ? ArrowDown : ArrowUp;
  const order = sorted ? (down ? "descending" : "ascending") : "none";
  return (
    <div
      role="columnheader"
      aria-colindex={at + 1}
      aria-sort={column.sortable ? order : undefined}
      className="grid-cell"
      data-align={column.align}
    >
      {column.sortable ? (
        <button
          type="button"
          className="grid-sort"
          data-sorted={sorted || undefined}
          title={t("grid-sort", { column: column.label })}
          onClick={() => onSort(sorted && !down ? `-${column.id}` : column.id)}
        >
          {column.label}
          {sorted && <Arrow size={12} aria-hidden />}
        </button>
      ) : (
        column.label
      )}
    </div>
  );
}
