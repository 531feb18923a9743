//! Records of the live shopping pack, whole from the few fields that matter.

use serde_json::{Value, json};

use crate::packs::LIVE_SHOPPING;
use crate::records::Records;

/// Friday, 20 November 2026, 10:00 in New York.
pub const NOW: &str = "2026-11-20T15:00:00.000Z";
pub const OP: [&str; 1] = ["operations_team"];

/// A record with other fields.
pub fn with(body: Value, fields: Value) -> Value {
    match (body, fields) {
        (Value::Object(mut body), Value::Object(fields)) => {
            body.extend(fields);
            Value::Object(body)
        }
        (body, _) => panic!("{body}"),
    }
}

pub fn live() -> Records {
    Records::of(&LIVE_SHOPPING)
}

pub fn usd(minor: i64) -> Value {
    json!({"minor": minor, "currency": "USD"})
}

/// A captured order of 100 dollars.
pub fn order(number: &str, fields: Value) -> Value {
    let body = json!({
        "number": number, "email": "kim@example.com", "total": usd(10_000), "refunded": usd(0),
        "placed_at": "2026-11-18T15:00:00.000Z", "captured_at": "2026-11-18T15:01:00.000Z",
        "payment": "pay-1", "capture_id": "CAP-1", "state": "paid",
    });
    with(body, fields)
}

/// A capture of 100 dollars.
pub fn payment(capture: &str, fields: Value) -> Value {
    let body = json!({
        "capture_id": capture, "order": "o-1", "order_number": "o-1", "email": "kim@example.com",
        "amount": usd(10_000), "at": "2026-11-20T14:00:00.000Z", "refunded": usd(0),
        "state": "succeeded",
    });
    with(body, fields)
}

/// A creator whom Wise knows; the handle is the id.
pub fn creator(handle: &str, fields: Value) -> Value {
    let body = json!({
        "handle": handle, "name": "Ada", "email": "ada@example.com", "wise_recipient": "W-1",
        "bank": "good", "followers": 1, "shows": 1, "mean_viewers": 1, "sales_90_days": usd(0),
    });
    with(body, fields)
}

/// 1000 dollars of orders, 400 of costs, 20 percent.
pub fn payout(number: &str, fields: Value) -> Value {
    let body = json!({
        "number": number, "sort": "weekly", "batch": "b-1", "batch_number": "b-1",
        "once_key": "b-1/ada", "creator": "ada", "email": "ada@example.com",
        "order_total": usd(100_000), "product_cost": usd(25_000), "shipping_cost": usd(10_000),
        "platform_fee": usd(5_000), "commission_percent": 20, "clawback": usd(0),
        "carried_in": usd(0), "adjustment": usd(0), "wise_recipient": "W-1", "bank_ok": true,
        "created_at": "2026-11-20T14:30:00.000Z", "tries": 0, "state": "ready",
    });
    with(body, fields)
}

pub fn batch(fields: Value) -> Value {
    let body = json!({
        "number": "b-1", "scheduled_for": "2026-11-20T19:00:00.000Z", "state": "planned",
    });
    with(body, fields)
}

/// A dispute at which PayPal waits for us.
pub fn dispute(fields: Value) -> Value {
    let body = json!({
        "number": "PP-D-1", "order": "o-1", "order_number": "o-1", "email": "kim@example.com",
        "amount": usd(10_000), "reason": "item_not_received",
        "opened_at": "2026-11-20T10:00:00.000Z",
        "provider_status": "WAITING_FOR_SELLER_RESPONSE", "provider_stage": "CHARGEBACK",
        "can_submit": true, "response_due_at": "2026-11-25T15:00:00.000Z",
        "pack_id": "pack-1", "state": "evidence_building",
    });
    with(body, fields)
}

pub fn show(number: &str, fields: Value) -> Value {
    let body = json!({
        "number": number, "name": "Evening show", "creator": "ada",
        "starts_at": "2026-11-20T15:20:00.000Z", "creator_online": true, "products": 3,
        "pinned": 3, "short_products": 0, "price_drops": 1, "price_drops_set": 1,
        "reminded_at": "2026-11-20T14:00:00.000Z", "viewers": 0, "peak_viewers": 0,
        "chat_messages": 0, "sales": usd(0), "recording": "none", "clips": 0, "state": "planned",
    });
    with(body, fields)
}

/// A product with 20 pieces, reordered below 10.
pub fn product(sku: &str, fields: Value) -> Value {
    let body = json!({
        "sku": sku, "name": "Lamp", "supplier": "s-1", "supplier_email": "s@example.com",
        "price": usd(5_000), "unit_cost": usd(2_000), "stock": 20, "reserved": 0, "buffer": 0,
        "popular": false, "reorder_point": 10, "reorder_quantity": 50,
        "listed_at": "2026-01-01T00:00:00.000Z",
    });
    with(body, fields)
}

/// A risky order without any sign.
pub fn fraud(number: &str, fields: Value) -> Value {
    let body = json!({
        "number": number, "order": "o-1", "order_number": "o-1", "email": "kim@example.com",
        "amount": usd(10_000), "capture_id": "CAP-1", "score": 71,
        "flagged_at": "2026-11-20T14:00:00.000Z", "ip_orders": 1, "device_known": true,
        "ip_reputation": "good", "geo_mismatch": false, "payment_history": "good",
        "address_mismatch": false, "high_first": false, "vpn": false, "odd_email": false,
        "failed_payments": 0, "state": "flagged",
    });
    with(body, fields)
}

pub fn refund(number: &str, fields: Value) -> Value {
    let body = json!({
        "number": number, "order": "o-1", "order_number": "o-1", "email": "kim@example.com",
        "amount": usd(4_000), "capture_id": "CAP-1", "requested_at": "2026-11-20T09:00:00.000Z",
        "state": "reviewed",
    });
    with(body, fields)
}

/// A return of an order that was delivered on 20 October 2026, in the afternoon.
pub fn return_case(fields: Value) -> Value {
    let body = json!({
        "number": "RMA-o-1", "order": "o-1", "order_number": "o-1", "email": "kim@example.com",
        "sort": "return", "reason": "too small", "wish": "refund", "amount": usd(10_000),
        "capture_id": "CAP-1", "requested_at": "2026-11-19T15:00:00.000Z",
        "ordered_at": "2026-10-15T15:00:00.000Z", "counts_from": "2026-10-20T19:30:00.000Z",
        "basis": "delivery", "state": "requested",
    });
    with(body, fields)
}

/// The code and row of a refusal.
pub fn by(code: &str, row: &str) -> Option<(String, Option<String>)> {
    Some((code.to_owned(), Some(row.to_owned())))
}

/// Policy lets it through.
pub fn passes() -> Option<(String, Option<String>)> {
    None
}

/// Every action starts from exactly these states and from no other.
pub fn starts_from(kind: &str, body: &Value, table: &[(&str, &[&str])]) {
    let def = LIVE_SHOPPING.kind(kind).unwrap();
    let mut told: Vec<&str> = table.iter().map(|(action, _)| *action).collect();
    told.sort_unstable();
    let known: Vec<&str> = def.actions.keys().map(String::as_str).collect();
    assert_eq!(known, told, "{kind}");
    for state in &def.states {
        let records = live();
        records.add("order", "o-1", order("o-1", json!({})));
        records.add(kind, "it", with(body.clone(), json!({"state": state.id})));
        for (action, from) in table {
            let said = records.refused((kind, "it"), (action, json!({})), &OP, NOW);
            let legal = said.is_none_or(|(code, _)| code != "action.wrong_state");
            let wanted = from.contains(&state.id.as_str());
            assert_eq!(legal, wanted, "{kind}: {action} from {}", state.id);
        }
    }
}

/// The ids of a kind's states, in order.
pub fn states_of(kind: &str) -> Vec<&'static str> {
    let states = &LIVE_SHOPPING.kind(kind).unwrap().states;
    states.iter().map(|state| state.id.as_str()).collect()
}
