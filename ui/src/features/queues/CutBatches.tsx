import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useBackend } from "../../app/backend";
import { ERRORS } from "../../app/errors";
import { useKeys } from "../../app/keys";
import { useOffers } from "../../app/offers";
import { useSync } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Banner } from "../../components/states";
import { t } from "../../locales/catalogue";
import { type ActManyAnswer, asBackendError, type UnfinishedView } from "../../platform/backend";
import { BulkFailed } from "./BulkFailed";

/** What became of a batch that was gone on with. */
type Ended = { title: string; answer: ActManyAnswer };

/** Actions on many that were cut off, the newest first: one key goes on with it, or it is left. */
export function CutBatches({ readOnly }: { readOnly: boolean }) {
  const unfinished = useSync().data?.unfinished ?? [];
  const [cut] = unfinished.filter(({ runs }) => !runs);
  const [ended, setEnded] = useState<Ended | null>(null);
  return (
    <>
      {cut && (
        <div className="notices">
          <Cut key={cut.id} batch={cut} readOnly={readOnly} onEnded={setEnded} />
        </div>
      )}
      {ended && (
        <BulkFailed title={ended.title} answer={ended.answer} onClose={() => setEnded(null)} />
      )}
    </>
  );
}

type CutProps = { batch: UnfinishedView; readOnly: boolean; onEnded: (ended: Ended) => void };

function Cut({ batch, readOnly, onEnded }: CutProps) {
  const { id, action, count, queued, failed, left } = batch;
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const onError = (error: unknown) => say(t(ERRORS[asBackendError(error).code].title), "amber");
  const going = useMutation({
    mutationFn: () => backend.resumeBatch(id),
    onSuccess: (answer) => {
      if (answer.failed.length > 0) {
        return onEnded({ title: t("bulk-title", { action, count }), answer });
      }
      sayEnded(say, action, answer);
    },
    onError,
  });
  const leaving = useMutation({
    mutationFn: () => backend.leaveBatch(id),
    onSuccess: () => say(t("bulk-left", { action, count: left })),
    onError,
  });
  const busy = going.isPending || leaving.isPending || readOnly;
  const goOn = () => {
    if (!busy) going.mutate();
  };
  useKeys({ "$mod+g": goOn }, false);
  const words = t("cut-go-on", { count: left });
  useOffers([{ id: "go-on", label: `${action}: ${words}`, hint: t("cut-key"), run: goOn }]);
  return (
    <Banner
      loud
      tone="amber"
      title={t("cut-title", { action, count, queued })}
      action={
        <span className="cut-actions">
          <Button look="filled" hotkey={t("cut-key")} disabled={busy} onClick={goOn}>
            {words}
          </Button>
          <Button disabled={busy} onClick={() => leaving.mutate()}>
            {t("cut-leave")}
          </Button>
        </span>
      }
    >
      {t("cut-text", { left })} {failed > 0 && t("cut-failed", { count: failed })}
    </Banner>
  );
}

/** Says how many of a batch are queued, and how many were left because it was stopped. */
export function sayEnded(
  say: (words: string, tone?: "amber" | "violet") => void,
  action: string,
  { queued, left }: ActManyAnswer,
): void {
  if (left > 0) say(t("bulk-stopped", { action, queued, left }), "amber");
  else say(t("bulk-queued", { action, count: queued }), "violet");
}
