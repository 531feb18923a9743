import { type InputHTMLAttributes, type ReactNode, useId } from "react";
import { Key } from "./Key";

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, "id" | "onChange" | "value"> & {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  value: string;
  onValue: (value: string) => void;
};

/** A labelled line of input; what is wrong with it stands under it. */
export function Field({ label, hint, error, onValue, ...rest }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        spellCheck={false}
        autoComplete="off"
        {...rest}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={hint || error ? `${id}-hint` : undefined}
        onChange={(event) => onValue(event.target.value)}
      />
      {(error || hint) && (
        <div id={`${id}-hint`} className={error ? "field-error" : "field-hint"}>
          {error ?? hint}
        </div>
      )}
    </div>
  );
}

type ChoiceProps = {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  /** Each has the key of its number; whoever asks hears them. */
  numbered?: boolean;
  focused?: boolean;
  error?: string | null;
  onValue: (value: string) => void;
};

/** One of a few, as radio buttons in a row. */
export function Choice(props: ChoiceProps) {
  const { label, value, options, onValue, numbered = false, focused = false, error } = props;
  const name = useId();
  return (
    <fieldset
      className="choice"
      aria-describedby={error ? `${name}-hint` : undefined}
      data-wrong={error ? true : undefined}
    >
      <legend>{label}</legend>
      <div className="choice-options">
        {options.map((option, at) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              // biome-ignore lint/a11y/noAutofocus: a question was asked for, and this answers it
              autoFocus={focused && at === 0}
              aria-keyshortcuts={numbered ? String(at + 1) : undefined}
              checked={option.value === value}
              onChange={() => onValue(option.value)}
            />
            <span>{option.label}</span>
            {numbered && <Key>{String(at + 1)}</Key>}
          </label>
        ))}
      </div>
      {error && (
        <div id={`${name}-hint`} className="field-error">
          {error}
        </div>
      )}
    </fieldset>
  );
}

type SelectProps = {
  label: string;
  /** Shown while nothing is chosen. */
  prompt: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onValue: (value: string) => void;
};

/** One of many. */
export function Select({ label, prompt, value, options, onValue }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onValue(event.target.value)}>
        {value === "" && <option value="">{prompt}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

type TextAreaProps = {
  label: string;
  value: string;
  required?: boolean;
  error?: string | null;
  onValue: (value: string) => void;
};

export function TextArea({ label, value, required, error, onValue }: TextAreaProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={3}
        value={value}
        required={required}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-hint` : undefined}
        onChange={(event) => onValue(event.target.value)}
      />
      {error && (
        <div id={`${id}-hint`} className="field-error">
          {error}
        </div>
      )}
    </div>
  );
}
