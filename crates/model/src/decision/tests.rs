#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::json;
use watchkeeper_pack::format::RoleDef;

use super::*;
use crate::fixture::{World, at, map};

fn pay(world: &World) -> Decision {
    decide(&world.situation(), "pay")
}

fn denied(decision: &Decision) -> (&str, Option<&str>) {
    match &decision.outcome {
        Outcome::Allow => panic!("allowed"),
        Outcome::Ask => panic!("asks"),
        Outcome::Deny { code, row, .. } => (code, row.as_deref()),
    }
}

fn words(decision: &Decision) -> Vec<RowOutcome> {
    decision.rows.iter().map(|row| row.outcome).collect()
}

use RowOutcome::{Asks, Failed, Open, Passed, Undecidable};

#[test]
fn allowed_with_all_rows_and_the_amount_to_type() {
    let decision = pay(&World::new());
    assert_eq!(decision.outcome, Outcome::Allow);
    assert_eq!(words(&decision), [Passed, Passed, Passed]);
    assert_eq!(decision.rows[0].found, "24 h 00");
    assert_eq!(decision.typed.as_deref(), Some("22.00"));
    assert_eq!(decision.not_after, Some(at("2026-11-20T12:00:00Z")));
    assert_eq!(decision.will, ["pay $22.00 AUD", "note lost at sea"]);
    assert!(decision.plan.is_some());
}

#[test]
fn the_first_row_that_fails_refuses_and_all_are_told() {
    let mut world = World::new();
    world.now = at("2026-11-20T12:00:00Z");
    world.set("amount", json!({"minor": 10_001, "currency": "AUD"}));
    let decision = pay(&world);
    assert_eq!(denied(&decision), ("claim.late", Some("P-6")));
    assert_eq!(words(&decision), [Failed, Failed, Passed]);
    let Outcome::Deny { detail, .. } = &decision.outcome else {
        panic!()
    };
    assert_eq!(detail, "It ended 20 November 2026, 23:00.");
    assert!(decision.plan.is_none());
    world.now = at("2026-11-20T11:59:59.999Z");
    assert_eq!(denied(&pay(&world)), ("claim.too_much", Some("P-7")));
}

#[test]
fn a_row_that_errors_denies() {
    let mut world = World::new();
    world.lookups.clear();
    let decision = pay(&world);
    assert_eq!(denied(&decision), ("policy.undecidable", Some("P-8")));
    assert_eq!(words(&decision), [Passed, Passed, Undecidable]);
    assert!(
        decision.rows[2].found.starts_with("not known"),
        "{}",
        decision.rows[2].found
    );
    // A failing row before it gives the clearer reason.
    world.now = at("2026-11-21T12:00:00Z");
    assert_eq!(denied(&pay(&world)), ("claim.late", Some("P-6")));
}

#[test]
fn what_is_wanting_is_named_as_the_pack_calls_it() {
    let mut world = World::new();
    world.settings.remove("limit");
    let Outcome::Deny { code, detail, .. } = pay(&world).outcome else {
        panic!()
    };
    assert_eq!(code, "policy.undecidable");
    assert!(detail.contains("“Limit in minor units”"), "{detail}");
    assert!(!detail.contains('`'), "{detail}");
    world.set("number", Value::Null);
    let found = &decide(&world.situation(), "forgive").rows[2].found;
    assert_eq!(found, "not known: a value is missing: “Number”");
    // What has no label is told as it is written.
    world.lookups.clear();
    let found = &pay(&world).rows[2].found;
    assert!(found.contains("`lookups.paid_before`"), "{found}");
}

#[test]
fn role_and_state_come_first() {
    let mut world = World::new();
    world.actor.roles = ["reader".to_owned()].into();
    world.set("state", json!("paid"));
    let decision = pay(&world);
    assert_eq!(denied(&decision), ("rights.missing_role", None));
    assert_eq!(words(&decision).len(), 3, "rows are told all the same");
    let roles = &mut world.pack.people.roles;
    let label = "Claims Clerk".to_owned();
    let row = "P-5".to_owned();
    let outside = false;
    roles.insert(
        "clerk".into(),
        RoleDef {
            row,
            label,
            outside,
        },
    );
    let Outcome::Deny { detail, .. } = pay(&world).outcome else {
        panic!()
    };
    assert_eq!(detail, "This needs the role Claims Clerk or chief.");
    world.actor.roles.insert("chief".into());
    assert_eq!(denied(&pay(&world)), ("action.wrong_state", None));
    for unknown in [json!("frozen"), Value::Null, json!(7)] {
        world.set("state", unknown.clone());
        assert_eq!(denied(&pay(&world)).0, "action.wrong_state", "{unknown}");
    }
}

#[test]
fn not_after_is_still_in_time_at_the_instant_itself() {
    let mut world = World::new();
    world.settings.insert("limit".into(), json!(10_000));
    // Only the not-after speaks for the action without policy rows; the row P-6 is stricter.
    world.now = at("2026-11-20T12:00:00Z");
    assert_eq!(denied(&pay(&world)).0, "claim.late");
    let late = lapsed(&Ok(Some(world.now)), world.now);
    assert_eq!(late, None);
    let late = lapsed(&Ok(Some(world.now)), at("2026-11-20T12:00:00.001Z"));
    assert!(matches!(late, Some(Outcome::Deny { code, .. }) if code == "operation.lapsed"));
    world.set("level", json!("high"));
    assert_eq!(pay(&world).not_after, None, "null means no limit");
}

#[test]
fn params_are_checked_last_and_strictly() {
    let mut world = World::new();
    for params in [
        json!({}),
        json!({"why": null}),
        json!({"why": "  \n"}),
        json!({"why": 3}),
        json!({"why": "x".repeat(10_001)}),
        json!({"why": "x", "grade": "c"}),
        json!({"why": "x", "count": 1.5}),
        json!({"why": "x", "other": "y"}),
    ] {
        world.params = map(params.clone());
        assert_eq!(denied(&pay(&world)).0, "params.invalid", "{params}");
    }
    world.params = map(json!({"why": "x", "grade": "c"}));
    let Outcome::Deny { detail, .. } = pay(&world).outcome else {
        panic!()
    };
    assert_eq!(detail, "Grade: expected one of very good, b plus.");
    world.params = map(json!({"why": "x", "grade": "a", "count": 2}));
    assert_eq!(pay(&world).outcome, Outcome::Allow);
    world.params = Map::new();
    world.now = at("2026-11-21T12:00:00Z");
    assert_eq!(
        denied(&pay(&world)).0,
        "claim.late",
        "policy speaks before params"
    );
}

#[test]
fn an_action_that_does_not_exist_is_refused() {
    let decision = decide(&World::new().situation(), "explode");
    assert_eq!(denied(&decision), ("action.unknown", None));
}

#[test]
fn without_money_the_title_is_typed() {
    let world = World::new();
    let decision = decide(&world.situation(), "note");
    assert_eq!(decision.typed.as_deref(), Some("Claim C-1"));
}

#[test]
fn the_amount_that_is_asked_for_is_typed_once_it_is_there() {
    let mut world = World::new();
    let typed = |world: &World| decide(&world.situation(), "part").typed.unwrap();
    for (amount, words) in [
        (json!({"minor": 1250, "currency": "AUD"}), "12.50"),
        (json!({"minor": 1250, "currency": "JPY"}), "1250"),
        // Nothing of it can be queued, and nothing else's amount stands for it.
        (json!("12.50"), "Claim C-1"),
        (Value::Null, "Claim C-1"),
    ] {
        world.params = map(json!({"amount": amount}));
        assert_eq!(typed(&world), words);
    }
    assert_eq!(
        denied(&decide(&world.situation(), "part")).0,
        "params.invalid"
    );
}

#[test]
fn an_effect_that_does_not_fit_refuses_the_whole() {
    let mut world = World::new();
    world.params.clear();
    world.set("note", json!("medium"));
    let Outcome::Deny { code, detail, .. } = decide(&world.situation(), "note").outcome else {
        panic!()
    };
    assert_eq!(code, "effect.undecidable");
    let told = "`Level` cannot be worked out: expected one of low, very high, found another word.";
    assert_eq!(detail, told);
    world.set("note", json!("high"));
    assert_eq!(decide(&world.situation(), "note").outcome, Outcome::Allow);
}

#[test]
fn a_hole_in_a_mail_refuses_the_whole() {
    let mut world = World::new();
    world.record.refs.clear();
    let decision = pay(&world);
    assert_eq!(denied(&decision).0, "effect.undecidable");
    let Outcome::Deny { detail, .. } = &decision.outcome else {
        panic!()
    };
    assert!(
        detail.contains("`paid`") && detail.contains("missing"),
        "{detail}"
    );
    for mail in [
        Value::Null,
        json!(""),
        json!("nobody"),
        json!("a@b.example,c@d.example"),
        json!("a@b.example\nBcc: c@d.example"),
    ] {
        let mut world = World::new();
        world.set("mail", mail.clone());
        assert_eq!(denied(&pay(&world)).0, "effect.undecidable", "{mail}");
    }
}

/// A form that asks for a value is offered before the value is there; without it nothing is done.
#[test]
fn a_row_that_waits_for_a_parameter_hides_no_form() {
    let mut world = World::new();
    world.set("note", json!("short"));
    world.set("amount", json!({"minor": 5_000, "currency": "AUD"}));
    let forgive = |world: &World| decide(&world.situation(), "forgive");
    world.params = map(json!({}));
    assert_eq!(denied(&forgive(&world)), ("params.invalid", None));
    let open = &forgive(&world).rows[0];
    assert_eq!((open.outcome, open.found.as_str()), (Open, ""));
    world.params = map(json!({"part": 0}));
    assert_eq!(denied(&forgive(&world)), ("claim.no_part", Some("P-12")));
    world.params = map(json!({"part": 50}));
    assert_eq!(forgive(&world).outcome, Outcome::Allow);
}

/// Where somebody else has to agree, nobody goes ahead alone, and what cannot be said needs them too.
#[test]
fn what_needs_agreement_is_not_done_without() {
    let mut world = World::new();
    world.params = map(json!({"part": 50}));
    world.set("note", json!("short"));
    let forgive = |world: &World| decide(&world.situation(), "forgive");
    world.set("amount", json!({"minor": 5_000, "currency": "AUD"}));
    assert_eq!(words(&forgive(&world)), [Passed, Passed, Passed]);
    world.set("amount", json!({"minor": 5_001, "currency": "AUD"}));
    let decision = forgive(&world);
    assert_eq!(decision.outcome, Outcome::Ask);
    assert_eq!(words(&decision), [Passed, Asks, Passed]);
    let needed = Needed {
        row: "P-13".into(),
        title: "Large claims".into(),
        found: "$50.01 AUD".into(),
        role: "chief".into(),
        fallback: Some(("owner".into(), 720)),
        waits_minutes: None,
    };
    assert_eq!(decision.asks, [needed]);
    assert!(decision.plan.is_some(), "what it will do is known");
    world.set("amount", json!({"minor": 5_000, "currency": "AUD"}));
    world.set("note", json!(null));
    let decision = forgive(&world);
    assert_eq!(decision.outcome, Outcome::Ask);
    assert_eq!((words(&decision)[2], decision.asks.len()), (Asks, 1));
    assert_eq!(decision.asks[0].row, "P-14");
    // What is refused is not asked for.
    world.params = map(json!({"part": 0}));
    assert_eq!(denied(&forgive(&world)), ("claim.no_part", Some("P-12")));
    assert_eq!(forgive(&world).asks.len(), 1);
}

/// A call that this version does not carry out is refused where it is asked for.
#[test]
fn nobody_pretends_to_call_whom_this_version_cannot() {
    let mut world = World::new();
    world.params = map(json!({}));
    let decision = decide(&world.situation(), "tell");
    assert_eq!(decision.outcome, Outcome::Allow);
    assert_eq!(decision.plan.unwrap().calls[0].operation, "post");
    let claim = world.pack.kinds.get_mut("claim").unwrap();
    let tell = claim.actions.get_mut("tell").unwrap();
    let Some(Effect::Call(call)) = tell.effects.first_mut() else {
        panic!("no call")
    };
    call.def.operation = "of_a_later_version".into();
    let decision = decide(&world.situation(), "tell");
    assert_eq!(denied(&decision), ("provider.absent", None));
    assert!(decision.plan.is_none());
}
