import {
  type ActRequest,
  type Backend,
  BackendError,
  type ChangeSet,
  type Code,
  type DocumentStanding,
  type OperationView,
  type SearchHit,
  type ShowPlace,
  type SignedIn,
  type Tag,
} from "../backend";
import { actMany, isUnseen, judge, leave, resume, selectionOf } from "./bulk";
import { controlsOf, switchControl } from "./controls";
import { documentIn, savedOf, shownOf } from "./documents";
import { askHistory, historyOf } from "./history";
import { logOf } from "./log";
import { considered, recordOf } from "./record";
import { referenceOf } from "./reference";
import { reviewActions, reviewRecord, reviewTitle } from "./reviews";
import { actOnSaved } from "./saved";
import { settingsOf } from "./settings";
import { saySetting, settingHits, tenantOf } from "./tenant";
import { moreOf, navigationOf, pageOf, syncOf, titleOf } from "./views";
import { watchOf } from "./watch";
import { NOW_MS, operation, PROFILE, type World, wall } from "./world";

const ALL: Tag[] = [
  { tag: "app" },
  { tag: "navigation" },
  { tag: "kind", of: "refund" },
  { tag: "sync" },
  { tag: "audit" },
  { tag: "notifications" },
];

function fail(code: Code, detail: string | null = null, row: string | null = null): never {
  throw new BackendError({ code, detail, row });
}

/**
 * A backend without a shell, for component tests and for the browser. It keeps the contract's
 * manners (an operation id counts once, typed confirmation is checked) over invented records.
 */
export class MemoryBackend implements Backend {
  readonly world: World;
  readonly profile: string = "";
  readonly calls: string[] = [];
  /** Profiles whose rail was asked for. */
  readonly asked: string[] = [];
  readonly reported: string[] = [];
  readonly #heard = new Set<(change: ChangeSet) => void>();
  readonly #shown = new Set<(shown: ShowPlace) => void>();
  #ids = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** Changes the world and tells of it. */
  change(how: (world: World) => void, tags: Tag[] = ALL): void {
    how(this.world);
    for (const heard of this.#heard) heard({ profile: null, tags, source: "sync" });
  }

  async #read<T>(name: string, answer: () => T): Promise<T> {
    this.calls.push(name);
    if (this.world.hangs.has(name)) return new Promise<T>(() => {});
    const error = this.world.fails[name];
    if (error) throw new BackendError(error);
    return structuredClone(answer());
  }

  appView = () => this.#read("appView", () => this.world.app);
  navigation = () => this.#read("navigation", () => navigationOf(this.world));
  queuePage: Backend["queuePage"] = (asked) =>
    this.#read("queuePage", () => pageOf(this.world, asked));
  placeInView: Backend["placeInView"] = (asked, kind, id) =>
    this.#read("placeInView", () => {
      const { rows } = pageOf(this.world, { ...asked, offset: 0, limit: Number.MAX_SAFE_INTEGER });
      const at = rows.findIndex((row) => row.kind === kind && row.id === id);
      return at < 0 ? null : at;
    });
  exportView: Backend["exportView"] = (asked) =>
    this.#read("exportView", () => ({
      file: `/Downloads/${asked.view}_2026-11-20T03-45-00Z_12-rows.csv`,
      about: `/Downloads/${asked.view}_2026-11-20T03-45-00Z_12-rows.about.txt`,
      rows: pageOf(this.world, asked).total,
      sha256: "5f2b",
    }));
  pickRecords: Backend["pickRecords"] = (_kind, query) =>
    this.#read("pickRecords", () =>
      [...new Set(this.world.requests.map(({ place }) => place))]
        .filter((place) => place.toLowerCase().includes(query.toLowerCase()))
        .slice(0, 20)
        .map((place) => ({ value: place, label: place })),
    );
  syncStatus = () => this.#read("syncStatus", () => syncOf(this.world));
  moreOperations: Backend["moreOperations"] = (part, behind) =>
    this.#read("moreOperations", () => moreOf(this.world, part, behind));
  queueRecord = (_kind: string, id: string) =>
    this.#read("queueRecord", () => {
      const request = this.world.requests.find((each) => each.id === id);
      if (request) return recordOf(this.world, request);
      const review = this.world.reviews.find((each) => each.id === id);
      return review ? reviewRecord(this.world, review) : fail("not_found");
    });

  recordHistory: Backend["recordHistory"] = (kind, id) =>
    this.#read("recordHistory", () => historyOf(this.world, kind, id));
  askHistory: Backend["askHistory"] = (kind, id, older) =>
    this.#read("askHistory", () => {
      const { problem } = this.world;
      if (problem) throw new BackendError(problem);
      return askHistory(this.world, kind, id, older);
    });

  keepDocument = (_kind: string, id: string) =>
    this.#read("keepDocument", () => this.#document(id, "wanted"));
  dropDocument = (_kind: string, id: string) =>
    this.#read("dropDocument", () => this.#document(id, "elsewhere"));
  showDocument = (_kind: string, id: string) =>
    this.#read("showDocument", () => shownOf(documentIn(this.world, id) ?? fail("not_found")));
  saveDocument = (_kind: string, id: string) =>
    this.#read("saveDocument", () => savedOf(documentIn(this.world, id) ?? fail("not_found")));

  #document(id: string, standing: DocumentStanding): void {
    this.change((world) => {
      const found = documentIn(world, id) ?? fail("not_found");
      found.standing = standing;
    });
  }

  search = (query: string) =>
    this.#read("search", (): SearchHit[] => [
      ...settingHits(this.world, query),
      ...this.world.requests
        .filter((each) => `${each.id} ${each.name}`.toLowerCase().includes(query.toLowerCase()))
        .slice(0, 50)
        .map((each) => ({
          kind: "refund",
          kind_label: "Refund request",
          id: each.id,
          title: titleOf(each),
          excerpt: `⟦${each.name}⟧ · ${each.place}`,
          view: "pending",
        })),
    ]);

  signIn: Backend["signIn"] = (request) =>
    this.#read("signIn", (): SignedIn => {
      if (!/^https?:\/\//.test(request.platform)) fail("url_invalid");
      if (request.token === "wrong") fail("token_invalid");
      return this.#open();
    });
  signInDemo = (_tenant: string | null, _passphrase: string | null) =>
    this.#read("signInDemo", () => this.#open());

  /** The profiles of one world share its records: who asks for which is in `asked`. */
  of = (profile: string): Backend => {
    const asks: Backend = Object.create(this, { profile: { value: profile } });
    asks.navigation = () => {
      this.asked.push(profile);
      return this.navigation();
    };
    return asks;
  };

  #open(id = PROFILE.id): SignedIn {
    const known = this.world.app.profiles.find((each) => each.id === id) ?? PROFILE;
    const profile = { ...known, open: true };
    this.change(({ app }) => {
      app.phase = "open";
      app.profiles = [...app.profiles.filter((each) => each.id !== profile.id), profile];
      app.profiles.sort((one, other) => one.tenant.localeCompare(other.tenant));
      app.current = profile.id;
    });
    return { profile, recovery_code: "K7QD-3MFX-9RTA-VW2C-H5JP-8NEB-6GYZ-4LSU" };
  }

  openProfile = (profile: string) => this.#read("openProfile", () => void this.#open(profile));
  unlock = (_profile: string, passphrase: string) =>
    this.#read("unlock", () => {
      if (passphrase !== "correct horse battery") fail("secret_wrong");
      this.#open();
    });
  recover = (_profile: string, code: string, _passphrase: string | null) =>
    this.#read("recover", () => {
      if (code.length < 8) fail("secret_wrong");
      this.#open();
    });
  startOver = (profile: string) =>
    this.#read("startOver", () =>
      this.change(({ app }) => {
        app.phase = "sign_in";
        app.current = null;
        app.profiles = app.profiles.filter((each) => each.id !== profile);
      }),
    );
  renewToken = (token: string) =>
    this.#read("renewToken", () => {
      if (token === "wrong") fail("token_invalid");
      this.change((world) => {
        world.link = "in_step";
        world.problem = null;
      });
    });
  closeProfile = () =>
    this.#read("closeProfile", () =>
      this.change(({ app }) => {
        app.phase = "sign_in";
        app.current = null;
      }),
    );
  dismissNotices = () =>
    this.#read("dismissNotices", () =>
      this.change(({ app }) => {
        app.notices = [];
      }),
    );
  pullNow = () => this.#read("pullNow", () => undefined);

  consider: Backend["consider"] = ({ id, action: name, params, amends }) =>
    this.#read("consider", () => {
      const { actions } = this.#about(id);
      const action = actions.find((each) => each.action === name) ?? fail("not_found");
      const free = { allowed: true, denied: null };
      return considered(amends === null ? action : { ...action, ...free }, params);
    });

  act = (request: ActRequest) =>
    this.#read("act", (): OperationView => {
      const { world } = this;
      const before = world.acted.get(request.operation);
      if (before) return before;
      if (request.kind === "alert") return this.#acknowledge(request);
      if (request.kind === "setting") return this.#say(request);
      if (request.kind === "control") return this.#switch(request);
      if (request.kind === "saved_view") {
        const made = actOnSaved(world, request);
        world.acted.set(made.id, made);
        this.change(() => {
          world.operations = world.operations.filter((each) => each.id !== request.amends);
          world.operations.unshift(made);
        });
        return made;
      }
      const { title, actions } = this.#about(request.id);
      const action = actions.find((each) => each.action === request.action) ?? fail("not_now");
      if (action.denied && request.amends === null)
        fail("policy_denied", action.denied.detail, action.denied.row);
      if (action.typed !== null && action.typed !== request.typed) fail("confirmation_missing");
      const made = operation(
        {
          id: request.operation,
          kind: request.kind,
          record: request.id,
          title,
          action_id: action.action,
          action: action.label,
          goes_in_seconds: action.undo?.hold_seconds ?? null,
        },
        "queued",
        "waiting",
      );
      world.acted.set(request.operation, made);
      this.change(() => {
        world.operations = world.operations.filter((each) => each.id !== request.amends);
        world.operations.unshift(made);
      });
      return made;
    });

  #about(id: string) {
    const { world } = this;
    const review = world.reviews.find((each) => each.id === id);
    if (review) return { title: reviewTitle(review), actions: reviewActions(world, review) };
    const request = world.requests.find((each) => each.id === id) ?? fail("not_found");
    return { title: titleOf(request), actions: recordOf(world, request).actions };
  }

  #acknowledge({ operation: id, id: alert, action }: ActRequest): OperationView {
    const found = this.world.alerts.find((each) => each.id === alert) ?? fail("not_found");
    const made = operation(
      {
        id,
        kind: "alert",
        record: alert,
        title: found.label,
        action_id: action,
        action: "Acknowledge",
      },
      "queued",
      "waiting",
    );
    this.world.acted.set(id, made);
    this.change(({ operations }) => {
      operations.unshift(made);
      found.operation = "queued";
      found.acknowledged = { by: PROFILE.operator, at: wall(NOW_MS) };
      found.can_acknowledge = false;
    });
    return made;
  }

  #say(request: ActRequest): OperationView {
    const { world } = this;
    const made = saySetting(world, request);
    world.acted.set(made.id, made);
    this.change(() => {
      world.operations = world.operations.filter((each) => each.id !== request.amends);
      world.operations.unshift(made);
    }, [{ tag: "kind", of: "setting" }, { tag: "sync" }]);
    return made;
  }

  #switch(request: ActRequest): OperationView {
    const made = switchControl(this.world, request);
    this.world.acted.set(made.id, made);
    this.change(() => {}, [{ tag: "kind", of: "control" }, { tag: "sync" }]);
    return made;
  }

  selectRecords: Backend["selectRecords"] = (request) =>
    this.#read("selectRecords", () => selectionOf(this.world, request));
  actMany: Backend["actMany"] = (request) =>
    this.#read("actMany", () => {
      if (isUnseen(this.world, request)) fail("not_sampled", "Some are still to be looked at.");
      const answer = actMany(this.world, request);
      this.change(() => {});
      return answer;
    });
  resumeBatch: Backend["resumeBatch"] = (batch) =>
    this.#read("resumeBatch", () => {
      const answer = resume(this.world, batch) ?? fail("not_found");
      this.change(() => {}, [{ tag: "sync" }]);
      return answer;
    });
  leaveBatch: Backend["leaveBatch"] = (batch) =>
    this.#read("leaveBatch", () => this.change((world) => leave(world, batch), [{ tag: "sync" }]));
  judgeSample: Backend["judgeSample"] = (request) =>
    this.#read("judgeSample", () => judge(this.world, request) ?? fail("not_found"));
  watchView = () => this.#read("watchView", () => watchOf(this.world));
  touch = () => this.#read("touch", () => undefined);
  logPage: Backend["logPage"] = (request) =>
    this.#read("logPage", () => logOf(this.world, request));
  verifyChain = () => this.#read("verifyChain", () => this.change(() => {}));
  referenceView = () => this.#read("referenceView", () => referenceOf());
  tenantView = () => this.#read("tenantView", () => tenantOf(this.world));
  controlsView = () => this.#read("controlsView", () => controlsOf(this.world));
  settingsView = () => this.#read("settingsView", () => settingsOf(this.world));
  setNotifications: Backend["setNotifications"] = (wanted) =>
    this.#read("setNotifications", () =>
      this.change(({ notifications }) => {
        notifications.wanted = wanted;
      }),
    );
  testNotification = () =>
    this.#read("testNotification", () => {
      const { notified } = this.world;
      this.change(({ notifications }) => {
        notifications.last = { at: wall(NOW_MS), problem: notified?.detail ?? null };
        notifications.failures = notified ? notifications.failures + 1 : 0;
      });
      if (notified) throw new BackendError(notified);
    });

  demoWorlds = () => this.#read("demoWorlds", () => this.world.worlds ?? fail("not_found"));
  chooseWorld: Backend["chooseWorld"] = ({ scenario, at }) =>
    this.#read("chooseWorld", () => {
      const { worlds } = this.world;
      if (!worlds) fail("not_found");
      this.change(() => {
        worlds.scenario = scenario;
        if (at !== null) worlds.now = `${at}:00${worlds.now.slice(19)}`;
        worlds.waits = 0;
      });
      return worlds;
    });

  retryOperation = (id: string) =>
    this.#read("retryOperation", () =>
      this.change(({ operations }) => {
        for (const each of operations) {
          if (each.id === id) Object.assign(each, { word: "queued", standing: "waiting" });
        }
      }),
    );
  discardOperation = (id: string) =>
    this.#read("discardOperation", () =>
      this.change((world) => {
        world.operations = world.operations.filter((each) => each.id !== id);
        const unmade = ({ held }: World["saved"][number]) => held?.makes && held.operation === id;
        world.saved = world.saved.filter((each) => !unmade(each));
      }),
    );

  takeBack = (ids: string[]) =>
    this.#read("takeBack", () => {
      const mine = (id: string) => ids.includes(id);
      const back = this.world.operations.filter(
        (each) => mine(each.id) && each.standing === "waiting",
      );
      if (back.length === 0) fail("too_late");
      this.change((world) => {
        world.operations = world.operations.filter((each) => !back.includes(each));
      });
      return { taken: back.length, late: ids.length - back.length };
    });

  reportUiError = (message: string) =>
    this.#read("reportUiError", () => void this.reported.push(message));

  newOperationId = () =>
    this.#read("newOperationId", () => {
      this.#ids += 1;
      return `01936a2e-0000-7000-8000-${String(this.#ids).padStart(12, "0")}`;
    });

  onChange(heard: (change: ChangeSet) => void): () => void {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  }

  onPlace(heard: (shown: ShowPlace) => void): () => void {
    this.#shown.add(heard);
    return () => this.#shown.delete(heard);
  }

  /** As a notification that was pressed. */
  show(place: ShowPlace["place"], profile: string | null = null): void {
    for (const heard of this.#shown) heard({ profile, place });
  }
}
