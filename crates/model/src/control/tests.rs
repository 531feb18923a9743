#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::decision::decide;
use crate::{Plan, Snapshot};

const PACK: &str = r"format: 1
id: small
version: 1
name: Small
zone: UTC
currency: EUR
language: en
queues: []
regions:
  north: {row: S-1, label: North, zone: UTC, currency: EUR, tax: none}
  south: {row: S-1, label: South, zone: UTC, currency: EUR, tax: none}
controls:
  freeze: {row: S-2, label: Frozen, default: false, roles: [lead]}
  mode: {row: S-3, label: Who answers, default: first, roles: [lead], banner: Somebody else answers.}
  paused: {row: S-4, label: Paused, default: false, each_region: true, roles: [lead]}
  fixed: {row: S-5, label: Fixed, default: false}
";

const CLAIM: &str = r"kind: claim
label: {one: Claim, many: Claims}
title: '{{ record.number }}'
fields:
  number: {type: integer, label: Number}
actions:
  pay:
    label: Pay
    row: S-6
    from: []
    policy:
      - {id: S-6, title: Small, when: record.number < 10, otherwise: claim.large, found: x, refusal: Too large., override: never}
      - {id: S-2, title: Not frozen, when: controls.freeze != true && record.number > 1, otherwise: claim.frozen, found: x, refusal: 'Payments are frozen, {{ record.number }} too.', override: never}
    nature: change
    effects: [{set: {number: '0'}}]
    will: [pay]
";

fn pack() -> Pack {
    let files = [("pack.yaml", PACK), ("records/claim.yaml", CLAIM)];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    watchkeeper_pack::load_files(&files.into()).unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn lead() -> Actor {
    Actor {
        id: "ada".into(),
        roles: ["lead".to_owned()].into(),
        ..Actor::default()
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// What is decided of an action on a record, with these controls.
fn with<T>(
    (kind, record): (&str, &Snapshot),
    params: Value,
    (actor, controls): (&Actor, Value),
    look: impl FnOnce(&Situation<'_>) -> T,
) -> T {
    let pack = pack();
    let controls = pack.controls_in_force(&object(controls));
    look(&Situation {
        pack: &pack,
        kind: pack.kind(kind).unwrap(),
        record,
        params: &object(params),
        actor,
        now: now(),
        settings: &Map::new(),
        controls: &controls,
        lookups: &BTreeMap::new(),
    })
}

fn snapshot(id: &str, body: Value) -> Snapshot {
    Snapshot {
        id: id.into(),
        revision: 1,
        body: object(body),
        computed: Map::new(),
        refs: Map::new(),
    }
}

fn control(id: &str, state: &str) -> Snapshot {
    let body = json!({"name": id, "label": "A", "variable": format!("t/{id}"), "state": state});
    snapshot(id, body)
}

/// The code that refuses to switch this, or what would be done.
fn switch(id: &str, params: Value, actor: &Actor) -> Result<Plan, String> {
    with(
        (KIND, &control(id, STEADY)),
        params,
        (actor, json!({})),
        |situation| {
            let decision = decide(situation, SWITCH);
            match decision.outcome {
                Outcome::Deny { code, .. } => Err(code),
                Outcome::Allow => Ok(decision.plan.unwrap()),
                Outcome::Ask => unreachable!("nobody has to agree to a switch"),
            }
        },
    )
}

#[test]
fn who_may_switch_a_control_stands_at_it_and_a_reason_is_given() {
    let on = json!({"value": "true", "reason": "A fraud is looked into."});
    assert!(switch("freeze", on.clone(), &lead()).is_ok());
    let missing = Err("rights.missing_role".to_owned());
    assert_eq!(switch("freeze", on.clone(), &Actor::default()), missing);
    assert_eq!(switch("fixed", on.clone(), &lead()), missing, "nobody here");
    let unknown = Err("control.unknown".to_owned());
    for id in ["gone", "paused", "paused/west", "freeze/north"] {
        assert_eq!(switch(id, on.clone(), &lead()), unknown, "{id}");
    }
    assert!(switch("paused/north", on, &lead()).is_ok());
    for reason in [
        json!({"value": "true"}),
        json!({"value": "true", "reason": " "}),
    ] {
        let refused = switch("freeze", reason, &lead());
        assert_eq!(refused, Err("params.invalid".to_owned()));
    }
}

#[test]
fn only_what_is_of_its_type_is_taken_and_a_banner_only_where_there_is_one() {
    let unfit = Err("control.unfit".to_owned());
    for (id, value, fits) in [
        ("freeze", "true", true),
        ("freeze", "false", true),
        ("freeze", "\"true\"", false),
        ("freeze", "null", false),
        ("freeze", "{", false),
        ("mode", "\"second\"", true),
        ("mode", "\" \"", false),
        ("mode", "true", false),
    ] {
        let told = switch(id, json!({"value": value, "reason": "x"}), &lead());
        assert_eq!(told.is_ok(), fits, "{id} {value}: {told:?}");
        assert!(fits || told == unfit, "{id} {value}: {told:?}");
    }
    let banner = |id: &str| {
        let value = if id == "mode" { "\"second\"" } else { "true" };
        let params = json!({"value": value, "reason": "x", "banner": "Please wait."});
        switch(id, params, &lead())
    };
    assert!(banner("mode").is_ok());
    assert_eq!(banner("freeze"), Err("control.no_banner".to_owned()));
}

#[test]
fn a_switch_is_a_call_and_says_of_itself_only_that_it_is_under_way() {
    let plan = switch(
        "mode",
        json!({"value": "\"second\"", "reason": "x"}),
        &lead(),
    )
    .unwrap();
    assert_eq!(plan.sets["state"], SWITCHING);
    assert_eq!(plan.sets["asked"], "\"second\"");
    assert_eq!(plan.sets["asked_by"], "ada");
    assert!(
        !plan.sets.contains_key(VALUE),
        "not before it was read back"
    );
    let call = &plan.calls[0];
    assert_eq!(call.args["flag"], "t/mode");
    assert_eq!(call.args["value"], "\"second\"");
}

#[test]
fn a_switch_lapses_ten_minutes_after_it_was_asked_for() {
    let params = json!({"value": "true", "reason": "x"});
    let until = with(
        (KIND, &control("freeze", STEADY)),
        params.clone(),
        (&lead(), json!({})),
        |situation| decide(situation, SWITCH).not_after,
    );
    assert_eq!(until, Some(now() + chrono::TimeDelta::minutes(10)));
    // Nobody switches what is being switched.
    let again = with(
        (KIND, &control("freeze", SWITCHING)),
        params,
        (&lead(), json!({})),
        |situation| decide(situation, SWITCH).outcome,
    );
    assert!(matches!(again, Outcome::Deny { code, .. } if code == "action.wrong_state"));
}

/// The row by which `freeze` stops a payment of this number.
fn stopped(number: u32, controls: Value) -> Option<Frozen> {
    let record = snapshot("c", json!({"number": number}));
    with(
        ("claim", &record),
        json!({}),
        (&lead(), controls),
        |situation| frozen(situation, "pay", &["freeze".to_owned()].into()),
    )
}

#[test]
fn a_control_stops_what_it_would_not_stop_by_default() {
    let frozen = Some(Frozen {
        code: "claim.frozen".into(),
        row: "S-2".into(),
        detail: "Payments are frozen, 5 too.".into(),
    });
    assert_eq!(stopped(5, json!({"freeze": true})), frozen);
    assert_eq!(stopped(5, json!({"freeze": false})), None);
    assert_eq!(stopped(1, json!({"freeze": true})), None, "refused anyway");
    let pack = pack();
    let pay = &pack.kind("claim").unwrap().actions["pay"];
    assert!(goes_by(pay, "freeze") && !goes_by(pay, "mode"));
}

#[test]
fn controls_of_regions_stand_together_under_one_name() {
    let mut controls = object(json!({"paused": true}));
    put(&mut controls, "paused", Some("north"), Some(json!(true)));
    put(&mut controls, "freeze", None, Some(json!(true)));
    assert_eq!(
        Value::Object(controls.clone()),
        json!({"paused": {"north": true}, "freeze": true})
    );
    let pack = pack();
    let def = &pack.controls["paused"];
    let of = |region| in_force(def, controls.get("paused"), Some(region)).clone();
    assert_eq!((of("north"), of("south")), (json!(true), json!(false)));
    put(&mut controls, "paused", Some("north"), None);
    put(&mut controls, "freeze", None, None);
    assert!(controls.is_empty(), "{controls:?}");
    assert_eq!(name_of("paused/north"), ("paused", Some("north")));
    assert_eq!(id("paused", Some("north")), "paused/north");
    let ids: Vec<String> = all(&pack)
        .into_iter()
        .map(|(name, region, _)| id(name, region))
        .collect();
    let expected = ["fixed", "freeze", "mode", "paused/north", "paused/south"];
    assert_eq!(ids, expected);
}
