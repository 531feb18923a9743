import { type ActRequest, BackendError, type OperationView, type SavedEntry } from "../backend";
import { operation, PROFILE, type World } from "./world";

/** A saved view of the operator's own, with what differs from that. */
export function savedView(of: Pick<SavedEntry, "id" | "name"> & Partial<SavedEntry>): SavedEntry {
  return {
    view: "pending",
    owner: PROFILE.operator,
    own: true,
    shared: false,
    wish: {
      sort: null,
      search: "",
      chips: [{ field: "state", test: { type: "among", values: ["denied"] } }],
      group: null,
      columns: [],
    },
    problems: [],
    word: null,
    held: null,
    dropped: false,
    revision: 1,
    ...of,
  };
}

const ACTIONS: Record<string, string> = {
  keep: "Save this view",
  change: "Change",
  drop: "Drop",
};

/** Keeps, changes or drops one, as the overlay draws it at once. */
export function actOnSaved(world: World, request: ActRequest): OperationView {
  const said = (name: string) => JSON.parse(request.params[name] ?? "null");
  const known = world.saved.find(({ id }) => id === request.id);
  const action = ACTIONS[request.action];
  const makes = known === undefined || known.held?.makes === true;
  if (!action || (request.action === "keep") !== makes) {
    throw new BackendError({ code: "not_found", detail: null, row: null });
  }
  if (known && known.revision !== request.seen_revision) {
    throw new BackendError({ code: "stale", detail: null, row: null });
  }
  if (known?.held && known.held.operation !== request.amends) {
    throw new BackendError({ code: "not_now", detail: null, row: null });
  }
  if (request.action === "drop" && known) known.dropped = true;
  else {
    const to = { name: said("name"), shared: said("shared"), wish: JSON.parse(said("wish")) };
    if (known?.held) Object.assign(known, { held: null, word: "queued" });
    if (known) Object.assign(known, to);
    else world.saved.push(savedView({ id: request.id, view: said("view"), revision: 0, ...to }));
  }
  return operation(
    {
      id: request.operation,
      kind: request.kind,
      record: request.id,
      title: known?.name ?? said("name"),
      action_id: request.action,
      action,
      not_after: null,
    },
    "queued",
    "waiting",
  );
}
