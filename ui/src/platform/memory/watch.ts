import type { EventView, WatchView } from "../backend";
import { reviewSection } from "./reviews";
import { clockOf, sectionOf, titleOf } from "./views";
import { HOUR, NOW_MS, type World, wall } from "./world";

const SESSION = { label: "Monday", at: wall(NOW_MS + 66 * HOUR) };
/** Older than this, a poll has been missed. */
const STALE = 60;

export function watchOf(world: World): WatchView {
  const open = world.requests.filter((each) => sectionOf(world, each) === "open");
  const clocks = open.map((each) => ({ request: each, clock: clockOf(each) }));
  clocks.sort((a, b) => a.clock.seconds_left - b.clock.seconds_left);
  const lapsing = clocks.filter(({ clock }) => clock.seconds_left < 66 * 3600);
  const waiting = world.reviews.filter((each) =>
    ["sure", "by_hand"].includes(reviewSection(world, each)),
  );
  const sure = waiting.filter((each) => reviewSection(world, each) === "sure").length;
  const red = world.alerts.filter((each) => each.severity === "red");
  const yellow = world.alerts.length - red.length;
  const held = world.operations.filter((each) => each.standing.startsWith("held_")).length;
  const unknown = world.alerts.filter((each) => each.unknown_since !== null).length;
  const filled = world.link !== "filling";
  const reviewMinutes = sure > 0 ? 5 + (waiting.length - sure) * 4 : waiting.length * 4;
  return {
    digest: {
      since: filled ? wall(NOW_MS - 73.7 * HOUR) : null,
      since_seconds: filled ? 73.7 * 3600 : null,
      red: red.filter((each) => each.acknowledged === null).length,
      acknowledged: red.filter((each) => each.acknowledged !== null).length,
      yellow,
      came_and_went: world.alerts.length === 0 ? 0 : 5,
      lapsing:
        lapsing.length === 0
          ? []
          : [
              {
                view: "pending",
                label: "Refund requests",
                count: lapsing.length,
                first: lapsing[0]?.clock.due ?? "",
              },
            ],
      next_session: SESSION,
      arrived:
        waiting.length === 0
          ? []
          : [
              { view: "reviews", label: "Reviews", count: 38, open: waiting.length },
              { view: "pending", label: "Refund requests", count: 3, open: open.length },
            ],
      held,
      queues: filled ? 2 : 0,
      rules: filled ? 14 : 0,
      unknown,
      quiet: world.alerts.length + open.length + waiting.length + held === 0,
    },
    alerts: world.alerts,
    pending: world.alerts.length === 0 ? 0 : 1,
    numbers: world.numbers,
    not_shown: world.notShown,
    due: [
      ...(open.length > 0
        ? [
            {
              view: "pending",
              label: "Refund requests",
              row: "R-16",
              open: open.length,
              target: 0,
              minutes: open.length * 4,
              at_once: null,
              first: clocks[0]?.clock ?? null,
              urgent: clocks.filter(({ clock }) => clock.tone !== "green").length,
            },
          ]
        : []),
      ...(waiting.length > 0
        ? [
            {
              view: "reviews",
              label: "Reviews",
              row: "V-12",
              open: waiting.length,
              target: 10,
              minutes: reviewMinutes,
              at_once: sure > 0 ? { section: "sure", count: sure } : null,
              first: null,
              urgent: 0,
            },
          ]
        : []),
    ],
    budget: filled
      ? { row: "S-01", minutes: 240, used: 130, planned: open.length * 4 + reviewMinutes }
      : null,
    lapses: {
      from: wall(NOW_MS),
      to: wall(NOW_MS + 96 * HOUR),
      lapses: clocks.map(({ request, clock }) => ({
        kind: "refund",
        id: request.id,
        view: "pending",
        title: titleOf(request),
        clock,
      })),
      more: 0,
      sessions: [SESSION],
    },
    events: world.alerts.length === 0 ? [] : EVENTS,
    as_of: filled ? wall(NOW_MS - world.ageSeconds * 1000) : null,
    age_seconds: filled ? world.ageSeconds : null,
    stale: filled && world.ageSeconds > STALE,
  };
}

const EVENTS: EventView[] = [
  {
    at: wall(NOW_MS - 0.23 * HOUR),
    what: { type: "resolved", id: "A-30", label: "Webhook retries" },
  },
  {
    at: wall(NOW_MS - 0.7 * HOUR),
    what: { type: "done", action: "Approve", count: 50, title: null, word: "confirmed" },
  },
  {
    at: wall(NOW_MS - 0.72 * HOUR),
    what: {
      type: "done",
      action: "Reject",
      count: 1,
      title: "Review of Little Loom",
      word: "confirmed",
    },
  },
  {
    at: wall(NOW_MS - 1.06 * HOUR),
    what: { type: "fired", id: "A-31", severity: "red", label: "Matching service is down" },
  },
  {
    at: wall(NOW_MS - 1.2 * HOUR),
    what: {
      type: "done",
      action: "Approve refund",
      count: 1,
      title: "Quiet Hours Calligraphy — $22.00",
      word: "refused",
    },
  },
  {
    at: wall(NOW_MS - 26 * HOUR),
    what: {
      type: "fired",
      id: "A-28",
      severity: "yellow",
      label: "Waiting list of Newtown is long",
    },
  },
];
