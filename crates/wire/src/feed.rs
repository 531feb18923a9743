//! The change feed, `GET /v1/changes?cursor=…`, and the hints of `GET /v1/events`.
//!
//! A page is NDJSON: one [`Line::Page`] first, then upserts, removals and verdicts in rising
//! `seq`, then one [`Line::End`] with the next cursor. A page without its end is discarded whole.
//! Without a cursor the feed starts with a snapshot. During a snapshot a record that was deleted
//! is simply absent; the client infers removals from the generation when the snapshot is complete
//! (fault 28), never from one page.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::operation::Verdict;

/// One line of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Line {
    /// First line: what kind of page this is.
    Page(PageHead),
    /// A record as it is now.
    Upsert {
        /// Place in the feed; rises, with gaps.
        seq: u64,
        /// The record.
        record: Record,
    },
    /// A record that is gone, or that left this reader's scope.
    Remove {
        /// Place in the feed.
        seq: u64,
        /// Kind of the record.
        kind: String,
        /// Its id.
        id: String,
    },
    /// What became of an operation after it was `accepted`.
    Verdict {
        /// Place in the feed.
        seq: u64,
        /// The verdict.
        verdict: Verdict,
    },
    /// Last line.
    End(PageEnd),
}

/// First line of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageHead {
    /// Changes when the store was restored, compacted or the reader's rights changed; a cursor of
    /// another epoch is answered with 410.
    pub epoch: String,
    /// True while the page belongs to a first snapshot.
    pub snapshot: bool,
    /// The platform's clock, UTC.
    pub server_time: DateTime<Utc>,
}

/// Last line of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageEnd {
    /// Opaque; where the next page starts.
    pub cursor: String,
    /// True when another page is ready now. Never true with the cursor that was asked for.
    pub more: bool,
    /// True on the last page of a snapshot.
    #[serde(default)]
    pub snapshot_complete: bool,
}

/// Anything the platform holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// Kind, as the pack declares it; may be one that this app does not know yet (fault 24).
    pub kind: String,
    /// Stable id, unique within its kind.
    pub id: String,
    /// Rises by one with every change of this record.
    pub revision: u64,
    /// When it last changed, UTC.
    pub updated_at: DateTime<Utc>,
    /// Its fields, `state` among them. Unknown ones survive a round trip unchanged.
    #[schema(value_type = Object)]
    pub body: Map<String, Value>,
}

/// Data of an SSE event named `hint`: something changed, pull sooner. Never the change itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hint {
    /// Head of the feed when the hint was made; also the event's id.
    pub seq: u64,
    /// Kinds that changed.
    pub kinds: BTreeSet<String>,
}
