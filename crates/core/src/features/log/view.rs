//! The audit chain of this laptop, as the Log shows it.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::features::sync::view::ChainView;

/// What is asked of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogRequest {
    /// Words that must occur in action, record, code, row, operation id or what the operator is called;
    /// none if empty.
    pub search: String,
    /// Only these sorts; all if empty.
    pub sorts: Vec<LogSort>,
    /// Entries before this number; from the newest where absent.
    pub before: Option<u32>,
    /// Entries wanted, at most 500.
    pub limit: u32,
}

/// A page of the log, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LogPage {
    /// The entries.
    pub entries: Vec<LogEntry>,
    /// Older ones match too.
    pub more: bool,
    /// Entries that match, in all.
    pub total: u32,
    /// The chain.
    pub chain: ChainView,
    /// When the whole chain was last checked, tenant's wall clock, RFC 3339 with offset.
    pub checked_at: Option<String>,
    /// Why it does not hold, where it does not.
    pub broken: Option<String>,
    /// Sorts that occur, with their numbers.
    pub sorts: Vec<SortCount>,
    /// Name of this laptop.
    pub device: String,
    /// Hash of the newest entry, hex; empty without one.
    pub head: String,
}

/// How many entries of a sort there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SortCount {
    /// The sort.
    pub sort: LogSort,
    /// How many.
    pub count: u32,
}

/// Sorts of entries, for the filter.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum LogSort {
    /// The profile was set up.
    SignedIn,
    /// An operation was queued.
    Queued,
    /// Policy refused here.
    Denied,
    /// The platform confirmed or took it.
    Confirmed,
    /// The platform refused it, or it conflicted or lapsed.
    Refused,
    /// The operator retried, amended, discarded, took back or left.
    Changed,
    /// Something else, such as a setting or a notification.
    Other,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogEntry {
    /// Number in the chain.
    pub seq: u32,
    /// When, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
    /// Operator, as shown: by what they are called now.
    pub actor: String,
    /// Its sort.
    pub sort: LogSort,
    /// Type of the event as the chain has it, such as `queued`.
    pub event: String,
    /// Action as shown, where there is one.
    pub action: Option<String>,
    /// The record, where there is one. Its title is looked up here and now; the chain holds ids.
    pub record: Option<LogRecord>,
    /// The platform's word, such as `confirmed`.
    pub word: Option<String>,
    /// Code of the reason.
    pub code: Option<String>,
    /// Policy rows that let it through, or the one that refused.
    pub rows: Vec<String>,
    /// The operation.
    pub operation: Option<String>,
    /// What was looked at before an action was to be taken on many, where it is about that.
    pub sampled: Option<LogSample>,
    /// What was left of an action on many, where it is about that.
    pub left: Option<LogLeft>,
    /// Hash, hex.
    pub hash: String,
    /// Hash of the entry before.
    pub prev: String,
    /// The platform has countersigned a head at or after it.
    pub countersigned: bool,
}

/// How many of many records were looked at one by one, and how they looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogSample {
    /// Looked at.
    pub looked_at: u32,
    /// Records that the action was meant for.
    pub among: u32,
    /// All of them looked right.
    pub right: bool,
}

/// How many of many records an action was left before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogLeft {
    /// Records that nobody had decided on.
    pub left: u32,
    /// Records that the action was meant for.
    pub among: u32,
}

/// The record of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogRecord {
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: String,
    /// It in a line, where it is still known here.
    pub title: Option<String>,
    /// View in which it can be opened.
    pub view: Option<String>,
}
