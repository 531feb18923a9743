import { useEffect, useRef } from "react";
import { type KeyBindingMap, tinykeys } from "tinykeys";

/** Whoever has this element at hand writes into it. */
export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) &&
        !/^(checkbox|radio|button)$/.test((target as HTMLInputElement).type)))
  );
}

/** A key that means something to whoever writes: a letter, picking all that is written, undoing it. */
const isOfWriting = (name: string) =>
  name === "$mod+a" || name === "$mod+z" || !/Control|Meta|Alt|\$mod/.test(name);

/** A question is open, or a closer look. */
export const isAsking = () => document.querySelector('[role="dialog"]') !== null;

/**
 * Keys that work in the whole window. One that is held down repeats a move, never a decision. Those without a modifier are silent while somebody writes;
 * all are silent while a question is open.
 */
export function useKeys(bindings: Record<string, () => void>, repeats = true): void {
  const current = useRef(bindings);
  current.current = bindings;
  const names = Object.keys(bindings).sort().join("\n");
  useEffect(() => {
    const map: KeyBindingMap = {};
    for (const name of names.split("\n").filter(Boolean)) {
      map[name] = (event) => {
        if (isAsking() || event.defaultPrevented || (event.repeat && !repeats)) return;
        if (isOfWriting(name) && isWriting(event.target)) return;
        event.preventDefault();
        current.current[name]?.();
      };
    }
    return tinykeys(window, map);
  }, [names, repeats]);
}
