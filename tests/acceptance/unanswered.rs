//! and H-02: who is to be called for an alert that nobody acknowledges.

use chrono::TimeDelta;
use serde_json::{Value, json};
use watchkeeper_model::alert::{Call, Episode, State, escalation};
use watchkeeper_pack::Pack;

use crate::packs::{ADMIN_CONSOLE, AMARISE};
use crate::world::{PACK, at};

const FIRED: &str = "2026-11-20T01:00:00.000Z";

fn episode(state: State) -> Episode {
    Episode {
        state,
        since: at("2026-11-20T00:30:00.000Z"),
        fired_at: Some(at(FIRED)),
        quiet_since: None,
        unknown_since: None,
        resolved_at: None,
    }
}

fn roles(calls: &[Call<'_>]) -> Vec<String> {
    calls.iter().map(|call| call.def.role.clone()).collect()
}

/// Who is to be called, who is told and who comes next, so many seconds after the alert fired.
fn called(
    pack: &Pack,
    said: Value,
    rule: &str,
    seconds: i64,
) -> Option<(Vec<String>, Vec<String>, Vec<String>)> {
    let settings = pack.settings_in_force(said.as_object().unwrap());
    let now = at(FIRED) + TimeDelta::seconds(seconds);
    let firing = episode(State::Firing);
    let found = escalation(pack, &settings, rule, &firing, now)?.escalated?;
    Some((roles(&found.due), roles(&found.told), roles(&found.next)))
}

/// The same where somebody has acknowledged it.
fn answered(pack: &Pack, rule: &str) -> bool {
    let settings = pack.settings_in_force(&serde_json::Map::new());
    let now = at(FIRED) + TimeDelta::days(30);
    let seen = episode(State::Acknowledged);
    escalation(pack, &settings, rule, &seen, now).is_none()
}

#[test]
fn x_11_after_five_minutes_without_an_answer_the_founder_and_all_leads_are_to_be_called() {
    let called = |said: Value, seconds: i64| called(&AMARISE, said, "gateway_down", seconds);
    assert_eq!(called(json!({}), 299), None);
    let (due, told, next) = called(json!({}), 300).unwrap();
    assert_eq!(due.first().map(String::as_str), Some("founder"));
    for lead in [
        "tech_lead",
        "finance_lead",
        "regional_lead",
        "team_lead",
        "cs_lead",
    ] {
        assert!(due.iter().any(|role| role == lead), "{lead}");
    }
    assert!(told.is_empty() && next.is_empty());
    let sooner = json!({"unanswered_minutes": 1});
    assert_eq!(called(sooner.clone(), 59), None);
    assert!(called(sooner, 60).is_some());
    assert!(answered(&AMARISE, "gateway_down"));
}

#[test]
fn x_46_devops_are_to_be_called_for_unseen_red_infrastructure_once_the_tenant_says_hours() {
    let week = 7 * 24 * 3600;
    for rule in ["ai_down", "database_slow", "webhook_failures"] {
        let called = |said: Value, seconds: i64| called(&PACK, said, rule, seconds);
        assert_eq!(called(json!({}), week), None, "{rule}: off at first");
        let said = json!({"red_unanswered_hours": 4});
        assert_eq!(called(said.clone(), 4 * 3600 - 1), None, "{rule}");
        let (due, _, next) = called(said, 4 * 3600).unwrap();
        assert_eq!((due, next.len()), (vec!["devops".to_owned()], 0), "{rule}");
    }
    // What is no infrastructure waits for the session.
    let said = json!({"red_unanswered_hours": 4});
    assert_eq!(called(&PACK, said, "orphan_charge", week), None);
}

#[test]
fn h_02_the_operator_at_once_and_the_commander_after_five_minutes_without_an_acknowledgement() {
    for rule in ["trend_platform", "trend_monetisation"] {
        let called = |seconds: i64| called(&ADMIN_CONSOLE, json!({}), rule, seconds).unwrap();
        let (due, told, next) = called(0);
        assert_eq!((due.len(), told.len(), next.len()), (1, 1, 1), "{rule}");
        assert_eq!(due[0], "operator");
        assert_eq!(told[0], "trust_safety", "X-77: nothing waits for them");
        assert_eq!(next[0], "commander");
        assert_eq!(called(299).0.len(), 1);
        let (due, _, next) = called(300);
        assert_eq!((due[1].as_str(), next.len()), ("commander", 0));
        assert!(answered(&ADMIN_CONSOLE, rule));
    }
}
