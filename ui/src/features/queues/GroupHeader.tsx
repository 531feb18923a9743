import { ChevronDown, ChevronRight } from "lucide-react";
import { t } from "../../locales/catalogue";
import { moneyWords, numberWords } from "../../locales/words";
import type { CellValue, MoneyView, SectionView } from "../../platform/backend";
import type { Wish } from "./wish";

/** Sums of several currencies beside each other, never added up; nothing where there is none. */
export function sumsWords(sums: readonly MoneyView[]): string | null {
  return sums.length > 0 ? sums.map(moneyWords).join(" + ") : null;
}

type GroupHeaderProps = {
  section: SectionView;
  closed: readonly string[];
  onWish: (more: Partial<Wish>) => void;
};

/** The value that a group has in common, how many and how much; it opens and closes the group. */
export function GroupHeader({ section, closed, onWish }: GroupHeaderProps) {
  const { id, group, count, sums } = section;
  const Arrow = section.closed ? ChevronRight : ChevronDown;
  const others = closed.filter((each) => each !== id);
  return (
    <button
      type="button"
      className="group-head"
      aria-expanded={!section.closed}
      onClick={() => onWish({ closed: section.closed ? others : [...others, id] })}
    >
      <Arrow size={13} aria-hidden className="toward" />
      <strong>
        <bdi>{group ? groupWords(group) : t("group-others")}</bdi>
      </strong>
      <span className="quiet">
        {[t("section-count", { count }), sumsWords(sums)].filter(Boolean).join(" · ")}
      </span>
    </button>
  );
}

function groupWords(value: CellValue): string {
  switch (value.type) {
    case "text":
    case "unknown":
      return value.text;
    case "state":
      return value.label;
    case "flag":
      return t(value.on ? "value-yes" : "value-no");
    case "number":
      return numberWords(value.number);
    case "hidden":
      return t("value-hidden");
    default:
      return t("group-nothing");
  }
}
