import { usePlace } from "../../app/place";
import type { ReceivedWatch } from "../../app/reads";
import { dateWords, instantWords, msOf, parseWall, tenantNow, useTick } from "../../app/time";
import { Card } from "../../components/Card";
import { secondsLeft } from "../../components/values";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";
import type { LapsesView, LapseView } from "../../platform/backend";
import { gather, ticksOf } from "./timeline";

/** A label takes this share of the line, so the next one stands at least as far off. */
const LABEL_SHARE = 0.42;

/** Deadlines of the next days on a line, and the sessions between them. */
export function Lapses({ watch }: { watch: ReceivedWatch }) {
  useTick(60);
  const { lapses } = watch;
  const line = lineOf(lapses);
  if (!line || (lapses.lapses.length === 0 && lapses.sessions.length === 0)) return null;
  const groups = gather(
    lapses.lapses.map((each) => ({ each, at: line.at(each.clock.due) })),
    LABEL_SHARE,
  );
  const days = Math.round((line.to - line.from) / 86_400_000);
  return (
    <Card
      title={t("lapses-title")}
      aside={
        <>
          {lapses.more > 0 && <>{t("lapses-more", { count: lapses.more })} · </>}
          {t("window-next-days", { days })}
        </>
      }
    >
      <div className="lapses" data-empty={groups.length === 0 || undefined}>
        {groups.length === 0 && <p className="quiet">{t("lapses-none")}</p>}
        <ul
          className="lapses-line"
          data-alone={groups.filter(({ labelled }) => labelled).length === 1 || undefined}
        >
          {ticksOf(lapses.from, line).map((at) => (
            <li key={at} className="lapses-tick" style={place(at)} aria-hidden />
          ))}
          {groups.map(({ items, at, labelled }) => (
            <Lapse
              key={items[0]?.each.id}
              items={items.map(({ each }) => each)}
              at={at}
              labelled={labelled}
              received={watch.received}
            />
          ))}
        </ul>
        <ul className="lapses-sessions">
          {gather(
            lapses.sessions.map((each) => ({ each, at: line.at(each.at) })),
            LABEL_SHARE,
          ).map(({ items, at, labelled }) => {
            const session = items[0]?.each;
            const wall = session ? parseWall(session.at) : null;
            if (!session || !wall) return null;
            return (
              <li key={session.at} style={place(at)} data-edge={edgeOf(at)} title={dateWords(wall)}>
                <span className="lapses-session" />
                {labelled && (
                  <span className="lapses-label">
                    <strong>{instantWords(wall, tenantNow())}</strong>
                    <span className="quiet">{t("lapses-session", { label: session.label })}</span>
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </Card>
  );
}

type LapseProps = { items: LapseView[]; at: number; labelled: boolean; received: number };

function Lapse({ items, at, labelled, received }: LapseProps) {
  const go = usePlace((store) => store.go);
  const first = items[0];
  if (!first) return null;
  const { clock, kind, id, view } = first;
  const left = secondsLeft(clock, received);
  const time = left > 0 ? durationWords(left) : t("clock-passed");
  const what =
    items.length === 1
      ? first.title
      : t("lapses-group", { title: first.title, count: items.length - 1 });
  return (
    <li style={place(at)} data-edge={edgeOf(at)} data-tone={left > 0 ? clock.tone : "red"}>
      {labelled && (
        <span className="lapses-label" aria-hidden>
          <strong>{time}</strong>
          <span className="quiet">{what}</span>
        </span>
      )}
      <button
        type="button"
        className="lapses-dot"
        data-many={items.length > 1 || undefined}
        title={t("lapses-open", { title: what, time })}
        aria-label={t("lapses-open", { title: what, time })}
        onClick={() => go({ screen: "queue", view, record: { kind, id } })}
      >
        {items.length > 1 && <span aria-hidden>{items.length}</span>}
      </button>
    </li>
  );
}

function lineOf({ from, to }: LapsesView) {
  const start = msOf(from);
  const end = msOf(to);
  if (start === null || end === null || end <= start) return null;
  return {
    from: start,
    to: end,
    at: (text: string) => Math.min(1, Math.max(0, ((msOf(text) ?? start) - start) / (end - start))),
  };
}

const place = (at: number) => ({ insetInlineStart: `${at * 100}%` });

/** A label near an end grows towards the middle. */
const edgeOf = (at: number) => (at < 0.17 ? "start" : at > 0.83 ? "end" : undefined);
