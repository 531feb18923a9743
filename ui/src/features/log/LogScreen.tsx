import { ScrollText, SearchX } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useRef, useState } from "react";
import { useKeys } from "../../app/keys";
import { useLog } from "../../app/reads";
import { Button } from "../../components/Button";
import { DataGrid, type GridColumn } from "../../components/DataGrid";
import { Filter } from "../../components/Filter";
import type { CellColumn } from "../../components/GridRow";
import { Read } from "../../components/Read";
import { EmptyState } from "../../components/states";
import { Instant } from "../../components/values";
import { t } from "../../locales/catalogue";
import { numberWords } from "../../locales/words";
import type { LogEntry, LogPage, LogSort } from "../../platform/backend";
import { ChainLine } from "./ChainLine";
import { LogEntryPanel } from "./LogEntryPanel";
import { SortWord } from "./SortWord";
import { aboutWords, SORTS } from "./sorts";

/** What was decided on this laptop, sealed entry by entry. */
export function LogScreen() {
  const [search, setSearch] = useState("");
  const [sorts, setSorts] = useState<LogSort[]>([]);
  const [at, setAt] = useState(0);
  const [wanted, setWanted] = useState<number | null>(null);
  const [sight, setSight] = useState(0);
  const panel = useRef<HTMLElement>(null);
  const screen = useRef<HTMLDivElement>(null);
  const filter = useRef<HTMLInputElement>(null);
  const onSight = useCallback((_: number, last: number) => setSight(last), []);
  const log = useLog(useDeferredValue(search.trim()), sorts);
  const first = log.data?.pages[0];
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  const total = first?.total ?? 0;
  const active = Math.max(0, Math.min(at, total - 1));

  // What is moved to may not be read yet: the log is read from its newest entry back.
  const read = entries.length;
  const needed = Math.max(sight, active);
  const lacks = wanted !== null && !known(entries, wanted);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = log;
  useEffect(() => {
    const far = needed >= read || lacks;
    if (far && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [needed, read, lacks, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const found = wanted === null ? -1 : entries.findIndex(({ seq }) => seq === wanted);
  useEffect(() => {
    if (found < 0) return;
    setAt(found);
    setWanted(null);
  }, [found]);

  const ask = (words: string, only: LogSort[]) => {
    setSearch(words);
    setSorts(only);
    setAt(0);
  };
  const step = (by: number) => total > 0 && setAt(Math.max(0, Math.min(total - 1, active + by)));
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    "/": () => filter.current?.focus(),
  });

  if (!first) return <Read read={log}>{() => null}</Read>;
  const entry = entries[active];
  return (
    <div className="log" ref={screen}>
      <ChainLine
        page={first}
        onEntry={(seq) => {
          ask("", []);
          setWanted(seq);
        }}
      />
      <div className="queue" data-alone={total === 0 || undefined}>
        <section className="card queue-list" aria-label={t("nav-log")}>
          <header className="queue-tools log-tools">
            <Filter
              label={t("log-search")}
              value={search}
              onValue={(words) => ask(words, sorts)}
              input={filter}
            />
            <Chips page={first} chosen={sorts} onChoose={(only) => ask(search, only)} />
            <span className="quiet log-total">{t("log-total", { count: total })}</span>
          </header>
          {total > 0 ? (
            <DataGrid
              label={t("log-grid")}
              columns={columns(first.chain.entries)}
              sections={[{ id: "all", first: 0, count: total, header: null }]}
              total={total}
              rowAt={(index) => entries[index]}
              rowKey={(row) => String(row.seq)}
              cell={cellOf}
              onSight={onSight}
              active={active}
              selectedKey={entry ? String(entry.seq) : null}
              onActive={setAt}
              onOpen={() => panel.current?.focus()}
              sort=""
              onSort={() => {}}
            />
          ) : (
            <Nothing
              page={first}
              onClear={() => ask("", [])}
              filtered={search !== "" || sorts.length > 0}
            />
          )}
        </section>
        {total > 0 && (
          <LogEntryPanel
            entry={entry}
            brokenAt={first.chain.broken_at}
            panel={panel}
            onLeave={() =>
              screen.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]')?.focus()
            }
          />
        )}
      </div>
    </div>
  );
}

const known = (entries: LogEntry[], seq: number) => (entries.at(-1)?.seq ?? 0) <= seq;

/** Numbers take the room of the longest, so that the rest goes to what the entries are about. */
function columns(entries: number): GridColumn[] {
  const digits = Math.max(34, 12 + 8 * numberWords(entries).length);
  const column = (id: string, label: string, least: number, share?: number): GridColumn => ({
    id,
    label,
    least,
    width: share ? `minmax(${least}px, ${share}fr)` : `${least}px`,
    sortable: false,
  });
  return [
    { ...column("seq", t("log-number"), digits), align: "end" },
    column("at", t("log-when"), 96),
    column("sort", t("log-what"), 116),
    column("about", t("log-about"), 150, 2),
    column("rows", t("log-rows"), 64, 0.4),
    column("by", t("log-by"), 98, 0.6),
  ];
}

function cellOf(entry: LogEntry, { id }: CellColumn) {
  switch (id) {
    case "seq":
      return <span className="quiet">{numberWords(entry.seq)}</span>;
    case "at":
      return <Instant at={entry.at} />;
    case "sort":
      return <SortWord sort={entry.sort} />;
    case "about":
      return (
        <>
          <span className="cell-main">
            <bdi>{aboutWords(entry)}</bdi>
          </span>
          {entry.record && (
            <span className="beside" title={entry.record.title ?? entry.record.id}>
              <bdi>{entry.record.title ?? entry.record.id}</bdi>
            </span>
          )}
        </>
      );
    case "rows":
      return <RowIds rows={entry.rows} />;
    default:
      return (
        <span className="cell-main" title={entry.actor}>
          <bdi>{entry.actor}</bdi>
        </span>
      );
  }
}

/** The first row of a document that decided, and how many more; all of them stand beside. */
function RowIds({ rows: [first, ...more] }: { rows: string[] }) {
  if (!first) return null;
  return (
    <code className="cell-main" title={[first, ...more].join(" ")}>
      {first}
      {more.length > 0 && ` ${t("log-rows-more", { count: more.length })}`}
    </code>
  );
}

type ChipsProps = { page: LogPage; chosen: LogSort[]; onChoose: (sorts: LogSort[]) => void };

/** Sorts that occur, each with its number; pressed ones are shown alone. */
function Chips({ page, chosen, onChoose }: ChipsProps) {
  const shown = page.sorts.filter(({ count }) => count > 0);
  if (shown.length < 2 && chosen.length === 0) return null;
  return (
    <fieldset className="log-sorts">
      <legend className="visually-hidden">{t("log-sorts")}</legend>
      <button
        type="button"
        className="log-sort"
        aria-pressed={chosen.length === 0}
        onClick={() => onChoose([])}
      >
        {t("log-all")}
      </button>
      {shown.map(({ sort, count }) => {
        const { words, icon: Icon } = SORTS[sort];
        const on = chosen.includes(sort);
        return (
          <button
            key={sort}
            type="button"
            className="log-sort"
            aria-pressed={on}
            onClick={() =>
              onChoose(on ? chosen.filter((each) => each !== sort) : [...chosen, sort])
            }
          >
            <Icon size={12} aria-hidden />
            {t(words)} <span className="log-sort-count">{numberWords(count)}</span>
          </button>
        );
      })}
    </fieldset>
  );
}

type NothingProps = { page: LogPage; filtered: boolean; onClear: () => void };

function Nothing({ page, filtered, onClear }: NothingProps) {
  if (!filtered) {
    return (
      <EmptyState icon={ScrollText} title={t("log-none")}>
        {t("log-none-text")}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={SearchX}
      title={t("log-empty")}
      action={<Button onClick={onClear}>{t("log-clear")}</Button>}
    >
      {t("log-empty-text", { count: page.chain.entries })}
    </EmptyState>
  );
}
