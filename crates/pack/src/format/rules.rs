//! `retention.yaml` and `rulings.yaml`: how long things are kept, and how what the documents leave
//! open or say twice is settled.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `retention.yaml`: classes of what is kept. Where two apply, the longer one does.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionFile {
    /// Classes by name.
    pub classes: BTreeMap<String, RetentionDef>,
}

/// A class of what is kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionDef {
    /// Row that it comes from.
    pub row: String,
    /// What belongs to it, as shown.
    pub label: String,
    /// How long.
    pub keep: KeepDef,
    /// What the time is counted from, in words.
    pub from: String,
    /// Kinds of records in it; `audit` is the log.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// For whom, in words, where it is not for all.
    pub only: Option<String>,
}

/// A length of time in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KeepDef {
    /// Days.
    Days(u32),
    /// Years.
    Years(u32),
}

/// `rulings.yaml`: contradictions, gaps and hazards of the documents, and what holds instead.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulingsFile {
    /// One each.
    pub rulings: Vec<RulingDef>,
}

/// A contradiction, gap or hazard, and what holds instead.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulingDef {
    /// Its row, such as `X-42`.
    pub id: String,
    /// Rows that it is about.
    pub rows: Vec<String>,
    /// What it can do.
    pub severity: Hazard,
    /// What the document says, or does not, in our words.
    pub says: String,
    /// What holds.
    pub holds: String,
    /// How it is settled.
    pub settled: Settled,
    /// Setting with which the tenant chooses, or has to fill the gap.
    pub setting: Option<String>,
}

/// What a contradiction can do.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hazard {
    /// Move money or data wrongly.
    Harms,
    /// Mislead.
    Misleads,
    /// Little.
    Minor,
}

/// How a contradiction is settled.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// What holds replaces what the document says.
    Replaced,
    /// The tenant chooses the reading by a setting.
    Setting,
    /// The tenant has to say it before going live.
    Needed,
    /// The fact is disputed: it is shown and never computed with.
    Disputed,
    /// It is shown beside the rule, which stays as it is.
    Shown,
}
