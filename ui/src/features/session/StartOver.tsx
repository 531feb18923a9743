import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useBackend } from "../../app/backend";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { ProfileView } from "../../platform/backend";

type StartOverProps = { profile: ProfileView; onClose: () => void };

/** Passphrase and recovery code are lost: the data is moved aside and kept, and it begins anew. */
export function StartOver({ profile, onClose }: StartOverProps) {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const [typed, setTyped] = useState("");
  const starting = useMutation({
    mutationFn: () => backend.startOver(profile.id),
    onSuccess: () => {
      say(t("start-over-done"));
      onClose();
    },
  });
  const ready = typed.trim() === profile.tenant.trim() && !starting.isPending;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (ready) starting.mutate();
  };
  return (
    <Dialog
      title={t("start-over-title", { tenant: profile.tenant })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="filled" type="submit" form="start-over" disabled={!ready}>
            {t("start-over-do")}
          </Button>
        </>
      }
    >
      <form id="start-over" noValidate onSubmit={send}>
        <p>{t("start-over-text")}</p>
        <ul className="points">
          <li>{t("start-over-kept")}</li>
          <li>{t("start-over-unsent")}</li>
          <li>{t("start-over-then")}</li>
        </ul>
        {starting.error && <ErrorBanner error={starting.error} />}
        <Field
          label={t("start-over-type", { tenant: profile.tenant })}
          required
          value={typed}
          onValue={setTyped}
        />
      </form>
    </Dialog>
  );
}
