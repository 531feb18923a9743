import { useSyncExternalStore } from "react";
import { create } from "zustand";
import { locale } from "../locales/catalogue";

/** A wall clock: milliseconds of its own face, and its offset from UTC in minutes. */
export type Wall = { face: number; offset: number };

/** The tenant's clock as last told, and when we heard it. */
type TenantClock = { now: Wall; zone: string; heard: number };

export const useTenantClock = create<{ clock: TenantClock | null }>(() => ({ clock: null }));

const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Reads RFC 3339 with its offset. The face is what the text says, in whatever zone we run. */
export function parseWall(text: string): Wall | null {
  const found = FORM.exec(text);
  if (!found) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = found;
  const face =
    Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    ) + Math.floor(Number(fraction ?? 0) * 1000);
  return { face, offset: offsetMinutes(zone ?? "Z") };
}

function offsetMinutes(zone: string): number {
  if (zone === "Z") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
}

/** Milliseconds since 1970 of an instant with its offset. */
export function msOf(text: string): number | null {
  const wall = parseWall(text);
  return wall ? wall.face - wall.offset * 60_000 : null;
}

/** The same instant on the face of another clock. */
export function onFace(wall: Wall, offset: number): Wall {
  return { face: wall.face + (offset - wall.offset) * 60_000, offset };
}

/** The operator's own offset at an instant. */
export function operatorOffset(wall: Wall): number {
  return -new Date(wall.face - wall.offset * 60_000).getTimezoneOffset();
}

/** Last part of a zone's name, as people say it. */
export function zoneName(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

export function hearNow(text: string, zone: string): void {
  const now = parseWall(text);
  if (now) useTenantClock.setState({ clock: { now, zone, heard: performance.now() } });
}

/** Another tenant is shown: its clock has not been heard yet. */
export function forgetNow(): void {
  useTenantClock.setState({ clock: null });
}

/** The tenant's wall clock at this moment. */
export function tenantNow(): Wall | null {
  const clock = useTenantClock.getState().clock;
  if (!clock) return null;
  return { face: clock.now.face + performance.now() - clock.heard, offset: clock.now.offset };
}

/** Minutes by which a zone is off UTC at an instant; nothing where the webview does not know the zone. */
function offsetIn(zone: string, ms: number): number | null {
  try {
    const parts = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "iso8601",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(ms);
    const part = (type: Intl.DateTimeFormatPartTypes) =>
      Number(parts.find((each) => each.type === type)?.value);
    const day = Date.UTC(part("year"), part("month") - 1, part("day"));
    const face = day + ((part("hour") * 60 + part("minute")) * 60 + part("second")) * 1000;
    return Number.isFinite(face)
      ? Math.round((face - Math.floor(ms / 1000) * 1000) / 60_000)
      : null;
  } catch {
    return null;
  }
}

/** The tenant's clock at an instant, in milliseconds. Nothing before the clock was heard. */
export function tenantWall(ms: number): Wall | null {
  const clock = useTenantClock.getState().clock;
  if (!clock) return null;
  const offset = offsetIn(clock.zone, ms) ?? clock.now.offset;
  return { face: ms + offset * 60_000, offset };
}

/**
 * The instant at which the tenant's clock shows this face, in milliseconds: another season may have another
 * offset. A time that is missing when clocks go forward is the first that is there, one that comes twice the
 * first, as the core has it. Nothing before the clock was heard.
 */
export function tenantInstant(face: number): number | null {
  const clock = useTenantClock.getState().clock;
  if (!clock) return null;
  const offsetAt = (ms: number) => offsetIn(clock.zone, ms) ?? clock.now.offset;
  const [before, after] = [offsetAt(face - DAY_MS), offsetAt(face + DAY_MS)];
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    const at = face - offset * 60_000;
    if (offsetAt(at) === offset) return at;
  }
  // Clocks go forward over it.
  let [still, then] = [face - after * 60_000, face - before * 60_000];
  while (then - still > 1) {
    const middle = Math.floor((still + then) / 2);
    if (offsetAt(middle) === before) still = middle;
    else then = middle;
  }
  return then;
}

/** A form of words for an instant, and what it said of the minutes that it was asked about. */
type Form = {
  options: Intl.DateTimeFormatOptions;
  made?: Intl.DateTimeFormat;
  said: Map<number, string>;
};

const form = (options: Intl.DateTimeFormatOptions): Form => ({ options, said: new Map() });

const MINUTE_MS = 60_000;
const MOST_SAID = 5_000;

/** The words, asked for once for a minute: none of the forms says more, and a list asks often. */
function format(form: Form, face: number): string {
  const minute = Math.floor(face / MINUTE_MS);
  const known = form.said.get(minute);
  if (known !== undefined) return known;
  form.made ??= new Intl.DateTimeFormat(locale, { ...form.options, timeZone: "UTC" });
  const words = form.made.format(face);
  if (form.said.size >= MOST_SAID) form.said.clear();
  form.said.set(minute, words);
  return words;
}

const TIME = form({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const WEEKDAY = form({ weekday: "short" });
const DAY = form({ day: "numeric", month: "short" });
const DAY_OF_YEAR = form({ day: "numeric", month: "short", year: "numeric" });
const WHOLE_DAY = form({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const DAY_MS = 86_400_000;
const NEAR_DAYS = 6;

const dayOf = (face: number) => Math.floor(face / DAY_MS);

/** Both faces show the same date. */
export const sameDay = (one: Wall, other: Wall) => dayOf(one.face) === dayOf(other.face);

/** Time of day, `14:05`. */
export const timeWords = (wall: Wall) => format(TIME, wall.face);

/** Weekday and time when near, day and month when far, the year when it is another. */
export function instantWords(wall: Wall, now: Wall | null): string {
  const seen = now ? onFace(now, wall.offset) : null;
  const days = seen ? Math.abs(dayOf(wall.face) - dayOf(seen.face)) : Number.POSITIVE_INFINITY;
  if (days <= NEAR_DAYS) return `${format(WEEKDAY, wall.face)} ${timeWords(wall)}`;
  const year = (face: number) => new Date(face).getUTCFullYear();
  if (seen && year(seen.face) === year(wall.face)) {
    return dateWords(wall);
  }
  return format(DAY_OF_YEAR, wall.face);
}

/** Day, month and time. */
export const dateWords = (wall: Wall) => `${format(DAY, wall.face)} ${timeWords(wall)}`;

/** Short name of a day of the week, Monday being 1. */
export const weekdayWords = (day: number) =>
  // The first of January 2024 was a Monday.
  format(WEEKDAY, Date.UTC(2024, 0, day));

/** Everything about an instant: weekday, date, time. */
export function fullWords(wall: Wall): string {
  return `${format(WHOLE_DAY, wall.face)} ${timeWords(wall)}`;
}

/** Weekday and time, for the clock of the top bar. */
export const clockWords = (wall: Wall) => `${format(WEEKDAY, wall.face)} ${timeWords(wall)}`;

const TICK_MS = 1000;
const tickers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let ticks = 0;

function subscribe(heard: () => void): () => void {
  tickers.add(heard);
  timer ??= setInterval(() => {
    ticks += 1;
    for (const ticker of tickers) ticker();
  }, TICK_MS);
  return () => {
    tickers.delete(heard);
    if (tickers.size === 0 && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Renders again every `seconds`, from one timer for the whole window. */
export function useTick(seconds: number): void {
  useSyncExternalStore(subscribe, () => Math.floor(ticks / seconds));
}

/** Renders again where what time makes of this is another, looked at once a second by the same timer. */
export function useTicking(look: () => string): void {
  useSyncExternalStore(subscribe, look);
}

/** Seconds since something was received. */
export const secondsSince = (received: number) => (performance.now() - received) / 1000;
