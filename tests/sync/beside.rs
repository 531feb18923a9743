//! What this laptop asked about records that refer to one that is erased.

use serde_json::json;
use watchkeeper_core::features::sync;
use watchkeeper_core::store::StoreError;

use crate::world::{World, parcel};

/// How many of our operations say what the depot was called, or what was said with them.
const SAYS: &str = "SELECT count(*) FROM operation
    WHERE title LIKE '%North%' OR request LIKE '%wrong depot%'";
/// How many are drawn with the depot as it was.
const DRAWN: &str = "SELECT count(*) FROM overlay WHERE seen LIKE '%North%'";

/// The depot of all parcels is erased.
async fn erase(world: &World) {
    let gone = json!({"name": "erased", "_erased": ["name"]});
    world.platform.with(|state| state.put("depot", "d1", gone));
    world.engine.sync_once().await.unwrap();
}

/// A laptop that returned a parcel.
async fn returned() -> World {
    let world = World::synced(1).await;
    world.act("return", "p1", None).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.stated(SAYS).await, 1);
    world
}

#[tokio::test]
async fn it_says_nothing_more_once_it_is_settled() {
    let world = World::synced(2).await;
    for id in ["p1", "p2"] {
        world.act("return", id, None).await.unwrap();
    }
    // Somebody else changes the second one before.
    world
        .platform
        .with(|state| state.put("parcel", "p2", parcel("N-2", 5)));
    world.engine.sync_once().await.unwrap();
    let held = world.status().await.held.remove(0);
    assert_eq!((world.stated(SAYS).await, held.said.len()), (2, 1));
    assert!(world.stated(DRAWN).await > 0);

    erase(&world).await;
    assert_eq!(world.stated(SAYS).await, 1, "what is held says it still");
    assert_eq!(world.stated(DRAWN).await, 0);
    let still = world.status().await.held.remove(0);
    assert!(still.said.is_empty());
    assert!(!still.title.contains("North"), "{}", still.title);
    sync::discard(&world.engine, &held.id).await.unwrap();
    assert_eq!(world.stated(SAYS).await, 0);
    let all = "SELECT count(*) FROM operation";
    assert_eq!(world.stated(all).await, 2, "that they were asked for stays");
}

#[tokio::test]
async fn it_does_so_where_the_record_is_not_in_the_mirror_any_more() {
    let world = returned().await;
    world.platform.with(|state| state.remove("parcel", "p1"));
    world.engine.sync_once().await.unwrap();
    erase(&world).await;
    assert_eq!(world.stated(SAYS).await, 0);
}

#[tokio::test]
async fn of_operations_that_kept_nothing_of_it_the_mirror_says_to_which_they_refer() {
    let world = returned().await;
    let state = &world.engine.stores().state;
    let forgotten =
        state.write(|state| Ok::<_, StoreError>(state.execute("DELETE FROM beside", [])?));
    assert_eq!(forgotten.await.unwrap(), 1);
    erase(&world).await;
    assert_eq!(world.stated(SAYS).await, 0);
}

#[tokio::test]
async fn what_refers_to_another_stays() {
    let world = World::new(1).await;
    world.platform.with(|state| {
        state.put("depot", "d2", json!({"name": "South"}));
        let mut other = parcel("N-1", 1);
        other["depot"] = json!("d2");
        state.put("parcel", "p1", other);
    });
    world.engine.sync_once().await.unwrap();
    world.act("return", "p1", None).await.unwrap();
    world.engine.sync_once().await.unwrap();
    erase(&world).await;
    assert_eq!(world.stated(SAYS).await, 1);
}
