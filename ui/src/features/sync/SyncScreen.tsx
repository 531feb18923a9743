import { useMutation } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useBackend } from "../../app/backend";
import { ALERT, placeOf, SAVED_VIEW, usePlace } from "../../app/place";
import { useNavigation, useSync } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Card } from "../../components/Card";
import { Read } from "../../components/Read";
import { t } from "../../locales/catalogue";
import type { OperationView, SyncView } from "../../platform/backend";
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
  const nothing = sync.held.length + sync.waiting.length + sync.under_way.length === 0;
  return (
    <>
      {nothing && (
        <div className="card sync-clear">
          <CircleCheck size={18} aria-hidden />
          <div>
            <strong>{t("sync-clear")}</strong>
            <span className="quiet">{t("sync-clear-proof", { count: sync.settled.length })}</span>
          </div>
        </div>
      )}
      {sync.batches.length > 0 && <Batches batches={sync.batches} />}
      <Group
        title={t("sync-held-title")}
        note={t("sync-held-note")}
        operations={sync.held}
        received={sync.received}
      />
      <Group
        title={t("sync-waiting-title")}
        note={t(sync.link === "in_step" ? "sync-waiting-note" : "sync-waiting-note-cut")}
        operations={sync.waiting}
        received={sync.received}
      />
      <Group
        title={t("sync-under-way-title")}
        note={t("sync-under-way-note")}
        operations={sync.under_way}
        received={sync.received}
      />
      <Group
        title={t("sync-settled-title")}
        note={t("sync-settled-note")}
        operations={sync.settled}
        received={sync.received}
      />
    </>
  );
}

type GroupProps = {
  title: string;
  note: string;
  operations: OperationView[];
  received: number;
};

function Group({ title, note, operations, received }: GroupProps) {
  const open = useOpenRecord();
  if (operations.length === 0) return null;
  return (
    <Card title={t("sync-group", { title, count: operations.length })} aside={note}>
      {operations.map((operation) => (
        <OperationCard
          key={operation.id}
          operation={operation}
          received={received}
          onRecord={() => open(operation)}
          onAmend={() => open(operation, operation.id)}
        />
      ))}
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
