//! `routines/<id>.yaml`: work that comes round, as a list of items.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::ParamDef;
use super::question::LookupDef;

/// `routines/<id>.yaml`: a checklist that comes round by a schedule or by what happens to a record.
/// Each time is one run, and there is only one: its key is the routine with the local date, or with
/// the record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutineFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// When it is to be done.
    pub when: OccasionDef,
    /// One run for each of the pack's regions, at that region's local time.
    #[serde(default)]
    pub each_region: bool,
    /// It is due so many minutes after it begins; from then on it is late.
    pub due_minutes: u32,
    /// Minutes that it is planned to take.
    pub minutes: Option<u32>,
    /// Session in which it is done.
    pub session: Option<String>,
    /// Roles that do it; empty means every operator.
    #[serde(default)]
    pub roles: Vec<String>,
    /// What has to be done, in order.
    pub items: Vec<ItemDef>,
}

/// When a routine is to be done.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OccasionDef {
    /// By a schedule.
    Schedule(ScheduleDef),
    /// By an instant of each record of a kind.
    Record(OfRecordDef),
    /// Whenever an operator begins it.
    Asked,
}

/// A schedule in local time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleDef {
    /// RFC 5545 rule in local time, such as `FREQ=DAILY;BYHOUR=9;BYMINUTE=0`.
    pub rule: String,
    /// IANA zone; the pack's where absent.
    pub zone: Option<String>,
    /// Row that settles what the document leaves open: the hour, or the zone.
    pub settled_by: Option<String>,
}

/// An instant of a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfRecordDef {
    /// Kind.
    pub kind: String,
    /// Field or stored computed field with the instant.
    pub at: String,
    /// So many minutes before it (negative) or after it.
    #[serde(default)]
    pub minutes: i32,
    /// CEL over `record`: for which records; all where absent.
    pub only: Option<String>,
}

/// An item of a routine.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemDef {
    /// Stable id within the routine.
    pub id: String,
    /// Row that it comes from, where it is not the routine's.
    pub row: Option<String>,
    /// What is to be done, in a line.
    pub text: String,
    /// More, in Markdown.
    pub detail: Option<String>,
    /// Where it is done.
    pub view: Option<String>,
    /// A number to be looked at.
    pub metric: Option<String>,
    /// It looks for itself whether it is done.
    pub check: Option<CheckDef>,
    /// What has to be true before it may be ticked off; the operator says so.
    #[serde(default)]
    pub first: Vec<String>,
    /// What the operator writes down with it.
    #[serde(default)]
    pub notes: BTreeMap<String, ParamDef>,
    /// Playbook that helps where something is wrong.
    pub playbook: Option<String>,
    /// A credential whose presence is looked at; its value is never shown.
    pub credential: Option<String>,
    /// It may be left out without a reason.
    #[serde(default)]
    pub optional: bool,
}

/// A check that the app makes by itself: a question over records, or a metric, and whether its
/// answer is good.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckDef {
    /// The question.
    pub ask: Option<LookupDef>,
    /// The metric.
    pub metric: Option<String>,
    /// CEL over `value` (the answer), `settings` and `controls`: it is good. An error is unknown.
    pub good: String,
    /// Template over `value`: what was found.
    pub found: String,
}
