import type {
  CapabilityView,
  ContactView,
  EscalationView,
  ProcedureView,
  ReferenceView,
  RegionView,
  RulingView,
  StepView,
  TextView,
} from "../backend";
import { HOUR, NOW_MS, wall, ZONE } from "./world";

/** An instant on a wall clock that is so many hours off UTC. */
function elsewhere(ms: number, hours: number): string {
  const sign = hours < 0 ? "-" : "+";
  const offset = `${sign}${String(Math.abs(hours)).padStart(2, "0")}:00`;
  return `${new Date(ms + hours * HOUR).toISOString().slice(0, 19)}${offset}`;
}

/** The hours of a day, from the one that it is now. */
const hoursFrom = (first: number) => Array.from({ length: 24 }, (_, after) => (first + after) % 24);

const PAUSED = {
  id: "sales_paused",
  label: "Sales paused",
  row: "R-55",
  purpose: "No booking is taken from there.",
};

const regions: RegionView[] = [
  {
    id: "east",
    label: "East",
    row: "R-34",
    zone: "Australia/Sydney",
    now: wall(NOW_MS),
    hours: hoursFrom(14),
    currency: "AUD",
    tax: "GST is part of the price",
    notes: ["Prices are shown without cents."],
    disputed: null,
    switches: [{ ...PAUSED, on: false }],
    rounds: [{ id: "morning", label: "Morning round", at: wall(NOW_MS + 18.25 * HOUR) }],
  },
  {
    id: "islands",
    label: "Islands",
    row: "R-35",
    zone: "Pacific/Auckland",
    now: elsewhere(NOW_MS, 13),
    hours: hoursFrom(16),
    currency: "NZD",
    tax: "No tax, says the document",
    notes: [],
    disputed: "R-62",
    switches: [{ ...PAUSED, on: true }],
    rounds: [{ id: "morning", label: "Morning round", at: elsewhere(NOW_MS + 16.25 * HOUR, 13) }],
  },
];

const contact = (change: Partial<ContactView> & { id: string; label: string }): ContactView => ({
  row: "R-51",
  role: null,
  outside: false,
  at: null,
  reach: "other",
  setting: null,
  ...change,
});

const contacts: ContactView[] = [
  contact({
    id: "support_lead",
    label: "Support lead",
    role: "Lead",
    setting: "Where the support lead is reached",
  }),
  contact({
    id: "finance",
    label: "Finance",
    role: "Finance",
    at: "finance@harbour.example",
    reach: "mail",
    setting: "Where Finance is reached",
  }),
  contact({
    id: "provider",
    label: "Payment provider",
    row: "R-52",
    outside: true,
    at: "1-888-555-0100",
    reach: "phone",
  }),
  contact({
    id: "hosting",
    label: "Status of the hosting",
    row: "R-52",
    outside: true,
    at: "https://status.hosting.example",
    reach: "page",
  }),
];

const escalations: EscalationView[] = [
  {
    id: "money",
    label: "Money",
    row: "R-53",
    purpose: "Money is in the wrong place, or cannot be given back.",
    urgency: "High",
    calls: [
      {
        role: "Lead",
        after_minutes: 0,
        only: null,
        informed: false,
        contacts: ["support_lead"],
      },
      {
        role: "Finance",
        after_minutes: 60,
        only: "it is more than a day's takings",
        informed: false,
        contacts: ["finance"],
      },
      { role: "Owner", after_minutes: 240, only: null, informed: true, contacts: [] },
    ],
    meanwhile: "No refund leaves until somebody has answered.",
    freezes: ["Refunds frozen"],
  },
];

const capabilities: CapabilityView[] = [
  { text: "Give money back within three days", row: "R-17", may: "yes", to: null },
  { text: "Publish and reject reviews", row: "R-05", may: "yes", to: null },
  { text: "Block somebody from booking", row: "R-59", may: "propose", to: "Owner" },
  { text: "Change a price", row: "R-06", may: "no", to: null },
];

const text = (
  change: Partial<TextView> & { id: string; label: string; body: string },
): TextView => ({
  row: "R-47",
  channel: "answer",
  kind: null,
  subject: change.label,
  ready: true,
  answer: true,
  variables: [],
  buttons: [],
  ...change,
});

const texts: TextView[] = [
  text({
    id: "how_long",
    label: "How long a review takes",
    body: "A person reads it, usually within one to two weeks. We promise no day.\n",
    variables: [{ name: "settings.review_wait", label: "How long a review takes", missing: false }],
  }),
  text({
    id: "refund_paid",
    label: "Your refund of … is on its way",
    row: "R-20",
    channel: "mail",
    kind: "Refund request",
    subject: "Your refund of {{ record.amount | money }} is on its way",
    body: "Hello {{ refs.business.name }},\n\n{{ record.amount | money }} go back to you.\n{% if record.note is defined %}{{ record.note }}{% endif %}\n",
    ready: false,
    answer: false,
    variables: [
      { name: "record.amount", label: "Amount", missing: false },
      { name: "record.note", label: "Note", missing: false },
      { name: "refs.business.name", label: "Business: Name", missing: false },
    ],
    buttons: ["See the booking"],
  }),
  text({
    id: "what_we_promise",
    label: "What we promise",
    body: "Every review is read.\nNo opinion is kept back.\n",
  }),
  text({
    id: "whom_to_call",
    label: "Whom to call",
    row: "R-51",
    body: "Call {{ settings.support_lead }}.",
    ready: false,
    variables: [{ name: "settings.support_lead", label: "Support lead", missing: true }],
  }),
];

const step = (change: Partial<StepView> & { id: string; text: string }): StepView => ({
  row: null,
  detail: null,
  minutes: null,
  work: { type: "hand" },
  view: null,
  link: null,
  metric: null,
  playbook: null,
  first: [],
  notes: [],
  next: null,
  optional: false,
  ...change,
});

const library: ProcedureView[] = [
  {
    id: "charge_lost",
    label: "A charge led to nothing",
    row: "R-60",
    purpose: "The provider has the money, and no booking knows of it.",
    occasion: { type: "alerts", alerts: ["Charge without a booking"] },
    minutes: 15,
    kind: "Charge",
    severity: "Red",
    roles: ["Operator"],
    steps: [
      step({
        id: "others",
        text: "How many others are there?",
        work: { type: "look_up", among: "Charges" },
        view: "Charges",
      }),
      step({
        id: "which",
        text: "One or many?",
        work: {
          type: "decide",
          ways: [
            { label: "One", next: 3 },
            { label: "Many", next: 5 },
          ],
        },
      }),
      step({
        id: "wait",
        text: "Give the provider time",
        minutes: 5,
        work: { type: "wait", minutes: 5, most: 15 },
      }),
      step({
        id: "fulfil",
        row: "R-61",
        text: "Book it by hand",
        work: { type: "act", action: "Fulfil" },
        notes: ["Number of the booking"],
        next: 0,
      }),
      step({ id: "call", text: "Call somebody", work: { type: "page", path: "Money" } }),
      step({
        id: "tell",
        text: "Tell whom it concerns",
        work: { type: "send", text: "refund_paid", label: "Your refund of … is on its way" },
      }),
    ],
  },
  {
    id: "morning",
    label: "Morning round",
    row: "R-29",
    purpose: null,
    occasion: {
      type: "schedule",
      rule: "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9;BYMINUTE=0",
      next: [
        { region: "East", zone: "Australia/Sydney", at: wall(NOW_MS + 66.25 * HOUR) },
        { region: "Islands", zone: "Pacific/Auckland", at: elsewhere(NOW_MS + 64.25 * HOUR, 13) },
      ],
      due_minutes: 120,
    },
    minutes: 10,
    kind: null,
    severity: null,
    roles: [],
    steps: [
      step({
        id: "red",
        text: "Look at what is red",
        work: { type: "look_up", among: "Alerts" },
        playbook: "A charge led to nothing",
      }),
      step({
        id: "key",
        text: "The provider takes our key",
        work: { type: "credential", name: "PROVIDER_KEY" },
        optional: true,
      }),
    ],
  },
];

const rulings: RulingView[] = [
  {
    id: "R-42",
    rows: ["R-17", "R-19"],
    severity: "harms",
    says: "The three days are measured when the refund is processed, once a week.",
    holds: "The rule stays; what was asked in time and lapsed with us goes to the owner.",
    settled: "setting",
    setting: { label: "What the 72 hours are measured to", value: "now", is_default: true },
  },
  {
    id: "R-51",
    rows: ["R-51"],
    severity: "misleads",
    says: "The lead is called, and no page says where.",
    holds: "The tenant says it before going live.",
    settled: "needed",
    setting: { label: "Where the support lead is reached", value: "", is_default: true },
  },
  {
    id: "R-62",
    rows: ["R-35"],
    severity: "harms",
    says: "No tax is said to be due on the islands; the law says otherwise since 2018.",
    holds: "Shown as the document has it, and nothing is computed from it until Finance confirms.",
    settled: "disputed",
    setting: null,
  },
];

/** What the invented pack says. */
export function referenceOf(): ReferenceView {
  return {
    now: wall(NOW_MS),
    zone: ZONE,
    hours: hoursFrom(14),
    regions,
    banners: [
      {
        id: "sales_paused",
        label: "Sales paused",
        row: "R-55",
        words: "We take no bookings for the moment.",
      },
    ],
    severities: [
      {
        id: "red",
        label: "Red",
        row: "R-08",
        tone: "red",
        examples: ["nobody can book", "money is lost"],
        respond_minutes: 0,
        resolve_minutes: 240,
        notify_minutes: null,
        escalation: "Money",
      },
      {
        id: "yellow",
        label: "Yellow",
        row: "R-09",
        tone: "amber",
        examples: ["something is slow"],
        respond_minutes: 90,
        resolve_minutes: null,
        notify_minutes: null,
        escalation: null,
      },
    ],
    plans: [
      {
        label: "Pro",
        row: "R-15",
        uptime_percent: 99.9,
        answers: [{ severity: "Red", minutes: 240 }],
      },
    ],
    roles: [
      { id: "operator", label: "Operator", row: "R-01", outside: false, mine: true },
      { id: "lead", label: "Lead", row: "R-51", outside: false, mine: false },
      { id: "customer", label: "Customer", row: "R-01", outside: true, mine: false },
    ],
    contacts,
    escalations,
    capabilities,
    retention: [
      {
        id: "money",
        label: "Payments, and what proves them",
        row: "R-24",
        days: null,
        years: 7,
        from: "the day of the payment",
        only: null,
        kinds: ["Refund requests"],
        audit: true,
        rulings: [],
      },
      {
        id: "customer",
        label: "Data of a customer",
        row: "R-35",
        days: 30,
        years: null,
        from: "the day of the cancellation",
        only: "all plans but Pro",
        kinds: [],
        audit: false,
        rulings: ["R-62"],
      },
    ],
    texts,
    library,
    rulings,
    document: {
      pack: "Harbour Classes",
      pack_version: 3,
      row: "R-54",
      version: "v1.2",
      owner: "The house",
      updated: "2026-01-12",
      next_review: "2026-10-01",
      overdue: true,
      names: ["Handbook of the front desk"],
    },
  };
}
