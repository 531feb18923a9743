//! Fault 17: the search index out of step with its records.

use watchkeeper_core::features::search;
use watchkeeper_core::store::StoreError;
use watchkeeper_core::sync::words;

use crate::world::{World, parcel, until};

const OUT_OF_STEP: &str =
    "SELECT abs((SELECT count(*) FROM record_text) - (SELECT count(*) FROM record))";

async fn tamper(world: &World, sql: &'static str) {
    world
        .engine
        .stores()
        .cache
        .write(move |cache| Ok::<_, StoreError>(cache.execute_batch(sql)?))
        .await
        .unwrap();
}

async fn finds(world: &World, typed: &str) -> usize {
    search::search(&world.engine, typed).await.unwrap().len()
}

#[tokio::test]
async fn fault_17_an_index_out_of_step_is_found_after_the_start_and_made_anew_beside_it() {
    let mut world = World::synced(40).await;
    // Behind the app's back.
    tamper(&world, "DELETE FROM record_text WHERE rowid % 3 = 0").await;
    assert_ne!(world.cached(OUT_OF_STEP).await, 0);
    // Nobody waits for it: the app is open before anything was looked at.
    let mut changes = world.start().await;
    until("the index to be in step", async || {
        world.cached(OUT_OF_STEP).await == 0
    })
    .await;
    let told = changes.recv().await.unwrap();
    assert!(!told.tags.is_empty(), "the window looks again");
    for n in 1..=40 {
        let found = search::search(&world.engine, &format!("N-{n}"))
            .await
            .unwrap();
        let id = format!("p{n}");
        assert!(found.iter().any(|hit| hit.id == id), "{id}: {found:?}");
    }
    world.engine.stop().await;
    world.check().await;
}

#[tokio::test]
async fn fault_17_as_many_rows_with_other_words_are_found_by_the_sample() {
    let world = World::synced(30).await;
    assert!(!words::check(&world.engine).await.unwrap(), "all is well");
    tamper(
        &world,
        "DELETE FROM record_text;
         INSERT INTO record_text (rowid, words) SELECT rowid, 'something else' FROM record;",
    )
    .await;
    assert_eq!(finds(&world, "N-7").await, 0);
    assert!(words::check(&world.engine).await.unwrap());
    assert_eq!(finds(&world, "N-7 p7").await, 1);
    assert_eq!(finds(&world, "something").await, 0);
    assert!(!words::check(&world.engine).await.unwrap(), "once");
    world.check().await;
}

#[tokio::test]
async fn fault_17_words_without_a_record_go_and_what_arrives_meanwhile_stays_found() {
    let world = World::synced(10).await;
    tamper(
        &world,
        "INSERT INTO record_text (rowid, words) VALUES (90001, 'nobody'), (90002, 'nobody')",
    )
    .await;
    // A killed repair leaves the beginning of an index.
    tamper(&world, "DELETE FROM record_text WHERE rowid < 6").await;
    world
        .platform
        .with(|state| state.put("parcel", "p99", parcel("N-99", 1)));
    let (checked, synced) = tokio::join!(words::check(&world.engine), world.engine.sync_once());
    assert!(checked.unwrap());
    synced.unwrap();
    assert_eq!(finds(&world, "nobody").await, 0);
    assert_eq!(finds(&world, "N-99").await, 1);
    assert_eq!(finds(&world, "N-2 p2").await, 1);
    world.check().await;
}
