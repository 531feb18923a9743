import type { GridColumn } from "../../components/DataGrid";
import { t } from "../../locales/catalogue";
import type { ColumnKind, ViewPage } from "../../platform/backend";

const WIDTHS: Record<ColumnKind, string> = {
  text: "minmax(0, 1.6fr)",
  id: "72px",
  number: "72px",
  money: "84px",
  instant: "100px",
  clock: "92px",
  state: "110px",
};

/** A column of numbers is as wide as its name asks for, over two lines. */
const LONG_LABEL = 10;
const LONG_NUMBER = "100px";

/** Stands for our operation where the view has no column of states to show its word in. */
export const OPERATION = "operation";

/** Columns of the grid for those of the view. */
export function gridColumns(page: ViewPage): GridColumn[] {
  const columns = page.columns.map(
    ({ field, label, kind, sortable }): GridColumn => ({
      id: field,
      label,
      align: kind === "money" || kind === "number" ? "end" : "start",
      width: kind === "number" && label.length > LONG_LABEL ? LONG_NUMBER : WIDTHS[kind],
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
