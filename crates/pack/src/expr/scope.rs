//! What an expression sees, and values on their way in and out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use cel::objects::{Key, Map as CelMap};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::{EvalError, Reference};
use crate::format::FieldType;
use crate::pack::{Action, Kind};
use crate::value;

/// What an expression or template may see. Absent parts are not in scope.
///
/// Fields of `record` are typed by `kind`, those of `params` by `action`; elsewhere an instant is
/// text, which `timestamp(…)` turns into an instant.
#[derive(Debug, Clone, Default)]
pub struct Scope<'a> {
    /// Kind of `record`; types its fields.
    pub kind: Option<&'a Kind>,
    /// Action of `params`; types them.
    pub action: Option<&'a Action>,
    /// The record with its computed fields merged in ([`value::merged`]).
    pub record: Map<String, Value>,
    /// Fields of the records referred to, by field name.
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
    /// In a run: what was looked up and written down.
    pub answers: Map<String, Value>,
    /// What is seen of a metric: `value`, `of`, `count`, …
    pub values: Map<String, Value>,
    /// The instant of the decision, UTC.
    pub now: Option<DateTime<Utc>>,
    /// Zone in which a text shows instants, the pack's where absent; and of the days that an expression
    /// asks for, which fails where absent.
    pub zone: Option<Tz>,
}

impl Scope<'_> {
    pub(super) fn bind(
        &self,
        references: &BTreeSet<Reference>,
        context: &mut cel::Context<'_, '_>,
    ) -> Result<(), EvalError> {
        let mut roots: HashMap<&str, HashMap<Key, cel::Value>> = HashMap::new();
        for Reference { root, field } in references {
            match (root.as_str(), field) {
                ("now", _) => {
                    let now = self.now.ok_or_else(|| missing("now"))?;
                    context
                        .add_variable_from_value("now", cel::Value::Timestamp(now.fixed_offset()));
                }
                ("result", _) => {
                    let result = self.result.as_ref().ok_or_else(|| missing("result"))?;
                    context.add_variable_from_value("result", to_cel(result, None));
                }
                (name, None) if self.values.contains_key(name) => {
                    let value = self.values.get(name).unwrap_or(&Value::Null);
                    let value = to_cel(value, Some(FieldType::Number));
                    context.add_variable_from_value(name, value);
                }
                (root, Some(field)) => {
                    let fields = roots.entry(root).or_default();
                    if let Some(value) = self.field(root, field)? {
                        fields.insert(Key::String(Arc::new(field.clone())), value);
                    }
                }
                (root, None) => return Err(missing(root)),
            }
        }
        for (root, fields) in roots {
            let map = CelMap {
                map: Arc::new(fields),
            };
            context.add_variable_from_value(root, cel::Value::Map(map));
        }
        Ok(())
    }

    /// `root.field`; none where it is missing and should be there.
    pub(super) fn field(&self, root: &str, field: &str) -> Result<Option<cel::Value>, EvalError> {
        let (values, type_, optional) = match root {
            "record" => {
                let def = self.kind.and_then(|kind| kind.fields.get(field));
                let computed = self.kind.and_then(|kind| kind.computed.get(field));
                let type_ = def.map(|d| d.type_).or(computed.map(|c| c.def.type_));
                let optional = def.is_some_and(|d| d.optional) || computed.is_some();
                (&self.record, type_, optional)
            }
            "params" => {
                let def = self.action.and_then(|action| action.def.params.get(field));
                let optional = def.is_some_and(|d| d.optional);
                (&self.params, def.map(|d| d.type_), optional)
            }
            "refs" => (&self.refs, None, true),
            "actor" => (&self.actor, None, false),
            "settings" => (&self.settings, None, false),
            "controls" => (&self.controls, None, false),
            "lookups" => (&self.lookups, None, false),
            "answers" => (&self.answers, None, true),
            _ => return Ok(None),
        };
        let value = values.get(field);
        if value.is_some_and(|value| value::weight(value) > value::MAX_WEIGHT) {
            let message = format!("`{root}.{field}` is too long for an expression");
            return Err(EvalError::new(message));
        }
        Ok(match value {
            Some(value) if optional || !value.is_null() || root == "lookups" => {
                Some(to_cel(value, type_))
            }
            _ => optional.then_some(cel::Value::Null),
        })
    }
}

fn missing(name: &str) -> EvalError {
    EvalError::new(format!("`{name}` is not known here"))
}

/// A JSON value as CEL sees it.
fn to_cel(json: &Value, type_: Option<FieldType>) -> cel::Value {
    match (json, type_) {
        (Value::String(text), Some(FieldType::Timestamp)) => value::instant(text).map_or_else(
            || cel::Value::from(text.as_str()),
            |at| cel::Value::Timestamp(at.fixed_offset()),
        ),
        (Value::Number(n), Some(FieldType::Number)) => {
            n.as_f64().map_or(cel::Value::Null, cel::Value::Float)
        }
        (Value::Null, _) => cel::Value::Null,
        (Value::Bool(b), _) => cel::Value::Bool(*b),
        (Value::Number(n), _) => match (n.as_i64(), n.as_f64()) {
            (Some(i), _) => cel::Value::Int(i),
            (None, Some(f)) => cel::Value::Float(f),
            (None, None) => cel::Value::Null,
        },
        (Value::String(text), _) => cel::Value::from(text.as_str()),
        (Value::Array(items), _) => {
            cel::Value::List(Arc::new(items.iter().map(|v| to_cel(v, None)).collect()))
        }
        (Value::Object(fields), _) => {
            let entries = fields
                .iter()
                .map(|(k, v)| (Key::String(Arc::new(k.clone())), to_cel(v, None)));
            cel::Value::Map(CelMap {
                map: Arc::new(entries.collect()),
            })
        }
    }
}

/// A CEL value as JSON; instants as canonical text.
pub(super) fn to_json(value: &cel::Value) -> Result<Value, EvalError> {
    Ok(match value {
        cel::Value::Null => Value::Null,
        cel::Value::Bool(b) => Value::Bool(*b),
        cel::Value::Int(i) => Value::from(*i),
        cel::Value::UInt(u) => Value::from(*u),
        cel::Value::Float(f) => serde_json::Number::from_f64(*f)
            .map(Value::Number)
            .ok_or_else(|| EvalError::new("not a finite number"))?,
        cel::Value::String(s) => Value::String(s.as_ref().clone()),
        cel::Value::Timestamp(at) => Value::String(value::instant_text(at.with_timezone(&Utc))),
        cel::Value::List(items) => {
            Value::Array(items.iter().map(to_json).collect::<Result<_, _>>()?)
        }
        cel::Value::Map(map) => {
            let mut fields = Map::new();
            for (key, value) in map.map.iter() {
                let Key::String(key) = key else {
                    return Err(EvalError::new("a key that is not text"));
                };
                fields.insert(key.as_ref().clone(), to_json(value)?);
            }
            Value::Object(fields)
        }
        other => {
            let found = type_name(other);
            return Err(EvalError::new(format!("{found} cannot be kept as a value")));
        }
    })
}

pub(super) fn type_name(value: &cel::Value) -> &'static str {
    match value {
        cel::Value::Null => "null",
        cel::Value::Bool(_) => "true or false",
        cel::Value::Int(_) | cel::Value::UInt(_) => "a whole number",
        cel::Value::Float(_) => "a number",
        cel::Value::String(_) => "text",
        cel::Value::Timestamp(_) => "an instant",
        cel::Value::Duration(_) => "a duration",
        cel::Value::List(_) => "a list",
        cel::Value::Map(_) => "a map",
        _ => "something else",
    }
}

/// What went wrong, without the values: they may be personal.
pub(super) fn plain_error(error: &cel::ExecutionError) -> String {
    use cel::ExecutionError as E;
    match error {
        E::NoSuchKey(name) => format!("`{name}` is missing"),
        E::UndeclaredReference(name) => format!("`{name}` is not known here"),
        E::NoSuchOverload(overload) => overload.to_string(),
        E::ValuesNotComparable(..) => "values of two kinds cannot be compared".into(),
        E::DivisionByZero(_) | E::RemainderByZero(_) => "division by zero".into(),
        E::Overflow(..) => "the number is too large".into(),
        E::IndexOutOfBounds(_) => "the list is shorter than that".into(),
        E::FunctionError { function, .. } => format!("`{function}` could not be applied"),
        _ => "values do not fit the expression".into(),
    }
}
