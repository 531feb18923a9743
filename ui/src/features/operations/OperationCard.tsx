import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useBackend } from "../../app/backend";
import { CONTROL, placeOf, usePlace } from "../../app/place";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { ErrorBanner } from "../../components/states";
import { StatusWord } from "../../components/tones";
import { Instant, TimeOf, Value } from "../../components/values";
import { t } from "../../locales/catalogue";
import type { FactView, OperationView, Proposed } from "../../platform/backend";
import { valueWords } from "../controls/words";
import { isHeld, isSettled, STANDINGS, standingWords } from "./standing";
import { useGoesIn, useTakeBack } from "./undo";

type OperationCardProps = {
  operation: OperationView;
  /** When it was read, where it may be one that can be taken back. */
  received?: number;
  /** Names the record, where the card does not stand beside it. */
  onRecord?: () => void;
  /** Opens the same action again, to replace this one. */
  onAmend?: (() => void) | undefined;
};

/** One operation of ours: its word, where it stands, why it is held, and what may be done. */
export function OperationCard({ operation, received, onRecord, onAmend }: OperationCardProps) {
  const held = isHeld(operation);
  const { became } = operation;
  // What the sentence says already is not said again.
  const theirs = operation.theirs.filter(({ field }) => became === null || field !== "state");
  const left = useGoesIn(operation.goes_in_seconds, received ?? 0);
  return (
    <article className="operation" data-held={held || undefined}>
      <div className="operation-head">
        <StatusWord word={operation.word} />
        <strong>{operation.action}</strong>
        {onRecord && (
          <button type="button" className="link" onClick={onRecord}>
            <bdi>{operation.title}</bdi>
          </button>
        )}
        {operation.to && (
          <span>{t("operation-to", { value: toWords(operation.to, operation) })}</span>
        )}
        <span className="quiet operation-when">
          <Instant at={operation.made_at} />
        </span>
      </div>
      <div className="operation-body">
        <div>
          <p>
            {became === null
              ? t(standingWords(operation))
              : t("standing-held-overtaken", { state: became })}
            {left !== null && (
              <>
                {" "}
                <span className="quiet">{t("operation-goes-in", { seconds: left })}</span>
              </>
            )}
            {operation.reason && became === null && <Reason operation={operation} />}
          </p>
          {operation.waits_for && <WaitsFor on={operation.waits_for} />}
          {operation.agreement && <Agreement to={operation.agreement} />}
          {theirs.length > 0 && <Theirs facts={theirs} />}
          <Small operation={operation} />
        </div>
        {left === null ? (
          <OperationButtons operation={operation} onAmend={onAmend} />
        ) : (
          <TakeBack operation={operation} />
        )}
      </div>
    </article>
  );
}

/** What a control or a setting is to be: a switch is on or off. */
function toWords(to: Proposed, { kind }: OperationView): string {
  return kind === CONTROL ? valueWords(to) : to.text;
}

function Reason({ operation }: { operation: OperationView }) {
  const { reason } = operation;
  if (!reason) return null;
  return (
    <>
      {" "}
      <bdi>{reason.detail}</bdi> {reason.row && <code className="row-id">{reason.row}</code>}
    </>
  );
}

/** What it rests on is not done yet. */
function WaitsFor({ on }: { on: NonNullable<OperationView["waits_for"]> }) {
  const { action, title, word } = on;
  return <p className="quiet">{t("operation-waits-for", { action, title, word })}</p>;
}

/** Where it is agreed to, and where whoever asked takes it back. */
function Agreement({ to }: { to: NonNullable<OperationView["agreement"]> }) {
  const go = usePlace((store) => store.go);
  const { view, kind, id, role } = to;
  return (
    <p>
      <button type="button" className="link" onClick={() => go(placeOf({ kind, id }, view))}>
        <bdi>{t("operation-agreement", { role })}</bdi>
      </button>
    </p>
  );
}

function Theirs({ facts }: { facts: FactView[] }) {
  return (
    <div className="theirs">
      <h3>{t("operation-theirs")}</h3>
      <dl className="facts">
        {facts.map((fact) => (
          <div key={fact.field}>
            <dt>{fact.label}</dt>
            <dd>
              <Value value={fact.value} received={performance.now()} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** What may be missed: author, attempts, next try, the latest instant. */
function Small({ operation }: { operation: OperationView }) {
  const settled = isSettled(operation);
  return (
    <p className="operation-small">
      <span>{t("operation-author", { author: operation.author })}</span>
      {operation.attempts > 0 && (
        <span>{t("operation-attempts", { count: operation.attempts })}</span>
      )}
      {operation.next_try && !settled && (
        <span>
          {t("operation-next-try")} <TimeOf at={operation.next_try} />
        </span>
      )}
      {operation.not_after && !settled && (
        <span>
          {t("operation-not-after")} <Instant at={operation.not_after} />
        </span>
      )}
      {operation.behind > 0 && (
        <span data-tone="amber">{t("operation-behind", { count: operation.behind })}</span>
      )}
      {operation.foreign && <span data-tone="amber">{t("operation-foreign")}</span>}
    </p>
  );
}

/** While it can be taken back, that is what there is to do. */
function TakeBack({ operation }: { operation: OperationView }) {
  const taking = useTakeBack(operation.action);
  return (
    <div className="operation-buttons">
      <Button disabled={taking.isPending} onClick={() => taking.mutate([operation.id])}>
        {t("undo-do")}
      </Button>
    </div>
  );
}

type OperationButtonsProps = Pick<OperationCardProps, "operation" | "onAmend">;

function OperationButtons({ operation, onAmend }: OperationButtonsProps) {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const [asking, setAsking] = useState(false);
  const may = STANDINGS[operation.standing];
  const retrying = useMutation({
    mutationFn: () => backend.retryOperation(operation.id),
    onSuccess: () => say(t("operation-retried", { action: operation.action })),
  });
  const discarding = useMutation({
    mutationFn: () => backend.discardOperation(operation.id),
    onSuccess: () => {
      setAsking(false);
      say(t("operation-discarded", { action: operation.action }));
    },
  });
  const retry = operation.may_retry && !operation.foreign;
  if (!retry && !may.amend && !may.discard) return null;
  return (
    <>
      {retrying.error && <ErrorBanner error={retrying.error} />}
      <div className="operation-buttons">
        {retry && (
          <Button disabled={retrying.isPending} onClick={() => retrying.mutate()}>
            {t("operation-retry")}
          </Button>
        )}
        {may.amend && onAmend && <Button onClick={onAmend}>{t("operation-amend")}</Button>}
        {may.discard && <Button onClick={() => setAsking(true)}>{t("operation-discard")}</Button>}
      </div>
      {asking && (
        <Dialog
          title={t("discard-title", { action: operation.action })}
          onClose={() => setAsking(false)}
          footer={
            <>
              <Button onClick={() => setAsking(false)}>{t("discard-keep")}</Button>
              <Button
                look="filled"
                disabled={discarding.isPending}
                onClick={() => discarding.mutate()}
              >
                {t("discard-do")}
              </Button>
            </>
          }
        >
          {discarding.error && <ErrorBanner error={discarding.error} />}
          <p>{t("discard-text", { title: operation.title })}</p>
        </Dialog>
      )}
    </>
  );
}
