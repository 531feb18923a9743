import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useCallback, useDeferredValue, useId, useState } from "react";
import { useBackend } from "../../app/backend";
import { useOperationId } from "../../app/intents";
import { READS, useSync } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { ErrorBanner, WaitsForLine } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { ActionView, OperationView, RecordView } from "../../platform/backend";
import { Asks, PolicyRows, Refused, refusal, Will } from "./ActionBlock";
import { Mail } from "./MailDialog";
import { ParamFields } from "./ParamFields";
import {
  type Put,
  paramsJson,
  putOfSaid,
  refusedParams,
  saidOf,
  typedWords,
  wantingOf,
} from "./params";

type ActDialogProps = {
  record: RecordView;
  action: ActionView;
  /** A held operation that the new one replaces; what was said with it stands in the form. */
  amends: OperationView | null;
  /** It is queued. */
  onActed: () => void;
  onClose: () => void;
};

/** The action as it is meant with what was said so far: what decides and what it will do may go by that. */
function useConsidered(
  record: RecordView,
  action: ActionView,
  said: Put,
  amends: string | null,
): ActionView & { settled: boolean } {
  const backend = useBackend();
  const { kind, id } = record;
  const asked = { kind, id, action: action.action, params: said, amends };
  const considered = useQuery({
    queryKey: [READS.record, "considered", asked],
    queryFn: () => backend.consider(asked),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const settled = considered.data !== undefined && !considered.isPlaceholderData;
  return { ...(considered.data ?? action), settled };
}

/**
 * Asks what an action needs and queues it. What is said decides: the policy, who has to agree, what
 * will be done and the mail follow what is put in. The operation's id is made when the dialog opens, so
 * that however often the button is pressed, it is one operation.
 */
export function ActDialog({ record, action, amends: held, onActed, onClose }: ActDialogProps) {
  const amends = held?.id ?? null;
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const cut = useSync().data?.link === "cut_off";
  const dialog = useId();
  const [put, setPut] = useState<Put>(() => putOfSaid(action.params, held?.said ?? {}));
  const [typed, setTyped] = useState("");
  const onPut = useCallback(
    (name: string, value: string) => setPut((was) => ({ ...was, [name]: value })),
    [],
  );
  // What was shown when the question was asked stays what is confirmed.
  const [seenRevision] = useState(record.revision);
  const operation = useOperationId(dialog);
  const params = paramsJson(action.params, put);
  const wanted = typedWords(action, params);
  const confirmed = action.confirm !== "typed" || typed.trim() === wanted;
  // What is still to be put in cannot be typed again yet.
  const unsaid = action.typed_param !== null && params === null;

  const said = useDeferredValue(JSON.stringify(saidOf(action.params, put)));
  const meant = useConsidered(record, action, JSON.parse(said), amends);

  const acting = useMutation({
    mutationFn: async () => {
      if (!operation.data || !params) return null;
      return backend.act({
        operation: operation.data,
        kind: record.kind,
        id: record.id,
        action: action.action,
        params,
        typed: action.confirm === "typed" ? typed.trim() : null,
        seen_revision: seenRevision,
        amends,
      });
    },
    onSuccess: (made) => {
      if (!made) return;
      say(t("act-queued", { action: action.label, title: record.title }), "violet");
      onActed();
      onClose();
    },
  });
  const wanting = wantingOf(action.params, put).map(({ label }) => label);
  const refused = meant.settled && refusal(meant) !== null;
  const onFields = refusedParams(meant, JSON.parse(said));
  const ready =
    params !== null && confirmed && !refused && operation.data !== undefined && !acting.isPending;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (ready) acting.mutate();
  };

  return (
    <Dialog
      title={t("act-title", { action: action.label, title: record.title })}
      width={action.params.length > 0 || meant.mails.length > 0 ? "wide" : "narrow"}
      onClose={onClose}
      footer={
        <>
          {wanting.length > 0 && (
            <span className="quiet dialog-wanting">
              {t("act-wanting", { what: wanting.join(", ") })}
            </span>
          )}
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="filled" type="submit" form={dialog} disabled={!ready}>
            {action.label}
          </Button>
        </>
      }
    >
      <form id={dialog} noValidate onSubmit={send}>
        {(acting.error ?? operation.error) && (
          <ErrorBanner error={acting.error ?? operation.error} />
        )}
        {amends && <p className="quiet">{t("act-amends")}</p>}
        <Will action={meant} />
        <Asks action={meant} />
        {refused && <Refused action={meant} />}
        <ParamFields
          params={action.params}
          put={put}
          onPut={onPut}
          refused={onFields}
          focusElsewhere={action.confirm === "typed" && action.typed_param === null}
        />
        {action.confirm === "typed" && wanted !== null && !unsaid && (
          <Field
            label={t("act-type", { typed: wanted })}
            hint={t("act-type-hint")}
            autoFocus={action.typed_param === null}
            required
            value={typed}
            onValue={setTyped}
          />
        )}
        {cut && <WaitsForLine />}
        <PolicyRows action={meant} />
        {meant.mails.map((mail) => (
          <Mail key={`${mail.row} ${mail.to}`} mail={mail} />
        ))}
      </form>
    </Dialog>
  );
}
