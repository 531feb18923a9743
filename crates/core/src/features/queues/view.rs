//! Queues and records, as the UI sees them. Values are typed; words and number formats are the
//! UI's. Instants come as wall-clock time of the tenant's zone with offset, computed here, because
//! a webview's zone data may differ from ours.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::format::{Confirm, FieldType, Nature, Tone};

/// The rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct NavigationView {
    /// Queues in the pack's order.
    pub queues: Vec<QueueEntry>,
    /// The pack's other views, in the order of their names.
    pub views: Vec<ViewEntry>,
    /// Zone of the tenant and its wall clock now, RFC 3339 with offset.
    pub now: String,
    /// IANA zone.
    pub zone: String,
    /// The clock cannot be trusted to the second (after a reboot, before the platform answered).
    pub clock_unsure: bool,
    /// BCP 47 tag of the pack's texts.
    pub language: String,
}

/// One queue of the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct QueueEntry {
    /// Id of the view.
    pub view: String,
    /// Name as shown.
    pub label: String,
    /// Records that wait.
    pub open: u32,
    /// Of these, those whose clock has turned amber or red.
    pub urgent: u32,
    /// How many may remain.
    pub target: u32,
    /// Estimated minutes for all that waits.
    #[specta(type = i32)] // always finite: a number, never null
    pub minutes: f32,
}

/// A view that is no queue: nothing waits in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ViewEntry {
    /// Id of the view.
    pub view: String,
    /// Name as shown.
    pub label: String,
}

/// A question to a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ViewRequest {
    /// Id of the view.
    pub view: String,
    /// Sort field, `-` before it turns it round; the view's own where absent.
    pub sort: Option<String>,
    /// Words that must occur; none where empty.
    pub search: String,
    /// First row wanted, counted over all sections.
    pub offset: u32,
    /// Rows wanted, at most 500.
    pub limit: u32,
}

/// A page of a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ViewPage {
    /// Id of the view.
    pub view: String,
    /// Name as shown.
    pub label: String,
    /// Row of the document that it comes from.
    pub row: String,
    /// The sort in words.
    pub sort_label: String,
    /// Sort in force, `-` before it turns it round.
    pub sort: String,
    /// Given for a queue.
    pub target: Option<u32>,
    /// Columns, in order.
    pub columns: Vec<ColumnView>,
    /// Sections with their counts, in order; empty ones are left out.
    pub sections: Vec<SectionView>,
    /// Rows from `offset`, in section order.
    pub rows: Vec<RowView>,
    /// Rows in all.
    pub total: u32,
    /// Rows that wait for the operator.
    pub open: u32,
    /// Sum of the view's money field over what waits, where it has one currency.
    pub sum: Option<MoneyView>,
    /// Instant of the data, RFC 3339 with offset; none before the first sync.
    pub as_of: Option<String>,
    /// Actions that any row of this view may have, with their keys.
    pub keys: Vec<ActionKey>,
}

/// Key of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ActionKey {
    /// Action.
    pub action: String,
    /// Button.
    pub label: String,
    /// Key.
    pub key: String,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ColumnView {
    /// Field, computed field, `clock.<name>` or `state`.
    pub field: String,
    /// Name as shown.
    pub label: String,
    /// How its cells are shown.
    pub kind: ColumnKind,
    /// May be sorted on.
    pub sortable: bool,
}

/// How cells of a column are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// Monospace.
    Id,
    /// Aligned right.
    Number,
    /// Aligned right, with currency.
    Money,
    /// Weekday and time, date when far.
    Instant,
    /// Time left.
    Clock,
    /// Pill.
    State,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SectionView {
    /// Stable id; `on_the_way` is the engine's own: rows with an operation of ours in progress.
    pub id: String,
    /// Name as shown; empty for the engine's own and for a view without sections.
    pub label: String,
    /// Remark.
    pub note: Option<String>,
    /// Rows in it.
    pub count: u32,
    /// Index of its first row, counted over all sections.
    pub first: u32,
    /// Sum of the view's money field, where it has one currency.
    pub sum: Option<MoneyView>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RowView {
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: String,
    /// One line that names it.
    pub title: String,
    /// Section it stands in.
    pub section: String,
    /// Cells, in column order.
    pub cells: Vec<Cell>,
    /// Our operation on it, if one is not yet settled in the mirror.
    pub operation: Option<OperationWord>,
}

/// What the operator sees of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OperationWord {
    /// On this laptop only.
    Queued,
    /// The platform has it; something outside is under way.
    Sent,
    /// Done, and said so.
    Confirmed,
    /// Refused, in conflict or lapsed; held for the operator.
    Refused,
    /// Nobody knows yet whether it happened.
    Unknown,
}

/// A value and perhaps a quieter one beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Cell {
    /// The value.
    pub value: CellValue,
    /// The quieter one.
    pub beside: Option<String>,
}

/// A typed value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CellValue {
    /// Nothing.
    Empty,
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// Number.
    Number {
        /// The number.
        #[specta(type = i32)] // always finite: a number, never null
        number: f64,
    },
    /// Yes or no.
    Flag {
        /// Which.
        on: bool,
    },
    /// Amount.
    Money {
        /// The amount.
        money: MoneyView,
    },
    /// Instant.
    Instant {
        /// Tenant's wall clock, RFC 3339 with offset.
        at: String,
    },
    /// Deadline.
    Clock {
        /// The clock.
        clock: ClockView,
    },
    /// State.
    State {
        /// Value.
        id: String,
        /// Word.
        label: String,
        /// Colour.
        tone: Tone,
    },
    /// A value that the pack does not know, as it came.
    Unknown {
        /// As it came.
        text: String,
    },
}

/// An amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct MoneyView {
    /// Minor units; exact, within ±2^53.
    #[specta(type = i32)] // always finite: a number, never null
    pub minor: f64,
    /// ISO 4217.
    pub currency: String,
    /// Digits behind the point.
    pub digits: u8,
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ClockView {
    /// What happens then, such as `lapses`.
    pub label: String,
    /// What it is measured from.
    pub basis: String,
    /// When it started, tenant's wall clock, RFC 3339 with offset.
    pub start: String,
    /// When it is due, likewise.
    pub due: String,
    /// Seconds left at the page's instant; negative when passed.
    #[specta(type = i32)] // always finite: a number, never null
    pub seconds_left: f64,
    /// Seconds from start to due.
    #[specta(type = i32)] // always finite: a number, never null
    pub seconds_total: f64,
    /// Green, amber or red.
    pub tone: Tone,
    /// It runs; a settled record's does not.
    pub runs: bool,
    /// Row that it comes from.
    pub row: String,
    /// It turned amber because it is due before this session.
    pub before_session: Option<SessionView>,
}

/// A session of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SessionView {
    /// Name as shown.
    pub label: String,
    /// When it begins, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RecordView {
    /// Kind.
    pub kind: String,
    /// Name of the kind, one.
    pub kind_label: String,
    /// Id.
    pub id: String,
    /// Revision that is shown.
    #[specta(type = u32)]
    pub revision: u64,
    /// One line that names it.
    pub title: String,
    /// State.
    pub state: Option<CellValue>,
    /// Clocks that run.
    pub clocks: Vec<ClockView>,
    /// Facts, in the pack's order.
    pub facts: Vec<FactView>,
    /// What may be done, each with the policy that decides.
    pub actions: Vec<ActionView>,
    /// Our operations on it, newest first.
    pub operations: Vec<OperationView>,
    /// Instant of the data, RFC 3339 with offset.
    pub as_of: Option<String>,
    /// It is shown as seen when we acted; the mirror does not have it.
    pub as_seen: bool,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FactView {
    /// Field or computed field.
    pub field: String,
    /// Name as shown.
    pub label: String,
    /// Value.
    pub value: CellValue,
}

/// What may be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ActionView {
    /// Action.
    pub action: String,
    /// Button.
    pub label: String,
    /// Key.
    pub key: Option<String>,
    /// Row that it comes from.
    pub row: String,
    /// Kind of effect.
    pub nature: Nature,
    /// What it asks for.
    pub params: Vec<ParamView>,
    /// Rows that decide, in order.
    pub policy: Vec<PolicyRowView>,
    /// Allowed now, with no parameters filled that are needed.
    pub allowed: bool,
    /// Why not.
    pub denied: Option<DenialView>,
    /// What the operator must do first.
    pub confirm: Confirm,
    /// What must be typed where `confirm` is typed.
    pub typed: Option<String>,
    /// Lines of "this will …".
    pub will: Vec<String>,
    /// Mails as they would be sent.
    pub mails: Vec<MailView>,
    /// Never carried out after this instant, tenant's wall clock, RFC 3339 with offset.
    pub not_after: Option<String>,
    /// Allowed by policy, but it may lapse before the next sync, so it is not queued offline.
    pub may_lapse: bool,
}

/// What an action asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ParamView {
    /// Name.
    pub name: String,
    /// As shown.
    pub label: String,
    /// Type.
    pub kind: FieldType,
    /// Allowed values of an enum.
    pub one_of: Vec<String>,
    /// May be left out.
    pub optional: bool,
}

/// A policy row and what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PolicyRowView {
    /// Row id.
    pub id: String,
    /// The rule.
    pub title: String,
    /// What was found.
    pub found: String,
    /// `passed`, `failed` or `undecidable`.
    pub outcome: RowWord,
}

/// What a row said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RowWord {
    /// Lets through.
    Passed,
    /// Refuses.
    Failed,
    /// Cannot be evaluated; refuses.
    Undecidable,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DenialView {
    /// Code.
    pub code: String,
    /// Row.
    pub row: Option<String>,
    /// Sentence.
    pub detail: String,
}

/// A mail as it would be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct MailView {
    /// Row that the text comes from.
    pub row: String,
    /// Receiver.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Body.
    pub body: String,
}

/// What the UI asks to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ActRequest {
    /// Made by the UI when the dialog opened (UUIDv7): a second click is the same operation (fault 41).
    pub operation: String,
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: String,
    /// Action.
    pub action: String,
    /// Parameters as JSON text by name (so that the binding stays simple).
    pub params: std::collections::BTreeMap<String, String>,
    /// What was typed.
    pub typed: Option<String>,
    /// Revision that was shown.
    #[specta(type = u32)]
    pub seen_revision: u64,
    /// A held operation that this one replaces.
    pub amends: Option<String>,
}

/// One of our operations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct OperationView {
    /// Its id.
    pub id: String,
    /// Kind of the record.
    pub kind: String,
    /// Record.
    pub record: String,
    /// One line that names the record, as seen.
    pub title: String,
    /// Action of the pack.
    pub action_id: String,
    /// Action as shown.
    pub action: String,
    /// In a word.
    pub word: OperationWord,
    /// Where it stands exactly.
    pub standing: Standing,
    /// Why it is held or refused.
    pub reason: Option<DenialView>,
    /// When it was made, tenant's wall clock, RFC 3339 with offset.
    pub made_at: String,
    /// Never carried out after, likewise.
    pub not_after: Option<String>,
    /// Times it was sent.
    pub attempts: u32,
    /// Not tried again before, likewise.
    pub next_try: Option<String>,
    /// Operator who made it.
    pub author: String,
    /// It was made by another operator than the one signed in, so it does not go out under this name.
    pub foreign: bool,
    /// Operations that wait behind it in its lane.
    pub behind: u32,
    /// The other side's facts where it conflicts.
    pub theirs: Vec<FactView>,
}

/// Where an operation stands exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Waits for its turn.
    Waiting,
    /// On its way; after a crash it is read back first.
    InFlight,
    /// The platform has it; the final verdict is to come.
    Accepted,
    /// The platform has it and does not know the outcome yet.
    Unknown,
    /// Held: policy or rights said no.
    HeldRefused,
    /// Held: the record is not what was seen.
    HeldConflict,
    /// Held: too late.
    HeldLapsed,
    /// Held: the platform did not understand it.
    HeldRejected,
    /// Waits behind a held one.
    Blocked,
    /// Done, and said so.
    Confirmed,
    /// Given up by the operator.
    Discarded,
}
