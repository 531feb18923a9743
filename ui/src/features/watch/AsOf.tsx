import type { ReceivedWatch } from "../../app/reads";
import { parseWall, secondsSince, timeWords, useTick } from "../../app/time";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";

/** Seconds since the data that is shown. */
export function ageOf(watch: ReceivedWatch): number {
  return (watch.age_seconds ?? 0) + secondsSince(watch.received);
}

/** When what is shown was so; in amber, with its age, once a poll was missed. */
export function AsOf({ watch }: { watch: ReceivedWatch }) {
  useTick(1);
  const wall = watch.as_of ? parseWall(watch.as_of) : null;
  if (!wall) return null;
  const time = timeWords(wall);
  return (
    <span data-tone={watch.stale ? "amber" : undefined} className="as-of">
      {watch.stale
        ? t("queue-as-of-old", { time, age: durationWords(ageOf(watch)) })
        : t("queue-as-of", { time })}
    </span>
  );
}
