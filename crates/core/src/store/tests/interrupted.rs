//! Fault 9: a migration that is killed half way, or that cannot be done.

use std::sync::atomic::{AtomicU32, Ordering};

use refinery::{Migration, Runner};

use super::damage::{flip, now, operation};
use super::*;
use crate::store::{connection, opening};

/// The migrations of this app and one more, as a later version has it.
fn later(sql: &str) -> Runner {
    let mut all = connection::migrations(Which::State)
        .get_migrations()
        .clone();
    all.push(Migration::unapplied("V900__later", sql).unwrap());
    Runner::new(&all)
}

/// Rewrites every operation and overlay row, in several steps, as a migration may have to.
const REWRITE: &str = "
    ALTER TABLE operation ADD COLUMN carried TEXT;
    UPDATE operation SET carried = upper(request);
    CREATE TABLE kept (operation TEXT NOT NULL PRIMARY KEY, seen TEXT NOT NULL) STRICT;
    INSERT INTO kept SELECT operation, seen FROM overlay;
    UPDATE overlay SET applied = '{\"again\":true}';";

/// A `state.db` of the app as it is, with operations that wait.
async fn outbox(count: u32) -> TempDir {
    let (folder, stores) = stores();
    stores
        .state
        .write(move |tx| (0..count).try_for_each(|number| operation(tx, number, "waiting")))
        .await
        .unwrap();
    stores.close().await;
    folder
}

fn numbers(connection: &rusqlite::Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn fault_09_a_migration_killed_at_any_point_is_rolled_back_and_done_again_with_the_outbox_whole()
 {
    const WAITING: u32 = 40;
    let folder = outbox(WAITING).await;
    let path = folder.path().join("state.db");
    // The files as they stand after every so many steps of the database engine, which is what a kill
    // leaves. A cache of one page makes it write to the disk within the transaction.
    let images = TempDir::new().unwrap();
    let taken = std::sync::Arc::new(AtomicU32::new(0));
    {
        let mut writer = connection::open_writer(&path, Which::State, &key(1)).unwrap();
        writer.pragma_update(None, "cache_size", 1).unwrap();
        let (from, to, counted) = (path.clone(), images.path().to_owned(), taken.clone());
        writer
            .progress_handler(
                60,
                Some(move || {
                    let number = counted.fetch_add(1, Ordering::Relaxed);
                    let to = to.join(number.to_string());
                    std::fs::create_dir(&to).unwrap();
                    for name in ["state.db", "state.db-wal"] {
                        std::fs::copy(from.with_file_name(name), to.join(name)).unwrap();
                    }
                    false
                }),
            )
            .unwrap();
        later(REWRITE).run(&mut writer).unwrap();
    }
    let taken = taken.load(Ordering::Relaxed);
    assert!(taken > 20, "{taken}");
    let (mut before, mut after) = (0, 0);
    for number in 0..taken {
        let image = images.path().join(number.to_string());
        let path = image.join("state.db");
        // This version, which does not know the migration, tells which side of it the image is on.
        match connection::look(&path, Which::State, &key(1)) {
            Ok(()) => before += 1,
            Err(StoreError::NewerSchema { found: 900, .. }) => after += 1,
            Err(other) => panic!("image {number}: {other}"),
        }
        let opened =
            connection::open_writer_at(&path, Which::State, &key(1), &later(REWRITE)).unwrap();
        let waiting = i64::from(WAITING);
        for sql in [
            "SELECT count(*) FROM operation WHERE status = 'waiting' AND carried = upper(request)",
            "SELECT count(*) FROM kept",
            "SELECT count(*) FROM overlay WHERE applied = '{\"again\":true}'",
        ] {
            assert_eq!(numbers(&opened, sql), waiting, "image {number}: {sql}");
        }
        let sound: String = opened
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok", "image {number}");
    }
    assert!(before > 10, "{before} before, {after} after");
}

#[tokio::test]
async fn fault_09_a_migration_that_fails_leaves_the_database_as_it_was() {
    let folder = outbox(7).await;
    let path = folder.path().join("state.db");
    let fails = format!("{REWRITE} INSERT INTO nowhere VALUES (1);");
    let refused =
        connection::open_writer_at(&path, Which::State, &key(1), &later(&fails)).unwrap_err();
    assert_eq!(refused.code(), crate::error::Code::Storage, "{refused:?}");
    assert!(!refused.is_damage());
    // The version before it opens the same file and goes on.
    let (stores, repairs) = opening::open(folder.path(), &key(1), now()).unwrap();
    assert_eq!(repairs, []);
    let (waiting, changed) = stores
        .state
        .read(|tx| {
            Ok::<(i64, i64), StoreError>((
                tx.query_row(
                    "SELECT count(*) FROM operation WHERE status = 'waiting'",
                    [],
                    |row| row.get(0),
                )?,
                tx.query_row(
                    "SELECT count(*) FROM sqlite_schema WHERE name = 'kept'",
                    [],
                    |row| row.get(0),
                )?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((waiting, changed), (7, 0));
    stores.close().await;
}

#[tokio::test]
async fn fault_09_the_first_version_of_state_db_is_brought_up_to_date_with_its_outbox() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.db");
    let runner = connection::migrations(Which::State);
    let all = runner.get_migrations().iter();
    let first: Vec<_> = all.filter(|each| each.version() == 1).cloned().collect();
    let first = Runner::new(&first);
    let mut old = connection::open_writer_at(&path, Which::State, &key(1), &first).unwrap();
    let tx = old.transaction().unwrap();
    operation(&tx, 1, "waiting").unwrap();
    tx.commit().unwrap();
    drop(old);
    let (stores, repairs) = opening::open(folder.path(), &key(1), now()).unwrap();
    assert_eq!(repairs, []);
    let waiting = stores.state.read(|tx| {
        Ok::<i64, StoreError>(tx.query_row(
            "SELECT (SELECT count(*) FROM operation) + (SELECT count(*) FROM audit_past)",
            [],
            |row| row.get(0),
        )?)
    });
    assert_eq!(waiting.await.unwrap(), 1);
    stores.close().await;
}

#[tokio::test]
async fn fault_14_a_damaged_state_db_of_an_older_version_keeps_its_operations_too() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.db");
    let all = connection::migrations(Which::State);
    let before: Vec<Migration> = all
        .get_migrations()
        .iter()
        .filter(|migration| migration.version() < 7)
        .cloned()
        .collect();
    assert!(before.len() < all.get_migrations().len());
    let before = Runner::new(&before);
    let mut old = connection::open_writer_at(&path, Which::State, &key(1), &before).unwrap();
    let tx = old.transaction().unwrap();
    setting::put(&tx, "token", &"kept").unwrap();
    (0..400).for_each(|number| operation(&tx, number, "waiting").unwrap());
    tx.commit().unwrap();
    drop(old);
    // One bit in the middle of the operations: what brings them up to date cannot read them.
    let pages = std::fs::metadata(&path).unwrap().len() / 4096;
    flip(&path, pages / 2 * 4096 + 77);
    let (stores, repairs) = opening::open(folder.path(), &key(1), now()).unwrap();
    let [opening::Repair::StateMovedAside { operations, .. }] = &repairs[..] else {
        panic!("{repairs:?}");
    };
    assert!(*operations >= 390, "{operations} of 400 came along");
    let token = stores
        .state
        .read(|tx| setting::get::<String>(tx, "token"))
        .await
        .unwrap();
    assert_eq!(token.as_deref(), Some("kept"));
    stores.close().await;
}
