import { afterEach, describe, expect, test, vi } from "vitest";
import { makeLocaleSafe, safeLocale } from "./safe-locale";

const navigatorOf = (language: string, languages: string[] = [language]) => {
  const navigator = {};
  Object.defineProperty(navigator, "language", { configurable: true, get: () => language });
  Object.defineProperty(navigator, "languages", { configurable: true, get: () => languages });
  return navigator as Navigator;
};

/** An `Intl` that throws where no locale is given, as under a C locale. */
function brokenIntl(): typeof Intl {
  const broken = Object.create(Intl);
  for (const name of ["NumberFormat", "DateTimeFormat", "PluralRules", "Collator"] as const) {
    const original = Intl[name] as unknown as new (locales?: string, options?: object) => object;
    function Broken(this: unknown, locales?: string, options?: object) {
      if (locales === undefined) throw new RangeError("invalid language tag: C");
      return new original(locales, options);
    }
    Object.defineProperty(broken, name, { configurable: true, writable: true, value: Broken });
  }
  return broken;
}

describe("a locale that Intl does not take", () => {
  test.each([["C"], ["POSIX"], ["en_US.UTF-8"], [""]])("%j becomes one that it takes", (tag) => {
    expect(safeLocale([tag])).toMatch(/^en/);
  });

  test("the next that works is taken, a good one stays", () => {
    expect(safeLocale(["C", "de-AT"])).toBe("de-AT");
    expect(safeLocale(["en-AU"])).toBe("en-AU");
    expect(safeLocale([undefined])).toBe("en");
  });

  test("the page says a good one from then on", () => {
    const navigator = navigatorOf("C");
    makeLocaleSafe({ navigator, Intl });
    expect(() => Intl.getCanonicalLocales(navigator.language)).not.toThrow();
    expect(navigator.languages).toEqual([navigator.language]);
  });

  test("a good one is left alone, and so is an Intl that works", () => {
    const navigator = navigatorOf("en-AU", ["en-AU", "de"]);
    const before = Intl.NumberFormat;
    makeLocaleSafe({ navigator, Intl });
    expect(navigator.languages).toEqual(["en-AU", "de"]);
    expect(Intl.NumberFormat).toBe(before);
  });

  test("an Intl that throws without a locale gets ours", () => {
    const intl = brokenIntl();
    expect(() => new intl.NumberFormat()).toThrow(RangeError);
    makeLocaleSafe({ navigator: navigatorOf("C"), Intl: intl });
    expect(new intl.NumberFormat().format(1234.5)).toBe("1,234.5");
    expect(new intl.NumberFormat("de").format(1234.5)).toBe("1.234,5");
    expect(intl.DateTimeFormat().format(new Date(0))).toMatch(/19(69|70)/);
  });
});

describe("the app under a C locale", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.resetModules();
  });

  test("starts and reads well", async () => {
    vi.spyOn(window.navigator, "language", "get").mockReturnValue("C");
    vi.spyOn(window.navigator, "languages", "get").mockReturnValue(["C"]);
    vi.resetModules();
    const { openApp } = await import("../test-harness");
    const { makeWorld } = await import("./memory/world");
    const { usePlace } = await import("../app/place");
    usePlace.getState().go({ screen: "queue", view: "pending", record: null });
    const { findByRole } = openApp(makeWorld());
    const grid = await findByRole("grid", { name: "Refund requests, list" });
    expect(grid).toHaveTextContent("$22.00");
    expect(grid).toHaveTextContent("Tue 17:57");
  });
});
