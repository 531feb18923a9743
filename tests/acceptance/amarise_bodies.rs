//! Records of the AMARISÉ pack, whole, from the few fields that matter to a test.

use serde_json::{Value, json};
use watchkeeper_model::Outcome;

use crate::packs::AMARISE;
use crate::records::Records;

/// Friday, 20 November 2026, 02:00 in Paris.
pub const NOW: &str = "2026-11-20T01:00:00.000Z";

/// Everybody who may do what needs a role.
pub const ROLES: &[&str] = &["operator", "legal_counsel", "founder", "cs_lead"];

/// `base` with these fields put into it.
pub fn with(mut base: Value, fields: Value) -> Value {
    let fields = fields.as_object().unwrap().clone();
    base.as_object_mut().unwrap().extend(fields);
    base
}

pub fn eur(minor: i64) -> Value {
    money(minor, "EUR")
}

pub fn money(minor: i64, currency: &str) -> Value {
    json!({"minor": minor, "currency": currency})
}

/// A paid order of 2000.00 euro.
pub fn order(number: &str, fields: Value) -> Value {
    let base = json!({
        "number": number, "customer": "c-1", "email": "kim@shop.example", "region": "eu",
        "total": eur(200_000), "paid": true, "items": 2,
        "placed_at": "2026-11-19T12:00:00.000Z", "state": "confirmed",
    });
    with(base, fields)
}

/// A refund of 22.00 euro that can be worked on since an hour.
pub fn refund(number: &str, fields: Value) -> Value {
    let base = json!({
        "number": number, "order": "o-1", "customer": "c-1", "email": "kim@shop.example",
        "region": "eu", "amount": eur(2200), "asked": eur(2200), "scope": "full",
        "reason": "It does not fit.", "requested_at": "2026-11-19T20:00:00.000Z",
        "actionable_at": "2026-11-20T00:00:00.000Z", "charge_id": "ch_1", "state": "requested",
    });
    with(base, fields)
}

/// A return of order `o-1`.
pub fn return_case(number: &str, fields: Value) -> Value {
    let base = json!({
        "number": number, "order": "o-1", "customer": "c-1", "email": "kim@shop.example",
        "region": "eu", "items": "One coat", "reason": "It does not fit.",
        "asked_at": "2026-11-19T12:00:00.000Z", "state": "requested",
    });
    with(base, fields)
}

/// A customer without any flag.
pub fn customer(code: &str, fields: Value) -> Value {
    let base = json!({
        "code": code, "name": "Kim", "email": "kim@shop.example", "region": "eu",
        "since": "2025-01-01T00:00:00.000Z", "lifetime": eur(10_000), "orders": 5, "returned": 0,
        "disputes": 0, "marketing_consent": true, "legal_hold": false, "state": "active",
    });
    with(base, fields)
}

/// Stock of a product that is sold.
pub fn stock(sku: &str, units: i64, fields: Value) -> Value {
    let base = json!({
        "product": "p-1", "sku": sku, "location": "Lyon", "region": "eu", "units": units,
        "counted_at": "2026-11-20T00:00:00.000Z", "sold": true,
    });
    with(base, fields)
}

/// A day of one region that is over.
pub fn shop_day(region: &str, at: &str, fields: Value) -> Value {
    let base = json!({
        "region": region, "day": "2026-11-19", "at": at, "current": false, "visits": 0,
        "product_views": 0, "carts": 0, "abandoned": 0, "checkouts": 0, "orders": 0,
        "orders_average": 0.0, "revenue": eur(0),
    });
    with(base, fields)
}

/// A ticket, not escalated.
pub fn ticket(number: &str, fields: Value) -> Value {
    let base = json!({
        "number": number, "customer": "c-1", "region": "eu", "subject": "Where is my parcel?",
        "text": "It was to come on Monday.", "priority": false,
        "opened_at": "2026-11-19T12:00:00.000Z", "state": "open",
    });
    with(base, fields)
}

/// An edit of a list price by one cent.
pub fn price_change(number: &str, fields: Value) -> Value {
    let base = json!({
        "number": number, "product": "p-1", "price": "price-1", "region": "eu",
        "new_price": eur(10_001), "old_price": eur(10_000), "reason": "Costs rose.",
        "requested_by": "op-2", "requested_at": "2026-11-19T12:00:00.000Z",
        "for_incident": false, "state": "requested",
    });
    with(base, fields)
}

/// A promotion of so many percent.
pub fn promotion(number: &str, off: f64, fields: Value) -> Value {
    let base = json!({
        "number": number, "name": "Winter", "region": "eu", "off_percent": off,
        "covers": "All coats", "starts_at": "2026-11-21T00:00:00.000Z",
        "ends_at": "2026-12-01T00:00:00.000Z", "requested_by": "op-2",
        "requested_at": "2026-11-19T12:00:00.000Z", "for_incident": false, "state": "requested",
    });
    with(base, fields)
}

/// A new SKU.
pub fn product(sku: &str, fields: Value) -> Value {
    let base = json!({
        "sku": sku, "name": "Coat", "collection": "Winter", "planned_price": eur(10_000),
        "proposed_by": "op-2", "proposed_at": "2026-11-19T12:00:00.000Z", "state": "proposed",
    });
    with(base, fields)
}

/// A change of the homepage.
pub fn content_change(number: &str, fields: Value) -> Value {
    let base = json!({
        "number": number, "page": "Start", "place": "homepage", "summary": "Another picture",
        "requested_by": "op-2", "requested_at": "2026-11-19T12:00:00.000Z",
        "for_incident": false, "state": "requested",
    });
    with(base, fields)
}

/// A request of customer `c-1` whose identity is checked.
pub fn privacy(number: &str, request: &str, received: &str, fields: Value) -> Value {
    let base = json!({
        "number": number, "request": request, "customer": "c-1", "email": "kim@shop.example",
        "region": "eu", "received_at": received, "identity_checked": true, "state": "received",
    });
    with(base, fields)
}

/// A payment gateway.
pub fn gateway(state: &str) -> Value {
    json!({
        "name": "Gateway", "regions": "EU and UK", "checked_at": NOW,
        "since": "2026-11-20T00:30:00.000Z", "state": state,
    })
}

/// A refusal as [`Records::refused`] gives it.
pub fn by(code: &str, row: &str) -> Option<(String, Option<String>)> {
    Some((code.to_owned(), Some(row.to_owned())))
}

/// Each action of a kind tried in each of its states. `records` has one record for each state, under
/// the state's name. The table says what is legal: action, state, and what comes of it (the state
/// then, `-` where it stays, or the code of a refusal that is not about the state). All else is
/// refused for the state.
pub fn machine(
    records: &Records,
    kind: &str,
    states: &[&str],
    params: fn(&str) -> Value,
    table: &[(&str, &[&str], &str)],
) {
    let known = AMARISE.kind(kind).unwrap();
    let found: Vec<&str> = known.states.iter().map(|state| state.id.as_str()).collect();
    assert_eq!(found, states, "{kind}");
    for (action, from, _) in table {
        assert!(known.actions.contains_key(*action), "{kind}.{action}");
        assert!(
            from.iter().all(|state| states.contains(state)),
            "{kind}.{action}"
        );
    }
    for action in known.actions.keys() {
        for &state in states {
            let asked = (action.as_str(), params(action));
            let decision = records.decide((kind, state), asked, ROLES, NOW);
            let legal = table
                .iter()
                .find(|(name, from, _)| name == action && from.contains(&state));
            let expected = legal.map_or("action.wrong_state", |row| row.2);
            let became = match (&decision.outcome, &decision.plan) {
                (Outcome::Allow, Some(plan)) => plan
                    .sets
                    .get("state")
                    .map_or("-", |state| state.as_str().unwrap()),
                (Outcome::Allow, None) => "nothing planned",
                (Outcome::Ask, _) => "approval.needed",
                (Outcome::Deny { code, .. }, _) => code.as_str(),
            };
            assert_eq!(became, expected, "{kind}.{action} from {state}");
        }
    }
}
