import { useEffect } from "react";
import { isWriting } from "../../app/keys";
import type { ParamView } from "../../platform/backend";
import { ParamInput } from "./ParamInput";
import type { Put } from "./params";

type ParamFieldsProps = {
  params: readonly ParamView[];
  put: Put;
  onPut: (name: string, value: string) => void;
  /** Why what was put in does not go, by parameter. */
  refused?: Put;
  /** Something else in the dialog has the focus first. */
  focusElsewhere: boolean;
};

/** What an action asks for. The first choice of a few is answered by the keys of its numbers. */
export function ParamFields(props: ParamFieldsProps) {
  const { params, put, onPut, focusElsewhere, refused } = props;
  const numbered = params.find(({ kind, one_of }) => kind === "enum" && one_of.length <= 9);
  useEffect(() => {
    if (!numbered) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
        event.preventDefault();
        event.target.form?.requestSubmit();
        return;
      }
      const value = /^[1-9]$/.test(event.key) && numbered.one_of[Number(event.key) - 1]?.value;
      if (!value) return;
      event.preventDefault();
      onPut(numbered.name, value);
      // So that Enter sends the form, and the arrows go on from there.
      document
        .querySelector<HTMLElement>(`[role="dialog"] input[value="${CSS.escape(value)}"]`)
        ?.focus();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [numbered, onPut]);
  return params.map((param, at) => (
    <ParamInput
      key={param.name}
      param={param}
      numbered={param === numbered}
      focused={at === 0 && !focusElsewhere}
      value={put[param.name] ?? ""}
      refused={refused?.[param.name] ?? null}
      onValue={(value) => onPut(param.name, value)}
    />
  ));
}
