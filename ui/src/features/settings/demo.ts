import { fullWords, parseWall } from "../../app/time";
import { t } from "../../locales/catalogue";
import type { DemoWorldsView } from "../../platform/backend";

/** Stands for no scenario among the names of scenarios, which have no dash. */
export const EVERY_DAY = "-";

/** A scenario as shown; what the list does not have goes by its name. */
export function labelOf(view: DemoWorldsView, scenario: string | null): string {
  if (scenario === null) return t("demo-every-day");
  return view.scenarios.find(({ id }) => id === scenario)?.label ?? scenario;
}

/** A time as it is sent, `2026-04-05T02:30`; none where it is not written whole. */
export function atOf(text: string): string | null {
  const found = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(\.\d+)?)?$/.exec(text.trim());
  if (!found) return null;
  const at = `${found[1]}T${found[2]}`;
  return Number.isNaN(Date.parse(`${at}Z`)) ? null : at;
}

/** The same in words. */
export function wallText(at: string): string {
  const wall = parseWall(`${at}:00+00:00`);
  return wall ? fullWords(wall) : at;
}
