import { expect, test } from "vitest";
import { ruleWords, spanWords } from "./spans";

test("a stretch of time is said in the unit that was meant", () => {
  expect([0, 15, 60, 90, 240, 1440, 2880].map(spanWords)).toEqual([
    "at once",
    "15 min",
    "1 h",
    "1 h 30",
    "4 h",
    "1 day",
    "2 days",
  ]);
});

test("a rule is said in words", () => {
  expect(ruleWords("FREQ=DAILY;BYHOUR=9;BYMINUTE=0")).toBe("every day, 09:00");
  expect(ruleWords("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=30")).toBe("every day, 08:30, 20:30");
  expect(ruleWords("FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=14;BYMINUTE=5")).toBe("Mon, Thu, 14:05");
  expect(ruleWords("FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0")).toBe(
    "day 1 of the month, 09:00",
  );
});

test("a rule with more to it is shown as it is written, never as something simpler", () => {
  for (const rule of [
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0",
    "FREQ=WEEKLY;BYHOUR=9;BYMINUTE=0",
    "FREQ=DAILY;BYDAY=MO;BYHOUR=9;BYMINUTE=0",
    "FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9;BYMINUTE=0",
    "FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9;BYMINUTE=0",
    "FREQ=YEARLY;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0",
    "FREQ=DAILY;BYMINUTE=0",
  ]) {
    expect(ruleWords(rule)).toBe(rule);
  }
});
