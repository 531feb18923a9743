import type { NotificationsView, SettingsView } from "../backend";
import { NOW_MS, PROFILE, type World, wall } from "./world";

export function makeNotifications(): NotificationsView {
  return {
    wanted: { red: true, yellow: false, refused: true, hours: null },
    quiet_now: false,
    service: "dunst 1.9",
    buttons: true,
    last: { at: wall(NOW_MS - 63 * 60_000), problem: null },
    failures: 0,
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
    pack_changes: null,
    settings: [
      {
        name: "support_lead",
        row: "R-51",
        label: "Support lead",
        purpose: "Who is called when a refund waits for agreement.",
        missing: true,
        proposed: "support@example.org",
        value: "",
        is_default: true,
        one_of: [],
      },
      {
        name: "refund_clock",
        row: "R-42",
        label: "What the 72 hours are measured to",
        purpose: null,
        missing: false,
        proposed: null,
        value: "now",
        is_default: true,
        one_of: ["now", "requested_at"],
      },
      {
        name: "refund_cap",
        row: "R-44",
        label: "Most that an operator may refund in a day",
        purpose: null,
        missing: false,
        proposed: null,
        value: "$220.00",
        is_default: false,
        one_of: [],
      },
    ],
    controls: [
      {
        name: "freeze_refunds",
        row: "C-04",
        label: "Refunds frozen",
        purpose: null,
        missing: false,
        proposed: null,
        value: "no",
        is_default: true,
        one_of: [],
      },
    ],
    notifications: world.notifications,
    version: world.app.version,
  };
}
