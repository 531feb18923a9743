//! The history of a record as screens show it.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::features::queues::view::{DenialView, FactView};

/// What everybody did with a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct HistoryView {
    /// Kind of the record.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What was done, newest first. Operations of this laptop that are not settled are not among them.
    pub lines: Vec<HistoryLineView>,
    /// When the platform was last asked, tenant's wall clock, RFC 3339 with offset; none: only our own part.
    pub as_of: Option<String>,
    /// The platform has older ones that are not here.
    pub older: bool,
}

/// One operation, whoever made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct HistoryLineView {
    /// Its id.
    pub operation: String,
    /// Action as shown.
    pub action: String,
    /// Who made it, by name.
    pub by: String,
    /// That is the operator who is signed in.
    pub ours: bool,
    /// When it was last decided or given up, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
    /// What became of it.
    pub word: HistoryWord,
    /// Why, unless all went well.
    pub reason: Option<DenialView>,
    /// What was said with it.
    pub said: Vec<FactView>,
    /// Revision of the record that it went on from.
    #[specta(type = Option<u32>)]
    pub from_revision: Option<u64>,
    /// Revision that it gave the record.
    #[specta(type = Option<u32>)]
    pub revision: Option<u64>,
}

/// What became of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum HistoryWord {
    /// Done, and said so.
    Done,
    /// The platform has it; a provider is being called.
    UnderWay,
    /// The platform has it; somebody has to agree before it is done.
    Agreement,
    /// Policy, rights or the provider said no.
    Refused,
    /// The record was not what was seen.
    Conflict,
    /// It came too late.
    Lapsed,
    /// Something before it in its lane failed.
    NotTried,
    /// Nobody knows yet whether it happened.
    Unknown,
    /// Given up by its operator.
    GivenUp,
}
