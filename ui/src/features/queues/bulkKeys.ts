import type { Offer } from "../../app/offers";
import { t } from "../../locales/catalogue";
import type { SectionView, ViewPage } from "../../platform/backend";
import type { BulkAsked } from "./BulkDialog";
import type { Picking } from "./picking";

type BulkKeys = {
  page: ViewPage;
  picking: Picking;
  active: number;
  total: number;
  readOnly: boolean;
  step: (by: number) => unknown;
  onAsk: (asked: BulkAsked) => void;
};

/** What is asked for all of a section at once, where the pack offers it. */
export function atOnceOf(page: ViewPage, section: SectionView): BulkAsked | null {
  const bulk = page.bulk.find(({ action }) => action === section.at_once);
  if (!bulk) return null;
  return { action: bulk.action, label: bulk.label, section: section.id, ids: [] };
}

/** The key of an action, with Shift for all of a section. */
export function keyOf(page: ViewPage, action: string): string | null {
  return page.keys.find((each) => each.action === action)?.key ?? null;
}

/** Keys that pick rows, and those of the actions while rows are picked. */
export function bulkKeys(props: BulkKeys): Record<string, () => void> {
  const { page, picking, active, total, step, readOnly, onAsk } = props;
  const extend = (by: number) => {
    picking.extend(active);
    const to = Math.max(0, Math.min(total - 1, active + by));
    picking.extend(to);
    step(by);
  };
  const keys: Record<string, () => void> = {
    x: () => picking.toggle(active),
    "Shift+j": () => extend(1),
    "Shift+k": () => extend(-1),
    "$mod+a": picking.all,
    Escape: picking.clear,
  };
  if (readOnly) return keys;
  for (const section of page.sections) {
    const asked = atOnceOf(page, section);
    const key = asked && keyOf(page, asked.action);
    if (asked && key && !keys[`Shift+${key}`]) keys[`Shift+${key}`] = () => onAsk(asked);
  }
  if (picking.ids.size === 0) return keys;
  for (const { action, label } of page.bulk) {
    const key = keyOf(page, action);
    if (key) keys[key] = () => onAsk({ action, label, section: null, ids: [...picking.ids] });
  }
  return keys;
}

/** What the palette finds of it: picking, and the actions on all of a section or on those picked. */
export function bulkOffers({ page, picking, onAsk }: Pick<BulkKeys, "page" | "picking" | "onAsk">) {
  const offers: Offer[] = [{ id: "pick", label: t("pick-all"), hint: "Ctrl A", run: picking.all }];
  if (picking.ids.size > 0) {
    const ids = [...picking.ids];
    for (const { action, label } of page.bulk) {
      const many = t("at-once", { action: label, count: ids.length });
      const run = () => onAsk({ action, label, section: null, ids });
      offers.push({ id: `bulk ${action}`, label: many, run });
    }
    return offers;
  }
  for (const section of page.sections) {
    const asked = atOnceOf(page, section);
    if (!asked) continue;
    const label = t("at-once", { action: asked.label, count: section.count });
    offers.push({ id: `once ${section.id}`, label, hint: section.label, run: () => onAsk(asked) });
  }
  return offers;
}
