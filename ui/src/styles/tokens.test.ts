import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const FOLDER = "src/styles";
const SHEETS = readdirSync(FOLDER).filter((name) => name.endsWith(".css"));
const read = (name: string) => readFileSync(`${FOLDER}/${name}`, "utf8");

const TOKENS = new Map(
  [
    ...read("tokens.css").matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g),
  ].map(([, name = "", light = "", dark = ""]) => [name, { light, dark }] as const),
);

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const TONES = ["red", "amber", "green", "blue", "violet"];
const GROUNDS = ["bg", "surface", "sunken"];
const PAIRS = [
  ...["text", "muted"].flatMap((text) => GROUNDS.map((ground) => [text, ground])),
  ...["text", "muted", "amber", "red"].map((text) => [text, "accent-soft"]),
  ["on-accent", "accent"],
  ["surface", "red"],
  ["accent", "surface"],
  ["accent", "sunken"],
  ...TONES.flatMap((tone) => [
    [tone, "surface"],
    [tone, "sunken"],
    [tone, `${tone}-soft`],
    ["text", `${tone}-soft`],
  ]),
];

describe("colours", () => {
  test.each(PAIRS)("%s on %s is readable in light and dark", (text = "", ground = "") => {
    for (const theme of ["light", "dark"] as const) {
      const [over, under] = [TOKENS.get(text)?.[theme], TOKENS.get(ground)?.[theme]];
      expect(contrast(over ?? "", under ?? ""), theme).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("faint is no colour of text", () => {
    const users = SHEETS.flatMap((name) =>
      [...read(name).matchAll(/([^{}]+)\{[^}]*[^-]color: var\(--faint\)/g)].map((found) =>
        found[1]?.trim(),
      ),
    );
    // An icon beside words that say the same.
    expect(users).toEqual([".tenant-more"]);
  });

  test("stand in one table only", () => {
    const strays = SHEETS.filter((name) => name !== "tokens.css").filter((name) =>
      /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/i.test(read(name).replaceAll(/url\([^)]*\)/g, "")),
    );
    expect(strays).toEqual([]);
  });
});

test("the layout knows start and end, never left and right", () => {
  const physical =
    /(?:^|[\s;{])(?:(?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right|top|bottom|(?:min-|max-)?(?:width|height))\s*:|text-align:\s*(?:left|right)|float:/;
  const strays = SHEETS.flatMap((name) =>
    read(name)
      .split("\n")
      .filter(
        (line) => physical.test(line) && !line.includes("@media") && !line.includes("@container"),
      )
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(strays).toEqual([]);
});

test("a name is laid out by one sheet", () => {
  const sheets = new Map<string, Set<string>>();
  for (const sheet of SHEETS) {
    for (const [, name = ""] of read(sheet).matchAll(/^\.([a-z-]+)(?=\s*[,{])/gm)) {
      sheets.set(name, (sheets.get(name) ?? new Set()).add(sheet));
    }
  }
  expect([...sheets].filter(([, where]) => where.size > 1).map(([name]) => name)).toEqual([]);
});
