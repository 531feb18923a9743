import type { GridColumn } from "../../components/DataGrid";
import { locale, t } from "../../locales/catalogue";
import { moneyWords } from "../../locales/words";
import type { ColumnKind, FieldName, ViewPage } from "../../platform/backend";

/** Pixels that a column takes; words take what is left. */
const PIXELS: Record<ColumnKind, number> = {
  text: 132,
  prose: 132,
  id: 72,
  number: 58,
  money: 76,
  instant: 98,
  clock: 92,
  state: 110,
};

/** Pixels that a letter takes, roughly, in a cell and in a head; and the space on both sides. */
const LETTER_PX = 6.4;
/** The same of a digit: they are all as wide. */
const DIGIT_PX = 7.4;
const PADDING_PX = 14;
/** The same of a capital. */
const CAPITAL_PX = 7.6;
const CAPITALS = /[\p{Lu}_]/gu;
/** What stands around the word of a state: its shape, the pill, and the space on both sides. */
const PILL_PX = 46;

const longest = (lengths: number[]) => Math.max(0, ...lengths);

/** With so many columns words give way, before the list scrolls sideways. */
const CROWDED = 6;
/** What words keep then. */
const CROWDED_PX = 92;
/** Letters of a word that is never cut. */
const SHORT = 10;
/** Words of any length ask for the room of so many letters. */
const MOST_LETTERS = 40;

/** Letters of the longer of two lines, where a label is broken best. */
export function overTwoLines(label: string): number {
  const words = label.split(/\s+/);
  const broken = words.map((_, at) =>
    longest([words.slice(0, at).join(" ").length, words.slice(at).join(" ").length]),
  );
  return Math.min(...broken);
}

/** Letters of the longest text in a column, among the rows that are known. */
function lettersIn(page: ViewPage, at: number): number {
  return longest(
    page.rows.map(({ cells }) => {
      const cell = cells[at];
      if (cell?.value.type !== "text") return 0;
      return cell.value.text.length + (cell.beside?.length ?? 0);
    }),
  );
}

/** Pixels of the widest word of a state in a column, likewise. */
function statesIn(page: ViewPage, at: number): number {
  return longest(
    page.rows.map(({ cells }) => {
      const value = cells[at]?.value;
      if (value?.type !== "state") return 0;
      const capitals = value.label.match(CAPITALS)?.length ?? 0;
      return CAPITAL_PX * capitals + LETTER_PX * (value.label.length - capitals);
    }),
  );
}

const MOST_DECIMALS = 4;

/** Digits behind the point that the numbers of a column need, so that they stand under each other. */
export function decimalsIn(page: ViewPage, at: number): number {
  return longest(
    page.rows.map(({ cells }) => {
      const value = cells[at]?.value;
      if (value?.type !== "number") return 0;
      return Math.min(MOST_DECIMALS, String(value.number).split(".")[1]?.length ?? 0);
    }),
  );
}

function widthOf(
  kind: ColumnKind,
  label: string,
  page: ViewPage,
  at: number,
): Pick<GridColumn, "width" | "least"> {
  const words = kind === "text" && page.columns.length >= CROWDED;
  const least = words ? CROWDED_PX : PIXELS[kind];
  const head = Math.ceil(PADDING_PX + LETTER_PX * overTwoLines(label));
  switch (kind) {
    case "prose": {
      // They are cut to what room there is; the whole stands in the record.
      const letters = Math.min(MOST_LETTERS, lettersIn(page, at));
      return { least: head, width: `minmax(${head}px, ${Math.max(1, letters)}fr)` };
    }
    case "text": {
      // Words share what is left by how much they have to say.
      const letters = lettersIn(page, at);
      // In a few letters there may be no narrow one.
      const each = letters <= SHORT ? DIGIT_PX : LETTER_PX;
      const needed = Math.max(head, Math.min(least, Math.ceil(PADDING_PX + each * letters)));
      return { least: needed, width: `minmax(${needed}px, ${Math.max(1, letters)}fr)` };
    }
    case "money": {
      // An amount is never cut.
      const letters = longest(
        page.rows.map(({ cells }) => {
          const value = cells[at]?.value;
          return value?.type === "money" ? moneyWords(value.money).length : 0;
        }),
      );
      const wide = Math.max(least, head, Math.ceil(PADDING_PX + DIGIT_PX * letters));
      return { least: wide, width: `${wide}px` };
    }
    case "state": {
      // Nor is the word of a state.
      const wide = Math.max(least, Math.ceil(PILL_PX + statesIn(page, at)));
      return { least: wide, width: `${wide}px` };
    }
    default: {
      // Their heads are longer than what stands below.
      const wide = Math.max(least, head);
      return { least: wide, width: `${wide}px` };
    }
  }
}

/** The column of words of any length, which stand under each row; the first of its kind. */
export const proseOf = (page: ViewPage): number =>
  page.columns.findIndex(({ kind }) => kind === "prose");

/** One row in so many has to have words, or the room under all of them is wasted. */
const WORDY = 4;

/**
 * Enough rows have such words to give all of them the room: rows are as high, so that it would mostly stay
 * empty. Else the words are a column like others.
 */
export function isWordy(page: ViewPage): boolean {
  const prose = proseOf(page);
  const told = page.rows.filter(({ cells }) => {
    const value = cells[prose]?.value;
    return value?.type === "text" && value.text.trim() !== "";
  });
  return told.length * WORDY >= page.rows.length;
}

/** What a field is called; the state of a record is called the same in every pack. */
export function fieldWords({ field, label }: FieldName): string {
  return field === "state" ? t("column-state") : label;
}

/** Stands for our operation where the view has no column of states to show its word in. */
export const OPERATION = "operation";

/** A name that a sentence has in the middle stands at the head of its column. */
function headed(label: string): string {
  const [first = "", ...rest] = label;
  return first.toLocaleUpperCase(locale) + rest.join("");
}

/** Columns of the grid for those of the view, but the one whose words stand below. */
export function gridColumns(page: ViewPage, below: number): GridColumn[] {
  const columns = page.columns
    .map(
      ({ field, label, kind, sortable }, at): GridColumn => ({
        id: field,
        label: kind === "state" ? t("column-state") : headed(label),
        align: kind === "money" || kind === "number" ? "end" : "start",
        ...widthOf(kind, label, page, at),
        sortable,
      }),
    )
    .filter((_, at) => at !== below);
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
