//! `handover.yaml`: how one shift gives over to the next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::question::FilterDef;

/// `handover.yaml`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverFile {
    /// Row that it comes from.
    pub row: String,
    /// Template of its title over `date`, `time`, `zone`, `region`.
    pub title: String,
    /// One for each region.
    #[serde(default)]
    pub each_region: bool,
    /// Sections, in order.
    pub sections: Vec<HandoverSectionDef>,
    /// What whoever leaves has to do.
    pub outgoing: Vec<DutyDef>,
    /// What whoever comes has to do.
    pub incoming: Vec<DutyDef>,
}

/// A section of a handover.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverSectionDef {
    /// Stable id.
    pub id: String,
    /// Row that it comes from, where it is not the handover's.
    pub row: Option<String>,
    /// Name as shown.
    pub label: String,
    /// What an entry consists of, in order, such as `issue` and `status`.
    pub parts: Vec<String>,
    /// What is put in by itself from live records.
    #[serde(default)]
    pub from: Vec<LiveDef>,
}

/// Live records that stand in a section by themselves.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiveDef {
    /// Kind.
    pub kind: String,
    /// Which of them.
    #[serde(rename = "where", default)]
    pub filter: FilterDef,
    /// Template over `record` for each of the parts.
    pub parts: Vec<String>,
}

/// A duty of a handover.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyDef {
    /// Stable id.
    pub id: String,
    /// Row that it comes from, where it is not the handover's.
    pub row: Option<String>,
    /// What is to be done.
    pub text: String,
    /// Where.
    pub view: Option<String>,
    /// It is a gate: the handover is not given or taken before.
    #[serde(default)]
    pub gate: bool,
    /// Each active incident is taken over by name.
    #[serde(default)]
    pub takes_incidents: bool,
}
