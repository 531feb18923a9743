//! What a copy should amount to.

use std::collections::BTreeMap;

use serde_json::json;
use watchkeeper_model::copy::CopySum;
use watchkeeper_wire::digest::{CopyDigests, KindDigest};
use watchkeeper_wire::feed::Line;

use crate::support::{TENANT, World, issue, problem};

/// What a client has after these lines.
fn sums(lines: &[Line]) -> BTreeMap<String, KindDigest> {
    let mut held = BTreeMap::new();
    for line in lines {
        match line {
            Line::Upsert { record, .. } => {
                held.insert((record.kind.clone(), record.id.clone()), record.revision);
            }
            Line::Remove { kind, id, .. } => {
                held.remove(&(kind.clone(), id.clone()));
            }
            _ => {}
        }
    }
    let mut sums: BTreeMap<String, CopySum> = BTreeMap::new();
    for ((kind, id), revision) in held {
        sums.entry(kind).or_default().add(&id, revision);
    }
    let digest = |sum: CopySum| KindDigest {
        count: sum.count(),
        digest: sum.digest(),
    };
    sums.into_iter()
        .map(|(kind, sum)| (kind, digest(sum)))
        .collect()
}

async fn asked(world: &World, token: &str, cursor: &str) -> CopyDigests {
    let path = format!("/v1/digest?cursor={cursor}");
    let answer = world.request(reqwest::Method::GET, &path, token);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

async fn two_regions() -> World {
    let world = World::without_a_pack().await;
    world
        .ingest(json!([
            {"kind": "odd", "id": "a", "body": {"region": "north"}},
            {"kind": "odd", "id": "b", "body": {"region": "south"}},
            {"kind": "odd", "id": "c", "body": {}},
            {"kind": "even", "id": "d", "body": {"region": "south"}},
        ]))
        .await;
    world
}

#[tokio::test]
async fn it_is_that_of_what_a_reader_was_sent_and_no_more() {
    let world = two_regions().await;
    let north = issue(world.platform(), TENANT, "noor", &["operator"], &["north"]).await;
    for token in [&world.token, &north] {
        let (lines, cursor) = world.pages(token, None).await;
        let digests = asked(&world, token, &cursor).await;
        assert_eq!(digests.kinds, sums(&lines));
        assert!(digests.moved.is_empty());
    }
    let (_, cursor) = world.pages(&north, None).await;
    let seen = asked(&world, &north, &cursor).await.kinds;
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["odd"]);
    assert_eq!(seen["odd"].count, 2);
}

#[tokio::test]
async fn of_a_kind_that_moved_on_nothing_is_said_before_the_reader_has_pulled() {
    let world = two_regions().await;
    let north = issue(world.platform(), TENANT, "noor", &["operator"], &["north"]).await;
    let (mut lines, cursor) = world.pages(&world.token, None).await;
    let (_, norths) = world.pages(&north, None).await;
    world
        .ingest(json!([{"kind": "odd", "id": "b", "body": {"region": "south", "n": 1}}]))
        .await;
    world.remove("even", "d").await;
    world
        .ingest(json!([{"kind": "new", "id": "e", "body": {}}]))
        .await;
    let behind = asked(&world, &world.token, &cursor).await;
    assert!(behind.kinds.is_empty());
    assert_eq!(
        behind.moved.iter().collect::<Vec<_>>(),
        ["even", "new", "odd"]
    );
    // What changed elsewhere is nothing to who does not see it.
    let moved = asked(&world, &north, &norths).await.moved;
    assert_eq!(moved.iter().collect::<Vec<_>>(), ["new"]);
    let (more, cursor) = world.pages(&world.token, Some(&cursor)).await;
    lines.extend(more);
    assert_eq!(
        asked(&world, &world.token, &cursor).await.kinds,
        sums(&lines)
    );
}

#[tokio::test]
async fn a_cursor_that_is_not_at_the_end_of_a_snapshot_or_not_theirs_is_refused() {
    let world = two_regions().await;
    let first = world.page(&world.token, "?limit=1").await;
    let ask = |cursor: &str| problem(world.get(&format!("/v1/digest?cursor={cursor}")));
    assert_eq!(ask(&first.cursor).await.1, "cursor.invalid");
    assert_eq!(ask("nonsense").await.1, "cursor.invalid");
    let (_, of_another) = world.pages(&world.admin, None).await;
    assert_eq!(ask(&of_another).await.1, "cursor.gone");
    let (_, old) = world.pages(&world.token, None).await;
    world
        .ingest(json!([
            {"kind": "new", "id": "e", "body": {}},
            {"kind": "new", "id": "f", "body": {}},
        ]))
        .await;
    world.platform().store.compact_all(1).await.unwrap();
    assert_eq!(ask(&old).await.1, "cursor.gone");
}
