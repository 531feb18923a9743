//! What Sync shows of many: how far they are, and the first of what waits.

use uuid::Uuid;
use watchkeeper_core::changes::Tag;
use watchkeeper_core::features::queues::view::OperationWord;
use watchkeeper_core::features::sync;
use watchkeeper_core::features::sync::view::OpenPart;
use watchkeeper_core::store::StoreError;

use super::{READABLE, act, large, request, select, world};
use crate::world::World;

#[tokio::test]
async fn how_far_many_are_is_told_until_all_of_them_are_settled() {
    let world = world(6).await;
    world.release("p1").await.unwrap();
    assert!(world.status().await.batches.is_empty(), "one is not many");
    let asked = request(&select(&world, "return", &[]).await);
    act(&world, &asked).await;
    // Again is the same operations.
    act(&world, &asked).await;
    let batches = world.status().await.batches;
    assert_eq!(batches.len(), 1);
    let batch = &batches[0];
    assert!(asked.batch.starts_with(&batch.id), "{batch:?}");
    assert_eq!(
        (batch.action.as_str(), batch.count, batch.waiting),
        ("Return", 4, 4)
    );
    assert_eq!((batch.under_way, batch.held, batch.confirmed), (0, 0, 0));
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert!(status.waiting.is_empty() && status.batches.is_empty());
}

#[tokio::test]
async fn a_thousand_are_told_of_now_and_then_and_of_the_last_of_them_always() {
    let (mut world, many) = large(1_000).await;
    let mut changes = world.listen().await;
    let began = world.engine.clock().boot();
    let answer = act(&world, &many).await;
    let took = world.engine.clock().boot().saturating_sub(began);
    assert_eq!((answer.queued, answer.left), (1_000, 0));
    let parcel = Tag::Kind("parcel".into());
    let mut told: u128 = 0;
    while let Ok(change) = changes.try_recv() {
        told += u128::from(change.tags.contains(&parcel));
    }
    // The first part and the last, and between them one in a quarter of a second; there are ten parts.
    assert!(told >= 2, "the last of them is told");
    assert!(told <= 2 + took.as_millis() / 250, "{told} in {took:?}");
}

/// So many operations of somebody that stand so. Of what is not shown nothing is read: it could not be.
async fn planted(world: &World, status: &'static str, readable: u32, unreadable: u32) {
    let state = &world.engine.stores().state;
    state
        .write(move |state| {
            for at in 0..readable + unreadable {
                let request = match at < readable {
                    true => READABLE,
                    false => "no operation",
                };
                let id = Uuid::now_v7().to_string();
                state.execute(
                    "INSERT INTO operation (id, lane, author, request, fingerprint, title, action,
                                            status, hold, made_at)
                     VALUES (?1, 'other/' || ?1, 'somebody', ?2, 'f', ?3, 'a', ?4,
                             iif(?4 = 'held', 'refused', NULL), 0)",
                    (id, request, format!("{status} {at}"), status),
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn of_a_thousand_that_wait_the_first_hundred_are_read_and_all_are_counted() {
    let world = world(1).await;
    planted(&world, "waiting", 100, 900).await;
    planted(&world, "held", 100, 20).await;
    planted(&world, "unknown", 2, 0).await;
    planted(&world, "accepted", 98, 30).await;
    let status = world.status().await;
    let open = status.open;
    assert_eq!(
        (open.waiting, open.held, open.unknown, open.sent),
        (1_000, 120, 2, 128)
    );
    let shown = (
        status.waiting.len(),
        status.held.len(),
        status.under_way.len(),
    );
    assert_eq!(shown, (100, 100, 100));
    assert_eq!(status.waiting[99].title, "waiting 99");
    assert_eq!(status.under_way[1].word, OperationWord::Unknown);
    assert_eq!(status.under_way[2].word, OperationWord::Sent);
}

#[tokio::test]
async fn what_follows_the_first_hundred_is_read_page_by_page_and_what_is_in_doubt_comes_first() {
    let world = world(1).await;
    planted(&world, "waiting", 230, 0).await;
    planted(&world, "in_flight", 1, 0).await;
    let state = &world.engine.stores().state;
    let doubt = "UPDATE operation SET not_before = 1 WHERE status = 'in_flight'";
    state
        .write(move |state| Ok::<_, StoreError>(state.execute(doubt, [])?))
        .await
        .unwrap();
    let status = world.status().await;
    assert_eq!(status.open.waiting, 231);
    assert_eq!(status.waiting[0].word, OperationWord::Unknown);
    let mut titles: Vec<String> = status.waiting.into_iter().map(|one| one.title).collect();
    for (behind, count) in [(100, 100), (200, 31), (300, 0)] {
        let page = sync::more(&world.engine, OpenPart::Waiting, behind).await;
        let page = page.unwrap();
        assert_eq!(page.len(), count, "behind {behind}");
        titles.extend(page.into_iter().map(|one| one.title));
    }
    let wanted = (0..230).map(|at| format!("waiting {at}"));
    assert!(titles[1..].iter().cloned().eq(wanted), "{titles:?}");
}
