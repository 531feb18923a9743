import type { ActionView, PolicyRowView, RecordView } from "../backend";
import { documentsOf } from "./documents";
import { clockOf, operationOn, relatedOf, sectionOf, stateOf, titleOf } from "./views";
import { aud, HOUR, NOW_MS, type Request, WINDOW, type World, wall } from "./world";

function policy(request: Request): PolicyRowView[] {
  const hours = (NOW_MS - request.purchased) / HOUR;
  const words = `${Math.floor(hours)} h ${String(Math.floor((hours % 1) * 60)).padStart(2, "0")}`;
  return [
    {
      id: "R-17",
      title: "Inside 72 hours",
      found: `${words} of 72 h, by the platform's clock`,
      outcome: request.purchased + WINDOW > NOW_MS ? "passed" : "failed",
      reads: [],
      ours: [],
    },
    {
      id: "R-19",
      title: "Charge not refunded before",
      found: "provider listed 12 s ago, no refund",
      outcome: "passed",
      reads: [],
      ours: [],
    },
    {
      id: "C-04",
      title: "No freeze on refunds",
      found: "controls as of 14:45",
      outcome: "passed",
      reads: [],
      ours: [],
    },
  ];
}

function actionsOf(world: World, request: Request): ActionView[] {
  const ours = operationOn(world, request.id);
  const held = ours?.standing.startsWith("held_") ?? false;
  const onTheWay = sectionOf(world, request) === "on_the_way";
  if (request.state !== "requested" || (onTheWay && !held)) return [];
  const actions = freeActionsOf(request);
  return held ? actions.map((each) => ({ ...each, allowed: false, denied: IN_THE_WAY })) : actions;
}

const IN_THE_WAY = {
  code: "operation.in_the_way",
  row: null,
  detail: "An operation of yours on this record is held; decide on it first.",
};

function freeActionsOf(request: Request): ActionView[] {
  const inside = request.purchased + WINDOW > NOW_MS;
  const rows = policy(request);
  const amount = (request.minor / 100).toFixed(2);
  return [
    {
      action: "approve",
      label: "Approve refund",
      key: "a",
      row: "R-18",
      nature: "money",
      params: [],
      policy: rows,
      allowed: inside,
      denied: inside
        ? null
        : {
            code: "refund.window_passed",
            row: "R-17",
            detail: "72 hours passed on Thu 09:03; nobody may approve it any more.",
          },
      confirm: "typed",
      typed: amount,
      typed_param: null,
      will: [
        `refund $${amount} once, to the card`,
        "end the placement and move 12 others up",
        "send “Refund processed”, 3–5 business days",
      ],
      mails: [
        {
          row: "R-18",
          to: "studio@paper-and-press.example",
          subject: "Your refund is on its way",
          body: `Hello,\n\nwe have refunded $${amount} for your placement to the card it was paid with. Banks take three to five business days to show it.\n\nYour class page stays online as before.\n\nImogen\nHarbour Classes`,
        },
      ],
      not_after: wall(request.purchased + WINDOW),
      may_lapse: false,
      undo: null,
      asks: [],
    },
    {
      action: "deny",
      label: "Deny",
      key: "r",
      row: "R-20",
      nature: "submission",
      params: [
        {
          name: "reason",
          label: "Reason",
          kind: "enum",
          one_of: [
            { value: "outside_window", label: "outside the window" },
            { value: "already_refunded", label: "already refunded" },
            { value: "not_the_buyer", label: "not the buyer" },
          ],
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
          id: "R-20",
          title: "The reason holds",
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
      will: ["close the request without a refund", "send “About your request”"],
      mails: [
        {
          row: "R-20",
          to: "studio@paper-and-press.example",
          subject: "About your refund request",
          body: "Hello,\n\nyour placement was bought more than three days ago, so we cannot refund it. It stays online until the end of its month.\n\nImogen\nHarbour Classes",
        },
      ],
      not_after: null,
      may_lapse: false,
      undo: null,
      asks: [],
    },
    {
      action: "escalate",
      label: "Pass to the owner",
      key: "p",
      row: "R-21",
      nature: "change",
      params: [
        {
          name: "remark",
          label: "Remark",
          kind: "text",
          one_of: [],
          optional: true,
          example: null,
        },
      ],
      policy: [
        {
          id: "R-21",
          title: "Lapsed while it waited for us",
          found: inside ? "the window is open" : "requested in time, 17 h past the window",
          outcome: inside ? "failed" : "passed",
          reads: [],
          ours: [],
        },
      ],
      allowed: !inside,
      denied: inside
        ? { code: "refund.window_open", row: "R-21", detail: "This refund can still be approved." }
        : null,
      confirm: "click",
      typed: null,
      typed_param: null,
      will: ["pass the request on, with a note of when it was made and when it lapsed"],
      mails: [],
      not_after: null,
      may_lapse: false,
      undo: null,
      asks: [],
    },
  ];
}

/** An action as it is meant now: a reason that does not hold refuses, and the mail has the note. */
export function considered(
  action: ActionView,
  params: Partial<Record<string, string>>,
): ActionView {
  const said = (name: string): string => JSON.parse(params[name] ?? '""');
  const reason = said("reason");
  if (action.action !== "deny" || reason === "") return action;
  const holds = reason !== "outside_window";
  const row = { found: reason, outcome: holds ? ("passed" as const) : ("failed" as const) };
  return {
    ...action,
    policy: action.policy.map((each) => (each.id === "R-20" ? { ...each, ...row } : each)),
    allowed: holds,
    denied: holds
      ? null
      : { code: "refund.inside", row: "R-20", detail: "It came inside the window." },
    mails: action.mails.map((mail) => ({ ...mail, body: `${mail.body}\n\n${said("note")}` })),
  };
}

export function recordOf(world: World, request: Request): RecordView {
  const ours = operationOn(world, request.id);
  return {
    kind: "refund",
    kind_label: "Refund request",
    id: request.id,
    revision: request.revision,
    title: titleOf(request),
    state: stateOf(request),
    clocks: request.state === "requested" ? [clockOf(request)] : [],
    facts: [
      { field: "amount", label: "Amount", value: { type: "money", money: aud(request.minor) } },
      {
        field: "purchased_at",
        label: "Purchased",
        value: { type: "instant", at: wall(request.purchased) },
      },
      {
        field: "requested_at",
        label: "Requested",
        value: { type: "instant", at: wall(request.purchased + 19 * HOUR) },
      },
      {
        field: "charge",
        label: "Charge",
        value: { type: "text", text: "ch_3QmK…k81 · succeeded" },
      },
      {
        field: "placement",
        label: "Placement",
        value: { type: "text", text: `position 3 of 15 · ${request.place}` },
      },
      {
        field: "earlier",
        label: "Earlier refunds",
        value: { type: "text", text: "none in 90 days" },
      },
    ],
    fields: [
      {
        fact: {
          field: "lapses_at",
          label: "Lapses",
          value: { type: "instant", at: wall(request.purchased + 72 * HOUR) },
        },
        rule: 'record.purchased_at + duration("72h")',
      },
      {
        fact: { field: "channel", label: "Asked by", value: { type: "text", text: "the form" } },
        rule: null,
      },
    ],
    actions: actionsOf(world, request),
    about: null,
    operations: ours ? [ours] : [],
    related: relatedOf(request),
    documents: documentsOf(world, request.id),
    as_of: wall(NOW_MS - world.ageSeconds * 1000),
    as_seen: false,
  };
}
