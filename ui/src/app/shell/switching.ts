import type { ProfileView } from "../../platform/backend";
import { useBackend } from "../backend";
import { useKeys } from "../keys";

/** Profiles that have a key of their own. */
export const KEYED = 9;

/** Ctrl and a digit show the profile of that place in the list, which stands in the order of names. */
export function useSwitchKeys(profiles: readonly ProfileView[], current: string | null): void {
  const backend = useBackend();
  useKeys(
    Object.fromEntries(
      profiles.slice(0, KEYED).map((profile, at) => [
        `Control+Digit${at + 1}`,
        () => {
          // One that needs its passphrase has the door shown instead, which says so.
          if (profile.id !== current) void backend.openProfile(profile.id).catch(() => {});
        },
      ]),
    ),
  );
}
