//! One action on many records.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::chip::Chip;
use watchkeeper_pack::format::{Confirm, Nature};

use crate::error::Error;

/// An action that may be taken on many records of a view at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BulkView {
    /// Action.
    pub action: String,
    /// Button.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Most records at once.
    pub cap: u32,
}

/// Which records of a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SelectRequest {
    /// Id of the view.
    pub view: String,
    /// Section; all that wait where absent.
    pub section: Option<String>,
    /// Words that must occur.
    pub search: String,
    /// What fields must be, all of them.
    pub chips: Vec<Chip>,
    /// Only these records; all of the section where empty.
    pub ids: Vec<String>,
    /// Action that is meant.
    pub action: String,
    /// Parameters as JSON text by name, as far as they are filled in.
    pub params: std::collections::BTreeMap<String, String>,
}

/// What an action on many records would do: nothing is done yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SelectionView {
    /// Kind.
    pub kind: String,
    /// Action.
    pub action: String,
    /// Button.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Records on which policy allows it, at most the cap, in the view's order.
    pub allowed: Vec<SelectedView>,
    /// Records on which it is not possible, and why.
    pub denied: Vec<DeniedView>,
    /// Who has to agree to some of them first, each row once.
    pub asks: Vec<super::AskView>,
    /// To how many of them somebody has to agree.
    pub asking: u32,
    /// Mails as they would be sent for the first of them.
    pub mails: Vec<super::MailView>,
    /// The first instant after which one of them is not carried out any more, tenant's wall clock,
    /// RFC 3339 with offset.
    pub not_after: Option<String>,
    /// Records beyond the cap.
    pub beyond: u32,
    /// Most records at once.
    pub cap: u32,
    /// What the operator must do first.
    pub confirm: Confirm,
    /// What must be typed where `confirm` is typed: the number of records.
    pub typed: Option<String>,
    /// Kind of effect.
    pub nature: Nature,
    /// Lines of "this will …", for one record.
    pub will: Vec<String>,
    /// What it asks for.
    pub params: Vec<super::ParamView>,
    /// How it can be undone; none where it cannot be.
    pub undo: Option<super::UndoView>,
    /// What has to be looked at one by one before; none where nothing has.
    pub sample: Option<SampleView>,
}

/// What of many records has to be looked at one by one before an action is taken on all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SampleView {
    /// Row that asks for it.
    pub row: String,
    /// Records that the action is meant for.
    pub among: u32,
    /// How many are still to be looked at.
    pub left: u32,
    /// Those that were drawn, in the order of the batch.
    pub records: Vec<SampledView>,
}

/// A record that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SampledView {
    /// Record.
    pub id: String,
    /// Revision that is to be looked at.
    #[specta(type = u32)]
    pub revision: u64,
    /// It in a line.
    pub title: String,
    /// It was looked at in this session, and looked right.
    pub right: bool,
}

/// What the operator says of a record that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct JudgeRequest {
    /// Kind.
    pub kind: String,
    /// Action that is meant.
    pub action: String,
    /// The records that it is meant for, as they were selected.
    pub records: Vec<SelectedView>,
    /// The record that was looked at.
    pub id: String,
    /// It looks right.
    pub right: bool,
}

/// A record that takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SelectedView {
    /// Record.
    pub id: String,
    /// Revision that was looked at.
    #[specta(type = u32)]
    pub revision: u64,
    /// It in a line.
    pub title: String,
}

/// A record that does not take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DeniedView {
    /// Record.
    pub id: String,
    /// It in a line.
    pub title: String,
    /// Row that refused, where one did.
    pub row: Option<String>,
    /// Why, in a sentence.
    pub detail: String,
}

/// What is to be done to many records: an operation each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ActManyRequest {
    /// Made by the UI when the dialog opened (UUIDv7). Each record's operation id is derived from it
    /// and the record, so a second click is the same operations.
    pub batch: String,
    /// Kind.
    pub kind: String,
    /// Action.
    pub action: String,
    /// Parameters as JSON text by name.
    pub params: std::collections::BTreeMap<String, String>,
    /// What was typed.
    pub typed: Option<String>,
    /// The records and the revisions that were looked at.
    pub records: Vec<SelectedView>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ActManyAnswer {
    /// Operations queued, repeated ones included.
    pub queued: u32,
    /// Records on which nothing was queued, and why.
    pub failed: Vec<FailedView>,
    /// Records that were left as they are, because the batch was stopped.
    pub left: u32,
}

/// A record on which nothing was queued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FailedView {
    /// Record.
    pub id: String,
    /// It in a line.
    pub title: String,
    /// Why.
    pub error: Error,
}
