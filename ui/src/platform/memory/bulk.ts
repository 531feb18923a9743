import type {
  ActManyAnswer,
  ActManyRequest,
  JudgeRequest,
  OperationView,
  SampleView,
  SelectedView,
  SelectionView,
  SelectRequest,
} from "../backend";
import { inSections } from "./paged";
import { REVIEWS, type Review, reviewActions, reviewTitle } from "./reviews";
import { operation, type World } from "./world";

const actionOn = (world: World, review: Review, action: string) =>
  reviewActions(world, review).find((each) => each.action === action);

/** What an action on many reviews would do. */
export function selectionOf(world: World, asked: SelectRequest): SelectionView {
  const chosen = inSections(REVIEWS, world, {
    sort: null,
    search: asked.search,
    chips: asked.chips,
  })
    .filter(({ id }) => (asked.section === null ? true : id === asked.section))
    .filter(({ id }) => asked.ids.length > 0 || REVIEWS.waits.includes(id))
    .flatMap(({ all }) => all)
    .filter(({ id }) => asked.ids.length === 0 || asked.ids.includes(id));
  const first = world.reviews.find((each) => each.state === "pending");
  const pattern = first && reviewActions(world, first).find((each) => each.action === asked.action);
  const bulk = REVIEWS.bulk.find((each) => each.action === asked.action);
  const cap = bulk?.cap ?? 0;
  const wrong = (id: string) => world.judged.some((said) => said.id === id && !said.right);
  const may = chosen.filter(
    (each) => actionOn(world, each, asked.action)?.allowed && !wrong(each.id),
  );
  const allowed = may.slice(0, cap);
  const records = allowed.map((each) => ({
    id: each.id,
    revision: each.revision,
    title: reviewTitle(each),
  }));
  return {
    kind: "review",
    action: asked.action,
    label: bulk?.label ?? asked.action,
    row: bulk?.row ?? "",
    allowed: records,
    denied: chosen
      .filter((each) => !may.includes(each))
      .map((each) => {
        const denied = actionOn(world, each, asked.action)?.denied;
        return {
          id: each.id,
          title: reviewTitle(each),
          row: denied?.row ?? null,
          detail: wrong(each.id)
            ? "It did not look right: decide on it by itself."
            : (denied?.detail ?? "It is decided already."),
        };
      }),
    asks: pattern?.asks ?? [],
    asking: pattern?.asks.length ? allowed.length : 0,
    mails: pattern?.mails ?? [],
    not_after: pattern?.not_after ?? null,
    beyond: may.length - allowed.length,
    cap,
    confirm: "typed",
    typed: String(allowed.length),
    nature: "change",
    will: pattern?.will ?? [],
    params: pattern?.params ?? [],
    undo: pattern?.undo ?? null,
    sample: asked.action === "approve" ? sampleOf(world, records) : null,
  };
}

/** What is drawn: every so many-th; what was right before one that was not counts no more. */
function sampleOf(world: World, records: SelectedView[]): SampleView | null {
  const of = world.sampleOf;
  if (of === null || records.length <= of) return null;
  const since = world.judged.findLastIndex((said) => !said.right);
  const right = new Set(world.judged.slice(since + 1).map(({ id }) => id));
  const drawn = Array.from({ length: of }, (_, at) =>
    records.at(Math.floor((at * records.length) / of)),
  ).filter((each) => each !== undefined);
  const sampled = drawn.map((each) => ({ ...each, right: right.has(each.id) }));
  return {
    row: "V-16",
    among: records.length,
    left: sampled.filter((each) => !each.right).length,
    records: sampled,
  };
}

/** Keeps what is said of one that was drawn. */
export function judge(world: World, asked: JudgeRequest): SampleView | null {
  if (!sampleOf(world, asked.records)?.records.some(({ id }) => id === asked.id)) return null;
  world.judged.push({ id: asked.id, right: asked.right });
  return sampleOf(world, asked.records);
}

/** Some of these have still to be looked at. */
export const isUnseen = (world: World, asked: ActManyRequest) =>
  asked.action === "approve" && (sampleOf(world, asked.records)?.left ?? 0) > 0;

/** Queues an operation on each. */
export function actMany(world: World, asked: ActManyRequest): ActManyAnswer {
  const answer: ActManyAnswer = { queued: 0, failed: [], left: 0 };
  for (const { id, title } of asked.records) {
    const error = world.stubborn.get(id);
    if (error) {
      answer.failed.push({ id, title, error });
      continue;
    }
    const of = { kind: asked.kind, record: id, title, action_id: asked.action };
    const made: OperationView = operation(
      {
        ...of,
        id: `${asked.batch}-${id}`,
        action: asked.action === "approve" ? "Approve" : "Reject",
        goes_in_seconds: asked.action === "approve" ? world.holdSeconds : null,
      },
      "queued",
      "waiting",
    );
    if (!world.operations.some((each) => each.id === made.id)) world.operations.unshift(made);
    answer.queued += 1;
  }
  return answer;
}

/** Goes on with what was cut off: all that was left of it is queued. */
export function resume(world: World, batch: string): ActManyAnswer | null {
  const found = world.unfinished.find(({ id }) => id === batch);
  if (!found) return null;
  leave(world, batch);
  return { queued: found.queued + found.left, failed: [], left: 0 };
}

/** Leaves what of a batch is still to be queued. */
export function leave(world: World, batch: string): void {
  world.unfinished = world.unfinished.filter(({ id }) => id !== batch);
}
