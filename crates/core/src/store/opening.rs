//! What happens when the databases of a profile are opened.
//!
//! 1. Either is from a **newer** app: [`StoreError::NewerSchema`]; nothing was touched.
//! 2. `state.db` is **damaged** (a page does not verify, the file is no database, it is empty):
//!    a new one is made into which everything of it that can still be read is carried over, unsent
//!    operations above all; then it is moved aside under another name, never deleted, and the new
//!    one takes its place. Killed in between, that is finished at the next opening.
//! 3. `cache.db` is damaged: it is deleted and made anew. The feed starts with a snapshot.
//! 4. Anything else (disk full, read-only, in use) is an error and no reason to touch a file.
//!
//! The caller has checked the key ([`crate::keys`]), so that a wrong one is never taken for damage.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{Db, DbKey, StoreError, Stores, Which, connection, files, salvage};

/// Name of a new `state.db` until it takes the place of a damaged one.
const NEW_STATE: &str = "state.new.db";

/// What had to be done to open the databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// `cache.db` was damaged and made anew.
    CacheRebuilt,
    /// `state.db` was damaged and moved aside.
    StateMovedAside {
        /// Its name now, in the profile's folder.
        file: String,
        /// Operations that were carried over into the new one.
        operations: u32,
    },
}

/// Opens the databases of a profile by the rules above. Blocks.
pub fn open(
    folder: &Path,
    key: &DbKey,
    now: DateTime<Utc>,
) -> Result<(Stores, Vec<Repair>), StoreError> {
    let mut repairs = Vec::new();
    repairs.extend(finish_replacing(folder, key)?);
    for which in [Which::State, Which::Cache] {
        match connection::look(&folder.join(which.file()), which, key) {
            Err(damage) if damage.is_damage() => {}
            other => other?,
        }
    }
    let state = match open_one(folder, Which::State, key) {
        Err(damage) if damage.is_damage() => {
            tracing::warn!(%damage, "state.db is moved aside");
            let (state, repair) = replace_state(folder, key, now)?;
            repairs.push(repair);
            state
        }
        other => other?,
    };
    let cache = match open_one(folder, Which::Cache, key) {
        Err(damage) if damage.is_damage() => {
            tracing::warn!(%damage, "cache.db is rebuilt");
            files::remove(&folder.join(Which::Cache.file()))?;
            repairs.push(Repair::CacheRebuilt);
            Db::open(folder, Which::Cache, key)?
        }
        other => other?,
    };
    Ok((Stores { state, cache }, repairs))
}

/// Moves `state.db` aside, because its key is lost, and removes `cache.db`. Answers the name that
/// `state.db` has now; none where there was none.
pub fn put_aside(folder: &Path, now: DateTime<Utc>) -> Result<Option<String>, StoreError> {
    take_over(folder)?;
    let state = folder.join(Which::State.file());
    let file = if state.exists() {
        Some(files::move_aside(&state, now)?)
    } else {
        None
    };
    files::remove(&folder.join(Which::Cache.file()))?;
    Ok(file)
}

/// Removes a `cache.db` that is closed and known to be damaged.
pub fn remove_cache(folder: &Path) -> Result<(), StoreError> {
    Ok(files::remove(&folder.join(Which::Cache.file()))?)
}

/// Removes both databases of a profile that was never used.
pub fn remove(folder: &Path) -> Result<(), StoreError> {
    for name in [Which::State.file(), Which::Cache.file(), NEW_STATE] {
        files::remove(&folder.join(name))?;
    }
    Ok(())
}

fn open_one(folder: &Path, which: Which, key: &DbKey) -> Result<Db, StoreError> {
    let path = folder.join(which.file());
    // SQLite takes an empty file for a new database; here it is one that lost everything.
    if std::fs::metadata(&path).is_ok_and(|file| file.len() == 0) {
        return Err(StoreError::Corrupt("the file is empty".into()));
    }
    Db::open(folder, which, key)
}

fn replace_state(
    folder: &Path,
    key: &DbKey,
    now: DateTime<Utc>,
) -> Result<(Db, Repair), StoreError> {
    let (path, new) = (folder.join(Which::State.file()), folder.join(NEW_STATE));
    files::remove(&new)?;
    let fresh = connection::open_writer(&new, Which::State, key)?;
    let operations = salvage::carry_over(&path, key, &fresh)?;
    // All of it in the one file that takes the place.
    fresh.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    drop(fresh);
    let file = files::move_aside(&path, now)?;
    files::take_place(&new, &path)?;
    let state = Db::open(folder, Which::State, key)?;
    Ok((state, Repair::StateMovedAside { file, operations }))
}

/// Finishes what [`replace_state`] was killed in: from the moment the damaged file is gone the new
/// one is whole. Before that it is begun again from the damaged one.
fn finish_replacing(folder: &Path, key: &DbKey) -> Result<Option<Repair>, StoreError> {
    if !take_over(folder)? {
        return Ok(None);
    }
    let path = folder.join(Which::State.file());
    let file = files::last_aside(&path)?.unwrap_or_default();
    let state = connection::open_reader(&path, Which::State, key)?;
    let operations = salvage::open_operations(&state)?;
    Ok(Some(Repair::StateMovedAside { file, operations }))
}

/// Gives a new `state.db` its place, where the damaged one is gone; where it is not, the new one is
/// of no use. True where it was given.
fn take_over(folder: &Path) -> Result<bool, StoreError> {
    let (path, new) = (folder.join(Which::State.file()), folder.join(NEW_STATE));
    if !new.exists() {
        return Ok(false);
    }
    if path.exists() {
        files::remove(&new)?;
        return Ok(false);
    }
    files::take_place(&new, &path)?;
    Ok(true)
}
