import { useState } from "react";
import { useBackend } from "../../app/backend";
import { PAGE_ROWS } from "../../app/pages";
import { useSaid } from "../../app/said";
import type { Picks } from "../../components/DataGrid";
import { t } from "../../locales/catalogue";
import { asBackendError, type RowView, type ViewPage } from "../../platform/backend";
import type { Wish } from "./wish";

type Picked = { ids: ReadonlySet<string>; last: number | null; everything: boolean };

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
  const fill = async (least: number, most: number, last: number) => {
    try {
      const found: RowView[] = [];
      for (let offset = least; offset <= most; offset += PAGE_ROWS) {
        const limit = Math.min(PAGE_ROWS, most - offset + 1);
        const read = await backend.queuePage({ ...wanted, offset, limit });
        found.push(...read.rows);
      }
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
        return { ids: next, last: index, everything: false };
      });
    },
    extend: (index) => {
      const since = picked.last ?? index;
      const [least, most] = [Math.min(since, index), Math.max(since, index)];
      if (most - least >= MOST) return say(t("pick-most", { count: MOST }), "amber");
      setPicked((before) => {
        const from = before.last ?? index;
        const next = still(before);
        for (let at = Math.min(from, index); at <= Math.max(from, index); at += 1) {
          const row = rowAt(at);
          if (row && may(row)) next.add(row.id);
        }
        return { ids: next, last: index, everything: false };
      });
      const isRead = (at: number) => rowAt(at) !== undefined;
      const stretch = Array.from({ length: most - least + 1 }, (_, at) => least + at);
      if (!stretch.every(isRead)) void fill(least, most, index);
    },
    all: () => void all(),
    clear: () => setPicked(NONE),
    only: (wanted) => setPicked({ ids: new Set(wanted), last: null, everything: false }),
  };
}
