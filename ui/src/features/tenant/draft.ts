import { useState } from "react";
import type { SettingView } from "../../platform/backend";
import { putOf } from "./value";

/** What somebody is about to say, and the revision that they had before them when they began. */
export type Draft = { put: string; reason: string; seen: number | null };

export type Drafting = {
  draft: Draft;
  /** The setting was said again since they began. */
  moved: boolean;
  change: (part: Partial<Draft>) => void;
  clear: () => void;
};

/** What is about to be said of a setting: what counts, until somebody begins to write. */
export function useDraft({ input, json, revision }: SettingView): Drafting {
  const [begun, setBegun] = useState<Draft | null>(null);
  const fresh = { put: putOf(input, json), reason: "", seen: revision };
  return {
    draft: begun ?? fresh,
    moved: begun !== null && begun.seen !== revision,
    change: (part) => setBegun((was) => ({ ...(was ?? fresh), ...part })),
    clear: () => setBegun(null),
  };
}
