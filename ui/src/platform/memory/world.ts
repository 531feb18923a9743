import type {
  AlertView,
  AppView,
  ControlView,
  CopyView,
  DemoWorldsView,
  Link,
  LogEntry,
  MoneyView,
  NotificationsView,
  NotShownView,
  NumberView,
  OperationView,
  OperationWord,
  PackChangesView,
  ProfileView,
  RecordDocument,
  SavedEntry,
  SettingView,
  Standing,
  UncomparedView,
  UnfinishedView,
  Error as WireError,
} from "../backend";
import { makeAlerts } from "./alerts";
import type { Told } from "./history";
import { makeLog } from "./log";
import { makeNumbers } from "./numbers";
import { makeReviews, type Review } from "./reviews";
import { makeNotifications, makePackChanges } from "./settings";
import { makeSettings } from "./tenant";

/** The instant that the invented world stands at, and its zone's offset. */
export const NOW_MS = Date.UTC(2026, 10, 20, 3, 45, 12);
export const OFFSET_MINUTES = 11 * 60;
export const ZONE = "Australia/Sydney";
export const HOUR = 3_600_000;
export const WINDOW = 72 * HOUR;
const FIRST_NUMBER = 418;

/** An instant on the tenant's wall clock. */
export function wall(ms: number): string {
  return `${new Date(ms + OFFSET_MINUTES * 60_000).toISOString().slice(0, 19)}+11:00`;
}

export function aud(minor: number): MoneyView {
  return { minor, currency: "AUD", digits: 2 };
}

export type Section = "open" | "on_the_way" | "passed" | "decided";

/** A request for money back, of which the invented tenant has as many as a test asks for. */
export type Request = {
  id: string;
  name: string;
  place: string;
  minor: number;
  purchased: number;
  state: "requested" | "refunded" | "denied";
  revision: number;
};

export type World = {
  app: AppView;
  link: Link;
  problem: WireError | null;
  filling: number | null;
  ageSeconds: number;
  requests: Request[];
  reviews: Review[];
  alerts: AlertView[];
  numbers: NumberView[];
  /** What the operator's roles do not see. */
  notShown: NotShownView;
  log: LogEntry[];
  notifications: NotificationsView;
  /** What the tenant says, without the operations on it. */
  settings: SettingView[];
  /** Switches of the platform; none in most worlds. */
  controls: ControlView[];
  /** Saved views, without the operations on them. */
  saved: SavedEntry[];
  packChanges: PackChangesView | null;
  /** Of a demo; none where the platform is no demo. */
  worlds: DemoWorldsView | null;
  operations: OperationView[];
  quarantine: boolean;
  uncompared: UncomparedView;
  copies: CopyView[];
  brokenAt: number | null;
  clockUnsure: boolean;
  /** Reads by name that answer with an error, or never. */
  fails: Partial<Record<string, WireError>>;
  hangs: Set<string>;
  /** What `act` was asked, by operation id. */
  acted: Map<string, OperationView>;
  /** Seconds for which what is approved can be taken back; none where it cannot be. */
  holdSeconds: number | null;
  /** How many of many reviews are looked at before; none where none have to be. */
  sampleOf: number | null;
  /** What was said of reviews that were drawn, the oldest first. */
  judged: { id: string; right: boolean }[];
  /** Documents by the id of the record that they belong to. */
  documents: Map<string, RecordDocument[]>;
  /** What everybody did to a record, by its id. */
  histories: Map<string, Told>;
  /** Records on which `actMany` fails, by id. */
  stubborn: Map<string, WireError>;
  /** Actions on many of which something is still to be queued. */
  unfinished: UnfinishedView[];
  /** What `setNotifications` and `testNotification` meet. */
  notified: WireError | null;
};

const NAMES: readonly (readonly [string, string])[] = [
  ["Paper & Press", "Marrickville"],
  ["Northside Pottery", "Mosman"],
  ["Clay and Kiln", "Newtown"],
  ["Harbour Glassworks", "Balmain"],
  ["The Weaving Room", "Leichhardt"],
  ["Ink & Anchor", "Pyrmont"],
  ["Slow Bread School", "Ashfield"],
  ["Quiet Hours Calligraphy", "Glebe"],
  ["Saltwater Sketching", "Manly"],
  ["Tram Shed Woodwork", "Rozelle"],
  ["Second Nature Dyeing", "Erskineville"],
  ["Little Loom", "Dulwich Hill"],
];

const HOURS_AGO = [68.8, 49.6, 17.1, 89.7, 136, 143, 160, 187, 196, 211, 230, 252];

/** The first dozen are told apart by hand; the rest follow them in a fixed pattern. */
export function makeRequests(count: number): Request[] {
  return Array.from({ length: count }, (_, at) => {
    const [name, place] = NAMES[at % NAMES.length] ?? ["", ""];
    const byHand = HOURS_AGO[at];
    const hours = byHand ?? 260 + at * 0.7;
    const waits = at < 4 || (count > 100 && at % 2 === 0);
    return {
      id: `R-${FIRST_NUMBER + at * 3}`,
      name: at < NAMES.length ? name : `${name} ${Math.floor(at / NAMES.length) + 1}`,
      place,
      minor: at % 5 === 3 ? 4400 : 2200,
      purchased: NOW_MS - hours * HOUR,
      state: waits ? "requested" : at % 4 === 2 ? "denied" : "refunded",
      revision: 3 + (at % 6),
    };
  });
}

export const PROFILE: ProfileView = {
  id: "p1",
  platform: "https://ops.harbour-classes.example",
  tenant: "Harbour Classes",
  operator: "Imogen Hart",
  zone: ZONE,
  passphrase: false,
  open: true,
  red: 0,
};

/** The action of the invented operations. */
export const APPROVE = { action_id: "approve", action: "Approve refund" };

export function operation(
  of: Pick<OperationView, "record" | "title" | "action_id" | "action"> & Partial<OperationView>,
  word: OperationWord,
  standing: Standing,
): OperationView {
  return {
    id: `01936a2e-7c1f-7000-8000-${of.record.replace(/\D/g, "").padStart(12, "0")}`,
    kind: "refund",
    view: null,
    to: null,
    reason: null,
    made_at: wall(NOW_MS - 7 * 60_000),
    not_after: wall(NOW_MS + 3.2 * HOUR),
    attempts: 0,
    next_try: null,
    goes_in_seconds: null,
    author: PROFILE.operator,
    foreign: false,
    may_retry: /^held_(rejected|restored|frozen)$/.test(standing),
    became: null,
    behind: 0,
    waits_for: null,
    agreement: null,
    theirs: [],
    said: {},
    ...of,
    word,
    standing,
  };
}

/** A working world: signed in, in step, with something of everything. */
export function makeWorld(requests = 12): World {
  const all = makeRequests(requests);
  const titled = (at: number) => {
    const request = all[at];
    return { record: request?.id ?? "", title: request ? `${request.name} — $22.00` : "" };
  };
  return {
    app: {
      phase: "open",
      keyring: "ready",
      profiles: [PROFILE],
      current: PROFILE.id,
      demo: null,
      notices: [],
      version: "0.1.0",
    },
    link: "in_step",
    problem: null,
    filling: null,
    ageSeconds: 12,
    requests: all,
    reviews: requests === 0 ? [] : makeReviews(51, 12),
    alerts: requests === 0 ? [] : makeAlerts(),
    numbers: requests === 0 ? [] : makeNumbers(),
    notShown: { queues: 0, numbers: 0, rules: 0 },
    log: makeLog(requests === 0 ? 1 : 214),
    notifications: makeNotifications(),
    settings: requests === 0 ? [] : makeSettings(),
    controls: [],
    saved: [],
    packChanges: makePackChanges(),
    worlds: null,
    operations:
      requests < 8
        ? []
        : [
            operation({ ...titled(2), ...APPROVE }, "queued", "waiting"),
            operation(
              { ...titled(5), ...APPROVE, made_at: wall(NOW_MS - 26 * HOUR) },
              "confirmed",
              "confirmed",
            ),
            operation(
              {
                ...titled(4),
                ...APPROVE,
                attempts: 1,
                made_at: wall(NOW_MS - 20 * 60_000),
              },
              "unknown",
              "unknown",
            ),
            operation(
              {
                ...titled(7),
                ...APPROVE,
                attempts: 1,
                made_at: wall(NOW_MS - 44 * 60_000),
                reason: {
                  code: "refund.charge_refunded",
                  row: "R-19",
                  detail: "The provider lists a refund for this charge since Tue 10:12.",
                },
                theirs: [
                  { field: "state", label: "State", value: { type: "text", text: "refunded" } },
                  { field: "by", label: "Decided by", value: { type: "text", text: "Theo Lang" } },
                ],
              },
              "refused",
              "held_conflict",
            ),
          ],
    quarantine: false,
    uncompared: { lines: 0, kinds: [] },
    copies: [],
    brokenAt: null,
    clockUnsure: false,
    fails: {},
    hangs: new Set(),
    acted: new Map(),
    holdSeconds: null,
    sampleOf: null,
    judged: [],
    documents: new Map(),
    histories: new Map(),
    stubborn: new Map(),
    unfinished: [],
    notified: null,
  };
}

/** A world in which nobody has signed in yet. */
export function signedOutWorld(change: Partial<AppView> = {}): World {
  const world = makeWorld();
  world.app = { ...world.app, phase: "sign_in", profiles: [], current: null, ...change };
  return world;
}
