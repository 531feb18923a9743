import type {
  ActionKey,
  BulkView,
  CellValue,
  Chip,
  ChipView,
  ColumnView,
  FieldName,
  FilterView,
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
  filters?: FilterView[];
  /** Whether a chip lets it through. */
  lets?: (each: Each, chip: Chip) => boolean;
  groups?: FieldName[];
  /** The value that it is grouped by. */
  groupOf?: (each: Each) => CellValue;
};

/** The records that a question is about, by section, in the order asked for. */
export function inSections<Each>(
  view: PageOf<Each>,
  world: World,
  asked: Pick<ViewRequest, "sort" | "search" | "chips">,
): (SectionOf & { all: Each[] })[] {
  const sort = asked.sort ?? view.sort;
  const field = sort.replace(/^-/, "");
  const turn = sort.startsWith("-") ? -1 : 1;
  const needle = asked.search.toLowerCase();
  const found = view
    .of(world)
    .filter((each) => view.words(each).toLowerCase().includes(needle))
    .filter((each) => asked.chips.every((chip) => view.lets?.(each, chip) ?? false))
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
  const plain = inSections(view, world, asked);
  const bySection = asked.group && view.groupOf ? inGroups(view.groupOf, plain) : plain;
  let first = 0;
  const sections: SectionView[] = bySection.map(({ all, ...section }) => {
    const at = first;
    const closed = asked.closed.includes(section.id);
    if (!closed) first += all.length;
    const sums = all.length > 0 && view.sum ? [view.sum(all)] : [];
    return { group: null, ...section, closed, count: all.length, first: at, sums };
  });
  const shown = bySection.filter(({ id }) => !asked.closed.includes(id));
  const all = shown.flatMap((section) => section.all);
  const waiting = plain.filter(({ id }) => view.waits.includes(id)).flatMap((each) => each.all);
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
    total: plain.reduce((sum, each) => sum + each.all.length, 0),
    listed: all.length,
    open: waiting.length,
    sums: waiting.length > 0 && view.sum ? [view.sum(waiting)] : [],
    as_of: empty ? null : wall(NOW_MS - world.ageSeconds * 1000),
    keys: view.keys,
    bulk: view.bulk,
    filters: view.filters ?? [],
    chips: asked.chips.map((chip) => chipView(view, chip)),
    groups: view.groups ?? [],
    group: view.groupOf ? asked.group : null,
    offered: view.columns.map(({ field, label }) => ({ field, label })),
  };
}

function chipView<Each>(view: PageOf<Each>, chip: Chip): ChipView {
  const filter = view.filters?.find(({ field }) => field === chip.field);
  const options = filter?.input.type === "among" ? filter.input.options : [];
  const values = chip.test.type === "among" ? chip.test.values : [];
  return {
    chip,
    label: filter?.label ?? chip.field,
    values: values.map((value) => options.find((each) => each.value === value)?.label ?? value),
    problem: filter ? null : "The pack has no such field to filter by.",
  };
}

/** The same records by the value that they have in common. */
function inGroups<Each>(
  groupOf: (each: Each) => CellValue,
  sections: (SectionOf & { all: Each[] })[],
) {
  const groups = new Map<string, { group: CellValue; all: Each[] }>();
  for (const each of sections.flatMap(({ all }) => all)) {
    const group = groupOf(each);
    const key = JSON.stringify(group);
    const known = groups.get(key) ?? { group, all: [] };
    known.all.push(each);
    groups.set(key, known);
  }
  return [...groups].map(([key, { group, all }]) => ({
    id: `is:${key}`,
    label: "",
    note: null,
    at_once: null,
    group,
    all,
  }));
}
