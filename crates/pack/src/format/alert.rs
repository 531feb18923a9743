//! `alerts/<id>.yaml`: when somebody is to be called.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::question::FilterDef;

/// `alerts/<id>.yaml`: a rule in Prometheus' shape. It is watched either for each record of a kind
/// (`each`) or for the value of a metric (`metric`); the platform's evaluation is authoritative.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// What is wrong, in a line of fixed words: it also stands in notifications, which name nothing
    /// confidential, so no template.
    pub label: String,
    /// Template: what exactly, for the screen. Sees `record`, `refs`, `lookups` and `settings`, or
    /// what a metric's rule sees. Never `now`: it is kept as it was written.
    pub detail: String,
    /// How bad.
    pub severity: Severity,
    /// Watched for each record that passes.
    pub each: Option<EachDef>,
    /// Watched for this metric.
    pub metric: Option<String>,
    /// CEL: it holds. Over `record`, `lookups`, `settings`, `controls`, `now`; for a metric over `value`, `of` (the
    /// divisor), `count` (records measured), `settings`, `controls`. An error is `unknown`, never
    /// green.
    pub when: String,
    /// CEL, one instant each (or null): when the answer changes though no record does. Given where
    /// `when` reads `now`, so that nobody has to look again and again.
    #[serde(default)]
    pub changes_at: Vec<String>,
    /// CEL: the instant since which it holds, where the record knows; else when it was first seen.
    pub since: Option<String>,
    /// Fires once it has held so many minutes; at once where absent.
    #[serde(default)]
    pub for_minutes: u32,
    /// Goes on firing so many minutes after it held last, so that a flutter is one alert.
    #[serde(default)]
    pub keep_firing_minutes: u32,
    /// The rule in a few words, such as `red after 30 min`.
    pub rule: String,
    /// View that shows what it is about, where it is not the record itself.
    pub view: Option<String>,
    /// Playbook that helps.
    pub playbook: Option<String>,
    /// Who is to be called where nobody acknowledges it.
    pub escalation: Option<UnansweredDef>,
}

/// Who is to be called where nobody acknowledges an alert. Either `after_minutes` or `setting` says
/// after how long.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnansweredDef {
    /// Row that it comes from.
    pub row: String,
    /// Escalation path of `people.yaml`; its times count from the instant at which the alert is
    /// unanswered.
    pub path: String,
    /// Unanswered once it has fired so many minutes; 0 is at once.
    pub after_minutes: Option<u32>,
    /// Setting that says after how long, in its unit, `minutes` or `hours`. At 0 nobody is called.
    pub setting: Option<String>,
}

/// Records that a rule is watched for.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EachDef {
    /// Kind.
    pub kind: String,
    /// Which of them; the fewer the better. Reads no `now`: a record must not enter by itself.
    #[serde(rename = "where", default)]
    pub filter: FilterDef,
}

/// How bad an alert is. Green is the absence of both.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be watched.
    Yellow,
    /// To be acted upon.
    Red,
}
