//! L-47, L-48: the figures of the business and of operations, added up by hand.

use serde_json::{Value, json};

use crate::live_world::{NOW, dispute, live, order, payout, product, show, usd};
use crate::packs::LIVE_SHOPPING;
use crate::records::Records;

fn close(found: Option<f64>, wanted: f64) {
    let found = found.unwrap();
    assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
}

/// Captured orders of 100, 50 and 70 dollars, today, three and eight days ago; one never captured.
fn orders() -> Records {
    let records = live();
    for (id, total, captured) in [
        ("o-1", 10_000, json!("2026-11-20T14:00:00.000Z")),
        ("o-2", 5_000, json!("2026-11-17T15:00:00.000Z")),
        ("o-3", 7_000, json!("2026-11-12T14:00:00.000Z")),
        ("o-4", 3_000, Value::Null),
    ] {
        let fields = json!({"total": usd(total), "captured_at": captured});
        records.add("order", id, order(id, fields));
    }
    records
}

#[test]
fn l_47_gmv_counts_what_was_captured() {
    let records = orders();
    let day = records.metric("gmv_day", NOW);
    close(day.value, 10_000.0);
    assert_eq!(day.count, 1);
    let month = records.metric("gmv_month", NOW);
    close(month.value, 22_000.0);
    assert_eq!(month.count, 3);
}

#[test]
fn l_47_the_average_order_is_gmv_by_orders() {
    close(orders().metric("aov", NOW).value, 7_500.0);
}

/// Visits of the last two days and of a day before the week.
fn visits() -> Records {
    let records = live();
    for (id, at, visits, orders, spend) in [
        ("t-1", "2026-11-20T05:00:00.000Z", 1_000, 20, 50_000),
        ("t-2", "2026-11-19T05:00:00.000Z", 3_000, 80, 70_000),
        ("t-3", "2026-11-10T05:00:00.000Z", 6_000, 6_000, 30_000),
        ("t-4", "2026-10-01T04:00:00.000Z", 6_000, 6_000, 90_000),
    ] {
        let body = json!({"at": at, "visits": visits, "orders": orders, "spend": usd(spend)});
        records.add("traffic_day", id, body);
    }
    records
}

#[test]
fn l_47_conversion_is_orders_by_visits_of_seven_days() {
    let reading = visits().metric("conversion", NOW);
    // 100 of 4000.
    close(reading.value, 0.025);
    assert_eq!(reading.of, Some(4_000.0));
}

#[test]
fn l_47_a_new_customer_costs_what_was_spent_by_first_orders() {
    let records = visits();
    for (id, first) in [
        ("c-1", json!("2026-11-19T15:00:00.000Z")),
        ("c-2", json!("2026-11-05T15:00:00.000Z")),
        ("c-3", json!("2026-10-25T15:00:00.000Z")),
        ("c-4", json!("2026-10-01T15:00:00.000Z")),
        ("c-5", Value::Null),
    ] {
        let body = json!({
            "code": id, "name": "Kim", "email": "kim@example.com", "first_order_at": first,
            "orders": 1, "blocked": false,
        });
        records.add("customer", id, body);
    }
    // 500 and 700 and 300 dollars for three customers in thirty days.
    close(records.metric("cac", NOW).value, 50_000.0);
}

#[test]
fn l_47_creators_earn_what_their_payouts_pay() {
    let records = live();
    // (1000 - 400) x 20 percent; (1000 - 400) x 10 percent; below zero nothing; a week too old.
    for (id, fields) in [
        ("p-1", json!({"state": "paid"})),
        ("p-2", json!({"commission_percent": 10})),
        ("p-3", json!({"clawback": usd(50_000)})),
        ("p-4", json!({"created_at": "2026-11-13T14:59:59.999Z"})),
    ] {
        records.add("payout", id, payout(id, fields));
    }
    let reading = records.metric("creator_earnings", NOW);
    close(reading.value, 18_000.0);
    assert_eq!(reading.count, 3);
}

#[test]
fn l_47_engagement_is_what_viewers_of_ended_shows_write() {
    let records = live();
    for (id, state, messages, peak) in [
        ("s-1", "ended", 300, 150),
        ("s-2", "ended", 100, 50),
        ("s-3", "live", 900, 10),
    ] {
        let fields = json!({
            "state": state, "chat_messages": messages, "peak_viewers": peak,
            "starts_at": "2026-11-19T20:00:00.000Z",
        });
        records.add("show", id, show(id, fields));
    }
    close(records.metric("show_engagement", NOW).value, 2.0);
}

#[test]
fn l_48_fulfilment_takes_from_capture_to_shipping() {
    let records = live();
    for (id, shipped) in [
        ("o-1", json!("2026-11-19T15:01:00.000Z")),
        ("o-2", json!("2026-11-20T14:01:00.000Z")),
        ("o-3", Value::Null),
    ] {
        records.add("order", id, order(id, json!({"shipped_at": shipped})));
    }
    // 24 and 47 hours.
    let reading = records.metric("fulfilment_days", NOW);
    close(reading.value, 35.5 / 24.0);
    assert_eq!(reading.count, 2);
}

#[test]
fn l_48_disputes_are_won_of_those_that_paypal_decided() {
    let records = live();
    for (id, outcome) in [
        ("d-1", "won"),
        ("d-2", "won"),
        ("d-3", "won"),
        ("d-4", "lost"),
        ("d-5", "accepted"),
        ("d-6", "cancelled"),
    ] {
        let fields = json!({
            "number": id, "state": "closed", "outcome": outcome,
            "resolved_at": "2026-11-01T15:00:00.000Z",
        });
        records.add("dispute", id, dispute(fields));
    }
    let reading = records.metric("dispute_win", NOW);
    close(reading.value, 0.75);
    assert_eq!(reading.of, Some(4.0));
}

#[test]
fn l_48_payouts_succeed_of_those_that_ended() {
    let records = live();
    for (id, state, ended) in [
        ("p-1", "paid", json!("2026-11-13T20:00:00.000Z")),
        ("p-2", "paid", json!("2026-11-13T20:00:00.000Z")),
        ("p-3", "paid", json!("2026-11-13T20:00:00.000Z")),
        ("p-4", "paid", json!("2026-11-13T20:00:00.000Z")),
        ("p-5", "failed", json!("2026-11-13T20:00:00.000Z")),
        ("p-6", "failed", json!("2026-10-10T20:00:00.000Z")),
        ("p-7", "sent", Value::Null),
    ] {
        records.add(
            "payout",
            id,
            payout(id, json!({"state": state, "ended_at": ended})),
        );
    }
    close(records.metric("payout_success", NOW).value, 0.8);
}

#[test]
fn l_48_the_stock_turns_over_by_what_was_sold_in_a_year() {
    let records = live();
    for (id, sort, quantity, at) in [
        ("m-1", "sale", 40, "2026-11-19T15:00:00.000Z"),
        ("m-2", "sale", 35, "2026-03-01T15:00:00.000Z"),
        ("m-3", "receipt", 500, "2026-03-01T15:00:00.000Z"),
        ("m-4", "sale", 900, "2025-11-01T15:00:00.000Z"),
    ] {
        let body = json!({
            "sku": "lamp", "sort": sort, "quantity": quantity, "amount": usd(1), "at": at,
        });
        records.add("stock_movement", id, body);
    }
    records.add("product", "lamp", product("lamp", json!({"stock": 20})));
    records.add("product", "rug", product("rug", json!({"stock": 10})));
    let gone = json!({"stock": 99, "delisted_at": "2026-06-01T00:00:00.000Z"});
    records.add("product", "gone", product("gone", gone));
    // 75 sold, 30 on the shelf.
    close(records.metric("inventory_turnover", NOW).value, 2.5);
}

pub fn ticket(number: &str, topic: &str, answered: Value) -> Value {
    json!({
        "number": number, "email": "kim@example.com", "topic": topic, "subject_line": "Help",
        "text": "Help", "opened_at": "2026-11-19T15:00:00.000Z", "answered_at": answered,
        "state": "open",
    })
}

#[test]
fn l_48_tickets_are_answered_after_their_mean() {
    let records = live();
    for (id, answered) in [
        ("t-1", json!("2026-11-19T15:30:00.000Z")),
        ("t-2", json!("2026-11-19T16:30:00.000Z")),
        ("t-3", Value::Null),
    ] {
        records.add("ticket", id, ticket(id, "general", answered));
    }
    // Half an hour and one and a half.
    close(records.metric("response_time", NOW).value, 3_600_000.0);
}

#[test]
fn l_38_the_topic_of_a_ticket_says_how_urgent_it_is() {
    for (topic, priority) in [
        ("payment", "Urgent"),
        ("not_received", "Urgent"),
        ("shipping_delay", "High"),
        ("defect", "High"),
        ("account", "Medium"),
        ("feature", "Medium"),
        ("general", "Low"),
        ("feedback", "Low"),
    ] {
        let records = live();
        records.add("ticket", "t", ticket("t", topic, Value::Null));
        let (_, computed) = records.record("ticket", "t");
        assert_eq!(computed["priority"], priority, "{topic}");
        // It waits among its like, and nowhere else.
        for section in ["urgent", "high", "medium", "low"] {
            let there = !records.in_section("tickets", section, NOW).is_empty();
            assert_eq!(
                there,
                section == priority.to_lowercase(),
                "{topic} {section}"
            );
        }
    }
    let view = LIVE_SHOPPING.view("tickets").unwrap();
    let order: Vec<&str> = view.def.sections.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(order[..4], ["urgent", "high", "medium", "low"]);
}
