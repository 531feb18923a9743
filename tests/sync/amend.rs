//! What was said with an operation that is held stands in the form of the one that takes its place.

use std::collections::BTreeMap;

use serde_json::json;
use watchkeeper_core::features::queues::view::{OperationView, Standing};

use crate::world::{World, pack, parcel, reason};

/// A return that conflicts: somebody else changed the parcel meanwhile.
async fn conflicting(world: &World) -> OperationView {
    world.act("return", "p1", None).await.unwrap();
    world.platform.with(|state| {
        let mut other = parcel("N-1", 1);
        other["note"] = "seen by somebody else".into();
        state.put("parcel", "p1", other);
    });
    world.engine.sync_once().await.unwrap();
    held(world).await
}

async fn held(world: &World) -> OperationView {
    let held = world.status().await.held.remove(0);
    assert_eq!(held.standing, Standing::HeldConflict);
    held
}

#[tokio::test]
async fn what_was_said_is_there_for_the_next_form_while_it_is_held() {
    let world = World::synced(1).await;
    let held = conflicting(&world).await;
    assert_eq!(held.said, reason());

    // What takes its place waits: there is nothing to amend any more.
    let next = world.act("return", "p1", Some(&held.id)).await.unwrap();
    assert_eq!(next.said, BTreeMap::new());
    let operations = world.record("p1").await.operations;
    assert!(operations.iter().all(|each| each.said.is_empty()));
}

#[tokio::test]
async fn what_is_not_asked_for_any_more_is_left_out() {
    let world = World::synced(1).await;
    conflicting(&world).await;
    world.platform.with(|state| {
        state.pack = Some(pack(2, |text| {
            let asked = "      reason: {type: text, label: Reason}\n";
            assert!(text.contains(asked));
            text.replace(asked, "      why: {type: text, label: Why}\n")
                .replace("note: params.reason", "note: params.why")
        }));
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(held(&world).await.said, BTreeMap::new());
}

#[tokio::test]
async fn what_was_said_of_somebody_who_was_erased_is_not_said_again() {
    let world = World::synced(1).await;
    assert_eq!(conflicting(&world).await.said, reason());
    world.platform.with(|state| {
        let mut erased = parcel("erased", 1);
        erased["_erased"] = json!(["number", "note"]);
        state.put("parcel", "p1", erased);
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(held(&world).await.said, BTreeMap::new());
}
