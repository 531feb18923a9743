//! What the platform's own systems bring: `POST /v1/ingest`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Body of `POST /v1/ingest`. Taken record by record, as if they came one after the other: one that is not
/// as its kind says is rejected, one that is older than what is there by its own system's order is left,
/// the others are written, all in one transaction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ingest {
    /// Records as they are now, whole.
    #[serde(default)]
    pub records: Vec<Incoming>,
    /// Records that are gone.
    #[serde(default)]
    pub removed: Vec<Gone>,
}

/// The most records that one request may carry.
pub const MAX_INGEST: usize = 10_000;

/// The highest version of a record.
pub const MAX_VERSION: u64 = i64::MAX.unsigned_abs();

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
    /// Its place in its own system's order, at most 2^63 - 1, such as a number that rises with each change
    /// there, or the instant at which it was read in milliseconds since 1970. What is older than what came
    /// before is not written, nor is what says otherwise under the same version. Without one it is written
    /// over whatever is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// A record that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gone {
    /// Kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The place of its end in its own system's order, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// Answer of `POST /v1/ingest`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestAnswer {
    /// Lines taken: neither older nor rejected.
    pub accepted: u64,
    /// Records that cannot be, and why.
    pub rejected: Vec<Rejected>,
    /// What was done with each of `records`, in their order.
    #[serde(default)]
    pub records: Vec<Outcome>,
    /// What was done with each of `removed`, in their order.
    #[serde(default)]
    pub removed: Vec<Outcome>,
    /// Head of the feed afterwards.
    pub head: u64,
}

impl IngestAnswer {
    /// Of what was done with each line, and why those that were rejected were.
    pub fn of(
        records: Vec<Outcome>,
        removed: Vec<Outcome>,
        rejected: Vec<Rejected>,
        head: u64,
    ) -> Self {
        let lines = records.iter().chain(&removed);
        let accepted = lines.filter(|outcome| outcome.is_taken()).count() as u64;
        Self {
            accepted,
            rejected,
            records,
            removed,
            head,
        }
    }
}

/// What was done with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The record was made.
    New,
    /// It was there, and changed.
    Changed,
    /// It was as the line has it.
    Same,
    /// It was taken away.
    Removed,
    /// By its version the line is older than what is there, or says otherwise under the same one: nothing.
    Older,
    /// It cannot be: nothing. `rejected` says why.
    Rejected,
}

impl Outcome {
    /// Is what is there now as the line has it?
    pub fn is_taken(self) -> bool {
        !matches!(self, Self::Older | Self::Rejected)
    }
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
    /// Lines that are older than what is there by their versions: nothing of them is taken.
    #[serde(default)]
    pub older: u64,
    /// The first of these lines by their numbers, at most 100.
    #[serde(default)]
    pub older_lines: Vec<u64>,
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
    /// By its version the line is older than what is there, or says otherwise under the same one.
    Older,
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
