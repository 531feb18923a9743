//! P-21, P-22, P-23: the numbers of the business, of the service and of the customers, by hand.

use serde_json::{Value, json};

use crate::packs::POS_SAAS;
use crate::pos_world::{NOON, organisation, payment};
use crate::records::Records;

fn subscription(
    records: &Records,
    id: &str,
    plan: &str,
    status: &str,
    cents: i64,
    ended: Option<&str>,
) {
    let body = json!({
        "row_id": id, "organisation": id, "plan": plan, "status": status,
        "monthly": {"minor": cents, "currency": "USD"}, "started_at": "2026-01-01T00:00:00.000Z",
        "ended_at": ended, "changed_at": "2026-01-01T00:00:00.000Z",
    });
    records.add("subscription", id, body);
}

fn parts(records: &Records, id: &str) -> Vec<(String, f64)> {
    records.metric(id, NOON).parts
}

fn part(name: &str, value: f64) -> (String, f64) {
    (name.to_owned(), value)
}

#[test]
fn p_21_recurring_revenue_and_what_an_average_customer_brings() {
    let records = Records::of(&POS_SAAS);
    subscription(&records, "a", "pro", "active", 4_900, None);
    subscription(&records, "b", "pro", "past_due", 4_900, None);
    subscription(&records, "c", "enterprise", "active", 20_200, None);
    subscription(&records, "trial", "trial", "trialing", 4_900, None);
    subscription(&records, "out", "pro", "suspended", 4_900, None);
    subscription(
        &records,
        "gone",
        "pro",
        "cancelled",
        4_900,
        Some("2026-11-10T00:00:00.000Z"),
    );
    subscription(
        &records,
        "over",
        "pro",
        "active",
        4_900,
        Some("2026-11-20T11:59:59.999Z"),
    );
    assert_eq!(records.metric("mrr", NOON).value, Some(30_000.0));
    assert_eq!(
        parts(&records, "mrr"),
        [part("enterprise", 20_200.0), part("pro", 9_800.0)]
    );
    // One customer has two of the three rows; who tries, is suspended or has gone is none.
    let customer = |id: &str, fields: Value| organisation(&records, id, fields);
    let since = "2026-01-05T09:00:00.000Z";
    customer("a", json!({"converted_at": since}));
    customer("c", json!({"converted_at": since, "plan": "enterprise"}));
    customer("trial", json!({"state": "trial", "plan": "trial"}));
    customer(
        "out",
        json!({"converted_at": since, "state": "suspended", "suspended_at": "2026-11-10T00:00:00.000Z"}),
    );
    customer(
        "gone",
        json!({"converted_at": since, "state": "cancelled", "cancelled_at": "2026-11-10T00:00:00.000Z"}),
    );
    let arpu = records.metric("arpu", NOON);
    assert_eq!((arpu.of, arpu.value), (Some(2.0), Some(15_000.0)));
}

#[test]
fn p_21_churn_counts_the_paid_subscriptions_that_ended_this_month() {
    let records = Records::of(&POS_SAAS);
    for n in 0..8 {
        subscription(&records, &format!("s{n}"), "pro", "active", 4_900, None);
    }
    subscription(
        &records,
        "first",
        "pro",
        "cancelled",
        4_900,
        Some("2026-11-01T00:00:00.000Z"),
    );
    subscription(
        &records,
        "now",
        "enterprise",
        "cancelled",
        9_900,
        Some("2026-11-20T11:59:59.999Z"),
    );
    subscription(
        &records,
        "before",
        "pro",
        "cancelled",
        4_900,
        Some("2026-10-31T23:59:59.999Z"),
    );
    subscription(
        &records,
        "trial",
        "trial",
        "cancelled",
        0,
        Some("2026-11-10T00:00:00.000Z"),
    );
    let churn = records.metric("churn", NOON);
    assert_eq!(
        (churn.count, churn.of, churn.value),
        (2, Some(8.0), Some(0.25))
    );
}

#[test]
fn p_21_customers_by_plan_and_trials_that_became_customers() {
    let records = Records::of(&POS_SAAS);
    // The 14 days ended within 30 days: from 21 October, 12:00, to now.
    let trial = |id: &str, began: &str, converted: Value| {
        let state = if converted.is_null() {
            "suspended"
        } else {
            "active"
        };
        let fields = json!({"trial_started_at": began, "converted_at": converted, "state": state});
        organisation(&records, id, fields);
    };
    trial("first", "2026-10-07T12:00:00.000Z", json!(NOON));
    trial("second", "2026-10-20T12:00:00.000Z", Value::Null);
    trial("third", "2026-10-20T12:00:00.000Z", Value::Null);
    trial("last", "2026-11-06T11:59:59.999Z", Value::Null);
    trial("before", "2026-10-07T11:59:59.999Z", json!(NOON));
    trial("runs", "2026-11-06T12:00:00.001Z", json!(NOON));
    let conversion = records.metric("trial_conversion", NOON);
    assert_eq!(
        (conversion.count, conversion.of, conversion.value),
        (1, Some(4.0), Some(0.25))
    );
    organisation(&records, "big", json!({"plan": "enterprise"}));
    organisation(&records, "try", json!({"plan": "trial", "state": "trial"}));
    assert_eq!(
        parts(&records, "customers_by_plan"),
        [part("pro", 3.0), part("enterprise", 1.0)]
    );
}

#[test]
fn p_21_p_22_and_p_23_each_has_its_five_numbers_on_the_first_screen() {
    for (row, wanted) in [
        (
            "P-21",
            [
                "mrr",
                "churn",
                "arpu",
                "customers_by_plan",
                "trial_conversion",
            ]
            .as_slice(),
        ),
        (
            "P-22",
            [
                "error_rate",
                "api_p50",
                "api_p95",
                "api_p99",
                "payment_failure_rate",
                "webhook_time",
                "db_time",
            ]
            .as_slice(),
        ),
        (
            "P-23",
            [
                "orgs_active",
                "orgs_trial",
                "orgs_suspended",
                "feature_usage",
                "tickets_week",
            ]
            .as_slice(),
        ),
    ] {
        for id in wanted {
            assert_eq!(POS_SAAS.metrics[*id].def.row, row, "{id}");
            assert!(POS_SAAS.numbers.iter().any(|number| number == id), "{id}");
        }
    }
}

#[test]
fn p_22_the_api_its_errors_and_the_database() {
    let records = Records::of(&POS_SAAS);
    for (id, at, errors, ms) in [
        ("a", "2026-11-20T11:55:00.000Z", 7, 120.0),
        ("b", "2026-11-20T11:50:00.000Z", 3, 90.0),
        ("c", "2026-11-19T12:00:00.000Z", 10, 60.0),
        ("old", "2026-11-19T11:59:59.999Z", 500, 900.0),
    ] {
        let body = json!({"at": at, "requests": 1_000, "errors": errors,
                          "p50_ms": ms, "p95_ms": ms * 2.0, "p99_ms": ms * 4.0});
        records.add("api_sample", id, body);
        records.add(
            "db_sample",
            id,
            json!({"at": at, "p95_ms": ms / 10.0, "slow": 0}),
        );
    }
    let value = |id: &str| records.metric(id, NOON).value;
    assert_eq!(value("api_p50"), Some(120.0));
    assert_eq!(value("api_p95"), Some(240.0));
    assert_eq!(value("api_p99"), Some(480.0));
    assert_eq!(value("db_time"), Some(12.0));
    assert_eq!(value("error_rate"), Some(20.0 / 3_000.0));
}

#[test]
fn p_22_payments_that_failed_and_the_time_of_a_webhook() {
    let records = Records::of(&POS_SAAS);
    let paid = json!({"outcome": "succeeded", "state": "succeeded"});
    for id in ["a", "b", "c"] {
        payment(&records, id, "2026-11-10T00:00:00.000Z", paid.clone());
    }
    // Failed at first and paid by the retry: it did fail.
    payment(
        &records,
        "retried",
        "2026-10-21T12:00:00.000Z",
        json!({"state": "succeeded"}),
    );
    payment(&records, "old", "2026-10-21T11:59:59.999Z", json!({}));
    let rate = records.metric("payment_failure_rate", NOON);
    assert_eq!(
        (rate.count, rate.of, rate.value),
        (1, Some(4.0), Some(0.25))
    );
    for (id, at, ms) in [
        ("a", "2026-11-20T11:00:00.000Z", json!(100)),
        ("b", "2026-11-19T12:00:00.000Z", json!(300)),
        ("waits", "2026-11-20T11:00:00.000Z", Value::Null),
        ("old", "2026-11-19T11:59:59.999Z", json!(9_000)),
    ] {
        let body = json!({"event": id, "what": "invoice.paid", "at": at, "ms": ms, "attempts": 1, "state": "processed"});
        records.add("webhook_delivery", id, body);
    }
    assert_eq!(records.metric("webhook_time", NOON).value, Some(200.0));
}

#[test]
fn p_23_organisations_by_state() {
    let records = Records::of(&POS_SAAS);
    for (state, count) in [
        ("active", 3),
        ("trial", 2),
        ("suspended", 4),
        ("cancelled", 5),
        ("deleted", 6),
    ] {
        for n in 0..count {
            organisation(&records, &format!("{state}{n}"), json!({ "state": state }));
        }
    }
    let value = |id: &str| records.metric(id, NOON).value;
    assert_eq!(value("orgs_active"), Some(3.0));
    assert_eq!(value("orgs_trial"), Some(2.0));
    assert_eq!(value("orgs_suspended"), Some(4.0));
}

#[test]
fn p_23_what_is_used_by_plan_and_how_many_tickets_came() {
    let records = Records::of(&POS_SAAS);
    for (id, plan, at, used) in [
        ("a", "pro", "2026-11-01T00:00:00.000Z", 30),
        ("b", "pro", "2026-11-20T11:00:00.000Z", 12),
        ("c", "enterprise", "2026-11-10T00:00:00.000Z", 100),
        ("old", "pro", "2026-10-31T23:59:59.999Z", 999),
    ] {
        let body = json!({"organisation": "o", "plan": plan, "feature": "reports", "month": "2026-11-01",
                          "at": at, "used": used, "resets_at": "2026-12-01T00:00:00.000Z"});
        records.add("usage", id, body);
    }
    assert_eq!(
        parts(&records, "feature_usage"),
        [part("enterprise", 100.0), part("pro", 42.0)]
    );
    for (id, severity, came) in [
        ("a", "p2", "2026-11-13T12:00:00.000Z"),
        ("b", "p2", "2026-11-20T11:00:00.000Z"),
        ("c", "p0", "2026-11-20T11:00:00.000Z"),
        ("old", "p0", "2026-11-13T11:59:59.999Z"),
    ] {
        let body = json!({"number": id, "organisation": "o", "plan": "pro", "severity": severity, "channel": "mail",
                          "subject": "Help", "text": "Help", "came_at": came, "state": "closed"});
        records.add("ticket", id, body);
    }
    assert_eq!(records.metric("tickets_week", NOON).value, Some(3.0));
    assert_eq!(
        parts(&records, "tickets_week"),
        [part("p2", 2.0), part("p0", 1.0)]
    );
}
