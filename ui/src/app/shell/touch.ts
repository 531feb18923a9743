import { useEffect } from "react";
import { useBackend } from "../backend";

/** The core is told of the operator's hand at most this often; a session ends after far longer. */
const EVERY_MS = 60_000;
const INPUTS = ["keydown", "pointerdown", "wheel"] as const;

/** Tells the core that somebody is there, from real input only: not from timers or from data. */
export function useTouch(): void {
  const backend = useBackend();
  useEffect(() => {
    let last = Number.NEGATIVE_INFINITY;
    const heard = () => {
      const now = performance.now();
      if (now - last < EVERY_MS) return;
      last = now;
      // It is counted with the next input.
      backend.touch().catch(() => {
        last = Number.NEGATIVE_INFINITY;
      });
    };
    for (const input of INPUTS) window.addEventListener(input, heard, { passive: true });
    return () => {
      for (const input of INPUTS) window.removeEventListener(input, heard);
    };
  }, [backend]);
}
