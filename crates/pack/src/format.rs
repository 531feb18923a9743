//! What stands in a pack's files, as serde reads it. The JSON Schema for editors is generated from
//! these types. Checked and compiled forms live in [`crate::pack`].
//!
//! Unknown keys are errors everywhere: a misspelt policy must never be a missing one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The format version that this crate reads.
pub const FORMAT: u32 = 1;

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

/// `records/<kind>.yaml`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordFile {
    /// Name of the kind.
    pub kind: String,
    /// Names as shown.
    pub label: Names,
    /// Template over `record` (and labels of references) that names one record in a line.
    pub title: String,
    /// Fields, in the order in which a form shows them.
    pub fields: BTreeMap<String, FieldDef>,
    /// Values of the field `state`, in their usual order; empty for a kind without states.
    #[serde(default)]
    pub states: Vec<StateDef>,
    /// Fields that follow from others. Without `now` they are stored and may be filtered on.
    #[serde(default)]
    pub computed: BTreeMap<String, ComputedDef>,
    /// Questions over other records, answered by SQL on either side.
    #[serde(default)]
    pub lookups: BTreeMap<String, LookupDef>,
    /// Deadlines.
    #[serde(default)]
    pub clocks: BTreeMap<String, ClockDef>,
    /// What an operator may do.
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
    /// May be absent or null.
    #[serde(default)]
    pub optional: bool,
    /// Views may filter and sort on it.
    #[serde(default)]
    pub indexed: bool,
    /// Its words are found by search.
    #[serde(default)]
    pub searched: bool,
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
    /// CEL over `record` (and `now`, for display only).
    pub expr: String,
    /// Views may filter and sort on it; not with `now`.
    #[serde(default)]
    pub indexed: bool,
}

/// A question over records, as data: kind, structured filter, one aggregate.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupDef {
    /// Kind asked about.
    pub kind: String,
    /// Filter; a value `{expr: record.business}` is evaluated on the record that asks.
    #[serde(rename = "where")]
    pub filter: FilterDef,
    /// What is answered.
    pub answer: Answer,
    /// Field that `sum`, `min`, `max` and `first` answer.
    pub field: Option<String>,
    /// For `first`: fields to sort by.
    #[serde(default)]
    pub sort: Vec<String>,
}

/// Aggregate of a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Number of records.
    Count,
    /// Sum of a number or of money's minor units.
    Sum,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// Of the first record in sort order; null where there is none.
    First,
}

/// Structured filter: field → test. All must hold.
pub type FilterDef = BTreeMap<String, TestDef>;

/// Test of one field: a bare value means equality, a list means one of.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TestDef {
    /// `{gte: 0.9}`, `{ne: x}`, `{in: [a, b]}`, `{lt: {expr: now}}`, `{absent: true}`.
    Ops(Box<OpsDef>),
    /// One of these.
    Among(Vec<Value>),
    /// Equal to this.
    Is(Value),
}

/// Comparisons; all that are given must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpsDef {
    /// Equal.
    pub eq: Option<Operand>,
    /// Not equal.
    pub ne: Option<Operand>,
    /// Less.
    pub lt: Option<Operand>,
    /// Less or equal.
    pub lte: Option<Operand>,
    /// Greater.
    pub gt: Option<Operand>,
    /// Greater or equal.
    pub gte: Option<Operand>,
    /// One of.
    #[serde(rename = "in")]
    pub among: Option<Vec<Value>>,
    /// True: null or missing. False: there.
    pub absent: Option<bool>,
    /// Equal to what this expression says.
    pub expr: Option<String>,
}

/// A literal, or an expression evaluated when the question is asked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Operand {
    /// Evaluated when asked.
    Expr(ExprOperand),
    /// As it stands.
    Value(Value),
}

/// `{expr: …}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExprOperand {
    /// CEL over `record`, `actor`, `now`, `settings`.
    pub expr: String,
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
    /// When it turns amber.
    pub warn: WarnDef,
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

/// What an operator may do to a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionDef {
    /// Button.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Key in the queue screen, such as `a`.
    pub key: Option<String>,
    /// States from which it is possible.
    pub from: Vec<String>,
    /// Roles that may; empty means every operator.
    #[serde(default)]
    pub roles: Vec<String>,
    /// What it asks for.
    #[serde(default)]
    pub params: BTreeMap<String, ParamDef>,
    /// Rows that decide, in order; all are evaluated and shown.
    pub policy: Vec<PolicyDef>,
    /// CEL: never carried out after this instant.
    pub not_after: Option<String>,
    /// What kind of effect it has.
    pub nature: Nature,
    /// What the operator must do before it is queued.
    #[serde(default)]
    pub confirm: Confirm,
    /// What it does, in order.
    pub effects: Vec<EffectDef>,
    /// Lines of "this will …", templates over `record`.
    pub will: Vec<String>,
}

/// A parameter of an action.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParamDef {
    /// Type of its value.
    #[serde(rename = "type")]
    pub type_: FieldType,
    /// Name as shown.
    pub label: String,
    /// For `enum`: the allowed values.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// May be left out.
    #[serde(default)]
    pub optional: bool,
}

/// A row of a policy.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDef {
    /// Row of the source document, such as `D-17`.
    pub id: String,
    /// The rule in a few words.
    pub title: String,
    /// CEL; true lets through, false refuses, an error refuses as `policy.undecidable`.
    pub when: String,
    /// Code of the refusal, such as `refund.window_passed`.
    pub otherwise: String,
    /// Template: what was found, such as `68 h 48 of 72 h`.
    pub found: String,
    /// Template: sentence of the refusal.
    pub refusal: String,
    /// Whether anybody may override it.
    #[serde(rename = "override")]
    pub override_: Override,
}

/// Whether a policy row may be overridden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// By nobody.
    Never,
}

/// What kind of effect an action has.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Changes a record.
    Change,
    /// Moves money.
    Money,
    /// Deletes.
    Deletion,
    /// Sends something that cannot be called back.
    Submission,
}

/// What the operator must do before an action is queued.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    /// Nothing.
    #[default]
    None,
    /// Say yes.
    Click,
    /// Type the amount in digits (money, such as `22.00`) or the record's title.
    Typed,
}

/// An effect.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum EffectDef {
    /// Sets fields of the record: field → CEL, so that a literal string stands in CEL quotes.
    #[serde(rename = "set")]
    Set(BTreeMap<String, String>),
    /// Sets fields of a record that this one refers to.
    #[serde(rename = "set_on")]
    SetOn(SetOnDef),
    /// Makes a record.
    #[serde(rename = "create")]
    Create(CreateDef),
    /// Calls a provider through the platform's own outbox.
    #[serde(rename = "call")]
    Call(CallDef),
}

/// Sets fields of another record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOnDef {
    /// Field of type `ref` that leads there.
    pub field: String,
    /// Field → CEL over the record that asks.
    pub set: BTreeMap<String, String>,
}

/// Makes a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDef {
    /// Its kind.
    pub kind: String,
    /// Field → CEL.
    pub set: BTreeMap<String, String>,
}

/// A call to a provider.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallDef {
    /// Connector of the platform's closed list.
    pub connector: Connector,
    /// Operation of that connector, such as `refund`.
    pub operation: String,
    /// Arguments: name → CEL.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// For `mail`: id of the template.
    pub template: Option<String>,
    /// Fields of the record set when it succeeded: field → CEL, with `result` in sight.
    #[serde(default)]
    pub then: BTreeMap<String, String>,
    /// Fields of the record set when the provider refused for good.
    #[serde(default)]
    pub otherwise: BTreeMap<String, String>,
    /// Fields of records referred to, set with `then`.
    #[serde(default)]
    pub then_on: Vec<SetOnDef>,
    /// Sent only after the calls before it succeeded.
    #[serde(default)]
    pub after_previous: bool,
}

/// Connectors that a platform may have.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Connector {
    Stripe,
    Paypal,
    Wise,
    Mail,
    Slack,
    Pagerduty,
    Job,
    Flag,
    Webhook,
}

/// A saved question.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewDef {
    /// Name as shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// All that the view shows.
    #[serde(rename = "where", default)]
    pub filter: FilterDef,
    /// Parts of it, in order. None means one part with everything.
    #[serde(default)]
    pub sections: Vec<SectionDef>,
    /// Sort fields; `-` before a name turns it round.
    pub sort: Vec<String>,
    /// The sort in words, such as `oldest purchase first`.
    pub sort_label: String,
    /// Columns: fields, computed fields, clocks (`clock.lapse`), or `state`.
    pub columns: Vec<ColumnDef>,
    /// Given for a queue: a view that should become empty.
    pub queue: Option<QueueDef>,
    /// Money field summed in the head.
    pub total: Option<String>,
}

/// A part of a view.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionDef {
    /// Stable id.
    pub id: String,
    /// Name as shown.
    pub label: String,
    /// Remark behind the name.
    pub note: Option<String>,
    /// What stands here waits for the operator: it counts in the navigation and in the head. Where
    /// no section says so, the first does.
    #[serde(default)]
    pub waits: bool,
    /// What belongs there.
    #[serde(rename = "where")]
    pub filter: FilterDef,
}

/// A column: `business`, or `{field: business, with: council}` for a second, quieter value.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColumnDef {
    /// A value.
    Plain(String),
    /// A value and a quieter one beside it.
    With {
        /// The value.
        field: String,
        /// The quieter one.
        with: String,
    },
}

/// What makes a view a queue.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueDef {
    /// How many may remain.
    pub target: u32,
    /// Estimated minutes for each.
    pub minutes_each: f64,
}

/// `templates/<id>.yaml`: a text that is sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// Kind whose records fill it.
    pub kind: String,
    /// Who receives it: CEL over `record` and labels of references.
    pub to: String,
    /// Subject, minijinja.
    pub subject: String,
    /// Body, minijinja.
    pub body: String,
}
