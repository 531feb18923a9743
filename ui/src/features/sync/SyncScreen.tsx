import { useMutation } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useBackend } from "../../app/backend";
import { ALERT, placeOf, SAVED_VIEW, usePlace } from "../../app/place";
import { useMoreOperations, useNavigation, useSync } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { Read } from "../../components/Read";
import { ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { OpenPart, OperationView, SyncView } from "../../platform/backend";
import { OperationCard } from "../operations/OperationCard";
import { placeOfSaved } from "../queues/saved";
import { Batches } from "./Batches";
import { LinkState } from "./LinkState";
import { SyncFacts } from "./SyncFacts";

export type ReceivedSync = SyncView & { received: number };

/** What waits, what is held and why, what is under way; the connection and its proofs. */
export function SyncScreen() {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const sync = useSync();
  const pulling = useMutation({
    mutationFn: () => backend.pullNow(),
    onSuccess: () => say(t("sync-asked")),
  });
  return (
    <Read read={sync} bones={<Bones />}>
      {(view) => (
        <div className="sync">
          <div className="sync-main">
            <LinkState sync={view} busy={pulling.isPending} onPull={() => pulling.mutate()} />
            <Operations sync={view} />
          </div>
          <SyncFacts sync={view} />
        </div>
      )}
    </Read>
  );
}

function Bones() {
  return (
    <div className="sync" aria-busy>
      <span className="visually-hidden">{t("loading")}</span>
      <div className="card sync-bones">
        <span className="bone" />
        <span className="bone" />
      </div>
    </div>
  );
}

function Operations({ sync }: { sync: ReceivedSync }) {
  const { waiting, sent, unknown, held } = sync.open;
  return (
    <>
      {waiting + sent + unknown + held === 0 && (
        <div className="card sync-clear">
          <CircleCheck size={18} aria-hidden />
          <div>
            <strong>{t("sync-clear")}</strong>
            <span className="quiet">{t("sync-clear-proof", { count: sync.settled.length })}</span>
          </div>
        </div>
      )}
      {sync.batches.length > 0 && <Batches batches={sync.batches} unfinished={sync.unfinished} />}
      <Part
        part="held"
        title={t("sync-held-title")}
        note={t("sync-held-note")}
        first={sync.held}
        count={held}
        received={sync.received}
      />
      <Part
        part="waiting"
        title={t("sync-waiting-title")}
        note={t(sync.link === "in_step" ? "sync-waiting-note" : "sync-waiting-note-cut")}
        first={sync.waiting}
        count={waiting}
        received={sync.received}
      />
      <Part
        part="under_way"
        title={t("sync-under-way-title")}
        note={t("sync-under-way-note")}
        first={sync.under_way}
        count={sent + unknown}
        received={sync.received}
      />
      <Group
        title={t("sync-settled-title")}
        note={t("sync-settled-note")}
        count={sync.settled.length}
        operations={sync.settled}
        received={sync.received}
      />
    </>
  );
}

type PartProps = Omit<GroupProps, "operations" | "more"> & {
  part: OpenPart;
  /** Those that came with the status itself. */
  first: OperationView[];
};

/** One part of what is not settled: the first cards, and the rest as it is asked for. */
function Part({ part, first, ...group }: PartProps) {
  const [wanted, setWanted] = useState(0);
  const pages = useMoreOperations(part, first.length, wanted);
  const shown = new Map<string, OperationView>();
  // Between two reads one may have moved from one page to the next.
  for (const each of [first, ...pages.map(({ data }) => data ?? [])].flat()) {
    if (!shown.has(each.id)) shown.set(each.id, each);
  }
  const left = Math.max(0, group.count - shown.size);
  const failed = pages.find(({ error }) => error !== null);
  const waits = pages.some(({ isFetching }) => isFetching);
  const more = (left > 0 || failed) && (
    <div className="card-body sync-more">
      {failed && <ErrorBanner error={failed.error} />}
      <Button disabled={waits} onClick={() => setWanted((pages) => pages + 1)}>
        {t("sync-more", { count: left })}
      </Button>
    </div>
  );
  return <Group {...group} operations={[...shown.values()]} more={more} />;
}

type GroupProps = {
  title: string;
  note: string;
  /** All there are, shown or not. */
  count: number;
  operations: OperationView[];
  received: number;
  more?: ReactNode;
};

function Group({ title, note, count, operations, received, more }: GroupProps) {
  const open = useOpenRecord();
  if (operations.length === 0) return null;
  return (
    <Card title={t("sync-group", { title, count })} aside={note}>
      {operations.map((operation) => (
        <OperationCard
          key={operation.id}
          operation={operation}
          received={received}
          onRecord={() => open(operation)}
          onAmend={() => open(operation, operation.id)}
        />
      ))}
      {more}
    </Card>
  );
}

/**
 * Opens the record of an operation: in the view of its kind, else in the queue that was open last; a
 * setting on Tenant, a switch on Controls, an alert on Watch, a saved view as the view that it is of.
 */
function useOpenRecord() {
  const { past, go } = usePlace();
  const navigation = useNavigation().data;
  const queues = navigation?.queues ?? [];
  return ({ kind, record, view: own }: OperationView, amends?: string) => {
    if (kind === ALERT) return go({ screen: "watch", alert: record });
    if (kind === SAVED_VIEW) {
      const saved = navigation?.saved.find(({ id }) => id === record);
      const to = saved && placeOfSaved(saved);
      return to ? go(to) : undefined;
    }
    const last = past.findLast((place) => place.screen === "queue");
    const view = own ?? (last?.screen === "queue" ? last.view : queues[0]?.view) ?? "";
    const place = placeOf({ kind, id: record }, view);
    if (place.screen !== "queue") return go(place);
    if (view !== "") go({ ...place, ...(amends ? { amends } : {}) });
  };
}
