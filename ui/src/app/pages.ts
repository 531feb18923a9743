import {
  keepPreviousData,
  type QueryClient,
  replaceEqualDeep,
  type UseQueryOptions,
  usePrefetchQuery,
  useQueries,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import type { Backend, RowView, ViewPage, ViewRequest } from "../platform/backend";
import { useBackend } from "./backend";
import { useKept } from "./kept";
import { READS } from "./reads";

/** Rows of one read of a view. */
export const PAGE_ROWS = 200;

/** A row and when it came, so that its clocks run on. */
export type ReceivedRow = RowView & { received: number };
/** A page of them. */
export type ReceivedPage = Omit<ViewPage, "rows"> & { rows: ReceivedRow[] };

/** What is asked of a view, whichever page of it. */
type Asked = Omit<ViewRequest, "offset" | "limit">;

function pageQuery(backend: Backend, asked: Asked, number: number) {
  const { view, ...wish } = asked;
  return {
    queryKey: [READS.page, view, wish, number],
    queryFn: async ({ client }: { client: QueryClient }): Promise<ReceivedPage> => {
      const page = await backend.queuePage({
        ...asked,
        offset: number * PAGE_ROWS,
        limit: PAGE_ROWS,
      });
      return { ...page, rows: keptRows(client, page, performance.now()) };
    },
    structuralSharing: (before: unknown, page: unknown) =>
      keptPage(before as ReceivedPage | undefined, page as ReceivedPage),
  } satisfies UseQueryOptions<ReceivedPage>;
}

/** The first page of a view, with what holds for the whole of it, and the pages in sight. */
export function usePages(asked: Asked, numbers: readonly number[]) {
  const backend = useBackend();
  // It is asked for before what is shown meanwhile is drawn, not after.
  usePrefetchQuery(pageQuery(backend, asked, 0));
  // While another order or filter is read, the rows stay: nothing jumps.
  const first = useQuery({ ...pageQuery(backend, asked, 0), placeholderData: keepPreviousData });
  const others = numbers.filter((number) => number > 0);
  const rest = useQueries({
    queries: others.map((number) => pageQuery(backend, asked, number)),
  });
  const pages = new Map<number, ReceivedPage>();
  if (first.data) pages.set(0, first.data);
  others.forEach((number, at) => {
    const data = rest[at]?.data;
    // Rows of another order or other columns do not stand under the first page's.
    if (data && !first.isPlaceholderData) pages.set(number, data);
  });
  useReadBeside(asked, numbers, first.isPlaceholderData ? 0 : (first.data?.listed ?? 0));
  return { first, pages };
}

/** Nothing else was asked for so long. */
const QUIET_MS = 300;

/** Reads what a key may bring into sight next, once it is quiet: the page after those in sight, and the last. */
function useReadBeside(wanted: Asked, numbers: readonly number[], listed: number): void {
  const backend = useBackend();
  const client = useQueryClient();
  const asked = useKept(wanted);
  const last = Math.max(0, Math.ceil(listed / PAGE_ROWS) - 1);
  const following = Math.min(last, Math.max(0, ...numbers) + 1);
  useEffect(() => {
    if (last === 0) return;
    const timer = setTimeout(() => {
      for (const number of new Set([following, last])) {
        void client.prefetchQuery(pageQuery(backend, asked, number));
      }
    }, QUIET_MS);
    return () => clearTimeout(timer);
  }, [backend, client, asked, following, last]);
}

/** Who only passes by is on at the next one by then. */
const PASSED_MS = 120;

/** When somebody may open a view: it is being pressed, it has the focus, or no longer has. */
export type Aim = "now" | "soon" | "past";

/** Asks for the first page of a view that somebody is about to open, unless it was read or is only passed by. */
export function useReadAhead(): (asked: Asked, aim: Aim) => void {
  const backend = useBackend();
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (asked, aim) => {
      clearTimeout(timer.current);
      const read = () => void client.prefetchQuery(pageQuery(backend, asked, 0));
      if (aim === "now") read();
      if (aim === "soon") timer.current = setTimeout(read, PASSED_MS);
    },
    [backend, client],
  );
}

/** The rows of the view that is shown, as they were read last. */
type Known = { view: string; rows: Map<string, ReceivedRow> };
const MOST_KNOWN = 4_000;
const known = new WeakMap<QueryClient, Known>();

/**
 * A row of which nothing is another is the same object as before, whatever order or filter it was read
 * in then, so that it is not drawn again.
 */
function keptRows(client: QueryClient, page: ViewPage, received: number): ReceivedRow[] {
  let of = known.get(client);
  if (!of || of.view !== page.view || of.rows.size > MOST_KNOWN) {
    of = { view: page.view, rows: new Map() };
    known.set(client, of);
  }
  const { rows } = of;
  return page.rows.map((row) => {
    const name = `${row.kind}/${row.id}`;
    const before = rows.get(name);
    if (before && isSameRow(before, row, received)) return before;
    const made = { ...row, received };
    rows.set(name, made);
    return made;
  });
}

/** Seconds by which a clock may seem to have gone otherwise: they are whole, and an answer takes time. */
const DRIFT = 1.5;

/** What is shown of both is the same; a clock that only ran on is the clock it was. */
export function isSameRow(before: ReceivedRow, row: RowView, received: number): boolean {
  if (before.revision !== row.revision) return false;
  return isSame(before, row, (received - before.received) / 1000);
}

function isSame(before: unknown, now: unknown, elapsed: number): boolean {
  if (before === now) return true;
  if (!isObject(before) || !isObject(now)) return false;
  if (Array.isArray(now) && (!Array.isArray(before) || before.length !== now.length)) return false;
  for (const name in now) {
    if (name === "seconds_left") {
      const gone = before.runs && !before.paused ? elapsed : 0;
      const drift = Number(before[name]) - gone - Number(now[name]);
      if (Math.abs(drift) > DRIFT) return false;
    } else if (!isSame(before[name], now[name], elapsed)) {
      return false;
    }
  }
  return true;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** A page read again: its rows are compared already, of the rest each part stays that is the same. */
function keptPage(before: ReceivedPage | undefined, page: ReceivedPage): ReceivedPage {
  if (!before || before === page) return page;
  const { rows, ...rest } = page;
  const { rows: shown, ...others } = before;
  const same = rows.length === shown.length && rows.every((row, at) => row === shown[at]);
  const kept = replaceEqualDeep(others, rest);
  return same && kept === others ? before : { ...kept, rows: same ? shown : rows };
}
