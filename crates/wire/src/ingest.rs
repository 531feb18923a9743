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

/// The most bytes of a CSV file that is brought.
pub const MAX_CSV_BYTES: usize = 8 * 1024 * 1024;

/// Answer of `POST /v1/ingest/csv`: what a file would do, or has done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CsvAnswer {
    /// Kind of its records.
    pub kind: String,
    /// True once it is loaded; a preview changes nothing.
    pub loaded: bool,
    /// Names this file over the records as they are now; loading asks for it. SHA-256, hex.
    pub token: String,
    /// Records that are not there yet.
    pub new: u64,
    /// Records that are there, otherwise.
    pub changed: u64,
    /// Records that are there as the file has them.
    pub same: u64,
    /// Columns that no field of the kind is called by; nothing of them is taken.
    pub ignored: Vec<String>,
    /// The first records, at most 10.
    pub first: Vec<CsvRecord>,
    /// What is wrong with the file, at most 100 of it. With anything wrong nothing is loaded.
    pub errors: Vec<CsvError>,
    /// How much is wrong with it.
    pub error_count: u64,
    /// Head of the feed, once it is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<u64>,
}

/// A record out of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CsvRecord {
    /// Line of the file, from 1.
    pub line: u64,
    /// Its id.
    pub id: String,
    /// What becomes of it.
    pub becomes: CsvChange,
    /// What the file says of it, in canonical form.
    #[schema(value_type = Object)]
    pub body: Map<String, Value>,
}

/// What becomes of a record out of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CsvChange {
    /// It is made.
    New,
    /// It is there, and changes.
    Changed,
    /// It is there as the file has it.
    Same,
}

/// Something that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CsvError {
    /// Line of the file, from 1.
    pub line: u64,
    /// Column by its name, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong there. Names no value.
    pub problem: String,
}
