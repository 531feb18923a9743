import type { GridColumn } from "../../components/DataGrid";
import { locale, t } from "../../locales/catalogue";
import type { ColumnKind, ViewPage } from "../../platform/backend";

/** Pixels that a column takes; words take what is left. */
const PIXELS: Record<ColumnKind, number> = {
  text: 132,
  id: 72,
  number: 72,
  money: 76,
  instant: 98,
  clock: 82,
  state: 110,
};

/** A column of numbers is as wide as its name asks for, over two lines. */
const LONG_LABEL = 10;
const LONG_NUMBER = 92;

/** A word of a state may be long; up to here its column gives way, then the word is cut. */
const PILL_PX = 46;
const LETTER_PX = 6.2;
/** Share of the window that it may take. */
const STATE_SHARE = "9.6vw";

function widthOf(
  kind: ColumnKind,
  label: string,
  page: ViewPage,
): Pick<GridColumn, "width" | "least"> {
  const least = kind === "number" && label.length > LONG_LABEL ? LONG_NUMBER : PIXELS[kind];
  if (kind === "text") return { least, width: `minmax(${least}px, 1fr)` };
  if (kind !== "state") return { least, width: `${least}px` };
  const words = page.rows.flatMap(({ cells }) =>
    cells.map(({ value }) => (value.type === "state" ? value.label.length : 0)),
  );
  const wanted = Math.ceil(PILL_PX + LETTER_PX * Math.max(0, ...words));
  return { least, width: `max(${least}px, min(${wanted}px, ${STATE_SHARE}))` };
}

/** Stands for our operation where the view has no column of states to show its word in. */
export const OPERATION = "operation";

/** A name that a sentence has in the middle stands at the head of its column. */
function headed(label: string): string {
  const [first = "", ...rest] = label;
  return first.toLocaleUpperCase(locale) + rest.join("");
}

/** Columns of the grid for those of the view. */
export function gridColumns(page: ViewPage): GridColumn[] {
  const columns = page.columns.map(
    ({ field, label, kind, sortable }): GridColumn => ({
      id: field,
      label: kind === "state" ? t("column-state") : headed(label),
      align: kind === "money" || kind === "number" ? "end" : "start",
      ...widthOf(kind, label, page),
      sortable,
    }),
  );
  if (page.columns.some(({ kind }) => kind === "state")) return columns;
  const last: GridColumn = {
    id: OPERATION,
    label: t("column-operation"),
    width: `${PIXELS.state}px`,
    least: PIXELS.state,
    sortable: false,
  };
  return [...columns, last];
}
