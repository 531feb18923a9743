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

/** A sequence is over when its second key does not come for so long. */
const SEQUENCE_MS = 1000;

/** Sequences of two keys that mean something now, each as often as somebody listens for it. */
const sequences = new Map<string, number>();
/** The key before this one, where it was a letter alone and meant for the window. */
let before: { key: string; at: number } | null = null;
let last: { key: string; at: number } | null = null;

function note(event: KeyboardEvent): void {
  const alone = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
  before = last;
  const heard = alone && !isAsking() && !isWriting(event.target);
  last = heard ? { key: event.key.toLowerCase(), at: event.timeStamp } : null;
}

// Before whoever listens in the window, whichever of them began first.
window.addEventListener("keydown", note, true);

/** The key ends a sequence, such as the `r` of `g r`, and is nothing by itself. */
function endsSequence(event: KeyboardEvent): boolean {
  if (before === null || event.timeStamp - before.at > SEQUENCE_MS) return false;
  return sequences.has(`${before.key} ${event.key.toLowerCase()}`);
}

function listen(names: readonly string[], by: 1 | -1): void {
  for (const name of names) {
    const count = (sequences.get(name) ?? 0) + by;
    if (count > 0) sequences.set(name, count);
    else sequences.delete(name);
  }
}

/**
 * Keys that work in the whole window. One that is held down repeats a move, never a decision. Those
 * without a modifier are silent while somebody writes; all are silent while a question is open. What
 * ends a sequence does nothing else, whoever has a key of that letter.
 */
export function useKeys(bindings: Record<string, () => void>, repeats = true): void {
  const current = useRef(bindings);
  current.current = bindings;
  const names = Object.keys(bindings).sort().join("\n");
  useEffect(() => {
    const map: KeyBindingMap = {};
    const all = names.split("\n").filter(Boolean);
    const ours = all.filter((name) => name.includes(" "));
    for (const name of all) {
      map[name] = (event) => {
        if (isAsking() || event.defaultPrevented || (event.repeat && !repeats)) return;
        if (isOfWriting(name) && isWriting(event.target)) return;
        if (!ours.includes(name) && endsSequence(event)) return;
        event.preventDefault();
        current.current[name]?.();
      };
    }
    listen(ours, 1);
    const stop = tinykeys(window, map, { timeout: SEQUENCE_MS });
    return () => {
      listen(ours, -1);
      stop();
    };
  }, [names, repeats]);
}
