import { t } from "../../locales/catalogue";
import type { LogSort } from "../../platform/backend";
import { SORTS } from "./sorts";

/** The sort of an entry, in a word with its shape. */
export function SortWord({ sort }: { sort: LogSort }) {
  const { words, icon: Icon, tone } = SORTS[sort];
  return (
    <span className="pill" data-tone={tone}>
      <Icon size={12} aria-hidden />
      <span>{t(words)}</span>
    </span>
  );
}
