import { useState } from "react";
import { Field } from "../../components/Field";
import { t } from "../../locales/catalogue";

/** Characters that a passphrase needs at least; the app checks the same. */
export const PASSPHRASE_LENGTH = 10;

export type Passphrase = { first: string; again: string };
export const NO_PASSPHRASE: Passphrase = { first: "", again: "" };

export function passphraseReady({ first, again }: Passphrase): boolean {
  return [...first].length >= PASSPHRASE_LENGTH && first === again;
}

type NewPassphraseProps = { value: Passphrase; onValue: (value: Passphrase) => void };

/** A passphrase to be chosen: typed twice, its rule said before it is broken. */
export function NewPassphrase({ value, onValue }: NewPassphraseProps) {
  const [left, setLeft] = useState(false);
  const length = [...value.first].length;
  const short = left && length > 0 && length < PASSPHRASE_LENGTH;
  const differs = value.again !== "" && !value.first.startsWith(value.again);
  return (
    <>
      <Field
        label={t("passphrase-new")}
        type="password"
        required
        value={value.first}
        onBlur={() => setLeft(true)}
        onValue={(first) => onValue({ ...value, first })}
        hint={
          length >= PASSPHRASE_LENGTH
            ? t("passphrase-long-enough")
            : t("passphrase-rule", { count: PASSPHRASE_LENGTH })
        }
        error={short ? t("passphrase-short", { missing: PASSPHRASE_LENGTH - length }) : null}
      />
      <Field
        label={t("passphrase-again")}
        type="password"
        required
        value={value.again}
        onValue={(again) => onValue({ ...value, again })}
        error={differs ? t("passphrase-differs") : null}
      />
    </>
  );
}
