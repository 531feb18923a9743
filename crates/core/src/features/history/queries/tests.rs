#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::Map;
use uuid::Uuid;
use watchkeeper_wire::operation::VerdictWord;

use super::*;
use crate::sync::histories::forget;

/// A mirror of these records, of which nothing is kept yet.
fn mirror(records: u32) -> Connection {
    let cache = Connection::open_in_memory().unwrap();
    for migration in [
        include_str!("../../../../../../migrations/cache/V1__init.sql"),
        include_str!("../../../../../../migrations/cache/V4__record_history.sql"),
    ] {
        cache.execute_batch(migration).unwrap();
    }
    for number in 0..records {
        cache
            .execute(
                "INSERT INTO record (kind, id, revision, seq, generation, updated_at, title, body, computed)
                 VALUES ('k', ?1, 1, 1, 1, 0, '', '{}', '{}')",
                [name(number)],
            )
            .unwrap();
    }
    cache
}

fn name(number: u32) -> String {
    format!("r{number}")
}

/// A page of operations that have these places, asked for in this second.
fn page(places: impl Iterator<Item = u64>, older: bool, second: u32) -> RecordHistory {
    let at = DateTime::from_timestamp(i64::from(second), 0).unwrap();
    let entry = |seq: u64| HistoryEntry {
        seq,
        operation: Uuid::from_u128(u128::from(seq)),
        action: "act".into(),
        author: "kim".into(),
        author_name: "Kim".into(),
        made_at: at,
        params: Map::new(),
        word: VerdictWord::Confirmed,
        reason: None,
        from_revision: None,
        revision: None,
        decided_at: at,
    };
    RecordHistory {
        entries: places.map(entry).collect(),
        older,
        server_time: at,
    }
}

/// Asks for the newest, or what is older, and keeps this answer.
fn ask(cache: &Connection, id: &str, older: bool, page: &RecordHistory) -> bool {
    let asked = asking(cache, ("k", id), older).unwrap().unwrap();
    keep(cache, ("k", id), asked, page).unwrap()
}

fn places(cache: &Connection, id: &str) -> Vec<u64> {
    let kept = kept(cache, "k", id).unwrap().unwrap();
    kept.entries.iter().map(|entry| entry.seq).collect()
}

#[test]
fn pages_are_kept_one_behind_the_other_with_the_instant_of_the_newest() {
    let cache = mirror(1);
    assert!(kept(&cache, "k", "r0").unwrap().is_none());
    assert!(ask(&cache, "r0", false, &page([9, 8].into_iter(), true, 5)));
    let asked = asking(&cache, ("k", "r0"), true).unwrap().unwrap();
    assert_eq!(asked.before, Some(8));
    assert!(ask(&cache, "r0", true, &page([4, 3].into_iter(), false, 7)));
    assert_eq!(places(&cache, "r0"), [9, 8, 4, 3]);
    let known = kept(&cache, "k", "r0").unwrap().unwrap();
    assert_eq!((known.older, known.asked_at.timestamp()), (false, 5));
    // What moved up with a verdict stands once.
    let mut newest = page([11, 9].into_iter(), true, 8);
    newest.entries[0].operation = Uuid::from_u128(8);
    assert!(ask(&cache, "r0", false, &newest));
    assert_eq!(places(&cache, "r0"), [11, 9, 4, 3]);
    let known = kept(&cache, "k", "r0").unwrap().unwrap();
    assert_eq!((known.older, known.asked_at.timestamp()), (false, 8));
}

#[test]
fn an_answer_that_may_be_of_before_is_not_kept() {
    let cache = mirror(1);
    let asked = asking(&cache, ("k", "r0"), false).unwrap().unwrap();
    forget(&cache).unwrap();
    let late = page([9].into_iter(), false, 5);
    assert!(!keep(&cache, ("k", "r0"), asked, &late).unwrap());
    assert!(kept(&cache, "k", "r0").unwrap().is_none());
    assert!(ask(&cache, "r0", false, &late));
    // A page behind one that is not the last any more.
    let behind = asking(&cache, ("k", "r0"), true).unwrap().unwrap();
    assert!(ask(
        &cache,
        "r0",
        false,
        &page([30, 20].into_iter(), true, 6)
    ));
    let older = page([8].into_iter(), false, 6);
    assert!(!keep(&cache, ("k", "r0"), behind, &older).unwrap());
    assert_eq!(places(&cache, "r0"), [30, 20]);
    // A record that has gone meanwhile.
    let asked = asking(&cache, ("k", "r0"), false).unwrap().unwrap();
    cache.execute("DELETE FROM record", []).unwrap();
    assert!(!keep(&cache, ("k", "r0"), asked, &late).unwrap());
    assert_eq!(asking(&cache, ("k", "r0"), false).unwrap(), None);
}

#[test]
fn of_all_but_the_one_that_was_asked_for_last_the_newest_are_kept() {
    let cache = mirror(2);
    let most = u64::from(MOST_ENTRIES);
    let all = page((1..=most + 40).rev(), false, 5);
    assert!(ask(&cache, "r0", false, &all));
    assert_eq!(places(&cache, "r0").len() as u64, most + 40);
    assert!(ask(&cache, "r1", false, &page([5].into_iter(), false, 6)));
    let newest: Vec<u64> = (41..=most + 40).rev().collect();
    assert_eq!(places(&cache, "r0"), newest);
    assert!(kept(&cache, "k", "r0").unwrap().unwrap().older);
}

#[test]
fn the_record_that_was_asked_for_longest_ago_makes_room() {
    let cache = mirror(MOST_RECORDS + 2);
    for number in 0..MOST_RECORDS + 2 {
        let answer = page([1].into_iter(), false, number);
        assert!(ask(&cache, &name(number), false, &answer));
    }
    let is_kept = |number: u32| kept(&cache, "k", &name(number)).unwrap().is_some();
    assert!(!is_kept(0) && !is_kept(1));
    assert!(is_kept(2) && is_kept(MOST_RECORDS + 1));
    let entries = "SELECT count(*) FROM history_entry";
    let count: u32 = cache.query_row(entries, [], |row| row.get(0)).unwrap();
    assert_eq!(count, MOST_RECORDS);
}
