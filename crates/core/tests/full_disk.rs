//! Fault 13: no room at a checkpoint. A process of its own, because the limit is the process's: files
//! may not grow beyond it, as on a disk that is full.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use watchkeeper_core::store::{DbKey, StoreError, Stores, setting};

fn limit(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    let current = bytes.or(maximum);
    setrlimit(Resource::Fsize, Rlimit { current, maximum }).unwrap();
}

async fn put(stores: &Stores, number: u32) -> Result<(), StoreError> {
    stores
        .state
        .write(move |tx| setting::put(tx, &format!("n{number:05}"), &"x".repeat(3_000)))
        .await
}

async fn all(stores: &Stores) -> i64 {
    stores
        .state
        .read(|tx| {
            Ok::<_, StoreError>(tx.query_row("SELECT count(*) FROM setting", [], |row| row.get(0))?)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn fault_13_without_room_for_a_checkpoint_reads_go_on_and_it_is_done_when_there_is_room() {
    // Else the kernel would end the process where it refuses a write.
    let _ignored = signal(SignalKind::from_raw(25)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = DbKey::new([9; 32]);
    let stores = Stores::open(folder.path(), &key).unwrap();
    let size = |name: &str| {
        folder
            .path()
            .join(name)
            .metadata()
            .map_or(0, |file| file.len())
    };
    let mut done = 0;
    // A checkpoint every so many pages, as every day has it, so that the file itself grows.
    stores
        .state
        .write(|tx| {
            tx.query_row("PRAGMA wal_autocheckpoint = 30", [], |_| Ok(()))?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    while size("state.db") < 1_000_000 {
        put(&stores, done).await.unwrap();
        done += 1;
    }
    let full = size("state.db");
    limit(Some(full));
    // Commits go to the WAL, which has room; into the file itself nothing more fits.
    let before = done;
    let mut refused = None;
    while refused.is_none() && done < before + 2_000 {
        match put(&stores, done).await {
            Ok(()) => done += 1,
            Err(error) => refused = Some(error),
        }
        if done.is_multiple_of(25) {
            assert_eq!(all(&stores).await, i64::from(done), "reads go on");
        }
    }
    assert!(
        done > before + 30,
        "many checkpoints were refused: {}",
        done - before
    );
    assert_eq!(size("state.db"), full, "and not one was done");
    // In the end the WAL is full too: then the write is refused, and nothing of it is there.
    let refused = refused.expect("the WAL has an end");
    assert!(!refused.is_damage(), "{refused}");
    assert_eq!(all(&stores).await, i64::from(done));
    assert!(put(&stores, done).await.is_err());
    assert_eq!(all(&stores).await, i64::from(done));
    // Room again.
    limit(None);
    put(&stores, done).await.unwrap();
    done += 1;
    for _ in 0..40 {
        put(&stores, done).await.unwrap();
        done += 1;
    }
    assert!(size("state.db") > full, "the checkpoint was made up for");
    stores.close().await;
    let stores = Stores::open(folder.path(), &key).unwrap();
    assert_eq!(all(&stores).await, i64::from(done));
    stores.close().await;
}
