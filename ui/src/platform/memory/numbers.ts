import type { NumberView } from "../backend";
import { NOW_MS, wall } from "./world";

const DAY = 86_400_000;

/** A walk that is the same each time. */
function walk(from: number, to: number, steps: number, rough: number): number[] {
  return Array.from({ length: steps }, (_, at) => {
    const share = at / (steps - 1);
    return from + (to - from) * share + Math.sin(at * 2.4) * rough * Math.sin(Math.PI * share);
  });
}

export function number(
  id: string,
  more: Pick<NumberView, "label" | "unit" | "value"> & Partial<NumberView>,
): NumberView {
  return {
    id,
    row: "N-31",
    currency: more.unit === "money" ? "AUD" : null,
    digits: more.unit === "money" ? 2 : 0,
    of: null,
    count: 0,
    projected: null,
    window: { type: "now" },
    change: null,
    better: "neither",
    target: null,
    limit: null,
    tone: "neutral",
    thresholds: [],
    points: [],
    points_from: wall(NOW_MS - 30 * DAY),
    stated: null,
    parts: [],
    other: null,
    note: null,
    view: null,
    problem: null,
    ...more,
  };
}

export function makeNumbers(): NumberView[] {
  return [
    number("revenue", {
      label: "Revenue",
      unit: "money",
      value: 234_000,
      count: 106,
      window: { type: "month" },
      change: 0.12,
      better: "more",
      projected: 282_000,
      points: walk(180_000, 234_000, 24, 14_000),
      view: "charges",
      row: "N-32",
    }),
    number("adoption", {
      label: "Featured adoption",
      unit: "share",
      value: 0.18,
      of: 500,
      count: 90,
      better: "more",
      target: 0.25,
      tone: "amber",
      thresholds: [{ value: 0.2, tone: "amber", above: false, row: "N-33" }],
      points: walk(0.15, 0.18, 24, 0.006),
      row: "N-33",
    }),
    number("queue", {
      label: "Queue backlog",
      unit: "count",
      value: 87,
      count: 87,
      better: "less",
      points: walk(61, 87, 24, 5),
      parts: [
        { label: "Newtown", value: 24 },
        { label: "Mosman", value: 18 },
        { label: "Marrickville", value: 15 },
        { label: "Balmain", value: 12 },
      ],
      other: 18,
      view: "charges",
      row: "N-34",
    }),
    number("refund_rate", {
      label: "Refund rate",
      unit: "share",
      value: 0.02,
      of: 50,
      count: 1,
      window: { type: "days", days: 30 },
      better: "less",
      tone: "green",
      thresholds: [
        { value: 0.1, tone: "amber", above: true, row: "W-09" },
        { value: 0.15, tone: "red", above: true, row: "N-35" },
      ],
      points: walk(0.03, 0.02, 24, 0.008),
      view: "pending",
      row: "N-35",
    }),
    number("searches", {
      label: "Searches",
      unit: "count",
      value: 2450,
      count: 2450,
      window: { type: "days", days: 7 },
      change: -0.05,
      better: "more",
      points: walk(2700, 2450, 24, 260),
      row: "N-36",
    }),
    number("cost", {
      label: "Cost of matching",
      unit: "money",
      value: 3600,
      count: 31_250,
      window: { type: "month" },
      better: "less",
      limit: 25_000,
      stated: { label: "The provider’s bill", value: 3750, differs: true },
      points: [...walk(0, 1400, 9, 60), null, null, ...walk(1900, 3600, 13, 60)],
      row: "N-37",
    }),
    number("latency", {
      label: "Answer time",
      unit: "milliseconds",
      value: 342,
      count: 2450,
      window: { type: "days", days: 7 },
      better: "less",
      change: 0.21,
      points: walk(300, 342, 24, 30),
      row: "N-37",
    }),
    number("churn", {
      label: "Featured churn",
      unit: "share",
      value: null,
      window: { type: "month" },
      better: "less",
      problem: "No placement ended in this month.",
      points: [],
      row: "N-33",
    }),
  ];
}
