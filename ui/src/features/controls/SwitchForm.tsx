import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useBackend } from "../../app/backend";
import { useOperationId } from "../../app/intents";
import { CONTROL } from "../../app/place";
import { useSync } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Choice, Field, TextArea } from "../../components/Field";
import { Banner, ErrorBanner } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { ControlView } from "../../platform/backend";
import { nameOf, valueWords } from "./words";

type SwitchFormProps = {
  control: ControlView;
  /** A held operation that the new one replaces. */
  amends: string | null;
  /** It is queued. */
  onActed: () => void;
};

/** Switches a control with a reason: an operation like any other, in effect once it was read back. */
export function SwitchForm({ control, amends, onActed }: SwitchFormProps) {
  const { id, choices, value, usual, revision, banner_text, own } = control;
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const cut = useSync().data?.link === "cut_off";
  const form = useId();
  // What somebody saw when they began is what they switch.
  const [seen, setSeen] = useState(revision);
  const others = choices.filter((choice) => choice.value.json !== value.json);
  const free = choices.length === 0;
  // What is amended was said once.
  const was = amends === null ? null : own;
  const only = others.length === 1 ? (others[0]?.value.json ?? "") : "";
  const asked = was && (free ? was.value.text : was.value.json);
  const [put, setPut] = useState(asked ?? only);
  const [reason, setReason] = useState(was?.reason ?? "");
  const [banner, setBanner] = useState(was?.banner ?? banner_text ?? "");
  const operation = useOperationId(form).data;

  const json = free && put.trim() !== "" ? JSON.stringify(put.trim()) : free ? "" : put;
  const chosen = choices.find((choice) => choice.value.json === json)?.value;
  const words = chosen ? valueWords(chosen) : put.trim();
  const holds = choices.find((choice) => choice.value.json === json)?.holds ?? 0;
  const shows = banner_text !== null && json !== "" && json !== usual.json;
  const same = json === value.json && (!shows || banner.trim() === (control.banner ?? ""));
  const moved = seen !== revision;

  const acting = useMutation({
    mutationFn: async () => {
      if (operation === undefined || seen === null) return null;
      // The value is a text that holds JSON, and as a parameter it is JSON once more.
      const params: Record<string, string> = {
        value: JSON.stringify(json),
        reason: JSON.stringify(reason.trim()),
      };
      if (shows && banner.trim() !== "") params.banner = JSON.stringify(banner.trim());
      return backend.act({
        operation,
        kind: CONTROL,
        id,
        action: "switch",
        params,
        typed: null,
        seen_revision: seen,
        amends,
      });
    },
    onSuccess: (made) => {
      if (!made) return;
      say(t("control-queued", { name: nameOf(control) }), "amber");
      onActed();
    },
  });
  const ready =
    json !== "" &&
    !same &&
    !moved &&
    reason.trim() !== "" &&
    operation !== undefined &&
    !acting.isPending;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (ready) acting.mutate();
  };

  return (
    <form id={form} className="setting-form" noValidate onSubmit={send}>
      {acting.error && <ErrorBanner error={acting.error} />}
      {amends && <p className="quiet">{t("act-amends")}</p>}
      {moved && (
        <Banner
          loud
          tone="amber"
          title={t("control-moved")}
          action={<Button onClick={() => setSeen(revision)}>{t("tenant-moved-go-on")}</Button>}
        >
          {t("control-moved-text")}
        </Banner>
      )}
      {free ? (
        <Field label={t("control-to")} required value={put} onValue={setPut} />
      ) : (
        <Choice
          label={t("control-to")}
          value={put}
          options={choices.map((choice) => ({
            value: choice.value.json,
            label: valueWords(choice.value),
          }))}
          onValue={setPut}
        />
      )}
      {holds > 0 && (
        <Banner loud tone="amber" title={t("control-would-hold", { count: holds })}>
          {t("control-would-hold-text")}
        </Banner>
      )}
      <TextArea label={t("tenant-reason")} required value={reason} onValue={setReason} />
      {shows && <TextArea label={t("control-banner")} value={banner} onValue={setBanner} />}
      {cut && (
        <Banner tone="violet" title={t("control-offline")}>
          {t("control-offline-text")}
        </Banner>
      )}
      <div className="setting-buttons">
        <Button look="filled" type="submit" disabled={!ready}>
          {json === "" ? t("control-switch") : t("control-switch-to", { value: words })}
        </Button>
        <span className="quiet">
          {same && json !== "" && t("control-same")}{" "}
          {!same && json !== "" && reason.trim() === "" && t("tenant-needs-reason")}{" "}
          {t("control-form-hint")}
        </span>
      </div>
    </form>
  );
}
