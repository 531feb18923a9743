import { Ban, CirclePause, Hourglass } from "lucide-react";
import {
  fullWords,
  instantWords,
  onFace,
  operatorOffset,
  parseWall,
  sameDay,
  secondsSince,
  tenantNow,
  timeWords,
  useTenantClock,
  useTick,
  useTicking,
  zoneName,
} from "../app/time";
import { t } from "../locales/catalogue";
import { durationWords, moneyWords, numberWords } from "../locales/words";
import type { CellValue, ClockView, MoneyView, PausedView } from "../platform/backend";
import { Tone } from "./tones";

export function Money({ money }: { money: MoneyView }) {
  return (
    <span
      className="figure"
      title={t("money-title", { amount: moneyWords(money), currency: money.currency })}
    >
      {moneyWords(money)}
    </span>
  );
}

/** An instant in the tenant's words; with `both`, beside it the operator's where they differ. */
export function Instant({ at, both = false }: { at: string; both?: boolean }) {
  useTick(60);
  const zone = useTenantClock((store) => store.clock?.zone);
  const wall = parseWall(at);
  if (!wall) return <span>{at}</span>;
  const mine = onFace(wall, operatorOffset(wall));
  const differs = mine.offset !== wall.offset;
  const title = differs
    ? t("instant-both", { theirs: fullWords(wall), mine: fullWords(mine) })
    : fullWords(wall);
  const words = (
    <time dateTime={at} title={title} className="figure">
      {instantWords(wall, tenantNow())}
    </time>
  );
  if (!both || !zone || !differs) return words;
  const mineWords = sameDay(wall, mine) ? timeWords(mine) : instantWords(mine, tenantNow());
  return (
    <>
      {words}{" "}
      <span className="quiet whole">
        {t("instant-zone", { zone: zoneName(zone), mine: mineWords })}
      </span>
    </>
  );
}

/** Seconds left now, given when the clock was read. */
export function secondsLeft(clock: ClockView, received: number): number {
  const left = clock.seconds_left;
  return clock.runs && !clock.paused ? left - secondsSince(received) : left;
}

/** Since when a clock stands still, and for what. */
export function stillWords({ since, label }: PausedView): string {
  const wall = parseWall(since);
  return t("clock-stands", { since: wall ? instantWords(wall, tenantNow()) : since, what: label });
}

/** Changes as the words for the time left do: each second at the end, each minute before that. */
function stepOf(left: number): string {
  if (left <= 0) return "passed";
  return left < 60 ? `${Math.floor(left)} s` : `${Math.floor(left / 60)} min`;
}

/** Time left, in words. */
export function ClockCell({ clock, received }: { clock: ClockView; received: number }) {
  useTicking(() => stepOf(secondsLeft(clock, received)));
  const left = secondsLeft(clock, received);
  if (!clock.runs) return <span className="quiet">{t("value-none")}</span>;
  const passed = left <= 0;
  if (clock.paused && !passed) {
    return (
      <span className="clock figure" data-tone="neutral" title={stillWords(clock.paused)}>
        <CirclePause size={14} aria-hidden />
        {t("clock-still", { duration: durationWords(left) })}
      </span>
    );
  }
  const Shape = passed ? Ban : Hourglass;
  const due = parseWall(clock.due);
  return (
    <span
      className="clock figure"
      data-tone={passed ? "red" : clock.tone}
      title={due ? t("clock-title", { what: clock.label, due: fullWords(due) }) : undefined}
    >
      <Shape size={14} aria-hidden />
      {passed ? t("clock-passed") : durationWords(left)}
    </span>
  );
}

/** A time of day of the tenant's clock. */
export function TimeOf({ at }: { at: string }) {
  const wall = parseWall(at);
  return (
    <time dateTime={at} className="figure" title={wall ? fullWords(wall) : undefined}>
      {wall ? timeWords(wall) : at}
    </time>
  );
}

type ValueProps = { value: CellValue; received: number; both?: boolean };

/** Any typed value. */
export function Value({ value, received, both = false }: ValueProps) {
  switch (value.type) {
    case "empty":
      return <span className="quiet">{t("value-none")}</span>;
    case "hidden":
      return <span className="quiet">{t("value-hidden")}</span>;
    case "text":
      return <bdi>{value.text}</bdi>;
    case "number":
      return <span className="figure">{numberWords(value.number)}</span>;
    case "flag":
      return <span>{t(value.on ? "value-yes" : "value-no")}</span>;
    case "money":
      return <Money money={value.money} />;
    case "instant":
      return <Instant at={value.at} both={both} />;
    case "clock":
      return <ClockCell clock={value.clock} received={received} />;
    case "state":
      return <Tone tone={value.tone}>{value.label}</Tone>;
    case "unknown":
      return (
        <span className="unknown-value" title={t("value-unknown")}>
          <bdi>{value.text}</bdi>
        </span>
      );
  }
}
