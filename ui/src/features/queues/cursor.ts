import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useBackend } from "../../app/backend";
import { PAGE_ROWS } from "../../app/pages";
import { READS } from "../../app/reads";
import type { RowView, ViewRequest } from "../../platform/backend";

type Picked = { kind: string; id: string };
type Asked = Omit<ViewRequest, "offset" | "limit">;
type Pages = ReadonlyMap<number, { rows: RowView[] }>;

/** Rows that are known on each side of the one that is shown; where all of them go, nobody looks for more. */
const BESIDE = 50;

/** Where a record stood and what stood beside it, the nearest first. */
export type Beside = { of: string; at: number; after: RowView[]; before: RowView[] };

const nameOf = ({ kind, id }: Picked) => `${kind}/${id}`;

export function locate(pages: Pages, record: Picked): number | null {
  for (const [number, { rows }] of pages) {
    const at = rows.findIndex((row) => row.id === record.id && row.kind === record.kind);
    if (at >= 0) return number * PAGE_ROWS + at;
  }
  return null;
}

const rowIn = (pages: Pages, at: number): RowView | undefined =>
  pages.get(Math.floor(at / PAGE_ROWS))?.rows[at % PAGE_ROWS];

/** What stands beside a row, as far as it is read. */
export function besideOf(pages: Pages, of: string, at: number): Beside {
  const side = (step: number) => {
    const rows: RowView[] = [];
    for (let by = 1; by <= BESIDE; by += 1) {
      const row = rowIn(pages, at + step * by);
      if (!row) break;
      rows.push(row);
    }
    return rows;
  };
  return { of, at, after: side(1), before: side(-1) };
}

/**
 * Where the cursor stays when the row that it was on is gone: on the next that followed it, else on the
 * nearest before it. What has moved to another section by itself is no neighbour any more.
 */
export function keptAt(pages: Pages, { at, after, before }: Beside): number {
  for (const row of [...after, ...before]) {
    const now = locate(pages, row);
    if (now !== null && rowIn(pages, now)?.section === row.section) return now;
  }
  return at;
}

type Cursor = {
  /** The row that the cursor is on. */
  at: number;
  /** Where the record stands is still being found out. */
  sought: boolean;
};

type Sights = {
  asked: Asked;
  record: Picked | null;
  pages: Pages;
  /** What is shown answers an earlier question. */
  stale: boolean;
  /** The row that was moved to last. */
  index: number;
};

/**
 * The row that the cursor is on: that of the record, wherever data moved it. One that is not among the
 * rows that are read is asked for; where it has left the view, the cursor keeps its place.
 */
export function useCursor({ asked, record, pages, stale, index }: Sights): Cursor {
  const backend = useBackend();
  const of = record && JSON.stringify([asked, nameOf(record)]);
  const found = record && locate(pages, record);
  const last = useRef<Beside | null>(null);
  const known = last.current?.of === of ? last.current : null;
  // Scrolled away from it, the rows around it are not read: it is where it was.
  const away = known !== null && !pages.has(Math.floor(known.at / PAGE_ROWS));
  const lost = record !== null && found === null && pages.size > 0 && !stale && !away;
  const { view, ...wish } = asked;
  const place = useQuery({
    queryKey: [READS.page, "place of", record?.kind, record?.id, view, wish],
    queryFn: () =>
      record && backend.placeInView({ ...asked, offset: 0, limit: 0 }, record.kind, record.id),
    enabled: lost,
    gcTime: 0,
  });
  useEffect(() => {
    if (of !== null && found !== null && !stale) last.current = besideOf(pages, of, found);
  });
  if (found !== null) return { at: found, sought: false };
  const told = lost ? (place.data ?? null) : null;
  const sought = lost && place.isPending;
  if (told !== null || known === null) return { at: told ?? index, sought };
  return { at: away ? known.at : keptAt(pages, known), sought };
}
