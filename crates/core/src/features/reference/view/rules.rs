//! How long things are kept, what holds instead of the document, and the document itself.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::format::{Hazard, Settled};

/// A class of what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RetentionView {
    /// Its name in the pack.
    pub id: String,
    /// What belongs to it.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Days that it is kept, where it is told in days.
    pub days: Option<u32>,
    /// Years, where it is told in years.
    pub years: Option<u32>,
    /// What the time is counted from.
    pub from: String,
    /// For whom, where it is not for all.
    pub only: Option<String>,
    /// Kinds of records in it, as shown.
    pub kinds: Vec<String>,
    /// The log of what was done belongs to it.
    pub audit: bool,
    /// Rulings that say why.
    pub rulings: Vec<String>,
}

/// A contradiction, gap or hazard of the document, and what holds instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RulingView {
    /// Its row.
    pub id: String,
    /// Rows that it is about.
    pub rows: Vec<String>,
    /// What it can do.
    pub severity: Hazard,
    /// What the document says, or does not.
    pub says: String,
    /// What holds.
    pub holds: String,
    /// How it is settled.
    pub settled: Settled,
    /// The setting that carries the reading.
    pub setting: Option<RulingSetting>,
}

/// The setting that carries the reading of a contradiction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RulingSetting {
    /// As shown.
    pub label: String,
    /// What it says now; empty where nobody has said it.
    pub value: String,
    /// Nobody has said anything: the pack's default.
    pub is_default: bool,
}

/// The pack in force and the document that it is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DocumentView {
    /// Name of the operation.
    pub pack: String,
    /// Version of the pack.
    pub pack_version: u32,
    /// Row that says so, where a document is named.
    pub row: Option<String>,
    /// Version that the document names.
    pub version: Option<String>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// Day of its last change.
    pub updated: Option<String>,
    /// Day by which it has to be looked through.
    pub next_review: Option<String>,
    /// That day has passed.
    pub overdue: bool,
    /// Further documents that it names, and decisions.
    pub names: Vec<String>,
}
