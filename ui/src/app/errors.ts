import type { Code } from "../platform/backend";

/** How loud an error is: what the operator must not miss, or what is merely not possible now. */
export type Severity = "error" | "warning";

/** What the operator may do about it, where the screen offers it. */
export type Remedy =
  | "try_again"
  | "look_again"
  | "fix_input"
  | "renew_token"
  | "recover"
  | "open_sync"
  | "none";

export type ErrorWords = { severity: Severity; title: string; text: string; remedy: Remedy };

/** The one table from a code to words and a way on. Exhaustive: a new code does not compile. */
export const ERRORS: Record<Code, ErrorWords> = {
  unreachable: words("warning", "error-unreachable", "error-unreachable-text", "try_again"),
  not_a_platform: words("error", "error-not-a-platform", "error-not-a-platform-text", "fix_input"),
  url_invalid: words("error", "error-url-invalid", "error-url-invalid-text", "fix_input"),
  tls_invalid: words("error", "error-tls-invalid", "error-tls-invalid-text", "try_again"),
  api_mismatch: words("error", "error-api-mismatch", "error-api-mismatch-text", "none"),
  token_invalid: words("error", "error-token-invalid", "error-token-invalid-text", "fix_input"),
  token_revoked: words("error", "error-token-revoked", "error-token-revoked-text", "renew_token"),
  no_pack: words("error", "error-no-pack", "error-no-pack-text", "try_again"),
  pack_invalid: words("error", "error-pack-invalid", "error-pack-invalid-text", "none"),
  pack_newer: words("error", "error-pack-newer", "error-pack-newer-text", "none"),
  zones_differ: words("warning", "error-zones-differ", "error-zones-differ-text", "none"),
  keyring_locked: words(
    "warning",
    "error-keyring-locked",
    "error-keyring-locked-text",
    "try_again",
  ),
  keyring_absent: words(
    "warning",
    "error-keyring-absent",
    "error-keyring-absent-text",
    "fix_input",
  ),
  key_missing: words("warning", "error-key-missing", "error-key-missing-text", "recover"),
  secret_wrong: words("error", "error-secret-wrong", "error-secret-wrong-text", "fix_input"),
  passphrase_weak: words(
    "warning",
    "error-passphrase-weak",
    "error-passphrase-weak-text",
    "fix_input",
  ),
  disk_full: words("error", "error-disk-full", "error-disk-full-text", "try_again"),
  read_only: words("warning", "error-read-only", "error-read-only-text", "try_again"),
  folder_unfit: words("error", "error-folder-unfit", "error-folder-unfit-text", "none"),
  newer_database: words("error", "error-newer-database", "error-newer-database-text", "none"),
  in_use: words("warning", "error-in-use", "error-in-use-text", "try_again"),
  storage: words("error", "error-storage", "error-storage-text", "try_again"),
  signed_out: words("warning", "error-signed-out", "error-signed-out-text", "renew_token"),
  locked: words("warning", "error-locked", "error-locked-text", "look_again"),
  not_found: words("warning", "error-not-found", "error-not-found-text", "look_again"),
  policy_denied: words("warning", "error-policy-denied", "error-policy-denied-text", "none"),
  stale: words("warning", "error-stale", "error-stale-text", "look_again"),
  confirmation_missing: words(
    "warning",
    "error-confirmation-missing",
    "error-confirmation-missing-text",
    "fix_input",
  ),
  may_lapse: words("warning", "error-may-lapse", "error-may-lapse-text", "try_again"),
  outbox_full: words("warning", "error-outbox-full", "error-outbox-full-text", "open_sync"),
  too_late: words("warning", "error-too-late", "error-too-late-text", "open_sync"),
  not_sampled: words("warning", "error-not-sampled", "error-not-sampled-text", "look_again"),
  not_now: words("warning", "error-not-now", "error-not-now-text", "look_again"),
  demo_busy: words("warning", "error-demo-busy", "error-demo-busy-text", "try_again"),
  notification_failed: words(
    "warning",
    "error-notification-failed",
    "error-notification-failed-text",
    "try_again",
  ),
  internal: words("error", "error-internal", "error-internal-text", "try_again"),
};

function words(severity: Severity, title: string, text: string, remedy: Remedy): ErrorWords {
  return { severity, title, text, remedy };
}
