use serde_json::{Map, Value, json};

use super::*;
use crate::LookupValue;
use crate::decision::decide;
use crate::fixture::{World, map};

const ID: &str = "01936a2e-0000-7000-8000-000000000001";

fn wish(chips: &Value) -> String {
    json!({"sort": "-lost_at", "search": "", "chips": chips, "group": null, "columns": ["number"]})
        .to_string()
}

fn open_ones() -> String {
    wish(&json!([{"field": "state", "test": {"type": "among", "values": ["open"]}}]))
}

/// No record yet, and what is asked for one.
fn new() -> World {
    let mut world = World::new();
    world.record.id = ID.into();
    world.record.revision = 0;
    world.record.body = Map::new();
    world.record.computed = Map::new();
    world.params =
        map(json!({"name": "Mine", "view": "claims", "wish": open_ones(), "shared": false}));
    keeps(&mut world, json!(0));
    world
}

/// The actor keeps so many.
fn keeps(world: &mut World, value: Value) {
    let kept = LookupValue {
        value,
        as_of: world.now,
    };
    world.lookups.insert(KEPT_BY_ACTOR.into(), kept);
}

/// One of op-1's, and what it is changed to.
fn kept() -> World {
    let mut world = new();
    world.record.revision = 1;
    world.record.body = map(json!({
        "owner": "op-1", "name": "Mine", "view": "claims", "wish": open_ones(), "shared": false,
        "state": "kept",
    }));
    world.params = map(json!({"name": "Ours", "wish": open_ones(), "shared": true}));
    world
}

/// What is set, or the code that refuses.
fn of(world: &World, action: &str) -> Result<Map<String, Value>, String> {
    let kind = world.pack.kind(KIND).unwrap();
    let situation = Situation {
        kind,
        ..world.situation()
    };
    let decision = decide(&situation, action);
    match decision.outcome {
        Outcome::Allow => Ok(decision.plan.unwrap().sets),
        Outcome::Ask => Err("asks".into()),
        Outcome::Deny { code, .. } => Err(code),
    }
}

fn refuses(world: &World, action: &str, code: &str) {
    assert_eq!(of(world, action), Err(code.to_owned()));
}

#[test]
fn it_is_made_once_under_an_id_that_a_laptop_drew() {
    let sets = of(&new(), KEEP).unwrap();
    let owner = (sets.get(OWNER), sets.get("state"));
    assert_eq!(owner, (Some(&json!("op-1")), Some(&json!("kept"))));
    assert_eq!(sets.get(WISH), Some(&json!(open_ones())));
    for id in [
        "mine",
        "01936a2e-0000-4000-8000-000000000001",
        &ID.to_uppercase(),
    ] {
        let mut world = new();
        world.record.id = id.to_owned();
        refuses(&world, KEEP, "saved_view.id");
    }
    let mut world = kept();
    world.params = new().params;
    refuses(&world, KEEP, "record.exists");
    refuses(&new(), "drop", "saved_view.not_owner");
}

#[test]
fn one_too_many_is_not_made_and_those_that_are_there_are_changed_and_dropped() {
    let mut world = new();
    keeps(&mut world, json!(MOST_KEPT - 1));
    assert!(of(&world, KEEP).is_ok());
    keeps(&mut world, json!(MOST_KEPT));
    refuses(&world, KEEP, "saved_view.full");
    keeps(&mut world, Value::Null);
    refuses(&world, KEEP, "policy.undecidable");
    world.lookups.clear();
    refuses(&world, KEEP, "policy.undecidable");
    let mut world = kept();
    keeps(&mut world, json!(MOST_KEPT));
    assert!(of(&world, "change").is_ok());
    world.params = Map::new();
    assert!(of(&world, "drop").is_ok());
}

#[test]
fn only_its_owner_changes_or_drops_it() {
    let mut world = kept();
    assert_eq!(
        of(&world, "change").unwrap().get(SHARED),
        Some(&json!(true))
    );
    world.actor.id = "op-2".into();
    refuses(&world, "change", "saved_view.not_owner");
    world.params = Map::new();
    refuses(&world, "drop", "saved_view.not_owner");
    world.actor.id = "op-1".into();
    assert_eq!(
        of(&world, "drop").unwrap().get("state"),
        Some(&json!("gone"))
    );
}

#[test]
fn it_asks_only_for_what_the_view_can_show() {
    let with = |name: &str, to: Value| {
        let mut world = new();
        world.params.insert(name.into(), to);
        world
    };
    refuses(&with(VIEW, json!("gone")), KEEP, "saved_view.view_unknown");
    let flag = json!([{"field": "gone", "test": {"type": "flag", "on": true}}]);
    refuses(&with(WISH, json!(wish(&flag))), KEEP, "saved_view.unfit");
    refuses(&with(WISH, json!("{")), KEEP, "saved_view.unfit");
    let long = wish(&json!([])).replace(
        "\"search\":\"\"",
        &format!("\"search\":\"{}\"", "x".repeat(MOST_BYTES)),
    );
    refuses(&with(WISH, json!(long)), KEEP, "saved_view.unfit");
    refuses(&with(NAME, json!("a\nb")), KEEP, "saved_view.name");
    refuses(&with(NAME, json!("x".repeat(81))), KEEP, "saved_view.name");
    refuses(&with(NAME, json!(" ")), KEEP, "params.invalid");
}

#[test]
fn one_that_the_pack_has_overtaken_is_renamed_all_the_same() {
    let old = wish(&json!([{"field": "gone", "test": {"type": "flag", "on": true}}]));
    let mut world = kept();
    world.record.body.insert(WISH.into(), json!(old));
    world.params.insert(WISH.into(), json!(old));
    assert_eq!(
        of(&world, "change").unwrap().get(NAME),
        Some(&json!("Ours"))
    );
    let other = wish(&json!([{"field": "other", "test": {"type": "flag", "on": true}}]));
    world.params.insert(WISH.into(), json!(other));
    refuses(&world, "change", "saved_view.unfit");
}
