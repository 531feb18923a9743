// Written by hand in the shape of the generator until the shell generates it.
import { invoke } from "@tauri-apps/api/core";
import { type EventCallback, listen } from "@tauri-apps/api/event";

export type Result<T> = { status: "ok"; data: T } | { status: "error"; error: Error };

async function call<T>(name: string, args?: Record<string, unknown>): Promise<Result<T>> {
  try {
    return { status: "ok", data: await invoke<T>(name, args) };
  } catch (error) {
    return { status: "error", error: error as Error };
  }
}

export const commands = {
  appView: () => call<AppView>("app_view"),
  signIn: (request: SignInRequest) => call<SignedIn>("sign_in", { request }),
  signInDemo: (passphrase: string | null) => call<SignedIn>("sign_in_demo", { passphrase }),
  openProfile: (profile: string) => call<null>("open_profile", { profile }),
  unlock: (profile: string, passphrase: string) => call<null>("unlock", { profile, passphrase }),
  recover: (profile: string, code: string, passphrase: string | null) => call<null>("recover", { profile, code, passphrase }),
  renewToken: (token: string) => call<null>("renew_token", { token }),
  closeProfile: () => call<null>("close_profile"),
  dismissNotices: () => call<null>("dismiss_notices"),
  navigation: () => call<NavigationView>("navigation"),
  queuePage: (request: ViewRequest) => call<ViewPage>("queue_page", { request }),
  queueRecord: (kind: string, id: string) => call<RecordView>("queue_record", { kind, id }),
  act: (request: ActRequest) => call<OperationView>("act", { request }),
  syncStatus: () => call<SyncView>("sync_status"),
  pullNow: () => call<null>("pull_now"),
  retryOperation: (operation: string) => call<null>("retry_operation", { operation }),
  discardOperation: (operation: string) => call<null>("discard_operation", { operation }),
  search: (query: string) => call<SearchHit[]>("search", { query }),
  reportUiError: (message: string) => call<null>("report_ui_error", { message }),
  newOperationId: () => call<string>("new_operation_id"),
};

export const events = {
  changeSet: { listen: (handler: EventCallback<ChangeSet>) => listen<ChangeSet>("change-set", handler) },
};

export type Code = "unreachable" | "not_a_platform" | "url_invalid" | "tls_invalid" | "api_mismatch" | "token_invalid" | "token_revoked" | "no_pack" | "pack_invalid" | "keyring_locked" | "keyring_absent" | "key_missing" | "secret_wrong" | "passphrase_weak" | "disk_full" | "read_only" | "newer_database" | "in_use" | "storage" | "signed_out" | "locked" | "not_found" | "policy_denied" | "stale" | "confirmation_missing" | "may_lapse" | "outbox_full" | "not_now" | "internal";
export type Error = { code: Code; detail: string | null; row: string | null };
export type Tag = { tag: "app" } | { tag: "navigation" } | { tag: "kind"; of: string } | { tag: "sync" } | { tag: "audit" } | { tag: "pack" };
export type Source = "operator" | "sync" | "clock";
export type ChangeSet = { tags: Tag[]; source: Source };
export type Tone = "neutral" | "green" | "amber" | "red" | "blue";
export type Nature = "change" | "money" | "deletion" | "submission";
export type Confirm = "none" | "click" | "typed";
export type FieldType = "string" | "text" | "id" | "integer" | "number" | "boolean" | "timestamp" | "date" | "money" | "ref" | "enum";
export type AppView = { phase: Phase; keyring: KeyringState; profiles: ProfileView[]; current: string | null; demo: DemoView | null; notices: Notice[]; version: string };
export type Phase = "sign_in" | "needs_passphrase" | "keyring_locked" | "needs_recovery" | "newer_database" | "read_only" | "open";
export type KeyringState = "ready" | "locked" | "absent";
export type ProfileView = { id: string; platform: string; tenant: string; operator: string; zone: string; passphrase: boolean };
export type DemoView = { platform: string; tenant: string };
export type Notice = { type: "cache_rebuilt" } | { type: "state_moved_aside"; file: string };
export type SignInRequest = { platform: string; token: string; passphrase: string | null };
export type SignedIn = { profile: ProfileView; recovery_code: string | null };
export type NavigationView = { queues: QueueEntry[]; now: string; zone: string; clock_unsure: boolean; language: string };
export type QueueEntry = { view: string; label: string; open: number; urgent: number; target: number; minutes: number | null };
export type ViewRequest = { view: string; sort: string | null; search: string; offset: number; limit: number };
export type ViewPage = { view: string; label: string; row: string; sort_label: string; sort: string; target: number | null; columns: ColumnView[]; sections: SectionView[]; rows: RowView[]; total: number; sum: MoneyView | null; as_of: string | null; keys: ActionKey[] };
export type ActionKey = { action: string; label: string; key: string };
export type ColumnView = { field: string; label: string; kind: ColumnKind; sortable: boolean };
export type ColumnKind = "text" | "id" | "number" | "money" | "instant" | "clock" | "state";
export type SectionView = { id: string; label: string; note: string | null; count: number; first: number; sum: MoneyView | null };
export type RowView = { kind: string; id: string; title: string; section: string; cells: Cell[]; operation: OperationWord | null };
export type OperationWord = "queued" | "sent" | "confirmed" | "refused" | "unknown";
export type Cell = { value: CellValue; beside: string | null };
export type CellValue = { type: "empty" } | { type: "text"; text: string } | { type: "number"; number: number | null } | { type: "flag"; on: boolean } | { type: "money"; money: MoneyView } | { type: "instant"; at: string } | { type: "clock"; clock: ClockView } | { type: "state"; id: string; label: string; tone: Tone } | { type: "unknown"; text: string };
export type MoneyView = { minor: number | null; currency: string; digits: number };
export type ClockView = { label: string; basis: string; start: string; due: string; seconds_left: number | null; seconds_total: number | null; tone: Tone; runs: boolean; row: string; before_session: string | null };
export type RecordView = { kind: string; kind_label: string; id: string; revision: number; title: string; state: CellValue | null; clocks: ClockView[]; facts: FactView[]; actions: ActionView[]; operations: OperationView[]; as_of: string | null; as_seen: boolean };
export type FactView = { field: string; label: string; value: CellValue };
export type ActionView = { action: string; label: string; key: string | null; row: string; nature: Nature; params: ParamView[]; policy: PolicyRowView[]; allowed: boolean; denied: DenialView | null; confirm: Confirm; typed: string | null; will: string[]; mails: MailView[]; not_after: string | null; may_lapse: boolean };
export type ParamView = { name: string; label: string; kind: FieldType; one_of: string[]; optional: boolean };
export type PolicyRowView = { id: string; title: string; found: string; outcome: RowWord };
export type RowWord = "passed" | "failed" | "undecidable";
export type DenialView = { code: string; row: string | null; detail: string };
export type MailView = { row: string; to: string; subject: string; body: string };
export type ActRequest = { operation: string; kind: string; id: string; action: string; params: { [key in string]: string }; typed: string | null; seen_revision: number; amends: string | null };
export type OperationView = { id: string; kind: string; record: string; title: string; action: string; word: OperationWord; standing: Standing; reason: DenialView | null; made_at: string; not_after: string | null; attempts: number; next_try: string | null; author: string; foreign: boolean; behind: number; theirs: FactView[] };
export type Standing = "waiting" | "in_flight" | "accepted" | "unknown" | "held_refused" | "held_conflict" | "held_lapsed" | "held_rejected" | "blocked" | "confirmed" | "discarded";
export type SyncView = { link: Link; since: string | null; age_seconds: number | null; as_of: string | null; problem: Error | null; next_try: string | null; live: boolean; filling: number | null; records: number; waiting: OperationView[]; held: OperationView[]; under_way: OperationView[]; settled: OperationView[]; quarantine: QuarantineView[]; chain: ChainView; clock_unsure: boolean; platform: string; pack: string };
export type Link = "filling" | "in_step" | "cut_off" | "signed_out";
export type QuarantineView = { kind: string | null; id: string | null; problem: string; since: string; bytes: number };
export type ChainView = { entries: number; countersigned: number; broken_at: number | null };
export type SearchHit = { kind: string; kind_label: string; id: string; title: string; excerpt: string; view: string | null };
