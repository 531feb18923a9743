import type { Place } from "../../app/place";
import { t } from "../../locales/catalogue";
import type { ReferenceView } from "../../platform/backend";
import type { Item } from "../search/CommandPalette";
import { keyOf } from "./Library";
import { type Section, sectionsOf } from "./sections";

/** Most parts that one search offers. */
const MOST = 20;

type Part = { section: Section; id: string; label: string; words: string };

/** Sections and parts of the reference whose words hold what was typed; none before something was. */
export function referenceItems(
  view: ReferenceView,
  words: string,
  go: (place: Place) => void,
): Item[] {
  if (words === "") return [];
  const sections = sectionsOf(view);
  const has = (...found: string[]) => found.join(" ").toLowerCase().includes(words);
  const rooms = sections
    .filter(({ label, about }) => has(label, about))
    .map(
      ({ id, icon, label, about }): Item => ({
        id: `reference ${id}`,
        icon,
        label,
        hint: about,
        run: () => go({ screen: "reference", section: id }),
      }),
    );
  const parts = sections
    .flatMap((section) => partsOf(view, section))
    .filter((part) => has(part.label, part.words))
    .slice(0, MOST)
    .map(
      ({ section, id, label }): Item => ({
        id: `reference ${section.id} ${id}`,
        icon: section.icon,
        label,
        hint: section.label,
        run: () => go({ screen: "reference", section: section.id, item: id }),
      }),
    );
  return [...rooms, ...parts];
}

function partsOf(view: ReferenceView, section: Section): Part[] {
  const part = (id: string, label: string, ...words: string[]): Part => ({
    section,
    id,
    label,
    words: words.join(" "),
  });
  switch (section.id) {
    case "regions":
      return view.regions.map(({ id, label, row, currency }) => part(id, label, row, currency));
    case "promises":
      return [
        ...view.banners.map(({ id, label, row, words }) => part(id, label, row, words)),
        ...view.severities.map(({ id, label, row }) => part(id, label, row)),
      ];
    case "contacts":
      return [
        ...view.contacts.map(({ id, label, row, role, at }) =>
          part(id, label, row, role ?? "", at ?? ""),
        ),
        ...view.escalations.map(({ id, label, row, purpose }) => part(id, label, row, purpose)),
      ];
    case "rules":
      return [
        ...view.retention.map(({ id, label, row }) =>
          part(id, label, row, t("reference-retention")),
        ),
        part("document", t("reference-document"), view.document.row ?? ""),
      ];
    case "texts":
      return view.texts.map(({ id, label, row }) => part(id, label, row));
    case "library":
      return view.library.map((each) => part(keyOf(each), each.label, each.row));
    case "rulings":
      return view.rulings.map(({ id, says, rows }) => part(id, `${id} · ${says}`, ...rows));
  }
}
