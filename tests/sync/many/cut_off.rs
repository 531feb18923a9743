//! Many that were cut off or stopped while they were queued.

use watchkeeper_core::Code;
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::ActManyRequest;
use watchkeeper_core::store::StoreError;

use super::{OPERATIONS, act, each_happens_once, large, sent};
use crate::world::World;

/// Of so many, so many were queued before the disk was full and the app ended.
pub async fn cut_off(parcels: u32, queued: u32) -> (World, ActManyRequest) {
    let (mut world, many) = large(parcels).await;
    takes_no_more_than(&world, queued).await;
    act(&world, &many).await;
    takes_all_again(&world).await;
    world.restart().await;
    (world, many)
}

/// What is left of them is left.
pub async fn leave(world: &World, many: &ActManyRequest) {
    queues::leave_batch(&world.engine, &many.batch)
        .await
        .unwrap();
}

/// From here on the disk takes no more than so many operations.
pub async fn takes_no_more_than(world: &World, operations: u32) {
    let state = &world.engine.stores().state;
    let trigger = format!(
        "CREATE TRIGGER no_more BEFORE INSERT ON operation
         WHEN (SELECT count(*) FROM operation) >= {operations}
         BEGIN SELECT RAISE(ABORT, 'no more'); END"
    );
    state
        .write(move |state| Ok::<_, StoreError>(state.execute_batch(&trigger)?))
        .await
        .unwrap();
}

pub async fn takes_all_again(world: &World) {
    let state = &world.engine.stores().state;
    state
        .write(|state| Ok::<_, StoreError>(state.execute_batch("DROP TRIGGER no_more")?))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_thousand_are_queued_and_go_out_in_ten_requests() {
    let (world, many) = large(1_000).await;
    let answer = act(&world, &many).await;
    assert_eq!((answer.queued, answer.left), (1_000, 0));
    assert!(answer.failed.is_empty());
    let status = world.status().await;
    assert_eq!((status.open.waiting, status.waiting.len()), (1_000, 100));
    assert_eq!(status.batches[0].count, 1_000);
    assert!(status.unfinished.is_empty(), "nothing is left of it");
    each_happens_once(&world, 1_000).await;
    assert_eq!(sent(&world), [100; 10]);
}

#[tokio::test]
async fn fault_02_what_was_cut_off_is_told_after_the_start_and_gone_on_with_and_nothing_twice() {
    let (mut world, mut many) = large(250).await;
    // One that is not queued is told with the rest, however long that takes.
    many.records[0].revision += 1;
    takes_no_more_than(&world, 199).await;
    let answer = act(&world, &many).await;
    assert_eq!((answer.queued, answer.failed.len()), (199, 51));
    takes_all_again(&world).await;
    world.restart().await;
    let status = world.status().await;
    let [cut] = status.unfinished.as_slice() else {
        panic!("{:?}", status.unfinished);
    };
    assert_eq!(
        (cut.id.as_str(), cut.action.as_str()),
        (many.batch.as_str(), "Return")
    );
    assert_eq!(
        (cut.count, cut.queued, cut.failed, cut.left),
        (250, 199, 1, 50)
    );
    assert!(!cut.runs);
    let answer = queues::resume_batch(&world.engine, &cut.id).await.unwrap();
    assert_eq!((answer.queued, answer.left), (249, 0));
    let failed: Vec<(&str, Code)> = answer
        .failed
        .iter()
        .map(|one| (one.id.as_str(), one.error.code))
        .collect();
    assert_eq!(failed, [(many.records[0].id.as_str(), Code::Stale)]);
    assert!(world.status().await.unfinished.is_empty());
    let again = queues::resume_batch(&world.engine, &cut.id).await;
    assert_eq!(again.unwrap_err().code, Code::NotFound, "it is over");
    assert_eq!(world.stated(OPERATIONS).await, 249);
    each_happens_once(&world, 249).await;
}

#[tokio::test]
async fn fault_02_an_app_that_ends_while_many_are_queued_forgets_none_of_them() {
    let (mut world, many) = large(600).await;
    let engine = std::sync::Arc::clone(&world.engine);
    let some = async { while world.stated(OPERATIONS).await < 100 {} };
    tokio::select! {
        () = some => {}
        answer = queues::act_many(&engine, many.clone()) => panic!("it came to its end: {answer:?}"),
    }
    drop(engine);
    world.restart().await;
    let cut = world.status().await.unfinished.remove(0);
    assert_eq!(cut.queued + cut.left, 600);
    assert_eq!(i64::from(cut.queued), world.stated(OPERATIONS).await);
    assert!(cut.left > 0 && !cut.runs);
    let answer = queues::resume_batch(&world.engine, &many.batch)
        .await
        .unwrap();
    assert_eq!((answer.queued, answer.left), (600, 0));
    each_happens_once(&world, 600).await;
}

#[tokio::test]
async fn what_was_cut_off_can_be_left_and_what_is_queued_stays() {
    let (world, many) = cut_off(150, 100).await;
    for _ in 0..2 {
        leave(&world, &many).await;
        assert!(world.status().await.unfinished.is_empty());
    }
    let gone = queues::resume_batch(&world.engine, &many.batch).await;
    assert_eq!(gone.unwrap_err().code, Code::NotFound);
    each_happens_once(&world, 100).await;
}

#[tokio::test]
async fn many_can_be_stopped_before_the_rest_is_queued_and_the_window_reads_meanwhile() {
    let (world, many) = large(600).await;
    let stop = async {
        while world.stated(OPERATIONS).await < 100 {}
        let status = world.status().await;
        let running = status.unfinished.first().cloned();
        leave(&world, &many).await;
        running
    };
    let (answer, running) = tokio::join!(act(&world, &many), stop);
    let running = running.expect("it is shown while it is queued");
    assert!(running.runs && running.left > 0, "{running:?}");
    assert_eq!(answer.queued + answer.left, 600);
    assert!(answer.left > 0 && answer.failed.is_empty(), "{answer:?}");
    let status = world.status().await;
    assert!(status.unfinished.is_empty());
    assert_eq!(status.open.waiting, answer.queued);
    each_happens_once(&world, answer.queued as usize).await;
}

#[tokio::test]
async fn what_fits_one_transaction_is_queued_wholly_or_not_at_all() {
    let (mut world, many) = large(60).await;
    takes_no_more_than(&world, 30).await;
    let answer = act(&world, &many).await;
    assert_eq!((answer.queued, answer.failed.len()), (0, 60));
    takes_all_again(&world).await;
    world.restart().await;
    assert_eq!(world.stated(OPERATIONS).await, 0);
    assert!(world.status().await.unfinished.is_empty());
    assert_eq!(act(&world, &many).await.queued, 60);
}
