//! Filters and lookups: questions over records, as data.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// For `first` and `list`: fields to sort by.
    #[serde(default)]
    pub sort: Vec<String>,
    /// For `list`: what is answered of each record.
    #[serde(default)]
    pub fields: Vec<String>,
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
    /// These `fields` of each record in sort order; null where there are more than 100.
    List,
}

/// Structured filter: field → test. All must hold.
pub type FilterDef = BTreeMap<String, TestDef>;

/// Test of one field: a bare value means equality, a list means one of.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TestDef {
    /// `{gte: 0.9}`, `{ne: x}`, `{in: [a, b]}`, `{in: {expr: actor.roles}}`, `{lt: {expr: now}}`,
    /// `{absent: true}`.
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
    pub among: Option<Among>,
    /// None of; nothing is none of them.
    pub not_in: Option<Among>,
    /// True: null or missing. False: there.
    pub absent: Option<bool>,
    /// Equal to what this expression says.
    pub expr: Option<String>,
}

/// A list, or an expression that gives one when the question is asked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Among {
    /// As it stands.
    Values(Vec<Value>),
    /// Evaluated when asked, such as `{expr: actor.roles}`.
    Expr(ExprOperand),
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
