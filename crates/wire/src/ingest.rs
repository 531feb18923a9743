//! What the platform's own systems bring: `POST /v1/ingest`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Body of `POST /v1/ingest`. Taken record by record: one that is not as its kind says is
/// rejected, the others are written, all in one transaction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ingest {
    /// Records as they are now, whole.
    #[serde(default)]
    pub records: Vec<Incoming>,
    /// Records that are gone.
    #[serde(default)]
    pub removed: Vec<RecordName>,
}

/// The most records that one request may carry.
pub const MAX_INGEST: usize = 10_000;

/// A record as a system brings it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Incoming {
    /// Kind.
    pub kind: String,
    /// Stable id, unique within its kind.
    pub id: String,
    /// Its fields.
    #[schema(value_type = Object)]
    pub body: Map<String, Value>,
}

/// Names a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordName {
    /// Kind.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// Answer of `POST /v1/ingest`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestAnswer {
    /// Records taken.
    pub accepted: u64,
    /// Records that were not, and why.
    pub rejected: Vec<Rejected>,
    /// Head of the feed afterwards.
    pub head: u64,
}

/// A record that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rejected {
    /// Kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What is wrong with it.
    pub problem: String,
}
