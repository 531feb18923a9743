import type {
  ActManyAnswer,
  ActManyRequest,
  OperationView,
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
  const may = chosen.filter((each) => actionOn(world, each, asked.action)?.allowed);
  const allowed = may.slice(0, cap);
  return {
    kind: "review",
    action: asked.action,
    label: bulk?.label ?? asked.action,
    row: bulk?.row ?? "",
    allowed: allowed.map((each) => ({
      id: each.id,
      revision: each.revision,
      title: reviewTitle(each),
    })),
    denied: chosen
      .filter((each) => !may.includes(each))
      .map((each) => {
        const denied = actionOn(world, each, asked.action)?.denied;
        return {
          id: each.id,
          title: reviewTitle(each),
          row: denied?.row ?? null,
          detail: denied?.detail ?? "It is decided already.",
        };
      }),
    beyond: may.length - allowed.length,
    cap,
    confirm: "typed",
    typed: String(allowed.length),
    nature: "change",
    will: pattern?.will ?? [],
    params: pattern?.params ?? [],
  };
}

/** Queues an operation on each. */
export function actMany(world: World, asked: ActManyRequest): ActManyAnswer {
  const answer: ActManyAnswer = { queued: 0, failed: [] };
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
      },
      "queued",
      "waiting",
    );
    if (!world.operations.some((each) => each.id === made.id)) world.operations.unshift(made);
    answer.queued += 1;
  }
  return answer;
}
