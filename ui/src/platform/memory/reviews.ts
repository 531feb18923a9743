import type {
  ActionView,
  ColumnView,
  RecordView,
  RowView,
  ViewPage,
  ViewRequest,
} from "../backend";
import { type PageOf, paged } from "./paged";
import { HOUR, NOW_MS, type World, wall } from "./world";

/** A review of a class, as many as a test asks for. */
export type Review = {
  id: string;
  name: string;
  place: string;
  stars: number;
  text: string;
  confidence: number;
  verdict: "clean" | "spam" | "off topic";
  written: number;
  state: "pending" | "published" | "rejected";
  revision: number;
};

const SURE = 0.9;
/** Most reviews at once. */
const CAP = 50;

const CLASSES: readonly (readonly [string, string])[] = [
  ["Northside Pottery", "Mosman"],
  ["The Weaving Room and Natural Dye Studio", "Leichhardt"],
  ["Slow Bread School", "Ashfield"],
  ["Saltwater Sketching", "Manly"],
  ["Tram Shed Woodwork", "Rozelle"],
  ["Ink & Anchor", "Pyrmont"],
  ["Little Loom", "Dulwich Hill"],
];

const PRAISE = [
  "Went in thinking I had no talent for clay and came out with two bowls that hold soup. Patient teacher, clean studio, tea in the break.",
  "Small group, so there was time for questions. Second term already booked.",
  "Lovely afternoon. The kiln fee was not in the price, which I only learned at the end, but everything else was as described.",
  "Best teacher my daughter has had. She practises without being told, which says it all.",
  "Easy to find, starts on time, materials are good. Would come again.",
];
const DOUBTS: readonly (readonly [Review["verdict"], string, number])[] = [
  [
    "spam",
    "Cheap watches and bags, best quality, write to me on the other app for the price list!!!",
    5,
  ],
  [
    "off topic",
    "The bus was late again and nobody at the council answers. Parking is impossible on Saturdays.",
    2,
  ],
  [
    "clean",
    "Honestly not for me. The room was cold, half of us waited for a wheel, and when I asked for part of the fee back I was told to read the terms. The teacher herself was kind.",
    2,
  ],
  ["off topic", "Does anybody know whether they sell vouchers?", 3],
];

/** Of the first 51 that wait, 40 are at the mark or above it. */
export function makeReviews(waiting: number, decided: number): Review[] {
  return Array.from({ length: waiting + decided }, (_, at) => {
    const sure = at >= waiting || (at % 5 !== 4 && at !== 50);
    const [name, place] = CLASSES[at % CLASSES.length] ?? ["", ""];
    const [verdict, doubt, stars] = DOUBTS[at % DOUBTS.length] ?? ["clean", "", 3];
    const waits = at < waiting;
    return {
      id: `V-${2200 + at}`,
      name,
      place,
      stars: sure ? 4 + (at % 2) : stars,
      text: sure ? (PRAISE[at % PRAISE.length] ?? "") : doubt,
      confidence: sure ? 0.9 + (at % 10) / 100 : 0.42 + (at % 9) / 20,
      verdict: sure ? "clean" : verdict,
      written: NOW_MS - (waits ? 190 - at * 3.4 : 240 + at * 5) * HOUR,
      state: waits ? "pending" : at % 9 === 8 ? "rejected" : "published",
      revision: 1,
    };
  });
}

const COLUMNS: ColumnView[] = [
  { field: "business", label: "listing", kind: "text", sortable: true },
  { field: "rating", label: "stars", kind: "number", sortable: true },
  { field: "text", label: "text", kind: "prose", sortable: false },
  { field: "confidence", label: "confidence", kind: "number", sortable: true },
  { field: "verdict", label: "automatic check", kind: "text", sortable: true },
  { field: "written_at", label: "written", kind: "instant", sortable: true },
  { field: "state", label: "State", kind: "state", sortable: false },
];

const SECTIONS = [
  { id: "sure", label: "Sure", note: "0.90 or above", at_once: "approve" },
  { id: "by_hand", label: "By hand", note: null, at_once: null },
  { id: "on_the_way", label: "", note: null, at_once: null },
  { id: "decided", label: "Decided", note: null, at_once: null },
];

const ourOn = (world: World, id: string) => world.operations.find((each) => each.record === id);

export function reviewSection(world: World, review: Review): string {
  const ours = ourOn(world, review.id);
  if (ours && ours.standing !== "confirmed" && ours.standing !== "discarded") return "on_the_way";
  if (review.state !== "pending") return "decided";
  return review.confidence >= SURE ? "sure" : "by_hand";
}

export const reviewTitle = (review: Review) => `Review of ${review.name}`;

function stateOf({ state }: Review) {
  const tone = state === "published" ? "green" : state === "pending" ? "amber" : "neutral";
  const label = state === "pending" ? "waiting" : state;
  return { type: "state", id: state, label, tone } as const;
}

function rowOf(world: World, review: Review): RowView {
  return {
    kind: "review",
    id: review.id,
    title: reviewTitle(review),
    revision: review.revision,
    section: reviewSection(world, review),
    cells: [
      { value: { type: "text", text: review.name }, beside: review.place },
      { value: { type: "number", number: review.stars }, beside: null },
      { value: { type: "text", text: review.text }, beside: null },
      { value: { type: "number", number: Number(review.confidence.toFixed(2)) }, beside: null },
      { value: { type: "text", text: review.verdict }, beside: null },
      { value: { type: "instant", at: wall(review.written) }, beside: null },
      { value: stateOf(review), beside: null },
    ],
    operation: ourOn(world, review.id)?.word ?? null,
  };
}

export const REVIEWS: PageOf<Review> = {
  label: "Reviews",
  row: "V-12",
  sort: "written_at",
  sortLabel: "oldest first",
  target: 10,
  columns: COLUMNS,
  sections: SECTIONS,
  of: (world) => world.reviews,
  sectionOf: reviewSection,
  rowOf,
  words: (review) => `${review.id} ${review.name} ${review.place} ${review.text}`,
  key: (review, field) =>
    field === "rating"
      ? review.stars
      : field === "business"
        ? review.name
        : field === "confidence"
          ? review.confidence
          : review.written,
  waits: ["sure", "by_hand"],
  keys: [
    { action: "approve", label: "Approve", key: "a" },
    { action: "reject", label: "Reject", key: "r" },
  ],
  bulk: [
    { action: "approve", label: "Approve", row: "V-13", cap: CAP },
    { action: "reject", label: "Reject", row: "V-14", cap: CAP },
  ],
};

export const reviewPage = (world: World, asked: ViewRequest): ViewPage =>
  paged(REVIEWS, world, asked);

const REASONS = ["Spam", "Profanity", "Off-topic", "Other"].map((reason) => ({
  value: reason,
  label: reason,
}));

const holds = ({ holdSeconds }: World) =>
  holdSeconds === null ? null : { row: "V-15", hold_seconds: holdSeconds, by: null };

/** What may be done with a review; nothing once it is decided or one of ours is on its way. */
export function reviewActions(world: World, review: Review): ActionView[] {
  const section = reviewSection(world, review);
  if (section === "decided" || section === "on_the_way") return [];
  const spam = review.verdict === "spam";
  const base = {
    nature: "change" as const,
    mails: [],
    not_after: null,
    may_lapse: false,
    undo: null,
    asks: [],
  };
  return [
    {
      ...base,
      action: "approve",
      label: "Approve",
      key: "a",
      row: "V-13",
      params: [],
      policy: [
        {
          id: "V-13",
          title: "The check does not call it spam",
          found: `${review.verdict}, confidence ${review.confidence.toFixed(2)}`,
          outcome: spam ? "failed" : "passed",
          reads: [],
          ours: [],
        },
      ],
      allowed: !spam,
      denied: spam
        ? { code: "review.spam", row: "V-13", detail: "The automatic check calls it spam." }
        : null,
      confirm: "none",
      typed: null,
      typed_param: null,
      will: ["publish the review at once"],
      undo: holds(world),
    },
    {
      ...base,
      action: "reject",
      label: "Reject",
      key: "r",
      row: "V-14",
      params: [
        {
          name: "reason",
          label: "Reason",
          kind: "enum",
          one_of: REASONS,
          optional: false,
          example: null,
        },
        {
          name: "note",
          label: "Note for the log",
          kind: "text",
          one_of: [],
          optional: true,
          example: null,
        },
      ],
      policy: [
        {
          id: "V-14",
          title: "A reason is given",
          found: "",
          outcome: "open",
          reads: ["reason"],
          ours: [],
        },
      ],
      allowed: true,
      denied: null,
      confirm: "click",
      typed: null,
      typed_param: null,
      will: ["keep the review unpublished", "tell nobody: who wrote it is not known"],
    },
  ];
}

export function reviewRecord(world: World, review: Review): RecordView {
  const ours = ourOn(world, review.id);
  return {
    kind: "review",
    kind_label: "Review",
    id: review.id,
    revision: review.revision,
    title: reviewTitle(review),
    state: stateOf(review),
    clocks: [],
    facts: [
      { field: "business", label: "Listing", value: { type: "text", text: review.name } },
      { field: "rating", label: "Stars", value: { type: "number", number: review.stars } },
      { field: "text", label: "Text", value: { type: "text", text: review.text } },
      {
        field: "written_at",
        label: "Written",
        value: { type: "instant", at: wall(review.written) },
      },
      { field: "verdict", label: "Automatic check", value: { type: "text", text: review.verdict } },
    ],
    fields: [],
    actions: reviewActions(world, review),
    about: null,
    operations: ours ? [ours] : [],
    related: [],
    documents: { listed: [], more: false },
    as_of: wall(NOW_MS - world.ageSeconds * 1000),
    as_seen: false,
  };
}
