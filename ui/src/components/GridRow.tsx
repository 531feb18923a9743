import type { KeyboardEvent, ReactNode } from "react";
import type { GridColumn, Picks } from "./DataGrid";

type GridRowProps<Row> = {
  row: Row | undefined;
  columns: GridColumn[];
  cell: (row: Row, column: GridColumn) => ReactNode;
  below: ((row: Row) => ReactNode) | null;
  picks: Picks<Row> | null;
  index: number;
  place: number;
  /** Pixels from the start of the list. */
  start: number;
  height: number;
  active: boolean;
  selected: boolean;
  onPick: () => void;
  onOpen: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
};

/** A row: its cells, and perhaps words of any length under them. */
export function GridRow<Row>(props: GridRowProps<Row>) {
  const { row, columns, picks, index, below } = props;
  const picked = row !== undefined && picks?.has(row);
  return (
    <div
      role="row"
      aria-rowindex={props.place + 2}
      aria-selected={props.selected}
      aria-busy={row === undefined || undefined}
      tabIndex={props.active ? 0 : -1}
      data-place={props.place}
      data-picked={picked || undefined}
      data-tall={below !== null || undefined}
      className="grid-row grid-data"
      style={{ transform: `translateY(${props.start}px)`, blockSize: props.height }}
      onClick={(event) => {
        if (event.shiftKey && picks) picks.extend(index);
        props.onPick();
      }}
      onDoubleClick={props.onOpen}
      onKeyDown={props.onKeyDown}
    >
      {picks && (
        <div role="gridcell" aria-colindex={1} className="grid-cell grid-pick">
          {row !== undefined && picks.may(row) && (
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={picks.label(row)}
              checked={picked}
              onChange={() => {}}
              onClick={(event) => {
                event.stopPropagation();
                if (event.shiftKey) picks.extend(index);
                else picks.toggle(index);
              }}
            />
          )}
        </div>
      )}
      {columns.map((column, at) => (
        <div
          key={column.id}
          role="gridcell"
          aria-colindex={at + (picks ? 2 : 1)}
          className="grid-cell"
          data-align={column.align}
        >
          {row === undefined ? <span className="bone" /> : props.cell(row, column)}
        </div>
      ))}
      {below && (
        <div
          role="gridcell"
          aria-colindex={columns.length + (picks ? 2 : 1)}
          className="grid-below"
          data-picks={picks !== null || undefined}
          dir="auto"
        >
          {row === undefined ? <span className="bone" /> : below(row)}
        </div>
      )}
    </div>
  );
}
