//! Values of records: their canonical form, what is computed from them, what they are called.
//!
//! [`normalise`] is strict about types and lenient about the future: a field that the pack does
//! not declare survives unchanged, and so does a state or enum value that it does not list
//! (fault 24).

mod shown;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use crate::expr::{Program, Scope};
use crate::format::{FieldDef, FieldType};
use crate::pack::Kind;

pub use shown::{digits, money_text, search_words, title};

/// Largest whole number that JSON carries safely, 2^53.
pub const MAX_INTEGER: i64 = 1 << 53;

/// Heaviest value that expressions and templates take, in bytes: they may join it many times.
pub(crate) const MAX_WEIGHT: usize = 256 << 10;

/// A value's rough size in bytes.
pub(crate) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum::<usize>() + 16 * items.len(),
        Value::Object(fields) => fields.iter().map(|(k, v)| k.len() + weight(v) + 16).sum(),
        _ => 8,
    }
}

/// A value that is not of its field's type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: expected {expected}, found {found}")]
pub struct FieldFault {
    /// The field.
    pub field: String,
    /// What its type asks for.
    pub expected: String,
    /// What stands there, by type and never by value.
    pub found: String,
}

impl FieldFault {
    /// What is asked for, as an operator reads it: the values of a list by what they are called.
    pub fn expected_of(&self, def: &FieldDef) -> String {
        match def.type_ {
            FieldType::Enum => {
                let words: Vec<String> = def.one_of.iter().map(|value| def.word(value)).collect();
                format!("one of {}", words.join(", "))
            }
            _ => self.expected.clone(),
        }
    }
}

/// An instant from RFC 3339 text.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    let year = chrono::Datelike::year(&at);
    (0..=9999).contains(&year).then_some(at)
}

/// An instant as records hold it: UTC with exactly milliseconds, so that text order is time order.
pub fn instant_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A record's fields in canonical form. Every declared field is checked; the state stays a string
/// whatever its value.
pub fn normalise(
    kind: &Kind,
    mut body: Map<String, Value>,
) -> Result<Map<String, Value>, FieldFault> {
    for (name, def) in &kind.fields {
        match body.get_mut(name) {
            None | Some(Value::Null) if def.optional => {
                body.remove(name);
            }
            Some(value) => {
                if let Form::Other(canonical) = form(name, def.type_, value)? {
                    *value = canonical;
                }
            }
            None => return Err(fault(name, def.type_, &Value::Null)),
        }
    }
    if !kind.states.is_empty() && !kind.fields.contains_key("state") {
        let state = body.get("state").unwrap_or(&Value::Null);
        form("state", FieldType::String, state)?;
    }
    Ok(body)
}

/// One value in the canonical form of its type.
pub fn normalise_field(name: &str, type_: FieldType, value: &Value) -> Result<Value, FieldFault> {
    Ok(match form(name, type_, value)? {
        Form::Same => value.clone(),
        Form::Other(canonical) => canonical,
    })
}

/// A value against the canonical form of its type.
enum Form {
    /// It has it.
    Same,
    /// It is this in it.
    Other(Value),
}

fn form(name: &str, type_: FieldType, value: &Value) -> Result<Form, FieldFault> {
    let form = match (type_, value) {
        (
            FieldType::String | FieldType::Text | FieldType::Id | FieldType::Ref | FieldType::Enum,
            Value::String(_),
        )
        | (FieldType::Boolean, Value::Bool(_)) => Some(Form::Same),
        (FieldType::Integer, Value::Number(_)) => {
            safe_integer(value).map(|integer| Form::Other(integer.into()))
        }
        (FieldType::Number, Value::Number(n)) => n
            .as_f64()
            .filter(|f| f.is_finite() && (n.is_f64() || safe_integer(value).is_some()))
            .map(|_| Form::Same),
        (FieldType::Timestamp, Value::String(text)) => {
            instant(text).map(|at| Form::Other(instant_text(at).into()))
        }
        (FieldType::Date, Value::String(text)) => text
            .parse::<NaiveDate>()
            .ok()
            .filter(|day| day.to_string() == *text)
            .map(|_| Form::Same),
        (FieldType::Money, Value::Object(money)) => money_form(money).map(Form::Other),
        _ => None,
    };
    form.ok_or_else(|| fault(name, type_, value))
}

fn fault(name: &str, type_: FieldType, value: &Value) -> FieldFault {
    FieldFault {
        field: name.to_owned(),
        expected: expected(type_).to_owned(),
        found: found(value).to_owned(),
    }
}

fn safe_integer(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .filter(|i| (-MAX_INTEGER..=MAX_INTEGER).contains(i))
}

fn money_form(money: &Map<String, Value>) -> Option<Value> {
    let minor = safe_integer(money.get("minor")?)?;
    let currency = money.get("currency")?.as_str()?;
    (money.len() == 2 && is_currency(currency))
        .then(|| serde_json::json!({"minor": minor, "currency": currency}))
}

/// Three capital letters, as ISO 4217 writes them.
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

fn expected(type_: FieldType) -> &'static str {
    match type_ {
        FieldType::String | FieldType::Text | FieldType::Enum => "text",
        FieldType::Id | FieldType::Ref => "an id",
        FieldType::Integer => "a whole number within ±2^53",
        FieldType::Number => "a finite number",
        FieldType::Boolean => "true or false",
        FieldType::Timestamp => "an instant such as 2026-11-20T03:22:28.000Z",
        FieldType::Date => "a day such as 2026-11-20",
        FieldType::Money => "{minor, currency}",
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "another number",
        Value::String(_) => "other text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The stored computed fields; one whose expression fails is null.
pub fn compute(kind: &Kind, body: &Map<String, Value>) -> Map<String, Value> {
    evaluate(kind, (body, &Map::new()), None)
}

/// The computed fields that read `now` or the tenant's day, at this instant in its zone: for display
/// and decisions, never stored.
pub fn compute_at(
    kind: &Kind,
    body: &Map<String, Value>,
    computed: &Map<String, Value>,
    at: (DateTime<Utc>, Tz),
) -> Map<String, Value> {
    evaluate(kind, (body, computed), Some(at))
}

/// Of a record's fields and stored computed fields, what these expressions read: a record is large,
/// and most expressions look at one field of it.
pub fn read_by<'a>(
    programs: impl IntoIterator<Item = &'a Program>,
    body: &Map<String, Value>,
    computed: &Map<String, Value>,
) -> Map<String, Value> {
    let references = programs.into_iter().flat_map(Program::references);
    let fields = references
        .filter(|reference| reference.root == "record")
        .filter_map(|reference| reference.field.as_ref());
    fields
        .filter_map(|name| {
            let value = computed.get(name).or_else(|| body.get(name))?;
            Some((name.clone(), value.clone()))
        })
        .collect()
}

/// What expressions see as `record`: fields, stored computed fields, and those of this instant in the
/// tenant's zone.
pub fn merged(
    kind: &Kind,
    body: &Map<String, Value>,
    computed: &Map<String, Value>,
    at: (DateTime<Utc>, Tz),
) -> Map<String, Value> {
    let mut record = stored(body, computed);
    record.extend(compute_at(kind, body, computed, at));
    record
}

fn stored(body: &Map<String, Value>, computed: &Map<String, Value>) -> Map<String, Value> {
    let mut record = body.clone();
    record.extend(computed.clone());
    record
}

/// The computed fields that need no instant and no zone, or with both those that do.
fn evaluate(
    kind: &Kind,
    (body, computed): (&Map<String, Value>, &Map<String, Value>),
    at: Option<(DateTime<Utc>, Tz)>,
) -> Map<String, Value> {
    let wanted = || {
        let all = kind.computed.iter();
        all.filter(|(_, computed)| computed.volatile == at.is_some())
    };
    let (now, zone) = at.unzip();
    let scope = Scope {
        kind: Some(kind),
        record: read_by(wanted().map(|(_, c)| &c.program), body, computed),
        now,
        zone,
        ..Scope::default()
    };
    wanted()
        .map(|(name, computed)| {
            let value = computed.program.eval(&scope).ok();
            let value = value.and_then(|v| normalise_field(name, computed.def.type_, &v).ok());
            (name.clone(), value.unwrap_or(Value::Null))
        })
        .collect()
}

/// Is this a value that a field may be set to? Null only where it may be absent.
pub fn fits(name: &str, def: &FieldDef, value: &Value) -> Result<Value, FieldFault> {
    if value.is_null() && def.optional {
        return Ok(Value::Null);
    }
    let value = normalise_field(name, def.type_, value)?;
    match value.as_str() {
        Some(word) if def.type_ == FieldType::Enum && !def.one_of.iter().any(|w| w == word) => {
            Err(FieldFault {
                field: name.to_owned(),
                expected: format!("one of {}", def.one_of.join(", ")),
                found: "another word".into(),
            })
        }
        _ => Ok(value),
    }
}
