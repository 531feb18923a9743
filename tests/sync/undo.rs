//! What was queued can be taken back until it leaves.

use std::sync::Arc;

use chrono::{SecondsFormat, TimeDelta};
use serde_json::json;
use uuid::Uuid;
use watchkeeper_core::features::queues::view::{OperationView, OperationWord, Standing, UndoView};
use watchkeeper_core::features::sync;
use watchkeeper_core::features::sync::view::TakenBackView;
use watchkeeper_core::{Code, Error};

use crate::hands::Hands;
use crate::many::{act, request, select};
use crate::scripted::{Reply, now};
use crate::world::{World, parcel};

/// A parcel that is returned stays for two minutes, and can be taken in again later; so does one that
/// is released, and never comes back.
fn held(text: &str) -> String {
    text.replace(
        "    row: P-3\n",
        "    row: P-3\n    bulk: {row: P-8, cap: 9}\n    \
         undo: {row: P-6, hold_seconds: 120, by: take_in}\n",
    )
    .replace(
        "    row: P-1\n    key: a\n",
        "    row: P-1\n    key: a\n    undo: {row: P-6, hold_seconds: 120}\n",
    )
    .replace(
        "    will: ['send it back']\n",
        "    will: ['send it back']\n  take_in:\n    label: Take in again\n    row: P-7\n    \
         from: [returned]\n    policy: []\n    nature: change\n    effects:\n      \
         - set: {state: '\"waiting\"'}\n    will: ['take it in']\n",
    )
}

pub async fn world(parcels: u32) -> (World, Arc<Hands>) {
    World::with_hands(parcels, held).await
}

async fn send_back(world: &World, id: &str) -> OperationView {
    world.act("return", id, None).await.unwrap()
}

pub async fn take_back(world: &World, operations: &[&str]) -> Result<TakenBackView, Error> {
    let operations: Vec<String> = operations.iter().map(|id| (*id).to_owned()).collect();
    sync::take_back(&world.engine, &operations).await
}

#[tokio::test]
async fn what_can_be_taken_back_stays_until_its_window_has_passed_and_goes_then() {
    let (world, hands) = world(2).await;
    let made = send_back(&world, "p1").await;
    assert_eq!(
        (made.word, made.standing),
        (OperationWord::Queued, Standing::Waiting)
    );
    assert!((1..=120).contains(&made.goes_in_seconds.unwrap()));
    let offer = world.status().await.undo.unwrap();
    assert_eq!(offer.operations, [made.id.as_str()]);
    assert_eq!(offer.action, "Return");
    assert_eq!(offer.title.as_deref(), Some("Parcel N-1 at North"));
    // However often somebody asks.
    sync::pull_now(&world.engine).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!((world.effects(), world.posted().len()), (0, 0));
    hands.pass(60);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.posted().len(), 0);
    let waits = world.status().await.waiting;
    assert!((1..=60).contains(&waits[0].goes_in_seconds.unwrap()));
    hands.pass(60);
    world.engine.sync_once().await.unwrap();
    assert_eq!((world.effects(), world.posted().len()), (1, 1));
    let status = world.status().await;
    assert_eq!((status.settled.len(), status.undo), (1, None));
    assert_eq!(status.settled[0].goes_in_seconds, None);
    world.check().await;
}

#[tokio::test]
async fn what_was_taken_back_was_never_sent_and_the_chain_says_so() {
    let (world, hands) = world(2).await;
    let made = send_back(&world, "p1").await;
    let done = TakenBackView { taken: 1, late: 0 };
    assert_eq!(take_back(&world, &[&made.id]).await.unwrap(), done);
    assert_eq!(
        take_back(&world, &[&made.id]).await.unwrap(),
        done,
        "a second click"
    );
    let entries = "SELECT count(*) FROM audit WHERE event = 'taken_back'";
    assert_eq!(world.stated(entries).await, 1);
    assert_eq!(world.stated("SELECT count(*) FROM overlay").await, 0);
    hands.pass(200);
    world.engine.sync_once().await.unwrap();
    assert_eq!((world.effects(), world.posted().len()), (0, 0));
    let status = world.status().await;
    assert_eq!((status.waiting.len(), status.undo), (0, None));
    let settled = &status.settled[0];
    assert_eq!(settled.standing, Standing::Discarded);
    let told = settled.reason.as_ref().unwrap();
    assert_eq!(told.code, "operation.taken_back");
    // Nothing is in the way of doing it again.
    let again = send_back(&world, "p1").await;
    assert_ne!(again.id, made.id);
    hands.pass(200);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.effects(), 1);
    world.check().await;
}

#[tokio::test]
async fn what_may_have_left_is_not_taken_back() {
    let (world, hands) = world(2).await;
    let made = send_back(&world, "p1").await;
    hands.pass(121);
    // It leaves, and nobody knows whether it arrived.
    world.platform.behave(|request, _| {
        let operations = request.path == "/v1/operations" && request.method == "POST";
        operations.then_some(Reply::Nothing)
    });
    let _ = world.engine.sync_once().await;
    let error = take_back(&world, &[&made.id]).await.unwrap_err();
    assert_eq!(error.code, Code::TooLate);
    world.platform.behave_well();
    for _ in 0..2 {
        sync::pull_now(&world.engine).await.unwrap();
        world.engine.sync_once().await.unwrap();
    }
    assert_eq!(world.effects(), 1);
    let error = take_back(&world, &[&made.id]).await.unwrap_err();
    assert_eq!(error.code, Code::TooLate, "also once it is done");
    let error = take_back(&world, &[&Uuid::now_v7().to_string()]).await;
    assert_eq!(error.unwrap_err().code, Code::NotFound);
    world.check().await;
}

#[tokio::test]
async fn taken_back_or_sent_and_never_both() {
    for _ in 0..6 {
        let (world, hands) = world(1).await;
        let made = send_back(&world, "p1").await;
        hands.pass(121);
        let ids = [made.id.as_str()];
        let (sent, taken) = tokio::join!(world.engine.sync_once(), take_back(&world, &ids));
        sent.unwrap();
        world.engine.sync_once().await.unwrap();
        match taken {
            Ok(taken) => assert_eq!((taken.taken, world.effects()), (1, 0)),
            Err(error) => assert_eq!((error.code, world.effects()), (Code::TooLate, 1)),
        }
        world.check().await;
    }
}

#[tokio::test]
async fn the_window_survives_the_app_and_is_never_longer_after_the_machine_was_started_anew() {
    let (mut world, hands) = world(3).await;
    send_back(&world, "p1").await;
    hands.pass(30);
    world.restart_with(hands.clone()).await;
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.posted().len(), 0, "the app alone was closed");
    hands.reboot(TimeDelta::zero());
    world.restart_with(hands.clone()).await;
    let left = world.status().await.waiting[0].goes_in_seconds.unwrap();
    assert!((1..=90).contains(&left), "{left}");
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.posted().len(), 0);
    hands.pass(90);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.effects(), 1);
    // One that is a day ahead lets go early, and loses nothing.
    send_back(&world, "p2").await;
    hands.reboot(TimeDelta::days(1));
    world.restart_with(hands.clone()).await;
    assert_eq!(world.status().await.waiting[0].goes_in_seconds, None);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.effects(), 2);
    world.check().await;
}

#[tokio::test]
async fn nothing_is_kept_until_it_is_too_late_for_it() {
    let (world, _) = world(0).await;
    let arrived = |seconds: i64| {
        let at = now() - TimeDelta::hours(72) + TimeDelta::seconds(seconds);
        json!(at.to_rfc3339_opts(SecondsFormat::Millis, true))
    };
    world.platform.with(|state| {
        for (id, seconds) in [("soon", 50), ("later", 130), ("free", 4_000)] {
            let mut one = parcel(id, 0);
            one["arrived_at"] = arrived(seconds);
            state.put("parcel", id, one);
        }
    });
    world.engine.sync_once().await.unwrap();
    // It has to be done within a minute.
    assert_eq!(world.release("soon").await.unwrap().goes_in_seconds, None);
    let later = world.release("later").await.unwrap().goes_in_seconds;
    assert!(later.is_some_and(|left| left <= 70), "{later:?}");
    let free = world.release("free").await.unwrap().goes_in_seconds;
    assert!(free.is_some_and(|left| left > 70), "{free:?}");
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.posted().len(), 1);
}

#[tokio::test]
async fn many_at_once_are_taken_back_at_once() {
    let (world, hands) = world(4).await;
    let selection = select(&world, "return", &["p1", "p2", "p3"]).await;
    let undo = selection.undo.clone().unwrap();
    assert_eq!(undo.hold_seconds, Some(120));
    assert_eq!(act(&world, &request(&selection)).await.queued, 3);
    let offer = world.status().await.undo.unwrap();
    assert_eq!((offer.operations.len(), offer.title.as_deref()), (3, None));
    let ids: Vec<&str> = offer.operations.iter().map(String::as_str).collect();
    let taken = take_back(&world, &ids[..2]).await.unwrap();
    assert_eq!(taken, TakenBackView { taken: 2, late: 0 });
    hands.pass(121);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.effects(), 1);
    let late = take_back(&world, &ids).await.unwrap();
    assert_eq!(late, TakenBackView { taken: 2, late: 1 });
    world.check().await;
}

#[tokio::test]
async fn what_waits_to_be_taken_back_keeps_no_other_lane() {
    let (world, _) = world(2).await;
    // The second parcel is already back; taking it in again has no window.
    world.platform.with(|state| {
        let mut back = parcel("N-2", 2);
        back["state"] = "returned".into();
        state.put("parcel", "p2", back);
    });
    world.engine.sync_once().await.unwrap();
    let held = send_back(&world, "p1").await;
    let free = world.act("take_in", "p2", None).await.unwrap();
    assert_eq!(free.goes_in_seconds, None);
    world.engine.sync_once().await.unwrap();
    let free = Uuid::parse_str(&free.id).unwrap();
    let held = Uuid::parse_str(&held.id).unwrap();
    world.platform.with(|state| {
        assert!(state.effects.contains_key(&free));
        assert!(!state.effects.contains_key(&held));
    });
}

#[tokio::test]
async fn how_it_is_undone_is_said_before_it_is_done() {
    let (world, _) = world(1).await;
    let record = world.record("p1").await;
    let undo = |action: &str| {
        let mut actions = record.actions.iter();
        actions
            .find(|one| one.action == action)
            .unwrap()
            .undo
            .clone()
    };
    let both = UndoView {
        row: "P-6".into(),
        hold_seconds: Some(120),
        by: Some("Take in again".into()),
    };
    assert_eq!(undo("return"), Some(both.clone()));
    assert_eq!(undo("release"), Some(UndoView { by: None, ..both }));
    assert_eq!(undo("take_in"), None);
}
