#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::{Map, json};

use super::*;
use crate::decision::{Actor, already, decide};
use crate::fixture::{World, at, map};
use crate::{LookupValue, Snapshot};

/// A claim of 60.00 AUD that op-1 wants to forgive: row P-13 asks a chief, after half a day the owner.
fn asking() -> World {
    let mut world = World::new();
    world.params = map(json!({"part": 50}));
    world.set("note", json!("short"));
    world.set("amount", json!({"minor": 6_000, "currency": "AUD"}));
    world
}

fn asked(world: &World) -> Map<String, Value> {
    let situation = world.situation();
    let decision = decide(&situation, "forgive");
    let about = About {
        operation: "op",
        kind: "claim",
        id: "c1",
        title: "Claim C-1",
        region: None,
        revision: Some(4),
        action: &situation.kind.actions["forgive"],
        will: &decision.will,
        actor: situation.actor,
        asked_at: world.now,
        lapses_at: lapses_at(&decision.asks, None, world.now),
    };
    body(situation.pack, &about, &decision.asks[0])
}

/// Somebody who looks at an approval.
struct Approver<'a> {
    world: &'a World,
    record: Snapshot,
    actor: Actor,
    now: DateTime<Utc>,
    given: i64,
}

impl<'a> Approver<'a> {
    fn new(world: &'a World, id: &str, roles: &[&str]) -> Self {
        Self {
            world,
            record: Snapshot {
                id: "op-1".into(),
                revision: 1,
                body: asked(world),
                computed: Map::new(),
                refs: Map::new(),
            },
            actor: Actor {
                id: id.into(),
                roles: roles.iter().map(|role| (*role).to_owned()).collect(),
                ..Actor::default()
            },
            now: world.now,
            given: 0,
        }
    }

    fn look<T>(&self, look: impl FnOnce(&Situation<'_>) -> T) -> T {
        let given = LookupValue {
            value: json!(self.given),
            as_of: self.now,
        };
        look(&Situation {
            pack: &self.world.pack,
            kind: self.world.pack.kind(KIND).unwrap(),
            record: &self.record,
            params: &map(json!({"comment": "seen"})),
            actor: &self.actor,
            now: self.now,
            settings: &self.world.settings,
            controls: &self.world.controls,
            lookups: &[(GIVEN.to_owned(), given)].into(),
        })
    }

    /// The code that refuses, or none.
    fn code(&self, action: &str) -> Option<String> {
        match self.look(|situation| decide(situation, action)).outcome {
            Outcome::Allow => None,
            Outcome::Ask => panic!("an answer asks for nothing"),
            Outcome::Deny { code, .. } => Some(code),
        }
    }
}

fn some(code: &str) -> Option<String> {
    Some(code.to_owned())
}

#[test]
fn what_is_asked_is_read_back_as_it_was_written() {
    let world = asking();
    let body = asked(&world);
    assert_eq!(body["found"], "$60.00 AUD");
    assert_eq!(body["what"], "forgive a part");
    let approval = Approval::read(&body).unwrap();
    assert_eq!(approval.state, State::Waiting);
    assert_eq!(approval.asked_by, world.actor);
    assert_eq!(
        (approval.role.as_str(), approval.revision),
        ("chief", Some(4))
    );
    let half_a_day = at("2026-11-19T00:00:00Z");
    assert_eq!(approval.fallback, Some(("owner".into(), half_a_day)));
    assert_eq!(approval.lapses_at, at("2026-11-25T12:00:00Z"));
    let mut broken = body;
    broken.insert("asked_roles".into(), json!("chief"));
    assert_eq!(Approval::read(&broken), None);
}

#[test]
fn it_lapses_with_the_operation_and_after_a_week_without_an_end() {
    let now = at("2026-11-18T12:00:00Z");
    let end = at("2026-11-18T13:00:00Z");
    let asks = decide(&asking().situation(), "forgive").asks;
    assert_eq!(lapses_at(&asks, Some(end), now), end);
    assert_eq!(lapses_at(&asks, None, now), at("2026-11-25T12:00:00Z"));
}

#[test]
fn it_waits_as_long_as_the_first_of_its_rows_and_never_beyond_the_operation() {
    let now = at("2026-11-18T12:00:00Z");
    let one = decide(&asking().situation(), "forgive").asks.remove(0);
    let asks = |waits: &[Option<u32>]| -> Vec<Needed> {
        let each = waits.iter().map(|minutes| Needed {
            waits_minutes: *minutes,
            ..one.clone()
        });
        each.collect()
    };
    let end = Some(at("2026-11-20T12:00:00Z"));
    let until = |waits: &[Option<u32>], end| lapses_at(&asks(waits), end, now);
    assert_eq!(until(&[Some(90)], None), at("2026-11-18T13:30:00Z"));
    assert_eq!(until(&[Some(90)], end), at("2026-11-18T13:30:00Z"));
    assert_eq!(until(&[Some(14_400)], end), at("2026-11-20T12:00:00Z"));
    // Longer than a week, because the pack says so.
    assert_eq!(until(&[Some(14_400)], None), at("2026-11-28T12:00:00Z"));
    let both = [Some(14_400), None];
    assert_eq!(until(&both, None), at("2026-11-25T12:00:00Z"));
    assert_eq!(
        until(&[Some(60), Some(30)], None),
        at("2026-11-18T12:30:00Z")
    );
}

#[test]
fn until_when_it_can_take_effect_is_known_before_it_is_asked_for() {
    let mut world = asking();
    let decision = decide(&world.situation(), "forgive");
    assert_eq!(decision.not_after, None);
    assert_eq!(decision.until(world.now), Some(at("2026-11-25T12:00:00Z")));
    world.set("amount", json!({"minor": 10, "currency": "AUD"}));
    let decision = decide(&world.situation(), "forgive");
    assert_eq!(decision.until(world.now), None, "nobody has to agree");
}

#[test]
fn the_role_answers_and_nobody_what_they_asked_for() {
    let world = asking();
    for action in [APPROVE, REJECT] {
        assert_eq!(Approver::new(&world, "op-2", &["chief"]).code(action), None);
        let own = Approver::new(&world, "op-1", &["chief"]);
        assert_eq!(own.code(action), some("approval.own"));
        let clerk = Approver::new(&world, "op-3", &["clerk"]);
        assert_eq!(clerk.code(action), some("rights.missing_role"));
    }
    let asker = Approver::new(&world, "op-1", &["clerk"]);
    assert_eq!(asker.code(WITHDRAW), None);
    let chief = Approver::new(&world, "op-2", &["chief"]);
    assert_eq!(chief.code(WITHDRAW), some("approval.not_asked_by_you"));
}

#[test]
fn x_12_the_other_role_answers_from_its_instant_on() {
    let world = asking();
    let mut owner = Approver::new(&world, "op-4", &["owner"]);
    assert_eq!(owner.code(APPROVE), some("rights.missing_role"));
    owner.now = at("2026-11-18T23:59:59.999Z");
    assert_eq!(owner.code(APPROVE), some("rights.missing_role"));
    owner.now = at("2026-11-19T00:00:00Z");
    assert_eq!(owner.code(APPROVE), None);
    owner.actor.id = "op-1".into();
    assert_eq!(owner.code(APPROVE), some("approval.own"));
}

#[test]
fn a_44_it_waits_for_whoever_may_answer_now_and_for_nobody_else() {
    let world = asking();
    let mut approval = Approval::read(&asked(&world)).unwrap();
    let waits = |approval: &Approval, id: &str, role: &str, now: &str| {
        let roles = BTreeSet::from([role.to_owned()]);
        let actor = Actor {
            id: id.into(),
            roles,
            ..Actor::default()
        };
        approval.waits_for(&actor, at(now))
    };
    let (asked_at, from) = ("2026-11-18T12:00:00Z", "2026-11-19T00:00:00Z");
    assert!(waits(&approval, "op-2", "chief", asked_at));
    assert!(!waits(&approval, "op-1", "chief", asked_at));
    assert!(!waits(&approval, "op-3", "clerk", from));
    assert!(!waits(
        &approval,
        "op-4",
        "owner",
        "2026-11-18T23:59:59.999Z"
    ));
    assert!(waits(&approval, "op-4", "owner", from));
    assert!(!waits(&approval, "op-1", "owner", from));
    assert!(waits(&approval, "op-2", "chief", "2026-11-25T12:00:00Z"));
    assert!(!waits(
        &approval,
        "op-2",
        "chief",
        "2026-11-25T12:00:00.001Z"
    ));
    for state in [State::Approved, State::Withdrawn, State::Failed] {
        approval.state = state;
        assert!(!waits(&approval, "op-2", "chief", asked_at), "{state:?}");
    }
}

#[test]
fn two_rows_are_answered_by_two_people() {
    let world = asking();
    let mut chief = Approver::new(&world, "op-2", &["chief"]);
    chief.given = 1;
    assert_eq!(chief.code(APPROVE), some("approval.twice"));
    assert_eq!(chief.code(REJECT), None);
}

#[test]
fn an_answer_counts_until_it_lapses_and_only_while_it_waits() {
    let world = asking();
    let mut chief = Approver::new(&world, "op-2", &["chief"]);
    chief.now = at("2026-11-25T12:00:00Z");
    assert_eq!(chief.code(APPROVE), None);
    chief.now = at("2026-11-25T12:00:00.001Z");
    assert_eq!(chief.code(APPROVE), some("operation.lapsed"));
    for state in ["approved", "rejected", "withdrawn", "lapsed", "failed"] {
        let mut chief = Approver::new(&world, "op-2", &["chief"]);
        chief.record.body.insert("state".into(), json!(state));
        assert_eq!(chief.code(APPROVE), some("action.wrong_state"), "{state}");
    }
}

#[test]
fn who_agrees_second_has_what_they_asked_for_if_they_may() {
    let world = asking();
    let done = |id: &str, roles: &[&str]| {
        let mut approver = Approver::new(&world, id, roles);
        approver
            .record
            .body
            .insert("state".into(), json!("approved"));
        approver.look(|situation| already(situation, APPROVE))
    };
    assert!(done("op-2", &["chief"]));
    assert!(!done("op-1", &["chief"]));
    assert!(!done("op-3", &["clerk"]));
}

#[test]
fn what_was_agreed_to_is_allowed_and_what_was_not_still_asks() {
    let mut world = asking();
    let rows = |rows: &[&str]| -> BTreeSet<Agreed> {
        let agreed = rows.iter().map(|row| Agreed {
            row: (*row).to_owned(),
            role: "chief".into(),
            fallback: (*row == "P-13").then(|| "owner".into()),
        });
        agreed.collect()
    };
    let decided = |world: &World, agreed: &BTreeSet<Agreed>| {
        decide(&world.situation(), "forgive").agreed(agreed).outcome
    };
    assert_eq!(decided(&world, &rows(&[])), Outcome::Ask);
    assert_eq!(decided(&world, &rows(&["P-13"])), Outcome::Allow);
    // By now another row asks as well.
    world.set("note", Value::Null);
    assert_eq!(decided(&world, &rows(&["P-13"])), Outcome::Ask);
    assert_eq!(decided(&world, &rows(&["P-13", "P-14"])), Outcome::Allow);
    // Somebody else was asked than is asked now.
    for change in [
        |one: &mut Agreed| one.role = "clerk".into(),
        |one: &mut Agreed| one.fallback = None,
    ] {
        let mut others: Vec<Agreed> = rows(&["P-13", "P-14"]).into_iter().collect();
        change(&mut others[0]);
        let others = others.into_iter().collect();
        assert_eq!(decided(&world, &others), Outcome::Ask);
    }
    // Agreement overrides no policy.
    world.set("state", json!("paid"));
    let denied = decided(&world, &rows(&["P-13", "P-14"]));
    assert!(matches!(denied, Outcome::Deny { code, .. } if code == "action.wrong_state"));
}

#[test]
fn x_04_the_rows_that_ask_say_what_the_record_says_of_it() {
    let world = asking();
    let situation = world.situation();
    let action = &situation.kind.actions["forgive"];
    let of = |row: &str, mark: Mark| {
        let rows = BTreeSet::from([row.to_owned()]);
        marks(&situation, action, &rows, mark).unwrap()
    };
    let now = "2026-11-18T12:00:00.000Z";
    assert_eq!(
        of("P-13", Mark::Asked),
        map(json!({"asked_at": now, "second_at": null}))
    );
    assert_eq!(
        of("P-13", Mark::Answered),
        map(json!({"second_at": now, "mail": "op-1"}))
    );
    assert_eq!(of("P-14", Mark::Asked), Map::new());
    // The action itself does nothing of it, so that no laptop draws it.
    let plan = decide(&situation, "forgive").plan.unwrap();
    assert_eq!(plan.sets, map(json!({"note": "forgiven"})));
}

#[test]
fn who_asked_reads_whom_it_waits_for() {
    let world = asking();
    let asks = decide(&world.situation(), "forgive").asks;
    assert_eq!(
        waits(&world.pack, &asks, at("2026-11-25T12:00:00Z")),
        "Waits for the agreement of chief until 25 November 2026, 23:00."
    );
}
