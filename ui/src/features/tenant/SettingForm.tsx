import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { useBackend } from "../../app/backend";
import { useOperationId } from "../../app/intents";
import { SETTING } from "../../app/place";
import { useSync } from "../../app/reads";
import { useSaid } from "../../app/said";
import { Button } from "../../components/Button";
import { Choice, Field, Select, TextArea } from "../../components/Field";
import { Banner, ErrorBanner, WaitsForLine } from "../../components/states";
import { t } from "../../locales/catalogue";
import type { SettingInput, SettingView } from "../../platform/backend";
import type { Drafting } from "./draft";
import { boundsOf, putOf, saidOf, shownOf } from "./value";

type SettingFormProps = {
  setting: SettingView;
  drafting: Drafting;
  /** A held operation that the new one replaces. */
  amends: string | null;
  /** It is queued. */
  onActed: () => void;
};

/** Says a setting, or takes it back, with a reason: an operation like any other. */
export function SettingForm({ setting, drafting, amends, onActed }: SettingFormProps) {
  const { name, label, input, json, revision, is_default } = setting;
  const backend = useBackend();
  const say = useSaid((store) => store.say);
  const cut = useSync().data?.link === "cut_off";
  const form = useId();
  const { moved, change } = drafting;
  const { put, reason, seen } = drafting.draft;

  const sayId = useOperationId(form, "say").data;
  const unsayId = useOperationId(form, "unsay").data;
  const said = saidOf(input, put);
  const value = said && "json" in said ? said.json : null;
  const same = !is_default && value !== null && putOf(input, value) === putOf(input, json);

  const acting = useMutation({
    mutationFn: async (action: "say" | "unsay") => {
      const operation = action === "say" ? sayId : unsayId;
      if (operation === undefined || seen === null) return null;
      const why = JSON.stringify(reason.trim());
      // The value is a text that holds JSON, and as a parameter it is JSON once more.
      const params: Record<string, string> =
        action === "say" && value !== null
          ? { value: JSON.stringify(value), reason: why }
          : { reason: why };
      return backend.act({
        operation,
        kind: SETTING,
        id: name,
        action,
        params,
        typed: null,
        seen_revision: seen,
        amends,
      });
    },
    onSuccess: (made) => {
      if (!made) return;
      say(t("tenant-queued", { label }), "violet");
      onActed();
    },
  });
  const free = reason.trim() !== "" && !moved && !acting.isPending;
  const ready = free && value !== null && !same && sayId !== undefined;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (ready) acting.mutate("say");
  };

  return (
    <form id={form} className="setting-form" noValidate onSubmit={send}>
      {acting.error && <ErrorBanner error={acting.error} />}
      {amends && <p className="quiet">{t("act-amends")}</p>}
      {moved && (
        <Banner
          loud
          tone="amber"
          title={t("tenant-moved")}
          action={
            <Button onClick={() => change({ seen: revision })}>{t("tenant-moved-go-on")}</Button>
          }
        >
          {t("tenant-moved-text")}
        </Banner>
      )}
      <ValueInput
        input={input}
        put={put}
        wrong={said && "wrong" in said ? said.wrong : null}
        onPut={(now) => change({ put: now })}
      />
      <TextArea
        label={t("tenant-reason")}
        required
        value={reason}
        onValue={(now) => change({ reason: now })}
      />
      {cut && <WaitsForLine />}
      <div className="setting-buttons">
        <Button look="filled" type="submit" disabled={!ready}>
          {t("tenant-say")}
        </Button>
        {!is_default && (
          <Button
            look="plain"
            disabled={!free || unsayId === undefined}
            onClick={() => acting.mutate("unsay")}
          >
            {t("tenant-take-back")}
          </Button>
        )}
        <span className="quiet">
          {same && t("tenant-same")}{" "}
          {value !== null && !same && reason.trim() === "" && t("tenant-needs-reason")}{" "}
          {!is_default && t("tenant-take-back-hint")}
        </span>
      </div>
    </form>
  );
}

/** Most values that stand side by side. */
const FEW = 4;

type PutProps = { put: string; wrong: string | null; onPut: (put: string) => void };

type DecimalFieldProps = PutProps & { label: string; hint: string | undefined };

function DecimalField({ label, hint, put, wrong, onPut }: DecimalFieldProps) {
  return (
    <div className="setting-number">
      <Field
        label={label}
        inputMode="decimal"
        required
        value={put}
        onValue={onPut}
        hint={hint}
        error={wrong}
      />
    </div>
  );
}

type ValueInputProps = PutProps & { input: SettingInput };

/** Asks for a value in the way of its sort. */
function ValueInput({ input, put, wrong, onPut }: ValueInputProps) {
  const label = t("tenant-value");
  switch (input.type) {
    case "boolean": {
      const options = [
        { value: "true", label: t("value-yes") },
        { value: "false", label: t("value-no") },
      ];
      return <Choice label={label} value={put} options={options} onValue={onPut} />;
    }
    case "one_of": {
      const options = input.values.map((each) => ({
        value: each.json,
        label: shownOf(input, each),
      }));
      if (options.length <= FEW) {
        return <Choice label={label} value={put} options={options} onValue={onPut} />;
      }
      return (
        <Select
          label={label}
          prompt={t("tenant-value-pick")}
          value={put}
          options={options}
          onValue={onPut}
        />
      );
    }
    case "number": {
      const hint = [input.unit, boundsOf(input)].filter((each) => each !== null).join(", ");
      return (
        <DecimalField
          label={label}
          hint={hint || undefined}
          put={put}
          wrong={wrong}
          onPut={onPut}
        />
      );
    }
    case "money":
      return (
        <DecimalField label={label} hint={input.currency} put={put} wrong={wrong} onPut={onPut} />
      );
    case "text":
      return <Field label={label} required value={put} onValue={onPut} />;
  }
}
