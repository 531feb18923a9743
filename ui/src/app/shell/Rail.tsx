import {
  BookOpenText,
  ChevronsUpDown,
  Hourglass,
  Inbox,
  Radar,
  RefreshCw,
  ScrollText,
  Settings2,
  SlidersHorizontal,
  ToggleRight,
  TriangleAlert,
} from "lucide-react";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
} from "react";
import { usePointed } from "../../components/pointed";
import { NO_WISH } from "../../features/queues/wish";
import { t } from "../../locales/catalogue";
import type { NavigationView, ProfileView, QueueEntry } from "../../platform/backend";
import { type Aim, useReadAhead } from "../pages";
import { type Place, usePlace } from "../place";
import { useControls, useSync, useTenant, useWatch } from "../reads";
import { zoneName } from "../time";
import { initials } from "./initials";
import { SavedEntries } from "./SavedEntries";
import { SyncLine } from "./SyncLine";

type RailProps = {
  profile: ProfileView | undefined;
  /** The other profiles of this laptop. */
  others: ProfileView[];
  onProfile: () => void;
} & RoomsProps;

/** Whose operation it is, the rooms, and at the foot how things stand with the platform. */
export function Rail({ profile, others, onProfile, ...rooms }: RailProps) {
  return (
    <aside className="rail">
      {profile && (
        <button
          type="button"
          className="tenant"
          onClick={onProfile}
          title={t("tenant-title", {
            tenant: profile.tenant,
            zone: zoneName(profile.zone),
            operator: profile.operator,
          })}
        >
          <span className="tenant-mark" aria-hidden>
            {initials(profile.tenant)}
          </span>
          <span className="tenant-words">
            <strong>{profile.tenant}</strong>
            <span className="tenant-who">
              <span>{t("tenant-zone", { zone: zoneName(profile.zone) })}</span>{" "}
              <span>{profile.operator}</span>
            </span>
          </span>
          <Elsewhere others={others} />
          <ChevronsUpDown size={14} aria-hidden className="tenant-more" />
        </button>
      )}
      <Rooms {...rooms} />
      <SyncLine />
    </aside>
  );
}

type RoomsProps = {
  navigation: NavigationView | undefined;
  /** The queues could not be read: the other rooms stand without them. */
  failed: boolean;
  readOnly: boolean;
};

function Rooms({ navigation, failed, readOnly }: RoomsProps) {
  const go = usePlace((store) => store.go);
  const room = usePlace(({ place }) => roomOf(place));
  // A saved view is told by its own entry.
  const saved = usePlace(({ place }) => place.screen === "queue" && place.saved !== undefined);
  const readAhead = useReadAhead();
  const sync = useSync().data;
  const rooms = useRef<HTMLElement>(null);
  const heading = useId();
  const queues = navigation?.queues ?? [];
  // What is open may stand where the list of queues is scrolled away.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another room is open, or has come
  useEffect(() => {
    const open = rooms.current?.querySelector("[aria-current]");
    open?.scrollIntoView?.({ block: "nearest" });
  }, [room, queues.length]);
  const known = new Set(queues.map(({ view }) => view));
  const savedOf = (queue: string | null) =>
    (navigation?.saved ?? []).filter(({ view }) =>
      queue === null ? !known.has(view) : view === queue,
    );
  // Not before the queues: a room that moved under a pointer would be another one when it is pressed.
  if (!navigation && !failed) return <nav aria-label={t("nav-label")} />;
  return (
    <nav aria-label={t("nav-label")} ref={rooms} onKeyDown={moveAlong}>
      <ul>
        <li>
          <Entry
            icon={<Radar size={16} aria-hidden />}
            label={t("nav-watch")}
            current={room === "watch"}
            onGo={() => go({ screen: "watch" })}
            end={<RedCount />}
          />
        </li>
      </ul>
      <h2 className="rail-heading" id={heading}>
        {t("nav-queues")}
      </h2>
      <ul
        className="rail-queues"
        aria-labelledby={heading}
        style={{ "--queues": queues.length } as CSSProperties}
      >
        {queues.map((queue) => (
          <li key={queue.view}>
            <Entry
              icon={<Inbox size={16} aria-hidden />}
              label={queue.label}
              current={
                room === roomOf({ screen: "queue", view: queue.view, record: null }) && !saved
              }
              // Its rows are read while the key or the button is still on its way up.
              onAim={(aim) => readAhead({ view: queue.view, ...NO_WISH }, aim)}
              onGo={() => go({ screen: "queue", view: queue.view, record: null })}
              end={<QueueCount queue={queue} />}
            />
            <SavedEntries
              entries={savedOf(queue.view)}
              label={t("nav-saved-of", { queue: queue.label })}
              readOnly={readOnly}
            />
          </li>
        ))}
      </ul>
      <SavedEntries entries={savedOf(null)} label={t("nav-saved")} readOnly={readOnly} />
      <hr />
      <ul>
        <li>
          <Entry
            icon={<ScrollText size={16} aria-hidden />}
            label={t("nav-log")}
            current={room === "log"}
            onGo={() => go({ screen: "log" })}
            end={null}
          />
        </li>
        <li>
          <Entry
            icon={<BookOpenText size={16} aria-hidden />}
            label={t("nav-reference")}
            current={room === "reference"}
            onGo={() => go({ screen: "reference" })}
            end={null}
          />
        </li>
        <li>
          <Entry
            icon={<SlidersHorizontal size={16} aria-hidden />}
            label={t("nav-tenant")}
            current={room === "tenant"}
            onGo={() => go({ screen: "tenant" })}
            end={<Unsaid />}
          />
        </li>
        <li>
          <Entry
            icon={<ToggleRight size={16} aria-hidden />}
            label={t("nav-controls")}
            current={room === "controls"}
            onGo={() => go({ screen: "controls" })}
            end={<Switched />}
          />
        </li>
        <li>
          <Entry
            icon={<RefreshCw size={16} aria-hidden />}
            label={t("nav-sync")}
            current={room === "sync"}
            onGo={() => go({ screen: "sync" })}
            end={
              sync && sync.open.held > 0 ? (
                <span className="badge">
                  {sync.open.held}
                  <span className="visually-hidden">{t("nav-held")}</span>
                </span>
              ) : null
            }
          />
        </li>
        <li>
          <Entry
            icon={<Settings2 size={16} aria-hidden />}
            label={t("nav-settings")}
            current={room === "settings"}
            onGo={() => go({ screen: "settings" })}
            end={null}
          />
        </li>
      </ul>
    </nav>
  );
}

/** Where the operator is, whatever is picked there. */
const roomOf = (place: Place) => (place.screen === "queue" ? `queue ${place.view}` : place.screen);

/** Red alerts that nobody has acknowledged; hollow while nobody has heard from the platform. */
function RedCount() {
  const watch = useWatch().data;
  if (!watch || watch.digest.red === 0) return null;
  const words = t(watch.stale ? "nav-red-stale" : "nav-red", { count: watch.digest.red });
  return (
    <span className="badge" data-stale={watch.stale || undefined} title={words}>
      <span aria-hidden>{watch.digest.red}</span>
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

/** Settings that the tenant has to say before going live, and has not. */
function Unsaid() {
  const open = useTenant().data?.open ?? 0;
  if (open === 0) return null;
  const words = t("nav-unsaid", { count: open });
  return (
    <span className="rail-count">
      <span className="urgent" title={words}>
        <TriangleAlert size={12} aria-hidden />
        <span aria-hidden>{open}</span>
        <span className="visually-hidden">{words}</span>
      </span>
    </span>
  );
}

/** Switches that are not as usual. */
function Switched() {
  const controls = useControls().data?.controls ?? [];
  const on = controls.filter((control) => control.on).length;
  if (on === 0) return null;
  const words = t("nav-switched", { count: on });
  return (
    <span className="rail-count">
      <span className="urgent" title={words}>
        <TriangleAlert size={12} aria-hidden />
        <span aria-hidden>{on}</span>
        <span className="visually-hidden">{words}</span>
      </span>
    </span>
  );
}

/** Red alerts of the profiles that are not shown. */
function Elsewhere({ others }: { others: ProfileView[] }) {
  const count = others.reduce((sum, each) => sum + each.red, 0);
  if (count === 0) return null;
  const tenants = others.filter((each) => each.red > 0).map((each) => each.tenant);
  const words = t("nav-red-elsewhere", { count, tenants: tenants.join(", ") });
  return (
    <span className="badge" title={words}>
      <span aria-hidden>{count}</span>
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

/** The arrows go from one room to the next, Home and End to the outermost: there may be many. */
function moveAlong(event: KeyboardEvent<HTMLElement>): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>(".rail-entry")];
  const at = entries.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  const last = entries.length - 1;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  entries[Math.max(0, Math.min(last, to))]?.focus();
}

type EntryProps = {
  icon: ReactNode;
  label: string;
  current: boolean;
  onGo: () => void;
  /** It has the focus, or is being pressed: it may be gone to. */
  onAim?: (aim: Aim) => void;
  end: ReactNode;
};

function Entry({ icon, label, current, onGo, onAim, end }: EntryProps) {
  const pointed = usePointed(label);
  return (
    <button
      type="button"
      className="rail-entry"
      aria-current={current ? "page" : undefined}
      onClick={onGo}
      onFocus={() => onAim?.("soon")}
      onBlur={() => onAim?.("past")}
      onPointerDown={() => onAim?.("now")}
      {...pointed}
      data-initials={initials(label)}
    >
      {icon}
      <span className="rail-label">{label}</span>
      {end}
    </button>
  );
}

function QueueCount({ queue }: { queue: QueueEntry }) {
  return (
    <span className="rail-count">
      {queue.urgent > 0 && (
        <span className="urgent" title={t("nav-urgent", { count: queue.urgent })}>
          <Hourglass size={12} aria-hidden />
          {queue.urgent}
          <span className="visually-hidden">{t("nav-urgent", { count: queue.urgent })}</span>
        </span>
      )}
      <span>
        {queue.open}
        <span className="visually-hidden">{t("nav-open")}</span>
      </span>
    </span>
  );
}
