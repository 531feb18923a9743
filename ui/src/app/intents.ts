import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useBackend } from "./backend";

/**
 * The id of the one operation that a form is for, or of one of those that it is for. It is made before
 * anything is sent, so that however often a button is pressed, it is one operation.
 */
export function useOperationId(form: string, intent = "") {
  const backend = useBackend();
  return useQuery({
    queryKey: ["operation-id", form, intent],
    queryFn: () => backend.newOperationId(),
    gcTime: 0,
  });
}

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
