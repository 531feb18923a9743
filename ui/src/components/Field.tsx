import { type InputHTMLAttributes, type ReactNode, useId } from "react";

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
  onValue: (value: string) => void;
};

/** One of a few, as radio buttons in a row. */
export function Choice({ label, value, options, onValue }: ChoiceProps) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      <div className="choice-options">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onValue(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

type TextAreaProps = {
  label: string;
  value: string;
  required?: boolean;
  onValue: (value: string) => void;
};

export function TextArea({ label, value, required, onValue }: TextAreaProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={3}
        value={value}
        required={required}
        onChange={(event) => onValue(event.target.value)}
      />
    </div>
  );
}
