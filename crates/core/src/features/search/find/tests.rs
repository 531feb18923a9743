#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::params;
use serde_json::{Map, json};
use tempfile::TempDir;
use tokio::sync::broadcast;
use uuid::Uuid;
use watchkeeper_pack::Bundle;
use watchkeeper_wire::session::{Operator, Tenant};

use super::*;
use crate::clock::SystemClock;
use crate::overlay::{Applied, Seen};
use crate::profile::{OpenProfile, Pinned};
use crate::secrets::Secret;
use crate::store::{DbKey, Stores};

const RECORD: &str = "kind: ticket\nlabel: {one: Ticket, many: Tickets}\ntitle: '{{ record.name }}'\n\
    fields:\n  name: {type: string, label: Name, indexed: true, searched: true}\n\
    \x20 note: {type: text, label: Note, searched: true, optional: true}\ndetail: [name]\n\
    views:\n  all_tickets: {label: All, row: T-1, sort: [name], sort_label: by name, columns: [name]}\n\
    \x20 tickets: {label: Tickets, row: T-1, sort: [name], sort_label: by name, columns: [name], \
    queue: {target: 0, minutes_each: 1}}\n";

const PACK: &str = "format: 1\nid: small\nversion: 1\nname: Small\nzone: Australia/Melbourne\n\
    currency: AUD\nlanguage: en\nqueues: [tickets]\n";

/// An engine that nobody answers, over real databases.
async fn engine(folder: &TempDir) -> Arc<Engine> {
    let stores = Stores::open(folder.path(), &DbKey::new([1; 32])).unwrap();
    let files = [("pack.yaml", PACK), ("records/ticket.yaml", RECORD)]
        .map(|(name, text)| (name.to_owned(), text.to_owned()));
    let bundle = Bundle::from_files(BTreeMap::from(files)).unwrap();
    let (hash, bytes) = (bundle.hash().to_owned(), bundle.bytes().to_vec());
    stores
        .state
        .write(move |state| {
            Ok::<_, StoreError>(state.execute(
                "INSERT INTO pack (hash, version, active, bundle) VALUES (?1, 1, 1, ?2)",
                params![hash, bytes],
            )?)
        })
        .await
        .unwrap();
    let profile = OpenProfile {
        id: "p1".into(),
        folder: folder.path().to_owned(),
        stores,
        token: Secret::new("none"),
        pinned: Pinned {
            platform: "http://127.0.0.1:9/".parse().unwrap(),
            operator: Operator {
                id: "op-1".into(),
                name: "Ada".into(),
            },
            tenant: Tenant {
                id: "t1".into(),
                name: "Tenant".into(),
                zone: "Australia/Melbourne".into(),
            },
            device: Uuid::from_u128(7),
            audit_key: "00".repeat(32),
            publisher: String::new(),
        },
        clock: Arc::new(crate::clock::Corrected::new(
            Arc::new(SystemClock::new()),
            None,
        )),
        changes: broadcast::channel(16).0,
        notifier: Arc::new(crate::notify::Nowhere),
        version: "0.0.0".into(),
    };
    let engine = Engine::start(profile).await.unwrap();
    assert!(engine.pack().is_some());
    engine
}

async fn put(engine: &Engine, records: Vec<(String, serde_json::Value)>) {
    let pack = engine.pack().unwrap();
    engine
        .stores
        .cache
        .write(move |cache| {
            for (id, body) in records {
                let body = body.as_object().unwrap().clone();
                let made = text::text(cache, Some(&pack), ("ticket", &id), &body, &Map::new())?;
                cache.execute(
                    "INSERT INTO record (kind, id, revision, seq, generation, updated_at, title, body, computed)
                     VALUES ('ticket', ?1, 1, 1, 1, 0, ?2, ?3, '{}')",
                    params![id, made.title, serde_json::to_string(&body)?],
                )?;
                text::write_words(cache, cache.last_insert_rowid(), &made.words)?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

async fn ids(engine: &Engine, typed: &str) -> Vec<String> {
    let hits = search(engine, typed).await.unwrap();
    hits.into_iter().map(|hit| hit.id).collect()
}

#[tokio::test]
async fn records_are_found_by_the_beginnings_of_their_words_with_place_and_view() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder).await;
    put(
        &engine,
        vec![
            (
                "tk_1".into(),
                json!({"name": "Happy Tails", "note": "Wants a café table near the river"}),
            ),
            ("tk_2".into(), json!({"name": "Sad Tails"})),
        ],
    )
    .await;
    let hits = search(&engine, "happy CAFE").await.unwrap();
    assert_eq!(
        hits,
        [SearchHit {
            kind: "ticket".into(),
            kind_label: "Ticket".into(),
            id: "tk_1".into(),
            title: "Happy Tails".into(),
            excerpt: hits[0].excerpt.clone(),
            view: Some("tickets".into()),
        }]
    );
    assert!(hits[0].excerpt.contains("⟦café⟧"), "{}", hits[0].excerpt);
    assert_eq!(ids(&engine, "tk_2").await, ["tk_2"]);
    assert_eq!(ids(&engine, "tail").await.len(), 2);
    assert!(ids(&engine, "happy sad").await.is_empty());
    assert!(ids(&engine, "  ").await.is_empty());
    engine.stop().await;
}

#[tokio::test]
async fn fault_64_whatever_is_typed_is_answered() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder).await;
    put(
        &engine,
        vec![("tk_1".into(), json!({"name": "NEAR the \"gate\""}))],
    )
    .await;
    assert_eq!(ids(&engine, "NEAR(").await, ["tk_1"]);
    assert_eq!(ids(&engine, "\"gate\"*").await, ["tk_1"]);
    for typed in [
        "\"",
        "*",
        "a OR",
        "words:",
        "\0near\0",
        "); DROP TABLE record; --",
    ] {
        search(&engine, typed).await.unwrap();
    }
    // A megabyte of words, of one word, and of what is none.
    for long in ["gate ", "gate", "\"", "NEAR(", "\0", "ä"] {
        search(&engine, &long.repeat((1 << 20) / long.len()))
            .await
            .unwrap();
    }
    assert_eq!(ids(&engine, "near").await, ["tk_1"]);
    engine.stop().await;
}

/// A mirror of so many records that all have one word.
fn mirror(count: u32) -> Connection {
    let cache = Connection::open_in_memory().unwrap();
    cache
        .execute_batch(include_str!(
            "../../../../../../migrations/cache/V1__init.sql"
        ))
        .unwrap();
    cache
        .execute_batch(include_str!(
            "../../../../../../migrations/cache/V5__starts.sql"
        ))
        .unwrap();
    for number in 0..count {
        let id = format!("tk_{number}");
        cache
            .execute(
                "INSERT INTO record (kind, id, revision, seq, generation, updated_at, title, body, computed)
                 VALUES ('ticket', ?1, 1, 1, 1, 0, 'Ticket', '{}', '{}')",
                [&id],
            )
            .unwrap();
        text::write_words(&cache, cache.last_insert_rowid(), &format!("Ticket {id}")).unwrap();
    }
    cache
}

#[test]
fn fault_64_a_question_that_costs_too_much_is_stopped_and_the_answer_instead_costs_little() {
    const BUDGET: u64 = 500;
    let question = fts_query("t").unwrap();
    let mut costs = Vec::new();
    for count in [300, 3_000] {
        let mut cache = mirror(count);
        let steps = Arc::new(AtomicU64::new(0));
        let limit = Limit::default();
        let (step, reach) = (steps.clone(), limit.clone());
        // Steps of the database engine, not time: at the budget's end the limit is reached.
        cache
            .progress_handler(
                1,
                Some(move || {
                    if step.fetch_add(1, Ordering::Relaxed) == BUDGET {
                        reach.reach();
                    }
                    false
                }),
            )
            .unwrap();
        let found = found(&cache, &question, &limit).unwrap();
        let stopped = steps.swap(BUDGET + 1, Ordering::Relaxed);
        matching(&cache, &question, "rank").unwrap();
        let unstopped = steps.load(Ordering::Relaxed) - BUDGET;
        assert_eq!(found.len(), MOST);
        assert_eq!(found[0].id, format!("tk_{}", count - 1), "the newest");
        costs.push((stopped, unstopped));
    }
    let [(few_stopped, few), (many_stopped, many)] = costs[..] else {
        unreachable!()
    };
    assert!(
        many > 4 * few,
        "what is stopped would grow with the records: {few} {many}"
    );
    assert!(
        many_stopped < 2 * few_stopped,
        "{few_stopped} {many_stopped}"
    );
}

#[test]
fn of_more_than_are_weighed_the_newest_are_answered() {
    let cache = mirror(60);
    let question = fts_query("t").unwrap();
    let weighed = best(&cache, &question, 60).unwrap();
    assert_eq!(weighed.map(|found| found.len()), Some(MOST));
    assert!(best(&cache, &question, 59).unwrap().is_none());
    let one = best(&cache, &fts_query("tk_59").unwrap(), 1).unwrap();
    assert_eq!(one.unwrap()[0].id, "tk_59");
}

#[tokio::test]
async fn at_most_fifty_are_answered() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder).await;
    let many = (0..120).map(|n| (format!("tk_{n}"), json!({"name": format!("Ticket {n}")})));
    put(&engine, many.collect()).await;
    assert_eq!(ids(&engine, "t").await.len(), MOST);
    engine.stop().await;
}

#[tokio::test]
async fn a_question_that_takes_too_long_is_answered_by_the_newest() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder).await;
    let many = (0..120).map(|n| (format!("tk_{n}"), json!({"name": "Ticket"})));
    put(&engine, many.collect()).await;
    let found: Vec<String> = engine
        .stores
        .cache
        .read(|cache| {
            // The limit is reached while the query runs: its own second step reaches it.
            let limit = Limit::default();
            let reach = limit.clone();
            cache.create_scalar_function(
                "reach",
                0,
                rusqlite::functions::FunctionFlags::SQLITE_UTF8,
                move |_| {
                    reach.reach();
                    Ok(1)
                },
            )?;
            limit.set(Some(cache.get_interrupt_handle()));
            let stopped = cache
                .prepare("SELECT reach() FROM record")?
                .query_map([], |row| row.get::<_, i64>(0))?
                .collect::<Result<Vec<_>, _>>()
                .unwrap_err();
            assert_eq!(
                stopped.sqlite_error_code(),
                Some(ErrorCode::OperationInterrupted)
            );
            limit.set(None);
            // Nothing is stopped once the limit was taken off.
            limit.reach();
            let newest = matching(cache, "\"ticket\"*", "record_text.rowid DESC")?;
            Ok::<_, StoreError>(newest.into_iter().map(|record| record.id).collect())
        })
        .await
        .unwrap();
    assert_eq!(found.len(), MOST);
    assert_eq!(found[0], "tk_119");
    engine.stop().await;
}

#[tokio::test]
async fn a_record_that_is_only_here_because_we_acted_on_it_is_found_by_its_title() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder).await;
    engine
        .stores
        .state
        .write(|state| {
            let operation = Uuid::from_u128(1);
            state.execute(
                "INSERT INTO operation (id, lane, author, request, fingerprint, title, action, status, hold, made_at)
                 VALUES (?1, 'ticket/tk_9', 'somebody', '{}', '', 'Lost Parcel', 'Close', 'held', 'conflict', 0)",
                [operation.to_string()],
            )?;
            let body = json!({"name": "Lost Parcel"}).as_object().unwrap().clone();
            let seen = Seen {
                revision: 1,
                updated_at: chrono::DateTime::UNIX_EPOCH,
                title: "Lost Parcel".into(),
                body: body.clone(),
                computed: Map::new(),
                refs: Map::new(),
            };
            let applied = Applied {
                body,
                computed: Map::new(),
            };
            crate::overlay::rows::insert(state, operation, ("ticket", "tk_9"), &seen, &applied)
        })
        .await
        .unwrap();
    let hits = search(&engine, "lost par").await.unwrap();
    assert_eq!(hits.len(), 1);
    assert_eq!(
        (hits[0].id.as_str(), hits[0].title.as_str()),
        ("tk_9", "Lost Parcel")
    );
    assert_eq!(hits[0].excerpt, "⟦Lost⟧ ⟦Parcel⟧ tk_9");
    put(
        &engine,
        vec![("tk_9".into(), json!({"name": "Lost Parcel"}))],
    )
    .await;
    assert_eq!(ids(&engine, "lost").await, ["tk_9"], "once");
    engine.stop().await;
}
