import { expect, test } from "vitest";
import { watchOf } from "../../platform/memory/watch";
import { makeWorld } from "../../platform/memory/world";
import { restOf } from "./standing";

const { digest, due } = watchOf(makeWorld());
const calm = { ...digest, red: 0, lapsing: [] };

test("nothing else, in green, is said where nothing burns or lapses and all that is due was named", () => {
  expect(restOf({ digest: calm, due })).toEqual({ words: "digest-else", calm: true });
  expect(restOf({ digest: { ...calm, quiet: true }, due: [] })).toEqual({
    words: "digest-quiet",
    calm: true,
  });
});

test("beside a red alert or what lapses it is not green", () => {
  expect(restOf({ digest: { ...calm, red: 1 }, due }).calm).toBe(false);
  expect(restOf({ digest: { ...calm, lapsing: digest.lapsing }, due }).calm).toBe(false);
});

test("where something is due that the digest did not name, it says so", () => {
  expect(restOf({ digest: { ...calm, arrived: [] }, due })).toEqual({
    words: "digest-else-due",
    calm: false,
  });
});
