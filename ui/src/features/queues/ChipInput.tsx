import { useId, useState } from "react";
import { usePicks } from "../../app/reads";
import { Choice, Field } from "../../components/Field";
import { t } from "../../locales/catalogue";
import type { FilterView, OptionView } from "../../platform/backend";
import { amountOf, type ChipPut, currencyOf, digitsIn, numberOf } from "./chips";
import { understood } from "./params";

type ChipInputProps = {
  filter: FilterView;
  put: ChipPut;
  onPut: (more: Partial<ChipPut>) => void;
};

/** Asks what a field must be, in the way of its type. */
export function ChipInput({ filter, put, onPut }: ChipInputProps) {
  const { input, label } = filter;
  switch (input.type) {
    case "among":
      return <Several label={label} options={input.options} put={put} onPut={onPut} />;
    case "ref":
      return <Records kind={input.kind} label={input.label} put={put} onPut={onPut} />;
    case "flag":
      return (
        <Choice
          label={label}
          value={put.way}
          options={[
            { value: "yes", label: t("value-yes") },
            { value: "no", label: t("value-no") },
          ]}
          onValue={(way) => onPut({ way })}
        />
      );
    case "money":
      return <Amount input={input} put={put} onPut={onPut} />;
    case "number":
      return <Bounds put={put} onPut={onPut} mode="decimal" fits={isNumber} />;
    case "days":
      return (
        <>
          <Choice
            label={label}
            value={put.way === "" ? "days" : put.way}
            options={[
              { value: "today", label: t("chip-today") },
              { value: "last7", label: t("chip-last", { days: 7 }) },
              { value: "last30", label: t("chip-last", { days: 30 }) },
              { value: "next7", label: t("chip-next", { days: 7 }) },
              { value: "days", label: t("chip-days") },
            ]}
            onValue={(way) => onPut({ way })}
          />
          {(put.way === "" || put.way === "days") && <Bounds put={put} onPut={onPut} mode="date" />}
          <p className="field-hint">{t("chip-zone")}</p>
        </>
      );
    case "text":
      return (
        <>
          <Choice
            label={label}
            value={put.way === "begins" ? "begins" : "is"}
            options={[
              { value: "is", label: t("chip-way-is") },
              { value: "begins", label: t("chip-way-begins") },
            ]}
            onValue={(way) => onPut({ way })}
          />
          <Field label={t("chip-text")} value={put.text} onValue={(text) => onPut({ text })} />
        </>
      );
  }
}

const isNumber = (typed: string) => numberOf(typed) !== null;

type AmountProps = Omit<ChipInputProps, "filter"> & {
  input: Extract<FilterView["input"], { type: "money" }>;
};

/** From and to of one currency: the tenant's, or any that records may be in. */
function Amount({ input, put, onPut }: AmountProps) {
  const known = useId();
  const currency = currencyOf(input, put);
  const digits = currency === null ? 0 : digitsIn(input, currency);
  return (
    <>
      <Field
        label={t("chip-currency")}
        list={known}
        maxLength={3}
        placeholder={input.currencies[0]?.currency}
        value={put.currency}
        onValue={(currency) => onPut({ currency })}
        hint={currency !== null && t("chip-one-currency", { currency })}
        error={currency === null ? t("param-wrong") : null}
      />
      <datalist id={known}>
        {input.currencies.map(({ currency }) => (
          <option key={currency} value={currency} />
        ))}
      </datalist>
      <Bounds
        put={put}
        onPut={onPut}
        mode="decimal"
        fits={(typed) => amountOf(typed, digits) !== null}
      />
    </>
  );
}

type BoundsProps = Omit<ChipInputProps, "filter"> & {
  mode: "decimal" | "date";
  /** What is typed can be read; a day is picked. */
  fits?: (typed: string) => boolean;
};

function Bounds({ put, onPut, mode, fits = () => true }: BoundsProps) {
  const wrong = (typed: string) =>
    typed.trim() === "" || fits(typed.trim()) ? null : t("param-wrong");
  const read = (typed: string) =>
    mode === "decimal" && wrong(typed) === null ? understood(typed) : null;
  const of = mode === "date" ? ({ type: "date" } as const) : ({ inputMode: "decimal" } as const);
  return (
    <div className="chip-bounds">
      <Field
        {...of}
        label={t("chip-least")}
        value={put.from}
        hint={read(put.from)}
        error={wrong(put.from)}
        onValue={(from) => onPut({ from })}
      />
      <Field
        {...of}
        label={t("chip-most")}
        value={put.to}
        hint={read(put.to)}
        error={wrong(put.to)}
        onValue={(to) => onPut({ to })}
      />
    </div>
  );
}

type SeveralProps = Omit<ChipInputProps, "filter"> & {
  label: string;
  options: readonly OptionView[];
};

function Several({ label, options, put, onPut }: SeveralProps) {
  const toggle = (value: string) => {
    const rest = put.values.filter((each) => each !== value);
    onPut({ values: rest.length < put.values.length ? rest : [...rest, value] });
  };
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      <div className="choice-options">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="checkbox"
              checked={put.values.includes(option.value)}
              onChange={() => toggle(option.value)}
            />
            <span>
              <bdi>{option.label}</bdi>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

type RecordsProps = Omit<ChipInputProps, "filter"> & { kind: string; label: string };

/** Records are picked by search; what is picked stays in sight. */
function Records({ kind, label, put, onPut }: RecordsProps) {
  const [words, setWords] = useState("");
  const [known, setKnown] = useState<Record<string, string>>({});
  const found = usePicks(kind, words).data ?? [];
  const kept = put.values
    .filter((value) => !found.some((each) => each.value === value))
    .map((value) => ({ value, label: known[value] ?? value }));
  return (
    <>
      <Field
        label={t("chip-records", { kind: label })}
        type="search"
        value={words}
        onValue={setWords}
      />
      <Several
        label={label}
        options={[...kept, ...found]}
        put={put}
        onPut={(more) => {
          setKnown((was) => ({
            ...was,
            ...Object.fromEntries(found.map((each) => [each.value, each.label])),
          }));
          onPut(more);
        }}
      />
    </>
  );
}
