import {
  CircleAlert,
  CircleCheck,
  CircleHelp,
  Hourglass,
  type LucideIcon,
  Plus,
  TriangleAlert,
} from "lucide-react";
import type { ReactNode } from "react";
import { usePlace } from "../../app/place";
import type { ReceivedWatch } from "../../app/reads";
import { instantWords, parseWall, tenantNow, timeWords, useTick } from "../../app/time";
import { t } from "../../locales/catalogue";
import { durationWords } from "../../locales/words";
import type { DigestView } from "../../platform/backend";
import { ageOf } from "./AsOf";

/** What changed since the last session, by consequence: the ten seconds. */
export function Digest({ watch }: { watch: ReceivedWatch }) {
  const { digest } = watch;
  return (
    <section className="card digest" aria-label={t("digest-title")}>
      <Since digest={digest} />
      <Alerts digest={digest} stale={watch.stale} />
      <Lapsing digest={digest} />
      <Arrived digest={digest} />
      <Rest watch={watch} />
    </section>
  );
}

type PartProps = { icon?: LucideIcon; tone?: string; title: ReactNode; children: ReactNode };

function Part({ icon: Icon, tone, title, children }: PartProps) {
  return (
    <div className="digest-part" data-tone={tone}>
      {Icon && <Icon size={16} aria-hidden />}
      <div>
        <h2>{title}</h2>
        <p className="quiet">{children}</p>
      </div>
    </div>
  );
}

function when(at: string): string {
  const wall = parseWall(at);
  return wall ? instantWords(wall, tenantNow()) : at;
}

function Since({ digest }: { digest: DigestView }) {
  if (!digest.since || digest.since_seconds === null) {
    return <Part title={t("digest-first")}>{t("digest-first-text")}</Part>;
  }
  return (
    <Part title={t("digest-since", { since: when(digest.since) })}>
      {durationWords(digest.since_seconds)}
      {digest.came_and_went > 0 && ` · ${t("digest-came", { count: digest.came_and_went })}`}
    </Part>
  );
}

function Alerts({ digest, stale }: { digest: DigestView; stale: boolean }) {
  const { red, yellow, acknowledged } = digest;
  const words = [
    acknowledged > 0 && t("digest-acknowledged", { count: acknowledged }),
    red > 0 && yellow > 0 && t("digest-yellow-too", { count: yellow }),
    stale && t("digest-last-heard"),
  ].filter(Boolean);
  if (red > 0) {
    return (
      <Part icon={CircleAlert} tone="red" title={t("digest-red", { count: red })}>
        {words.length > 0 ? words.join(" · ") : t("digest-red-text")}
      </Part>
    );
  }
  if (yellow > 0) {
    return (
      <Part icon={TriangleAlert} tone="amber" title={t("digest-yellow", { count: yellow })}>
        {words.length > 0 ? words.join(" · ") : t("digest-no-red")}
      </Part>
    );
  }
  return (
    <Part
      icon={stale ? CircleHelp : CircleCheck}
      tone={stale ? "amber" : "green"}
      title={t(acknowledged > 0 ? "digest-none-new" : "digest-none")}
    >
      {words.length > 0 ? words.join(" · ") : t("digest-rules", { count: digest.rules })}
    </Part>
  );
}

function Lapsing({ digest }: { digest: DigestView }) {
  const go = usePlace((store) => store.go);
  const { lapsing, next_session } = digest;
  const session = next_session
    ? t("digest-session", { at: when(next_session.at) })
    : t("digest-no-session");
  const count = lapsing.reduce((sum, each) => sum + each.count, 0);
  if (count === 0) {
    return (
      <Part icon={Hourglass} tone="neutral" title={t("digest-no-lapse")}>
        {session}
      </Part>
    );
  }
  return (
    <Part icon={Hourglass} tone="amber" title={t("digest-lapse", { count })}>
      {lapsing.map(({ view, label, count }) => (
        <button
          key={view}
          type="button"
          className="link"
          onClick={() => go({ screen: "queue", view, record: null })}
        >
          {lapsing.length > 1 ? t("digest-in", { label, count }) : label}
        </button>
      ))}{" "}
      {session}
    </Part>
  );
}

/** Queues that are named; the rest is counted. */
const NAMED = 2;

function Arrived({ digest }: { digest: DigestView }) {
  const go = usePlace((store) => store.go);
  const { arrived } = digest;
  const count = arrived.reduce((sum, each) => sum + each.count, 0);
  if (count === 0) {
    return (
      <Part icon={Plus} tone="neutral" title={t("digest-nothing-new")}>
        {t("digest-queues", { count: digest.queues })}
      </Part>
    );
  }
  return (
    <Part icon={Plus} tone="blue" title={t("digest-arrived", { count })}>
      {arrived.slice(0, NAMED).map(({ view, label, count, open }) => (
        <span key={view} className="digest-item">
          <button
            type="button"
            className="link"
            onClick={() => go({ screen: "queue", view, record: null })}
          >
            {t("digest-in", { label, count })}
          </button>{" "}
          {t("digest-of-open", { open })}
        </span>
      ))}
      {arrived.length > NAMED && (
        <span className="digest-item">
          {t("digest-more-queues", { count: arrived.length - NAMED })}
        </span>
      )}
    </Part>
  );
}

/** What was looked at, so that silence means something; never said of what nobody could see. */
function Rest({ watch }: { watch: ReceivedWatch }) {
  useTick(1);
  const go = usePlace((store) => store.go);
  const { digest, stale, as_of } = watch;
  const proof = t("digest-proof", {
    queues: t("digest-queues", { count: digest.queues }),
    rules: t("digest-rules", { count: digest.rules }),
    age: durationWords(ageOf(watch)),
  });
  const wall = as_of ? parseWall(as_of) : null;
  if (stale && wall) {
    return (
      <Part icon={CircleHelp} tone="amber" title={t("digest-stale", { time: timeWords(wall) })}>
        {proof}
      </Part>
    );
  }
  if (digest.unknown > 0) {
    return (
      <Part icon={CircleHelp} tone="amber" title={t("digest-unknown", { count: digest.unknown })}>
        {t("digest-unknown-text")} {proof}
      </Part>
    );
  }
  if (digest.held > 0) {
    return (
      <Part icon={TriangleAlert} tone="amber" title={t("digest-held", { count: digest.held })}>
        <button type="button" className="link" onClick={() => go({ screen: "sync" })}>
          {t("digest-held-open")}
        </button>{" "}
        {proof}
      </Part>
    );
  }
  if (digest.quiet) {
    return (
      <Part icon={CircleCheck} tone="green" title={t("digest-quiet")}>
        {proof}
      </Part>
    );
  }
  // Beside what burns a green tick would be read as an all-clear, and what is due needs somebody.
  const said = new Set([...digest.lapsing, ...digest.arrived].map(({ view }) => view));
  const rest = watch.due.some(({ view }) => !said.has(view));
  const calm = !rest && digest.red === 0 && digest.lapsing.length === 0;
  return (
    <Part
      icon={CircleCheck}
      tone={calm ? "green" : "neutral"}
      title={t(rest ? "digest-else-due" : "digest-else")}
    >
      {proof}
    </Part>
  );
}
