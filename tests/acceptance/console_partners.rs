//! H-09 to H-12: keys, deliveries to partners, their sandboxes, and the weekly export of the log.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_pack::format::{OccasionDef, Severity, Tone};

use crate::packs::ADMIN_CONSOLE;
use crate::pos_world::{
    NOON, by, clock, comes_round, good, items, machine, mail, map, needs, passes, seen, steps,
    ways, with,
};
use crate::records::Records;
use crate::world::at;

fn add(kind: &str, id: &str, body: Value) -> Records {
    let records = Records::of(&ADMIN_CONSOLE);
    let integration = json!({
        "code": "i", "name": "Shipping", "partner": "Fastship", "partner_mail": "ops@fastship.example",
        "endpoint": "https://fastship.example/hook", "state": "live",
    });
    records.add("integration", "i", integration);
    records.add(kind, id, body);
    records
}

/// Rotated on 22 August, 12:00: 90 days later is 20 November, 12:00.
fn key(state: &str, fields: Value) -> Records {
    let body = json!({
        "code": "k", "name": "Maps", "provider": "Mapco", "last_four": "9f3a", "works": true,
        "rotated_at": "2026-08-22T12:00:00.000Z", "state": state,
    });
    add("api_key", "k", with(body, fields))
}

#[test]
fn h_09_each_quarter_on_its_first_day() {
    let routine = &ADMIN_CONSOLE.routines["quarterly_keys"];
    assert_eq!(routine.def.row, "H-09");
    assert_eq!(
        items(&ADMIN_CONSOLE, "quarterly_keys"),
        ["rotate", "register", "configure", "works", "pagerduty"]
    );
    comes_round(
        &ADMIN_CONSOLE,
        "quarterly_keys",
        "2026-01-01T09:00:00Z",
        &[
            "2026-04-01T09:00:00Z",
            "2026-07-01T09:00:00Z",
            "2026-10-01T09:00:00Z",
            "2027-01-01T09:00:00Z",
        ],
    );
    for item in ["rotate", "register", "configure", "works"] {
        assert!(
            good(&ADMIN_CONSOLE, "quarterly_keys", item, json!(0)),
            "{item}"
        );
        assert!(
            !good(&ADMIN_CONSOLE, "quarterly_keys", item, json!(1)),
            "{item}"
        );
    }
}

#[test]
fn h_09_a_key_is_due_after_a_quarter_and_red_when_it_does_not_work() {
    let records = key("current", json!({}));
    assert_eq!(records.states("key_due", NOON), []);
    assert_eq!(
        records.states("key_due", "2026-11-20T12:00:00.001Z"),
        [Firing]
    );
    let standing = |now: &str| clock(&ADMIN_CONSOLE, &records, ("api_key", "k"), "rotation", now);
    assert_eq!(standing(NOON).due, at(NOON));
    assert_eq!(
        (
            standing(NOON).tone,
            standing("2026-11-20T11:59:59.999Z").tone
        ),
        (Tone::Red, Tone::Amber)
    );
    assert_eq!(records.states("key_fails", NOON), []);
    let fails = key("current", json!({"works": false}));
    assert_eq!(fails.states("key_fails", NOON), [Firing]);
    assert_eq!(
        ADMIN_CONSOLE.alerts["key_fails"].def.severity,
        Severity::Red
    );
}

#[test]
fn h_09_rotated_then_in_the_register_then_in_the_runtime_config() {
    const KEY: (&str, &str) = ("api_key", "k");
    let of = |records: Records, action: &str, params: Value| {
        records.refused(KEY, (action, params), &[], NOON)
    };
    assert_eq!(of(key("current", json!({})), "rotate", json!({})), passes());
    let note = json!({"note": "rotated for the quarter"});
    let plan = key("rotated", json!({}))
        .decide(KEY, ("register", note), &[], NOON)
        .plan
        .unwrap();
    assert_eq!(
        (plan.creates[0].kind.as_str(), &plan.creates[0].body["key"]),
        ("register_entry", &json!("k"))
    );
    assert_eq!(plan.sets["registered_at"], NOON);
    let before = json!({"registered_at": "2026-08-22T11:59:59.999Z"});
    let unregistered = by("key.unregistered", "H-09");
    assert_eq!(
        of(key("registered", json!({})), "configure", json!({})),
        unregistered
    );
    assert_eq!(
        of(key("registered", before), "configure", json!({})),
        unregistered
    );
    let there = json!({"registered_at": "2026-08-22T12:00:00.000Z"});
    assert_eq!(
        of(key("registered", there), "configure", json!({})),
        passes()
    );
    let body = json!({
        "code": "k", "name": "Maps", "provider": "Mapco", "last_four": "9f3a", "works": true,
        "rotated_at": "2026-08-22T12:00:00.000Z",
    });
    let states = [
        "current",
        "rotating",
        "rotated",
        "registered",
        "configuring",
    ];
    machine(
        &ADMIN_CONSOLE,
        "api_key",
        &body,
        &states,
        &[
            ("rotate", &["current"]),
            ("register", &["rotated"]),
            ("configure", &["registered"]),
        ],
    );
    assert_eq!(
        steps(&ADMIN_CONSOLE, "key_rotation"),
        [
            "there",
            "stage",
            "rotate",
            "register",
            "configure",
            "works",
            "partner",
            "old"
        ]
    );
}

const DELIVERY: (&str, &str) = ("webhook_delivery", "d");

fn delivery(state: &str, retries: i64, fields: Value) -> Records {
    let body = json!({
        "delivery_id": "d", "integration": "i", "event": "order.shipped", "at": "2026-11-20T09:00:00.000Z",
        "retries": retries, "state": state,
    });
    add("webhook_delivery", "d", with(body, fields))
}

#[test]
fn data_of_h_10_retried_before_the_partner_is_called() {
    let refused =
        |records: &Records, action: &str| records.refused(DELIVERY, (action, json!({})), &[], NOON);
    for state in ["failed", "dead"] {
        let never = delivery(state, 0, json!({}));
        assert_eq!(
            refused(&never, "escalate"),
            by("delivery.not_retried", "H-10"),
            "{state}"
        );
        assert_eq!(refused(&never, "retry"), passes(), "{state}");
        assert_eq!(
            refused(&delivery(state, 1, json!({})), "escalate"),
            None,
            "{state}"
        );
    }
    let failed = delivery("failed", 0, json!({}));
    assert_eq!(failed.states("delivery_failed", NOON), [Firing]);
    assert_eq!(failed.states("delivery_dead", NOON), []);
    let dead = delivery("dead", 1, json!({"retried_at": "2026-11-20T10:00:00.000Z"}));
    assert_eq!(dead.states("delivery_failed", NOON), []);
    assert_eq!(dead.states("delivery_dead", NOON), [Firing]);
    assert_eq!(
        ADMIN_CONSOLE.alerts["delivery_dead"].def.severity,
        Severity::Red
    );
}

#[test]
fn data_of_h_10_the_steps_and_branches_and_every_action_from_its_states_only() {
    assert_eq!(
        steps(&ADMIN_CONSOLE, "webhook_failure"),
        ["dashboard", "retry", "wait", "outcome", "escalate"]
    );
    assert_eq!(
        ways(&ADMIN_CONSOLE, "webhook_failure", "outcome"),
        [("delivered", "end"), ("dead", "escalate")]
    );
    let body = json!({"delivery_id": "d", "integration": "i", "event": "order.shipped", "at": NOON, "retries": 1});
    let states = ["failed", "retrying", "dead", "delivered", "escalated"];
    machine(
        &ADMIN_CONSOLE,
        "webhook_delivery",
        &body,
        &states,
        &[
            ("retry", &["failed", "dead"]),
            ("escalate", &["failed", "dead"]),
        ],
    );
}

#[test]
fn data_of_h_10_the_text_to_the_partner_word_for_word() {
    let fields = json!({"retried_at": "2026-11-20T10:00:00.000Z", "answer": "503"});
    let records = delivery("dead", 2, fields);
    let mail = mail(&records, DELIVERY, ("escalate", json!({})), NOON);
    assert_eq!(mail.to, "ops@fastship.example");
    assert_eq!(
        mail.subject,
        "A delivery to your endpoint fails: order.shipped"
    );
    assert_eq!(
        mail.body.trim_end(),
        "Hello,\n\nsince 20 November 2026, 09:00 (UTC) we cannot deliver order.shipped to https://fastship.example/hook. \
         We have sent it again 2 times, the last time on 20 November 2026, 10:00.\n\nYour side answered: 503\n\n\
         Could you have a look? Delivery d.\n\nKind regards\nOperations"
    );
    let mut scope = seen(&ADMIN_CONSOLE, &records, DELIVERY, NOON);
    scope.refs = map(json!({"integration": {"endpoint": "https://fastship.example/hook"}}));
    let names = ["at", "event", "retries", "delivery_id"];
    needs(
        &ADMIN_CONSOLE,
        "partner_escalation",
        "record",
        &names,
        &scope,
    );
    needs(
        &ADMIN_CONSOLE,
        "partner_escalation",
        "refs",
        &["integration"],
        &scope,
    );
}

#[test]
fn data_of_h_10_the_share_of_deliveries_that_failed_in_a_day() {
    let records = delivery("failed", 0, json!({}));
    for (id, state, at) in [
        ("a", "delivered", "2026-11-19T12:00:00.000Z"),
        ("b", "delivered", "2026-11-20T11:00:00.000Z"),
        ("c", "escalated", "2026-11-20T11:00:00.000Z"),
        ("old", "dead", "2026-11-19T11:59:59.999Z"),
    ] {
        let body = json!({"delivery_id": id, "integration": "i", "event": "e", "at": at, "retries": 1, "state": state});
        records.add("webhook_delivery", id, body);
    }
    let failed = records.metric("webhook_failed", NOON);
    assert_eq!(
        (failed.count, failed.of, failed.value),
        (2, Some(4.0), Some(0.5))
    );
}

fn toggle(production: bool, sandbox: bool, state: &str) -> Records {
    let body = json!({
        "name": "labels", "integration": "i", "production": production, "sandbox": sandbox,
        "checked_at": NOON, "state": state,
    });
    add("toggle", "t", body)
}

#[test]
fn data_of_h_11_after_each_release_the_cards_and_the_toggles() {
    let routine = &ADMIN_CONSOLE.routines["after_release"];
    assert_eq!(routine.def.row, "H-11");
    let OccasionDef::Record(of) = &routine.def.when else {
        panic!("{:?}", routine.def.when);
    };
    assert_eq!(
        (of.kind.as_str(), of.at.as_str(), of.minutes),
        ("release", "released_at", 0)
    );
    assert!(routine.only.is_none(), "each release");
    assert_eq!(items(&ADMIN_CONSOLE, "after_release"), ["cards", "toggles"]);
    for item in ["cards", "toggles"] {
        assert!(
            good(&ADMIN_CONSOLE, "after_release", item, json!(0)),
            "{item}"
        );
        assert!(
            !good(&ADMIN_CONSOLE, "after_release", item, json!(1)),
            "{item}"
        );
    }
    assert_eq!(
        ways(&ADMIN_CONSOLE, "sandbox_parity", "meant"),
        [
            ("drifted", "align"),
            ("on_purpose", "note"),
            ("same", "end")
        ]
    );
    assert_eq!(
        steps(&ADMIN_CONSOLE, "sandbox_parity"),
        ["card", "meant", "align", "read_back", "note"]
    );
}

#[test]
fn data_of_h_11_a_sandbox_mirrors_production_unless_on_purpose() {
    for (production, sandbox) in [(true, true), (false, false), (true, false), (false, true)] {
        let records = toggle(production, sandbox, "compared");
        let drifted = production != sandbox;
        assert_eq!(records.states("sandbox_drifted", NOON) == [Firing], drifted);
        let refused = records.refused(("toggle", "t"), ("align", json!({})), &[], NOON);
        assert_eq!(
            refused.clone(),
            if drifted {
                None
            } else {
                by("toggle.same", "H-11")
            }
        );
        let count = if drifted { 1.0 } else { 0.0 };
        assert_eq!(
            records.metric("sandbox_differences", NOON).value,
            Some(count)
        );
        let why = ("on_purpose", json!({"why": "A sandbox charges no card."}));
        let on_purpose = records.refused(("toggle", "t"), why, &[], NOON);
        assert_eq!(on_purpose, refused, "only what differs differs on purpose");
        let meant = toggle(production, sandbox, "meant");
        // Equal again it waits to be compared: a drift of later would alert nobody.
        let section = if drifted { "meant" } else { "equal_again" };
        assert_eq!(meant.in_section("sandboxes", section, NOON), ["t"]);
        let again = toggle(production, sandbox, "meant");
        again.carry_out(("toggle", "t"), ("compare_again", json!({})), &[], NOON);
        assert_eq!(again.states("sandbox_drifted", NOON) == [Firing], drifted);
        assert_eq!(meant.states("sandbox_drifted", NOON), []);
        assert_eq!(meant.metric("sandbox_differences", NOON).value, Some(0.0));
    }
    let body = json!({"name": "labels", "integration": "i", "production": true, "sandbox": false, "checked_at": NOON});
    machine(
        &ADMIN_CONSOLE,
        "toggle",
        &body,
        &["compared", "aligning", "meant"],
        &[
            ("align", &["compared", "meant"]),
            ("on_purpose", &["compared"]),
            ("compare_again", &["meant"]),
        ],
    );
}

const EXPORT: (&str, &str) = ("audit_export", "x");

fn export(state: &str, fields: Value) -> Records {
    let body = json!({"week": "2026-11-09", "due_at": "2026-11-16T09:00:00.000Z", "state": state});
    add("audit_export", "x", with(body, fields))
}

#[test]
fn h_12_each_monday_the_log_is_exported_and_archived() {
    let routine = &ADMIN_CONSOLE.routines["weekly_export"];
    assert_eq!(routine.def.row, "H-12");
    assert_eq!(
        items(&ADMIN_CONSOLE, "weekly_export"),
        ["export", "archive"]
    );
    comes_round(
        &ADMIN_CONSOLE,
        "weekly_export",
        NOON,
        &["2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"],
    );
    comes_round(
        &ADMIN_CONSOLE,
        "weekly_export",
        "2026-03-23T09:00:00Z",
        &["2026-03-30T09:00:00Z", "2026-04-06T09:00:00Z"],
    );
    comes_round(
        &ADMIN_CONSOLE,
        "weekly_export",
        "2026-10-19T09:00:00Z",
        &["2026-10-26T09:00:00Z", "2026-11-02T09:00:00Z"],
    );
    for item in ["export", "archive"] {
        assert!(
            good(&ADMIN_CONSOLE, "weekly_export", item, json!(0)),
            "{item}"
        );
        assert!(
            !good(&ADMIN_CONSOLE, "weekly_export", item, json!(1)),
            "{item}"
        );
    }
}

#[test]
fn h_12_exported_before_it_is_archived_and_missed_after_a_week() {
    let archive = |fields: Value| {
        export("exported", fields).refused(EXPORT, ("archive", json!({})), &[], NOON)
    };
    let missing = by("export.missing", "H-12");
    assert_eq!(archive(json!({})), missing);
    assert_eq!(archive(json!({"exported_at": NOON})), missing);
    assert_eq!(
        archive(json!({"exported_at": NOON, "hash": "ab12"})),
        passes()
    );
    let (at_week, after) = ("2026-11-23T09:00:00.000Z", "2026-11-23T09:00:00.001Z");
    for state in ["due", "exporting", "exported", "archiving"] {
        let records = export(state, json!({}));
        assert_eq!(records.states("export_missed", at_week), [], "{state}");
        assert_eq!(records.states("export_missed", after), [Firing], "{state}");
        assert_eq!(
            clock(&ADMIN_CONSOLE, &records, EXPORT, "due", at_week).due,
            at(at_week),
            "{state}"
        );
    }
    let archived = export("archived", json!({}));
    assert_eq!(archived.states("export_missed", after), []);
    assert!(!clock(&ADMIN_CONSOLE, &archived, EXPORT, "due", after).runs);
    let body = json!({"week": "2026-11-09", "due_at": "2026-11-16T09:00:00.000Z"});
    let states = ["due", "exporting", "exported", "archiving", "archived"];
    machine(
        &ADMIN_CONSOLE,
        "audit_export",
        &body,
        &states,
        &[("export_log", &["due"]), ("archive", &["exported"])],
    );
}
