import { afterEach, describe, expect, test, vi } from "vitest";
import {
  fullWords,
  hearNow,
  instantWords,
  onFace,
  parseWall,
  sameDay,
  tenantNow,
  timeWords,
  type Wall,
  zoneName,
} from "./time";

const wall = (text: string): Wall => {
  const found = parseWall(text);
  if (!found) throw new Error(text);
  return found;
};

afterEach(() => vi.restoreAllMocks());

describe("an instant with its offset", () => {
  test("says what its own face says, whatever zone the webview is in", () => {
    for (const zone of ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"]) {
      const before = process.env.TZ;
      process.env.TZ = zone;
      expect(timeWords(wall("2026-11-20T14:45:12+11:00"))).toBe("14:45");
      expect(fullWords(wall("2026-11-20T00:05:00+11:00"))).toMatch(/Fri.*20.*2026.*00:05$/);
      process.env.TZ = before;
    }
  });

  test("is read with fractions, Z and negative offsets, and refused otherwise", () => {
    expect(wall("2026-11-20T03:22:28.250Z")).toEqual({
      face: Date.UTC(2026, 10, 20, 3, 22, 28, 250),
      offset: 0,
    });
    expect(wall("2026-11-20T03:22:28-04:30").offset).toBe(-270);
    for (const bad of ["", "2026-11-20", "2026-11-20 03:22:28Z", "yesterday"]) {
      expect(parseWall(bad)).toBeNull();
    }
  });

  test("keeps its instant on another face, over midnight too", () => {
    const there = wall("2026-11-20T02:30:00+11:00");
    const here = onFace(there, 0);
    expect(timeWords(here)).toBe("15:30");
    expect(sameDay(there, here)).toBe(false);
  });

  test("is a weekday when near, a date when far, a year when it is another", () => {
    const now = wall("2026-11-20T14:45:00+11:00");
    expect(instantWords(wall("2026-11-17T17:57:00+11:00"), now)).toBe("Tue 17:57");
    expect(instantWords(wall("2026-11-10T02:45:00+11:00"), now)).toMatch(/10.*02:45$/);
    expect(instantWords(wall("2025-11-10T02:45:00+11:00"), now)).toMatch(/2025$/);
  });
});

describe("the tenant's clock", () => {
  test("runs on from when it was heard", () => {
    const performanceNow = vi.spyOn(performance, "now").mockReturnValue(1000);
    hearNow("2026-11-20T14:45:12+11:00", "Australia/Sydney");
    performanceNow.mockReturnValue(61_000);
    expect(timeWords(tenantNow() ?? { face: 0, offset: 0 })).toBe("14:46");
  });

  test("has a name that people say", () => {
    expect(zoneName("America/Argentina/Buenos_Aires")).toBe("Buenos Aires");
    expect(zoneName("UTC")).toBe("UTC");
  });
});
