//! Fault 5: what a power cut leaves behind, for every point at which it may come.
//!
//! No file system is asked to forget anything. A day of work is written once, and after each commit
//! the files are copied as they are on the disk. From those copies every image is made that a cut may
//! leave: what was synced is whole; of what came later any part may be there, in any order.

use super::damage::{CANARY, now, operation};
use super::*;
use crate::store::opening;

/// Bytes of the header of a WAL, and of that of each of its frames.
const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// Commits of the day.
const COMMITS: u32 = 12;

/// The files of a database as they stood after a commit.
#[derive(Clone, PartialEq)]
struct Files {
    db: Vec<u8>,
    wal: Vec<u8>,
}

impl Files {
    fn of(folder: &Path, which: Which) -> Self {
        let read = |suffix: &str| std::fs::read(folder.join(format!("{}{suffix}", which.file())));
        Self {
            db: read("").unwrap(),
            wal: read("-wal").unwrap_or_default(),
        }
    }

    fn write(&self, folder: &Path, which: Which) {
        std::fs::write(folder.join(which.file()), &self.db).unwrap();
        std::fs::write(folder.join(format!("{}-wal", which.file())), &self.wal).unwrap();
    }
}

fn page(which: Which) -> usize {
    match which {
        Which::State => 4096,
        Which::Cache => 8192,
    }
}

/// One commit of the day: in `state.db` an operation with its overlay row and a setting, in `cache.db`
/// records and the cursor that names them.
async fn commit(stores: &Stores, which: Which, number: u32) {
    match which {
        Which::State => {
            let write = stores.state.write(move |tx| {
                operation(tx, number, "waiting")?;
                setting::put(tx, "last", &number)
            });
            write.await.unwrap();
        }
        Which::Cache => {
            let write = stores.cache.write(move |tx| {
                for row in 0..4 {
                    let id = number * 10 + row;
                    tx.execute(
                        "INSERT INTO record (kind, id, revision, seq, generation, updated_at, title, body, computed)
                         VALUES ('refund', ?1, 1, ?1, 1, 0, ?2, ?3, '{}')",
                        (id, CANARY, "y".repeat(900)),
                    )?;
                    let rowid = tx.last_insert_rowid();
                    tx.execute(
                        "INSERT INTO record_text (rowid, words) VALUES (?1, 'w')",
                        [rowid],
                    )?;
                    tx.execute(
                        "INSERT INTO record_start (rowid, starts) VALUES (?1, 'w')",
                        [rowid],
                    )?;
                }
                tx.execute("UPDATE feed SET cursor = ?1", [number.to_string()])?;
                Ok::<_, StoreError>(())
            });
            write.await.unwrap();
        }
    }
}

/// The files after each commit of the day, the first as it began.
async fn day(which: Which) -> Vec<Files> {
    let folder = TempDir::new().unwrap();
    let stores = Stores::open(folder.path(), &key(1)).unwrap();
    // What went before is in the database's own file.
    stores.close().await;
    let stores = Stores::open(folder.path(), &key(1)).unwrap();
    let mut taken = vec![Files::of(folder.path(), which)];
    for number in 1..=COMMITS {
        commit(&stores, which, number).await;
        taken.push(Files::of(folder.path(), which));
    }
    taken
}

/// How many commits an image holds, once the real store has opened it. What it holds is whole: the
/// first commits without a gap, words with their records, the cursor with its page.
async fn commits(image: &Files, which: Which, what: &str) -> u32 {
    let folder = TempDir::new().unwrap();
    image.write(folder.path(), which);
    let (stores, repairs) = opening::open(folder.path(), &key(1), now()).unwrap();
    assert_eq!(repairs, [], "{what}");
    let sql = match which {
        Which::State => {
            "SELECT (SELECT count(*) FROM operation), (SELECT count(*) FROM overlay),
                    coalesce((SELECT max(CAST(substr(id, 4) AS INTEGER)) FROM operation), 0),
                    coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'last'), 0)"
        }
        Which::Cache => {
            "SELECT (SELECT count(*) FROM record) / 4,
                    (SELECT iif(words = starts, words / 4, 999) FROM
                         (SELECT (SELECT count(*) FROM record_text) AS words,
                                 (SELECT count(*) FROM record_start) AS starts)),
                    coalesce((SELECT max(CAST(id AS INTEGER)) / 10 FROM record), 0),
                    coalesce((SELECT CAST(cursor AS INTEGER) FROM feed), 0)"
        }
    };
    let db = match which {
        Which::State => &stores.state,
        Which::Cache => &stores.cache,
    };
    let (numbers, sound) = db
        .read(move |tx| {
            let numbers: [u32; 4] = tx.query_row(sql, [], |row| {
                Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
            })?;
            let sound: String = tx.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
            Ok::<_, StoreError>((numbers, sound))
        })
        .await
        .unwrap();
    assert_eq!(sound, "ok", "{what}");
    let [first, rest @ ..] = numbers;
    assert_eq!(rest, [first; 3], "{what}");
    stores.close().await;
    first
}

/// Everything that may stand where `written` was not yet synced beyond `synced` bytes: each frame
/// missing from there on, each cut in its middle, zeroed, full of rubbish, and the frames in another
/// order.
fn torn(synced: usize, written: &[u8], which: Which) -> Vec<(String, Vec<u8>)> {
    let frame = FRAME_HEADER + page(which);
    let synced = synced.max(HEADER);
    let mut images = vec![("nothing of it".to_owned(), written[..synced].to_vec())];
    let mut at = synced;
    while at < written.len() {
        let end = (at + frame).min(written.len());
        let mut add = |what: &str, bytes: Vec<u8>| images.push((format!("{what} at {at}"), bytes));
        add("whole up to here", written[..end].to_vec());
        add("cut in a header", written[..at + FRAME_HEADER / 2].to_vec());
        add("cut in a page", written[..at + frame / 2].to_vec());
        let mut zeroed = written.to_vec();
        zeroed[at..end].fill(0);
        add("zeroed", zeroed);
        let mut rubbish = written.to_vec();
        for (place, byte) in rubbish[at..end].iter_mut().enumerate() {
            *byte = byte.wrapping_mul(31).wrapping_add((place % 251) as u8);
        }
        add("rubbish", rubbish);
        if end + frame <= written.len() {
            let mut swapped = written.to_vec();
            let (one, other) = swapped[at..end + frame].split_at_mut(frame);
            one.swap_with_slice(other);
            add("out of order", swapped);
        }
        at = end;
    }
    images
}

#[tokio::test]
async fn fault_05_whatever_is_torn_after_a_commit_of_state_db_every_commit_before_it_is_there() {
    let day = day(Which::State).await;
    let mut images = 0;
    for synced in 0..day.len() - 1 {
        // The commit after it was under way when the power went.
        let (done, next) = (&day[synced], &day[synced + 1]);
        assert_eq!(done.db, next.db, "no checkpoint came in between");
        for (what, wal) in torn(done.wal.len(), &next.wal, Which::State) {
            let image = Files {
                db: done.db.clone(),
                wal,
            };
            let what = format!("commit {synced}, {what}");
            let found = commits(&image, Which::State, &what).await as usize;
            assert!((synced..=synced + 1).contains(&found), "{what}: {found}");
            images += 1;
        }
    }
    assert!(images > 100, "{images}");
}

#[tokio::test]
async fn fault_05_whatever_of_the_wal_of_cache_db_is_lost_the_rest_is_whole_and_only_older() {
    let day = day(Which::Cache).await;
    let last = day.last().unwrap();
    // Nothing was synced since the day began: any part may be missing.
    let mut found = std::collections::BTreeSet::new();
    for (what, wal) in torn(0, &last.wal, Which::Cache) {
        let image = Files {
            db: last.db.clone(),
            wal,
        };
        found.insert(commits(&image, Which::Cache, &what).await);
    }
    assert_eq!(found, (0..=COMMITS).collect(), "each was met");
}

#[tokio::test]
async fn fault_05_a_checkpoint_that_was_cut_off_is_done_again_from_the_wal() {
    for which in [Which::State, Which::Cache] {
        let before = day(which).await.pop().unwrap();
        // The same files after a checkpoint, without the WAL being gone.
        let folder = TempDir::new().unwrap();
        before.write(folder.path(), which);
        let stores = Stores::open(folder.path(), &key(1)).unwrap();
        stores.close().await;
        let after = Files::of(folder.path(), which).db;
        let size = page(which);
        let whole = after.len().max(before.db.len());
        let mut image = before.clone();
        image.db.resize(whole, 0);
        // Synced to the WAL, then page after page written to the file: all N, whole and torn.
        let mut changed = 0;
        for at in (0..after.len()).step_by(size) {
            let page = &after[at..at + size];
            if &image.db[at..at + size] == page {
                continue;
            }
            let mut half = image.clone();
            half.db[at..at + size / 2].copy_from_slice(&page[..size / 2]);
            let what = format!("{which:?}: page at {at} half written");
            // The header of the file says how long it is; the file itself may be shorter.
            assert_eq!(commits(&half, which, &what).await, COMMITS, "{what}");
            let mut alone = before.clone();
            alone.db.resize(whole, 0);
            alone.db[at..at + size].copy_from_slice(page);
            let what = format!("{which:?}: page at {at} written before the others");
            assert_eq!(commits(&alone, which, &what).await, COMMITS, "{what}");
            image.db[at..at + size].copy_from_slice(page);
            changed += 1;
        }
        assert!(changed > 3, "{which:?}: {changed}");
    }
}
