//! B. Storage: no room.

use watchkeeper_core::features::queues::view::{ActRequest, OperationWord};
use watchkeeper_core::features::sync::view::Link;
use watchkeeper_core::store::{Db, StoreError};
use watchkeeper_core::{Code, Error, features::queues};

use crate::world::{World, parcel};

/// The database may not grow from now on; or again as much as it likes.
async fn room(db: &Db, more_pages: u32) {
    db.write(move |tx| {
        let now: u32 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let most = now.saturating_add(more_pages);
        tx.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))?;
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
}

const OPERATIONS: &str = "SELECT count(*) FROM operation";
const OVERLAY: &str = "SELECT count(*) FROM overlay";
const ENTRIES: &str = "SELECT count(*) FROM audit";

#[tokio::test]
async fn fault_12_without_room_an_action_is_refused_says_so_leaves_nothing_and_works_again() {
    let world = World::synced(60).await;
    let entries = world.stated(ENTRIES).await;
    room(&world.engine.stores().state, 0).await;
    // The last pages have room for a few.
    let mut queued = 0;
    let (mut request, mut refused): (Option<ActRequest>, Option<Error>) = (None, None);
    for n in 1..=60 {
        let asked = world.release_request(&format!("p{n}")).await;
        match queues::act(&world.engine, asked.clone()).await {
            Ok(_) => queued += 1,
            Err(error) => {
                (request, refused) = (Some(asked), Some(error));
                break;
            }
        }
    }
    let (request, refused) = (request.unwrap(), refused.unwrap());
    assert_eq!(refused.code, Code::DiskFull, "{refused}");
    // Nothing of it stays: no operation, nothing drawn over the record, no entry.
    assert_eq!(world.stated(OPERATIONS).await, queued);
    assert_eq!(world.stated(OVERLAY).await, queued);
    assert_eq!(world.stated(ENTRIES).await, entries + queued);
    let shown = world.record(&request.id).await;
    assert!(shown.operations.is_empty(), "nothing is shown as queued");
    assert!(
        shown.actions.iter().any(|action| action.allowed),
        "and it may be tried again"
    );
    let rows = world.page().await.rows;
    let waiting = rows.iter().filter(|row| row.operation.is_some()).count();
    assert_eq!(waiting as i64, queued);
    // Everything is read as before, and the same form goes through once there is room.
    room(&world.engine.stores().state, 10_000).await;
    let again = queues::act(&world.engine, request.clone()).await.unwrap();
    assert_eq!(again.word, OperationWord::Queued);
    world.engine.sync_once().await.unwrap();
    world
        .platform
        .with(|state| assert_eq!(state.effects.len() as i64, queued + 1));
    world.check().await;
}

#[tokio::test]
async fn fault_12_without_room_for_records_the_pull_says_so_keeps_its_place_and_goes_on_later() {
    let world = World::synced(5).await;
    let cursor = "SELECT CAST(substr(cursor, 2) AS INTEGER) FROM feed";
    let place = world.cached(cursor).await;
    world.platform.with(|state| {
        for n in 100..400 {
            state.put("parcel", &format!("p{n}"), parcel(&format!("N-{n}"), 1));
        }
    });
    room(&world.engine.stores().cache, 1).await;
    assert!(world.engine.sync_once().await.is_err());
    let status = world.status().await;
    assert_eq!(
        status.problem.map(|problem| problem.code),
        Some(Code::DiskFull)
    );
    assert_eq!(world.cached(cursor).await, place);
    assert_eq!(world.page().await.rows.len(), 5, "what is there is shown");
    // Work goes on: the outbox is a file of its own.
    world.release("p1").await.unwrap();
    world.check().await;
    room(&world.engine.stores().cache, 100_000).await;
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!((status.link, status.problem), (Link::InStep, None));
    assert_eq!(
        world
            .cached("SELECT count(*) FROM record WHERE kind = 'parcel'")
            .await,
        305
    );
    world.check().await;
}
