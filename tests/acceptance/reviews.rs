//! D-12 to D-15, D-58, X-68: the queue of reviews.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use watchkeeper_model::decision::bulk::sample_size;
use watchkeeper_model::{Actor, Bulk, Decision, Outcome, Situation, Snapshot, decide, takes_part};
use watchkeeper_pack::format::Nature;
use watchkeeper_pack::{Kind, value};

use crate::world::{PACK, at, map};

fn kind() -> &'static Kind {
    PACK.kind("review").unwrap()
}

fn review(confidence: Option<f64>, verdict: &str, state: &str) -> Snapshot {
    let mut body = json!({
        "business": "b", "rating": 4, "text": "Kind to dogs.", "state": state,
        "written_at": "2026-11-01T00:00:00.000Z", "verdict": verdict,
    });
    if let Some(confidence) = confidence {
        body["confidence"] = confidence.into();
    }
    let body = value::normalise(kind(), map(body)).unwrap();
    Snapshot {
        id: "rv".into(),
        revision: 1,
        computed: value::compute(kind(), &body),
        body,
        refs: Map::new(),
    }
}

fn seen<T>(record: &Snapshot, params: &Value, look: impl FnOnce(&Situation<'_>) -> T) -> T {
    let actor = Actor {
        id: "kim".into(),
        roles: BTreeSet::new(),
        regions: BTreeSet::new(),
    };
    look(&Situation {
        pack: &PACK,
        kind: kind(),
        record,
        params: &map(params.clone()),
        actor: &actor,
        now: at("2026-11-20T03:00:00Z"),
        settings: &PACK.settings_in_force(&Map::new()),
        controls: &PACK.controls_in_force(&Map::new()),
        lookups: &BTreeMap::new(),
    })
}

fn decided(record: &Snapshot, action: &str, params: Value) -> Decision {
    seen(record, &params, |situation| decide(situation, action))
}

fn bulk(confidence: Option<f64>, verdict: &str) -> Bulk {
    let record = review(confidence, verdict, "pending");
    seen(&record, &json!({}), |situation| {
        let action = &kind().actions["approve"];
        takes_part(action, &situation.scope(Some(action)))
    })
}

#[test]
fn d_12_oldest_first_until_fewer_than_ten_remain() {
    let view = PACK.view("reviews").unwrap();
    assert_eq!(PACK.queues.first(), Some(&view.id));
    assert_eq!(
        (view.def.row.as_str(), &view.def.sort),
        ("D-12", &vec!["written_at".to_owned()])
    );
    let queue = view.def.queue.as_ref().unwrap();
    assert_eq!(queue.target, 9);
    assert_eq!(queue.arrived.as_deref(), Some("written_at"));
}

#[test]
fn d_13_what_the_check_is_sure_of_goes_at_once_and_nothing_else() {
    let view = PACK.view("reviews").unwrap();
    assert_eq!(view.def.sections[0].at_once.as_deref(), Some("approve"));
    assert_eq!(bulk(Some(0.90), "clean"), Bulk::TakesPart);
    assert_eq!(bulk(Some(0.99), "clean"), Bulk::TakesPart);
    for (confidence, verdict) in [
        (Some(0.8999), "clean"),
        (Some(0.93), "spam"),
        (Some(0.99), "profanity"),
        (None, "clean"),
    ] {
        let said = bulk(confidence, verdict);
        assert!(
            matches!(&said, Bulk::LeftOut { row, why } if row == "X-68" && !why.is_empty()),
            "{confidence:?} {verdict}: {said:?}"
        );
    }
}

#[test]
fn d_13_each_waiting_review_is_in_one_of_the_two_sections() {
    for (confidence, verdict, sure) in [
        (Some(0.90), "clean", true),
        (Some(0.8999), "clean", false),
        (Some(0.93), "spam", false),
        (None, "clean", false),
    ] {
        let record = review(confidence, verdict, "pending");
        assert_eq!(
            record.computed["sure"],
            json!(sure),
            "{confidence:?} {verdict}"
        );
    }
}

#[test]
fn x_68_at_once_has_a_cap() {
    for action in ["approve", "reject"] {
        let bulk = kind().actions[action].def.bulk.clone().unwrap();
        assert_eq!(bulk.cap, 50, "{action}");
    }
}

#[test]
fn x_68_five_are_read_before_more_are_approved_at_once_or_as_many_as_the_tenant_says() {
    let bulk = kind().actions["approve"].def.bulk.clone().unwrap();
    let sample = bulk.sample.unwrap();
    assert_eq!(sample.row, "X-68");
    let of = |said: Value, batch: usize| {
        let settings = PACK.settings_in_force(said.as_object().unwrap());
        sample_size(&sample, &settings, batch)
    };
    assert_eq!(of(json!({}), 40), Some(5));
    assert_eq!(of(json!({}), 5), None, "these few are all in sight");
    assert_eq!(of(json!({"bulk_sample": 8}), 40), Some(8));
    let setting = &PACK.settings["bulk_sample"];
    assert!(setting.accepts(&json!(5)).is_ok() && setting.accepts(&json!(4)).is_err());
    let told = PACK.warnings.iter();
    let unread: Vec<_> = told
        .filter(|one| one.message.contains("bulk_sample"))
        .collect();
    assert!(unread.is_empty(), "{unread:?}");
}

#[test]
fn x_68_what_was_approved_can_be_taken_back_for_a_moment() {
    let undo = kind().actions["approve"].def.undo.clone().unwrap();
    assert_eq!(
        (undo.row.as_str(), undo.hold_seconds, undo.by),
        ("X-68", Some(10), None)
    );
}

#[test]
fn d_14_approve_publishes_at_once_and_nobody_is_written_to() {
    let record = review(Some(0.5), "clean", "pending");
    let decision = decided(&record, "approve", json!({}));
    assert_eq!(
        (&decision.outcome, decision.nature),
        (&Outcome::Allow, Nature::Change)
    );
    let plan = decision.plan.unwrap();
    assert_eq!(plan.sets["state"], "published");
    assert_eq!(
        (&plan.sets["decided_by"], plan.calls.len()),
        (&json!("kim"), 0)
    );
}

#[test]
fn d_14_reject_has_four_reasons_and_an_optional_note() {
    let record = review(Some(0.5), "clean", "pending");
    for reason in ["Spam", "Profanity", "Off-topic", "Other"] {
        let plan = decided(&record, "reject", json!({"reason": reason}))
            .plan
            .unwrap();
        assert_eq!(
            (&plan.sets["state"], &plan.sets["rejected_for"]),
            (&json!("rejected"), &json!(reason))
        );
        assert!(plan.calls.is_empty(), "the reviewer is anonymous");
    }
    let noted = decided(
        &record,
        "reject",
        json!({"reason": "Other", "note": "A cat."}),
    );
    assert_eq!(noted.plan.unwrap().sets["remark"], "A cat.");
    for params in [json!({}), json!({"reason": "Rude"})] {
        let outcome = decided(&record, "reject", params).outcome;
        assert!(matches!(outcome, Outcome::Deny { code, .. } if code == "params.invalid"));
    }
    let keys = ["approve", "reject"].map(|name| kind().actions[name].def.key.clone());
    assert_eq!(keys, [Some("a".to_owned()), Some("r".to_owned())]);
}

#[test]
fn d_14_what_is_decided_is_decided() {
    for state in ["published", "rejected"] {
        let record = review(Some(0.99), "clean", state);
        for action in ["approve", "reject"] {
            let outcome = decided(&record, action, json!({"reason": "Spam"})).outcome;
            assert!(matches!(outcome, Outcome::Deny { code, .. } if code == "action.wrong_state"));
        }
    }
}

#[test]
fn d_15_and_d_58_fifty_one_reviews_take_about_an_hour() {
    let view = PACK.view("reviews").unwrap();
    let queue = view.def.queue.as_ref().unwrap();
    let minutes = |section: usize, count: f64| {
        let each = view.def.sections[section]
            .minutes_each
            .unwrap_or(queue.minutes_each);
        each * count
    };
    let planned = queue.minutes_fixed + minutes(0, 40.0) + minutes(1, 11.0);
    assert!((40.0..=60.0).contains(&planned), "{planned}");
    let refunds = PACK.view("refunds").unwrap().def.queue.clone().unwrap();
    let planned = refunds.minutes_fixed + 3.0 * refunds.minutes_each;
    assert!((20.0..=25.0).contains(&planned), "{planned}");
}

#[test]
fn d_01_the_operator_has_four_hours_a_week() {
    let budget = PACK.budget.as_ref().unwrap();
    assert_eq!((budget.row.as_str(), budget.minutes_a_week), ("D-01", 240));
}
