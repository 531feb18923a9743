import type {
  BatchView,
  CellValue,
  ClockView,
  ColumnView,
  NavigationView,
  OpenPart,
  OperationView,
  RelatedView,
  RowView,
  SyncView,
  UndoOfferView,
  ViewPage,
  ViewRequest,
} from "../backend";
import { type PageOf, paged } from "./paged";
import { reviewPage, reviewSection } from "./reviews";
import {
  aud,
  HOUR,
  NOW_MS,
  type Request,
  type Section,
  WINDOW,
  type World,
  wall,
  ZONE,
} from "./world";

const SECTIONS: PageOf<Request>["sections"] = [
  { id: "open", label: "Open", note: null, at_once: null },
  { id: "on_the_way", label: "", note: null, at_once: null },
  {
    id: "passed",
    label: "Window passed while waiting for us",
    note: "goes to the owner with a ready note",
    at_once: null,
  },
  { id: "decided", label: "Decided", note: "in 14 days", at_once: null },
];

const COLUMNS: ColumnView[] = [
  { field: "name", label: "Business", kind: "text", sortable: true },
  { field: "amount", label: "Amount", kind: "money", sortable: true },
  { field: "purchased_at", label: "Purchased", kind: "instant", sortable: true },
  { field: "clock.lapse", label: "Lapses in", kind: "clock", sortable: false },
  { field: "days", label: "Days since the purchase", kind: "number", sortable: false },
  { field: "state", label: "State", kind: "state", sortable: false },
];

/** Our newest operation on a record. */
export function operationOn(world: World, id: string): OperationView | undefined {
  return world.operations.find((operation) => operation.record === id);
}

export function sectionOf(world: World, request: Request): Section {
  const ours = operationOn(world, request.id);
  if (ours && ours.standing !== "confirmed" && ours.standing !== "discarded") return "on_the_way";
  if (request.state !== "requested") return "decided";
  return request.purchased + WINDOW > NOW_MS ? "open" : "passed";
}

export function clockOf(request: Request): ClockView {
  const left = (request.purchased + WINDOW - NOW_MS) / 1000;
  return {
    label: "lapses",
    basis: "72 h after purchase",
    start: wall(request.purchased),
    due: wall(request.purchased + WINDOW),
    seconds_left: left,
    seconds_total: WINDOW / 1000,
    tone: left <= 0 ? "red" : left < 12 * 3600 ? "amber" : "green",
    runs: request.state === "requested",
    row: "R-17",
    before_session:
      left > 0 && left < 12 * 3600 ? { label: "Monday", at: wall(NOW_MS + 66 * HOUR) } : null,
    paused: null,
    segments: [],
  };
}

export function stateOf(request: Request): CellValue {
  const tone =
    request.state === "refunded" ? "green" : request.state === "denied" ? "red" : "neutral";
  const label = request.state === "refunded" ? "refunded to the card" : request.state;
  return { type: "state", id: request.state, label, tone };
}

export const titleOf = (request: Request) =>
  `${request.name} — $${(request.minor / 100).toFixed(2)}`;

function rowOf(world: World, request: Request): RowView {
  const clock = clockOf(request);
  const days = Math.floor((NOW_MS - request.purchased) / (24 * HOUR));
  return {
    kind: "refund",
    id: request.id,
    title: titleOf(request),
    revision: request.revision,
    section: sectionOf(world, request),
    cells: [
      { value: { type: "text", text: request.name }, beside: request.place },
      { value: { type: "money", money: aud(request.minor) }, beside: null },
      { value: { type: "instant", at: wall(request.purchased) }, beside: null },
      { value: clock.runs ? { type: "clock", clock } : { type: "empty" }, beside: null },
      { value: { type: "number", number: days }, beside: null },
      { value: stateOf(request), beside: null },
    ],
    operation: operationOn(world, request.id)?.word ?? null,
  };
}

const REFUNDS: PageOf<Request> = {
  label: "Refund requests",
  row: "R-16",
  sort: "purchased_at",
  sortLabel: "oldest purchase first",
  target: 0,
  columns: COLUMNS,
  sections: SECTIONS,
  of: (world) => world.requests,
  sectionOf,
  rowOf,
  words: (request) => `${request.id} ${request.name} ${request.place}`,
  key: (request, field) =>
    field === "amount" ? request.minor : field === "name" ? request.name : request.purchased,
  sum: (all) => aud(all.reduce((total, request) => total + request.minor, 0)),
  waits: ["open"],
  keys: [
    { action: "approve", label: "Approve refund", key: "a" },
    { action: "deny", label: "Deny", key: "r" },
    { action: "escalate", label: "Pass to the owner", key: "p" },
  ],
  bulk: [],
  filters: [
    {
      field: "state",
      label: "State",
      input: {
        type: "among",
        options: [
          { value: "requested", label: "requested" },
          { value: "refunded", label: "refunded to the card" },
          { value: "denied", label: "denied" },
        ],
      },
      may_be_empty: false,
      sortable: true,
    },
    {
      field: "amount",
      label: "Amount",
      input: { type: "money", currencies: [{ currency: "AUD", digits: 2 }] },
      may_be_empty: true,
      sortable: true,
    },
    {
      field: "business",
      label: "Business",
      input: { type: "ref", kind: "business", label: "Business" },
      may_be_empty: false,
      sortable: false,
    },
  ],
  lets: (request, { field, test }) => {
    if (field === "state") return test.type === "among" && test.values.includes(request.state);
    if (field === "business") return test.type === "among" && test.values.includes(request.place);
    const { from, to } = test.type === "money" ? test : { from: 0, to: -1 };
    return request.minor >= (from ?? 0) && request.minor <= (to ?? Number.POSITIVE_INFINITY);
  },
  groups: [{ field: "state", label: "State" }],
  groupOf: stateOf,
};

/** Records that refer to a request. */
export const relatedOf = (request: Request): RelatedView[] => [
  {
    kind: "refund",
    label: "Refund requests",
    field: "business",
    field_label: "Business",
    count: 1,
    view: "pending",
    first: [{ value: request.id, label: titleOf(request) }],
  },
];

/** A view in which nothing is. */
const CHARGES: PageOf<Request> = { ...REFUNDS, label: "Charges", target: null, of: () => [] };

export function pageOf(world: World, asked: ViewRequest): ViewPage {
  switch (asked.view) {
    case "reviews":
      return reviewPage(world, asked);
    case "charges":
      return paged(CHARGES, world, asked);
    default:
      return paged(REFUNDS, world, asked);
  }
}

export function navigationOf(world: World): NavigationView {
  const open = world.requests.filter((each) => sectionOf(world, each) === "open");
  const urgent = open.filter((each) => clockOf(each).tone !== "green").length;
  const waiting = world.reviews.filter((each) =>
    ["sure", "by_hand"].includes(reviewSection(world, each)),
  ).length;
  return {
    queues: [
      {
        view: "pending",
        label: "Refund requests",
        open: open.length,
        urgent,
        target: 0,
        minutes: open.length * 4,
      },
      {
        view: "reviews",
        label: "Reviews",
        open: waiting,
        urgent: 0,
        target: 10,
        minutes: waiting * 1.3,
      },
    ],
    views: [{ view: "charges", label: "Charges" }],
    saved: world.saved.map((each) => ({
      ...each,
      word: operationOn(world, each.id)?.word ?? null,
    })),
    now: wall(NOW_MS),
    zone: ZONE,
    clock_unsure: world.clockUnsure,
    language: "en-AU",
  };
}

/** What was done last and can still be taken back. */
function undoOf({ operations }: World): UndoOfferView | null {
  const [last] = operations.filter((each) => each.goes_in_seconds !== null);
  if (!last) return null;
  const batch = (id: string) => id.slice(0, 36);
  const all = operations.filter(
    (each) => each.goes_in_seconds !== null && batch(each.id) === batch(last.id),
  );
  return {
    operations: all.map(({ id }) => id),
    action: last.action,
    title: all.length === 1 ? last.title : null,
    goes_in_seconds: last.goes_in_seconds ?? 0,
  };
}

/** Length of an id; what was done on many has the id of its batch before that of the record. */
const ID = 36;

function batchesOf(world: World): BatchView[] {
  const batches = new Map<string, OperationView[]>();
  for (const each of world.operations) {
    if (each.id.length <= ID) continue;
    const id = each.id.slice(0, ID);
    batches.set(id, [...(batches.get(id) ?? []), each]);
  }
  const views = [...batches].map(([id, all]): BatchView => {
    const of = (words: RegExp) => all.filter(({ standing }) => words.test(standing)).length;
    return {
      id,
      action: all[0]?.action ?? "",
      count: all.length,
      waiting: of(/^(waiting|blocked|in_flight)$/),
      under_way: of(/^(accepted|agreement|unknown)$/),
      held: of(/^held_/),
      confirmed: of(/^confirmed$/),
      discarded: of(/^discarded$/),
    };
  });
  return views.filter(({ count, confirmed, discarded }) => confirmed + discarded < count);
}

/** Cards of one read of Sync. */
const CARDS = 100;

function partOf(world: World, part: OpenPart): OperationView[] {
  const standings = {
    waiting: /^(waiting|blocked)$/,
    under_way: /^(in_flight|accepted|agreement|unknown)$/,
    held: /^held_/,
  };
  return world.operations.filter(({ standing }) => standings[part].test(standing));
}

/** The next operations of one part, behind the first so many of it. */
export const moreOf = (world: World, part: OpenPart, behind: number) =>
  partOf(world, part).slice(behind, behind + CARDS);

export function syncOf(world: World): SyncView {
  const standing = (...wanted: OperationView["standing"][]) =>
    world.operations.filter((operation) => wanted.includes(operation.standing));
  const underWay = partOf(world, "under_way");
  const unknown = underWay.filter(({ word }) => word === "unknown").length;
  const cut = world.link === "cut_off";
  const pulled = world.link === "filling" ? null : NOW_MS - world.ageSeconds * 1000;
  return {
    link: world.link,
    since: wall(NOW_MS - (cut ? 42 * 60_000 : 5 * HOUR)),
    age_seconds: pulled === null ? null : world.ageSeconds,
    as_of: pulled === null ? null : wall(pulled),
    problem: world.problem,
    next_try: cut ? wall(NOW_MS + 18_000) : null,
    live: world.link === "in_step",
    filling: world.filling,
    records: world.requests.length + 1264,
    open: {
      waiting: partOf(world, "waiting").length,
      sent: underWay.length - unknown,
      unknown,
      held: partOf(world, "held").length,
    },
    waiting: moreOf(world, "waiting", 0),
    undo: undoOf(world),
    batches: batchesOf(world),
    unfinished: world.unfinished,
    held: moreOf(world, "held", 0),
    under_way: moreOf(world, "under_way", 0),
    settled: standing("confirmed", "discarded"),
    quarantine: world.quarantine
      ? [
          {
            kind: "review",
            id: "V-2231",
            problem: "`rating` is text, expected a number",
            since: wall(NOW_MS - 3 * HOUR),
            bytes: 1840,
          },
        ]
      : [],
    uncompared: world.uncompared,
    copies: world.copies,
    chain: { entries: 214, countersigned: cut ? 209 : 214, broken_at: world.brokenAt },
    clock_unsure: world.clockUnsure,
    platform: "https://ops.harbour-classes.example",
    pack: "Harbour Classes 3",
  };
}
