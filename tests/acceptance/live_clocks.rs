//! the three clocks of a dispute.

use serde_json::{Value, json};
use watchkeeper_model::{ClockStanding, standing_of};
use watchkeeper_pack::pack::Effect;

use crate::live_world::{NOW, dispute, live, with};
use crate::packs::LIVE_SHOPPING;
use crate::world::at;

fn stands(clock: &str, fields: Value) -> Option<ClockStanding> {
    let records = live();
    let body = with(dispute(json!({})), fields);
    records.add("dispute", "d", body);
    let kind = LIVE_SHOPPING.kind("dispute").unwrap();
    let (body, computed) = records.record("dispute", "d");
    let clock = &kind.clocks[clock];
    standing_of(&LIVE_SHOPPING, kind, clock, (&body, &computed), at(NOW))
}

#[test]
fn x_15_review_and_submission_are_due_24_hours_after_the_dispute_and_each_stops_by_itself() {
    let opened = at("2026-11-20T10:00:00Z");
    for (state, review, submit, provider) in [
        ("open", true, true, true),
        ("evidence_required", false, true, true),
        ("evidence_building", false, true, true),
        ("evidence_ready", false, true, true),
        ("submitted", false, false, false),
        ("won", false, false, false),
        ("closed", false, false, false),
    ] {
        let of = |clock: &str| stands(clock, json!({ "state": state })).unwrap();
        let all = ["review", "submit", "provider"].map(of);
        let runs = [&all[0], &all[1], &all[2]].map(|clock| clock.runs);
        assert_eq!(runs, [review, submit, provider], "{state}");
        for clock in &all[..2] {
            assert_eq!(
                (clock.start, clock.due),
                (opened, at("2026-11-21T10:00:00Z"))
            );
        }
    }
    let reviewed = json!({"state": "open", "reviewed_at": NOW});
    assert!(!stands("review", reviewed.clone()).unwrap().runs);
    assert!(stands("submit", reviewed).unwrap().runs);
}

#[test]
fn x_15_the_provider_s_deadline_is_the_provider_s_and_never_computed() {
    let due = |fields: Value| stands("provider", fields).map(|clock| clock.due);
    for stated in ["2026-11-21T00:00:00.000Z", "2026-12-05T15:00:00.000Z"] {
        for opened in ["2026-11-01T10:00:00.000Z", "2026-11-20T10:00:00.000Z"] {
            let fields = json!({"response_due_at": stated, "opened_at": opened});
            assert_eq!(due(fields), Some(at(stated)), "{opened}");
        }
    }
    assert_eq!(due(json!({"response_due_at": null})), None);
    let actions = LIVE_SHOPPING.kind("dispute").unwrap().actions.values();
    for effect in actions.flat_map(|action| &action.effects) {
        let sets = match effect {
            Effect::Set(set) => vec![set],
            Effect::Call(call) => vec![&call.then, &call.otherwise],
            Effect::SetOn(_) | Effect::Erase(_) | Effect::Create { .. } => Vec::new(),
        };
        assert!(sets.iter().all(|set| !set.contains_key("response_due_at")));
    }
}
