import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

const SOURCES = listed("src").filter(
  (path) => /\.tsx?$/.test(path) && !/\.test\.|test-|generated|memory/.test(path),
);
const CATALOGUE = readFileSync("src/locales/en.ftl", "utf8");
const IDS = [...CATALOGUE.matchAll(/^([a-z][a-z0-9-]*) =/gm)].map((found) => found[1] ?? "");

function listed(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map(
    (path) => `${folder}/${path}`,
  );
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ESNext, true);
}

function walk(node: ts.Node, seen: (node: ts.Node) => void): void {
  seen(node);
  node.forEachChild((child) => walk(child, seen));
}

test("every message that is asked for exists, and every message is asked for", () => {
  const literals = new Set<string>();
  const asked = new Set<string>();
  for (const path of SOURCES) {
    walk(parse(path), (node) => {
      if (ts.isStringLiteralLike(node)) literals.add(node.text);
      if (!ts.isCallExpression(node) || node.expression.getText() !== "t") return;
      const id = node.arguments[0];
      if (!id) return;
      expect(ts.isTemplateExpression(id), `${path}: an id put together at run time`).toBe(false);
      walk(id, (part) => {
        if (ts.isStringLiteral(part) && isValue(part)) asked.add(part.text);
      });
    });
  }
  expect(IDS.length).toBeGreaterThan(150);
  expect(new Set(IDS).size).toBe(IDS.length);
  expect([...asked].filter((id) => !IDS.includes(id))).toEqual([]);
  expect(IDS.filter((id) => !literals.has(id))).toEqual([]);
});

/** A literal that becomes the id, not one that it is chosen by. */
function isValue(node: ts.StringLiteral): boolean {
  return !ts.isBinaryExpression(node.parent) && !ts.isElementAccessExpression(node.parent);
}

test("no component has words of its own", () => {
  const spoken = new Set(["aria-label", "title", "placeholder", "alt", "label"]);
  const found: string[] = [];
  for (const path of SOURCES.filter((each) => each.endsWith(".tsx"))) {
    walk(parse(path), (node) => {
      const words = ts.isJsxText(node)
        ? node.text
        : ts.isJsxAttribute(node) &&
            spoken.has(node.name.getText()) &&
            node.initializer &&
            ts.isStringLiteral(node.initializer)
          ? node.initializer.text
          : "";
      // A single letter is a key of the keyboard.
      if (/\p{L}{2}/u.test(words) && !IDS.includes(words)) found.push(`${path}: ${words.trim()}`);
    });
  }
  expect(found).toEqual([]);
});
