import { t } from "../../locales/catalogue";
import type { ControlView, Proposed } from "../../platform/backend";

/** A value as it is read: a switch is on or off. */
export function valueWords({ text, json }: Proposed): string {
  if (json === "true") return t("control-on");
  if (json === "false") return t("control-off");
  return text;
}

/** A control and the region that it is for. */
export function nameOf({ label, region }: Pick<ControlView, "label" | "region">): string {
  return region === null ? label : t("control-in-region", { label, region });
}

/** What somebody wants of it and what runs does not answer with. */
export function wantedOf({ own, asked }: ControlView): Proposed | null {
  return own?.value ?? asked?.value ?? null;
}

/**
 * That a switch is not in effect. Where it would end what is in force, the name alone would say the opposite
 * of what counts.
 */
export function notInEffectWords(control: ControlView): string {
  const name = nameOf(control);
  const wanted = wantedOf(control);
  if (!control.on) return t("control-not-in-effect", { name });
  return wanted === null
    ? t("control-last-not-in-effect", { name })
    : t("control-switch-not-in-effect", { name, value: valueWords(wanted) });
}

/** It has to be known of on every screen. */
export function standsOut(control: ControlView): boolean {
  return control.on || wantedOf(control) !== null || control.problem !== null;
}
