//! Damaged databases.

use std::io::{Read, Seek, SeekFrom, Write};

use chrono::{DateTime, TimeZone, Utc};

use super::*;
use crate::error::{Code, Error};
use crate::store::opening;

pub(super) const CANARY: &str = "canary-7f3a91-in-clear";

pub(super) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 3, 22, 28).unwrap()
}

pub(super) fn flip(path: &Path, at: u64) {
    let mut file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let mut byte = [0u8];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[byte[0] ^ 1]).unwrap();
}

/// Most pages of it, but neither its first nor its last.
fn flip_most(path: &Path) {
    let pages = std::fs::metadata(path).unwrap().len() / 8192;
    for page in 10..pages - 10 {
        flip(path, page * 8192 + 99);
    }
}

pub(super) fn operation(tx: &Transaction<'_>, number: u32, status: &str) -> Result<(), StoreError> {
    let id = format!("op-{number:05}");
    tx.execute(
        "INSERT INTO operation (id, lane, author, request, fingerprint, title, action, status, made_at)
         VALUES (?1, ?2, 'op', ?3, '', ?4, 'Approve', ?5, 0)",
        (&id, format!("refund/{number}"), "x".repeat(1_500), CANARY, status),
    )?;
    tx.execute(
        "INSERT INTO overlay (operation, kind, id, seen, applied) VALUES (?1, 'refund', ?2, '{}', '{}')",
        (&id, number),
    )?;
    Ok(())
}

/// A profile with settings, records and `count` waiting operations, closed cleanly.
pub(super) async fn filled(count: u32) -> TempDir {
    let (folder, stores) = stores();
    stores
        .state
        .write(move |tx| {
            setting::put(tx, "token", &CANARY)?;
            for number in 0..count {
                operation(
                    tx,
                    number,
                    if number % 7 == 0 {
                        "in_flight"
                    } else {
                        "waiting"
                    },
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    stores
        .cache
        .write(|tx| {
            tx.execute("UPDATE feed SET cursor = 'c', epoch = 'e', filled = 1", [])?;
            for number in 0..500 {
                tx.execute(
                    "INSERT INTO record (kind, id, revision, seq, generation, updated_at, title, body, computed)
                     VALUES ('refund', ?1, 1, ?1, 1, 0, ?2, ?3, '{}')",
                    (number, CANARY, "y".repeat(600)),
                )?;
                tx.execute("INSERT INTO record_text (rowid, words) VALUES (?1, ?2)", (number, CANARY))?;
                tx.execute("INSERT INTO record_start (rowid, starts) VALUES (?1, 'c ca')", [number])?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    stores.close().await;
    folder
}

pub(super) fn reopen(folder: &TempDir) -> (Stores, Vec<Repair>) {
    opening::open(folder.path(), &key(1), now()).unwrap()
}

pub(super) async fn ids(stores: &Stores) -> Vec<String> {
    stores
        .state
        .read(|tx| {
            let mut statement = tx.prepare("SELECT id FROM operation ORDER BY seq")?;
            let ids = statement
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            Ok::<Vec<String>, StoreError>(ids)
        })
        .await
        .unwrap()
}

pub(super) async fn cursor(stores: &Stores) -> Option<String> {
    stores
        .cache
        .read(|tx| {
            Ok::<_, StoreError>(tx.query_row("SELECT cursor FROM feed", [], |row| row.get(0))?)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn healthy_databases_open_without_a_repair() {
    let folder = filled(3).await;
    let (stores, repairs) = reopen(&folder);
    assert_eq!(repairs, []);
    assert_eq!(ids(&stores).await.len(), 3);
    assert_eq!(cursor(&stores).await.as_deref(), Some("c"));
}

#[tokio::test]
async fn fault_14_damaged_cache_db_is_rebuilt_and_state_db_is_not_touched() {
    for damage in ["first page", "no database", "empty", "half"] {
        let folder = filled(3).await;
        let cache = folder.path().join("cache.db");
        match damage {
            "first page" => flip(&cache, 100),
            "no database" => std::fs::write(&cache, "not a database".repeat(1000)).unwrap(),
            "empty" => std::fs::write(&cache, "").unwrap(),
            _ => {
                let file = std::fs::OpenOptions::new()
                    .write(true)
                    .open(&cache)
                    .unwrap();
                file.set_len(8192 * 2).unwrap();
            }
        }
        let (stores, repairs) = reopen(&folder);
        assert_eq!(repairs, [Repair::CacheRebuilt], "{damage}");
        assert_eq!(
            cursor(&stores).await,
            None,
            "{damage}: the feed starts with a snapshot"
        );
        assert_eq!(ids(&stores).await.len(), 3, "{damage}");
        stores.close().await;
        assert_eq!(reopen(&folder).1, [], "{damage}: once");
    }
}

#[tokio::test]
async fn fault_14_damaged_state_db_is_moved_aside_and_unsent_operations_are_carried_over() {
    let folder = filled(400).await;
    let path = folder.path().join("state.db");
    let before = std::fs::read(&path).unwrap();
    // One bit in the middle of the operations.
    flip(&path, (before.len() as u64 / 4096 / 2) * 4096 + 77);
    let damaged = std::fs::read(&path).unwrap();
    let (stores, repairs) = reopen(&folder);
    let [Repair::StateMovedAside { file, operations }] = &repairs[..] else {
        panic!("{repairs:?}");
    };
    assert_eq!(file, "state.damaged-20261120T032228Z.db");
    assert_eq!(
        std::fs::read(folder.path().join(file)).unwrap(),
        damaged,
        "kept as it was"
    );
    let kept = ids(&stores).await;
    assert_eq!(kept.len(), *operations as usize);
    assert!(kept.len() >= 390, "{} of 400 came along", kept.len());
    let token = stores
        .state
        .read(|tx| setting::get::<String>(tx, "token"))
        .await
        .unwrap();
    assert_eq!(token.as_deref(), Some(CANARY));
    let orphans: i64 = stores
        .state
        .read(|tx| {
            Ok::<_, StoreError>(tx.query_row(
                "SELECT count(*) FROM pragma_foreign_key_check",
                [],
                |row| row.get(0),
            )?)
        })
        .await
        .unwrap();
    assert_eq!(orphans, 0);
    assert_eq!(
        cursor(&stores).await.as_deref(),
        Some("c"),
        "the cache stays"
    );
}

#[tokio::test]
async fn fault_14_a_state_db_whose_first_page_is_gone_is_moved_aside_all_the_same() {
    for damage in ["first page", "no database", "empty"] {
        let folder = filled(3).await;
        let path = folder.path().join("state.db");
        match damage {
            "first page" => flip(&path, 100),
            "no database" => std::fs::write(&path, "x".repeat(9999)).unwrap(),
            _ => std::fs::write(&path, "").unwrap(),
        }
        let (stores, repairs) = reopen(&folder);
        assert!(
            matches!(
                &repairs[..],
                [Repair::StateMovedAside { operations: 0, .. }]
            ),
            "{damage}: {repairs:?}"
        );
        assert_eq!(ids(&stores).await.len(), 0);
        stores.close().await;
        // A second time within the same second takes nothing's place.
        flip(&path, 100);
        let (_stores, again) = reopen(&folder);
        assert_ne!(repairs, again);
        let aside = std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
                name.starts_with("state.damaged-") && name.ends_with(".db")
            })
            .count();
        assert_eq!(aside, 2, "{damage}");
    }
}

#[tokio::test]
async fn a_replacement_that_was_killed_half_way_is_finished_and_told() {
    let folder = filled(5).await;
    let at = |name: &str| folder.path().join(name);
    // The damaged file had gone, and the new one had not yet taken its place.
    let file = "state.damaged-20261120T032228Z.db";
    std::fs::copy(at("state.db"), at(file)).unwrap();
    std::fs::rename(at("state.db"), at("state.new.db")).unwrap();
    std::fs::write(at("state.db-wal"), "of the one that is gone").unwrap();
    let (stores, repairs) = reopen(&folder);
    let aside = Repair::StateMovedAside {
        file: file.into(),
        operations: 5,
    };
    assert_eq!(repairs, [aside]);
    assert_eq!(ids(&stores).await.len(), 5);
    stores.close().await;
    // A new one that was never finished is nothing beside one that is there.
    std::fs::write(at("state.new.db"), "half").unwrap();
    let (stores, repairs) = reopen(&folder);
    assert_eq!(repairs, []);
    assert_eq!(ids(&stores).await.len(), 5);
    assert!(!at("state.new.db").exists());
}

#[tokio::test]
async fn fault_15_a_wal_that_was_cut_off_costs_the_cache_at_most_its_last_commits() {
    let folder = filled(3).await;
    let (stores, _) = reopen(&folder);
    stores
        .cache
        .write(|tx| Ok::<_, StoreError>(tx.execute("UPDATE feed SET cursor = 'later'", [])?))
        .await
        .unwrap();
    // As a power cut leaves it: the files are copied while they are open, the WAL torn.
    let cut = TempDir::new().unwrap();
    for name in ["state.db", "cache.db", "cache.db-wal"] {
        std::fs::copy(folder.path().join(name), cut.path().join(name)).unwrap();
    }
    let wal = std::fs::OpenOptions::new()
        .write(true)
        .open(cut.path().join("cache.db-wal"))
        .unwrap();
    wal.set_len(wal.metadata().unwrap().len() - 100).unwrap();
    let (stores, repairs) = reopen(&cut);
    assert_eq!(repairs, []);
    assert_eq!(cursor(&stores).await.as_deref(), Some("c"));
    assert_eq!(ids(&stores).await.len(), 3);
}

#[tokio::test]
async fn fault_14_a_page_that_turns_out_bad_while_reading_is_damage_and_told_once() {
    let folder = filled(3).await;
    flip_most(&folder.path().join("cache.db"));
    let (stores, repairs) = reopen(&folder);
    assert_eq!(repairs, [], "a sample does not find it");
    let (told, heard) = std::sync::mpsc::channel();
    stores.cache.on_damage(move || told.send(()).unwrap());
    for _ in 0..2 {
        let read: Result<i64, StoreError> = stores
            .cache
            .read(|tx| {
                Ok(tx.query_row("SELECT sum(length(body)) FROM record", [], |row| row.get(0))?)
            })
            .await;
        assert!(read.unwrap_err().is_damage());
    }
    assert!(stores.cache.is_damaged());
    assert!(!stores.state.is_damaged());
    assert_eq!(heard.try_iter().count(), 1);
    let wrong: Result<i64, StoreError> = stores
        .state
        .read(|tx| Ok(tx.query_row("SELECT nothing FROM nowhere", [], |row| row.get(0))?))
        .await;
    assert!(wrong.is_err());
    assert!(
        !stores.state.is_damaged(),
        "a fault of the app is no damage"
    );
}

#[tokio::test]
async fn of_two_databases_that_are_read_together_the_damaged_one_is_named() {
    let folder = filled(3).await;
    flip_most(&folder.path().join("cache.db"));
    let (stores, _) = reopen(&folder);
    let read: Result<i64, Error> = stores
        .read_both(|_, cache| {
            Ok(cache.query_row("SELECT sum(length(body)) FROM record", [], |row| row.get(0))?)
        })
        .await;
    assert_eq!(read.unwrap_err().code, Code::Storage);
    assert!(stores.cache.is_damaged());
    assert!(!stores.state.is_damaged());
}
