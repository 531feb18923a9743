import type { ReactNode } from "react";

type ScrolledProps = { className: string; alone?: boolean; children: ReactNode };

/** Cards that scroll as one. The keyboard gets there, so that its arrows scroll. */
export function Scrolled({ className, alone = false, children }: ScrolledProps) {
  return (
    <div
      className={`reference-scroll ${className}`}
      data-enter
      data-alone={alone || undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
      tabIndex={0}
    >
      {children}
    </div>
  );
}
