//! L-19, L-21, L-22, X-14: a file of an evidence pack that is wrong has a way out, and a pack that has
//! gone to PayPal has none.

use serde_json::{Value, json};
use watchkeeper_model::Plan;

use crate::live_world::{NOW, OP, by, dispute, live, order, with};
use crate::records::Records;

const FILES: [&str; 6] = [
    "order_confirmation",
    "delivery_confirmation",
    "product_description",
    "customer_messages",
    "refund_policy",
    "terms_of_service",
];

/// A file of dispute `PP-D-1`, as it was added.
fn file(item: &str, fields: Value) -> Value {
    let body = json!({
        "dispute_number": "PP-D-1", "item": item, "name": "a.pdf", "media": "application/pdf",
        "bytes": 1_000, "sha256": "aa", "verified": true, "added_at": "2026-11-20T11:00:00.000Z",
    });
    with(body, fields)
}

/// A whole pack in this state, of which the first file is as `fields` say.
fn pack(state: &str, fields: Value) -> Records {
    let records = live();
    records.add("order", "o-1", order("o-1", json!({})));
    let tracked = json!({"tracking_number": "1Z", "carrier": "UPS", "state": state});
    records.add("dispute", "d", dispute(tracked));
    for item in FILES.iter().skip(1) {
        records.add("evidence_document", item, file(item, json!({})));
    }
    records.add("evidence_document", "bad", file(FILES[0], fields));
    records
}

fn refused(records: &Records, action: &str, params: Value) -> Option<(String, Option<String>)> {
    records.refused(("evidence_document", "bad"), (action, params), &OP, NOW)
}

fn plan(records: &Records, action: &str, params: Value) -> Plan {
    let asked = (action, params);
    let decision = records.decide(("evidence_document", "bad"), asked, &OP, NOW);
    decision.plan.unwrap()
}

fn ready(records: &Records) -> Option<(String, Option<String>)> {
    records.refused(("dispute", "d"), ("mark_ready", json!({})), &OP, NOW)
}

fn better(bytes: i64) -> Value {
    json!({"name": "b.pdf", "media": "application/pdf", "bytes": bytes, "sha256": "bb"})
}

/// What a record is once a plan is carried out.
fn after(body: Value, plan: &Plan) -> Value {
    let sets = plan.sets.iter();
    let sets = sets.map(|(name, value)| (name.clone(), value.clone()));
    with(body, Value::Object(sets.collect()))
}

#[test]
fn data_of_l_19_and_x_14_a_file_counts_once_its_hash_was_compared() {
    let unverified = json!({"verified": false});
    let records = pack("evidence_building", unverified.clone());
    assert_eq!(ready(&records), by("dispute.incomplete", "L-19"));
    let altered = refused(&records, "verify", json!({"sha256": "bb"}));
    assert_eq!(altered, by("evidence.altered", "X-14"));
    let plan = plan(&records, "verify", json!({"sha256": "aa"}));
    assert_eq!(plan.sets["verified"], true);
    assert_eq!(plan.sets["verified_by"], "op-1");
    let now = after(file(FILES[0], unverified), &plan);
    assert_eq!(ready(&pack("evidence_building", now)), None);
}

#[test]
fn data_of_l_21_and_x_14_a_bad_file_is_replaced_and_the_pack_can_be_completed() {
    let records = pack("evidence_building", json!({"verified": false}));
    let plan = plan(&records, "replace", better(1_000));
    let gone = after(file(FILES[0], json!({"verified": false})), &plan);
    assert_eq!(gone["out_at"], NOW);
    let made = &plan.creates[0];
    assert_eq!(made.kind, "evidence_document");
    for (field, value) in [
        ("dispute_number", json!("PP-D-1")),
        ("item", json!(FILES[0])),
        ("sha256", json!("bb")),
        ("replaces", json!("aa")),
        // Nobody has compared it yet.
        ("verified", json!(false)),
    ] {
        assert_eq!(made.body[field], value, "{field}");
    }
    // The old file counts for nothing any more: neither as missing nor as wrong.
    let records = pack("evidence_building", gone.clone());
    assert_eq!(ready(&records), by("dispute.incomplete", "L-19"));
    let good = Value::Object(made.body.clone());
    let good = with(good, json!({"verified": true}));
    records.add("evidence_document", "good", good);
    assert_eq!(ready(&records), None);
    // And it is replaced once.
    let again = pack("evidence_building", gone);
    for (action, params) in [
        ("replace", better(1_000)),
        ("take_out", json!({"reason": "twice"})),
        ("verify", json!({"sha256": "aa"})),
    ] {
        let said = refused(&again, action, params);
        assert_eq!(said, by("evidence.taken_out", "L-21"), "{action}");
    }
}

#[test]
fn data_of_l_22_what_does_not_help_is_taken_out_and_kept() {
    let other = json!({"item": "other", "verified": false});
    let records = pack("evidence_building", other.clone());
    records.add("evidence_document", "first", file(FILES[0], json!({})));
    assert_eq!(ready(&records), by("dispute.unverified", "X-14"));
    let reason = json!({"reason": "It is not ours."});
    let plan = plan(&records, "take_out", reason);
    assert_eq!(plan.sets["out_reason"], "It is not ours.");
    assert!(plan.creates.is_empty() && plan.calls.is_empty());
    let records = pack("evidence_building", after(file("other", other), &plan));
    records.add("evidence_document", "first", file(FILES[0], json!({})));
    assert_eq!(ready(&records), None);
    let silent = refused(&pack("evidence_building", json!({})), "take_out", json!({}));
    assert_eq!(silent, Some(("params.invalid".to_owned(), None)));
}

#[test]
fn data_of_l_22_a_file_in_place_of_another_keeps_to_the_limits_of_paypal() {
    let records = |bytes: i64| {
        let records = pack("evidence_building", json!({}));
        let rest = file("other", json!({"bytes": bytes}));
        records.add("evidence_document", "rest", rest);
        records
    };
    let too_large = by("dispute.too_large", "L-22");
    // Five other files have 1,000 bytes each; the one that goes counts no more.
    for (rest, bytes, said) in [
        (0, 9_999_999, None),
        (0, 10_000_000, too_large.clone()),
        (0, 0, too_large.clone()),
        (49_000_000, 995_000, None),
        (49_000_000, 995_001, too_large),
    ] {
        let found = refused(&records(rest), "replace", better(bytes));
        assert_eq!(found, said, "{rest} {bytes}");
    }
}

#[test]
fn data_of_l_18_and_l_21_what_went_to_paypal_changes_no_more() {
    let tries = || {
        [
            ("verify", json!({"sha256": "aa"})),
            ("replace", better(1_000)),
            ("take_out", json!({"reason": "late"})),
        ]
    };
    for (state, verified, rest) in [
        ("evidence_required", None, None),
        ("evidence_building", None, None),
        // Closed but still here: opened again before a file changes.
        ("evidence_ready", None, by("evidence.pack_closed", "L-18")),
        (
            "submitted",
            by("evidence.pack_gone", "L-18"),
            by("evidence.pack_closed", "L-18"),
        ),
        (
            "closed",
            by("evidence.pack_gone", "L-18"),
            by("evidence.pack_closed", "L-18"),
        ),
    ] {
        let records = pack(state, json!({}));
        for (action, params) in tries() {
            let wanted = if action == "verify" { &verified } else { &rest };
            let found = refused(&records, action, params);
            assert_eq!(&found, wanted, "{action} while {state}");
        }
    }
}
