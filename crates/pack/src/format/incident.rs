//! `incidents.yaml`: how bad an incident is, and by when what has to be done.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::Tone;

/// `incidents.yaml`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentsFile {
    /// Severities, the worst first.
    pub severities: Vec<SeverityDef>,
    /// Roles of an incident, such as who commands it.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Playbook of every incident.
    pub playbook: Option<String>,
    /// Routine that follows every incident.
    pub afterwards: Option<String>,
    /// What customers of a plan were promised; the strictest of those concerned counts.
    #[serde(default)]
    pub promises: BTreeMap<String, PromiseDef>,
    /// Warn when so many percent of a clock have passed.
    #[serde(default)]
    pub warn_at_percent: Vec<u32>,
}

/// How bad an incident is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityDef {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// The document's own word.
    pub label: String,
    /// Place among the severities of all platforms, 0 the worst, 3 the least; it sorts and routes.
    pub rank: u8,
    /// How it is coloured.
    pub tone: Tone,
    /// What belongs there, a few words each.
    pub examples: Vec<String>,
    /// Minutes until somebody has answered; 0 is at once.
    pub respond_minutes: Option<u32>,
    /// Minutes until it is resolved.
    pub resolve_minutes: Option<u32>,
    /// Minutes until customers know.
    pub notify_minutes: Option<u32>,
    /// Minutes after which an unanswered one sounds again, where `respond_minutes` is 0.
    pub unanswered_minutes: Option<u32>,
    /// Escalation path.
    pub escalation: Option<String>,
    /// Roles that are told.
    #[serde(default)]
    pub tell: Vec<String>,
}

/// What customers of a plan were promised.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseDef {
    /// Row that it comes from.
    pub row: String,
    /// Name of the plan.
    pub label: String,
    /// Least share of a calendar month in which the service is up, in percent.
    pub uptime_percent: Option<f64>,
    /// Minutes to an answer by severity.
    #[serde(default)]
    pub respond_minutes: BTreeMap<String, u32>,
}
