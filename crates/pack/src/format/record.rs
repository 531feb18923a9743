//! `records/<kind>.yaml`: what a kind is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::ActionDef;
use super::question::LookupDef;
use super::view::ViewDef;

/// `records/<kind>.yaml`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordFile {
    /// Name of the kind.
    pub kind: String,
    /// Names as shown.
    pub label: Names,
    /// Roles that see records of it; empty means everybody.
    #[serde(default)]
    pub seen_by: Vec<String>,
    /// Template over `record` (and labels of references) that names one record in a line.
    pub title: String,
    /// Fields, in the order in which a form shows them.
    pub fields: BTreeMap<String, FieldDef>,
    /// Its records are documents: files that the platform keeps, each named by the field `sha256`.
    pub document: Option<RecordDocumentDef>,
    /// Values of the field `state`, in their usual order; empty for a kind without states.
    #[serde(default)]
    pub states: Vec<StateDef>,
    /// States in which the platform's own systems bring records; the first where absent. To every
    /// other state an action has to lead.
    #[serde(default)]
    pub arrives_in: Vec<String>,
    /// Fields that follow from others. Without `now` and days of the tenant they are stored and may be
    /// filtered on.
    #[serde(default)]
    pub computed: BTreeMap<String, ComputedDef>,
    /// Questions over other records, answered by SQL on either side.
    #[serde(default)]
    pub lookups: BTreeMap<String, LookupDef>,
    /// Deadlines.
    #[serde(default)]
    pub clocks: BTreeMap<String, ClockDef>,
    /// What an operator may do, in the order in which it is offered: first what is done most, last what
    /// ends or cancels.
    #[serde(default)]
    pub actions: BTreeMap<String, ActionDef>,
    /// Saved questions over records of this kind.
    #[serde(default)]
    pub views: BTreeMap<String, ViewDef>,
    /// Fields and computed fields shown in the detail panel, in order.
    #[serde(default)]
    pub detail: Vec<String>,
}

/// Singular and plural.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// One of them.
    pub one: String,
    /// Several.
    pub many: String,
}

/// What says of a record which file it is. Its bytes are found by the field `sha256`, of type `id`:
/// the SHA-256 of them, hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDocumentDef {
    /// Field with the name of the file, a `string` or `id`.
    pub name: String,
    /// Field with its media type, a `string` or `enum`, such as `application/pdf`.
    pub media: String,
    /// Field with its size in bytes, an `integer`.
    pub bytes: String,
    /// The records that it belongs to, beside those that a `ref` of it leads to.
    pub of: Option<BelongsToDef>,
    /// Fields and computed fields that say how it stands, shown beside it wherever it is listed.
    #[serde(default)]
    pub says: Vec<String>,
}

/// Records that a document belongs to by something that both of them say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BelongsToDef {
    /// Indexed field of the document.
    pub by: String,
    /// Kind that it belongs to.
    pub kind: String,
    /// Field of that kind which says the same.
    pub field: String,
}

/// A state of a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateDef {
    /// Value of the field `state`.
    pub id: String,
    /// Word as shown.
    pub label: String,
    /// How it is coloured.
    #[serde(default)]
    pub tone: Tone,
}

/// Meaning of a state for the eye; always shown with a word.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing to say.
    #[default]
    Neutral,
    /// Good, done.
    Green,
    /// Needs attention.
    Amber,
    /// Bad.
    Red,
    /// Information.
    Blue,
}

/// A field.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDef {
    /// Type of its values.
    #[serde(rename = "type")]
    pub type_: FieldType,
    /// Name as shown.
    pub label: String,
    /// For `ref`: the kind referred to.
    pub kind: Option<String>,
    /// For `enum`: the allowed values.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// What some of them are called; the others are shown as they are, with blanks for `_`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// For `id`: it is that of an operator, who is shown by their name.
    #[serde(default)]
    pub operator: bool,
    /// May be absent or null.
    #[serde(default)]
    pub optional: bool,
    /// Views may filter and sort on it.
    #[serde(default)]
    pub indexed: bool,
    /// Its words are found by search.
    #[serde(default)]
    pub searched: bool,
    /// Roles that see it, of those that see the record; empty means all of them. What is computed
    /// from it is hidden with it.
    #[serde(default)]
    pub seen_by: Vec<String>,
}

impl FieldDef {
    /// An allowed value as shown.
    pub fn word(&self, value: &str) -> String {
        word_of(&self.labels, value)
    }
}

/// A value of a list as shown: its label, else itself with blanks for `_`.
pub(crate) fn word_of(labels: &BTreeMap<String, String>, value: &str) -> String {
    let label = labels.get(value).cloned();
    label.unwrap_or_else(|| value.replace('_', " "))
}

/// Type of a field's values, with its form in JSON.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Text in a line.
    String,
    /// Text of any length.
    Text,
    /// An id, shown in monospace.
    Id,
    /// Whole number within ±2^53.
    Integer,
    /// Number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Instant, RFC 3339 in UTC with milliseconds: `2026-11-20T03:22:28.000Z`.
    Timestamp,
    /// Day without a zone, `2026-11-20`.
    Date,
    /// `{"minor": 2200, "currency": "AUD"}`.
    Money,
    /// Id of a record of [`FieldDef::kind`].
    Ref,
    /// One of [`FieldDef::one_of`].
    Enum,
}

/// A computed field.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComputedDef {
    /// Type of the result.
    #[serde(rename = "type")]
    pub type_: FieldType,
    /// Name as shown.
    pub label: String,
    /// CEL over `record` (and `now` and days of the tenant, for display and decisions).
    pub expr: String,
    /// Views may filter and sort on it; not with `now` or days of the tenant.
    #[serde(default)]
    pub indexed: bool,
}

/// A deadline of a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockDef {
    /// Row that it comes from.
    pub row: String,
    /// What happens then, such as `lapses`.
    pub label: String,
    /// What it is measured from, in words, such as `72 h after purchase`.
    pub basis: String,
    /// CEL: the instant it started, for the bar.
    pub start: String,
    /// CEL: the instant it is due.
    pub due: String,
    /// CEL: does it run? Absent means always.
    pub runs: Option<String>,
    /// Times in which it waits for somebody.
    #[serde(default)]
    pub pauses: Vec<PauseDef>,
    /// When it turns amber.
    pub warn: WarnDef,
}

/// A time in which a clock waits for somebody, such as an approver or a customer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseDef {
    /// Row that it comes from.
    pub row: String,
    /// What is waited for, such as `waiting for the customer`.
    pub label: String,
    /// CEL: the instant at which the present pause began; null where none runs.
    pub since: String,
    /// CEL: minutes of such pauses that are over, a number; none where absent or null.
    pub earlier: Option<String>,
    /// It counts all the same: it is shown apart and moves nothing. Else the clock stands still while
    /// it runs, and what is due is due so much later.
    #[serde(default)]
    pub counts: bool,
}

/// When a clock turns amber.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarnDef {
    /// When it is due before the operator's next session begins.
    BeforeNextSession,
    /// This many minutes before it is due.
    MinutesBefore(u32),
}
