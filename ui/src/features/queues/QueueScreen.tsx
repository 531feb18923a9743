import { useCallback, useEffect, useRef, useState } from "react";
import { useKeys } from "../../app/keys";
import { useOffers } from "../../app/offers";
import { PAGE_ROWS, type ReceivedRow, usePages } from "../../app/pages";
import { usePlace } from "../../app/place";
import { useRecord } from "../../app/reads";
import type { ActionView } from "../../platform/backend";
import { type BulkAsked, BulkDialog } from "./BulkDialog";
import { bulkKeys, bulkOffers } from "./bulkKeys";
import { useCursor } from "./cursor";
import { next } from "./next";
import { usePicking } from "./picking";
import { QueueList } from "./QueueList";
import { RecordPanel } from "./RecordPanel";
import { NO_WISH, type Wish } from "./wish";

type Picked = { kind: string; id: string };
type QueueScreenProps = {
  view: string;
  record: Picked | null;
  /** What is asked of it at first. */
  wish?: Partial<Wish> | undefined;
  readOnly: boolean;
};

/** A queue: the list, and beside it the record that is picked. */
export function QueueScreen({ view, record, wish: asks, readOnly }: QueueScreenProps) {
  const select = usePlace((store) => store.select);
  const [wish, setWish] = useState<Wish>({ ...NO_WISH, ...asks });
  const { sort, search, chips } = wish;
  // Pages in sight: a row more or less in sight is another one's to draw.
  const [sight, setSight] = useState<readonly number[]>([0]);
  const onSight = useCallback((from: number, to: number) => {
    const pages = pagesOf(from, to);
    setSight((was) => (was.join() === pages.join() ? was : pages));
  }, []);
  const [index, setIndex] = useState(0);
  // A row that was moved to before it was read.
  const [awaited, setAwaited] = useState<number | null>(null);
  const panel = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const filter = useRef<HTMLInputElement>(null);

  const { first, pages } = usePages({ view, ...wish }, sight);
  const page = first.data;
  const rowAt = (at: number): ReceivedRow | undefined =>
    pages.get(Math.floor(at / PAGE_ROWS))?.rows[at % PAGE_ROWS];
  const cursor = useCursor({
    asked: { view, ...wish },
    record,
    pages,
    stale: first.isPlaceholderData,
    index,
  });
  const active = awaited ?? cursor.at;

  const pick = (at: number) => {
    const row = rowAt(at);
    setIndex(at);
    setAwaited(row ? null : at);
    if (row) select({ kind: row.kind, id: row.id });
  };
  const picking = usePicking(page, rowAt, { view, ...wish });
  const picked = picking !== null && picking.ids.size > 0;
  const [asked, setAsked] = useState<BulkAsked | null>(null);
  const total = page?.listed ?? 0;
  const wanted = awaited ?? (record === null && total > 0 ? Math.min(index, total - 1) : null);
  const wantedRow = wanted === null ? undefined : rowAt(wanted);
  useEffect(() => {
    if (!wantedRow) return;
    setAwaited(null);
    select({ kind: wantedRow.kind, id: wantedRow.id });
  }, [wantedRow, select]);

  const step = (by: number) => total > 0 && pick(Math.max(0, Math.min(total - 1, active + by)));
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    "/": () => filter.current?.focus(),
    ...(picking && page
      ? bulkKeys({ page, picking, active, step, readOnly, total, onAsk: setAsked })
      : {}),
  });

  useOffers(picking && page && !readOnly ? bulkOffers({ page, picking, onAsk: setAsked }) : []);

  // What is decided leaves the list; what waits after it comes up, so that deciding goes on. Where
  // money moves or something leaves the house, the eye stays on what becomes of it.
  const after = next(rowAt, active, total);
  const follow = (action: ActionView) => () => {
    if (action.nature !== "change" || !after) return;
    setIndex(after.at);
    select({ kind: after.row.kind, id: after.row.id });
  };
  // The record is drawn again where it is another, and not because the list is.
  const following = useRef(follow);
  following.current = follow;
  const followed = useCallback((action: ActionView) => following.current(action), []);

  const leaveRecord = useCallback(
    () => list.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]')?.focus(),
    [],
  );

  const alone = record === null && (page?.total === 0 || (!page && first.error !== null));
  return (
    <div className="queue" data-alone={alone || undefined} ref={list}>
      <QueueList
        first={first}
        rowAt={rowAt}
        wish={wish}
        onWish={(more) => {
          setWish((was) => ({ ...was, ...more }));
          if (more.search === undefined && more.chips === undefined) return;
          // What is picked must be in sight.
          picking?.clear();
          setIndex(0);
        }}
        filter={filter}
        active={active}
        selected={record}
        sought={cursor.sought}
        onActive={pick}
        onOpen={() => panel.current?.focus()}
        onSight={onSight}
        sort={sort ?? page?.sort ?? ""}
        picking={picking}
        readOnly={readOnly}
        onBulk={setAsked}
      />
      {!alone && (
        <RecordPanel
          record={record}
          panel={panel}
          readOnly={readOnly}
          keysElsewhere={picked}
          followed={followed}
          onLeave={leaveRecord}
        />
      )}
      <ReadAhead record={after?.row ?? null} />
      {asked && picking && (
        <BulkDialog
          view={view}
          search={search}
          chips={chips}
          asked={asked}
          onQueued={picking.clear}
          onPick={(ids) => {
            picking.only(ids);
            setAsked(null);
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}

/** Reads a record that is likely to be the next one; who waits for it is not drawn again for it. */
function ReadAhead({ record }: { record: Picked | null }) {
  useRecord(record);
  return null;
}

/** Numbers of the pages that hold the rows in sight. */
function pagesOf(from: number, to: number): number[] {
  const first = Math.floor(from / PAGE_ROWS);
  const last = Math.floor(Math.max(from, to) / PAGE_ROWS);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
