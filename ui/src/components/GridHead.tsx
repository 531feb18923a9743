import { ArrowDown, ArrowUp } from "lucide-react";
import { t } from "../locales/catalogue";
import type { GridColumn, Picks } from "./DataGrid";

type GridHeadProps = {
  columns: GridColumn[];
  picks: Pick<Picks<unknown>, "all" | "everything"> | null;
  sort: string;
  onSort: (sort: string) => void;
};

/** The names of the columns; those that may be sorted on are buttons. */
export function GridHead({ columns, picks, sort, onSort }: GridHeadProps) {
  return (
    <div role="row" aria-rowindex={1} className="grid-row">
      {picks && (
        <div role="columnheader" aria-colindex={1} className="grid-cell grid-pick">
          <input
            type="checkbox"
            aria-label={t("pick-all")}
            title={t("pick-all")}
            checked={picks.everything}
            onChange={picks.all}
          />
        </div>
      )}
      {columns.map((column, at) => (
        <HeaderCell
          key={column.id}
          column={column}
          at={picks ? at + 1 : at}
          sort={sort}
          onSort={onSort}
        />
      ))}
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
