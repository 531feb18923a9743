import type { GridColumn } from "../../components/DataGrid";
import { t } from "../../locales/catalogue";
import type { ColumnKind, ViewPage } from "../../platform/backend";

const WIDTHS: Record<ColumnKind, string> = {
  text: "minmax(0, 1.6fr)",
  id: "72px",
  number: "72px",
  money: "76px",
  instant: "98px",
  clock: "82px",
  state: "110px",
};

/** A column of numbers is as wide as its name asks for, over two lines. */
const LONG_LABEL = 10;
const LONG_NUMBER = "92px";

/** A word of a state may be long; up to here its column gives way, then the word is cut. */
const PILL_PX = 46;
const LETTER_PX = 6.2;
/** Share of the window that it may take. */
const STATE_SHARE = "9.6vw";

function widthOf(kind: ColumnKind, label: string, page: ViewPage): string {
  if (kind === "number" && label.length > LONG_LABEL) return LONG_NUMBER;
  if (kind !== "state") return WIDTHS[kind];
  const words = page.rows.flatMap(({ cells }) =>
    cells.map(({ value }) => (value.type === "state" ? value.label.length : 0)),
  );
  const wanted = PILL_PX + LETTER_PX * Math.max(0, ...words);
  return `max(${WIDTHS.state}, min(${Math.ceil(wanted)}px, ${STATE_SHARE}))`;
}

/** Stands for our operation where the view has no column of states to show its word in. */
export const OPERATION = "operation";

/** Columns of the grid for those of the view. */
export function gridColumns(page: ViewPage): GridColumn[] {
  const columns = page.columns.map(
    ({ field, label, kind, sortable }): GridColumn => ({
      id: field,
      label,
      align: kind === "money" || kind === "number" ? "end" : "start",
      width: widthOf(kind, label, page),
      sortable,
    }),
  );
  if (page.columns.some(({ kind }) => kind === "state")) return columns;
  const last: GridColumn = {
    id: OPERATION,
    label: t("column-operation"),
    width: WIDTHS.state,
    sortable: false,
  };
  return [...columns, last];
}
