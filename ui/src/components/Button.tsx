import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Key } from "./Key";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** Filled: the one thing to do next. Outline: also possible. Plain: quiet. */
  look?: "filled" | "outline" | "plain";
  hotkey?: string | null;
  /** Not possible now, but focusable, so that its reason can be read. */
  refused?: boolean;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({ look = "outline", hotkey, refused, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look}`}
      aria-disabled={refused || undefined}
      aria-keyshortcuts={hotkey ?? undefined}
    >
      {children}
      {hotkey && <Key>{hotkey}</Key>}
    </button>
  );
}
