import type {
  ActionKey,
  BulkView,
  ColumnView,
  MoneyView,
  RowView,
  SectionView,
  ViewPage,
  ViewRequest,
} from "../backend";
import { NOW_MS, type World, wall } from "./world";

type SectionOf = Pick<SectionView, "id" | "label" | "note" | "at_once">;

/** A view over invented records of one kind. */
export type PageOf<Each> = {
  label: string;
  row: string;
  sort: string;
  sortLabel: string;
  target: number | null;
  columns: ColumnView[];
  sections: SectionOf[];
  of: (world: World) => Each[];
  sectionOf: (world: World, each: Each) => string;
  rowOf: (world: World, each: Each) => RowView;
  words: (each: Each) => string;
  key: (each: Each, field: string) => number | string;
  sum?: (each: Each[]) => MoneyView;
  /** Sections in which it waits for the operator. */
  waits: string[];
  keys: ActionKey[];
  bulk: BulkView[];
};

/** The records that a question is about, by section, in the order asked for. */
export function inSections<Each>(
  view: PageOf<Each>,
  world: World,
  asked: Pick<ViewRequest, "sort" | "search">,
): (SectionOf & { all: Each[] })[] {
  const sort = asked.sort ?? view.sort;
  const field = sort.replace(/^-/, "");
  const turn = sort.startsWith("-") ? -1 : 1;
  const needle = asked.search.toLowerCase();
  const found = view
    .of(world)
    .filter((each) => view.words(each).toLowerCase().includes(needle))
    .toSorted((a, b) => {
      const [one, other] = [view.key(a, field), view.key(b, field)];
      return one < other ? -turn : one > other ? turn : 0;
    });
  return view.sections
    .map((section) => ({
      ...section,
      all: found.filter((each) => view.sectionOf(world, each) === section.id),
    }))
    .filter(({ all }) => all.length > 0);
}

export function paged<Each>(view: PageOf<Each>, world: World, asked: ViewRequest): ViewPage {
  const sort = asked.sort ?? view.sort;
  const bySection = inSections(view, world, asked);
  let first = 0;
  const sections: SectionView[] = bySection.map(({ all, ...section }) => {
    const at = first;
    first += all.length;
    return { ...section, count: all.length, first: at, sum: view.sum?.(all) ?? null };
  });
  const all = bySection.flatMap((section) => section.all);
  const waiting = sections.filter(({ id }) => view.waits.includes(id));
  const empty = world.link === "filling" && world.requests.length === 0;
  return {
    view: asked.view,
    label: view.label,
    row: view.row,
    sort_label: sort === view.sort ? view.sortLabel : `by ${sort.replace(/^-/, "")}`,
    sort,
    target: view.target,
    columns: view.columns,
    sections,
    rows: all
      .slice(asked.offset, asked.offset + asked.limit)
      .map((each) => view.rowOf(world, each)),
    total: all.length,
    open: waiting.reduce((sum, { count }) => sum + count, 0),
    sum: waiting[0]?.sum ?? null,
    as_of: empty ? null : wall(NOW_MS - world.ageSeconds * 1000),
    keys: view.keys,
    bulk: view.bulk,
  };
}
