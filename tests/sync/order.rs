//! What is queued behind another operation of its record keeps its check, whatever becomes of that one.

use serde_json::Value;
use watchkeeper_core::Code;
use watchkeeper_core::features::queues::view::{OperationView, Standing};
use watchkeeper_core::features::sync;
use watchkeeper_core::features::sync::view::TakenBackView;
use watchkeeper_wire::operation::VerdictWord;

use crate::scripted::Reply;
use crate::undo::{take_back, world};
use crate::world::{World, parcel};

/// Acts on the first parcel, in the place of another operation where one is named.
async fn act(world: &World, action: &str, amends: Option<&OperationView>) -> OperationView {
    let amends = amends.map(|other| other.id.as_str());
    world.act(action, "p1", amends).await.unwrap()
}

/// What was sent, in order: the action and what it was based on.
pub fn sent(world: &World) -> Vec<(String, Option<u64>)> {
    let posted = world.posted().into_iter().flatten();
    posted
        .map(|operation| {
            let action = operation["action"].as_str().unwrap().to_owned();
            (action, operation["base_revision"].as_u64())
        })
        .collect()
}

pub fn all(of: &[(&str, u64)]) -> Vec<(String, Option<u64>)> {
    of.iter()
        .map(|(action, base)| ((*action).to_owned(), Some(*base)))
        .collect()
}

/// Somebody else changes the first parcel.
fn changed_there(world: &World) {
    world.platform.with(|state| {
        let mut other = parcel("N-1", 1);
        other["note"] = "seen by somebody else".into();
        state.put("parcel", "p1", other);
    });
}

pub async fn held(world: &World) -> Vec<Standing> {
    let held = world.status().await.held;
    held.iter().map(|one| one.standing).collect()
}

#[tokio::test]
async fn behind_one_that_was_taken_back_the_next_goes_by_what_was_seen() {
    for changed in [false, true] {
        let (world, _) = world(1).await;
        let first = act(&world, "return", None).await;
        act(&world, "take_in", None).await;
        take_back(&world, &[&first.id]).await.unwrap();
        if changed {
            changed_there(&world);
        }
        world.engine.sync_once().await.unwrap();
        assert_eq!(sent(&world), all(&[("take_in", 1)]));
        match changed {
            false => assert_eq!((world.effects(), held(&world).await), (1, vec![])),
            true => {
                assert_eq!(world.effects(), 0);
                assert_eq!(held(&world).await, [Standing::HeldConflict]);
            }
        }
        world.check().await;
    }
}

#[tokio::test]
async fn behind_one_that_was_done_the_next_goes_by_what_that_one_gave() {
    for changed in [false, true] {
        let (world, hands) = world(1).await;
        act(&world, "return", None).await;
        act(&world, "take_in", None).await;
        if changed {
            // Between the two, on the platform.
            world.platform.behave(|request, state| {
                let posts = request.path == "/v1/operations" && request.method == "POST";
                if posts
                    && state.effects.len() == 1
                    && state
                        .records
                        .values()
                        .all(|(_, record)| record.revision < 3)
                {
                    state.put("parcel", "p1", parcel("N-1", 1));
                }
                None
            });
        }
        hands.pass(121);
        world.engine.sync_once().await.unwrap();
        assert_eq!(sent(&world), all(&[("return", 1), ("take_in", 2)]));
        match changed {
            false => assert_eq!((world.effects(), held(&world).await), (2, vec![])),
            true => {
                assert_eq!(world.effects(), 1);
                assert_eq!(held(&world).await, [Standing::HeldConflict]);
            }
        }
        // The chain knows what was sent.
        let agree = "SELECT count(*) FROM operation o JOIN audit a
                         ON json_extract(a.entry, '$.event.operation') = o.id
                     WHERE a.event = 'based' AND json_extract(a.entry, '$.event.fingerprint') = o.fingerprint";
        assert_eq!(world.stated(agree).await, 1);
        world.check().await;
    }
}

/// Both calls of what was accepted have ended since, each with a revision of its own.
fn ended_twice(world: &World, from_revision: Option<u64>) {
    world.platform.with(|state| {
        let (id, verdict) = state.operations.first_key_value().unwrap();
        let (id, mut verdict) = (*id, verdict.clone());
        for note in ["the first part", "the second"] {
            let key = ("parcel".to_owned(), "p1".to_owned());
            let mut body = state.records[&key].1.body.clone();
            body.insert("note".into(), note.into());
            verdict.revision = Some(state.put("parcel", "p1", Value::Object(body)));
        }
        verdict.word = VerdictWord::Confirmed;
        verdict.from_revision = from_revision;
        state.operations.insert(id, verdict.clone());
        state.seq += 1;
        let seq = state.seq;
        state.verdicts.insert(seq, verdict);
    });
}

#[tokio::test]
async fn behind_one_of_two_calls_the_next_goes_by_the_last_revision_that_these_gave() {
    // What the operation went on from is said, or somebody else may have been in between.
    for (from, base, done) in [(Some(1), 4, 2), (None, 1, 1), (Some(3), 1, 1)] {
        let (world, hands) = world(1).await;
        act(&world, "return", None).await;
        act(&world, "take_in", None).await;
        world
            .platform
            .with(|state| state.words.push_back(VerdictWord::Accepted));
        hands.pass(121);
        world.engine.sync_once().await.unwrap();
        assert_eq!(sent(&world), all(&[("return", 1)]));
        ended_twice(&world, from);
        for _ in 0..2 {
            world.engine.sync_once().await.unwrap();
        }
        assert_eq!(sent(&world), all(&[("return", 1), ("take_in", base)]));
        assert_eq!(world.effects(), done);
        world.check().await;
    }
}

#[tokio::test]
async fn of_three_any_one_may_go_and_each_is_checked() {
    for gone in [0, 1, 2] {
        let (world, hands) = world(1).await;
        let three = [
            act(&world, "return", None).await,
            act(&world, "take_in", None).await,
            act(&world, "release", None).await,
        ];
        let without = &three[gone].id;
        sync::take_back(&world.engine, std::slice::from_ref(without))
            .await
            .unwrap();
        for _ in 0..2 {
            hands.pass(121);
            world.engine.sync_once().await.unwrap();
        }
        let rest = three.iter().filter(|one| one.id != *without);
        let rest: Vec<(&str, u64)> = rest.map(|one| one.action_id.as_str()).zip(1..).collect();
        assert_eq!(sent(&world), all(&rest));
        assert_eq!((world.effects(), held(&world).await), (2, vec![]));
        world.check().await;
    }
}

#[tokio::test]
async fn behind_one_that_was_refused_and_amended_the_next_goes_on_from_its_successor() {
    let (world, hands) = world(1).await;
    let first = act(&world, "return", None).await;
    act(&world, "take_in", None).await;
    hands.pass(121);
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    world.engine.sync_once().await.unwrap();
    assert_eq!(held(&world).await, [Standing::HeldRefused]);
    // At the head of the lane it goes by what is seen now, though something waits behind it.
    act(&world, "return", Some(&first)).await;
    hands.pass(121);
    world.engine.sync_once().await.unwrap();
    let want = all(&[("return", 1), ("return", 1), ("take_in", 2)]);
    assert_eq!(sent(&world), want);
    assert_eq!((world.effects(), held(&world).await), (2, vec![]));
    world.check().await;
}

#[tokio::test]
async fn behind_one_that_conflicted_the_next_is_not_carried_over_the_change() {
    for amended in [false, true] {
        let (world, hands) = world(1).await;
        let first = act(&world, "return", None).await;
        act(&world, "take_in", None).await;
        changed_there(&world);
        hands.pass(121);
        world.engine.sync_once().await.unwrap();
        assert_eq!(held(&world).await, [Standing::HeldConflict]);
        match amended {
            // Whoever amended has seen the change; what waits behind was decided before it.
            true => {
                act(&world, "return", Some(&first)).await;
                hands.pass(121);
            }
            false => sync::discard(&world.engine, &first.id).await.unwrap(),
        }
        world.engine.sync_once().await.unwrap();
        assert_eq!(sent(&world).last(), Some(&("take_in".to_owned(), Some(1))));
        assert_eq!(world.effects(), usize::from(amended));
        assert_eq!(held(&world).await, [Standing::HeldConflict]);
        world.check().await;
    }
}

#[tokio::test]
async fn what_it_is_based_on_is_settled_once_whatever_is_killed() {
    let (mut world, hands) = world(1).await;
    act(&world, "return", None).await;
    act(&world, "take_in", None).await;
    hands.pass(121);
    world.platform.behave(|request, state| {
        let posts = request.path == "/v1/operations" && request.method == "POST";
        (posts && state.effects.len() == 1).then_some(Reply::Nothing)
    });
    let _cut_off = world.engine.sync_once().await;
    world.restart_with(hands.clone()).await;
    world.platform.behave_well();
    for _ in 0..2 {
        sync::pull_now(&world.engine).await.unwrap();
        world.engine.sync_once().await.unwrap();
    }
    let sent = sent(&world);
    assert!(sent.len() >= 3, "{sent:?}");
    assert!(
        sent[1..]
            .iter()
            .all(|one| *one == ("take_in".to_owned(), Some(2)))
    );
    assert_eq!(world.effects(), 2);
    let based = "SELECT count(*) FROM audit WHERE event = 'based'";
    assert_eq!(world.stated(based).await, 1);
    world.check().await;
}

/// A platform that names its history, and one parcel that is to be returned.
async fn before_a_restore() -> (World, OperationView) {
    let (world, hands) = world(1).await;
    world
        .platform
        .with(|state| state.history = Some("one".into()));
    world.engine.sync_once().await.unwrap();
    let made = act(&world, "return", None).await;
    hands.pass(121);
    (world, made)
}

async fn restored(world: &World) {
    world
        .platform
        .with(|state| state.history = Some("two".into()));
    world.platform.behave_well();
    sync::pull_now(&world.engine).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(held(world).await, [Standing::HeldRestored]);
}

#[tokio::test]
async fn what_a_restore_holds_is_taken_back_where_it_was_never_sent() {
    let (world, made) = before_a_restore().await;
    restored(&world).await;
    let done = TakenBackView { taken: 1, late: 0 };
    for _ in 0..2 {
        assert_eq!(take_back(&world, &[&made.id]).await.unwrap(), done);
    }
    let status = world.status().await;
    assert_eq!((status.held.len(), status.waiting.len()), (0, 0));
    let told = status.settled[0].reason.as_ref().unwrap();
    assert_eq!(told.code, "operation.taken_back");
    world.engine.sync_once().await.unwrap();
    assert_eq!((sent(&world), world.effects()), (vec![], 0));
    world.check().await;
}

#[tokio::test]
async fn what_a_restore_holds_is_not_taken_back_where_it_had_left() {
    let (world, made) = before_a_restore().await;
    world.platform.behave(|request, _| {
        let posts = request.path == "/v1/operations" && request.method == "POST";
        posts.then_some(Reply::Nothing)
    });
    let _cut_off = world.engine.sync_once().await;
    restored(&world).await;
    let error = take_back(&world, &[&made.id]).await.unwrap_err();
    assert_eq!(error.code, Code::TooLate);
    assert!(error.detail.unwrap().contains("nobody knows"));
    assert_eq!(held(&world).await, [Standing::HeldRestored]);
    world.check().await;
}
