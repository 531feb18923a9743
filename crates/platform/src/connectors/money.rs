//! Money as providers write it: decimal numbers beside a currency.

use serde_json::Value;
use watchkeeper_model::Call;
use watchkeeper_pack::value::digits;

/// An argument that is money above zero: minor units and ISO 4217 code.
pub(super) fn argument<'a>(call: &'a Call, name: &str) -> Option<(i64, &'a str)> {
    let amount = call.args.get(name)?;
    let minor = amount.get("minor").and_then(Value::as_i64)?;
    let currency = amount.get("currency").and_then(Value::as_str)?;
    let code = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
    (minor > 0 && code).then_some((minor, currency))
}

/// Minor units of a decimal number such as `22.00`. None for what is no such number, or finer than the
/// currency is.
pub(super) fn minor(text: &str, currency: &str) -> Option<i64> {
    let digits = usize::from(digits(currency));
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let (kept, finer) = rest.split_at_checked(digits).unwrap_or((rest, ""));
    let numbers = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !numbers(whole) || !numbers(kept) || finer.bytes().any(|b| b != b'0') {
        return None;
    }
    format!("{whole}{kept:0<digits$}").parse().ok()
}

/// An id that may stand in the path of an address.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_number_is_read_as_minor_units_or_not_at_all() {
        for (text, currency, read) in [
            ("22.00", "USD", Some(2_200)),
            ("0.5", "USD", Some(50)),
            ("22", "USD", Some(2_200)),
            ("22.990", "USD", Some(2_299)),
            ("22.001", "USD", None),
            ("1200", "JPY", Some(1_200)),
            ("1200.0", "JPY", Some(1_200)),
            ("-1.00", "USD", None),
            (".50", "USD", None),
            ("1.x", "USD", None),
            ("", "USD", None),
        ] {
            assert_eq!(minor(text, currency), read, "{text} {currency}");
        }
    }

    #[test]
    fn an_id_leads_nowhere_else() {
        assert!(is_id("3C679366HH908993F") && is_id("cap-48474"));
        for bad in ["", "..", "a/b", "a?b", "a b", "a%2f"] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
