import type { OperationView, Standing } from "../../platform/backend";

/** What an operator may do about an operation of ours. */
type Choices = { words: string; amend: boolean; discard: boolean };

const HELD = { amend: true, discard: true };
const GONE = { amend: false, discard: false };
const HERE = { ...GONE, discard: true };

/**
 * Where an operation stands, in words, and what that leaves to do. Whether it may go again as it is, the
 * engine says: what the platform decided stands for ever under its id.
 */
export const STANDINGS: Record<Standing, Choices> = {
  waiting: { words: "standing-waiting", ...HERE },
  in_flight: { words: "standing-in-flight", ...GONE },
  accepted: { words: "standing-accepted", ...GONE },
  agreement: { words: "standing-agreement", ...GONE },
  unknown: { words: "standing-unknown", ...GONE },
  held_refused: { words: "standing-held-refused", ...HELD },
  held_conflict: { words: "standing-held-conflict", ...HELD },
  held_lapsed: { words: "standing-held-lapsed", ...HELD },
  held_rejected: { words: "standing-held-rejected", ...HELD },
  // Under its old id only: what it may have moved is found by that id.
  held_restored: { words: "standing-held-restored", ...HELD, amend: false },
  // It was never sent: once the switch lets it, it goes out as it is.
  held_frozen: { words: "standing-held-frozen", ...HELD },
  blocked: { words: "standing-blocked", ...HERE },
  confirmed: { words: "standing-confirmed", ...GONE },
  discarded: { words: "standing-discarded", ...GONE },
};

/** Where it stands, in words. What was sent and not answered may have arrived. */
export function standingWords({ word, standing, reason }: OperationView): string {
  if (word === "unknown" && standing === "in_flight") return "standing-in-doubt";
  // What there is to say of its provider follows.
  if (standing === "accepted" && reason) return "standing-accepted-but";
  return STANDINGS[standing].words;
}

export function isSettled(operation: OperationView): boolean {
  return operation.standing === "confirmed" || operation.standing === "discarded";
}

export function isHeld(operation: OperationView): boolean {
  return operation.standing.startsWith("held_");
}
