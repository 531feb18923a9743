import { type Place, SECTION_IDS, usePlace } from "../../app/place";
import { makeCrowdedAlerts, makeRareAlerts } from "./alerts";
import { makeControls } from "./controls";
import { makeHistories } from "./history";
import { MemoryBackend } from "./index";
import { makeSaid, makeSettings } from "./tenant";
import { makeWorld, PROFILE, signedOutWorld, type World } from "./world";

const DEMO = {
  platform: "http://127.0.0.1:4180",
  tenant: "Harbour Classes",
  others: ["Riverside Market", "Night Bus"],
};

/** Worlds to look at, by the name in the address: `/?world=offline&screen=sync`. */
const WORLDS: Record<string, () => World> = {
  work: () => ({ ...makeWorld(), histories: makeHistories() }),
  many: () => makeWorld(100_000),
  empty: () => makeWorld(0),
  offline: () => ({
    ...makeWorld(),
    histories: makeHistories(),
    link: "cut_off",
    ageSeconds: 2520,
    problem: { code: "unreachable", detail: null, row: null },
  }),
  revoked: () => ({
    ...makeWorld(),
    link: "signed_out",
    problem: { code: "token_revoked", detail: null, row: null },
  }),
  filling: () => ({ ...makeWorld(0), link: "filling", filling: 8420 }),
  trouble: () => ({ ...makeWorld(), quarantine: true, brokenAt: 97, clockUnsure: true }),
  error: () => ({
    ...makeWorld(),
    fails: Object.fromEntries(
      ["queuePage", "watchView", "logPage", "referenceView", "tenantView", "settingsView"].map(
        (read) => [read, { code: "storage", detail: "disk I/O error", row: null } as const],
      ),
    ),
  }),
  loading: () => ({
    ...makeWorld(),
    hangs: new Set([
      "queuePage",
      "queueRecord",
      "watchView",
      "logPage",
      "referenceView",
      "tenantView",
      "controlsView",
      "settingsView",
    ]),
  }),
  crowded: () => ({ ...makeWorld(), alerts: makeCrowdedAlerts() }),
  rare: () => ({ ...makeWorld(), alerts: makeRareAlerts() }),
  stale: () => ({ ...makeWorld(), ageSeconds: 400 }),
  said: () => {
    const world = makeWorld();
    world.operations.unshift(...makeSaid());
    return world;
  },
  live: () => ({
    ...makeWorld(),
    settings: makeSettings().filter((each) => !each.missing),
    packChanges: null,
  }),
  switched: () => ({ ...makeWorld(), controls: makeControls() }),
  silent: () => {
    const world = makeWorld();
    world.notifications = {
      ...world.notifications,
      service: null,
      buttons: false,
      failures: 3,
      last: { at: world.log[0]?.at ?? "", problem: "no notification service answers" },
    };
    world.notifications.wanted.hours = { from: 480, to: 1140, days: [1, 2, 3, 4, 5] };
    world.notified = { code: "internal", detail: "no notification service answers", row: null };
    return world;
  },
  notices: () => {
    const world = makeWorld();
    world.app.notices = [
      { type: "cache_rebuilt" },
      { type: "state_moved_aside", file: "state.db.damaged-20261120T034512Z" },
    ];
    return world;
  },
  demo: () => signedOutWorld({ demo: DEMO }),
  "sign-in": () => signedOutWorld(),
  "no-keyring": () => signedOutWorld({ demo: DEMO, keyring: "absent" }),
  profiles: () => signedOutWorld({ demo: DEMO, profiles: [PROFILE] }),
  passphrase: () => gate("needs_passphrase"),
  locked: () => gate("keyring_locked"),
  recovery: () => gate("needs_recovery"),
  newer: () => gate("newer_database"),
  "read-only": () => gate("read_only"),
};

function gate(phase: World["app"]["phase"]): World {
  const world = makeWorld();
  world.app = { ...world.app, phase };
  if (phase === "keyring_locked") world.app.keyring = "locked";
  return world;
}

/** The world, screen and record that the address names. */
export function fromAddress({ search }: Location): MemoryBackend {
  const asked = new URLSearchParams(search);
  const world = (WORLDS[asked.get("world") ?? "work"] ?? makeWorld)();
  const id = asked.get("record");
  const screen = asked.get("screen");
  const { go } = usePlace.getState();
  if (screen === "sync" || screen === "log" || screen === "settings") go({ screen });
  else if (screen === "tenant") go({ screen, ...(id && { setting: id }) });
  else if (screen === "controls") go({ screen, ...(id && { control: id }) });
  else if (screen === "reference") go(referencePlace(asked.get("section"), id));
  else if (screen === "reviews") go({ screen: "queue", view: "reviews", record: null });
  else if (screen === "queue") go({ screen: "queue", view: "pending", record: null });
  else if (id) go({ screen: "queue", view: "pending", record: { kind: "refund", id } });
  const theme = asked.get("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  const direction = asked.get("dir");
  if (direction) document.documentElement.dir = direction;
  press((asked.get("press") ?? "").split(",").filter(Boolean));
  return new MemoryBackend(world);
}

/** A section of the reference, and an item in it. */
function referencePlace(section: string | null, item: string | null): Place {
  const known = SECTION_IDS.find((each) => each === section);
  return { screen: "reference", ...(known && { section: known }), ...(item && { item }) };
}

/** Presses keys once the page has settled, to look at a dialog: `&press=a` or `&press=Control+k`. */
function press(keys: string[]): void {
  keys.forEach((name, at) => {
    setTimeout(
      () => {
        const key = name.split("+").at(-1) ?? "";
        const [ctrlKey, shiftKey] = [name.startsWith("Control+"), name.startsWith("Shift+")];
        const target = document.activeElement ?? document.body;
        const init = { key, code: key, ctrlKey, shiftKey, bubbles: true, cancelable: true };
        target.dispatchEvent(new KeyboardEvent("keydown", init));
      },
      600 + at * 200,
    );
  });
}
