import { useSaid } from "../../app/said";
import { t } from "../../locales/catalogue";

/** Copies words; `shown` is where they stand, for a webview that denies its clipboard. */
export function useCopy(): (words: string, shown: HTMLElement | null) => Promise<void> {
  const say = useSaid((store) => store.say);
  return async (words, shown) => {
    try {
      await navigator.clipboard.writeText(words);
      say(t("reference-copied"), "green");
    } catch {
      if (shown) window.getSelection()?.selectAllChildren(shown);
      say(t("reference-selected"));
    }
  };
}
