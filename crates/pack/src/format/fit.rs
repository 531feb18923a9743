//! What a value of a setting or control has to be.

use serde_json::Value;

use super::record::FieldType;

/// What fits.
pub(super) struct Wanted<'a> {
    /// Its type; that of the default where absent.
    pub type_: Option<FieldType>,
    /// Allowed values; any where empty.
    pub one_of: &'a [Value],
    /// Where nothing is said.
    pub default: &'a Value,
    /// Least and most of a number.
    pub bounds: (Option<f64>, Option<f64>),
}

impl Wanted<'_> {
    pub(super) fn accepts(&self, value: &Value) -> Result<(), Unfit> {
        too_large(value)?;
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return Err(Unfit::Empty);
        }
        if !self.one_of.is_empty() && !self.one_of.contains(value) {
            return Err(Unfit::NotAllowed);
        }
        let right = match self.type_ {
            Some(type_) => is_of(type_, value),
            None => like(self.default, value),
        };
        if !right {
            return Err(Unfit::Type);
        }
        let (least, most) = self.bounds;
        let outside = value.as_f64().is_some_and(|number| {
            least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most)
        });
        if outside {
            return Err(Unfit::Bounds);
        }
        Ok(())
    }
}

pub(super) fn too_large(value: &Value) -> Result<(), Unfit> {
    if crate::value::weight(value) > MAX_SETTING {
        return Err(Unfit::TooLarge);
    }
    Ok(())
}

/// Heaviest value of a setting or control, in bytes: expressions and texts may join it many times.
pub const MAX_SETTING: usize = 4 << 10;

/// Why a value does not fit a setting or control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is empty.
    #[error("nothing is said")]
    Empty,
    /// Others are allowed.
    #[error("this is none of the allowed values")]
    NotAllowed,
    /// Another type.
    #[error("this value is of another type")]
    Type,
    /// Too small or too large a number.
    #[error("this number is too small or too large")]
    Bounds,
    /// A zone is asked for, and this is none.
    #[error("this is no IANA time zone such as `Europe/Paris`")]
    Zone,
    /// Too much of it.
    #[error("a value has at most {MAX_SETTING} bytes")]
    TooLarge,
}

/// A value of this type.
pub(crate) fn is_of(type_: FieldType, value: &Value) -> bool {
    match type_ {
        FieldType::Integer => value.is_i64() || value.is_u64(),
        FieldType::Number => value.is_number(),
        FieldType::Boolean => value.is_boolean(),
        FieldType::Money => is_money(value),
        FieldType::String
        | FieldType::Text
        | FieldType::Id
        | FieldType::Timestamp
        | FieldType::Date
        | FieldType::Ref
        | FieldType::Enum => value.is_string(),
    }
}

/// An amount, whole minor units with their currency, and nothing else.
fn is_money(value: &Value) -> bool {
    let Some(money) = value.as_object() else {
        return false;
    };
    let currency = money.get("currency").and_then(Value::as_str);
    money.len() == 2
        && money.get("minor").is_some_and(Value::is_i64)
        && currency.is_some_and(crate::value::is_currency)
}

/// A value of the same type as the default, where there is one.
fn like(default: &Value, value: &Value) -> bool {
    match default {
        Value::Null => true,
        Value::Bool(_) => value.is_boolean(),
        Value::Number(number) if number.is_f64() => value.is_number(),
        Value::Number(_) => value.is_i64() || value.is_u64(),
        Value::String(_) => value.is_string(),
        Value::Array(_) => value.is_array(),
        Value::Object(_) => value.is_object(),
    }
}
