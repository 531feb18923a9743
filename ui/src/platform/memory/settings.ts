import type { DifferenceView, NotificationsView, PackChangesView, SettingsView } from "../backend";
import { toldSettings } from "./tenant";
import { NOW_MS, PROFILE, type World, wall } from "./world";

export function makeNotifications(): NotificationsView {
  return {
    wanted: { red: true, yellow: false, refused: true, approvals: true, hours: null },
    quiet_now: false,
    service: "dunst 1.9",
    buttons: true,
    last: { at: wall(NOW_MS - 63 * 60_000), problem: null },
    failures: 0,
  };
}

const difference = (
  file: string,
  place: string,
  was: string | null,
  now: string | null,
  of: Partial<DifferenceView> = {},
): DifferenceView => ({ file, place, label: null, row: null, was, now, ...of });

/** What the third version of the invented pack changed. */
export function makePackChanges(): PackChangesView {
  return {
    from: 2,
    to: 3,
    at: wall(NOW_MS - 50 * 3_600_000),
    differences: [
      difference("alerts/charge_failed.yaml", "when", "failed > 3", "failed > 2", {
        label: "Charges fail",
        row: "A-12",
      }),
      difference("alerts/charge_failed.yaml", "hold_minutes", null, "5", {
        label: "Charges fail",
        row: "A-12",
      }),
      difference("alerts/queue_old.yaml", "", "a queue that nobody looked at", null),
      ...[
        "Refund processed",
        "Refund denied",
        "Class moved",
        "Class cancelled",
        "Studio paused",
      ].map((label, at) =>
        difference(
          "templates/mails.yaml",
          `${at + 1} › body`,
          "We will be in touch shortly.",
          "We answer within one working day.",
          { label, row: `T-0${at + 1}` },
        ),
      ),
      ...["one", "two", "three", "four", "five", "six"].map((step, at) =>
        difference("routines/morning.yaml", `steps › ${step} › minutes`, `${at + 5}`, `${at + 3}`, {
          label: "Morning round",
          row: "Q-04",
        }),
      ),
    ],
  };
}

export function settingsOf(world: World): SettingsView {
  return {
    profile: PROFILE,
    roles: ["operator"],
    regions: [],
    device: "imogens-laptop",
    device_id: "01936a2e-1111-7000-8000-00000000d5a1",
    keyring: world.app.keyring,
    folder: "~/.local/share/watchkeeper/profiles/p1",
    state_bytes: 1_340_000,
    cache_bytes: 18_900_000,
    pack: "Harbour Classes",
    pack_version: 3,
    pack_hash: "9c41f7a2e0b85d6634aa1f0e7d2c9b5583e6f41d07c2ab9e5f1d3a6b8c0e2f47",
    pack_warnings: ["records/review.yaml:31: view `reviews` sorts on a field that is not indexed"],
    pack_changes: world.packChanges,
    settings: toldSettings(world),
    notifications: world.notifications,
    demo: world.worlds !== null,
    version: world.app.version,
  };
}
