import {
  Check,
  CircleAlert,
  CircleCheck,
  CircleSlash,
  type LucideIcon,
  TriangleAlert,
} from "lucide-react";
import { usePlace } from "../../app/place";
import {
  fullWords,
  instantWords,
  onFace,
  parseWall,
  sameDay,
  tenantNow,
  timeWords,
} from "../../app/time";
import { Card } from "../../components/Card";
import { StatusWord } from "../../components/tones";
import { t } from "../../locales/catalogue";
import type { EventView, EventWhat } from "../../platform/backend";

/** What happened last. Our own doing in whole runs: "Approve · 50 records". */
export function Events({ events }: { events: EventView[] }) {
  const go = usePlace((store) => store.go);
  if (events.length === 0) return null;
  return (
    <Card
      title={t("events-title")}
      aside={
        <button type="button" className="link" onClick={() => go({ screen: "log" })}>
          {t("events-log")}
        </button>
      }
    >
      <ul className="events">
        {events.map((event) => (
          <Event key={`${event.at} ${JSON.stringify(event.what)}`} event={event} />
        ))}
      </ul>
    </Card>
  );
}

function Event({ event }: { event: EventView }) {
  const { icon: Icon, tone, words } = said(event.what);
  return (
    <li className="event" data-tone={tone}>
      <When at={event.at} />
      <Icon size={15} aria-hidden />
      <span className="event-words" title={words}>
        <bdi>{words}</bdi>
      </span>
      {event.what.type === "done" && event.what.word !== "confirmed" && (
        <StatusWord word={event.what.word} />
      )}
    </li>
  );
}

/** Time of day for today, else the day. */
function When({ at }: { at: string }) {
  const wall = parseWall(at);
  const now = tenantNow();
  if (!wall) return <time>{at}</time>;
  const today = now !== null && sameDay(wall, onFace(now, wall.offset));
  const day = instantWords(wall, now).split(" ")[0];
  return (
    <time dateTime={at} title={fullWords(wall)} className="quiet figure">
      {today ? timeWords(wall) : day}
    </time>
  );
}

function said(what: EventWhat): { icon: LucideIcon; tone: string; words: string } {
  switch (what.type) {
    case "fired":
      return {
        icon: what.severity === "red" ? CircleAlert : TriangleAlert,
        tone: what.severity === "red" ? "red" : "amber",
        words: t("event-fired", { label: what.label }),
      };
    case "resolved":
      return {
        icon: CircleCheck,
        tone: "green",
        words: t("event-resolved", { label: what.label }),
      };
    case "done":
      return {
        icon: Check,
        tone: "neutral",
        words: what.title
          ? t("event-done-one", { action: what.action, title: what.title })
          : t("event-done", { action: what.action, count: what.count }),
      };
    case "not_agreed":
      return {
        icon: CircleSlash,
        tone: "neutral",
        words: t(what.withdrawn ? "event-withdrawn" : "event-lapsed", { label: what.label }),
      };
  }
}
