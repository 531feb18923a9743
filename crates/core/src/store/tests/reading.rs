//! Pages, WALs and permissions: faults 14, 15 and 16 over whole files, page after page.

use super::damage::{cursor, filled, flip, ids, now, operation, reopen};
use super::*;
use crate::error::{Code, Error};
use crate::store::opening;

fn copy(from: &TempDir) -> TempDir {
    let to = TempDir::new().unwrap();
    for entry in std::fs::read_dir(from.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}

#[tokio::test]
async fn fault_14_whichever_page_of_state_db_is_bad_it_is_kept_said_and_the_outbox_salvaged() {
    const OPERATIONS: usize = 60;
    let whole = filled(OPERATIONS as u32).await;
    let pages = std::fs::metadata(whole.path().join("state.db"))
        .unwrap()
        .len()
        / 4096;
    assert!(pages > 30, "{pages}");
    let (mut untouched, mut hopeless) = (0, Vec::new());
    for page in 0..pages {
        let folder = copy(&whole);
        let path = folder.path().join("state.db");
        flip(&path, page * 4096 + 1_234);
        let damaged = std::fs::read(&path).unwrap();
        let (stores, repairs) = reopen(&folder);
        let kept = ids(&stores).await.len();
        match &repairs[..] {
            // A page that nothing uses.
            [] => {
                assert_eq!(kept, OPERATIONS, "page {page}");
                untouched += 1;
            }
            [Repair::StateMovedAside { file, operations }] => {
                let aside = std::fs::read(folder.path().join(file)).unwrap();
                assert_eq!(aside, damaged, "page {page}: kept as it was");
                assert_eq!(kept, *operations as usize, "page {page}");
                match kept {
                    0 => hopeless.push(page),
                    // Of a leaf only its own rows are lost.
                    kept => assert!(kept >= OPERATIONS - 3, "page {page}: {kept}"),
                }
            }
            other => panic!("page {page}: {other:?}"),
        }
        assert_eq!(cursor(&stores).await.as_deref(), Some("c"), "page {page}");
        stores.close().await;
    }
    // The first page, which has the file's salt, the three with the rest of the schema, and the one from
    // which the table of operations branches: without them nothing is reached. All of it is in the file
    // that was moved aside.
    assert!(hopeless.len() <= 5 && hopeless.contains(&0), "{hopeless:?}");
    assert!(
        untouched < pages / 10,
        "{untouched} of {pages} pages are looked at by nobody"
    );
}

#[tokio::test]
async fn fault_14_whichever_page_of_cache_db_is_bad_state_db_stays_and_what_is_read_is_right_or_damage()
 {
    let whole = filled(5).await;
    let state = std::fs::read(whole.path().join("state.db")).unwrap();
    let pages = std::fs::metadata(whole.path().join("cache.db"))
        .unwrap()
        .len()
        / 8192;
    let mut found = 0;
    for page in 0..pages {
        let folder = copy(&whole);
        flip(&folder.path().join("cache.db"), page * 8192 + 4_321);
        let (stores, repairs) = reopen(&folder);
        assert_eq!(ids(&stores).await.len(), 5, "page {page}");
        if repairs == [Repair::CacheRebuilt] {
            assert_eq!(cursor(&stores).await, None, "page {page}");
            found += 1;
        } else {
            assert_eq!(repairs, [], "page {page}");
            // Not found by the sample: whoever reads the page learns of it, nobody gets rubbish.
            let read = stores.cache.read(|tx| {
                Ok::<(i64, i64, String), StoreError>((
                    tx.query_row("SELECT sum(length(body)) FROM record", [], |row| row.get(0))?,
                    tx.query_row(
                        "SELECT count(*) FROM record WHERE kind = 'refund'",
                        [],
                        |row| row.get(0),
                    )?,
                    tx.query_row("PRAGMA integrity_check", [], |row| row.get(0))?,
                ))
            });
            match read.await {
                Ok((bytes, records, sound)) => {
                    assert_eq!((bytes, records), (500 * 600, 500), "page {page}");
                    if sound != "ok" {
                        found += 1;
                    }
                }
                Err(error) => {
                    assert!(error.is_damage(), "page {page}: {error}");
                    assert!(stores.cache.is_damaged(), "page {page}");
                    found += 1;
                }
            }
        }
        stores.close().await;
        let now = std::fs::read(folder.path().join("state.db")).unwrap();
        assert_eq!(now.len(), state.len(), "page {page}");
    }
    assert!(found + 3 >= pages, "{found} of {pages}");
}

#[tokio::test]
async fn fault_15_a_wal_that_is_gone_or_cut_anywhere_opens_at_what_is_left_of_it() {
    let folder = filled(3).await;
    let (stores, _) = reopen(&folder);
    for number in 0..6_u32 {
        stores
            .cache
            .write(move |tx| {
                tx.execute("UPDATE feed SET cursor = ?1", [format!("c{number}")])?;
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        stores
            .state
            .write(move |tx| operation(tx, 100 + number, "waiting"))
            .await
            .unwrap();
    }
    // As it stands while it runs.
    let running = copy(&folder);
    stores.close().await;
    let length = |name: &str| std::fs::metadata(running.path().join(name)).unwrap().len();
    let wal = length("cache.db-wal");
    for cut in (0..=wal).step_by(1_000).map(Some).chain([None]) {
        let image = copy(&running);
        let path = image.path().join("cache.db-wal");
        match cut {
            Some(length) => std::fs::OpenOptions::new()
                .write(true)
                .open(&path)
                .and_then(|file| file.set_len(length))
                .unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let (stores, repairs) = reopen(&image);
        assert_eq!(repairs, [], "{cut:?}");
        let at = cursor(&stores).await.unwrap();
        assert!(at.starts_with('c'), "{cut:?}: {at}");
        if cut == Some(wal) {
            assert_eq!(at, "c5");
        }
        // The outbox is a file of its own.
        assert_eq!(ids(&stores).await.len(), 9, "{cut:?}");
        stores.close().await;
    }
    // The outbox's own: what was checkpointed is there, and nothing of it is damaged.
    let image = copy(&running);
    std::fs::remove_file(image.path().join("state.db-wal")).unwrap();
    let (stores, repairs) = reopen(&image);
    assert_eq!(repairs, []);
    assert_eq!(ids(&stores).await.len(), 3);
    stores.close().await;
}

#[tokio::test]
async fn fault_16_databases_that_may_not_be_written_are_read_and_no_file_is_touched() {
    let folder = filled(4).await;
    let files = |folder: &TempDir| {
        let mut all: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap()))
            .collect();
        all.sort();
        all
    };
    let before = files(&folder);
    let stores = Stores::open_reading(folder.path(), &key(1)).unwrap();
    assert_eq!(ids(&stores).await.len(), 4);
    assert_eq!(cursor(&stores).await.as_deref(), Some("c"));
    let refused = stores.state.write(|tx| setting::put(tx, "a", &1)).await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly));
    assert_eq!(Error::from(refused).code, Code::ReadOnly);
    stores.close().await;
    let closed = stores.state.write(|tx| setting::put(tx, "a", &1)).await;
    assert!(matches!(closed, Err(StoreError::Closed)));
    assert_eq!(files(&folder), before);
    assert!(Stores::open_reading(folder.path(), &key(2)).is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn fault_16_what_a_crash_left_in_the_wal_is_read_too() {
    let folder = filled(4).await;
    let (stores, _) = reopen(&folder);
    stores
        .state
        .write(|tx| operation(tx, 77, "waiting"))
        .await
        .unwrap();
    // As a kill leaves it: the WAL and its index stand there.
    let killed = copy(&folder);
    stores.close().await;
    let looked = Stores::open_reading(killed.path(), &key(1)).unwrap();
    assert_eq!(ids(&looked).await.len(), 5);
    looked.close().await;
    let (again, repairs) = opening::open(killed.path(), &key(1), now()).unwrap();
    assert_eq!(repairs, []);
    assert_eq!(ids(&again).await.len(), 5);
    again.close().await;
}
