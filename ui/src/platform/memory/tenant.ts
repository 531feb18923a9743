import {
  type ActRequest,
  BackendError,
  type Code,
  type OperationView,
  type Proposed,
  type SearchHit,
  type SettingView,
  type TenantSetting,
  type TenantView,
} from "../backend";
import { NOW_MS, operation, type World, wall } from "./world";

const value = (text: string, json: unknown): Proposed => ({ text, json: JSON.stringify(json) });

/** A setting that nobody has said, with what differs from that. */
function setting(
  of: Pick<SettingView, "name" | "row" | "label" | "input"> & Partial<SettingView>,
): SettingView {
  return {
    purpose: null,
    value: null,
    json: null,
    is_default: true,
    misfit: null,
    missing: false,
    proposed: null,
    readers: [],
    said: null,
    revision: 1,
    denied: null,
    operations: [],
    ...of,
  };
}

/** A value that counts. */
const counts = ({ text, json }: Proposed) => ({ value: text, json });

/** Somebody said it so many days ago. */
const by = (who: string, days: number, reason: string) => ({
  is_default: false,
  revision: 4,
  said: { by: who, at: wall(NOW_MS - days * 86_400_000), reason },
});

/** Settings of the invented tenant: of every sort, some still to be said. */
export function makeSettings(): SettingView[] {
  return [
    setting({
      name: "late_after_minutes",
      row: "R-57",
      label: "A class begins late after",
      purpose: "The document calls a late start yellow and names no time.",
      input: { type: "number", whole: true, unit: "minutes", least: 1, most: 60 },
      missing: true,
      proposed: value("10", 10),
      readers: [
        { part: "alerts", label: "Class begins late" },
        { part: "metrics", label: "Late starts" },
        { part: "playbooks", label: "A class does not begin" },
        { part: "templates", label: "Apology for a late start" },
      ],
    }),
    setting({
      name: "revenue_target",
      row: "R-60",
      label: "Revenue target of a week",
      purpose: "The weekly report compares with a target that the document does not name.",
      input: { type: "money", currency: "AUD", decimals: 2 },
      missing: true,
      readers: [
        { part: "metrics", label: "Revenue of the week" },
        { part: "reports", label: "weekly" },
      ],
    }),
    setting({
      name: "studios_insured",
      row: "R-53",
      label: "Studios are insured by the tenant",
      purpose: "Decides who pays when a kiln breaks.",
      input: { type: "boolean" },
      missing: true,
      readers: [
        { part: "records", label: "Damage report" },
        { part: "rulings", label: "rulings" },
      ],
    }),
    setting({
      name: "support_lead",
      row: "R-51",
      label: "Support lead",
      purpose: "Who is called when a refund waits for agreement.",
      input: { type: "text" },
      missing: true,
      proposed: value("support@example.org", "support@example.org"),
      readers: [
        { part: "people", label: "people" },
        { part: "templates", label: "Refund waits for agreement" },
      ],
    }),
    setting({
      name: "card_fee_percent",
      row: "R-47",
      label: "Fee of a payment by card",
      input: { type: "number", whole: false, unit: "percent", least: 0, most: 10 },
      ...counts(value("1.75", 1.75)),
      ...by("Theo Lang", 12, "The provider’s price since November."),
      readers: [{ part: "reconciliations", label: "payouts" }],
    }),
    setting({
      name: "holiday_calendar",
      row: "R-49",
      label: "Whose public holidays count",
      input: {
        type: "one_of",
        values: ["ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"].map((each) =>
          value(each, each),
        ),
      },
      ...counts(value("NSW", "NSW")),
      readers: [{ part: "routines", label: "Morning round" }],
    }),
    setting({
      name: "refund_cap",
      row: "R-44",
      label: "Most that an operator may refund in a day",
      input: { type: "money", currency: "AUD", decimals: 2 },
      ...counts(value("currency: AUD, minor: 22000", { currency: "AUD", minor: 22000 })),
      ...by("Imogen Hart", 3, "Agreed in the weekly round."),
      readers: [{ part: "records", label: "Refund request" }],
    }),
    setting({
      name: "refund_clock",
      row: "R-42",
      label: "What the 72 hours are measured to",
      input: {
        type: "one_of",
        values: [value("now", "now"), value("requested_at", "requested_at")],
      },
      ...counts(value("now", "now")),
      readers: [{ part: "records", label: "Refund request" }],
      denied: "This needs the role owner.",
    }),
    setting({
      name: "signature",
      row: "R-45",
      label: "Name under every mail",
      purpose: "The document signs in two ways; a tenant has one.",
      input: { type: "text" },
      ...counts(value("Harbour Classes", "Harbour Classes")),
      readers: [
        { part: "templates", label: "Refund processed" },
        { part: "templates", label: "Refund denied" },
      ],
    }),
    setting({
      name: "weekly_mail",
      row: "R-58",
      label: "Studios get a mail every week",
      input: { type: "boolean" },
      ...counts(value("yes", true)),
      readers: [{ part: "routines", label: "Weekly mail" }],
      revision: null,
    }),
  ];
}

export function tenantOf(world: World): TenantView {
  const settings = world.settings.map((each) => ({
    ...each,
    operations: world.operations.filter(
      ({ kind, record, word }) =>
        kind === "setting" && record === each.name && word !== "confirmed",
    ),
  }));
  return {
    open: settings.filter((each) => each.missing).length,
    settings: settings.sort((one, other) => Number(other.missing) - Number(one.missing)),
    as_of: wall(NOW_MS - world.ageSeconds * 1000),
  };
}

/** The same on the Settings screen. */
export const toldSettings = (world: World): TenantSetting[] =>
  world.settings.map(({ name, row, label, purpose, missing, proposed, value, is_default }) => ({
    name,
    row,
    label,
    purpose,
    missing,
    proposed: proposed?.text ?? null,
    value: value ?? "",
    is_default,
    one_of: [],
  }));

/** Settings whose words hold what is searched for. */
export const settingHits = (world: World, query: string): SearchHit[] =>
  world.settings
    .filter(({ label }) => label.toLowerCase().includes(query.toLowerCase()))
    .map(({ name, label, purpose }) => ({
      kind: "setting",
      kind_label: "Setting",
      id: name,
      title: label,
      excerpt: purpose ?? "",
      view: "settings",
    }));

const ACTIONS: Record<string, string> = { say: "Say", unsay: "Take back" };

function fail(code: Code, detail: string | null = null): never {
  throw new BackendError({ code, detail, row: null });
}

/** A setting that is said, or taken back: queued, and not in force before the platform took it. */
export function saySetting(world: World, request: ActRequest): OperationView {
  const found = world.settings.find(({ name }) => name === request.id) ?? fail("not_found");
  if (found.denied) fail("policy_denied", found.denied);
  if (found.revision !== request.seen_revision) fail("stale");
  const action = ACTIONS[request.action] ?? fail("not_found");
  return operation(
    {
      id: request.operation,
      kind: request.kind,
      record: found.name,
      title: found.label,
      action_id: request.action,
      action,
      not_after: null,
    },
    "queued",
    "waiting",
  );
}

/** Operations on settings: one that waits, one that the platform refused. */
export function makeSaid(): OperationView[] {
  const say = { kind: "setting", action_id: "say", action: "Say", not_after: null };
  return [
    operation(
      {
        ...say,
        id: "01936a2e-7c1f-7000-8000-00000000a001",
        record: "support_lead",
        title: "Support lead",
      },
      "queued",
      "waiting",
    ),
    operation(
      {
        ...say,
        id: "01936a2e-7c1f-7000-8000-00000000a002",
        record: "refund_cap",
        title: "Most that an operator may refund in a day",
        attempts: 1,
        reason: {
          code: "record.changed",
          row: null,
          detail: "It was said again on Thu 16:20, after you looked.",
        },
        theirs: [
          { field: "value", label: "Value", value: { type: "text", text: "$180.00" } },
          { field: "said_by", label: "Said by", value: { type: "text", text: "Theo Lang" } },
        ],
      },
      "refused",
      "held_conflict",
    ),
  ];
}
