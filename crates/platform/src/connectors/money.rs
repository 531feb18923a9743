//! Money as providers write it. Ours is in minor units of ISO 4217, and each provider has exceptions of
//! its own; what it does not take of a currency is never rounded.

use serde_json::{Number, Value};
use watchkeeper_model::Call;
use watchkeeper_pack::value::{digits, money_text};

/// Without decimals by ISO 4217, and written with two zeros at Stripe as long ago.
const STRIPE_WITH_ZEROS: [&str; 2] = ["ISK", "UGX"];
/// With hundredths by ISO 4217, and none at Stripe. (HUF and TWD have none in its payouts alone.)
const STRIPE_WHOLE: [&str; 1] = ["MGA"];
/// With hundredths by ISO 4217, and none at PayPal.
const PAYPAL_WHOLE: [&str; 2] = ["HUF", "TWD"];

/// An argument that is money above zero: minor units and ISO 4217 code.
pub(super) fn argument<'a>(call: &'a Call, name: &str) -> Option<(i64, &'a str)> {
    let amount = call.args.get(name)?;
    let minor = amount.get("minor").and_then(Value::as_i64)?;
    let currency = amount.get("currency").and_then(Value::as_str)?;
    let code = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
    (minor > 0 && code).then_some((minor, currency))
}

/// What is said where a provider moved another amount than a call asks for: minor units and currency.
pub(super) fn differs(call: &Call, (moved, of): (i64, &str)) -> Option<String> {
    let (minor, currency) = argument(call, "amount")?;
    let same = moved == minor && of.eq_ignore_ascii_case(currency);
    (!same).then(|| {
        let of = super::line::short(&of.to_uppercase());
        let (moved, minor) = (money_text(moved, &of), money_text(minor, currency));
        format!(
            "The provider says that it moved {moved} {of}, and {minor} {currency} was asked for."
        )
    })
}

/// An amount as Stripe counts it. None for a part of the currency that it does not take.
pub(super) fn to_stripe(minor: i64, currency: &str) -> Option<i64> {
    if STRIPE_WITH_ZEROS.contains(&currency) {
        return minor.checked_mul(100);
    }
    if STRIPE_WHOLE.contains(&currency) {
        return whole(minor);
    }
    // Of thousandths the last digit has to be 0.
    (digits(currency) != 3 || minor % 10 == 0).then_some(minor)
}

/// The minor units of an amount as Stripe counts it. None for what is none there.
pub(super) fn of_stripe(amount: i64, currency: &str) -> Option<i64> {
    let minor = match currency {
        zeros if STRIPE_WITH_ZEROS.contains(&zeros) => amount / 100,
        none if STRIPE_WHOLE.contains(&none) => amount.checked_mul(100)?,
        _ => amount,
    };
    (to_stripe(minor, currency) == Some(amount)).then_some(minor)
}

/// An amount as PayPal wants it: `22.00`. None for a part of the currency that it does not take.
pub(super) fn to_paypal(minor: i64, currency: &str) -> Option<String> {
    if PAYPAL_WHOLE.contains(&currency) {
        return whole(minor).map(|whole| whole.to_string());
    }
    Some(money_text(minor, currency))
}

/// An amount as Wise wants it: the number 22.0. None where that number would be another amount.
pub(super) fn to_wise(minor: i64, currency: &str) -> Option<Number> {
    let number = Number::from_f64(money_text(minor, currency).parse().ok()?)?;
    (self::minor(&number.to_string(), currency) == Some(minor)).then_some(number)
}

fn whole(minor: i64) -> Option<i64> {
    (minor % 100 == 0).then_some(minor / 100)
}

/// Minor units of a decimal, which may come as a number or as text.
pub(super) fn decimal(amount: &Value, currency: &str) -> Option<i64> {
    match amount {
        Value::String(text) => minor(text, currency),
        Value::Number(number) => minor(&number.to_string(), currency),
        _ => None,
    }
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
    use serde_json::json;

    use super::*;

    #[test]
    fn another_amount_or_currency_than_was_asked_for_is_told() {
        let asked = json!({"amount": {"minor": 2_299, "currency": "USD"}});
        let call = super::super::tests::call("refund", asked);
        assert_eq!(differs(&call, (2_299, "usd")), None);
        for (moved, of, told) in [(2_200, "usd", "22.00 USD"), (2_299, "EUR", "22.99 EUR")] {
            let said = differs(&call, (moved, of)).unwrap_or_default();
            assert!(said.contains(told) && said.contains("22.99 USD"), "{said}");
        }
    }

    #[test]
    fn stripe_counts_each_currency_as_it_publishes() {
        for (minor, currency, amount) in [
            (2_299, "USD", Some(2_299)),
            (1_200, "JPY", Some(1_200)),
            (7, "KRW", Some(7)),
            // Five krónur or shillings are 500.
            (5, "ISK", Some(500)),
            (5, "UGX", Some(500)),
            (i64::MAX, "ISK", None),
            // Charges and refunds of these have hundredths.
            (1_250, "HUF", Some(1_250)),
            (80_045, "TWD", Some(80_045)),
            (500, "MGA", Some(5)),
            (550, "MGA", None),
            (5_120, "KWD", Some(5_120)),
            (5_124, "KWD", None),
            (9, "BHD", None),
            (10, "TND", Some(10)),
        ] {
            assert_eq!(to_stripe(minor, currency), amount, "{minor} {currency}");
            if let Some(amount) = amount {
                assert_eq!(of_stripe(amount, currency), Some(minor), "{currency}");
            }
        }
        for (amount, currency) in [(550, "ISK"), (501, "UGX"), (5_124, "OMR")] {
            assert_eq!(of_stripe(amount, currency), None, "{amount} {currency}");
        }
    }

    #[test]
    fn amounts_are_written_as_paypal_wants_them() {
        for (minor, currency, text) in [
            (2_299, "USD", Some("22.99")),
            (1_200, "JPY", Some("1200")),
            (1_200, "HUF", Some("12")),
            (1_250, "HUF", None),
            (300, "TWD", Some("3")),
            (301, "TWD", None),
            (1_234, "TND", Some("1.234")),
        ] {
            let written = to_paypal(minor, currency);
            assert_eq!(written.as_deref(), text, "{minor} {currency}");
            if let Some(text) = text {
                assert_eq!(
                    super::minor(text, currency),
                    Some(minor),
                    "{text} {currency}"
                );
            }
        }
    }

    #[test]
    fn amounts_are_written_as_wise_wants_them_or_not_at_all() {
        for (minor, currency, number) in [
            (12_050, "USD", json!(120.5)),
            (1, "USD", json!(0.01)),
            (1_200, "JPY", json!(1200.0)),
            (5, "ISK", json!(5.0)),
            (1_234, "KWD", json!(1.234)),
            (99_999_999_999_999, "EUR", json!(999_999_999_999.99)),
        ] {
            let written = to_wise(minor, currency).map(Value::Number);
            assert_eq!(written, Some(number.clone()), "{minor} {currency}");
            assert_eq!(decimal(&number, currency), Some(minor), "{number}");
        }
        // No such number is near enough.
        assert_eq!(to_wise(i64::MAX, "USD"), None);
        assert_eq!(decimal(&json!("5.50"), "USD"), Some(550));
        assert_eq!(decimal(&json!(5), "USD"), Some(500));
        for no in [
            json!(-5.5),
            json!(0.001),
            json!(1e30),
            json!(null),
            json!([5]),
        ] {
            assert_eq!(decimal(&no, "USD"), None, "{no}");
        }
    }

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
            ("1.2", "BHD", Some(1_200)),
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
