import { type KeyboardEvent, memo, type ReactNode, type RefObject } from "react";
import type { GridColumn, Picks } from "./DataGrid";

/** What a row goes by of a column: how wide it is the grid says, whatever stands in the other rows. */
export type CellColumn = Required<Pick<GridColumn, "id" | "align">>;

/** What a row may set off. It is looked up when it is wanted, so that rows stay as they are. */
export type Hands<Row> = {
  picks: Picks<Row> | null;
  pick: (index: number) => void;
  open: (index: number) => void;
  keyDown: (event: KeyboardEvent) => void;
};

type CellsProps<Row> = {
  row: Row | undefined;
  columns: CellColumn[];
  cell: (row: Row, column: CellColumn) => ReactNode;
  below: ((row: Row) => ReactNode) | null;
  /** Rows of this list can be picked. */
  picks: boolean;
};

type GridRowProps<Row> = CellsProps<Row> & {
  hands: RefObject<Hands<Row>>;
  /** This one can be picked, and is. */
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

function PlainCells<Row>({ row, columns, cell, below, picks }: CellsProps<Row>) {
  return (
    <>
      {columns.map((column, at) => (
        <div
          key={column.id}
          role="gridcell"
          aria-colindex={at + (picks ? 2 : 1)}
          className="grid-cell"
          data-align={column.align}
        >
          {row === undefined ? <span className="bone" /> : cell(row, column)}
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
    </>
  );
}

/** They stay as they are while their row is moved, picked or passed over. */
const Cells = memo(PlainCells) as typeof PlainCells;

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
      <Cells row={row} columns={columns} cell={props.cell} below={below} picks={picks} />
    </div>
  );
}

/**
 * A row: its cells, and perhaps words of any length under them. It is drawn again where what it shows is
 * another, and not because the list is.
 */
export const GridRow = memo(PlainRow) as typeof PlainRow;
