import { useState } from "react";
import { useBackend } from "../../app/backend";
import { PAGE_ROWS } from "../../app/pages";
import { useSaid } from "../../app/said";
import type { Picks } from "../../components/DataGrid";
import { t } from "../../locales/catalogue";
import { asBackendError, type RowView, type ViewPage } from "../../platform/backend";
import type { Wish } from "./wish";

/** The row picked last, and where it stood. */
type Last = { id: string | undefined; at: number };
type Picked = { ids: ReadonlySet<string>; last: Last | null; everything: boolean };

const NONE: Picked = { ids: new Set(), last: null, everything: false };

/** Picked records of a view: those that an action on many would be about. */
export type Picking = Picks<RowView> & {
  ids: ReadonlySet<string>;
  clear: () => void;
  /** Picks these and nothing else. */
  only: (ids: string[]) => void;
};

type Asked = { view: string } & Wish;

/** The most rows that are picked in one stretch. */
const MOST = 2_000;

/** Nothing where the view has no action for many. */
export function usePicking(
  page: ViewPage | undefined,
  rowAt: (index: number) => RowView | undefined,
  wanted: Asked,
): Picking | null {
  const { view, search, chips } = wanted;
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const [picked, setPicked] = useState<Picked>(NONE);
  const bulk = page?.bulk[0];
  if (!page || !bulk) return null;
  const may = (row: RowView) => row.operation === null;
  // What moved on since it was picked, by us or by others, is not picked any more.
  const moved = new Set(page.rows.filter((row) => !may(row)).map(({ id }) => id));
  const still = (before: Picked) => new Set([...before.ids].filter((id) => !moved.has(id)));
  const ids = still(picked);

  /** Where the row picked last stands now: rows come, go and are sorted. Nothing where it is not found. */
  const whereIs = (last: Last | null): Last | null => {
    if (last === null || last.id === undefined) return last;
    const there = rowAt(last.at);
    if (there === undefined || there.id === last.id) return last;
    for (let at = 0; at < page.listed; at += 1) {
      if (rowAt(at)?.id === last.id) return { id: last.id, at };
    }
    return null;
  };

  const all = async () => {
    if (picked.everything) return setPicked(NONE);
    try {
      // What waits is the core's to say: it knows rows that were never read here.
      const of = { view, section: null, search, chips, ids: [] };
      const asked = { ...of, action: bulk.action, params: {} };
      const found = await backend.selectRecords(asked);
      const waiting = [...found.allowed, ...found.denied].map(({ id }) => id);
      setPicked({ ids: new Set(waiting), last: null, everything: waiting.length > 0 });
      if (found.beyond > 0) {
        say(t("bulk-beyond", { count: found.beyond, cap: found.cap }), "amber");
      }
    } catch (thrown) {
      say(asBackendError(thrown).message, "amber");
    }
  };

  /** Rows of a stretch that were never in sight are read: what is picked has no holes that nobody sees. */
  const fill = async (least: number, most: number, since: Last | null, last: Last) => {
    try {
      const found: RowView[] = [];
      for (let offset = least; offset <= most; offset += PAGE_ROWS) {
        const limit = Math.min(PAGE_ROWS, most - offset + 1);
        const read = await backend.queuePage({ ...wanted, offset, limit });
        found.push(...read.rows);
      }
      // Where an end of it stands elsewhere by now, what lies between is another stretch.
      const stands = ({ id, at }: Last) => id === undefined || found[at - least]?.id === id;
      if (!stands(last) || (since && !stands(since))) return;
      setPicked((before) => {
        // Something else was picked meanwhile, or nothing any more.
        if (before.last !== last) return before;
        const next = still(before);
        for (const row of found) if (may(row)) next.add(row.id);
        return { ...before, ids: next };
      });
    } catch (thrown) {
      setPicked(NONE);
      say(asBackendError(thrown).message, "amber");
    }
  };

  return {
    ids,
    may,
    has: (row) => ids.has(row.id),
    label: (row) => t("pick-row", { title: row.title }),
    everything: picked.everything,
    // Two keys may come before what the first of them did is drawn.
    toggle: (index) => {
      const row = rowAt(index);
      if (!row || !may(row)) return;
      setPicked((before) => {
        const next = still(before);
        if (!next.delete(row.id)) next.add(row.id);
        return { ids: next, last: { id: row.id, at: index }, everything: false };
      });
    },
    extend: (index) => {
      const last = { id: rowAt(index)?.id, at: index };
      const since = whereIs(picked.last);
      const from = since?.at ?? index;
      const [least, most] = [Math.min(from, index), Math.max(from, index)];
      if (most - least >= MOST) return say(t("pick-most", { count: MOST }), "amber");
      const stretch = Array.from({ length: most - least + 1 }, (_, at) => least + at);
      const whole = stretch.every((at) => rowAt(at) !== undefined);
      setPicked((before) => {
        const begun = whereIs(before.last)?.at ?? index;
        const next = still(before);
        // Where the row that it began at is not in sight, nothing is sure before that is read.
        const [low, high] = rowAt(begun)
          ? [Math.min(begun, index), Math.max(begun, index)]
          : [index, index];
        for (let at = low; at <= high; at += 1) {
          const row = rowAt(at);
          if (row && may(row)) next.add(row.id);
        }
        return { ids: next, last, everything: false };
      });
      if (!whole) void fill(least, most, since, last);
    },
    all: () => void all(),
    clear: () => setPicked(NONE),
    only: (wanted) => setPicked({ ids: new Set(wanted), last: null, everything: false }),
  };
}
