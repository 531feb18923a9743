//! L-46, L-49, L-50: the health of the platform, below, at and above its lines.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::{Firing, Pending};
use watchkeeper_pack::format::{Severity, Tone};

use crate::live_world::{NOW, live, payment, with};
use crate::packs::LIVE_SHOPPING;
use crate::records::Records;

/// Records with one sample of five minutes ago; what lies before its window is as bad as can be.
fn sampled(fields: Value) -> Records {
    let good = json!({
        "at": "2026-11-20T14:55:00.000Z", "seconds": 10_000, "up_seconds": 10_000,
        "requests": 10_000, "errors": 0, "api_p95_ms": 100, "db_p95_ms": 10, "db_failures": 0,
        "disk": 0.5, "memory": 0.5,
    });
    let bad = json!({
        "at": "2026-11-19T14:59:59.999Z", "up_seconds": 0, "errors": 10_000, "api_p95_ms": 9_000,
        "db_p95_ms": 9_000, "db_failures": 99, "disk": 1.0, "memory": 1.0,
    });
    let records = live();
    records.add("system_sample", "old", with(good.clone(), bad));
    records.add("system_sample", "new", with(good, fields));
    records
}

fn tone(metric: &str, fields: Value) -> Tone {
    sampled(fields).metric(metric, NOW).tone
}

fn fires(rule: &str, fields: Value) -> bool {
    let states = sampled(fields).states(rule, NOW);
    assert!(
        states.is_empty() || states == [Firing],
        "{rule}: {states:?}"
    );
    !states.is_empty()
}

fn severity(rule: &str) -> Severity {
    LIVE_SHOPPING.alerts[rule].def.severity
}

#[test]
fn l_46_and_x_21_uptime_is_on_target_above_99_9_percent_and_off_it_at_it() {
    for (up, wanted, off) in [
        (9_989, Tone::Amber, true),
        (9_990, Tone::Amber, true),
        (9_991, Tone::Green, false),
        (10_000, Tone::Green, false),
    ] {
        let fields = json!({"up_seconds": up});
        assert_eq!(tone("uptime", fields.clone()), wanted, "{up}");
        assert_eq!(fires("uptime_off_target", fields), off, "{up}");
    }
    assert_eq!(severity("uptime_off_target"), Severity::Yellow);
}

#[test]
fn l_46_and_x_21_errors_are_on_target_below_a_tenth_of_a_percent() {
    for (errors, wanted, off) in [
        (0, Tone::Green, false),
        (9, Tone::Green, false),
        (10, Tone::Amber, true),
        (11, Tone::Amber, true),
    ] {
        let fields = json!({"errors": errors});
        assert_eq!(tone("error_rate", fields.clone()), wanted, "{errors}");
        assert_eq!(fires("error_rate_off_target", fields), off, "{errors}");
    }
    assert_eq!(severity("error_rate_off_target"), Severity::Yellow);
}

#[test]
fn l_46_the_api_is_on_target_below_200_ms_and_the_database_below_50_ms() {
    for (ms, wanted) in [(199, Tone::Green), (200, Tone::Amber), (201, Tone::Amber)] {
        assert_eq!(tone("api_p95", json!({"api_p95_ms": ms})), wanted, "{ms}");
    }
    for (ms, wanted) in [(49, Tone::Green), (50, Tone::Amber), (51, Tone::Amber)] {
        assert_eq!(tone("db_p95", json!({"db_p95_ms": ms})), wanted, "{ms}");
    }
}

#[test]
fn l_46_a_percentile_is_that_of_the_newest_sample_and_no_mean() {
    let records = sampled(json!({"api_p95_ms": 199, "db_p95_ms": 49}));
    let before = json!({
        "at": "2026-11-20T14:50:00.000Z", "seconds": 300, "up_seconds": 300, "requests": 1,
        "errors": 0, "api_p95_ms": 900, "db_p95_ms": 900, "db_failures": 0, "disk": 0.5,
        "memory": 0.5,
    });
    records.add("system_sample", "before", before);
    assert_eq!(records.metric("api_p95", NOW).value, Some(199.0));
    assert_eq!(records.metric("db_p95", NOW).value, Some(49.0));
}

#[test]
fn l_49_uptime_is_red_below_99_percent() {
    for (up, wanted, red) in [
        (9_899, Tone::Red, true),
        (9_900, Tone::Amber, false),
        (9_901, Tone::Amber, false),
    ] {
        let fields = json!({"up_seconds": up});
        assert_eq!(tone("uptime", fields.clone()), wanted, "{up}");
        assert_eq!(fires("uptime_low", fields.clone()), red, "{up}");
        assert_eq!(
            fires("uptime_off_target", fields),
            !red,
            "{up}: one of the two"
        );
    }
    assert_eq!(severity("uptime_low"), Severity::Red);
}

#[test]
fn l_49_errors_are_red_above_1_percent() {
    for (errors, wanted, red) in [
        (99, Tone::Amber, false),
        (100, Tone::Amber, false),
        (101, Tone::Red, true),
    ] {
        let fields = json!({"errors": errors});
        assert_eq!(tone("error_rate", fields.clone()), wanted, "{errors}");
        assert_eq!(fires("error_rate_high", fields.clone()), red, "{errors}");
        assert_eq!(fires("error_rate_off_target", fields), !red, "{errors}");
    }
    assert_eq!(severity("error_rate_high"), Severity::Red);
}

#[test]
fn l_49_payments_are_red_above_5_percent_that_fail() {
    for (failed, wanted, red) in [(4, Tone::Green, 0), (5, Tone::Green, 0), (6, Tone::Red, 1)] {
        let records = live();
        for n in 0..100 {
            let state = if n < failed { "failed" } else { "succeeded" };
            let id = format!("c-{n}");
            records.add("payment", &id, payment(&id, json!({"state": state})));
        }
        // One that has just begun is neither, and the day before does not count.
        let started = payment("c-s", json!({"state": "started"}));
        records.add("payment", "c-s", started);
        let old = json!({"state": "failed", "at": "2026-11-19T14:59:59.999Z"});
        records.add("payment", "c-o", payment("c-o", old));
        let reading = records.metric("payment_failure", NOW);
        assert_eq!(reading.of, Some(100.0));
        assert_eq!(reading.tone, wanted, "{failed}");
        assert_eq!(
            records.states("payment_failure_high", NOW).len(),
            red,
            "{failed}"
        );
    }
    assert_eq!(severity("payment_failure_high"), Severity::Red);
}

#[test]
fn l_49_the_first_failed_connection_to_the_database_is_red() {
    for (failures, wanted, red) in [(0, Tone::Green, false), (1, Tone::Red, true)] {
        let fields = json!({"db_failures": failures});
        assert_eq!(tone("db_failures", fields.clone()), wanted, "{failures}");
        assert_eq!(fires("database_unreachable", fields), red, "{failures}");
    }
    assert_eq!(severity("database_unreachable"), Severity::Red);
}

#[test]
fn l_50_the_api_warns_above_500_ms() {
    for (ms, warns) in [(499, false), (500, false), (501, true)] {
        let fields = json!({"api_p95_ms": ms});
        assert_eq!(fires("api_slow", fields.clone()), warns, "{ms}");
        // Three bands: on target, off it, alert.
        let wanted = if warns { Tone::Red } else { Tone::Amber };
        assert_eq!(tone("api_p95", fields), wanted, "{ms}");
    }
    assert_eq!(severity("api_slow"), Severity::Yellow);
}

#[test]
fn l_50_the_disk_warns_above_80_percent_and_memory_above_85() {
    for (share, warns) in [(0.79, false), (0.80, false), (0.81, true)] {
        let fields = json!({"disk": share});
        let wanted = if warns { Tone::Amber } else { Tone::Green };
        assert_eq!(tone("disk", fields.clone()), wanted, "{share}");
        assert_eq!(fires("disk_full", fields), warns, "{share}");
    }
    for (share, warns) in [(0.84, false), (0.85, false), (0.86, true)] {
        let fields = json!({"memory": share});
        let wanted = if warns { Tone::Amber } else { Tone::Green };
        assert_eq!(tone("memory", fields.clone()), wanted, "{share}");
        assert_eq!(fires("memory_full", fields), warns, "{share}");
    }
    assert_eq!(severity("disk_full"), Severity::Yellow);
    assert_eq!(severity("memory_full"), Severity::Yellow);
}

/// A webhook of PayPal, first tried at 14:30.
fn webhook(records: &Records, id: &str, fields: Value) {
    let body = json!({
        "event": id, "provider": "paypal", "topic": "PAYMENT.CAPTURE.COMPLETED", "payment": false,
        "first_at": "2026-11-20T14:30:00.000Z", "tries": 1, "state": "failed",
    });
    records.add("webhook_event", id, with(body, fields));
}

#[test]
fn l_50_and_x_20_one_failed_webhook_warns_and_more_than_three_in_an_hour_are_red() {
    for (failed, wanted, yellow, red) in [
        (0, Tone::Green, 0, 0),
        (1, Tone::Amber, 1, 0),
        (3, Tone::Amber, 1, 0),
        (4, Tone::Red, 0, 1),
    ] {
        let records = live();
        for n in 0..failed {
            let fields = json!({"failed_at": "2026-11-20T14:00:00.000Z"});
            webhook(&records, &format!("w-{n}"), fields);
        }
        let old = json!({"failed_at": "2026-11-20T13:59:59.999Z"});
        webhook(&records, "old", old);
        webhook(&records, "good", json!({"state": "delivered"}));
        assert_eq!(
            records.metric("webhook_failures", NOW).tone,
            wanted,
            "{failed}"
        );
        let counts =
            ["webhook_failed", "webhook_burst"].map(|rule| records.states(rule, NOW).len());
        assert_eq!(counts, [yellow, red], "{failed}");
    }
    assert_eq!(severity("webhook_failed"), Severity::Yellow);
    assert_eq!(severity("webhook_burst"), Severity::Red);
}

#[test]
fn data_of_l_04_and_x_20_a_payment_webhook_is_red_after_more_than_15_minutes() {
    for (first, payment, state, red) in [
        ("2026-11-20T14:45:00.001Z", true, "waiting", 0),
        ("2026-11-20T14:45:00.000Z", true, "waiting", 0),
        ("2026-11-20T14:44:59.999Z", true, "waiting", 1),
        ("2026-11-20T14:44:59.999Z", true, "failed", 1),
        ("2026-11-20T14:44:59.999Z", true, "delivered", 0),
        ("2026-11-20T14:44:59.999Z", false, "waiting", 0),
    ] {
        let records = live();
        let fields = json!({"first_at": first, "payment": payment, "state": state});
        webhook(&records, "w", fields);
        let found = records.states("payment_webhook_late", NOW).len();
        assert_eq!(found, red, "{first} {payment} {state}");
    }
    assert_eq!(severity("payment_webhook_late"), Severity::Red);
}

#[test]
fn data_of_l_10_a_webhook_address_that_does_not_answer_is_red_after_two_minutes() {
    let endpoint = |since: &str, reachable: bool, wrong: i64| {
        let records = live();
        let body = json!({
            "path": "/api/webhooks/paypal", "provider": "paypal", "reachable": reachable,
            "since": since, "probed_at": "2026-11-20T14:59:00.000Z", "signature_errors": wrong,
        });
        records.add("webhook_endpoint", "e", body);
        records
    };
    let rule = "webhook_unreachable";
    let at_two = endpoint("2026-11-20T14:58:00.000Z", false, 0);
    assert_eq!(at_two.states(rule, NOW), [Pending]);
    let later = endpoint("2026-11-20T14:57:59.999Z", false, 0);
    assert_eq!(later.states(rule, NOW), [Firing]);
    let fine = endpoint("2026-11-20T14:00:00.000Z", true, 0);
    assert_eq!(fine.states(rule, NOW), []);
    assert_eq!(fine.states("webhook_signature", NOW), []);
    let wrong = endpoint("2026-11-20T14:00:00.000Z", true, 1);
    assert_eq!(wrong.states("webhook_signature", NOW), [Firing]);
}
