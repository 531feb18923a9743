import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useCallback, useId, useState } from "react";
import { useBackend } from "../../app/backend";
import { useSync } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { Banner, ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { ActionView, RecordView } from "../../platform/backend";
import { Asks, Will } from "./ActionBlock";
import { Mail } from "./MailDialog";
import { ParamFields } from "./ParamFields";
import { type Put, paramsJson, typedWords } from "./params";

type ActDialogProps = {
  record: RecordView;
  action: ActionView;
  /** A held operation that the new one replaces. */
  amends: string | null;
  /** It is queued. */
  onActed: () => void;
  onClose: () => void;
};

/**
 * Asks what an action needs and queues it. The operation's id is made when the dialog opens, so
 * that however often the button is pressed, it is one operation.
 */
export function ActDialog({ record, action, amends, onActed, onClose }: ActDialogProps) {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const cut = useSync().data?.link === "cut_off";
  const dialog = useId();
  const [put, setPut] = useState<Put>({});
  const [typed, setTyped] = useState("");
  const onPut = useCallback(
    (name: string, value: string) => setPut((was) => ({ ...was, [name]: value })),
    [],
  );
  // What was shown when the question was asked stays what is confirmed.
  const [seenRevision] = useState(record.revision);
  const operation = useQuery({
    queryKey: ["operation-id", dialog],
    queryFn: () => backend.newOperationId(),
    gcTime: 0,
  });
  const params = paramsJson(action.params, put);
  const wanted = typedWords(action, params);
  const confirmed = action.confirm !== "typed" || typed.trim() === wanted;
  // What is still to be put in cannot be typed again yet.
  const unsaid = action.typed_param !== null && params === null;

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
  const ready = params !== null && confirmed && operation.data !== undefined && !acting.isPending;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (ready) acting.mutate();
  };

  return (
    <Dialog
      title={t("act-title", { action: action.label, title: record.title })}
      width={action.mails.length > 0 && action.params.length > 0 ? "wide" : "narrow"}
      onClose={onClose}
      footer={
        <>
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
        <Will action={action} />
        <Asks action={action} />
        <ParamFields
          params={action.params}
          put={put}
          onPut={onPut}
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
        {cut && (
          <Banner tone="violet" title={t("act-offline")}>
            {t("act-offline-text")}
          </Banner>
        )}
        {action.params.length > 0 &&
          action.mails.map((mail) => <Mail key={mail.row} mail={mail} />)}
      </form>
    </Dialog>
  );
}
