/** The locale that stands in where the system's is none that `Intl` takes. */
export const FALLBACK = "en";

/** The first tag of `wanted` that `Intl` accepts, else the fallback. Under a C locale it is "C". */
export function safeLocale(wanted: readonly (string | undefined)[]): string {
  for (const tag of wanted) {
    if (!tag) continue;
    try {
      const found = Intl.NumberFormat.supportedLocalesOf([tag])[0];
      if (found) return found;
    } catch {
      // Not a BCP 47 tag, such as "C" or "en_US.UTF-8".
    }
  }
  return FALLBACK;
}

const CONSTRUCTORS = [
  "NumberFormat",
  "DateTimeFormat",
  "PluralRules",
  "Collator",
  "ListFormat",
  "RelativeTimeFormat",
] as const;

type Scope = { navigator: Navigator; Intl: typeof Intl };

/**
 * Gives the page a locale that works. Without it `navigator.language` is "C" where the system's
 * locale is, and everything that hands it to `Intl` throws while it loads: a blank window.
 */
export function makeLocaleSafe(scope: Scope): string {
  const { navigator } = scope;
  const asked = [navigator.language, ...(navigator.languages ?? [])];
  const locale = safeLocale(asked);
  if (navigator.language !== locale || navigator.languages?.some((tag) => !isTag(tag))) {
    Object.defineProperty(navigator, "language", { configurable: true, get: () => locale });
    Object.defineProperty(navigator, "languages", { configurable: true, get: () => [locale] });
  }
  for (const name of CONSTRUCTORS) defaultTo(scope.Intl, name, locale);
  return locale;
}

function isTag(tag: string): boolean {
  try {
    Intl.getCanonicalLocales(tag);
    return true;
  } catch {
    return false;
  }
}

/** Where a constructor throws without a locale, gives it ours; otherwise leaves it alone. */
function defaultTo(intl: typeof Intl, name: (typeof CONSTRUCTORS)[number], locale: string): void {
  // The constructors share this shape; their types differ only in what they build.
  type Format = new (locales?: string | string[], options?: object) => object;
  const original = intl[name] as unknown as Format | undefined;
  if (!original) return;
  try {
    new original(undefined, name === "RelativeTimeFormat" ? {} : undefined);
    return;
  } catch {
    const patched = new Proxy(original, {
      construct: (target, [locales, options], self) =>
        Reflect.construct(target, [locales ?? locale, options], self),
      apply: (target, _self, [locales, options]) =>
        Reflect.construct(target, [locales ?? locale, options]),
    });
    Object.defineProperty(intl, name, { configurable: true, writable: true, value: patched });
  }
}
