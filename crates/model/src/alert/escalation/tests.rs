#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

const PACK: &str = "format: 1
id: yard
version: 1
name: Yard
zone: UTC
currency: EUR
language: en
queues: []
settings:
  patience: {row: P-1, label: Patience, type: integer, unit: hours, default: 0}
";

const PEOPLE: &str = "roles:
  clerk: {row: P-2, label: Clerk}
  lead: {row: P-2, label: Lead}
  owner: {row: P-2, label: Owner}
  press: {row: P-2, label: Press}
contacts:
  clerk: {row: P-2, label: Clerk, role: clerk, at: '1'}
  lead: {row: P-2, label: Lead, role: lead, at: '2'}
  owner: {row: P-2, label: Owner, role: owner, at: '3'}
  press: {row: P-2, label: Press, role: press, at: '4'}
escalations:
  yard:
    row: P-2
    label: The yard
    purpose: Something is wrong in the yard.
    calls:
      - {role: clerk}
      - {role: press, informed: true}
      - {role: lead, after_minutes: 10}
      - {role: press, after_minutes: 20, informed: true}
      - {role: owner, after_minutes: 30}
      - {role: lead, after_minutes: 30, only: at night}
";

const CRANE: &str = "kind: crane
label: {one: Crane, many: Cranes}
title: Crane
fields:
  name: {type: string, label: Name}
states:
  - {id: up, label: up}
";

fn rule(id: &str, escalation: &str) -> String {
    format!(
        "id: {id}\nrow: P-3\nlabel: A crane stands\nseverity: red\n\
         each: {{kind: crane, where: {{state: up}}}}\nwhen: 'true'\nrule: at once\n\
         detail: A crane stands\n{escalation}"
    )
}

fn pack() -> Pack {
    let fixed = rule(
        "fixed",
        "escalation: {row: P-4, path: yard, after_minutes: 5}\n",
    );
    let said = rule(
        "said",
        "escalation: {row: P-5, path: yard, setting: patience}\n",
    );
    let quiet = rule("quiet", "");
    let files = [
        ("pack.yaml", PACK),
        ("people.yaml", PEOPLE),
        ("records/crane.yaml", CRANE),
        ("alerts/fixed.yaml", fixed.as_str()),
        ("alerts/said.yaml", said.as_str()),
        ("alerts/quiet.yaml", quiet.as_str()),
    ];
    let files: BTreeMap<String, Vec<u8>> = files
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect();
    watchkeeper_pack::load_files(&files).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

/// One that fires since minute 0; it held before.
fn firing() -> Episode {
    Episode {
        state: State::Firing,
        since: at(-30),
        fired_at: Some(at(0)),
        quiet_since: None,
        unknown_since: None,
        resolved_at: None,
    }
}

/// Roles by when their turn is, in minutes.
fn roles(calls: &[Call<'_>]) -> Vec<(String, i64)> {
    let said = |call: &Call<'_>| (call.def.role.clone(), (call.at - at(0)).num_minutes());
    calls.iter().map(said).collect()
}

/// Due, told and next.
type Said = (Vec<(String, i64)>, Vec<(String, i64)>, Vec<(String, i64)>);

/// What is said at this instant, and when that changes.
fn said(pack: &Pack, now: DateTime<Utc>) -> (Option<Said>, Option<DateTime<Utc>>) {
    let found = escalation(pack, &Map::new(), "fixed", &firing(), now).unwrap();
    let escalated = found.escalated.map(|escalated| {
        assert_eq!((escalated.since, escalated.row), (at(5), "P-4"));
        assert_eq!(escalated.path.label, "The yard");
        let Escalated {
            due, told, next, ..
        } = escalated;
        (roles(&due), roles(&told), roles(&next))
    });
    (escalated, found.changes_at)
}

fn named(calls: &[(&str, i64)]) -> Vec<(String, i64)> {
    let calls = calls.iter();
    calls.map(|(role, at)| ((*role).to_owned(), *at)).collect()
}

#[test]
fn before_its_time_nobody_is_to_be_called() {
    let pack = pack();
    assert_eq!(said(&pack, at(0)), (None, Some(at(5))));
    let just_before = at(5) - TimeDelta::milliseconds(1);
    assert_eq!(said(&pack, just_before), (None, Some(at(5))));
}

#[test]
fn each_has_their_turn_at_its_instant_and_who_is_told_holds_nobody_up() {
    let pack = pack();
    let at_first = (
        named(&[("clerk", 5)]),
        named(&[("press", 5)]),
        named(&[("lead", 15)]),
    );
    assert_eq!(said(&pack, at(5)), (Some(at_first), Some(at(15))));
    let then = (
        named(&[("clerk", 5), ("lead", 15)]),
        named(&[("press", 5)]),
        named(&[("owner", 35), ("lead", 35)]),
    );
    assert_eq!(said(&pack, at(15)), (Some(then), Some(at(25))));
    let (told, changes_at) = said(&pack, at(25));
    assert_eq!(told.unwrap().1, named(&[("press", 5), ("press", 25)]));
    assert_eq!(changes_at, Some(at(35)));
    let (last, changes_at) = said(&pack, at(35));
    let (due, _, next) = last.unwrap();
    assert_eq!(due.len(), 4);
    assert_eq!((next, changes_at), (Vec::new(), None));
}

#[test]
fn who_acknowledges_ends_it() {
    let pack = pack();
    for state in [State::Pending, State::Acknowledged, State::Resolved] {
        let episode = Episode { state, ..firing() };
        let found = escalation(&pack, &Map::new(), "fixed", &episode, at(60));
        assert!(found.is_none(), "{state:?}");
    }
    let now = at(60);
    assert!(escalation(&pack, &Map::new(), "quiet", &firing(), now).is_none());
    assert!(escalation(&pack, &Map::new(), "gone", &firing(), now).is_none());
}

#[test]
fn a_setting_says_after_how_long_in_its_unit_and_nothing_calls_nobody() {
    let pack = pack();
    let since = |said: Value| {
        let settings = Map::from_iter([("patience".to_owned(), said)]);
        let found = escalation(&pack, &settings, "said", &firing(), at(600))?;
        found.escalated.map(|escalated| escalated.since)
    };
    assert_eq!(since(json!(2)), Some(at(120)));
    assert_eq!(since(json!(0.5)), Some(at(30)));
    for nobody in [json!(0), json!(-1), json!(null), json!("2"), json!(1e300)] {
        assert_eq!(since(nobody.clone()), None, "{nobody}");
    }
    let nothing = Map::new();
    assert!(escalation(&pack, &nothing, "said", &firing(), at(600)).is_none());
}
