import { useTenantClock, zoneName } from "../../app/time";
import { Choice, Field, TextArea } from "../../components/Field";
import { t } from "../../locales/catalogue";
import type { FieldType, ParamView } from "../../platform/backend";
import { paramJson, understood } from "./params";

type ParamInputProps = {
  param: ParamView;
  /** The keys of the numbers choose. */
  numbered: boolean;
  /** It has the focus when the question opens. */
  focused: boolean;
  value: string;
  /** Why what was put in does not go, where it is such a value. */
  refused: string | null;
  onValue: (value: string) => void;
};

const INPUT_TYPES: Partial<Record<FieldType, string>> = {
  date: "date",
  timestamp: "datetime-local",
};

/** Asks for a parameter in the way of its type. */
export function ParamInput({ param, numbered, focused, value, refused, onValue }: ParamInputProps) {
  const zone = useTenantClock(({ clock }) => clock?.zone);
  const label = param.optional ? t("param-optional", { label: param.label }) : param.label;
  switch (param.kind) {
    case "enum":
      return (
        <Choice
          label={label}
          value={value}
          options={param.one_of}
          numbered={numbered}
          focused={focused}
          error={refused}
          onValue={onValue}
        />
      );
    case "boolean": {
      const options = [
        { value: "true", label: t("value-yes") },
        { value: "false", label: t("value-no") },
      ];
      return (
        <Choice label={label} value={value} options={options} error={refused} onValue={onValue} />
      );
    }
    case "text":
      return (
        <TextArea
          label={label}
          value={value}
          required={!param.optional}
          error={refused}
          onValue={onValue}
        />
      );
    default: {
      const wrong = value.trim() !== "" && paramJson(param, value) === null;
      return (
        <Field
          label={label}
          type={INPUT_TYPES[param.kind] ?? "text"}
          required={!param.optional}
          value={value}
          onValue={onValue}
          hint={(!wrong && readOf(param.kind, value)) || hintOf(param, zone)}
          error={wrong ? t("param-wrong") : refused}
        />
      );
    }
  }
}

/** How it was understood, where it may be meant otherwise. */
const readOf = (kind: FieldType, value: string) =>
  kind === "number" || kind === "money" ? understood(value) : null;

/** What has to be known to put in a value of this type. */
function hintOf({ kind, example }: ParamView, zone: string | undefined): string | undefined {
  if (example !== null) return t("param-money", { example });
  return kind === "timestamp" && zone ? t("param-time", { zone: zoneName(zone) }) : undefined;
}
