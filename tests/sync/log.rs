//! The Log: pages, filter, search, and what the check of the chain found.

use watchkeeper_core::features::log;
use watchkeeper_core::features::log::view::{LogEntry, LogPage, LogRequest, LogSort};
use watchkeeper_core::store::StoreError;
use watchkeeper_wire::operation::VerdictWord;

use crate::world::World;

fn all() -> LogRequest {
    LogRequest {
        search: String::new(),
        sorts: Vec::new(),
        before: None,
        limit: 100,
    }
}

async fn page(world: &World, request: LogRequest) -> LogPage {
    log::page(&world.engine, request).await.unwrap()
}

async fn find(world: &World, search: &str) -> Vec<u32> {
    let request = LogRequest {
        search: search.into(),
        ..all()
    };
    let page = page(world, request).await;
    assert_eq!(page.total as usize, page.entries.len());
    page.entries.iter().map(|entry| entry.seq).collect()
}

/// Releases p1 (confirmed) and p2 (refused), is refused by policy on p9, and gives p2 up.
async fn worked() -> World {
    let world = World::synced(2).await;
    world.platform.with(|state| {
        state.put("parcel", "p9", crate::world::parcel("N-9", 100));
        state.words.extend([VerdictWord::Refused]);
    });
    world.engine.sync_once().await.unwrap();
    // The older one lapses first and is sent first.
    let refused = world.release("p2").await.unwrap();
    world.release("p1").await.unwrap();
    world.release("p9").await.unwrap_err();
    world.engine.sync_once().await.unwrap();
    watchkeeper_core::features::sync::discard(&world.engine, &refused.id)
        .await
        .unwrap();
    world
}

#[tokio::test]
async fn entries_are_newest_first_with_what_they_are_about() {
    let world = worked().await;
    let page = page(&world, all()).await;
    let sorts: Vec<LogSort> = page.entries.iter().map(|entry| entry.sort).collect();
    assert_eq!(sorts[0], LogSort::Changed);
    assert_eq!(
        &sorts[3..],
        [LogSort::Denied, LogSort::Queued, LogSort::Queued]
    );
    let by_name = |entry: &LogEntry| entry.actor == "Robin";
    assert!(page.entries.iter().all(by_name), "the chain has the id");
    let denied = &page.entries[3];
    assert_eq!(denied.code.as_deref(), Some("parcel.too_late"));
    assert_eq!(denied.rows, ["P-1"]);
    assert_eq!(denied.action.as_deref(), Some("Release"));
    let record = denied.record.as_ref().unwrap();
    assert_eq!(
        (
            record.id.as_str(),
            record.title.as_deref(),
            record.view.as_deref()
        ),
        ("p9", Some("Parcel N-9 at North"), Some("parcels"))
    );
    // A verdict names only the operation; what that was on is known here.
    let answered: Vec<_> = page.entries[1..3]
        .iter()
        .map(|entry| {
            (
                entry.word.clone().unwrap(),
                entry.record.clone().unwrap().id,
            )
        })
        .collect();
    assert!(answered.contains(&("confirmed".into(), "p1".into())));
    assert!(answered.contains(&("refused".into(), "p2".into())));
    let last = page.entries.last().unwrap();
    assert_eq!((last.seq, last.prev.as_str()), (1, "0".repeat(64).as_str()));
    assert_eq!(page.head, page.entries[0].hash);
    assert!(!page.entries[0].countersigned, "it was not delivered yet");
    assert!(page.entries[1].countersigned);
    assert_eq!(page.total, page.chain.entries);
}

#[tokio::test]
async fn sorts_are_counted_and_filtered() {
    let world = worked().await;
    let page_all = page(&world, all()).await;
    let counts: Vec<(LogSort, u32)> = page_all
        .sorts
        .iter()
        .map(|each| (each.sort, each.count))
        .collect();
    assert_eq!(
        counts,
        [
            (LogSort::Queued, 2),
            (LogSort::Denied, 1),
            (LogSort::Confirmed, 1),
            (LogSort::Refused, 1),
            (LogSort::Changed, 1)
        ]
    );
    let some = LogRequest {
        sorts: vec![LogSort::Queued, LogSort::Refused],
        ..all()
    };
    let some = page(&world, some).await;
    assert_eq!((some.total, some.entries.len(), some.more), (3, 3, false));
    assert!(some.entries.is_sorted_by(|one, other| one.seq > other.seq));
    assert_eq!(
        some.sorts, page_all.sorts,
        "the filter still offers the others"
    );
    let none = LogRequest {
        sorts: vec![LogSort::SignedIn],
        ..all()
    };
    assert_eq!(page(&world, none).await.total, 0);
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let world = worked().await;
    for sorts in [
        vec![],
        vec![LogSort::Queued, LogSort::Confirmed, LogSort::Refused],
    ] {
        for search in ["", "p"] {
            let whole = LogRequest {
                sorts: sorts.clone(),
                search: search.into(),
                ..all()
            };
            let whole = page(&world, whole).await;
            let mut seqs = Vec::new();
            let mut before = None;
            loop {
                let request = LogRequest {
                    sorts: sorts.clone(),
                    search: search.into(),
                    before,
                    limit: 1,
                };
                let one = page(&world, request).await;
                assert_eq!(one.total, whole.total);
                seqs.extend(one.entries.iter().map(|entry| entry.seq));
                before = one.entries.last().map(|entry| entry.seq);
                if !one.more {
                    break;
                }
            }
            let expected: Vec<u32> = whole.entries.iter().map(|entry| entry.seq).collect();
            assert_eq!(seqs, expected);
        }
    }
}

#[tokio::test]
async fn words_are_found_in_the_entry_and_in_what_its_operation_was() {
    let world = worked().await;
    // Queued and answered of p1: the answer holds nothing but the operation's id.
    assert_eq!(find(&world, "parcel/p1").await.len(), 2);
    assert_eq!(find(&world, "N-1 north").await.len(), 2);
    assert_eq!(find(&world, "too_late").await.len(), 1);
    assert_eq!(find(&world, "TOO_LATE p9").await.len(), 1);
    assert_eq!(find(&world, "too_late p1").await, Vec::<u32>::new());
    assert_eq!(find(&world, "op-1").await.len(), 6, "the operator");
    assert_eq!(find(&world, "ROB").await.len(), 6, "what they are called");
    assert_eq!(find(&world, "robin p9").await.len(), 1);
    assert_eq!(find(&world, "robin_").await, Vec::<u32>::new());
    assert_eq!(find(&world, "%").await, Vec::<u32>::new(), "no wildcard");
    assert_eq!(find(&world, "too?late").await, Vec::<u32>::new());
}

#[tokio::test]
async fn a_broken_chain_is_explained_and_what_does_not_read_is_still_listed() {
    let world = worked().await;
    assert_eq!(page(&world, all()).await.checked_at, None);
    log::verify(&world.engine).await.unwrap();
    let sound = page(&world, all()).await;
    assert_eq!((sound.broken, sound.chain.broken_at), (None, None));
    assert!(sound.checked_at.is_some());
    world
        .engine
        .stores()
        .state
        .write(|state| {
            state.execute("UPDATE audit SET entry = 'no JSON' WHERE seq = 2", [])?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    log::verify(&world.engine).await.unwrap();
    let broken = page(&world, all()).await;
    assert_eq!(broken.broken.as_deref(), Some("Entry 2 was edited."));
    assert_eq!(broken.chain.broken_at, Some(2));
    let entry = broken.entries.iter().find(|entry| entry.seq == 2).unwrap();
    assert_eq!(
        (entry.event.as_str(), entry.sort),
        ("unreadable", LogSort::Other)
    );
    assert_eq!(broken.entries.len(), sound.entries.len());
}
