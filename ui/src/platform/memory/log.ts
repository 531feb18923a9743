import type { LogEntry, LogPage, LogRequest, LogSort } from "../backend";
import { HOUR, NOW_MS, type World, wall } from "./world";

const STEPS: readonly Partial<LogEntry>[] = [
  { sort: "queued", event: "queued", action: "Approve", rows: ["V-13"] },
  { sort: "confirmed", event: "answered", action: "Approve", word: "confirmed" },
  { sort: "queued", event: "queued", action: "Approve refund", rows: ["R-17", "R-19", "C-04"] },
  { sort: "confirmed", event: "answered", action: "Approve refund", word: "accepted" },
  {
    sort: "denied",
    event: "denied",
    action: "Approve refund",
    rows: ["R-17"],
    code: "refund.window_passed",
  },
  {
    sort: "refused",
    event: "answered",
    action: "Deny",
    word: "conflict",
    code: "refund.charge_refunded",
    rows: ["R-19"],
  },
  { sort: "changed", event: "discarded", action: "Deny" },
  { sort: "other", event: "notification_failed", code: "service_absent" },
];

const WHO = ["Imogen Hart", "Imogen Hart", "Theo Lang"];

/** Something like a hash: the same for the same number, different for each. */
function hashOf(seq: number): string {
  let seed = (seq * 2_654_435_761) >>> 0;
  return Array.from({ length: 8 }, () => {
    seed = (Math.imul(seed ^ (seed >>> 15), 2_246_822_507) + 0x9e3779b9) >>> 0;
    return seed.toString(16).padStart(8, "0");
  }).join("");
}

/** A chain of so many entries, newest first. */
export function makeLog(count: number): LogEntry[] {
  return Array.from({ length: count }, (_, at): LogEntry => {
    const seq = count - at;
    const step = seq === 1 ? {} : (STEPS[seq % STEPS.length] ?? {});
    const about = step.action !== undefined && seq !== 1;
    const review = step.action === "Approve";
    return {
      seq,
      at: wall(NOW_MS - at * 0.37 * HOUR),
      actor: WHO[seq % WHO.length] ?? "",
      sort: "signed_in",
      event: "signed_in",
      action: null,
      record: about
        ? review
          ? {
              kind: "review",
              id: `V-${2200 + (seq % 51)}`,
              title: "Review of Northside Pottery",
              view: "reviews",
            }
          : {
              kind: "refund",
              id: "R-418",
              title: seq % 3 === 0 ? null : "Paper & Press — $22.00",
              view: "pending",
            }
        : null,
      word: null,
      code: null,
      rows: [],
      operation: about ? `01936a2e-7c1f-7000-8000-${String(seq).padStart(12, "0")}` : null,
      sampled: null,
      left: null,
      hash: hashOf(seq),
      prev: seq === 1 ? "0".repeat(64) : hashOf(seq - 1),
      countersigned: at >= 5,
      ...step,
    };
  });
}

const SORTS: LogSort[] = [
  "signed_in",
  "queued",
  "denied",
  "confirmed",
  "refused",
  "changed",
  "other",
];

export function logOf(world: World, asked: LogRequest): LogPage {
  const needle = asked.search.toLowerCase();
  const said = (entry: LogEntry) =>
    [entry.action, entry.record?.id, entry.code, entry.operation, entry.actor, ...entry.rows]
      .join(" ")
      .toLowerCase();
  const found = world.log.filter((entry) => said(entry).includes(needle));
  const matching = found.filter(
    (entry) => asked.sorts.length === 0 || asked.sorts.includes(entry.sort),
  );
  const rest = matching.filter((entry) => asked.before === null || entry.seq < asked.before);
  const entries = rest.slice(0, asked.limit);
  const countersigned = world.log.find((entry) => entry.countersigned)?.seq ?? 0;
  return {
    entries,
    more: rest.length > entries.length,
    total: matching.length,
    chain: {
      entries: world.log.length,
      countersigned: world.link === "in_step" ? world.log.length : countersigned,
      broken_at: world.brokenAt,
    },
    checked_at: wall(NOW_MS - 4 * 60_000),
    broken: world.brokenAt === null ? null : "Its hash is not that of what it holds.",
    sorts: SORTS.map((sort) => ({
      sort,
      count: found.filter((entry) => entry.sort === sort).length,
    })).filter(({ count }) => count > 0),
    device: "imogens-laptop",
    head: world.log[0]?.hash ?? "",
  };
}
