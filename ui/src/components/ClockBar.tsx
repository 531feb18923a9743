import { Ban, CirclePause, Hourglass } from "lucide-react";
import { dateWords, parseWall, secondsSince, useTick } from "../app/time";
import { t } from "../locales/catalogue";
import { durationWords } from "../locales/words";
import type { ClockView, SegmentView, SessionView } from "../platform/backend";
import { Instant, secondsLeft, stillWords } from "./values";

type ClockProps = { clock: ClockView; received: number };

/** A deadline as a sentence and a bar that fills, with the time that pauses took as parts of it. */
export function ClockBar({ clock, received }: ClockProps) {
  useTick(1);
  const left = secondsLeft(clock, received);
  const passed = left <= 0;
  const still = clock.paused !== null && !passed;
  const Shape = passed ? Ban : still ? CirclePause : Hourglass;
  const duration = durationWords(left);
  const words = passed
    ? t("clock-ago", { duration })
    : still
      ? t("clock-waits", { duration })
      : t("clock-left", { what: clock.label, duration });
  const tone = passed ? "red" : clock.tone;
  const { full, parts } = sharesOf(clock, received);
  return (
    <div className="clock-bar" data-tone={tone}>
      <div className="clock-bar-words">
        <span className="clock figure" data-tone={tone}>
          <Shape size={14} aria-hidden />
          {words}
        </span>
        <span className="quiet">
          {still && <>{t("clock-if-now")} </>}
          <Instant at={clock.due} /> · {clock.basis}
        </span>
      </div>
      {/* A level, not work that goes on; its name stays, or it would be read out each second. */}
      {/* biome-ignore lint/a11y/useSemanticElements: a meter has no parts of its own */}
      <div
        className="bar"
        role="meter"
        aria-label={clock.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(parts.reduce((sum, part) => sum + part, full) * 100)}
      >
        <div className="bar-full" style={{ inlineSize: `${full * 100}%` }} />
        {parts.map((part, place) => (
          <div
            key={keyOf(clock.segments, place)}
            className="bar-part"
            data-counts={clock.segments[place]?.counts || undefined}
            style={{ inlineSize: `${part * 100}%` }}
          />
        ))}
      </div>
      {clock.paused && <div className="clock-note">{stillWords(clock.paused)}</div>}
      {clock.segments.length > 0 && (
        <ul className="clock-parts">
          {clock.segments.map((segment, place) => (
            <li key={keyOf(clock.segments, place)}>
              <span
                className="bar-part"
                data-counts={segment.counts || undefined}
                data-unknown={segment.minutes === null || undefined}
                aria-hidden
              />
              {segmentWords(segment, received)} <code className="row-id">{segment.row}</code>
            </li>
          ))}
        </ul>
      )}
      {clock.before_session && (
        <div className="clock-note">{sessionWords(clock.before_session)}</div>
      )}
    </div>
  );
}

/** Pauses of one clock may have the same words; their order stays. */
const keyOf = (segments: SegmentView[], place: number) =>
  `${place} ${segments[place]?.label ?? ""}`;

/** Seconds that a pause took until now; it runs on. */
function secondsOf(segment: SegmentView, received: number): number {
  const before = (segment.minutes ?? 0) * 60;
  return segment.running ? before + secondsSince(received) : before;
}

/** How much of the bar is full: with work, and with each pause. Together they are never more than all. */
export function sharesOf(clock: ClockView, received: number): { full: number; parts: number[] } {
  const left = secondsLeft(clock, received);
  // What stands still is due later with each second.
  const total = clock.seconds_total + (clock.paused ? secondsSince(received) : 0);
  const elapsed = Math.max(0, total - left);
  const all = Math.max(total, elapsed);
  if (all <= 0) return { full: 1, parts: clock.segments.map(() => 0) };
  const taken = clock.segments.map((segment) => secondsOf(segment, received));
  const sum = taken.reduce((one, other) => one + other, 0);
  // Two that ran at once took the same time.
  const fit = sum > elapsed ? elapsed / sum : 1;
  return {
    full: Math.max(0, elapsed - sum) / all,
    parts: taken.map((seconds) => (seconds * fit) / all),
  };
}

function segmentWords(segment: SegmentView, received: number): string {
  const what = segment.label;
  if (segment.minutes === null) return t("clock-part-unknown", { what });
  const duration = durationWords(secondsOf(segment, received));
  const running = segment.running ? "yes" : "no";
  return t(segment.counts ? "clock-part-counts" : "clock-part-moves", { what, duration, running });
}

/** The name of a session may be a weekday, so its instant is said by date. */
function sessionWords({ label, at }: SessionView): string {
  const wall = parseWall(at);
  return t("clock-before-session", { session: label, at: wall ? dateWords(wall) : at });
}
