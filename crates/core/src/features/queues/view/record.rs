//! One record: facts, actions, and the policy of each.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::format::{Confirm, FieldType, Nature};

use super::filter::OptionView;
use super::operation::OperationView;

use super::value::{CellValue, ClockView, FactView};

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
    /// Records that refer to it, by kind and field.
    pub related: Vec<RelatedView>,
    /// Instant of the data, RFC 3339 with offset.
    pub as_of: Option<String>,
    /// It is shown as seen when we acted; the mirror does not have it.
    pub as_seen: bool,
}

/// Records of a kind that refer to a record by one of their fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RelatedView {
    /// Their kind.
    pub kind: String,
    /// Name of the kind, many.
    pub label: String,
    /// The field by which they do.
    pub field: String,
    /// Name of the field as shown.
    pub field_label: String,
    /// How many.
    pub count: u32,
    /// View in which they can be opened.
    pub view: Option<String>,
    /// The first few, by id and title.
    pub first: Vec<OptionView>,
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
