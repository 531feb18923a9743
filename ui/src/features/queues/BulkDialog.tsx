import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useCallback, useEffect, useId, useRef, useState } from "react";
import { useBackend } from "../../app/backend";
import { ERRORS } from "../../app/errors";
import { useOperationId } from "../../app/intents";
import { useSync } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { ErrorBanner, WaitsForLine } from "../../components/states";
import { t } from "../../locales/catalogue";
import {
  type ActManyAnswer,
  asBackendError,
  type Chip,
  type SampleView,
  type SelectionView,
} from "../../platform/backend";
import { BulkFailed } from "./BulkFailed";
import { BulkRadius } from "./BulkRadius";
import { sayEnded } from "./CutBatches";
import { ParamFields } from "./ParamFields";
import { type Put, paramJson, paramsJson } from "./params";
import { SampleWalk } from "./SampleWalk";

/** What an action on many was asked for. */
export type BulkAsked = {
  action: string;
  label: string;
  /** All of this section; else the records of `ids`. */
  section: string | null;
  ids: string[];
};

/** How far the records of a selection have been looked at. */
type Judged = { of: SelectionView; sample: SampleView };

type BulkDialogProps = {
  view: string;
  search: string;
  chips: Chip[];
  asked: BulkAsked;
  /** It is queued, wholly or in part. */
  onQueued: () => void;
  onPick: (ids: string[]) => void;
  onClose: () => void;
};

/**
 * Says what an action on many would do before anything is done: how many take part, which do not
 * and why. The batch's id is made when the dialog opens, so that a second click is the same
 * operations; what was looked at is what is confirmed.
 */
export function BulkDialog(props: BulkDialogProps) {
  const { view, search, chips, asked, onQueued, onPick, onClose } = props;
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const sync = useSync().data;
  const cut = sync?.link === "cut_off";
  const dialog = useId();
  const [put, setPut] = useState<Put>({});
  const [typed, setTyped] = useState("");
  const [answer, setAnswer] = useState<ActManyAnswer | null>(null);
  const onPut = useCallback(
    (name: string, value: string) => setPut((was) => ({ ...was, [name]: value })),
    [],
  );
  const batch = useOperationId(dialog);
  // It may be closed while they are queued, which goes on behind it.
  const open = useRef(false);
  useEffect(() => {
    open.current = true;
    return () => {
      open.current = false;
    };
  }, []);
  const [known, setKnown] = useState<Put>({});
  const looked = useQuery({
    queryKey: ["selection", dialog, known],
    queryFn: () =>
      backend.selectRecords({
        view,
        section: asked.section,
        search,
        chips,
        ids: asked.ids,
        action: asked.action,
        params: known,
      }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const selection = looked.data;
  // A parameter may decide who takes part, so it is looked at again once it has a value.
  const filled = filledIn(selection?.params ?? [], put);
  if (selection && JSON.stringify(filled) !== JSON.stringify(known)) setKnown(filled);

  // What was said of the records of this selection; of another one it says nothing.
  const [judged, setJudged] = useState<Judged | null>(null);
  const sample = judged && judged.of === selection ? judged.sample : (selection?.sample ?? null);
  const lookedAt = sample === null || sample.left === 0;
  const anew = () => {
    setJudged(null);
    void looked.refetch();
  };

  const params = selection ? paramsJson(selection.params, put) : null;
  const confirmed = selection?.confirm !== "typed" || typed.trim() === selection.typed;
  const acting = useMutation({
    mutationFn: async () => {
      if (!batch.data || !params || !selection) return null;
      return backend.actMany({
        batch: batch.data,
        kind: selection.kind,
        action: selection.action,
        params,
        typed: selection.confirm === "typed" ? typed.trim() : null,
        records: selection.allowed,
      });
    },
    onSuccess: (made) => {
      if (!made) return;
      if (made.queued > 0) onQueued();
      if (made.failed.length > 0 && open.current) return setAnswer(made);
      // Whoever went on with other work is told in a line; Log has each that was refused.
      if (made.failed.length > 0) {
        const { queued, failed } = made;
        return say(
          t("bulk-in-part", { action: asked.label, queued, count: failed.length }),
          "amber",
        );
      }
      sayEnded(say, asked.label, made);
      if (open.current) onClose();
    },
    onError: (error) => {
      const { code } = asBackendError(error);
      if (code === "not_sampled") anew();
      if (!open.current) say(t(ERRORS[code].title), "amber");
    },
  });
  const stopping = useMutation({ mutationFn: (id: string) => backend.leaveBatch(id) });
  const many = selection?.allowed.length ?? 0;
  const ready =
    many > 0 &&
    params !== null &&
    confirmed &&
    lookedAt &&
    batch.data !== undefined &&
    !looked.isPlaceholderData &&
    !acting.isPending;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (ready) acting.mutate();
  };
  const running = sync?.unfinished.find(({ id }) => id === batch.data);
  const part = sync?.batches.find(({ id }) => batch.data?.startsWith(id))?.count ?? 0;
  const queueing = running ? running.count - running.left : part;
  const title = t("bulk-title", { action: asked.label, count: many });

  if (answer) {
    return <BulkFailed title={title} answer={answer} onPick={onPick} onClose={onClose} />;
  }
  const error = acting.error ?? stopping.error ?? batch.error ?? looked.error;
  return (
    <Dialog
      title={selection ? title : asked.label}
      width="wide"
      onClose={onClose}
      footer={
        <>
          {acting.isPending && (
            <span className="quiet dialog-wanting" role="status">
              {t("bulk-queueing", { done: queueing, count: many })}
            </span>
          )}
          {acting.isPending && running && (
            <Button
              disabled={stopping.isPending}
              onClick={() => batch.data && stopping.mutate(batch.data)}
            >
              {t("bulk-stop")}
            </Button>
          )}
          <Button onClick={onClose}>{t(acting.isPending ? "bulk-meanwhile" : "cancel")}</Button>
          {many > 0 && (
            <Button look="filled" type="submit" form={dialog} disabled={!ready}>
              {t("at-once", { action: asked.label, count: many })}
            </Button>
          )}
        </>
      }
    >
      <form id={dialog} noValidate onSubmit={send} aria-busy={acting.isPending || undefined}>
        {error && <ErrorBanner error={error} />}
        {!selection && !error && <p className="quiet">{t("bulk-reading")}</p>}
        {selection && <BulkRadius selection={selection} />}
        {selection && sample && many > 0 && (
          <SampleWalk
            selection={selection}
            sample={sample}
            onRight={(next) => setJudged({ of: selection, sample: next })}
            onAnew={anew}
          />
        )}
        {selection && many > 0 && lookedAt && (
          <>
            <ParamFields params={selection.params} put={put} onPut={onPut} focusElsewhere={false} />
            {selection.confirm === "typed" && selection.typed !== null && (
              <Field
                label={t("act-type", { typed: selection.typed })}
                hint={t("bulk-type-hint")}
                autoFocus={selection.params.length === 0}
                inputMode="numeric"
                required
                value={typed}
                onValue={setTyped}
              />
            )}
            {cut && <WaitsForLine />}
          </>
        )}
      </form>
    </Dialog>
  );
}

function filledIn(params: Parameters<typeof paramsJson>[0], put: Put): Put {
  const filled: Put = {};
  for (const param of params) {
    // Free words decide nothing, and would be asked about letter by letter.
    if (param.kind === "text" || param.kind === "string") continue;
    const json = paramJson(param, put[param.name] ?? "");
    if (json !== null) filled[param.name] = json;
  }
  return filled;
}
