//! `reconciliations/<id>.yaml` and `reports/<id>.yaml`: two books against each other, and what is
//! written down at the end of a day, week or month.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::question::FilterDef;
use super::routine::ScheduleDef;

/// `reconciliations/<id>.yaml`: our records against another system's, record by record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// Our book.
    pub ours: BookDef,
    /// The other's.
    pub theirs: BookDef,
    /// Days of its window; it is half open, in UTC, and stands on the result.
    pub days: u32,
    /// What a difference may mean, and what is done about it.
    pub findings: Vec<FindingDef>,
    /// Class of retention of its archive.
    pub retention: Option<String>,
}

/// A book.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookDef {
    /// Whose it is.
    pub label: String,
    /// Kind of its entries.
    pub kind: String,
    /// Which of them.
    #[serde(rename = "where", default)]
    pub filter: FilterDef,
    /// Field by which both sides name an entry.
    pub key: String,
    /// Field with the amount.
    pub amount: String,
    /// Field with what was given back, where entries keep that.
    pub refunded: Option<String>,
    /// Field with the instant.
    pub at: String,
}

/// What a difference may mean.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingDef {
    /// Row that it comes from.
    pub row: String,
    /// Which difference.
    pub of: Difference,
    /// What it means, in a sentence.
    pub text: String,
    /// What is done, in a sentence each.
    pub then: Vec<String>,
    /// Hours to wait before it is looked at again.
    pub wait_hours: Option<u32>,
    /// Playbook that helps.
    pub playbook: Option<String>,
}

/// A difference between two books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Only ours has it.
    OnlyOurs,
    /// Only theirs has it.
    OnlyTheirs,
    /// Both have it, with another amount.
    Amount,
}

/// `reports/<id>.yaml`: what is written down by a schedule, from metrics and views.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// When.
    pub schedule: ScheduleDef,
    /// What stands in it, in order.
    pub parts: Vec<ReportPartDef>,
    /// Class of retention of it.
    pub retention: Option<String>,
}

/// A part of a report: metrics, rows of a view, or both.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportPartDef {
    /// Stable id.
    pub id: String,
    /// Row that it comes from, where it is not the report's.
    pub row: Option<String>,
    /// Name as shown.
    pub label: String,
    /// Metrics in it.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// View whose rows stand in it.
    pub view: Option<String>,
    /// Reconciliation whose result stands in it.
    pub reconciliation: Option<String>,
    /// What the platform does not have yet, in a sentence: it is said, never made up.
    pub missing: Option<String>,
}
