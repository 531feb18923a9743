//! What was decided on what an operation of another lane will have made waits for that one.

use std::sync::Arc;

use serde_json::{Value, json};
use watchkeeper_core::features::queues::view::{OperationView, OperationWord, Standing};
use watchkeeper_core::features::sync;
use watchkeeper_core::{Code, Error};
use watchkeeper_wire::operation::VerdictWord;

use crate::hands::Hands;
use crate::order::{all, held, sent};
use crate::undo::take_back;
use crate::world::{World, pack, parcel};

/// A parcel has a twin, on which it is written when it is cleared. That can be taken back for a while, and
/// without it the twin is not returned.
fn twins(text: &str) -> String {
    let text = text.replace(
        "  note: {type: text,",
        "  twin: {type: ref, kind: parcel, label: Twin, optional: true}\n  note: {type: text,",
    );
    let text = text.replace(
        "    will: ['send it back']\n",
        "    will: ['send it back']\n  clear:\n    label: Clear\n    row: P-8\n    \
         from: [waiting]\n    undo: {row: P-6, hold_seconds: 120}\n    policy: []\n    nature: change\n    \
         effects:\n      - set: {state: '\"released\"'}\n      \
         - set_on: {field: twin, set: {note: '\"cleared\"'}}\n    will: ['clear it']\n",
    );
    let (before, after) = text.split_once("  return:\n").unwrap();
    let after = after.replacen(
        "    policy: []\n",
        "    policy:\n      - id: P-9\n        title: Cleared\n        \
         when: record.note != null && record.note == \"cleared\"\n        otherwise: parcel.not_cleared\n        \
         found: 'cleared or not'\n        refusal: Its twin is not cleared.\n        \
         override: never\n",
        1,
    );
    format!("{before}  return:\n{after}")
}

/// The same, where a twin is returned unless it was stopped.
fn free(text: &str) -> String {
    twins(text)
        .replace("record.note == \"cleared\"", "record.note != \"stopped\"")
        .replace("record.note != null &&", "record.note == null ||")
}

/// The same, where a twin that is returned is where it was to be brought.
fn settled(text: &str) -> String {
    twins(text).replacen(
        "    from: [waiting, released]\n",
        "    from: [waiting, released]\n    already: [returned]\n",
        1,
    )
}

/// At most one other may be released; how many wait in all is looked at and does not matter.
fn counted(text: &str) -> String {
    text.replace(
        "  waiting_here:\n",
        "  released_besides:\n    kind: parcel\n    \
         where: {number: {ne: {expr: record.number}}, state: released}\n    answer: count\n  \
         waiting_here:\n",
    )
    .replace(
        "when: now - record.arrived_at < duration(\"72h\")",
        "when: lookups.released_besides < 2 && lookups.waiting_here >= 0",
    )
}

/// Two parcels of which the second is the twin of the first, and what passes time.
async fn world(change: fn(&str) -> String) -> (World, Arc<Hands>) {
    let (world, hands) = World::with_hands(2, change).await;
    world.platform.with(|state| {
        let mut first = parcel("N-1", 1);
        first["twin"] = "p2".into();
        state.put("parcel", "p1", first);
    });
    world.engine.sync_once().await.unwrap();
    // As the platform carries it out: the twin changes along.
    world.platform.behave(|request, state| {
        let posts = request.path == "/v1/operations" && request.method == "POST";
        let clears = posts && String::from_utf8_lossy(&request.body).contains("\"clear\"");
        let refuses = state.words.front() == Some(&VerdictWord::Refused);
        if clears && !refuses {
            let (_, twin) = &state.records[&("parcel".to_owned(), "p2".to_owned())];
            let mut body = twin.body.clone();
            body.insert("note".into(), json!("cleared"));
            state.put("parcel", "p2", Value::Object(body));
        }
        None
    });
    (world, hands)
}

async fn act(world: &World, action: &str, id: &str) -> Result<OperationView, Error> {
    world.act(action, id, None).await
}

async fn shown(world: &World, id: &str) -> OperationView {
    let ours = world.record(id).await.operations;
    ours.into_iter().next().unwrap()
}

const RESTS: &str = "SELECT count(*) FROM rest";

#[tokio::test]
async fn it_goes_after_what_it_rests_on_and_by_the_revision_that_this_gave_also_after_a_crash() {
    let (mut world, hands) = world(twins).await;
    let early = act(&world, "return", "p2").await.unwrap_err();
    assert_eq!(
        (early.code, early.row.as_deref()),
        (Code::PolicyDenied, Some("P-9"))
    );
    let clear = act(&world, "clear", "p1").await.unwrap();
    let queued = act(&world, "return", "p2").await.unwrap();
    let waits = queued.waits_for.unwrap();
    assert_eq!((waits.id, waits.word), (clear.id, OperationWord::Queued));
    assert_eq!(queued.standing, Standing::Waiting);
    // What it rests on can still be taken back, so neither goes.
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), all(&[]));
    world.restart_with(hands.clone()).await;
    hands.pass(121);
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), all(&[("clear", 2), ("return", 2)]));
    assert_eq!((world.effects(), held(&world).await), (2, vec![]));
    assert_eq!(world.stated(RESTS).await, 0);
    world.check().await;
}

#[tokio::test]
async fn what_somebody_else_changed_in_between_is_not_passed_over() {
    let (world, hands) = world(twins).await;
    act(&world, "clear", "p1").await.unwrap();
    act(&world, "return", "p2").await.unwrap();
    world.platform.with(|state| {
        state.put("parcel", "p2", parcel("N-2", 3));
    });
    hands.pass(121);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.effects(), 1);
    assert_eq!(held(&world).await, [Standing::HeldConflict]);
    world.check().await;
}

#[tokio::test]
async fn behind_one_that_is_held_it_waits_and_is_decided_anew_once_that_is_given_up() {
    let (world, hands) = world(twins).await;
    let clear = act(&world, "clear", "p1").await.unwrap();
    let on_it = act(&world, "return", "p2").await.unwrap();
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    hands.pass(121);
    for _ in 0..2 {
        world.engine.sync_once().await.unwrap();
        assert_eq!(sent(&world), all(&[("clear", 2)]));
    }
    let waits = shown(&world, "p2").await;
    assert_eq!(waits.standing, Standing::Blocked);
    let on = waits.waits_for.unwrap();
    assert_eq!(
        (on.id, on.action.as_str(), on.word),
        (clear.id.clone(), "Clear", OperationWord::Refused)
    );
    sync::discard(&world.engine, &clear.id).await.unwrap();
    for again in [false, true] {
        if again {
            // Sent again it is decided on again.
            sync::retry(&world.engine, &on_it.id).await.unwrap();
        }
        world.engine.sync_once().await.unwrap();
        assert_eq!(sent(&world), all(&[("clear", 2)]));
        let refused = shown(&world, "p2").await;
        assert_eq!(refused.standing, Standing::HeldRefused);
        let why = refused.reason.unwrap();
        assert_eq!(
            (why.code.as_str(), why.row.as_deref()),
            ("parcel.not_cleared", Some("P-9"))
        );
        assert!(why.detail.contains("“Clear”"), "{}", why.detail);
    }
    // It was never sent, so it is simply taken back.
    take_back(&world, &[&on_it.id]).await.unwrap();
    assert_eq!(world.stated(RESTS).await, 0);
    world.check().await;
}

#[tokio::test]
async fn it_goes_as_it_was_made_where_it_is_possible_without_what_was_taken_back() {
    let (world, _) = world(free).await;
    let clear = act(&world, "clear", "p1").await.unwrap();
    act(&world, "return", "p2").await.unwrap();
    take_back(&world, &[&clear.id]).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), all(&[("return", 1)]));
    assert_eq!((world.effects(), held(&world).await), (1, vec![]));
    world.check().await;
}

#[tokio::test]
async fn what_somebody_else_has_done_meanwhile_is_for_the_platform_to_say() {
    let (world, _) = world(settled).await;
    let clear = act(&world, "clear", "p1").await.unwrap();
    act(&world, "return", "p2").await.unwrap();
    world.platform.with(|state| {
        let mut returned = parcel("N-2", 3);
        returned["state"] = "returned".into();
        state.put("parcel", "p2", returned);
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), all(&[]));
    take_back(&world, &[&clear.id]).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), all(&[("return", 1)]));
    assert_eq!(world.stated(RESTS).await, 0);
}

#[tokio::test]
async fn what_is_put_in_the_place_of_another_is_waited_for_instead() {
    let (world, hands) = world(twins).await;
    let clear = act(&world, "clear", "p1").await.unwrap();
    act(&world, "return", "p2").await.unwrap();
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    hands.pass(121);
    world.engine.sync_once().await.unwrap();
    let instead = world.act("clear", "p1", Some(&clear.id)).await.unwrap();
    let waits = shown(&world, "p2").await.waits_for.unwrap();
    assert_eq!((waits.id, waits.word), (instead.id, OperationWord::Queued));
    hands.pass(121);
    world.engine.sync_once().await.unwrap();
    let wanted = all(&[("clear", 2), ("clear", 2), ("return", 2)]);
    assert_eq!(sent(&world), wanted);
    assert_eq!((world.effects(), held(&world).await), (2, vec![]));
    world.check().await;
}

#[tokio::test]
async fn what_is_counted_is_waited_for_where_the_answer_changes_and_what_all_share_is_not() {
    let mut world = World::new(3).await;
    world
        .platform
        .with(|state| state.pack = Some(pack(2, counted)));
    world.restart().await;
    world.engine.sync_once().await.unwrap();
    let first = act(&world, "release", "p1").await.unwrap();
    assert_eq!(first.waits_for, None);
    let second = act(&world, "release", "p2").await.unwrap();
    assert_eq!(second.waits_for.unwrap().id, first.id);
    let third = act(&world, "release", "p3").await.unwrap_err();
    assert_eq!(third.row.as_deref(), Some("P-1"));
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    world.engine.sync_once().await.unwrap();
    assert_eq!(sent(&world), all(&[("release", 1)]));
    assert_eq!(shown(&world, "p2").await.standing, Standing::Blocked);
    // To return goes by no count, and what is held is drawn over nothing.
    let other = act(&world, "return", "p3").await.unwrap();
    assert_eq!(other.waits_for, None);
    sync::discard(&world.engine, &first.id).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!((world.effects(), held(&world).await), (2, vec![]));
    assert_eq!(world.stated(RESTS).await, 0);
    world.check().await;
}
