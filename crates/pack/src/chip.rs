//! Filter chips: what an operator asks of a view beyond what the pack says, by the type of a field.
//!
//! A chip becomes the same structured filter that a pack's views have, and so parameterised SQL along
//! the index of its field. Only fields that have one offer chips: those that the pack calls indexed,
//! the state, and references, each of which has an index on the laptop.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::expr::{Allowed, Scope};
use crate::filter::{self, Columns, Filter, Sql};
use crate::format::{FieldType, Operand, OpsDef, TestDef};
use crate::indexes;
use crate::pack::Kind;
use crate::schedule::resolve;
use crate::value;

/// The most days that a chip counts from today.
const MOST_DAYS: u32 = 36_600;
/// Longest text that is asked for, in bytes.
const MOST_TEXT: usize = 512;
/// Sorts behind whatever a text may go on with.
const LAST_CHAR: char = char::MAX;

/// What a field of a record must be.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chip {
    /// Field, stored computed field, or `state`.
    pub field: String,
    /// What it must be.
    pub test: ChipTest,
}

/// What a field must be. Where there is a from and a to both belong to it, and one may be absent.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChipTest {
    /// One of these: states, words of an enum, ids of the records referred to.
    Among {
        /// The values, at most 200.
        values: Vec<String>,
    },
    /// Yes or no.
    Flag {
        /// Which.
        on: bool,
    },
    /// An amount of one currency, in its minor units.
    Money {
        /// ISO 4217.
        currency: String,
        /// Least.
        #[cfg_attr(feature = "bindings", specta(type = Option<i32>))]
        from: Option<i64>,
        /// Most.
        #[cfg_attr(feature = "bindings", specta(type = Option<i32>))]
        to: Option<i64>,
    },
    /// A number.
    Number {
        /// Least.
        #[cfg_attr(feature = "bindings", specta(type = Option<i32>))]
        from: Option<f64>,
        /// Most.
        #[cfg_attr(feature = "bindings", specta(type = Option<i32>))]
        to: Option<f64>,
    },
    /// Days of the tenant's zone, such as `2026-11-20`.
    Days {
        /// First.
        from: Option<String>,
        /// Last.
        to: Option<String>,
    },
    /// Today in the tenant's zone and as many days before as make this number.
    Last {
        /// Days, today included.
        days: u32,
    },
    /// Today in the tenant's zone and as many days after as make this number.
    Next {
        /// Days, today included.
        days: u32,
    },
    /// This text and nothing else.
    Is {
        /// The text.
        text: String,
    },
    /// A text that begins so; capitals count.
    Begins {
        /// How it begins.
        text: String,
    },
    /// It has no value.
    Empty,
}

/// How a field is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Several of its states or words, or of the operators.
    Among,
    /// Yes or no.
    Flag,
    /// From and to of one currency.
    Money,
    /// From and to.
    Number,
    /// Days.
    Days,
    /// Records that it refers to.
    Ref,
    /// Text: is, or begins with.
    Text,
}

/// Why a chip is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No such field, or one without an index.
    #[error("The pack has no such field to filter by.")]
    Field,
    /// The field is of another type.
    #[error("This is no filter for a field of this type.")]
    Type,
    /// Nothing, too much, or something that is no such value is asked for.
    #[error("There is no such value to filter by.")]
    Value,
}

/// The fields of a kind that offer chips: the state first, then by name.
pub fn offered(kind: &Kind) -> Vec<(&str, Asks)> {
    let names = kind.fields.keys().chain(kind.computed.keys());
    let names = names.map(String::as_str).filter(|name| *name != "state");
    ["state"]
        .into_iter()
        .chain(names)
        .filter_map(|name| Some((name, asks(kind, name)?)))
        .collect()
}

/// The fields by which a view may be grouped: few values, or records that many refer to.
pub fn groups(kind: &Kind) -> Vec<&str> {
    offered(kind)
        .into_iter()
        .filter(|(_, asks)| matches!(asks, Asks::Among | Asks::Flag | Asks::Ref))
        .map(|(name, _)| name)
        .collect()
}

/// A record of the kind may have no value there.
pub fn may_be_empty(kind: &Kind, name: &str) -> bool {
    match kind.fields.get(name) {
        Some(def) => def.optional,
        None => kind.computed.contains_key(name),
    }
}

/// How a field is asked for; none where it has no index or the kind does not have it.
pub fn asks(kind: &Kind, name: &str) -> Option<Asks> {
    if name == "state" && !kind.states.is_empty() {
        return Some(Asks::Among);
    }
    let type_ = type_of(kind, name)?;
    if !filter::is_indexed(kind, name) && type_ != FieldType::Ref {
        return None;
    }
    let operator = kind.fields.get(name).is_some_and(|def| def.operator);
    Some(match type_ {
        FieldType::Enum => Asks::Among,
        // Nobody types an id of which they are shown the name.
        FieldType::Id if operator => Asks::Among,
        FieldType::Boolean => Asks::Flag,
        FieldType::Money => Asks::Money,
        FieldType::Integer | FieldType::Number => Asks::Number,
        FieldType::Timestamp | FieldType::Date => Asks::Days,
        FieldType::Ref => Asks::Ref,
        FieldType::String | FieldType::Text | FieldType::Id => Asks::Text,
    })
}

fn type_of(kind: &Kind, name: &str) -> Option<FieldType> {
    match kind.fields.get(name) {
        Some(def) => Some(def.type_),
        None => kind
            .computed
            .get(name)
            .filter(|computed| !computed.volatile)
            .map(|computed| computed.def.type_),
    }
}

impl Chip {
    /// The SQL of this chip over records of a kind, at this instant in the tenant's zone.
    ///
    /// # Errors
    /// Says why it is not possible: a pack may have changed since it was made.
    pub fn sql(&self, kind: &Kind, now: DateTime<Utc>, zone: Tz) -> Result<Sql, Unfit> {
        let asks = asks(kind, &self.field).ok_or(Unfit::Field)?;
        let type_ = match self.field.as_str() {
            "state" if !kind.states.is_empty() => FieldType::String,
            name => type_of(kind, name).ok_or(Unfit::Field)?,
        };
        let today = now.with_timezone(&zone).date_naive();
        let test = self.test.def(asks, type_, (today, zone))?;
        let mut sql = self.compiled(kind, test)?;
        if let ChipTest::Money { currency, .. } = &self.test {
            let minor = filter::column(kind, &self.field).ok_or(Unfit::Field)?;
            sql.text
                .push_str(&format!(" AND {} = ?", filter::currency(&minor)));
            sql.params.push(Value::from(currency.as_str()));
        }
        Ok(sql)
    }

    /// The index along which it is found.
    pub fn index(&self, kind: &Kind) -> String {
        indexes::of_field(kind, &self.field)
    }

    fn compiled(&self, kind: &Kind, test: TestDef) -> Result<Sql, Unfit> {
        // Numbers of any type are compared as numbers: whole ones have no half to be refused for.
        let number = |type_| match type_ {
            FieldType::Integer => FieldType::Number,
            other => other,
        };
        let mut fields = BTreeMap::new();
        let mut computed = BTreeMap::new();
        if let Some(def) = kind.fields.get(&self.field) {
            let mut def = def.clone();
            def.type_ = number(def.type_);
            // A reference that is not called indexed has its index for the sake of titles.
            def.indexed = true;
            fields.insert(self.field.clone(), def);
        } else if let Some(known) = kind.computed.get(&self.field) {
            let mut def = known.def.clone();
            def.type_ = number(def.type_);
            computed.insert(self.field.clone(), def);
        }
        let columns = Columns {
            fields: &fields,
            computed: &computed,
            states: !kind.states.is_empty(),
        };
        let def = BTreeMap::from([(self.field.clone(), test)]);
        let filter = Filter::compile(&def, columns, &Allowed::none()).map_err(|_| Unfit::Value)?;
        filter
            .sql(kind, &Scope::default())
            .map_err(|_| Unfit::Value)
    }
}

impl ChipTest {
    fn def(
        &self,
        asks: Asks,
        type_: FieldType,
        (today, zone): (NaiveDate, Tz),
    ) -> Result<TestDef, Unfit> {
        let between = |from: Option<Value>, to: Option<Value>| {
            if from.is_none() && to.is_none() {
                return Err(Unfit::Value);
            }
            Ok(ops(OpsDef {
                gte: from.map(Operand::Value),
                lte: to.map(Operand::Value),
                ..OpsDef::default()
            }))
        };
        let days = |from, to| days(type_, (from, to), zone);
        match (self, asks) {
            (Self::Among { values }, Asks::Among | Asks::Ref) => Ok(TestDef::Among(
                values
                    .iter()
                    .map(|each| Value::from(each.as_str()))
                    .collect(),
            )),
            (Self::Flag { on }, Asks::Flag) => Ok(TestDef::Is(Value::from(*on))),
            (Self::Money { currency, .. }, Asks::Money) if !value::is_currency(currency) => {
                Err(Unfit::Value)
            }
            (Self::Money { from, to, .. }, Asks::Money) => match (from, to) {
                // All of one currency.
                (None, None) => Ok(ops(OpsDef {
                    absent: Some(false),
                    ..OpsDef::default()
                })),
                (from, to) => between(from.map(Value::from), to.map(Value::from)),
            },
            (Self::Number { from, to }, Asks::Number) => between(number(*from)?, number(*to)?),
            (Self::Days { from, to }, Asks::Days) => {
                days(day(from.as_deref())?, day(to.as_deref())?)
            }
            (Self::Last { days: count }, Asks::Days) => {
                let before = Days::new(u64::from(counted(*count)?));
                days(today.checked_sub_days(before), Some(today))
            }
            (Self::Next { days: count }, Asks::Days) => {
                let after = Days::new(u64::from(counted(*count)?));
                days(Some(today), today.checked_add_days(after))
            }
            (Self::Is { text }, Asks::Text) => Ok(TestDef::Is(Value::from(word(text)?))),
            (Self::Begins { text }, Asks::Text) => {
                let begin = word(text)?;
                Ok(ops(OpsDef {
                    gte: Some(Operand::Value(Value::from(begin))),
                    lt: Some(Operand::Value(Value::from(format!("{begin}{LAST_CHAR}")))),
                    ..OpsDef::default()
                }))
            }
            (Self::Empty, _) => Ok(ops(OpsDef {
                absent: Some(true),
                ..OpsDef::default()
            })),
            _ => Err(Unfit::Type),
        }
    }
}

fn ops(def: OpsDef) -> TestDef {
    TestDef::Ops(Box::new(def))
}

fn number(number: Option<f64>) -> Result<Option<Value>, Unfit> {
    match number {
        Some(number) if !number.is_finite() => Err(Unfit::Value),
        number => Ok(number.map(Value::from)),
    }
}

fn word(text: &str) -> Result<&str, Unfit> {
    (!text.is_empty() && text.len() <= MOST_TEXT)
        .then_some(text)
        .ok_or(Unfit::Value)
}

/// Days beside today.
fn counted(days: u32) -> Result<u32, Unfit> {
    (1..=MOST_DAYS)
        .contains(&days)
        .then(|| days - 1)
        .ok_or(Unfit::Value)
}

fn day(text: Option<&str>) -> Result<Option<NaiveDate>, Unfit> {
    text.map(|text| text.parse().map_err(|_| Unfit::Value))
        .transpose()
}

/// Whole days, both included: of a date as they stand, of an instant from midnight to midnight.
fn days(
    type_: FieldType,
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    zone: Tz,
) -> Result<TestDef, Unfit> {
    if from.is_none() && to.is_none() {
        return Err(Unfit::Value);
    }
    if type_ == FieldType::Date {
        let text = |day: NaiveDate| Operand::Value(Value::from(day.to_string()));
        return Ok(ops(OpsDef {
            gte: from.map(text),
            lte: to.map(text),
            ..OpsDef::default()
        }));
    }
    let midnight = |day: NaiveDate| {
        let at = resolve(day.and_time(NaiveTime::MIN), zone);
        Operand::Value(Value::from(value::instant_text(at)))
    };
    let after = match to {
        Some(day) => Some(day.checked_add_days(Days::new(1)).ok_or(Unfit::Value)?),
        None => None,
    };
    Ok(ops(OpsDef {
        gte: from.map(midnight),
        lt: after.map(midnight),
        ..OpsDef::default()
    }))
}

#[cfg(test)]
mod tests;
