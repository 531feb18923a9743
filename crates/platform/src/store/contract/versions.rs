//! Records by the order of the systems that bring them.

use watchkeeper_wire::ingest::Outcome;

use super::*;

fn at(version: u64, write: Write) -> Write {
    Write {
        version: Some(version),
        ..write
    }
}

async fn brought<S: Store>(store: &S, writes: &[Write]) -> Vec<Outcome> {
    store.ingest(TENANT, now(), writes).await.unwrap().1
}

async fn known<S: Store>(store: &S) -> Option<u64> {
    store.source_version(TENANT, "k", "a").await.unwrap()
}

/// Its number and its revision.
async fn stands<S: Store>(store: &S) -> Option<(Value, u64)> {
    let row = store.record(TENANT, "k", "a").await.unwrap()?;
    Some((row.body["n"].clone(), row.revision))
}

pub async fn what_comes_late_is_not_written_whoever_changed_the_record_since<S: Store>(store: &S) {
    found(store, TENANT).await;
    let says = |n: i64| put("a", json!({"n": n}));
    assert_eq!(known(store).await, None);
    let lines = [at(5, says(5)), at(4, says(4)), put("b", json!({}))];
    let outcomes = [Outcome::New, Outcome::Older, Outcome::New];
    assert_eq!(brought(store, &lines).await, outcomes);
    assert_eq!(stands(store).await, Some((json!(5), 1)));
    // Whoever has no order writes over it, and what is known of the order stays.
    assert_eq!(brought(store, &[says(50)]).await, [Outcome::Changed]);
    assert_eq!(known(store).await, Some(5));
    let before = head(store).await;
    for late in [at(5, says(5)), at(4, says(50)), at(4, gone("a"))] {
        assert_eq!(brought(store, &[late]).await, [Outcome::Older]);
    }
    assert_eq!(stands(store).await, Some((json!(50), 2)));
    // As it is already, and later: no revision, and a line in between is older from then on.
    assert_eq!(brought(store, &[at(9, says(50))]).await, [Outcome::Same]);
    assert_eq!(head(store).await, before);
    assert_eq!(known(store).await, Some(9));
    assert_eq!(brought(store, &[at(8, says(8))]).await, [Outcome::Older]);
    assert_eq!(
        brought(store, &[at(10, says(10))]).await,
        [Outcome::Changed]
    );
    assert_eq!(stands(store).await, Some((json!(10), 3)));
    // Another tenant's record of this name has an order of its own.
    found(store, "other").await;
    let other = [at(1, says(1))];
    let (_, outcomes) = store.ingest("other", now(), &other).await.unwrap();
    assert_eq!(outcomes, [Outcome::New]);
}

pub async fn an_end_is_remembered_though_it_came_first<S: Store>(store: &S) {
    found(store, TENANT).await;
    let says = |n: i64| put("a", json!({"n": n}));
    assert_eq!(brought(store, &[at(3, gone("a"))]).await, [Outcome::Same]);
    assert_eq!(brought(store, &[at(2, says(2))]).await, [Outcome::Older]);
    assert_eq!(brought(store, &[at(4, says(4))]).await, [Outcome::New]);
    assert_eq!(stands(store).await, Some((json!(4), 1)));
    assert_eq!(
        brought(store, &[at(6, gone("a"))]).await,
        [Outcome::Removed]
    );
    assert_eq!(brought(store, &[at(7, gone("a"))]).await, [Outcome::Same]);
    assert_eq!(brought(store, &[at(6, says(6))]).await, [Outcome::Older]);
    assert_eq!(stands(store).await, None);
    assert_eq!(brought(store, &[at(8, says(8))]).await, [Outcome::New]);
    assert_eq!(stands(store).await, Some((json!(8), 2)));
    // One without an order ends it at the place that is known.
    assert_eq!(brought(store, &[gone("a")]).await, [Outcome::Removed]);
    assert_eq!(known(store).await, Some(8));
    assert_eq!(brought(store, &[at(8, says(8))]).await, [Outcome::Older]);
}

pub async fn a_file_that_became_older_meanwhile_writes_nothing<S: Store>(store: &S) {
    found(store, TENANT).await;
    let says = |n: i64| put("a", json!({"n": n}));
    brought(store, &[at(5, says(5))]).await;
    // The record is as it was looked at, and its system has said so anew.
    brought(store, &[at(9, says(5))]).await;
    let seen = |write, revision| Seen { write, revision };
    let file = [
        seen(put("b", json!({})), None),
        seen(at(7, says(7)), Some(1)),
    ];
    let written = store.write_unless_moved(TENANT, now(), &file).await;
    assert_eq!(written.unwrap(), Committed::Moved);
    assert_eq!(store.record(TENANT, "k", "b").await.unwrap(), None);
    assert_eq!(stands(store).await, Some((json!(5), 1)));
}
