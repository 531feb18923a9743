import { Ban, Check, Info, KeyRound, type LucideIcon, PencilLine, Upload, X } from "lucide-react";
import { t } from "../../locales/catalogue";
import type { LogEntry, LogSort } from "../../platform/backend";

/** Entries that are about no action: what happened, in words. */
const EVENTS: Record<string, string> = {
  signed_in: "log-event-signed-in",
  based: "log-event-based",
  retried: "log-event-retried",
  discarded: "log-event-discarded",
  amended: "log-event-amended",
  taken_back: "log-event-taken-back",
  unreadable: "log-event-unreadable",
};

/** What an entry is about: its action, else what happened. */
export function aboutWords({ action, event, sampled, left }: LogEntry): string {
  if (sampled) {
    return t(sampled.right ? "log-sampled" : "log-sampled-wrong", {
      action: action ?? "",
      looked: sampled.looked_at,
      among: sampled.among,
    });
  }
  if (left) return t("log-left", { action: action ?? "", left: left.left, among: left.among });
  const words = EVENTS[event];
  return action ?? (words ? t(words) : event);
}

/** Each sort of entry: its word, its shape and, where it says how something ended, its colour. */
export const SORTS: Record<LogSort, { words: string; icon: LucideIcon; tone: string }> = {
  signed_in: { words: "log-sort-signed-in", icon: KeyRound, tone: "neutral" },
  queued: { words: "log-sort-queued", icon: Upload, tone: "violet" },
  denied: { words: "log-sort-denied", icon: Ban, tone: "amber" },
  confirmed: { words: "log-sort-confirmed", icon: Check, tone: "green" },
  refused: { words: "log-sort-refused", icon: X, tone: "red" },
  changed: { words: "log-sort-changed", icon: PencilLine, tone: "neutral" },
  other: { words: "log-sort-other", icon: Info, tone: "neutral" },
};
