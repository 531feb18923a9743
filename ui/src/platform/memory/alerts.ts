import type { AlertView } from "../backend";
import { HOUR, NOW_MS, wall } from "./world";

export function alert(
  id: string,
  hours: number,
  more: Pick<AlertView, "label" | "detail" | "rule_text" | "severity"> & Partial<AlertView>,
): AlertView {
  return {
    id,
    revision: 2,
    rule: id.toLowerCase(),
    row: "W-08",
    since: wall(NOW_MS - hours * HOUR),
    seconds: hours * 3600,
    acknowledged: null,
    unknown_since: null,
    subject: null,
    view: null,
    operation: null,
    can_acknowledge: true,
    undelivered: null,
    unanswered: null,
    ...more,
  };
}

/** Two red, one of them acknowledged, and a yellow one. */
export function makeAlerts(): AlertView[] {
  return [
    alert("A-31", 1.06, {
      severity: "red",
      label: "Matching service is down",
      detail: "Answers come from keywords since 13:41 · 1 of 3 providers ready",
      rule_text: "red after 30 min",
      view: "charges",
    }),
    alert("A-29", 20.4, {
      severity: "red",
      label: "A paid placement never started",
      detail: "Charge of $22.00 on Thu 18:23 has neither placement nor queue entry",
      rule_text: "red after 15 min",
      row: "W-12",
      acknowledged: { by: "Theo Lang", at: wall(NOW_MS - 3 * HOUR) },
      subject: { kind: "refund", id: "R-424", title: "Clay and Kiln — $22.00", view: "pending" },
    }),
    alert("A-33", 0.75, {
      severity: "yellow",
      label: "Expiry job is on attempt 2 of 5",
      detail: "Next try 14:52 · last success Thu 02:00",
      rule_text: "yellow from the second attempt",
      row: "W-09",
    }),
  ];
}

/** What is rarer: unknown, undelivered, our acknowledgement on its way, nobody may. */
export function makeRareAlerts(): AlertView[] {
  return [
    alert("A-40", 30, {
      severity: "red",
      label: "Payments are not confirmed by the provider, and nobody could tell why until now",
      detail: "3 charges since Thu 08:40, the oldest of $44.00",
      rule_text: "red after 1 h",
      unknown_since: wall(NOW_MS - 0.4 * HOUR),
      view: "charges",
    }),
    alert("A-41", 2.2, {
      severity: "red",
      label: "Matching service is down",
      detail: "Answers come from keywords since 12:30",
      rule_text: "red after 30 min",
      undelivered: "no notification service answers",
    }),
    alert("A-42", 5, {
      severity: "red",
      label: "Database is slow",
      detail: "Median 2.4 s, usually 40 ms",
      rule_text: "red above 1 s for 10 min",
      operation: "queued",
      can_acknowledge: false,
      acknowledged: { by: "Imogen Hart", at: wall(NOW_MS - 60_000) },
    }),
    alert("A-43", 0.2, {
      severity: "yellow",
      label: "Waiting list of Marrickville is long",
      detail: "14 wait",
      rule_text: "yellow above 10",
      can_acknowledge: false,
      view: "charges",
    }),
  ];
}

const LISTS = [
  "Marrickville: 24 wait",
  "Newtown: 18 wait",
  "Leichhardt: 15 wait",
  "Glebe: 12 wait",
];

/** One rule that fires four times beside others: two red ones of one rule, and a yellow one. */
export function makeCrowdedAlerts(): AlertView[] {
  const placement = {
    severity: "red",
    rule: "orphans",
    label: "A paid placement never started",
    rule_text: "paid, and neither slot nor place in the queue",
    view: "charges",
  } as const;
  return [
    alert("A-50", 27, {
      ...placement,
      detail: "$22.00, charged 19 November 2026, 15:52, has neither slot nor place in the queue",
      undelivered: "no notification service answers",
    }),
    alert("A-51", 6.4, {
      ...placement,
      detail: "$22.00, charged 20 November 2026, 12:58, has neither slot nor place in the queue",
    }),
    ...LISTS.map((detail, at) =>
      alert(`A-${52 + at}`, 0.4 - at * 0.05, {
        severity: "yellow",
        rule: "long_list",
        label: "Long waiting list",
        detail,
        rule_text: "yellow above 10",
        row: "W-10",
        view: "charges",
      }),
    ),
    ...makeAlerts().filter(({ id }) => id === "A-33"),
  ];
}
