import { useMutation } from "@tanstack/react-query";
import { CloudDownload } from "lucide-react";
import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import { useBackend } from "../../app/backend";
import { useIntents } from "../../app/intents";
import { useKeys } from "../../app/keys";
import { usePlace } from "../../app/place";
import { type ReceivedWatch, useSync, useWatch } from "../../app/reads";
import { useSaid } from "../../app/said";
import { instantWords, parseWall, tenantNow, timeWords } from "../../app/time";
import { Read } from "../../components/Read";
import { Banner, EmptyState } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { AlertView } from "../../platform/backend";
import { Digest } from "./Digest";
import { Due } from "./Due";
import { Events } from "./Events";
import { Firing } from "./Firing";
import { Lapses } from "./Lapses";
import { NotShown } from "./NotShown";
import { Numbers } from "./Numbers";
import { type AlertRow, rowsOf } from "./rows";
import { isOpen } from "./standing";

type WatchScreenProps = {
  /** The alert that somebody came for. */
  alert: string | null;
  readOnly: boolean;
};

/** The first screen: what changed, what fires, the numbers, what is due. */
export function WatchScreen({ alert, readOnly }: WatchScreenProps) {
  return (
    <Read read={useWatch()} bones={<Bones />}>
      {(watch) =>
        watch.as_of === null ? (
          <Filling />
        ) : (
          <Watch watch={watch} alert={alert} readOnly={readOnly} />
        )
      }
    </Read>
  );
}

function Filling() {
  const sync = useSync().data;
  return (
    <EmptyState icon={CloudDownload} title={t("queue-filling")}>
      {t("watch-filling-text", { count: sync?.filling ?? 0 })}
    </EmptyState>
  );
}

type WatchProps = WatchScreenProps & { watch: ReceivedWatch };

function Watch({ watch, alert, readOnly }: WatchProps) {
  const root = useRef<HTMLDivElement>(null);
  const go = usePlace((store) => store.go);
  const acknowledging = useAcknowledge();
  const rows = rowsOf(watch.alerts);
  const may = (each: AlertView) => each.can_acknowledge && isOpen(each) && !readOnly;
  const next = rows.find(({ alerts }) => alerts.some(may)) ?? null;
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const fold = (row: string) =>
    setUnfolded(
      (was) => new Set(was.has(row) ? [...was].filter((id) => id !== row) : [...was, row]),
    );
  useArrival(root, alert, rows, unfolded, fold);

  const open = ({ subject, view }: AlertView) => {
    if (subject?.view) {
      const record = { kind: subject.kind, id: subject.id };
      go({ screen: "queue", view: subject.view, record });
    } else if (view) go({ screen: "queue", view, record: null });
  };
  useKeys({
    j: () => step(root, 1),
    k: () => step(root, -1),
    e: () => {
      const focused = document.activeElement?.closest<HTMLElement>("[data-alert], [data-group]");
      const wanted = (focused ? standingAt(focused, rows) : (next?.alerts ?? [])).filter(may);
      if (wanted.length > 0) acknowledging.mutate(wanted);
    },
  });

  return (
    <div className="watch" ref={root}>
      <Stale watch={watch} />
      <Digest watch={watch} />
      <div className="watch-main">
        <Firing
          watch={watch}
          rows={rows}
          may={may}
          next={next?.id ?? null}
          busy={acknowledging.isPending ? acknowledging.variables : []}
          unfolded={unfolded}
          error={acknowledging.error}
          onFold={fold}
          onOpen={open}
          onAcknowledge={(alerts) => acknowledging.mutate(alerts)}
        />
        {watch.numbers.length > 0 && <Numbers watch={watch} />}
        <NotShown what={watch.not_shown} />
      </div>
      <div className="watch-side">
        <Due watch={watch} />
        <Lapses watch={watch} />
        <Events events={watch.events} />
      </div>
    </div>
  );
}

/** What the reader must know before anything else here is believed. */
function Stale({ watch }: { watch: ReceivedWatch }) {
  const sync = useSync().data;
  const wall = watch.as_of ? parseWall(watch.as_of) : null;
  if (!watch.stale || !wall) return null;
  const since = sync?.since ? parseWall(sync.since) : null;
  const title =
    sync?.link === "cut_off" && since
      ? t("watch-cut-off", { since: instantWords(since, tenantNow()) })
      : t("watch-stale", { time: timeWords(wall) });
  return (
    <div className="watch-stale">
      <Banner tone="amber" loud title={title}>
        {t("watch-stale-text", { time: timeWords(wall) })}
      </Banner>
    </div>
  );
}

/**
 * Acknowledging is an operation like any other: queued here, done when the platform says so. Of
 * several alerts each has its own, and one that is refused does not keep the others.
 */
function useAcknowledge() {
  const backend = useBackend();
  const idOf = useIntents();
  const say = useSaid((store) => store.say);
  const acknowledge = async (alert: AlertView) =>
    backend.act({
      operation: await idOf(`${alert.id}/${alert.revision}`),
      kind: "alert",
      id: alert.id,
      action: "acknowledge",
      params: {},
      typed: null,
      seen_revision: alert.revision,
      amends: null,
    });
  return useMutation({
    mutationFn: async (alerts: AlertView[]) => {
      const ends = await Promise.allSettled(alerts.map(acknowledge));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed) throw failed.reason;
    },
    onSuccess: (_, alerts) => {
      const label = alerts[0]?.label ?? "";
      const count = alerts.length;
      say(t("firing-acknowledged-said", { label, count }), "violet");
    },
  });
}

/** The alerts of the row that has the focus: of a group all of them. */
function standingAt({ dataset }: HTMLElement, rows: AlertRow[]): AlertView[] {
  if (dataset.group !== undefined) return rows.find(({ id }) => id === dataset.group)?.alerts ?? [];
  return rows.flatMap(({ alerts }) => alerts).filter(({ id }) => id === dataset.alert);
}

/** Moves the focus from one thing to do to the next. */
function step(root: RefObject<HTMLElement | null>, by: 1 | -1): void {
  const stops = [...(root.current?.querySelectorAll<HTMLElement>("[data-stop]") ?? [])];
  const here = document.activeElement;
  const row = here?.closest("li");
  const at = stops.findIndex(
    (stop) => stop === here || (row !== null && stop.closest("li") === row),
  );
  const next = at < 0 ? (by > 0 ? 0 : stops.length - 1) : at + by;
  stops[Math.max(0, Math.min(stops.length - 1, next))]?.focus();
}

/** Stands at the alert that somebody came for; where it is folded away, unfolds its row first. */
function useArrival(
  root: RefObject<HTMLElement | null>,
  alert: string | null,
  rows: AlertRow[],
  unfolded: ReadonlySet<string>,
  fold: (row: string) => void,
): void {
  const arrived = usePlace((store) => store.arrived);
  const within = rows.find(({ alerts }) => alerts.some(({ id }) => id === alert));
  const folded = within && within.alerts.length > 1 && !unfolded.has(within.id) ? within.id : null;
  const unfold = useEffectEvent(fold);
  useEffect(() => {
    if (alert === null) return;
    if (folded !== null) {
      unfold(folded);
      return;
    }
    const row = [...(root.current?.querySelectorAll<HTMLElement>("[data-alert]") ?? [])].find(
      (each) => each.dataset.alert === alert,
    );
    if (row) {
      row.scrollIntoView({ block: "nearest" });
      (row.querySelector<HTMLElement>("[data-stop]") ?? row).focus({
        focusVisible: true,
      } as FocusOptions);
    }
    arrived();
  }, [alert, folded, arrived, root]);
}

const TILES = [0, 1, 2, 3, 4, 5];

/** Before it is read: the shape of what will come. */
function Bones() {
  return (
    <div className="watch" aria-busy>
      <span className="visually-hidden">{t("loading")}</span>
      <div className="card digest watch-bones">
        {TILES.slice(0, 5).map((each) => (
          <div key={each} className="digest-part">
            <span className="bone" />
          </div>
        ))}
      </div>
      <div className="watch-main">
        <div className="card watch-bones">
          {TILES.map((each) => (
            <span key={each} className="bone" />
          ))}
        </div>
      </div>
      <div className="watch-side">
        <div className="card watch-bones">
          {TILES.slice(0, 3).map((each) => (
            <span key={each} className="bone" />
          ))}
        </div>
      </div>
    </div>
  );
}
