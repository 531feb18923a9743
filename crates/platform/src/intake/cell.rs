//! A cell of a CSV file as a value of its field.

use serde_json::{Number, Value, json};
use watchkeeper_pack::format::{FieldDef, FieldType};
use watchkeeper_pack::value;

/// What stands in a cell that is not empty, in the canonical form of its field. `currency` is what
/// another column says.
pub(super) fn read(
    name: &str,
    def: &FieldDef,
    cell: &str,
    currency: Option<&str>,
) -> Result<Value, String> {
    let trimmed = cell.trim();
    let value: Value = match def.type_ {
        FieldType::String | FieldType::Text => cell.into(),
        FieldType::Id
        | FieldType::Ref
        | FieldType::Enum
        | FieldType::Timestamp
        | FieldType::Date => trimmed.into(),
        FieldType::Boolean if trimmed.eq_ignore_ascii_case("true") => true.into(),
        FieldType::Boolean if trimmed.eq_ignore_ascii_case("false") => false.into(),
        FieldType::Boolean => return Err("expected true or false".into()),
        FieldType::Integer => match trimmed.parse::<i64>() {
            Ok(whole) => whole.into(),
            Err(_) => return Err("expected a whole number".into()),
        },
        FieldType::Number => number(trimmed).ok_or("expected a number such as 12.5")?,
        FieldType::Money => money(trimmed, currency)?,
    };
    value::fits(name, def, &value).map_err(|fault| format!("expected {}", fault.expected))
}

fn number(text: &str) -> Option<Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    // Neither words for what is no number, nor what is none.
    let plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let number = text
        .bytes()
        .all(plain)
        .then(|| text.parse::<f64>().ok())??;
    Number::from_f64(number).map(Value::Number)
}

/// `12.34 EUR`, or `12.34` where another column has the currency.
fn money(text: &str, beside: Option<&str>) -> Result<Value, String> {
    let mut words = text.split_whitespace();
    let (amount, within) = (words.next().unwrap_or_default(), words.next());
    if words.next().is_some() {
        return Err("expected an amount such as 12.34 EUR".into());
    }
    let currency = match (within, beside) {
        (Some(one), Some(other)) if one != other => {
            return Err("another currency stands beside it".into());
        }
        (Some(currency), _) | (None, Some(currency)) => currency,
        (None, None) => return Err("an amount without a currency".into()),
    };
    if !value::is_currency(currency) {
        return Err("expected a currency such as EUR".into());
    }
    let digits = usize::from(value::digits(currency));
    let Some(minor) = minor(amount, digits) else {
        let form = match digits {
            0 => "a whole amount such as 1200".to_owned(),
            _ => format!("an amount such as 12.{}", "0".repeat(digits)),
        };
        return Err(format!("expected {form}, without marks of thousands"));
    };
    Ok(json!({"minor": minor, "currency": currency}))
}

/// Minor units of an amount with at most so many digits behind the point.
fn minor(amount: &str, digits: usize) -> Option<i64> {
    let (below_zero, amount) = match amount.strip_prefix('-') {
        Some(amount) => (true, amount),
        None => (false, amount),
    };
    let (whole, part) = match amount.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (amount, ""),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(part) || part.len() > digits {
        return None;
    }
    let minor: i64 = format!("{whole}{part:0<digits$}").parse().ok()?;
    Some(if below_zero { -minor } else { minor })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn def(type_: &str, one_of: &[&str]) -> FieldDef {
        serde_json::from_value(json!({
            "type": type_, "label": "Field", "kind": null, "one_of": one_of, "optional": true,
        }))
        .unwrap()
    }

    fn reads(type_: &str, cell: &str) -> Option<Value> {
        read("field", &def(type_, &["a", "b"]), cell, None).ok()
    }

    #[test]
    fn cells_are_values_of_their_type_or_refused() {
        assert_eq!(reads("integer", " 12 "), Some(json!(12)));
        assert_eq!(reads("integer", "12.0"), None);
        assert_eq!(reads("number", "12.5"), Some(json!(12.5)));
        assert_eq!(reads("number", "-3"), Some(json!(-3)));
        for none in ["inf", "NaN", "1,5", "1e999", "--1", ""] {
            assert_eq!(reads("number", none), None, "{none}");
        }
        assert_eq!(reads("boolean", "TRUE"), Some(json!(true)));
        assert_eq!(reads("boolean", "1"), None);
        assert_eq!(reads("enum", "b"), Some(json!("b")));
        assert_eq!(reads("enum", "c"), None);
        assert_eq!(reads("text", " =1 "), Some(json!(" =1 ")));
        assert_eq!(
            reads("timestamp", "2026-11-20T13:00:00+01:00"),
            Some(json!("2026-11-20T12:00:00.000Z"))
        );
        assert_eq!(reads("timestamp", "20.11.2026"), None);
        assert_eq!(reads("date", "2026-11-20"), Some(json!("2026-11-20")));
        assert_eq!(reads("date", "2026-11-31"), None);
    }

    #[test]
    fn amounts_have_a_currency_and_the_digits_that_it_has() {
        let read = |cell: &str, beside| read("fee", &def("money", &[]), cell, beside);
        let euro = |minor: i64| Ok(json!({"minor": minor, "currency": "EUR"}));
        assert_eq!(read("12.34 EUR", None), euro(1234));
        assert_eq!(read("12.34", Some("EUR")), euro(1234));
        assert_eq!(read("12.3", Some("EUR")), euro(1230));
        assert_eq!(read("12 EUR", Some("EUR")), euro(1200));
        assert_eq!(read("-0.05 EUR", None), euro(-5));
        assert_eq!(
            read("1200 JPY", None),
            Ok(json!({"minor": 1200, "currency": "JPY"}))
        );
        for none in [
            "12.34",
            "12,34 EUR",
            "1,200.00 EUR",
            "12.345 EUR",
            "12. EUR",
            ".5 EUR",
            "12.34 eur",
            "12.0 JPY",
            "12 EUR net",
            "EUR 12",
            "99999999999999999999 EUR",
        ] {
            assert!(read(none, None).is_err(), "{none}");
        }
        assert!(read("12 EUR", Some("USD")).is_err());
    }
}
