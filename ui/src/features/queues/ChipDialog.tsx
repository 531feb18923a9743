import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Select } from "../../components/Field";
import { t } from "../../locales/catalogue";
import type { Chip, ViewPage } from "../../platform/backend";
import { ChipInput } from "./ChipInput";
import { type ChipPut, chipOf, EMPTY_PUT, putOf, withChip } from "./chips";
import { fieldWords } from "./columns";

type ChipDialogProps = {
  page: ViewPage;
  chips: readonly Chip[];
  /** The field whose chip is changed; it is asked for where there is none. */
  field: string | null;
  onChips: (chips: Chip[]) => void;
  onClose: () => void;
};

/** Asks what a field must be, in the way of its type. */
export function ChipDialog({ page, chips, field, onChips, onClose }: ChipDialogProps) {
  const form = useId();
  const putAt = (name: string): ChipPut => {
    const chip = chips.find((each) => each.field === name);
    const filter = page.filters.find((each) => each.field === name);
    return chip && filter ? putOf(chip, filter) : EMPTY_PUT;
  };
  const [name, setName] = useState(field ?? "");
  const [put, setPut] = useState(() => putAt(name));
  const filter = page.filters.find((each) => each.field === name);
  const chip = filter ? chipOf(filter, put) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!chip) return;
    onChips(withChip(chips, chip));
    onClose();
  };
  const byLabel = page.filters.toSorted((one, other) =>
    fieldWords(one).localeCompare(fieldWords(other)),
  );
  return (
    <Dialog
      title={t("chip-title")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="filled" type="submit" form={form} disabled={chip === null}>
            {t("chip-apply")}
          </Button>
        </>
      }
    >
      <form id={form} className="chip-form" onSubmit={submit} onKeyDown={enterSubmits}>
        <Select
          label={t("chip-field")}
          prompt={t("chip-field-prompt")}
          value={name}
          options={byLabel.map((each) => ({ value: each.field, label: fieldWords(each) }))}
          onValue={(next) => {
            setName(next);
            setPut(putAt(next));
          }}
        />
        {filter?.may_be_empty && (
          <div className="choice-options">
            {" "}
            <label>
              <input
                type="checkbox"
                checked={put.empty}
                onChange={({ target }) => setPut((was) => ({ ...was, empty: target.checked }))}
              />
              <span>{t("chip-empty")}</span>
            </label>
          </div>
        )}
        {filter && !(filter.may_be_empty && put.empty) && (
          <ChipInput
            key={filter.field}
            filter={filter}
            put={put}
            onPut={(more) => setPut((was) => ({ ...was, ...more }))}
          />
        )}
      </form>
    </Dialog>
  );
}

/** The button that submits stands outside of the form, and a box for one word is no reason to wait. */
function enterSubmits(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}
