//! D-31 to D-37: the numbers, each from records that are counted by hand.

use serde_json::json;
use watchkeeper_pack::format::Tone;

use crate::records::Records;
use crate::world::PACK;

/// Friday, 20 November 2026, 12:00 in Melbourne.
const NOON: &str = "2026-11-20T01:00:00.000Z";

fn charge(records: &Records, id: &str, at: &str, status: &str) {
    let amount = json!({"minor": 2200, "currency": "AUD"});
    let body = json!({"charge_id": id, "business": "b", "amount": amount, "charged_at": at, "status": status});
    records.add("charge", id, body);
}

fn note(id: &str, reading: &watchkeeper_model::metric::Reading) -> String {
    reading.note(&PACK.metrics[id], &PACK.currency).unwrap()
}

#[test]
fn d_31_six_numbers_matter_most_and_the_rest_follow() {
    let first = [
        "revenue_month",
        "adoption",
        "queue",
        "refund_rate",
        "searches",
        "ai_cost",
    ];
    assert_eq!(PACK.numbers[..6], first);
    for id in &PACK.numbers {
        let row = PACK.metrics[id].def.row.as_str();
        assert!(("D-32".."D-38").contains(&row), "{id}: {row}");
    }
}

#[test]
fn d_32_revenue_of_month_week_and_year_begins_where_they_begin_in_melbourne() {
    let records = Records::new();
    // 1 November, 00:00 in Melbourne, and a millisecond before.
    charge(&records, "a", "2026-10-31T13:00:00.000Z", "succeeded");
    charge(&records, "b", "2026-10-31T12:59:59.999Z", "succeeded");
    // Monday, 16 November, 00:00, and before.
    charge(&records, "c", "2026-11-15T13:00:00.000Z", "succeeded");
    charge(&records, "d", "2026-11-15T12:59:59.999Z", "succeeded");
    charge(&records, "e", "2026-11-16T00:00:00.000Z", "refunded");
    charge(&records, "f", "2026-11-16T00:00:00.000Z", "failed");
    charge(&records, "g", "2025-11-20T01:00:00.000Z", "succeeded");
    charge(&records, "h", "2025-11-20T00:59:59.999Z", "succeeded");
    let value = |id: &str| records.metric(id, NOON).value;
    assert_eq!(value("revenue_month"), Some(6600.0));
    assert_eq!(value("revenue_week"), Some(2200.0));
    assert_eq!(value("revenue_year"), Some(11_000.0));
    let week = records.metric("revenue_week", NOON);
    // 4.5 of 7 days; the week before had one, two seconds before its end: later than so much of it.
    assert_eq!(week.projected, Some(2200.0 * 7.0 / 4.5));
    assert_eq!(week.change, None, "nothing to compare with");
    assert_eq!(note("revenue_week", &week), "1 sales, $4.89 AUD a day");
}

#[test]
fn d_32_a_month_is_projected_and_compared_with_the_same_days_of_the_one_before() {
    let records = Records::new();
    for n in 0..4 {
        charge(
            &records,
            &format!("now{n}"),
            "2026-11-05T00:00:00.000Z",
            "succeeded",
        );
    }
    charge(&records, "before", "2026-10-10T00:00:00.000Z", "succeeded");
    charge(&records, "before2", "2026-10-12T00:00:00.000Z", "succeeded");
    charge(&records, "later", "2026-10-25T00:00:00.000Z", "succeeded");
    let month = records.metric("revenue_month", NOON);
    assert_eq!(
        month.change,
        Some(1.0),
        "88 dollars after 44 in as many days"
    );
    assert_eq!(
        month.projected.map(f64::round),
        Some((8800.0_f64 * 30.0 / 19.5).round())
    );
    assert_eq!(month.points.len(), 13);
    assert_eq!(month.points[11..], [Some(6600.0), Some(8800.0)]);
    assert_eq!(note("revenue_month", &month), "$4.51 AUD a day");
}

fn placement(records: &Records, id: &str, council: &str, fields: serde_json::Value) {
    let mut body = json!({
        "business": "b", "council": council, "charge_id": id,
        "purchased_at": "2026-11-01T00:00:00.000Z", "refund_status": "none", "state": "queued",
    });
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    records.add("placement", id, body);
}

fn business(records: &Records, id: &str, deleted: Option<&str>) {
    let mut body = json!({
        "name": id, "council": "c", "email": "a@b.example", "verified": true,
        "listed_at": "2026-01-01T00:00:00.000Z", "state": "active",
    });
    if let Some(at) = deleted {
        body["deleted_at"] = at.into();
        body["state"] = "deleted".into();
    }
    records.add("business", id, body);
}

#[test]
fn d_33_adoption_is_the_share_of_listings_that_are_featured_now() {
    for (featured, of, tone) in [
        (18, 100, Tone::Amber),
        (24, 100, Tone::Amber),
        (25, 100, Tone::Green),
    ] {
        let records = Records::new();
        for n in 0..of {
            business(&records, &format!("b{n}"), None);
        }
        business(&records, "gone", Some("2026-11-01T00:00:00.000Z"));
        for n in 0..featured {
            let runs = json!({"featured_from": "2026-11-10T00:00:00.000Z",
                              "featured_until": "2026-12-10T00:00:00.000Z", "state": "active"});
            placement(&records, &format!("p{n}"), "c", runs);
        }
        let over = json!({"featured_from": "2026-10-10T00:00:00.000Z",
                          "featured_until": "2026-11-09T00:00:00.000Z", "state": "active"});
        placement(&records, "over", "c", over);
        let ended = json!({"featured_from": "2026-11-10T00:00:00.000Z", "ended_at": "2026-11-12T00:00:00.000Z",
                           "featured_until": "2026-12-10T00:00:00.000Z", "state": "ended"});
        placement(&records, "ended", "c", ended);
        placement(&records, "queued", "c", json!({}));
        let adoption = records.metric("adoption", NOON);
        assert_eq!(adoption.value, Some(f64::from(featured) / f64::from(of)));
        assert_eq!((adoption.of, adoption.tone), (Some(f64::from(of)), tone));
        assert_eq!(adoption.count, u64::try_from(featured).unwrap());
        assert_eq!(PACK.metrics["adoption"].def.target, Some(0.25));
        // Twelve days ago none of them was featured but the one that is over now.
        assert_eq!(adoption.points[17], Some(1.0 / f64::from(of)));
    }
}

#[test]
fn d_33_days_in_the_queue_are_those_of_who_has_left_it() {
    let records = Records::new();
    let promoted = |id: &str, from: &str| {
        placement(
            &records,
            id,
            "c",
            json!({"featured_from": from, "state": "active"}),
        );
    };
    promoted("21 days", "2026-11-22T00:00:00.000Z");
    promoted("11 days", "2026-11-12T00:00:00.000Z");
    promoted("7 days", "2026-11-08T00:00:00.000Z");
    promoted("at once", "2026-11-01T00:00:00.000Z");
    placement(&records, "waits", "c", json!({}));
    let days = records.metric("queue_days", NOON);
    assert_eq!(
        (days.value, days.count),
        (Some(9.0), 2),
        "one is promoted later, one did not wait"
    );
}

#[test]
fn d_33_churn_is_what_a_refund_ended() {
    let records = Records::new();
    for n in 0..50 {
        let ended = json!({"ended_at": "2026-11-10T00:00:00.000Z", "state": "ended",
                           "refund_status": if n == 0 { "refunded" } else { "none" }});
        placement(&records, &format!("p{n}"), "c", ended);
    }
    let churn = records.metric("churn", NOON);
    assert_eq!((churn.value, churn.count), (Some(0.02), 1));
}

#[test]
fn d_34_the_queue_is_counted_by_council_and_as_it_was() {
    let records = Records::new();
    let counts = [
        ("melbourne", 24),
        ("monash", 18),
        ("stonnington", 15),
        ("boroondara", 12),
        ("yarra", 3),
        ("bayside", 2),
        ("glen-eira", 1),
    ];
    for (council, count) in counts {
        for n in 0..count {
            placement(&records, &format!("{council}{n}"), council, json!({}));
        }
    }
    let left = json!({"featured_from": "2026-11-19T00:00:00.000Z", "state": "active"});
    placement(&records, "left", "melbourne", left);
    let refunded = json!({"ended_at": "2026-11-18T00:00:00.000Z", "state": "ended"});
    placement(&records, "refunded", "melbourne", refunded);
    let queue = records.metric("queue", NOON);
    assert_eq!(queue.value, Some(75.0));
    let named: Vec<_> = queue.parts.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    assert_eq!(named[..2], [("melbourne", 24.0), ("monash", 18.0)]);
    assert_eq!((named.len(), queue.other), (5, Some(3.0)));
    assert_eq!(
        queue.points[26..],
        [Some(77.0), Some(76.0), Some(75.0), Some(75.0)].map(|v| v)
    );
    let month = records.metric("promotions", NOON);
    assert_eq!(month.value, Some(1.0));
}

#[test]
fn d_35_the_refund_rate_is_coloured_at_ten_and_fifteen_percent_with_its_count() {
    for (refunded, of, tone) in [
        (1, 50, Tone::Green),
        (9, 100, Tone::Green),
        (10, 100, Tone::Amber),
        (15, 100, Tone::Amber),
        (16, 100, Tone::Red),
    ] {
        let records = Records::new();
        for n in 0..of {
            let status = if n < refunded {
                "refunded"
            } else {
                "succeeded"
            };
            charge(
                &records,
                &format!("ch_{n}"),
                "2026-11-01T00:00:00.000Z",
                status,
            );
        }
        charge(&records, "failed", "2026-11-01T00:00:00.000Z", "failed");
        charge(&records, "old", "2026-10-21T00:59:59.999Z", "refunded");
        let rate = records.metric("refund_rate", NOON);
        assert_eq!(rate.value, Some(f64::from(refunded) / f64::from(of)));
        assert_eq!(rate.tone, tone, "{refunded} of {of}");
        assert_eq!(
            (rate.count, rate.of),
            (u64::try_from(refunded).unwrap(), Some(f64::from(of)))
        );
    }
    let nothing = Records::new().metric("refund_rate", NOON);
    assert_eq!((nothing.value, nothing.tone), (None, Tone::Neutral));
}

#[test]
fn d_36_and_x_56_searches_are_those_of_seven_days() {
    let records = Records::new();
    for (n, searches) in [440, 400, 380, 360, 340, 200, 330].iter().enumerate() {
        let at = format!("2026-11-{:02}T12:59:59.000Z", 13 + n);
        records.add("search_day", &at, json!({"at": at, "searches": searches}));
    }
    for n in 0..7 {
        let at = format!("2026-11-{:02}T12:59:59.000Z", 6 + n);
        records.add("search_day", &at, json!({"at": at, "searches": 368}));
    }
    let searches = records.metric("searches", NOON);
    assert_eq!(searches.value, Some(2450.0));
    assert_eq!(searches.change.map(|c| (c * 100.0).round()), Some(-5.0));
}

fn ai_day(records: &Records, slot: &str, at: &str, up: i64, ms: f64, cents: i64) {
    let cost = json!({"minor": cents, "currency": "AUD"});
    let body = json!({"slot": slot, "at": at, "calls": 10, "minutes": 1440, "up_minutes": up,
                      "mean_ms": ms, "cost": cost});
    records.add("ai_day", &format!("{slot}{at}"), body);
}

#[test]
fn d_37_the_ai_is_ready_answers_and_costs() {
    let records = Records::new();
    ai_day(
        &records,
        "primary",
        "2026-11-18T12:59:59.000Z",
        1440,
        340.0,
        1500,
    );
    ai_day(
        &records,
        "primary",
        "2026-11-19T12:59:59.000Z",
        1436,
        344.0,
        1500,
    );
    ai_day(
        &records,
        "standby",
        "2026-11-19T12:59:59.000Z",
        1440,
        1200.0,
        600,
    );
    ai_day(
        &records,
        "primary",
        "2026-10-31T12:59:59.000Z",
        1440,
        342.0,
        9900,
    );
    let value = |id: &str| records.metric(id, NOON).value;
    assert_eq!(value("ai_latency"), Some(342.0));
    assert_eq!(value("ai_standby_latency"), Some(1200.0));
    assert_eq!(value("ai_uptime"), Some(4316.0 / 4320.0));
    let cost = records.metric("ai_cost", NOON);
    assert_eq!(
        (cost.value, cost.tone),
        (Some(3600.0), Tone::Green),
        "of this month"
    );
    assert_eq!(note("ai_cost", &cost), "of $250.00 AUD");
    let parts: Vec<_> = cost.parts.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    assert_eq!(parts, [("primary", 3000.0), ("standby", 600.0)]);
}

#[test]
fn d_37_the_budget_is_green_at_its_limit_and_red_above() {
    for (cents, tone) in [(25_000, Tone::Green), (25_001, Tone::Red)] {
        let records = Records::new();
        ai_day(
            &records,
            "primary",
            "2026-11-18T12:59:59.000Z",
            1440,
            340.0,
            cents,
        );
        assert_eq!(records.metric("ai_cost", NOON).tone, tone, "{cents}");
    }
    assert_eq!(PACK.metrics["ai_cost"].def.limit, Some(25_000.0));
}

#[test]
fn d_37_and_x_54_what_the_feed_states_stands_beside_and_a_difference_shows() {
    let records = Records::new();
    ai_day(
        &records,
        "primary",
        "2026-11-18T12:59:59.000Z",
        1440,
        340.0,
        3600,
    );
    let said = |records: &Records| records.metric("ai_cost", NOON).stated.unwrap();
    assert_eq!(
        (said(&records).value, said(&records).differs),
        (None, false)
    );
    for (at, minor, differs) in [
        ("2026-11-17T12:59:59.000Z", 3600, false),
        ("2026-11-19T12:59:59.000Z", 3750, true),
    ] {
        let cost = json!({"minor": minor, "currency": "AUD"});
        records.add("ai_statement", at, json!({"at": at, "month_cost": cost}));
        assert_eq!(said(&records).value, Some(f64::from(minor)), "the newest");
        assert_eq!(said(&records).differs, differs);
    }
}
