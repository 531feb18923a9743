import { type KeyboardEvent, memo, type ReactNode, type RefObject } from "react";
import type { GridColumn, Picks } from "./DataGrid";

/** What a row may set off. It is looked up when it is wanted, so that rows stay as they are. */
export type Hands<Row> = {
  picks: Picks<Row> | null;
  pick: (index: number) => void;
  open: (index: number) => void;
  keyDown: (event: KeyboardEvent) => void;
};

type GridRowProps<Row> = {
  row: Row | undefined;
  columns: GridColumn[];
  cell: (row: Row, column: GridColumn) => ReactNode;
  below: ((row: Row) => ReactNode) | null;
  hands: RefObject<Hands<Row>>;
  /** Rows of this list can be picked. */
  picks: boolean;
  /** This one can, and is. */
  may: boolean;
  picked: boolean;
  index: number;
  place: number;
  /** Pixels from the start of the list. */
  start: number;
  height: number;
  active: boolean;
  selected: boolean;
};

function PlainRow<Row>(props: GridRowProps<Row>) {
  const { row, columns, picks, index, below, hands } = props;
  return (
    <div
      role="row"
      aria-rowindex={props.place + 2}
      aria-selected={props.selected}
      aria-busy={row === undefined || undefined}
      tabIndex={props.active ? 0 : -1}
      data-place={props.place}
      data-picked={props.picked || undefined}
      data-tall={below !== null || undefined}
      className="grid-row grid-data"
      style={{ transform: `translateY(${props.start}px)`, blockSize: props.height }}
      onClick={(event) => {
        if (event.shiftKey) hands.current.picks?.extend(index);
        hands.current.pick(index);
      }}
      onDoubleClick={() => hands.current.open(index)}
      onKeyDown={(event) => hands.current.keyDown(event)}
    >
      {picks && (
        <div role="gridcell" aria-colindex={1} className="grid-cell grid-pick">
          {row !== undefined && props.may && (
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={hands.current.picks?.label(row)}
              checked={props.picked}
              onChange={() => {}}
              onClick={(event) => {
                event.stopPropagation();
                if (event.shiftKey) hands.current.picks?.extend(index);
                else hands.current.picks?.toggle(index);
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
          data-picks={picks || undefined}
          dir="auto"
        >
          {row === undefined ? <span className="bone" /> : below(row)}
        </div>
      )}
    </div>
  );
}

/**
 * A row: its cells, and perhaps words of any length under them. It is drawn again where what it shows is
 * another, and not because the list is.
 */
export const GridRow = memo(PlainRow) as typeof PlainRow;
