import { type RefObject, useLayoutEffect } from "react";

/**
 * What had the focus may be gone, as the button of an action that was carried out, and nothing else
 * has taken it. It then goes to the row that is picked, else to the screen.
 */
export function regainFocus(): void {
  requestAnimationFrame(() => {
    const { activeElement, body } = document;
    if (activeElement !== null && activeElement !== body) return;
    const row = document.querySelector<HTMLElement>('[role="row"][tabindex="0"]');
    (row ?? document.getElementById("screen"))?.focus({ preventScroll: true });
  });
}

/** A part that goes while the focus is in it, such as by its own button, does not take that along. */
export function useFocusOutlives(part: RefObject<HTMLElement | null>): void {
  // Before it leaves the page: afterwards nobody knows where the focus was.
  useLayoutEffect(() => {
    const here = part.current;
    return () => {
      if (here?.contains(document.activeElement)) regainFocus();
    };
  }, [part]);
}
