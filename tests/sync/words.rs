//! Fault 17: the search index out of step with its records.

use watchkeeper_core::features::queues::view::ViewRequest;
use watchkeeper_core::features::{queues, search};
use watchkeeper_core::store::StoreError;
use watchkeeper_core::sync::words;

use crate::world::{World, parcel, until};

const OUT_OF_STEP: &str =
    "SELECT abs((SELECT count(*) FROM record_text) - (SELECT count(*) FROM record))
          + abs((SELECT count(*) FROM record_start) - (SELECT count(*) FROM record))";

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

/// Ids that a view has for what was typed into its filter.
async fn filtered(world: &World, typed: &str) -> Vec<String> {
    let request = ViewRequest {
        view: "parcels".into(),
        search: typed.into(),
        limit: 500,
        ..ViewRequest::default()
    };
    let page = queues::page(&world.engine, request).await.unwrap();
    page.rows.into_iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn fault_17_starts_out_of_step_are_found_and_made_anew_as_words_are() {
    for wrong in [
        "DELETE FROM record_start WHERE rowid % 3 = 0",
        "INSERT INTO record_start (rowid, starts) VALUES (90001, 'n no')",
        "DELETE FROM record_start;
         INSERT INTO record_start (rowid, starts) SELECT rowid, 's so' FROM record;",
    ] {
        let world = World::synced(30).await;
        tamper(&world, wrong).await;
        assert!(words::check(&world.engine).await.unwrap(), "{wrong}");
        assert_eq!(filtered(&world, "p").await.len(), 30, "{wrong}");
        assert_eq!(filtered(&world, "no").await.len(), 30, "{wrong}");
        assert!(filtered(&world, "s").await.is_empty(), "{wrong}");
        assert!(!words::check(&world.engine).await.unwrap(), "once: {wrong}");
        world.check().await;
    }
}

/// The mirror of an earlier app has no starts: it is asked by its words until they are made.
#[tokio::test]
async fn a_mirror_without_starts_is_filtered_all_the_same_and_gets_them() {
    let world = World::synced(30).await;
    tamper(
        &world,
        "DELETE FROM record_start; UPDATE feed SET pack = NULL",
    )
    .await;
    assert_eq!(filtered(&world, "p").await.len(), 30);
    assert_eq!(filtered(&world, "no n").await.len(), 30);
    // They are not missed by whoever looks meanwhile.
    assert!(!words::check(&world.engine).await.unwrap());
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.cached(OUT_OF_STEP).await, 0);
    assert_eq!(filtered(&world, "no n").await.len(), 30);
    // It is these that answer now.
    tamper(&world, "DELETE FROM record_start").await;
    assert!(filtered(&world, "p").await.is_empty());
    assert_eq!(filtered(&world, "pa").await.len(), 0);
    assert_eq!(filtered(&world, "par").await.len(), 30);
}

#[tokio::test]
async fn short_and_long_words_and_what_is_none_are_asked_together() {
    let world = World::new(0).await;
    world.platform.with(|state| {
        let notes = [
            "Über den Wolken",
            "uber all",
            "Straße 7",
            "日本語",
            "Ⓐbc x",
            "don't",
        ];
        for (n, note) in notes.iter().enumerate() {
            let mut body = parcel(&format!("N-{n}"), 1);
            body["note"] = (*note).into();
            state.put("parcel", &format!("p{n}"), body);
        }
    });
    world.engine.sync_once().await.unwrap();
    for (typed, wanted) in [
        ("ü", "p0 p1"),
        ("UB", "p0 p1"),
        ("u w", "p0"),
        ("ub wolk parcel", "p0"),
        ("日", "p3"),
        ("日本 p", "p3"),
        ("bc", "p4"),
        ("Ⓐ bc", "p4"),
        ("Ⓐ wolken", "p0"),
        ("Ⓐ", ""),
        ("s 7", "p2"),
        ("t' p5", "p5"),
        ("\"u\" -w", "p0"),
    ] {
        let mut found = filtered(&world, typed).await;
        found.sort();
        assert_eq!(found.join(" "), wanted, "{typed}");
    }
}
