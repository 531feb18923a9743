import {
  type ActRequest,
  BackendError,
  type Code,
  type ControlsView,
  type ControlView,
  type OperationView,
  type Proposed,
} from "../backend";
import { NOW_MS, operation, type World, wall } from "./world";

const value = (text: string, json: unknown): Proposed => ({ text, json: JSON.stringify(json) });
const ON = value("yes", true);
const OFF = value("no", false);

/** A switch as usual, with what differs from that. */
function control(
  of: Pick<ControlView, "id" | "row" | "label"> & Partial<ControlView>,
): ControlView {
  return {
    purpose: null,
    region: null,
    value: OFF,
    usual: OFF,
    on: false,
    since: null,
    banner: null,
    banner_text: null,
    asked: null,
    problem: null,
    own: null,
    choices: [
      { value: ON, holds: 0 },
      { value: OFF, holds: 0 },
    ],
    freezes: [],
    held: 0,
    roles: ["Operator", "Owner"],
    denied: null,
    revision: 1,
    ...of,
  };
}

/** Switches of the invented platform: one that is on, one that the host does not answer with. */
export function makeControls(): ControlView[] {
  return [
    control({
      id: "freeze_refunds",
      row: "R-17",
      label: "Refunds frozen",
      purpose: "No money goes back while a suspicion is looked into.",
      value: ON,
      on: true,
      since: {
        at: wall(NOW_MS - 42 * 60_000),
        by: "Theo Lang",
        reason: "Three cards of one buyer.",
      },
      freezes: [{ kind: "Refund request", action: "Approve", row: "R-17" }],
      held: 2,
      revision: 4,
    }),
    control({
      id: "answers",
      row: "R-38",
      label: "What answers questions",
      value: value("primary", "primary"),
      usual: value("primary", "primary"),
      choices: [
        { value: value("primary", "primary"), holds: 0 },
        { value: value("standby", "standby"), holds: 0 },
      ],
      asked: {
        value: value("standby", "standby"),
        by: "Imogen Hart",
        at: wall(NOW_MS - 90_000),
        reason: "The primary does not answer.",
      },
      revision: 7,
    }),
    control({
      id: "bookings_paused/north",
      row: "R-55",
      label: "Bookings paused",
      region: "North",
      purpose: "No class is booked in the region.",
      banner_text: "We are not taking bookings for the moment.",
      choices: [
        { value: ON, holds: 3 },
        { value: OFF, holds: 0 },
      ],
      freezes: [{ kind: "Booking", action: "Confirm", row: "R-55" }],
    }),
    control({
      id: "auto_payout",
      row: "R-21",
      label: "Payouts by themselves",
      value: ON,
      usual: ON,
      roles: ["Owner"],
      denied: "This needs the role owner.",
    }),
  ];
}

export function controlsOf(world: World): ControlsView {
  return { controls: world.controls, as_of: wall(NOW_MS - world.ageSeconds * 1000) };
}

function fail(code: Code, detail: string | null = null): never {
  throw new BackendError({ code, detail, row: null });
}

/** A switch: queued, and not in effect before the host answers with it. */
export function switchControl(world: World, request: ActRequest): OperationView {
  const found = world.controls.find(({ id }) => id === request.id) ?? fail("not_found");
  if (found.denied) fail("policy_denied", found.denied);
  if (found.revision !== request.seen_revision) fail("stale");
  const read = (name: string): string | null => {
    const text = request.params[name];
    return text === undefined ? null : (JSON.parse(text) as string);
  };
  const json = read("value") ?? "null";
  const known = found.choices.find((choice) => choice.value.json === json)?.value;
  const to = known ?? { text: String(JSON.parse(json)), json };
  const made = operation(
    {
      id: request.operation,
      kind: request.kind,
      record: found.id,
      title: found.region === null ? found.label : `${found.label}, ${found.region}`,
      action_id: request.action,
      action: "Switch",
      to,
      not_after: wall(NOW_MS + 600_000),
    },
    "queued",
    "waiting",
  );
  found.own = {
    value: to,
    reason: read("reason") ?? "",
    banner: read("banner"),
    operation: made,
  };
  return made;
}
