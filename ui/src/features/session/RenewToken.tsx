import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useBackend } from "../../app/backend";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";

/** A new token for the open profile; what waits goes out under it. */
export function RenewToken({ onClose }: { onClose: () => void }) {
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const [token, setToken] = useState("");
  const renewing = useMutation({
    mutationFn: () => backend.renewToken(token.trim()),
    onSuccess: () => {
      say(t("renew-done"), "green");
      onClose();
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== "" && !renewing.isPending) renewing.mutate();
  };
  return (
    <Dialog
      title={t("renew-title")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            look="filled"
            type="submit"
            form="renew-token"
            disabled={token.trim() === "" || renewing.isPending}
          >
            {t("renew-send")}
          </Button>
        </>
      }
    >
      <form id="renew-token" noValidate onSubmit={send}>
        <p>{t("renew-text")}</p>
        {renewing.error && <ErrorBanner error={renewing.error} />}
        <Field
          label={t("platform-token")}
          type="password"
          autoFocus
          required
          value={token}
          onValue={setToken}
        />
      </form>
    </Dialog>
  );
}
