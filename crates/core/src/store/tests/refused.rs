//! Newer, half migrated, full and foreign databases, and what stands in their files.

use rusqlite::Connection;

use super::damage::{CANARY, filled, ids, now, operation, reopen};
use super::*;
use crate::error::{Code, Error};
use crate::store::opening;

#[tokio::test]
async fn a_newer_database_is_refused_and_no_byte_of_either_changes() {
    for which in [Which::State, Which::Cache] {
        let folder = filled(3).await;
        let newer = Db::open(folder.path(), which, &key(1)).unwrap();
        newer
            .write(|tx| {
                Ok::<_, StoreError>(tx.execute(
                    "INSERT INTO refinery_schema_history VALUES (9999, 'later', '2030-01-01T00:00:00Z', '1')",
                    [],
                )?)
            })
            .await
            .unwrap();
        newer.close().await;
        let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        let before = (bytes("state.db"), bytes("cache.db"));
        let refused = opening::open(folder.path(), &key(1), now());
        assert!(matches!(
            refused,
            Err(StoreError::NewerSchema { found: 9999, .. })
        ));
        assert_eq!(
            Error::from(refused.err().unwrap()).code,
            Code::NewerDatabase
        );
        assert_eq!((bytes("state.db"), bytes("cache.db")), before);
    }
}

#[tokio::test]
async fn fault_09_a_migration_that_was_killed_half_way_runs_again() {
    let folder = TempDir::new().unwrap();
    let killed = TempDir::new().unwrap();
    let path = folder.path().join("state.db");
    {
        let mut half = Connection::open(&path).unwrap();
        half.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode([1u8; 32])))
            .unwrap();
        half.pragma_update(None, "journal_mode", "WAL").unwrap();
        half.execute_batch("CREATE TABLE before (x INTEGER)")
            .unwrap();
        half.pragma_update(None, "cache_size", 1).unwrap();
        let tx = half.transaction().unwrap();
        tx.execute_batch("CREATE TABLE setting (name TEXT); CREATE TABLE operation (id TEXT);")
            .unwrap();
        for name in ["state.db", "state.db-wal"] {
            std::fs::copy(folder.path().join(name), killed.path().join(name)).unwrap();
        }
    }
    let (stores, repairs) = reopen(&killed);
    assert_eq!(repairs, []);
    assert_eq!(ids(&stores).await.len(), 0);
}

#[tokio::test]
async fn fault_12_a_full_disk_refuses_the_write_keeps_the_rest_and_recovers() {
    let (_folder, stores) = stores();
    stores
        .state
        .write(|tx| setting::put(tx, "kept", &1))
        .await
        .unwrap();
    let limit = |pages: u32| {
        stores.state.write(move |tx| {
            let now: u32 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            tx.query_row(
                &format!("PRAGMA max_page_count = {}", now + pages),
                [],
                |_| Ok(()),
            )?;
            Ok::<_, StoreError>(())
        })
    };
    limit(2).await.unwrap();
    let big = "z".repeat(100_000);
    let refused = {
        let big = big.clone();
        stores.state.write(move |tx| {
            setting::put(tx, "kept", &2)?;
            setting::put(tx, "big", &big)
        })
    };
    let error = refused.await.unwrap_err();
    assert!(matches!(error, StoreError::DiskFull), "{error:?}");
    assert_eq!(Error::from(error).code, Code::DiskFull);
    let kept = stores
        .state
        .read(|tx| setting::get::<u8>(tx, "kept"))
        .await
        .unwrap();
    assert_eq!(kept, Some(1), "nothing of the refused write stays");
    limit(1_000_000).await.unwrap();
    stores
        .state
        .write(move |tx| setting::put(tx, "big", &big))
        .await
        .unwrap();
}

#[tokio::test]
async fn another_key_opens_nothing_and_changes_nothing() {
    let folder = filled(3).await;
    let before = std::fs::read(folder.path().join("state.db")).unwrap();
    assert!(Db::open(folder.path(), Which::State, &key(2)).is_err());
    assert_eq!(
        std::fs::read(folder.path().join("state.db")).unwrap(),
        before
    );
}

#[tokio::test]
async fn nothing_stands_in_clear_in_any_file() {
    let folder = filled(50).await;
    let (stores, _) = reopen(&folder);
    stores
        .state
        .write(|tx| operation(tx, 999, "waiting"))
        .await
        .unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let clear = |text: &str| {
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        };
        assert!(!clear(CANARY), "{}", path.display());
        assert!(!clear("SQLite format 3"), "{}", path.display());
        files += 1;
    }
    assert!(files >= 4, "databases and their WALs were looked at");
}

#[test]
fn what_sqlite_says_is_told_apart_by_what_can_be_done() {
    let code = |extended: i32| {
        StoreError::from(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(extended),
            None,
        ))
        .code()
    };
    use rusqlite::ffi;
    assert_eq!(code(ffi::SQLITE_FULL), Code::DiskFull);
    assert_eq!(code(ffi::SQLITE_IOERR_SHMSIZE), Code::DiskFull);
    assert_eq!(code(ffi::SQLITE_READONLY_DIRECTORY), Code::ReadOnly);
    assert_eq!(code(ffi::SQLITE_CANTOPEN), Code::ReadOnly);
    assert_eq!(code(ffi::SQLITE_IOERR_WRITE), Code::Storage);
    assert_eq!(code(ffi::SQLITE_BUSY), Code::Storage);
    let io = |kind: std::io::ErrorKind| StoreError::from(std::io::Error::from(kind)).code();
    assert_eq!(io(std::io::ErrorKind::StorageFull), Code::DiskFull);
    assert_eq!(io(std::io::ErrorKind::PermissionDenied), Code::ReadOnly);
}
