import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";
import { safeLocale } from "../platform/safe-locale";
import en from "./en.ftl?raw";

/** Languages with a catalogue. */
const SOURCES: Record<string, string> = { en };
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);

/** Language of the words. */
export const language = "en";
/** Locale of numbers, weekdays and months: the operator's where it speaks our language. */
export const locale = ((): string => {
  const wanted = safeLocale([globalThis.navigator?.language]);
  return wanted.split("-")[0] === language ? wanted : language;
})();
export const direction = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";

const bundle = new FluentBundle(locale, { useIsolating: direction === "rtl" });
bundle.addResource(new FluentResource(SOURCES[language] ?? en));

/** The words for an id of the catalogue. */
export function t(id: string, args?: Record<string, FluentVariable>): string {
  const message = bundle.getMessage(id);
  if (!message?.value) return id;
  return bundle.formatPattern(message.value, args ?? null);
}
