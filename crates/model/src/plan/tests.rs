#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::json;

use super::*;
use crate::decide;
use crate::fixture::{World, map};

fn planned(world: &World) -> Plan {
    decide(&world.situation(), "pay").plan.unwrap()
}

#[test]
fn a_plan_holds_every_effect_worked_out() {
    let plan = planned(&World::new());
    assert_eq!(
        plan.sets,
        map(json!({"state": "paid", "note": "lost at sea"}))
    );
    let on = SetOn {
        kind: "parcel".into(),
        id: "p1".into(),
        set: map(json!({"status": "settled"})),
    };
    assert_eq!(plan.sets_on, [on], "the other reference is empty");
    assert_eq!(
        plan.creates[0].body,
        map(json!({"status": "reordered by op-1"}))
    );
    let [money, mail] = plan.calls.as_slice() else {
        panic!()
    };
    assert_eq!((money.effect, money.after_previous), (4, false));
    assert_eq!(
        money.args,
        map(json!({"charge": "C-1", "amount": {"minor": 2200, "currency": "AUD"}}))
    );
    assert_eq!((mail.effect, mail.after_previous), (5, true));
    let mail = mail.mail.as_ref().unwrap();
    assert_eq!(mail.to, "a@b.example");
    assert_eq!(
        mail.subject, "Claim C-1 paid",
        "one line, whatever the template says"
    );
    assert_eq!(mail.body, "Paid $22.00 AUD for a broken vase: lost at sea");
}

#[test]
fn a_record_that_is_made_has_the_id_that_follows_from_operation_place_and_kind() {
    let operation = Uuid::parse_str("01939a5c-2b40-7abc-8def-0123456789ab").unwrap();
    let of = |kind: &str| Create {
        kind: kind.into(),
        body: Map::new(),
    };
    // As laptops and platforms have it: one that reckons otherwise draws a record twice.
    let id = of("parcel").id(operation, 0);
    assert_eq!(id, "77aa56b7-bbcd-4a20-af60-9e40527ffa70");
    assert_ne!(id, of("parcel").id(operation, 1));
    assert_ne!(id, of("claim").id(operation, 0));
    assert_ne!(id, of("parcel").id(Uuid::nil(), 0));
}

#[test]
fn both_references_are_followed_where_both_are_there() {
    let mut world = World::new();
    world.set("spare", json!("p2"));
    let ids: Vec<String> = planned(&world)
        .sets_on
        .into_iter()
        .map(|on| on.id)
        .collect();
    assert_eq!(ids, ["p1", "p2"]);
}

#[test]
fn a_needed_reference_that_leads_nowhere_refuses() {
    let mut world = World::new();
    world.set("parcel", Value::Null);
    assert!(decide(&world.situation(), "pay").plan.is_none());
}

#[test]
fn mails_are_previewed_where_they_can_be_written() {
    let mut world = World::new();
    assert_eq!(mails(&world.situation(), "pay").len(), 1);
    world.params.clear();
    assert_eq!(mails(&world.situation(), "pay"), []);
    assert_eq!(mails(&world.situation(), "nothing"), []);
}

fn settled(
    world: &World,
    effect: u32,
    result: Value,
    success: bool,
) -> Option<Result<Settled, PlanError>> {
    let situation = world.situation();
    let action = &situation.kind.actions["pay"];
    let mut scope = situation.scope(Some(action));
    scope.result = Some(result);
    settle(&world.pack, situation.kind, action, effect, &scope, success)
}

#[test]
fn a_providers_answer_settles_what_it_should() {
    let world = World::new();
    let good = settled(&world, 4, json!({"id": "re_1"}), true)
        .unwrap()
        .unwrap();
    assert_eq!(good.sets, map(json!({"note": "re_1"})));
    assert_eq!(good.sets_on[0].set, map(json!({"status": "re_1"})));
    let bad = settled(&world, 4, json!({"message": "declined"}), false)
        .unwrap()
        .unwrap();
    assert_eq!(
        bad.sets,
        map(json!({"state": "failed", "note": "declined"}))
    );
    assert_eq!(bad.sets_on, []);
    let mail = settled(&world, 5, json!({}), true).unwrap().unwrap();
    assert_eq!(mail, Settled::default());
}

#[test]
fn what_is_no_call_is_not_settled_and_an_odd_answer_is_an_error() {
    let world = World::new();
    assert_eq!(settled(&world, 0, json!({}), true), None);
    assert_eq!(settled(&world, 99, json!({}), true), None);
    assert!(
        settled(&world, 4, json!({"no": "id"}), true)
            .unwrap()
            .is_err()
    );
    assert!(
        settled(&world, 4, json!({"id": 7}), true).unwrap().is_err(),
        "not text"
    );
}
