import { useRef } from "react";
import { useBackend } from "./backend";

/**
 * One operation id for each intent, so that a key that is pressed twice, or pressed again after an
 * error, asks for one operation. Where a question is asked, its dialog keeps the id instead.
 */
export function useIntents(): (intent: string) => Promise<string> {
  const backend = useBackend();
  const ids = useRef(new Map<string, Promise<string>>());
  return (intent) => {
    const known = ids.current.get(intent);
    if (known) return known;
    const made = backend.newOperationId();
    ids.current.set(intent, made);
    made.catch(() => ids.current.delete(intent));
    return made;
  };
}
