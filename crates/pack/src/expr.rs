//! Expressions: CEL behind one module. Nobody else names the `cel` crate.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// A compiled expression.
#[derive(Debug)]
pub struct Program {
    /// As written.
    pub source: String,
}

/// What an expression may see. Absent parts are not in scope.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The record with its stored computed fields merged in; timestamps and durations typed by the loader's field types.
    pub record: Map<String, Value>,
    /// For titles and receivers: fields of the records referred to, by field name.
    pub refs: Map<String, Value>,
    /// Parameters of the action.
    pub params: Map<String, Value>,
    /// `{id, roles, regions}`.
    pub actor: Map<String, Value>,
    /// Settings in force.
    pub settings: Map<String, Value>,
    /// Controls in force.
    pub controls: Map<String, Value>,
    /// Answers of lookups.
    pub lookups: Map<String, Value>,
    /// In `then` of a call: what the provider answered.
    pub result: Option<Value>,
    /// The instant of the decision, UTC.
    pub now: Option<DateTime<Utc>>,
}
