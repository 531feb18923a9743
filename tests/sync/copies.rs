//! A mirror that is no copy any more, and heals.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use watchkeeper_core::features::sync::view::Link;
use watchkeeper_core::store::StoreError;
use watchkeeper_model::copy::CopySum;

use crate::hands::Hands;
use crate::scripted::{Reply, Request, State};
use crate::world::{World, parcel};

/// What a platform says that knows what it has.
fn digests(state: &State) -> Value {
    let mut sums: BTreeMap<&str, CopySum> = BTreeMap::new();
    for ((kind, id), (_, record)) in &state.records {
        sums.entry(kind).or_default().add(id, record.revision);
    }
    let said = |sum: &CopySum| json!({"count": sum.count(), "digest": sum.digest()});
    let kinds: BTreeMap<&str, Value> = sums.iter().map(|(kind, sum)| (*kind, said(sum))).collect();
    json!({"kinds": kinds, "moved": []})
}

/// A world whose platform answers what a copy should amount to.
async fn comparing(parcels: u32) -> World {
    let world = World::new(parcels).await;
    world.platform.behave(|request, state| {
        (request.path == "/v1/digest").then(|| Reply::json(&digests(state)))
    });
    world.engine.sync_once().await.unwrap();
    world
}

/// Something goes wrong with the mirror, whatever it was.
async fn tamper(world: &World, sql: &'static str) {
    let cache = &world.engine.stores().cache;
    cache
        .write(move |cache| {
            cache.execute_batch(sql)?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

fn snapshots(world: &World) -> usize {
    let begins = |request: &&Request| !request.query.contains_key("cursor");
    world.platform.with(|state| {
        let asked = state.asked("/v1/changes");
        asked.iter().filter(begins).count()
    })
}

const DIVERGED: &str = "SELECT count(*) FROM audit WHERE event = 'diverged'";

#[tokio::test]
async fn a_copy_is_compared_after_a_snapshot_and_left_alone_where_it_is_one() {
    let world = comparing(3).await;
    world
        .platform
        .with(|state| state.put("parcel", "p9", parcel("N-9", 1)));
    for _ in 0..3 {
        world.engine.sync_once().await.unwrap();
    }
    let asked = world.platform.with(|state| state.asked("/v1/digest").len());
    assert_eq!((asked, snapshots(&world)), (1, 1));
    assert_eq!(world.stated(DIVERGED).await, 0);
    assert!(world.status().await.copies.is_empty());
}

#[tokio::test]
async fn rows_that_were_lost_added_or_altered_come_back_as_the_platform_has_them() {
    for wrong in [
        "DELETE FROM record_text WHERE rowid IN (SELECT rowid FROM record WHERE id = 'p2');
         DELETE FROM record_start WHERE rowid IN (SELECT rowid FROM record WHERE id = 'p2');
         DELETE FROM record WHERE id = 'p2'",
        "UPDATE record SET revision = 7, body = json_set(body, '$.number', 'X') WHERE id = 'p2'",
    ] {
        let mut world = comparing(3).await;
        tamper(&world, wrong).await;
        // It is found at the next start at the latest.
        world.restart().await;
        world.engine.sync_once().await.unwrap();
        let told = world.status().await.copies;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].kind.as_str(), told[0].stays), ("Parcels", false));
        assert_eq!(world.stated(DIVERGED).await, 1);
        // The snapshot that it asked for, and a comparison of what came of it.
        world.engine.sync_once().await.unwrap();
        assert_eq!(world.record("p2").await.revision, 1);
        assert_eq!(world.cached("SELECT count(*) FROM record").await, 4);
        for _ in 0..2 {
            world.engine.sync_once().await.unwrap();
        }
        assert_eq!(snapshots(&world), 2);
        assert_eq!(world.stated(DIVERGED).await, 1);
        assert!(!world.status().await.copies[0].stays);
        world.check().await;
    }
}

#[tokio::test]
async fn what_waits_is_kept_while_the_mirror_is_filled_anew() {
    let mut world = comparing(3).await;
    world
        .platform
        .behave(|request, state| match request.path.as_str() {
            "/v1/digest" => Some(Reply::json(&digests(state))),
            "/v1/operations" => Some(Reply::Nothing),
            _ => None,
        });
    world.release("p1").await.unwrap();
    tamper(&world, "UPDATE record SET revision = 7 WHERE id = 'p2'").await;
    world.restart().await;
    let _cut_off = world.engine.sync_once().await;
    world.platform.behave(|request, state| {
        (request.path == "/v1/digest").then(|| Reply::json(&digests(state)))
    });
    // A new start waits out no pause.
    world.restart().await;
    for _ in 0..4 {
        world.engine.sync_once().await.unwrap();
    }
    let effects: Vec<u32> = world
        .platform
        .with(|state| state.effects.values().copied().collect());
    assert_eq!(effects, [1]);
    assert_eq!(world.record("p2").await.revision, 1);
    world.check().await;
}

#[tokio::test]
async fn a_platform_that_always_says_otherwise_is_asked_for_one_snapshot_and_told_of() {
    let world = World::new(3).await;
    world.platform.behave(|request, state| {
        (request.path == "/v1/digest").then(|| {
            let mut said = digests(state);
            said["kinds"]["parcel"]["digest"] = json!("f".repeat(64));
            Reply::json(&said)
        })
    });
    for _ in 0..6 {
        world.engine.sync_once().await.unwrap();
    }
    assert_eq!(snapshots(&world), 2);
    let told = world.status().await.copies;
    assert_eq!((told[0].kind.as_str(), told[0].stays), ("Parcels", true));
    // Fetched anew, and that it stays different.
    assert_eq!(world.stated(DIVERGED).await, 2);
    world.check().await;
}

#[tokio::test]
async fn what_was_set_aside_counts_as_held_and_is_no_difference() {
    let world = comparing(2).await;
    world.platform.with(|state| {
        let mut wrong = parcel("N-7", 1);
        wrong["fee"] = json!("12,00");
        state.put("parcel", "p7", wrong);
        let mut worse = parcel("N-1", 1);
        worse["arrived_at"] = json!("yesterday");
        state.put("parcel", "p1", worse);
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.quarantine.len(), 2);
    // Compared anew with a new snapshot.
    tamper(&world, "UPDATE feed SET cursor = NULL").await;
    for _ in 0..2 {
        world.engine.sync_once().await.unwrap();
    }
    let asked = world.platform.with(|state| state.asked("/v1/digest").len());
    assert_eq!((asked, snapshots(&world)), (2, 2));
    assert_eq!(world.status().await.quarantine.len(), 2);
    assert_eq!(world.stated(DIVERGED).await, 0);
}

#[tokio::test]
async fn a_line_that_does_not_read_keeps_no_other_record_from_being_compared() {
    let mut world = comparing(3).await;
    world.platform.behave(|request, state| {
        if request.path == "/v1/digest" {
            return Some(Reply::json(&digests(state)));
        }
        // A record that is no JSON, and a verdict of which nothing is known.
        let page = (request.path == "/v1/changes").then(|| state.whole_page(request))?;
        let text = String::from_utf8(page).unwrap();
        let text = text.replace("\"BROKEN\"", "NaN");
        let mut lines: Vec<&str> = text.lines().collect();
        let end = lines.pop().unwrap();
        lines.push(r#"{"type":"verdict","verdict":{"word":"perhaps"}}"#);
        lines.push(end);
        let text = lines.join("\n") + "\n";
        Some(Reply::typed(200, "application/x-ndjson", text.into_bytes()))
    });
    world
        .platform
        .with(|state| state.put("parcel", "p7", parcel("BROKEN", 1)));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.quarantine.len(), 2);
    assert_eq!(world.stated(DIVERGED).await, 0);
    tamper(&world, "UPDATE record SET revision = 7 WHERE id = 'p2'").await;
    world.restart().await;
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.stated(DIVERGED).await, 1);
    for _ in 0..3 {
        world.engine.sync_once().await.unwrap();
    }
    assert_eq!(world.record("p2").await.revision, 1);
    let told = world.status().await.copies;
    assert_eq!((told[0].kind.as_str(), told[0].stays), ("Parcels", false));
    assert_eq!(world.stated(DIVERGED).await, 1);
    assert_eq!(world.status().await.quarantine.len(), 2);
}

#[tokio::test]
async fn what_is_not_compared_is_counted_and_said() {
    let world = comparing(1).await;
    let all = world.status().await.uncompared;
    assert_eq!((all.lines, all.kinds.as_slice()), (0, &[][..]));
    // A record at no revision that reads, two lines of which nothing does, and one that counts.
    tamper(
        &world,
        r#"INSERT INTO quarantine (key, kind, id, seq, problem, raw, bytes, since) VALUES
           ('a', 'parcel', 'p7', NULL, 'no JSON', CAST('{"type":"upsert"' AS BLOB), 16, 0),
           ('b', NULL, NULL, NULL, 'no JSON', CAST('?' AS BLOB), 1, 0),
           ('c', NULL, NULL, NULL, 'no JSON', CAST('!' AS BLOB), 1, 0),
           ('d', NULL, NULL, NULL, 'no verdict', CAST('{"type":"verdict"' AS BLOB), 17, 0)"#,
    )
    .await;
    let left = world.status().await.uncompared;
    assert_eq!(
        (left.lines, left.kinds),
        (2, vec!["Parcels".to_owned()]),
        "the verdict is of no record"
    );
}

#[tokio::test]
async fn the_hour_counts_from_the_answer_and_without_one_it_is_asked_again_soon() {
    let mut world = World::new(3).await;
    let hands = Hands::new();
    world.restart_with(hands.clone()).await;
    let mute = Arc::new(AtomicBool::new(true));
    let says_nothing = mute.clone();
    world.platform.behave(move |request, state| {
        let asks = request.path == "/v1/digest";
        asks.then(|| match says_nothing.load(Ordering::SeqCst) {
            true => Reply::Nothing,
            false => Reply::json(&digests(state)),
        })
    });
    let asked = |world: &World| world.platform.with(|state| state.asked("/v1/digest").len());
    world.engine.sync_once().await.unwrap();
    let before = asked(&world);
    assert!(before > 0);
    tamper(&world, "UPDATE record SET revision = 7 WHERE id = 'p2'").await;
    mute.store(false, Ordering::SeqCst);
    world.engine.sync_once().await.unwrap();
    assert_eq!(asked(&world), before, "not at every pull");
    hands.pass(301);
    world.engine.sync_once().await.unwrap();
    assert_eq!(asked(&world), before + 1);
    assert_eq!(world.stated(DIVERGED).await, 1);
    // What came of it is compared, and then an hour passes.
    world.engine.sync_once().await.unwrap();
    assert_eq!(asked(&world), before + 2);
    hands.pass(3_000);
    world.engine.sync_once().await.unwrap();
    assert_eq!(asked(&world), before + 2);
    hands.pass(601);
    world.engine.sync_once().await.unwrap();
    assert_eq!(asked(&world), before + 3);
    assert_eq!(world.record("p2").await.revision, 1);
    world.check().await;
}

#[tokio::test]
async fn a_platform_that_cannot_say_is_no_trouble() {
    for reply in [
        Reply::Nothing,
        Reply::typed(200, "text/html", b"<p>".to_vec()),
        Reply::typed(200, "application/json", b"[]".to_vec()),
    ] {
        let world = World::new(2).await;
        world
            .platform
            .behave(move |request, _| (request.path == "/v1/digest").then(|| reply.clone()));
        for _ in 0..2 {
            world.engine.sync_once().await.unwrap();
        }
        assert_eq!(snapshots(&world), 1);
        assert_eq!(world.status().await.link, Link::InStep);
    }
}
