//! D-08, D-09, D-10, D-35, D-48, X-50, X-63: what is red, what is yellow, what is neither.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::{Firing, Pending};
use watchkeeper_pack::format::Severity;

use crate::records::Records;
use crate::world::PACK;

const NOON: &str = "2026-11-20T01:00:00.000Z";

fn severity(rule: &str) -> Severity {
    PACK.alerts[rule].def.severity
}

fn provider(since: &str, state: &str) -> Records {
    let records = Records::new();
    for (slot, state) in [("primary", state), ("standby", "up")] {
        let body = json!({"slot": slot, "name": slot, "since": since, "checked_at": since, "state": state});
        records.add("ai_provider", slot, body);
    }
    records
}

fn job(fields: Value) -> Records {
    let mut body = json!({
        "name": "Expiry", "schedule": "daily at 02:00", "attempts": 1, "max_attempts": 5,
        "last_success": "2026-11-19T15:00:00.000Z", "state": "ok",
    });
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let records = Records::new();
    records.add("job", "j", body);
    records
}

#[test]
fn d_08_and_x_88_the_ai_provider_is_red_after_more_than_thirty_minutes() {
    assert_eq!(severity("ai_down"), Severity::Red);
    let down = provider("2026-11-20T00:30:00.000Z", "down");
    assert_eq!(
        down.states("ai_down", "2026-11-20T00:59:00.000Z"),
        [Pending]
    );
    assert_eq!(down.states("ai_down", NOON), [Pending], "exactly thirty");
    assert_eq!(down.states("ai_down", "2026-11-20T01:00:00.001Z"), [Firing]);
    let words = &down.rule("ai_down", "2026-11-20T01:01:00.000Z")[0].2;
    assert_eq!(
        words,
        "No answer since 20 November 2026, 11:30; 1 other providers are ready"
    );
}

#[test]
fn x_50_five_minutes_are_yellow_until_it_is_red() {
    assert_eq!(severity("ai_faltering"), Severity::Yellow);
    let down = provider("2026-11-20T00:30:00.000Z", "down");
    let at = |time: &str| down.states("ai_faltering", &format!("2026-11-20T{time}Z"));
    assert_eq!(at("00:34:00.000"), [Pending]);
    assert_eq!(at("00:35:00.001"), [Firing]);
    assert_eq!(at("01:00:00.000"), [Firing]);
    assert_eq!(at("01:00:00.001"), []);
}

#[test]
fn d_10_green_is_the_absence_of_both() {
    let up = provider("2026-11-20T00:00:00.000Z", "up");
    for rule in ["ai_down", "ai_faltering"] {
        assert_eq!(up.states(rule, NOON), [], "{rule}");
    }
    let job = job(json!({}));
    for rule in ["job_failed", "job_retrying", "job_late", "job_overdue"] {
        assert_eq!(job.states(rule, NOON), [], "{rule}");
    }
    let nothing = Records::new();
    for rule in PACK.alerts.keys() {
        assert_eq!(nothing.states(rule, NOON), [], "{rule}");
    }
}

#[test]
fn d_08_and_x_63_a_job_is_red_when_all_its_tries_failed_and_yellow_before() {
    assert_eq!(severity("job_failed"), Severity::Red);
    assert_eq!(severity("job_retrying"), Severity::Yellow);
    for (attempts, state, red, yellow) in [
        (2, "retrying", 0, 1),
        (4, "retrying", 0, 1),
        (5, "failed", 1, 0),
    ] {
        let since = "2026-11-20T00:15:00.000Z";
        let job = job(json!({"attempts": attempts, "state": state, "failed_since": since}));
        assert_eq!(job.states("job_failed", NOON).len(), red, "{attempts}");
        assert_eq!(job.states("job_retrying", NOON).len(), yellow, "{attempts}");
    }
}

#[test]
fn d_09_and_x_63_a_job_that_has_not_run_is_yellow_from_24_h_and_red_after_48_h() {
    assert_eq!(severity("job_late"), Severity::Yellow);
    assert_eq!(severity("job_overdue"), Severity::Red);
    let job = job(json!({"last_success": "2026-11-18T15:00:00.000Z"}));
    let both = |day: &str| {
        let at = format!("2026-11-{day}Z");
        (job.states("job_late", &at), job.states("job_overdue", &at))
    };
    assert_eq!(both("19T15:00:00.000"), (vec![], vec![]), "24 h");
    assert_eq!(
        both("19T15:02:00.000"),
        (vec![Pending], vec![]),
        "it may be running"
    );
    assert_eq!(both("19T16:00:00.000"), (vec![Firing], vec![]), "25 h");
    assert_eq!(both("20T15:00:00.000"), (vec![Firing], vec![]), "48 h");
    assert_eq!(both("20T15:00:00.001"), (vec![], vec![Firing]));
    assert_eq!(both("20T16:00:00.000"), (vec![], vec![Firing]), "49 h");
}

#[test]
fn d_09_more_than_ten_in_the_queue_of_a_council_are_yellow() {
    assert_eq!(severity("queue_long"), Severity::Yellow);
    for (count, firing) in [(10, 0), (11, 1)] {
        let records = Records::new();
        records.add(
            "council",
            "melbourne",
            json!({"code": "melbourne", "name": "Melbourne", "slots": 5}),
        );
        records.add(
            "council",
            "monash",
            json!({"code": "monash", "name": "Monash", "slots": 5}),
        );
        for n in 0..count {
            placement(&records, &format!("p{n}"), "melbourne", "queued");
        }
        placement(&records, "active", "melbourne", "active");
        let found = records.rule("queue_long", NOON);
        assert_eq!(found.len(), firing, "{count}");
        assert!(
            found
                .iter()
                .all(|(id, _, words)| id == "melbourne" && words == "Melbourne: 11 wait")
        );
    }
}

fn placement(records: &Records, id: &str, council: &str, state: &str) {
    let body = json!({
        "business": "b", "council": council, "charge_id": format!("ch_{id}"),
        "purchased_at": "2026-11-01T00:00:00.000Z", "refund_status": "none", "state": state,
    });
    records.add("placement", id, body);
}

#[test]
fn d_09_d_35_and_x_57_the_refund_rate_is_yellow_from_ten_and_asks_for_its_playbook_above_fifteen_percent()
 {
    assert_eq!(severity("refund_rate_raised"), Severity::Yellow);
    assert_eq!(severity("refund_rate_high"), Severity::Yellow, "X-57");
    for (refunded, of, yellow, red) in [
        (9, 100, 0, 0),
        (10, 100, 1, 0),
        (15, 100, 1, 0),
        (16, 100, 0, 1),
        (9, 50, 0, 1),
        // A rate of few is none.
        (3, 9, 0, 0),
        (2, 10, 0, 1),
        (0, 0, 0, 0),
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
                "2026-11-18T00:00:00.000Z",
                status,
            );
        }
        let counts =
            ["refund_rate_raised", "refund_rate_high"].map(|rule| records.states(rule, NOON).len());
        assert_eq!(counts, [yellow, red], "{refunded} of {of}");
    }
}

fn charge(records: &Records, id: &str, at: &str, status: &str) {
    let amount = json!({"minor": 2200, "currency": "AUD"});
    let body = json!({"charge_id": id, "business": "b", "amount": amount, "charged_at": at, "status": status});
    records.add("charge", id, body);
}

#[test]
fn d_08_and_x_60_an_orphan_charge_is_red_and_one_in_the_queue_is_none() {
    assert_eq!(severity("orphan_charge"), Severity::Red);
    let records = Records::new();
    charge(
        &records,
        "ch_orphan",
        "2026-11-20T00:00:00.000Z",
        "succeeded",
    );
    charge(
        &records,
        "ch_queued",
        "2026-11-20T00:00:00.000Z",
        "succeeded",
    );
    charge(&records, "ch_failed", "2026-11-20T00:00:00.000Z", "failed");
    charge(&records, "ch_back", "2026-11-20T00:00:00.000Z", "refunded");
    charge(&records, "ch_new", "2026-11-20T00:55:00.000Z", "succeeded");
    placement(&records, "queued", "melbourne", "queued");
    let found = records.rule("orphan_charge", NOON);
    let found: Vec<_> = found
        .iter()
        .map(|(id, state, _)| (id.as_str(), *state))
        .collect();
    assert_eq!(found, [("ch_new", Pending), ("ch_orphan", Firing)]);
}

#[test]
fn d_08_webhooks_are_red_above_three_failures_in_an_hour() {
    assert_eq!(severity("webhook_failures"), Severity::Red);
    let records = Records::new();
    let deliver = |n: i64, at: &str, outcome: &str| {
        let body = json!({"event": "e", "at": at, "outcome": outcome, "attempt": 1});
        records.add("webhook_delivery", &format!("d{n}"), body);
    };
    deliver(0, "2026-11-19T23:59:59.999Z", "failed");
    deliver(1, "2026-11-20T00:59:00.000Z", "delivered");
    for n in 2..5 {
        deliver(n, "2026-11-20T00:30:00.000Z", "failed");
    }
    assert_eq!(records.states("webhook_failures", NOON), [], "three");
    deliver(5, "2026-11-20T00:00:00.000Z", "failed");
    assert_eq!(records.states("webhook_failures", NOON), [Firing], "four");
    assert_eq!(
        records.rule("webhook_failures", NOON)[0].2,
        "4 deliveries of the last hour failed"
    );
}

#[test]
fn d_08_and_x_87_a_database_is_red_when_it_times_out_or_is_slower_than_the_tenant_says() {
    assert_eq!(severity("database_slow"), Severity::Red);
    for (p95, timeouts, limit, holds) in [
        (500, 0, 500, 0),
        (501, 0, 500, 1),
        (501, 0, 800, 0),
        (10, 1, 500, 1),
    ] {
        let records = Records::new().setting("database_slow_ms", json!(limit));
        let body = json!({"name": "d", "sampled_at": NOON, "p95_ms": p95, "timeouts": timeouts});
        records.add("database", "d", body);
        assert_eq!(
            records.states("database_slow", NOON).len(),
            holds,
            "{p95} {timeouts}"
        );
    }
}

#[test]
fn d_47_no_rule_watches_how_long_a_review_waits() {
    let watches_reviews = |rule: &&watchkeeper_pack::Alert| rule.reads(&PACK).contains("review");
    assert!(PACK.alerts.values().find(watches_reviews).is_none());
}
