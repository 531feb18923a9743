//! What everybody did with one record: `GET /v1/records/{kind}/{id}/history`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::operation::{Reason, VerdictWord};

/// The most entries of one page.
pub const MAX_ENTRIES: usize = 50;

/// Answer of `GET /v1/records/{kind}/{id}/history`: a page of the operations of everybody on a record, at
/// most [`MAX_ENTRIES`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordHistory {
    /// The operations, newest first by the place of their last verdict.
    pub entries: Vec<HistoryEntry>,
    /// There are more behind them.
    pub older: bool,
    /// The platform's clock, UTC.
    pub server_time: DateTime<Utc>,
}

/// An operation of anybody, as far as the asker may know of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HistoryEntry {
    /// Place of its last verdict; `before` of the next page where it is the last of this one.
    pub seq: u64,
    /// The operation.
    pub operation: Uuid,
    /// Action of the pack.
    pub action: String,
    /// Operator who made it.
    pub author: String,
    /// Their name as the platform knows it.
    pub author_name: String,
    /// When they decided, by their laptop's corrected clock, UTC.
    pub made_at: DateTime<Utc>,
    /// What was said with it. Nothing where a person was erased, or the asker does not see all that the
    /// action reads and sets.
    #[schema(value_type = Object)]
    pub params: Map<String, Value>,
    /// What became of it.
    pub word: VerdictWord,
    /// Why, unless all went well; its sentence under the same condition as `params`. Whom the action is not
    /// told of is not told by which row of the pack either: the code is `policy.denied` then.
    pub reason: Option<Reason>,
    /// Revision of the record that it went on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_revision: Option<u64>,
    /// Revision that it gave the record; the last one, where it gave several.
    pub revision: Option<u64>,
    /// The platform's clock at the last verdict, UTC.
    pub decided_at: DateTime<Utc>,
}
