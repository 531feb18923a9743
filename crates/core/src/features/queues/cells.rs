//! Values as screens show them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use watchkeeper_model::{Segment, standing_in};
use watchkeeper_pack::format::{FieldDef, FieldType, ParamDef};
use watchkeeper_pack::pack::REGION;
use watchkeeper_pack::{Kind, value};

use super::view::{
    CellValue, ClockView, ColumnKind, FactView, MoneyView, PausedView, SegmentView, SessionView,
};
use crate::error::Error;
use crate::features::reading::{Reading, Row};

/// What a name of a view or detail panel means in its kind.
pub(super) enum Named<'a> {
    /// A clock.
    Clock(&'a str),
    /// The state.
    State,
    /// A field or computed field of this type.
    Value(FieldType),
    /// A reference to a record of this kind.
    Ref(&'a str),
    /// A region of the pack.
    Region,
    /// An operator.
    Operator,
    /// Something that the operator does not see.
    Hidden,
    /// Nothing that the kind has.
    Nothing,
}

/// Looks a name up.
pub(super) fn named<'a>(kind: &'a Kind, name: &'a str) -> Named<'a> {
    if kind.hidden.contains_key(name) {
        return Named::Hidden;
    }
    if let Some(clock) = name.strip_prefix("clock.") {
        return Named::Clock(clock);
    }
    if name == "state" && !kind.states.is_empty() {
        return Named::State;
    }
    if let Some(def) = kind.fields.get(name) {
        return match (&def.kind, def.type_) {
            (Some(target), FieldType::Ref) => Named::Ref(target),
            _ if name == REGION && def.one_of.is_empty() => Named::Region,
            _ if def.operator => Named::Operator,
            _ => Named::Value(def.type_),
        };
    }
    match kind.computed.get(name) {
        Some(computed) => Named::Value(computed.def.type_),
        None => Named::Nothing,
    }
}

/// A kind has something of this name that can be shown.
pub(super) fn is_known(kind: &Kind, name: &str) -> bool {
    match named(kind, name) {
        Named::Clock(clock) => kind.clocks.contains_key(clock),
        Named::Nothing | Named::Hidden => false,
        Named::State | Named::Value(_) | Named::Ref(_) | Named::Region | Named::Operator => true,
    }
}

/// Name as shown.
pub(super) fn label(kind: &Kind, name: &str) -> String {
    let found = match named(kind, name) {
        Named::Clock(clock) => kind.clocks.get(clock).map(|clock| &clock.def.label),
        Named::State => None,
        Named::Hidden => kind.hidden.get(name),
        _ => kind
            .fields
            .get(name)
            .map(|def| &def.label)
            .or_else(|| kind.computed.get(name).map(|computed| &computed.def.label)),
    };
    found.map_or_else(|| name.to_owned(), String::clone)
}

/// How a column's cells are shown.
pub(super) fn column_kind(kind: &Kind, name: &str) -> ColumnKind {
    match named(kind, name) {
        Named::Clock(_) => ColumnKind::Clock,
        Named::State => ColumnKind::State,
        Named::Value(FieldType::Id) => ColumnKind::Id,
        Named::Value(FieldType::Text) => ColumnKind::Prose,
        Named::Value(FieldType::Integer | FieldType::Number) => ColumnKind::Number,
        Named::Value(FieldType::Money) => ColumnKind::Money,
        Named::Value(FieldType::Timestamp) => ColumnKind::Instant,
        Named::Value(_)
        | Named::Ref(_)
        | Named::Region
        | Named::Operator
        | Named::Hidden
        | Named::Nothing => ColumnKind::Text,
    }
}

/// A record with the computed fields of this instant.
pub(crate) struct Shown<'a> {
    pub(super) kind: &'a Kind,
    pub(super) row: &'a Row,
    volatile: serde_json::Map<String, Value>,
}

impl<'a> Shown<'a> {
    pub(crate) fn new(reading: &Reading<'_>, kind: &'a Kind, row: &'a Row) -> Self {
        let at = (reading.now.at, reading.decided_zone());
        let volatile = value::compute_at(kind, &row.body, &row.computed, at);
        Self {
            kind,
            row,
            volatile,
        }
    }

    fn get(&self, name: &str) -> &Value {
        let row = self.row;
        [&row.body, &self.volatile, &row.computed]
            .into_iter()
            .find_map(|part| part.get(name))
            .unwrap_or(&Value::Null)
    }

    /// A field, computed field, clock or state as it is shown.
    pub(crate) fn value(&self, reading: &Reading<'_>, name: &str) -> Result<CellValue, Error> {
        Ok(match named(self.kind, name) {
            Named::Clock(clock) => {
                clock_view(reading, self.kind, clock, self.row).map_or(CellValue::Empty, |clock| {
                    CellValue::Clock {
                        clock: Box::new(clock),
                    }
                })
            }
            _ => one_value(reading, self.kind, name, self.get(name))?,
        })
    }

    /// A fact of the detail panel.
    pub(crate) fn fact(&self, reading: &Reading<'_>, name: &str) -> Result<FactView, Error> {
        Ok(FactView {
            field: name.to_owned(),
            label: label(self.kind, name),
            value: self.value(reading, name)?,
        })
    }
}

/// A value of a field as it is shown, wherever it comes from.
pub(super) fn one_value(
    reading: &Reading<'_>,
    kind: &Kind,
    name: &str,
    value: &Value,
) -> Result<CellValue, Error> {
    Ok(match named(kind, name) {
        Named::Clock(_) | Named::Nothing => CellValue::Empty,
        Named::Hidden => CellValue::Hidden,
        Named::State => state(kind, value),
        Named::Ref(target) => match value {
            Value::String(id) => CellValue::Text {
                text: reading.title(target, id)?.unwrap_or_else(|| id.clone()),
            },
            other => plain(reading, FieldType::Ref, None, other),
        },
        Named::Region => match value {
            Value::String(id) => CellValue::Text {
                text: reading.pack()?.region_label(id).to_owned(),
            },
            other => plain(reading, FieldType::Id, None, other),
        },
        Named::Operator => match value {
            Value::String(id) => CellValue::Text {
                text: reading.rights.operator(id).to_owned(),
            },
            other => plain(reading, FieldType::Id, None, other),
        },
        Named::Value(type_) => plain(reading, type_, kind.fields.get(name), value),
    })
}

/// What was said for a parameter of an action, as it is shown.
pub(crate) fn said_value(reading: &Reading<'_>, def: &ParamDef, value: &Value) -> CellValue {
    match (def.type_, value) {
        (FieldType::Enum, Value::String(word)) if def.one_of.contains(word) => CellValue::Text {
            text: def.word(word),
        },
        (type_, value) => plain(reading, type_, None, value),
    }
}

fn state(kind: &Kind, value: &Value) -> CellValue {
    match value {
        Value::Null => CellValue::Empty,
        Value::String(id) => match kind.state(id) {
            Some(state) => CellValue::State {
                id: id.clone(),
                label: state.label.clone(),
                tone: state.tone,
            },
            None => CellValue::Unknown { text: id.clone() },
        },
        other => CellValue::Unknown {
            text: other.to_string(),
        },
    }
}

fn plain(
    reading: &Reading<'_>,
    type_: FieldType,
    def: Option<&FieldDef>,
    value: &Value,
) -> CellValue {
    let shown = match (type_, value) {
        (_, Value::Null) => Some(CellValue::Empty),
        (FieldType::Enum, Value::String(word)) => {
            def.filter(|def| def.one_of.contains(word))
                .map(|def| CellValue::Text {
                    text: def.word(word),
                })
        }
        (FieldType::Timestamp, Value::String(text)) => {
            value::instant(text).map(|at| CellValue::Instant {
                at: reading.wall(at),
            })
        }
        (
            FieldType::String | FieldType::Text | FieldType::Id | FieldType::Ref | FieldType::Date,
            Value::String(text),
        ) => Some(CellValue::Text { text: text.clone() }),
        (FieldType::Integer | FieldType::Number, Value::Number(number)) => number
            .as_f64()
            .filter(|number| number.is_finite())
            .map(|number| CellValue::Number { number }),
        (FieldType::Boolean, Value::Bool(on)) => Some(CellValue::Flag { on: *on }),
        (FieldType::Money, Value::Object(money)) => money
            .get("minor")
            .and_then(Value::as_i64)
            .zip(money.get("currency").and_then(Value::as_str))
            .map(|(minor, currency)| CellValue::Money {
                money: money_view(minor, currency),
            }),
        _ => None,
    };
    shown.unwrap_or_else(|| CellValue::Unknown {
        text: value
            .as_str()
            .map_or_else(|| value.to_string(), ToOwned::to_owned),
    })
}

/// An amount as it is shown. Minor units are whole and within ±2^53, so exact.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn money_view(minor: i64, currency: &str) -> MoneyView {
    MoneyView {
        minor: minor as f64,
        currency: currency.to_owned(),
        digits: value::digits(currency),
    }
}

/// Seconds between two instants; exact for any instant that a record may hold.
#[allow(clippy::cast_precision_loss)]
fn seconds(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).num_milliseconds() as f64 / 1_000.0
}

/// A clock of a record.
pub(super) fn clock_view(
    reading: &Reading<'_>,
    kind: &Kind,
    name: &str,
    row: &Row,
) -> Option<ClockView> {
    let clock = kind.clocks.get(name)?;
    let pack = reading.pack().ok()?;
    let now = reading.now.at;
    let fields = (&row.body, &row.computed);
    let settings = &reading.rights.settings;
    let stands = standing_in(pack, kind, clock, fields, (settings, now))?;
    Some(ClockView {
        label: clock.def.label.clone(),
        basis: clock.def.basis.clone(),
        start: reading.wall(stands.start),
        due: reading.wall(stands.due),
        seconds_left: seconds(now, stands.due),
        seconds_total: seconds(stands.start, stands.due),
        tone: stands.tone,
        runs: stands.runs,
        row: clock.def.row.clone(),
        before_session: stands.before_session.map(|(label, at)| SessionView {
            label,
            at: reading.wall(at),
        }),
        paused: stands.paused.map(|paused| PausedView {
            label: paused.label,
            row: paused.row,
            since: reading.wall(paused.since),
        }),
        segments: stands.segments.into_iter().map(segment).collect(),
    })
}

fn segment(segment: Segment) -> SegmentView {
    SegmentView {
        running: segment.running(),
        label: segment.label,
        row: segment.row,
        minutes: segment.minutes,
        counts: segment.counts,
    }
}
