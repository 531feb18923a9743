//! What is asked to be done, and what became of it.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::record::DenialView;

use super::value::FactView;
use crate::features::tenant::view::Proposed;

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

/// One of our operations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct OperationView {
    /// Its id.
    pub id: String,
    /// Kind of the record.
    pub kind: String,
    /// Record.
    pub record: String,
    /// View in which the record is opened; none where its kind has none.
    pub view: Option<String>,
    /// One line that names the record, as seen.
    pub title: String,
    /// Action of the pack.
    pub action_id: String,
    /// Action as shown.
    pub action: String,
    /// Of a control or a setting: what it is to be; none of any other record.
    pub to: Option<Proposed>,
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
    /// It can be taken back, and goes in so many seconds, rounded up; none where it cannot be.
    pub goes_in_seconds: Option<u32>,
    /// Operator who made it, as shown.
    pub author: String,
    /// It was made by another operator than the one signed in, so it does not go out under this name.
    pub foreign: bool,
    /// It is held and may go again as it is; else another takes its place, or it is given up.
    pub may_retry: bool,
    /// Where it conflicts: the state that the record is in by now, where that is another than was seen.
    pub became: Option<String>,
    /// Operations that wait behind it in its lane.
    pub behind: u32,
    /// The first of another lane that it waits for, because it was decided on what that one does.
    pub waits_for: Option<WaitsForView>,
    /// Where it waits for somebody's agreement: the approval in which that is given, and it is taken back.
    pub agreement: Option<AgreementView>,
    /// The other side's facts where it conflicts.
    pub theirs: Vec<FactView>,
    /// Where another may take its place: what was said with it, as JSON text by parameter, so that the other
    /// begins with that. Nothing of a record of somebody who was erased.
    pub said: std::collections::BTreeMap<String, String>,
}

/// An approval that an operation waits for; of several, the first that nobody has answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AgreementView {
    /// The view in which it is opened.
    pub view: String,
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Role that answers, as shown.
    pub role: String,
}

/// An operation that another one waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct WaitsForView {
    /// Its id.
    pub id: String,
    /// Kind of its record.
    pub kind: String,
    /// Its record.
    pub record: String,
    /// One line that names the record, as seen.
    pub title: String,
    /// Action as shown.
    pub action: String,
    /// In a word.
    pub word: OperationWord,
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
    /// The platform has it; somebody has to agree before it is done.
    Agreement,
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
    /// Held: the platform was restored from a backup and does not have it; sent again only when the
    /// operator says so.
    HeldRestored,
    /// Held: a control of the platform stops it, and it was not sent.
    HeldFrozen,
    /// Waits behind a held one.
    Blocked,
    /// Done, and said so.
    Confirmed,
    /// Given up by the operator.
    Discarded,
}
