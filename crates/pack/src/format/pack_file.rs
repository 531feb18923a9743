//! `pack.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `pack.yaml`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    /// Format version, 1.
    pub format: u32,
    /// Stable id, lower-case with dashes.
    pub id: String,
    /// Version of this pack; only rises.
    pub version: u32,
    /// Name of the operation.
    pub name: String,
    /// IANA zone of its day.
    pub zone: String,
    /// ISO 4217 code of amounts that name none.
    pub currency: String,
    /// BCP 47 tag of the pack's texts.
    pub language: String,
    /// Views that stand in the navigation, in order.
    pub queues: Vec<String>,
    /// Metrics on the first screen, in order.
    #[serde(default)]
    pub numbers: Vec<String>,
    /// Time that the operator has.
    pub budget: Option<BudgetDef>,
    /// When the operator sits down; `before_next_session` refers to these.
    #[serde(default)]
    pub sessions: BTreeMap<String, SessionDef>,
    /// Policy settings of the tenant, with defaults.
    #[serde(default)]
    pub settings: BTreeMap<String, SettingDef>,
    /// Switches of the platform that expressions may read.
    #[serde(default)]
    pub controls: BTreeMap<String, ControlDef>,
}

/// Time that the operator has.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetDef {
    /// Row of the source document.
    pub row: String,
    /// Minutes a week, the week beginning on Monday in the pack's zone.
    pub minutes_a_week: u32,
}

/// A session of the operator.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionDef {
    /// Row of the source document.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// RFC 5545 rule in local time, such as `FREQ=WEEKLY;BYDAY=TH;BYHOUR=14;BYMINUTE=0`.
    pub rule: String,
    /// IANA zone; the pack's where absent.
    pub zone: Option<String>,
    /// Planned length in minutes.
    pub minutes: u32,
}

/// A tenant's policy setting.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingDef {
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// Allowed values; empty means any value of the default's type.
    #[serde(default)]
    pub one_of: Vec<Value>,
    /// Where the tenant has said nothing.
    pub default: Value,
}

/// A switch on the platform.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlDef {
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// Where the platform has said nothing.
    pub default: Value,
}
