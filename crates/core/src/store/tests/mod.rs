#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod damage;
mod interrupted;
mod migrating;
mod power;
mod reading;
mod refused;

use tempfile::TempDir;

use super::*;

fn key(byte: u8) -> DbKey {
    DbKey::new([byte; 32])
}

fn stores() -> (TempDir, Stores) {
    let folder = TempDir::new().unwrap();
    let stores = Stores::open(folder.path(), &key(1)).unwrap();
    (folder, stores)
}

async fn count(db: &Db) -> i64 {
    db.read(|tx| {
        Ok::<_, StoreError>(tx.query_row("SELECT count(*) FROM setting", [], |r| r.get(0))?)
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_closure_that_answers_ok_is_committed_and_survives_reopening() {
    let (folder, stores) = stores();
    stores
        .state
        .write(|tx| setting::put(tx, "a", &1))
        .await
        .unwrap();
    stores.close().await;
    let stores = Stores::open(folder.path(), &key(1)).unwrap();
    let value = stores
        .state
        .read(|tx| setting::get::<u8>(tx, "a"))
        .await
        .unwrap();
    assert_eq!(value, Some(1));
}

#[cfg(unix)]
#[tokio::test]
async fn only_their_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _stores) = stores();
    for name in ["state.db", "state.db-wal", "cache.db", "cache.db-wal"] {
        let file = folder.path().join(name).metadata().unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_closure_that_answers_err_or_panics_leaves_nothing_and_the_writer_goes_on() {
    let (_folder, stores) = stores();
    let refused: Result<(), StoreError> = stores
        .state
        .write(|tx| {
            setting::put(tx, "a", &1)?;
            Err(StoreError::Busy)
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Busy)));
    let panicked: Result<(), StoreError> = stores
        .state
        .write(|tx| {
            setting::put(tx, "a", &1)?;
            panic!("on purpose")
        })
        .await;
    assert!(matches!(panicked, Err(StoreError::Panicked)));
    assert_eq!(count(&stores.state).await, 0);
    stores
        .state
        .write(|tx| setting::put(tx, "b", &1))
        .await
        .unwrap();
    assert_eq!(count(&stores.state).await, 1);
}

#[tokio::test]
async fn readers_cannot_write_but_may_use_temporary_tables_that_go_with_the_snapshot() {
    let (_folder, stores) = stores();
    let refused = stores
        .cache
        .read(|tx| Ok::<_, StoreError>(tx.execute("DELETE FROM feed", [])?));
    assert!(matches!(refused.await, Err(StoreError::ReadOnly)));
    for _ in 0..4 {
        let sum: i64 = stores
            .cache
            .read(|tx| {
                tx.execute_batch("CREATE TEMP TABLE t (n INTEGER); INSERT INTO t VALUES (2), (3)")?;
                Ok::<_, StoreError>(tx.query_row("SELECT sum(n) FROM t", [], |r| r.get(0))?)
            })
            .await
            .unwrap();
        assert_eq!(sum, 5);
    }
}

#[tokio::test]
async fn what_a_look_writes_to_the_tables_of_its_reader_goes_with_it() {
    let (_folder, stores) = stores();
    for _ in 0..4 {
        let (before, after): (i64, i64) = stores
            .cache
            .read(|tx| {
                let count = || {
                    tx.query_row(
                        "SELECT (SELECT count(*) FROM temp.on_the_way)
                              + (SELECT count(*) FROM temp.told) + (SELECT count(*) FROM record_shown)",
                        [],
                        |row| row.get(0),
                    )
                };
                let before = count()?;
                tx.execute_batch(
                    "INSERT INTO temp.on_the_way VALUES ('parcel', 'p1', 1, 0, 'Parcel', '{}', '{}'),
                                                        ('parcel', 'p2', 1, 0, 'Parcel', '{}', '{}');
                     INSERT INTO temp.told VALUES ('parcel', 'p1', 1, 0, 'Parcel', '{}', '{}')",
                )?;
                Ok::<_, StoreError>((before, count()?))
            })
            .await
            .unwrap();
        assert_eq!((before, after), (0, 4));
    }
}

#[tokio::test]
async fn a_read_sees_one_snapshot_even_when_something_is_written_meanwhile() {
    let (_folder, stores) = stores();
    let (began, wait_begun) = std::sync::mpsc::channel();
    let (go, wait_go) = std::sync::mpsc::channel::<()>();
    let reading = tokio::spawn({
        let stores = stores.clone();
        async move {
            stores
                .read_both(move |state, _cache| {
                    began.send(()).unwrap();
                    wait_go.recv().unwrap();
                    Ok::<i64, StoreError>(state.query_row(
                        "SELECT count(*) FROM setting",
                        [],
                        |r| r.get(0),
                    )?)
                })
                .await
        }
    });
    tokio::task::spawn_blocking(move || wait_begun.recv().unwrap())
        .await
        .unwrap();
    stores
        .state
        .write(|tx| setting::put(tx, "a", &1))
        .await
        .unwrap();
    go.send(()).unwrap();
    assert_eq!(reading.await.unwrap().unwrap(), 0);
    assert_eq!(count(&stores.state).await, 1);
}

#[tokio::test]
async fn closed_databases_say_so() {
    let (_folder, stores) = stores();
    stores.close().await;
    stores.close().await;
    let write = stores.state.write(|tx| setting::put(tx, "a", &1)).await;
    assert!(matches!(write, Err(StoreError::Closed)));
    let read = stores.cache.read(|tx| setting::get::<u8>(tx, "a")).await;
    assert!(matches!(read, Err(StoreError::Closed)));
}

#[tokio::test]
async fn what_is_let_go_of_has_written_what_was_asked_for_and_leaves_no_thread() {
    let (folder, stores) = stores();
    let state = stores.state.clone();
    stores.cache.close().await;
    drop(stores);
    // Nobody waits for the answer.
    let slow = state.write(|tx| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        setting::put(tx, "a", &1)
    });
    tokio::select! {
        biased;
        _ = slow => panic!("it is slower"),
        () = std::future::ready(()) => {}
    }
    drop(state);
    // The last connection takes the log with it.
    assert!(!folder.path().join("state.db-wal").exists());
    let stores = Stores::open(folder.path(), &key(1)).unwrap();
    let value = stores.state.read(|tx| setting::get::<u8>(tx, "a")).await;
    assert_eq!(value.unwrap(), Some(1));
}
