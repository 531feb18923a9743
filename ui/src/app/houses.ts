import type { QueryClient } from "@tanstack/react-query";
import type { ChangeSet } from "../platform/backend";
import { applyChange } from "./invalidate";
import { makeClient, READS } from "./reads";

/**
 * What was read, kept apart for each profile: what one asked for can never show in another, and a
 * profile that is shown again has its screens at once.
 */
export class Houses {
  /** The state of the app itself. */
  readonly app = makeClient();
  readonly #of = new Map<string, QueryClient>();

  /** What was read for a profile. */
  of(profile: string): QueryClient {
    const known = this.#of.get(profile);
    if (known) return known;
    const made = makeClient();
    this.#of.set(profile, made);
    return made;
  }

  /** Reads again what a change touched, in the profile that it is about; in all where it is the app's. */
  heard(change: ChangeSet): void {
    const alerts = change.tags.some((tag) => tag.tag === "kind" && tag.of === "alert");
    if (change.profile === null) {
      applyChange(this.app, change);
      for (const client of this.#of.values()) applyChange(client, change);
      return;
    }
    applyChange(this.of(change.profile), change);
    // The red alerts of each profile are counted where profiles are listed.
    if (alerts) void this.app.invalidateQueries({ queryKey: [READS.app] });
  }

  /** Forgets what was read for profiles that are not open any more. */
  keep(open: readonly string[]): void {
    for (const [profile, client] of this.#of) {
      if (open.includes(profile)) continue;
      client.clear();
      this.#of.delete(profile);
    }
  }
}
