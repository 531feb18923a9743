//! Of an action on many records: what was left, and what was taken otherwise before it went on.

use uuid::Uuid;
use watchkeeper_core::Code;
use watchkeeper_core::features::log::view::{LogLeft, LogRequest, LogSort};
use watchkeeper_core::features::queues::view::ActManyRequest;
use watchkeeper_core::features::{log, queues};

use crate::many::cut_off::{cut_off, leave, takes_all_again, takes_no_more_than};
use crate::many::{act, bulk, each_happens_once, large, request, select};
use crate::world::{World, pack};

#[tokio::test]
async fn what_is_left_of_many_is_in_the_chain_once_with_how_many_it_was() {
    let (world, many) = cut_off(150, 100).await;
    for _ in 0..2 {
        leave(&world, &many).await;
    }
    let entries = "SELECT count(*) FROM audit WHERE event = 'left'";
    assert_eq!(world.stated(entries).await, 1);
    let asked = LogRequest {
        search: String::new(),
        sorts: vec![LogSort::Changed],
        before: None,
        limit: 100,
    };
    let page = log::page(&world.engine, asked).await.unwrap();
    let [entry] = page.entries.as_slice() else {
        panic!("{:?}", page.entries);
    };
    assert_eq!(
        (entry.event.as_str(), entry.action.as_deref()),
        ("left", Some("Return"))
    );
    let left = LogLeft {
        left: 50,
        among: 150,
    };
    assert_eq!(entry.left, Some(left));
    // One that came to its end has nothing to leave.
    let (world, many) = large(120).await;
    act(&world, &many).await;
    leave(&world, &many).await;
    assert_eq!(world.stated(entries).await, 0);
}

/// Parcels may be returned however often, whatever revision was seen.
fn however_often(text: &str) -> String {
    bulk(text).replace("cap: 4", "cap: 1000").replace(
        "    from: [waiting, released]\n",
        "    any_revision: true\n    from: [waiting, released, returned]\n",
    )
}

#[tokio::test]
async fn fault_12_what_was_taken_otherwise_after_a_full_disk_is_not_taken_again_by_going_on() {
    let mut world = World::new(150).await;
    world
        .platform
        .with(|state| state.pack = Some(pack(2, however_often)));
    world.engine.sync_once().await.unwrap();
    let many = request(&select(&world, "return", &[]).await);
    takes_no_more_than(&world, 100).await;
    let answer = act(&world, &many).await;
    assert_eq!((answer.queued, answer.failed.len()), (100, 50));
    takes_all_again(&world).await;
    // The operator takes it on those that the answer named, and forgets that the rest can be gone on with.
    let named = |id: &String| answer.failed.iter().any(|one| one.id == *id);
    let rest = many.records.iter().filter(|record| named(&record.id));
    let anew = ActManyRequest {
        batch: Uuid::now_v7().to_string(),
        records: rest.cloned().collect(),
        ..many.clone()
    };
    assert_eq!(act(&world, &anew).await.queued, 50);
    each_happens_once(&world, 150).await;
    world.restart().await;
    let answer = queues::resume_batch(&world.engine, &many.batch)
        .await
        .unwrap();
    assert_eq!(
        (answer.queued, answer.failed.len(), answer.left),
        (100, 50, 0)
    );
    assert!(
        answer
            .failed
            .iter()
            .all(|one| one.error.code == Code::NotNow)
    );
    assert!(world.status().await.unfinished.is_empty());
    each_happens_once(&world, 150).await;
}
