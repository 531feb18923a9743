//! L-18 to L-22: disputes, their states, their evidence and when it goes by itself.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_model::clock::standing_of;
use watchkeeper_pack::format::{EvidenceForm, Severity, Tone};

use crate::live_world::{NOW, OP, by, dispute, live, order, passes, starts_from, states_of, with};
use crate::packs::LIVE_SHOPPING;
use crate::records::Records;
use crate::world::at;

const FILES: [&str; 6] = [
    "order_confirmation",
    "delivery_confirmation",
    "product_description",
    "customer_messages",
    "refund_policy",
    "terms_of_service",
];

fn file(records: &Records, item: &str, verified: bool) {
    let body = json!({
        "dispute_number": "PP-D-1", "item": item, "name": "a.pdf", "media": "application/pdf",
        "bytes": 1_000, "sha256": "00", "verified": verified,
        "added_at": "2026-11-20T11:00:00.000Z",
    });
    records.add("evidence_document", item, body);
}

/// A dispute with these files and a tracking number.
fn built(files: &[&str], fields: Value) -> Records {
    let records = live();
    records.add("order", "o-1", order("o-1", json!({})));
    let tracked = json!({"tracking_number": "1Z", "carrier": "UPS"});
    records.add("dispute", "d", with(dispute(tracked), fields));
    for item in files {
        file(&records, item, true);
    }
    records
}

fn refused(records: &Records, action: &str, params: Value) -> Option<(String, Option<String>)> {
    records.refused(("dispute", "d"), (action, params), &OP, NOW)
}

#[test]
fn l_18_and_x_16_the_eight_states_of_the_document_and_four_more() {
    let labels: Vec<&str> = LIVE_SHOPPING
        .kind("dispute")
        .unwrap()
        .states
        .iter()
        .map(|state| state.label.as_str())
        .collect();
    for state in [
        "OPEN",
        "EVIDENCE_REQUIRED",
        "EVIDENCE_BUILDING",
        "EVIDENCE_READY",
        "SUBMITTED",
        "WON",
        "LOST",
        "CLOSED",
        "ACCEPTED",
        "EXPIRED",
        "CANCELLED",
        "APPEALED",
    ] {
        assert!(labels.contains(&state), "{state}");
    }
    assert_eq!(states_of("dispute").len(), 12);
    // PayPal's own word stands beside ours.
    let status = &LIVE_SHOPPING.kind("dispute").unwrap().fields["provider_status"];
    for word in [
        "OPEN",
        "WAITING_FOR_SELLER_RESPONSE",
        "UNDER_REVIEW",
        "RESOLVED",
    ] {
        assert!(status.one_of.iter().any(|one| one == word), "{word}");
    }
}

#[test]
fn l_18_and_x_16_every_action_starts_from_its_states_and_from_no_other() {
    let ours = [
        "open",
        "evidence_required",
        "evidence_building",
        "evidence_ready",
    ];
    let gathering = ["evidence_required", "evidence_building"];
    let ended = ["won", "lost", "accepted", "expired", "cancelled"];
    starts_from(
        "dispute",
        &dispute(json!({})),
        &[
            ("review", &["open"]),
            ("build", &["evidence_required"]),
            ("build_by_hand", &["evidence_required"]),
            ("add_evidence", &gathering),
            ("set_tracking", &gathering),
            ("mark_ready", &["evidence_building"]),
            ("stop_auto", &["evidence_ready"]),
            ("reopen", &["evidence_ready"]),
            ("submit", &["evidence_ready"]),
            ("accept", &ours),
            ("appeal", &["lost"]),
            ("close", &ended),
        ],
    );
}

#[test]
fn l_18_each_step_leads_to_the_next() {
    for (from, action, params, to) in [
        ("open", "review", json!({}), "evidence_required"),
        (
            "evidence_required",
            "build_by_hand",
            json!({}),
            "evidence_building",
        ),
        (
            "evidence_building",
            "mark_ready",
            json!({}),
            "evidence_ready",
        ),
        ("evidence_ready", "reopen", json!({}), "evidence_building"),
        ("won", "close", json!({}), "closed"),
        ("lost", "close", json!({}), "closed"),
        (
            "lost",
            "appeal",
            json!({"reason": "a new letter"}),
            "appealed",
        ),
    ] {
        let records = built(&FILES, json!({"state": from}));
        let decision = records.decide(("dispute", "d"), (action, params), &OP, NOW);
        let plan = decision.plan.unwrap();
        assert_eq!(plan.sets["state"], to, "{action}");
    }
    let required = built(&FILES, json!({"state": "evidence_required"}));
    assert_eq!(refused(&required, "build", json!({})), passes());
}

#[test]
fn data_of_l_19_seven_items_for_each_dispute() {
    let items = &LIVE_SHOPPING.evidence["dispute_pack"].def.items;
    assert_eq!(items.len(), 7);
    for item in FILES {
        let found = items.iter().find(|i| i.id == item);
        assert!(matches!(found.unwrap().form, EvidenceForm::File), "{item}");
    }
    let tracking = items
        .iter()
        .find(|item| item.id == "tracking_number")
        .unwrap();
    assert!(matches!(&tracking.form, EvidenceForm::Field(name) if name == "tracking_number"));
    assert_eq!(
        LIVE_SHOPPING.evidence["dispute_pack"].def.deadline,
        "response_due_at"
    );
}

#[test]
fn data_of_l_19_a_pack_is_complete_with_all_seven_and_with_no_fewer() {
    assert_eq!(
        refused(&built(&FILES, json!({})), "mark_ready", json!({})),
        None
    );
    for missing in FILES {
        let rest: Vec<&str> = FILES.into_iter().filter(|item| *item != missing).collect();
        let building = built(&rest, json!({}));
        let said = refused(&building, "mark_ready", json!({}));
        assert_eq!(said, by("dispute.incomplete", "L-19"), "without {missing}");
        let ready = built(&rest, json!({"state": "evidence_ready"}));
        let said = refused(&ready, "submit", json!({}));
        assert_eq!(said, by("dispute.incomplete", "L-19"), "without {missing}");
    }
    let untracked = built(&FILES, json!({"tracking_number": Value::Null}));
    let said = refused(&untracked, "mark_ready", json!({}));
    assert_eq!(said, by("dispute.incomplete", "L-19"));
}

#[test]
fn data_of_l_19_and_x_14_a_file_that_is_not_verified_does_not_count() {
    let records = built(&FILES[1..], json!({}));
    file(&records, FILES[0], false);
    let said = refused(&records, "mark_ready", json!({}));
    assert_eq!(said, by("dispute.incomplete", "L-19"));
    // One more beside a complete pack is refused as well.
    let records = built(&FILES, json!({}));
    file(&records, "other", false);
    let said = refused(&records, "mark_ready", json!({}));
    assert_eq!(said, by("dispute.unverified", "X-14"));
}

#[test]
fn data_of_l_19_and_l_22_a_file_that_paypal_does_not_take_does_not_count() {
    let kept = |records: &Records, media: &str| {
        let body = json!({
            "dispute_number": "PP-D-1", "item": FILES[0], "name": "a", "media": media,
            "bytes": 1_000, "sha256": "00", "verified": true,
            "added_at": "2026-11-20T11:00:00.000Z",
        });
        records.add("evidence_document", media, body);
    };
    for media in ["message/rfc822", "text/plain"] {
        let records = built(&FILES[1..], json!({}));
        kept(&records, media);
        let said = refused(&records, "mark_ready", json!({}));
        assert_eq!(said, by("dispute.incomplete", "L-19"), "{media}");
        // Beside a complete pack it does no harm.
        file(&records, FILES[0], true);
        assert_eq!(refused(&records, "mark_ready", json!({})), None, "{media}");
    }
}

#[test]
fn l_20_a_complete_pack_goes_by_itself_above_48_hours_only() {
    // Due so long after three in the afternoon, UTC, of 20 November.
    for (due, goes) in [
        ("2026-11-22T14:59:59.999Z", false),
        ("2026-11-22T15:00:00.000Z", false),
        ("2026-11-22T15:00:00.001Z", true),
        ("2026-11-25T15:00:00.000Z", true),
    ] {
        let records = built(&FILES, json!({"response_due_at": due}));
        let ready = ("mark_ready", json!({}));
        let plan = records
            .decide(("dispute", "d"), ready, &OP, NOW)
            .plan
            .unwrap();
        // After four hours in which it can be stopped.
        let wanted = if goes {
            json!("2026-11-20T19:00:00.000Z")
        } else {
            Value::Null
        };
        assert_eq!(plan.sets["auto_submit_at"], wanted, "{due}");
        assert_eq!(plan.sets["state"], "evidence_ready");
    }
}

#[test]
fn l_20_nothing_goes_by_itself_without_paypal_or_when_it_is_switched_off() {
    let ready = || ("mark_ready", json!({}));
    for fields in [
        json!({"can_submit": false}),
        json!({"response_due_at": Value::Null}),
    ] {
        let records = built(&FILES, fields);
        let plan = records
            .decide(("dispute", "d"), ready(), &OP, NOW)
            .plan
            .unwrap();
        assert_eq!(plan.sets["auto_submit_at"], Value::Null);
    }
    let off = built(&FILES, json!({})).control("auto_submit", json!(false));
    let plan = off
        .decide(("dispute", "d"), ready(), &OP, NOW)
        .plan
        .unwrap();
    assert_eq!(plan.sets["auto_submit_at"], Value::Null);
}

#[test]
fn l_20_and_x_14_with_48_hours_or_less_a_person_is_called() {
    for (due, state, red) in [
        ("2026-11-22T15:00:00.001Z", "evidence_ready", 0),
        ("2026-11-22T15:00:00.000Z", "evidence_ready", 1),
        ("2026-11-22T14:59:59.999Z", "open", 1),
        ("2026-11-22T14:59:59.999Z", "submitted", 0),
    ] {
        let records = built(&[], json!({"response_due_at": due, "state": state}));
        let found = records.states("dispute_needs_person", NOW);
        assert_eq!(found.len(), red, "{due} {state}");
    }
    let rule = &LIVE_SHOPPING.alerts["dispute_needs_person"].def;
    assert_eq!(rule.severity, Severity::Red);
}

#[test]
fn l_20_and_x_14_it_can_be_stopped_until_it_goes() {
    for (goes, stops) in [
        (json!("2026-11-20T15:00:00.001Z"), None),
        (
            json!("2026-11-20T15:00:00.000Z"),
            by("dispute.not_automatic", "X-14"),
        ),
        (Value::Null, by("dispute.not_automatic", "X-14")),
    ] {
        let fields = json!({"state": "evidence_ready", "auto_submit_at": goes});
        assert_eq!(
            refused(&built(&FILES, fields), "stop_auto", json!({})),
            stops
        );
    }
}

#[test]
fn data_of_l_21_a_complete_pack_is_submitted_while_paypal_takes_it() {
    let ready = |fields: Value| built(&FILES, with(json!({"state": "evidence_ready"}), fields));
    assert_eq!(refused(&ready(json!({})), "submit", json!({})), None);
    for (fields, said) in [
        (json!({"can_submit": false}), by("dispute.not_now", "L-18")),
        (
            json!({"provider_status": "UNDER_REVIEW"}),
            by("dispute.not_now", "L-18"),
        ),
        (
            json!({"response_due_at": NOW}),
            by("dispute.too_late", "X-15"),
        ),
        (
            json!({"response_due_at": Value::Null}),
            by("dispute.too_late", "X-15"),
        ),
        (json!({"response_due_at": "2026-11-20T15:00:00.001Z"}), None),
    ] {
        assert_eq!(
            refused(&ready(fields.clone()), "submit", json!({})),
            said,
            "{fields}"
        );
    }
}

#[test]
fn l_22_the_submission_is_due_24_hours_after_the_dispute_was_opened() {
    let records = built(&[], json!({}));
    let (body, computed) = records.record("dispute", "d");
    let kind = LIVE_SHOPPING.kind("dispute").unwrap();
    let stands = |clock: &str, now: &str| {
        let clock = &kind.clocks[clock];
        standing_of(&LIVE_SHOPPING, kind, clock, (&body, &computed), at(now)).unwrap()
    };
    let submit = stands("submit", NOW);
    assert_eq!(submit.start, at("2026-11-20T10:00:00Z"));
    assert_eq!(submit.due, at("2026-11-21T10:00:00Z"));
    assert!(submit.runs);
    assert_eq!(
        stands("submit", "2026-11-21T09:59:59.999Z").tone,
        Tone::Amber
    );
    assert_eq!(stands("submit", "2026-11-21T10:00:00.000Z").tone, Tone::Red);
    // PayPal's own date is another clock.
    assert_eq!(stands("provider", NOW).due, at("2026-11-25T15:00:00Z"));
    let (body, computed) = {
        let records = built(&[], json!({"state": "submitted"}));
        records.record("dispute", "d")
    };
    let clock = &kind.clocks["submit"];
    let submitted = standing_of(&LIVE_SHOPPING, kind, clock, (&body, &computed), at(NOW));
    assert!(!submitted.unwrap().runs, "it has gone");
}

#[test]
fn l_22_evidence_that_is_a_day_old_and_not_submitted_is_told() {
    for (now, told) in [
        ("2026-11-21T10:00:00.000Z", 0),
        ("2026-11-21T10:00:00.001Z", 1),
    ] {
        let records = built(&[], json!({}));
        assert_eq!(
            records.states("dispute_submit_late", now).len(),
            told,
            "{now}"
        );
    }
}

#[test]
fn l_22_five_pieces_of_advice_stand_beside_the_pack() {
    let advice = &LIVE_SHOPPING.evidence["dispute_pack"].def.advice;
    assert_eq!(advice.len(), 5);
    for (line, word) in [
        (0, "within 24 hours"),
        (1, "every document"),
        (2, "professional"),
        (3, "tracking number for every shipment"),
        (4, "short"),
    ] {
        assert!(advice[line].contains(word), "{word} in {}", advice[line]);
    }
}

#[test]
fn data_of_l_01_and_x_15_a_dispute_wants_its_first_review_within_24_hours() {
    let records = built(&[], json!({"state": "open"}));
    let rule = "dispute_review_late";
    assert_eq!(records.states(rule, "2026-11-21T09:59:59.999Z"), []);
    assert_eq!(records.states(rule, "2026-11-21T10:00:00.000Z"), [Firing]);
    let reviewed = built(&[], json!({"state": "evidence_required"}));
    assert_eq!(reviewed.states(rule, "2026-11-25T10:00:00.000Z"), []);
}
