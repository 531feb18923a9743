//! One record: facts, actions, and the policy of each.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::format::{Confirm, FieldType, Nature};

use super::filter::OptionView;
use super::operation::OperationView;

use super::value::{CellValue, ClockView, FactView, FieldView};
use crate::features::documents::view::RecordDocuments;

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
    /// Fields that are none of the facts, and each computed one with its rule; those that have a value.
    pub fields: Vec<FieldView>,
    /// What may be done, each with the policy that decides.
    pub actions: Vec<ActionView>,
    /// Of an approval: the record that it is about, where there is one to open.
    pub about: Option<AboutView>,
    /// Our operations on it, newest first.
    pub operations: Vec<OperationView>,
    /// Records that refer to it, by kind and field.
    pub related: Vec<RelatedView>,
    /// Its documents, and itself where it is one.
    pub documents: RecordDocuments,
    /// Instant of the data, RFC 3339 with offset.
    pub as_of: Option<String>,
    /// It is shown as seen when we acted; the mirror does not have it.
    pub as_seen: bool,
}

/// A record that another is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AboutView {
    /// The view in which it is opened.
    pub view: String,
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: String,
    /// One line that names it.
    pub title: String,
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
    /// The parameter whose amount is typed instead, in digits, once it is filled in.
    pub typed_param: Option<String>,
    /// Lines of "this will …".
    pub will: Vec<String>,
    /// Who has to agree before it is done; empty where nobody has to.
    pub asks: Vec<AskView>,
    /// Mails as they would be sent.
    pub mails: Vec<MailView>,
    /// Until when it can take effect, or agreement to it counts if it is asked for now; tenant's wall clock,
    /// RFC 3339 with offset.
    pub not_after: Option<String>,
    /// Allowed by policy, but it may lapse before the next sync, so it is not queued offline.
    pub may_lapse: bool,
    /// How it can be undone; none where it cannot be.
    pub undo: Option<UndoView>,
}

/// An action on a record, as it is meant so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConsiderRequest {
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: String,
    /// Action.
    pub action: String,
    /// Parameters as JSON text by name, as far as they are filled in.
    pub params: std::collections::BTreeMap<String, String>,
    /// A held operation that this one would replace.
    pub amends: Option<String>,
}

/// How an action can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UndoView {
    /// Row that it comes from.
    pub row: String,
    /// Seconds for which it can be taken back once it is queued.
    pub hold_seconds: Option<u32>,
    /// Action that brings the record back later, as shown.
    pub by: Option<String>,
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
    /// Allowed values of an enum, each with its words.
    pub one_of: Vec<OptionView>,
    /// May be left out.
    pub optional: bool,
    /// Of money: an amount as one puts it in, in the currency of the record, else in that of the pack.
    pub example: Option<String>,
}

/// Somebody who has to agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AskView {
    /// Row that asks.
    pub row: String,
    /// The rule.
    pub title: String,
    /// Role that agrees, as shown.
    pub role: String,
    /// Role that may instead, as shown.
    pub fallback: Option<String>,
    /// After so many minutes without an answer.
    pub after_minutes: Option<u32>,
}

/// A policy row and what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PolicyRowView {
    /// Row id.
    pub id: String,
    /// The rule.
    pub title: String,
    /// What was found; empty until the parameter that it reads is said.
    pub found: String,
    /// `passed`, `failed`, `undecidable`, `asks` or `open`.
    pub outcome: RowWord,
    /// Parameters that it goes by.
    pub reads: Vec<String>,
    /// Changes of ours that it was found with and that are not confirmed.
    pub ours: Vec<OursView>,
}

/// Changes of ours to records of a kind, of which the platform has not said that they are done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OursView {
    /// The kind as shown, many of it.
    pub label: String,
    /// How many records are changed.
    pub count: u32,
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
    /// Somebody has to agree.
    Asks,
    /// Decides once a parameter that it reads is said.
    Open,
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
