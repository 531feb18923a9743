import { type FormEvent, useId, useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { t } from "../../locales/catalogue";
import type { FieldName, ViewPage } from "../../platform/backend";
import { fieldWords } from "./columns";
import { NO_WISH, type Wish } from "./wish";

type ShowDialogProps = {
  page: ViewPage;
  wish: Wish;
  onWish: (more: Partial<Wish>) => void;
  onClose: () => void;
};

/** How the view is shown: grouped by which field, in which order, with which columns. */
export function ShowDialog({ page, wish, onWish, onClose }: ShowDialogProps) {
  const form = useId();
  const [group, setGroup] = useState(page.group ?? "");
  const [sort, setSort] = useState(wish.sort ?? "");
  const [columns, setColumns] = useState(page.columns.map(({ field }) => field));
  const own = wish.columns.length === 0;
  const same = columns.join("\n") === page.columns.map(({ field }) => field).join("\n");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onWish({
      group: group === "" ? null : group,
      closed: group === (page.group ?? "") ? wish.closed : [],
      sort: sort === "" ? null : sort,
      columns: own && same ? [] : columns,
    });
    onClose();
  };
  const toggle = (field: string) =>
    setColumns((was) =>
      was.includes(field) ? was.filter((each) => each !== field) : [...was, field],
    );
  return (
    <Dialog
      title={t("show-title", { view: page.label })}
      width="wide"
      onClose={onClose}
      footer={
        <>
          <Button
            look="plain"
            onClick={() => {
              const { group, closed, sort, columns } = NO_WISH;
              onWish({ group, closed, sort, columns });
              onClose();
            }}
          >
            {t("show-own")}
          </Button>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="filled" type="submit" form={form} disabled={columns.length === 0}>
            {t("show-apply")}
          </Button>
        </>
      }
    >
      <form id={form} className="chip-form" onSubmit={submit}>
        <Named
          label={t("show-group")}
          none={t("show-group-none")}
          value={group}
          options={page.groups.map(named)}
          onValue={setGroup}
        />
        <Named
          label={t("show-sort")}
          none={t("show-sort-own")}
          value={sort}
          options={page.filters
            .filter(({ sortable }) => sortable)
            .flatMap((each) => [
              { ...each, label: t("show-sort-up", { field: fieldWords(each) }) },
              { field: `-${each.field}`, label: t("show-sort-down", { field: fieldWords(each) }) },
            ])}
          onValue={setSort}
        />
        <fieldset className="choice">
          <legend>{t("show-columns")}</legend>
          <div className="choice-options">
            {inOrder(page).map(({ field, label }) => (
              <label key={field}>
                <input
                  type="checkbox"
                  checked={columns.includes(field)}
                  onChange={() => toggle(field)}
                />
                <span>{label}</span>
              </label>
            ))}
          </div>
        </fieldset>
      </form>
    </Dialog>
  );
}

function named(each: FieldName): FieldName {
  return { ...each, label: fieldWords(each) };
}

/** The columns that are shown, in their order, then the others by name. */
function inOrder(page: ViewPage): FieldName[] {
  const shown = page.columns.map(({ field }) => field);
  const place = ({ field }: FieldName) =>
    (shown.indexOf(field) + shown.length + 1) % (shown.length + 1);
  return page.offered
    .map(named)
    .toSorted((one, other) => place(one) - place(other) || one.label.localeCompare(other.label));
}

type NamedProps = {
  label: string;
  /** What it says where nothing is chosen. */
  none: string;
  value: string;
  options: readonly FieldName[];
  onValue: (value: string) => void;
};

function Named({ label, none, value, options, onValue }: NamedProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onValue(event.target.value)}>
        <option value="">{none}</option>
        {options.map((option) => (
          <option key={option.field} value={option.field}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
