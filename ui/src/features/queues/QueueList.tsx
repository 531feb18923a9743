import type { UseQueryResult } from "@tanstack/react-query";
import { CircleCheck, CloudDownload, Rows3, SearchX } from "lucide-react";
import { type ReactNode, type Ref, useCallback, useMemo } from "react";
import { useKept } from "../../app/kept";
import type { ReceivedPage, ReceivedRow } from "../../app/pages";
import { useSync } from "../../app/reads";
import { parseWall, secondsSince, timeWords, useTick } from "../../app/time";
import { Button } from "../../components/Button";
import { DataGrid } from "../../components/DataGrid";
import { Filter } from "../../components/Filter";
import type { CellColumn } from "../../components/GridRow";
import { Key } from "../../components/Key";
import { EmptyState, ErrorState } from "../../components/states";
import { StatusWord } from "../../components/tones";
import { Value } from "../../components/values";
import { t } from "../../locales/catalogue";
import { durationWords, numberWords } from "../../locales/words";
import type { Cell, ColumnKind, RowView, SectionView, ViewPage } from "../../platform/backend";
import { BulkBar } from "./BulkBar";
import type { BulkAsked } from "./BulkDialog";
import { atOnceOf, keyOf } from "./bulkKeys";
import { ChipRow } from "./ChipRow";
import { decimalsIn, gridColumns, isWordy, OPERATION, proseOf } from "./columns";
import { GroupHeader, sumsWords } from "./GroupHeader";
import type { Picking } from "./picking";
import { SavedLine } from "./SavedLine";
import { useOpenSaved } from "./saved";
import { ViewTools } from "./ViewTools";
import { narrows, type Wish } from "./wish";

type QueueListProps = {
  first: UseQueryResult<ReceivedPage>;
  rowAt: (index: number) => ReceivedRow | undefined;
  wish: Wish;
  onWish: (more: Partial<Wish>) => void;
  filter: Ref<HTMLInputElement>;
  active: number;
  selected: { kind: string; id: string } | null;
  /** Where that one stands is still being found out. */
  sought: boolean;
  onActive: (index: number) => void;
  onOpen: () => void;
  onSight: (first: number, last: number) => void;
  sort: string;
  /** Nothing where the view has no action for many. */
  picking: Picking | null;
  readOnly: boolean;
  onBulk: (asked: BulkAsked) => void;
};

export function QueueList(props: QueueListProps) {
  const { first, wish, onWish, picking } = props;
  const saved = useOpenSaved();
  const page = first.data;
  return (
    <section
      className="card queue-list"
      aria-label={page?.label ?? t("nav-queues")}
      // What is shown answers an earlier question.
      aria-busy={first.isPlaceholderData || undefined}
    >
      <header className="queue-tools">
        <Filter
          label={t("queue-filter")}
          value={wish.search}
          onValue={(search) => onWish({ search })}
          input={props.filter}
        />
        {page && <ViewTools page={page} wish={wish} readOnly={props.readOnly} onWish={onWish} />}
        {page && <Summary page={page} />}
      </header>
      {saved && <SavedLine saved={saved} wish={wish} />}
      {page && wish.chips.length > 0 && <ChipRow page={page} wish={wish} onWish={onWish} />}
      {page ? (
        page.total > 0 ? (
          <Grid {...props} page={page} />
        ) : (
          <NothingHere page={page} wish={wish} onClear={() => onWish({ search: "", chips: [] })} />
        )
      ) : first.error ? (
        <ErrorState
          error={first.error}
          action={<Button onClick={() => first.refetch()}>{t("try-again")}</Button>}
        />
      ) : (
        <Bones />
      )}
      {page && picking && picking.ids.size > 0 ? (
        <BulkBar
          page={page}
          picking={picking}
          readOnly={props.readOnly}
          onAct={(action) => {
            const bulk = page.bulk.find((each) => each.action === action);
            if (!bulk) return;
            props.onBulk({ action, label: bulk.label, section: null, ids: [...picking.ids] });
          }}
        />
      ) : (
        <Keys page={page} />
      )}
    </section>
  );
}

/** The keys that work here, for the eye. */
function Keys({ page }: { page: ViewPage | undefined }) {
  return (
    <footer className="queue-keys" aria-hidden>
      {page && page.total > 0 && (
        <>
          <span>
            <Key>j</Key>
            <Key>k</Key> {t("keys-move")}
          </span>
          {page.keys.map((each) => (
            <span key={each.action}>
              <Key>{each.key}</Key> {each.label}
            </span>
          ))}
          {page.bulk.length > 0 && (
            <span>
              <Key>x</Key> {t("keys-pick")}
            </span>
          )}
        </>
      )}
      <span className="queue-keys-all">
        <Key>?</Key> {t("keys-all")}
      </span>
    </footer>
  );
}

function Grid(props: QueueListProps & { page: ReceivedPage }) {
  const { page, rowAt, selected } = props;
  const words = proseOf(page);
  // Rows keep their height while the view is open, whatever changes in them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: found once for a view, with its first rows
  const wordy = useMemo(() => isWordy(page), [page.view, words < 0, page.rows.length > 0]);
  const prose = wordy ? words : -1;
  // How wide the columns are is found by all the words in them: once for a page, not for a key.
  const columns = useMemo(() => gridColumns(page, prose), [page, prose]);
  const drawing = useKept(useMemo(() => drawingOf(page, columns[0]?.id), [page, columns]));
  const cellOf = useMemo(() => cellsOf(drawing), [drawing]);
  const below = useCallback((row: RowView) => <Prose row={row} at={prose} />, [prose]);
  return (
    <DataGrid
      label={t("queue-grid", { queue: page.label })}
      columns={columns}
      sections={page.sections.map((section) => ({
        ...section,
        header:
          page.group === null || section.id === "on_the_way" ? (
            sectionHeader(section, <AtOnce {...props} section={section} />)
          ) : (
            <GroupHeader section={section} closed={props.wish.closed} onWish={props.onWish} />
          ),
      }))}
      below={prose < 0 ? null : below}
      picks={props.picking}
      total={page.listed}
      rowAt={rowAt}
      rowKey={(row) => `${row.kind}/${row.id}`}
      selectedKey={selected && `${selected.kind}/${selected.id}`}
      sought={props.sought}
      cell={cellOf}
      onSight={props.onSight}
      active={props.active}
      onActive={props.onActive}
      onOpen={props.onOpen}
      sort={props.sort}
      onSort={(sort) => props.onWish({ sort })}
    />
  );
}

/** What the cells of a page go by beside their row. */
type Drawing = {
  columns: { field: string; kind: ColumnKind; decimals: number }[];
  /** The column that says what the record is. */
  naming: string | undefined;
};

function drawingOf(page: ReceivedPage, naming: string | undefined): Drawing {
  const columns = page.columns.map(({ field, kind }, at) => ({
    field,
    kind,
    decimals: kind === "number" ? decimalsIn(page, at) : 0,
  }));
  return { columns, naming };
}

/** What stands in each cell. */
function cellsOf({ columns, naming }: Drawing) {
  const places = new Map(columns.map(({ field }, at) => [field, at]));
  const stateAt = columns.findIndex(({ kind }) => kind === "state");
  return (row: ReceivedRow, column: CellColumn) => {
    const at = places.get(column.id) ?? -1;
    if (row.operation && (column.id === OPERATION || at === stateAt)) {
      return <StatusWord word={row.operation} />;
    }
    const cell = row.cells[at];
    if (!cell) return null;
    return (
      <>
        <span className={classOf(columns[at]?.kind, column.id === naming)} title={wholeText(cell)}>
          {cell.value.type === "number" ? (
            <span className="figure">{numberWords(cell.value.number, columns[at]?.decimals)}</span>
          ) : (
            <Value value={cell.value} received={row.received} />
          )}
        </span>
        {cell.beside && <span className="beside">{cell.beside}</span>}
      </>
    );
  };
}

function classOf(kind: ColumnKind | undefined, names: boolean): string {
  if (kind === "id") return "mono cell-main";
  return names ? "cell-main cell-name" : "cell-main";
}

/** Words that may be cut where the column is narrow. */
function wholeText({ value, beside }: Cell): string | undefined {
  if (value.type !== "text") return undefined;
  return beside ? `${value.text} · ${beside}` : value.text;
}

/** Name, count and sum of a section; nothing where the view has no sections. */
function sectionHeader(section: SectionView, atOnce: ReactNode) {
  const label = section.id === "on_the_way" ? t("section-on-the-way") : section.label;
  if (label === "") return null;
  return (
    <>
      <strong>{label}</strong>
      <span className="quiet">
        {[t("section-count", { count: section.count }), sumsWords(section.sums), section.note]
          .filter(Boolean)
          .join(" · ")}
      </span>
      {atOnce}
    </>
  );
}

/** Words of any length, under their row. */
function Prose({ row, at }: { row: RowView; at: number }) {
  const value = row.cells[at]?.value;
  return value?.type === "text" ? <bdi>{value.text}</bdi> : null;
}

type AtOnceProps = QueueListProps & { page: ReceivedPage; section: SectionView };

/** What may be done to all of a section at once, where the pack offers it. */
function AtOnce({ page, section, readOnly, onBulk, picking }: AtOnceProps) {
  const asked = atOnceOf(page, section);
  if (!asked || readOnly || (picking && picking.ids.size > 0)) return null;
  const key = keyOf(page, asked.action);
  return (
    <span className="section-act">
      <Button hotkey={key ? t("key-shift", { key }) : null} onClick={() => onBulk(asked)}>
        {t("at-once", { action: asked.label, count: section.count })}
      </Button>
    </span>
  );
}

/** What waits, its sum, the order, and how old the data is. */
function Summary({ page }: { page: ViewPage }) {
  useTick(15);
  const sync = useSync().data;
  const asOf = page.as_of ? parseWall(page.as_of) : null;
  const cut = sync?.link === "cut_off" || sync?.link === "signed_out";
  const age = sync?.age_seconds == null ? null : sync.age_seconds + secondsSince(sync.received);
  const open = page.open;
  return (
    <div className="queue-summary quiet">
      <span>
        {page.target === null
          ? t("view-records", { count: page.total })
          : t("queue-open", { count: open })}
        {page.sums.length > 0 && page.total > 0 && ` · ${sumsWords(page.sums)}`}
      </span>
      <span>{page.sort_label}</span>
      {asOf && (
        <span data-tone={cut ? "amber" : undefined}>
          {cut && age !== null
            ? t("queue-as-of-old", { time: timeWords(asOf), age: durationWords(age) })
            : t("queue-as-of", { time: timeWords(asOf) })}
        </span>
      )}
    </div>
  );
}

type NothingHereProps = { page: ViewPage; wish: Wish; onClear: () => void };

/** Empty is a statement with proof. */
function NothingHere({ page, wish, onClear }: NothingHereProps) {
  useTick(15);
  const sync = useSync().data;
  if (narrows(wish)) {
    return (
      <EmptyState
        icon={SearchX}
        title={
          wish.search === ""
            ? t("queue-no-match-chips")
            : t("queue-no-match", { words: wish.search })
        }
        action={<Button onClick={onClear}>{t("queue-clear")}</Button>}
      >
        {t("queue-no-match-text", { queue: page.label })}
      </EmptyState>
    );
  }
  if (page.as_of === null) {
    return (
      <EmptyState icon={CloudDownload} title={t("queue-filling")}>
        {t("queue-filling-text", { count: sync?.filling ?? 0 })}
      </EmptyState>
    );
  }
  const age = sync?.age_seconds == null ? 0 : sync.age_seconds + secondsSince(sync.received);
  return (
    <EmptyState
      icon={page.target === null ? Rows3 : CircleCheck}
      title={t(page.target === null ? "view-empty" : "queue-empty", { queue: page.label })}
    >
      {t("queue-empty-proof", { records: sync?.records ?? 0, age: durationWords(age) })}
    </EmptyState>
  );
}

const BONES = [0, 1, 2, 3, 4, 5, 6, 7];

/** The list before it is read: rows of the same height, so that nothing jumps. */
function Bones() {
  return (
    <div className="bones" aria-busy>
      <span className="visually-hidden">{t("loading")}</span>
      {BONES.map((row) => (
        <div key={row} className="bone-row">
          <span className="bone" />
          <span className="bone" />
          <span className="bone" />
        </div>
      ))}
    </div>
  );
}
