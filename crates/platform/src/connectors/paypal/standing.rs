//! What PayPal's answers say. Pure; what we do not know the word for is not done.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::connectors::{Look, Other, money};

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// Id of the order that a capture belongs to.
pub(super) fn order_of(capture: &Value) -> Option<&str> {
    let order = text(capture, "/supplementary_data/related_ids/order_id");
    order.filter(|order| money::is_id(order))
}

/// All of one sort (`captures`, `refunds`) that an order lists.
fn listed<'a>(order: &'a Value, sort: &'a str) -> impl Iterator<Item = &'a Value> {
    let units = order.get("purchase_units").and_then(Value::as_array);
    units.into_iter().flatten().flat_map(move |unit| {
        let payments = unit.get("payments").and_then(|all| all.get(sort));
        payments.and_then(Value::as_array).into_iter().flatten()
    })
}

/// Does an order say what was paid of it, and so also what went back?
pub(super) fn lists_payments(order: &Value) -> bool {
    listed(order, "captures").next().is_some()
}

/// The refund of an order that carries this key.
pub(super) fn ours<'a>(order: &'a Value, key: &str) -> Option<&'a Value> {
    listed(order, "refunds").find(|refund| text(refund, "/custom_id") == Some(key))
}

/// Refunds of this capture that carry a key and have not come to nothing.
pub(super) fn others(order: &Value, capture: &str) -> Vec<Other> {
    let other = |refund: &Value| {
        let key = text(refund, "/custom_id")?;
        // One that does not say of which capture it is may be of this one.
        let elsewhere = capture_of(refund).is_some_and(|of| of != capture);
        if elsewhere || matches!(of(refund), Look::Failed(_)) {
            return None;
        }
        let at = text(refund, "/create_time").and_then(|at| at.parse::<DateTime<Utc>>().ok());
        Some(Other::refund(key, text(refund, "/id"), amount(refund), at))
    };
    listed(order, "refunds").filter_map(other).collect()
}

/// How a refund stands.
pub(super) fn of(refund: &Value) -> Look {
    match text(refund, "/status") {
        Some("COMPLETED") => Look::Found(refund.clone()),
        Some("FAILED" | "CANCELLED") => {
            let why = text(refund, "/status_details/reason").unwrap_or("no reason given");
            Look::Failed(format!("the refund failed: {why}"))
        }
        _ => Look::UnderWay,
    }
}

/// Name and words of what PayPal finds wrong.
pub(super) fn issue(problem: &Value) -> Option<(&str, &str)> {
    let issue = text(problem, "/details/0/issue").or_else(|| text(problem, "/name"))?;
    let words = text(problem, "/details/0/description").or_else(|| text(problem, "/message"));
    Some((issue, words.unwrap_or("the provider refused")))
}

/// Minor units and currency of an amount.
pub(super) fn amount(of: &Value) -> Option<(i64, &str)> {
    let currency = text(of, "/amount/currency_code")?;
    Some((
        money::minor(text(of, "/amount/value")?, currency)?,
        currency,
    ))
}

/// The capture that a refund says it is of.
fn capture_of(refund: &Value) -> Option<&str> {
    let links = refund.get("links").and_then(Value::as_array);
    let up = |link: &&Value| text(link, "/rel") == Some("up");
    let link = links.into_iter().flatten().find(up)?;
    text(link, "/href")?.rsplit('/').next()
}

/// How a payment stands, for a pack: `status`, and with a capture `capture`, `amount`, `refunded` and
/// `captured_at`, which are null without one. The first capture of the order where none is given.
pub(super) fn of_payment(order: Option<&Value>, capture: Option<&Value>) -> Value {
    let first = order.and_then(|order| listed(order, "captures").next());
    let Some(capture) = capture.or(first) else {
        let status = order.and_then(|order| text(order, "/status"));
        return json!({
            "status": status.unwrap_or("UNKNOWN"),
            "capture": null, "amount": null, "refunded": null, "captured_at": null,
        });
    };
    let id = text(capture, "/id").unwrap_or_default();
    let paid = amount(capture);
    let refunded = paid.zip(order).and_then(|((_, currency), order)| {
        let back = listed(order, "refunds").filter(|refund| capture_of(refund) == Some(id));
        let mut done = back.filter(|refund| text(refund, "/status") == Some("COMPLETED"));
        let sum = done.try_fold(0_i64, |sum, refund| sum.checked_add(amount(refund)?.0));
        Some(json!({"minor": sum?, "currency": currency}))
    });
    json!({
        "status": text(capture, "/status").unwrap_or("UNKNOWN"),
        "capture": id,
        "amount": paid.map(|(minor, currency)| json!({"minor": minor, "currency": currency})),
        "refunded": refunded,
        "captured_at": text(capture, "/create_time"),
    })
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn refund(capture: &str, value: &str, status: &str) -> Value {
        json!({
            "id": "R", "status": status, "custom_id": format!("op:{value}"),
            "amount": {"value": value, "currency_code": "USD"},
            "links": [
                {"rel": "self", "href": "https://p.example/v2/payments/refunds/R"},
                {"rel": "up", "href": format!("https://p.example/v2/payments/captures/{capture}")},
            ],
        })
    }

    fn capture(id: &str) -> Value {
        json!({
            "id": id, "status": "PARTIALLY_REFUNDED", "create_time": "2026-11-18T15:01:00Z",
            "amount": {"value": "33.00", "currency_code": "USD"},
            "supplementary_data": {"related_ids": {"order_id": "O-1"}},
        })
    }

    #[test]
    fn only_what_is_completed_is_done() {
        for (status, done) in [("COMPLETED", true), ("PENDING", false), ("NEW_WORD", false)] {
            let found = of(&refund("C", "1.00", status));
            assert_eq!(matches!(found, Look::Found(_)), done, "{status}");
            assert_eq!(matches!(found, Look::UnderWay), !done, "{status}");
        }
        for status in ["FAILED", "CANCELLED"] {
            let found = of(&refund("C", "1.00", status));
            assert!(matches!(found, Look::Failed(_)), "{status}");
        }
    }

    #[test]
    fn a_refund_is_found_by_our_key_among_all_of_its_order() {
        let refunds = [
            refund("C", "1.00", "COMPLETED"),
            refund("D", "2.00", "PENDING"),
        ];
        let order = json!({"status": "COMPLETED", "purchase_units": [
            {"payments": {"captures": [capture("C"), capture("D")]}},
            {"payments": {"refunds": refunds}},
        ]});
        let found = ours(&order, "op:2.00").and_then(amount);
        assert_eq!(found, Some((200, "USD")));
        assert_eq!(ours(&order, "op:3.00"), None);
        let paid = of_payment(Some(&order), Some(&capture("C")));
        assert_eq!(paid["refunded"], json!({"minor": 100, "currency": "USD"}));
        assert_eq!(paid["status"], "PARTIALLY_REFUNDED");
        // One that is not completed has not gone back.
        let other = of_payment(Some(&order), Some(&capture("D")));
        assert_eq!(other["refunded"]["minor"], 0);
        let first = of_payment(Some(&order), None);
        assert_eq!(first["capture"], "C");
        assert_eq!(first["amount"]["minor"], 3_300);
    }

    #[test]
    fn what_stands_beside_a_refund_is_of_its_capture_carries_a_key_and_has_not_failed() {
        let mut by_hand = refund("C", "5.00", "COMPLETED");
        by_hand["custom_id"] = Value::Null;
        let mut silent = refund("C", "6.00", "PENDING");
        silent["links"] = Value::Null;
        silent["create_time"] = json!("2026-11-18T15:01:00Z");
        let refunds = [
            refund("C", "1.00", "COMPLETED"),
            refund("C", "2.00", "FAILED"),
            refund("D", "3.00", "COMPLETED"),
            by_hand,
            silent,
        ];
        let order = json!({"purchase_units": [{"payments": {"refunds": refunds}}]});
        let found = others(&order, "C");
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.key.as_str(), one.words.as_str()))
            .collect();
        let beside = [
            ("op:1.00", "R of 1.00 USD"),
            ("op:6.00", "R of 6.00 USD, 2026-11-18 15:01 UTC"),
        ];
        assert_eq!(found, beside);
    }

    #[test]
    fn an_order_without_its_payments_does_not_say_that_nothing_went_back() {
        let order = |payments: Value| json!({"purchase_units": [{"payments": payments}]});
        assert!(lists_payments(&order(json!({"captures": [capture("C")]}))));
        for silent in [json!({}), order(json!({})), order(json!({"captures": []}))] {
            assert!(!lists_payments(&silent), "{silent}");
        }
    }

    #[test]
    fn more_than_can_be_counted_is_not_counted() {
        let most = refund("C", "92233720368547758.07", "COMPLETED");
        let order =
            |refunds: Value| json!({"purchase_units": [{"payments": {"refunds": refunds}}]});
        let paid = |order: Value| of_payment(Some(&order), Some(&capture("C")));
        let one = paid(order(json!([most])));
        assert_eq!(one["refunded"]["minor"], i64::MAX);
        let two = paid(order(json!([most, most])));
        assert_eq!(two["refunded"], Value::Null);
    }

    #[test]
    fn an_order_that_was_never_captured_says_only_its_status() {
        let order = json!({"status": "CREATED", "purchase_units": [{"payments": {}}]});
        let stands = of_payment(Some(&order), None);
        assert_eq!(stands["status"], "CREATED");
        assert_eq!(stands["capture"], Value::Null);
    }
}
