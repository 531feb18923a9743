//! `pack.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fit::{Unfit, Wanted, too_large};
use super::record::{FieldType, word_of};

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
    /// IANA zone of its day, until the tenant says its own.
    pub zone: String,
    /// Setting with which the tenant says its own zone.
    pub zone_setting: Option<String>,
    /// ISO 4217 code of amounts that name none.
    pub currency: String,
    /// BCP 47 tag of the pack's texts.
    pub language: String,
    /// The document that it is made from.
    pub document: Option<DocumentDef>,
    /// Regions by name, where the operation has some.
    #[serde(default)]
    pub regions: BTreeMap<String, RegionDef>,
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
    /// Roles that may say settings, where these do not name their own; nobody in the app where empty.
    #[serde(default)]
    pub settings_roles: Vec<String>,
    /// Policy settings of the tenant, with defaults.
    #[serde(default)]
    pub settings: BTreeMap<String, SettingDef>,
    /// Switches of the platform that expressions may read.
    #[serde(default)]
    pub controls: BTreeMap<String, ControlDef>,
}

/// Control of the document that a pack is made from.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentDef {
    /// Row that it comes from.
    pub row: String,
    /// Version that the document names.
    pub version: Option<String>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// Day of its last change, such as `2024-12-29`.
    pub updated: Option<String>,
    /// Day by which it has to be looked through. From then on it is shown as out of date.
    pub next_review: Option<String>,
    /// Further documents that it names, and decisions, a line each.
    #[serde(default)]
    pub names: Vec<String>,
}

/// A region.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionDef {
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// IANA zone of its day.
    pub zone: String,
    /// Setting with which the tenant says another zone.
    pub zone_setting: Option<String>,
    /// ISO 4217 code.
    pub currency: String,
    /// What holds of tax, in words; nothing is computed from it.
    pub tax: String,
    /// What else holds there, a sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Ruling by which a fact of it is disputed, such as `X-05`.
    pub disputed: Option<String>,
}

/// Time that the operator has.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetDef {
    /// Row of the source document.
    pub row: String,
    /// Minutes a week, the week beginning on Monday in the tenant's zone.
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
    /// What it is for, in a sentence.
    pub purpose: Option<String>,
    /// Type of its value; that of the default where absent.
    #[serde(rename = "type")]
    pub type_: Option<FieldType>,
    /// What a number counts, such as `minutes`.
    pub unit: Option<String>,
    /// Allowed values; empty means any of its type.
    #[serde(default)]
    pub one_of: Vec<Value>,
    /// What some of them are called that are texts; the others are shown as they are, with blanks for `_`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Least and most of a number.
    pub least: Option<f64>,
    /// Most of a number.
    pub most: Option<f64>,
    /// Where the tenant has said nothing; null where nobody can know it. What reads a null is
    /// undecidable: it denies, and a rule is unknown.
    #[serde(default)]
    pub default: Value,
    /// What is proposed to a tenant that has to say it.
    pub proposed: Option<Value>,
    /// The tenant has to say it before going live.
    #[serde(default)]
    pub needed: bool,
    /// Roles that may say it; those of the pack's `settings_roles` where empty.
    #[serde(default)]
    pub roles: Vec<String>,
    /// It is told to the people who go by it; nothing in the pack reads it.
    #[serde(default)]
    pub for_people: bool,
}

impl SettingDef {
    /// So much of its unit in minutes; none where it counts no minutes or hours.
    pub fn minutes_of(&self, said: f64) -> Option<f64> {
        match self.unit.as_deref()? {
            "minutes" => Some(said),
            "hours" => Some(said * 60.0),
            _ => None,
        }
    }

    /// Whether a value fits: its type, its allowed values, its bounds.
    ///
    /// # Errors
    /// Says why it does not.
    pub fn accepts(&self, value: &Value) -> Result<(), Unfit> {
        let wanted = Wanted {
            type_: self.type_,
            one_of: &self.one_of,
            default: &self.default,
            bounds: (self.least, self.most),
        };
        wanted.accepts(value)
    }

    /// An allowed text as shown; none of a value that the tenant may write freely.
    pub fn word(&self, value: &str) -> Option<String> {
        called(&self.one_of, &self.labels, value)
    }
}

/// A switch on the platform.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlDef {
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// What it does, in a sentence.
    pub purpose: Option<String>,
    /// Type of its value; that of the default where absent.
    #[serde(rename = "type")]
    pub type_: Option<FieldType>,
    /// Allowed values; empty means any of its type.
    #[serde(default)]
    pub one_of: Vec<Value>,
    /// What some of them are called that are texts; the others are shown as they are, with blanks for `_`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Where the platform has said nothing.
    pub default: Value,
    /// One for each region.
    #[serde(default)]
    pub each_region: bool,
    /// Roles that may switch it; empty means nobody here.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Text that the public may be shown while it is on.
    pub banner: Option<String>,
}

impl ControlDef {
    /// Whether a value fits: its type and its allowed values. Where each region has its own, either one
    /// value for all of them or one by region.
    ///
    /// # Errors
    /// Says why it does not.
    pub fn accepts(&self, value: &Value) -> Result<(), Unfit> {
        // What each region has by default says of what type a region's own value is.
        let usual = match &self.default {
            Value::Object(regions) if self.each_region => regions.values().next(),
            one => Some(one),
        };
        let wanted = Wanted {
            type_: self.type_,
            one_of: &self.one_of,
            default: usual.unwrap_or(&Value::Null),
            bounds: (None, None),
        };
        match value {
            Value::Object(regions) if self.each_region && wanted.accepts(value).is_err() => {
                too_large(value)?;
                regions.values().try_for_each(|value| wanted.accepts(value))
            }
            value => wanted.accepts(value),
        }
    }

    /// An allowed text as shown; none of another value.
    pub fn word(&self, value: &str) -> Option<String> {
        called(&self.one_of, &self.labels, value)
    }
}

fn called(allowed: &[Value], labels: &BTreeMap<String, String>, value: &str) -> Option<String> {
    let listed = allowed.iter().any(|one| one.as_str() == Some(value));
    listed.then(|| word_of(labels, value))
}
