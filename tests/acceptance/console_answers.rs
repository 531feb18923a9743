//! who is told of a page, and when one counts as acknowledged.

use serde_json::{Value, json};
use watchkeeper_model::plan::plan;
use watchkeeper_model::{Settled, settle};
use watchkeeper_pack::expr::Scope;

use crate::console_paging::page;
use crate::packs::ADMIN_CONSOLE;
use crate::pos_world::{by, clock, map, seen};
use crate::records::Records;

const PAGE: (&str, &str) = ("page", "p");
const SENT: &str = "2026-11-20T12:00:00.000Z";
/// Later than the five minutes that an answer may take.
const NOW: &str = "2026-11-20T12:06:00.000Z";

fn sent(severity: &str, state: &str, told: Value) -> Records {
    let fields = json!({"sent_at": SENT, "pagerduty": "PD1", "trust_safety_at": told});
    page(severity, state, fields)
}

fn refused(records: &Records, action: &str) -> Option<(String, Option<String>)> {
    records.refused(PAGE, (action, json!({})), &[], NOW)
}

#[test]
fn x_77_telling_trust_and_safety_stops_nothing_whether_it_was_done_or_not() {
    let kind = ADMIN_CONSOLE.kind("page").unwrap();
    for severity in ["s0", "s1", "s2", "s3"] {
        for state in &kind.states {
            let untold = sent(severity, &state.id, Value::Null);
            let told = sent(severity, &state.id, json!("2026-11-20T12:01:00.000Z"));
            for action in kind.actions.keys() {
                let (before, after) = (refused(&untold, action), refused(&told, action));
                assert_eq!(before, after, "{action} of {severity}, {}", state.id);
            }
            // Of what is not sent nobody is told.
            let expected = match (severity, state.id.as_str()) {
                (_, "discarded") => Some(("action.wrong_state".to_owned(), None)),
                ("s0" | "s1", _) => None,
                _ => by("page.not_theirs", "H-02"),
            };
            assert_eq!(
                refused(&untold, "loop_in"),
                expected,
                "{severity}, {}",
                state.id
            );
        }
    }
}

#[test]
fn x_77_the_first_time_is_noted_and_stays() {
    let first = "2026-11-20T12:01:00.000Z";
    for (told, noted) in [(Value::Null, NOW), (json!(first), first)] {
        let records = sent("s0", "sent", told);
        let plan = records.decide(PAGE, ("loop_in", json!({})), &[], NOW).plan;
        let plan = plan.unwrap();
        assert_eq!(plan.sets, map(json!({ "trust_safety_at": noted })));
        assert!(plan.calls.is_empty() && plan.creates.is_empty());
    }
}

/// What an operator's yes says at once, and what an answer of `PagerDuty` then says.
fn acknowledged(success: bool, result: Value) -> (Settled, Settled) {
    let kind = ADMIN_CONSOLE.kind("page").unwrap();
    let action = &kind.actions["acknowledge"];
    let records = sent("s1", "sent", Value::Null);
    let mut scope = Scope {
        kind: Some(kind),
        action: Some(action),
        actor: map(json!({"id": "op-1", "roles": [], "regions": []})),
        ..seen(&ADMIN_CONSOLE, &records, PAGE, NOW)
    };
    let pressed = plan(&ADMIN_CONSOLE, action, kind, &scope).unwrap();
    let at_once = Settled {
        sets: pressed.sets,
        sets_on: pressed.sets_on,
        erases: pressed.erases,
    };
    scope.result = Some(result);
    // The second effect is the call.
    let after = settle(&ADMIN_CONSOLE, kind, action, 1, &scope, success);
    (at_once, after.unwrap().unwrap())
}

#[test]
fn x_78_a_page_counts_as_acknowledged_by_the_answer_alone() {
    let kind = ADMIN_CONSOLE.kind("page").unwrap();
    let (at_once, answered) = acknowledged(true, json!({"id": "PD1"}));
    assert_eq!(at_once.sets["state"], "acknowledging");
    let label = kind.state("acknowledging").unwrap().label.as_str();
    assert_eq!(label, "acknowledgement not sent");
    assert!(!at_once.sets.contains_key("acknowledged_at"));
    let expected = json!({"state": "acknowledged", "acknowledged_at": NOW,
                          "acknowledged_by": "op-1"});
    assert_eq!(answered.sets, map(expected));
    let (_, turned_down) = acknowledged(false, json!({"message": "no such incident"}));
    let expected = json!({"state": "sent", "problem": "no such incident"});
    assert_eq!(turned_down.sets, map(expected));
}

#[test]
fn x_78_the_five_minutes_run_until_then() {
    for (state, at, runs) in [
        ("sent", Value::Null, true),
        ("acknowledging", Value::Null, true),
        ("acknowledged", json!(NOW), false),
    ] {
        let fields = json!({"sent_at": SENT, "pagerduty": "PD1", "acknowledged_at": at});
        let records = page("s1", state, fields);
        let stands = clock(&ADMIN_CONSOLE, &records, PAGE, "acknowledge", NOW);
        assert_eq!(stands.runs, runs, "{state}");
        let told = records.states("page_unanswered", NOW);
        assert_eq!(told.len(), usize::from(runs), "{state}");
    }
}
