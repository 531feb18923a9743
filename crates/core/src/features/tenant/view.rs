//! What the tenant says.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::features::queues::view::OperationView;

/// The screen of the tenant's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct TenantView {
    /// Settings that have to be said before going live and are not.
    pub open: u32,
    /// All of them: what is still to be said first, then by name.
    pub settings: Vec<SettingView>,
    /// Instant of the data, tenant's wall clock, RFC 3339 with offset.
    pub as_of: Option<String>,
}

/// A setting of the tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingView {
    /// Its name, and the id of its record.
    pub name: String,
    /// Row that it comes from.
    pub row: String,
    /// As shown.
    pub label: String,
    /// What it is for.
    pub purpose: Option<String>,
    /// How it is asked for.
    pub input: SettingInput,
    /// What counts now, as text; none where nobody has said it and there is no default.
    pub value: Option<String>,
    /// The same as JSON.
    pub json: Option<String>,
    /// Nobody has said anything: the pack's default counts.
    pub is_default: bool,
    /// Why what the tenant said is not understood, such as a zone that is none; what reads it does as
    /// though nothing was said.
    pub misfit: Option<String>,
    /// It has to be said before going live, and is not. What reads it is undecidable until then.
    pub missing: bool,
    /// What the pack proposes, as text and as JSON.
    pub proposed: Option<Proposed>,
    /// What reads it.
    pub readers: Vec<SettingReader>,
    /// Who said it last, and when (tenant's wall clock, RFC 3339 with offset).
    pub said: Option<Said>,
    /// Revision of its record as seen; none while the platform has not sent it.
    #[specta(type = Option<u32>)]
    pub revision: Option<u64>,
    /// Why this operator may not say it; none where they may.
    pub denied: Option<String>,
    /// Operations of this laptop on it that are not settled.
    pub operations: Vec<OperationView>,
}

/// How a setting is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SettingInput {
    /// A line of text.
    Text,
    /// Yes or no.
    Boolean,
    /// A number, whole or not, of this unit, in these bounds.
    Number {
        /// It is whole.
        whole: bool,
        /// What it counts.
        unit: Option<String>,
        /// Least.
        #[specta(type = Option<i32>)]
        least: Option<f64>,
        /// Most.
        #[specta(type = Option<i32>)]
        most: Option<f64>,
    },
    /// An amount of this currency.
    Money {
        /// ISO 4217.
        currency: String,
        /// Digits after the point.
        decimals: u32,
    },
    /// One of these, as text and as JSON.
    OneOf {
        /// In the pack's order.
        values: Vec<Proposed>,
    },
}

/// A value as text and as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Proposed {
    /// As text.
    pub text: String,
    /// As JSON.
    pub json: String,
}

/// A part of the pack that reads a setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
pub struct SettingReader {
    /// What sort of part: the folder, or the file, without its ending.
    pub part: String,
    /// As shown.
    pub label: String,
}

/// Who said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Said {
    /// Operator as shown.
    pub by: String,
    /// Instant, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
    /// Why.
    pub reason: Option<String>,
}
