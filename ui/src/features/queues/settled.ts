import { useEffect, useState } from "react";

/** So long must a record have been in sight before a key may decide on it without a question. */
const SEEN_MS = 250;

/** Whether a record has been in sight for long enough that a key can mean it. */
export function useSettled(shown: string | null): boolean {
  const [seen, setSeen] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSeen(shown), SEEN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return shown !== null && seen === shown;
}
