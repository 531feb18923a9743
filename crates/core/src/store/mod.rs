//! The two databases of a profile.
//!
//! `state.db` is sacred and `cache.db` may be rebuilt at any time; no transaction needs both. Each
//! is one SQLCipher file with **one writer** (a thread that owns the write connection and runs the
//! closures it is sent, each in its own transaction) and a few read-only connections, each of which
//! sees a snapshot for the length of a closure.
//!
//! Every closure is all or nothing: it commits when it answers `Ok`, and rolls back when it answers
//! `Err`, panics or cannot commit.

mod connection;
mod db;
mod error;
pub(crate) mod files;
#[cfg(any(test, feature = "testing"))]
pub mod gate;
pub mod opening;
mod salvage;
pub mod setting;
mod temporary;

pub use connection::{DbKey, has_index};
pub use db::Db;
pub use error::StoreError;
pub use opening::Repair;

use std::path::Path;

use rusqlite::Transaction;

use self::error::damage;

/// Which of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// `state.db`: what was decided on this laptop. A commit survives a power cut.
    State,
    /// `cache.db`: the mirror of the platform. The last commits may be lost with the power, which
    /// costs a pull.
    Cache,
}

impl Which {
    /// Name of its file in the profile's folder.
    pub fn file(self) -> &'static str {
        match self {
            Self::State => "state.db",
            Self::Cache => "cache.db",
        }
    }
}

/// The databases of one profile.
#[derive(Debug, Clone)]
pub struct Stores {
    /// `state.db`.
    pub state: Db,
    /// `cache.db`.
    pub cache: Db,
}

impl Stores {
    /// Opens both in a profile's folder, making what is not there. A damaged one is an error here;
    /// [`opening::open`] knows what to do about it.
    pub fn open(folder: &Path, key: &DbKey) -> Result<Self, StoreError> {
        Ok(Self {
            state: Db::open(folder, Which::State, key)?,
            cache: Db::open(folder, Which::Cache, key)?,
        })
    }

    /// Opens both behind a gate; for tests.
    #[cfg(any(test, feature = "testing"))]
    pub fn open_gated(
        folder: &Path,
        key: &DbKey,
        gate: &std::sync::Arc<dyn gate::Gate>,
    ) -> Result<Self, StoreError> {
        let open = |which| Db::open_gated(folder, which, key, gate.clone());
        Ok(Self {
            state: open(Which::State)?,
            cache: open(Which::Cache)?,
        })
    }

    /// Opens both as they are, where they may not be written.
    pub fn open_reading(folder: &Path, key: &DbKey) -> Result<Self, StoreError> {
        Ok(Self {
            state: Db::open_reading(folder, Which::State, key)?,
            cache: Db::open_reading(folder, Which::Cache, key)?,
        })
    }

    /// Reads both, each as a snapshot; the one of `state.db` is older or equal. So a record whose
    /// verdict arrives in between is seen in the overlay *and* in the mirror, and never in neither.
    pub async fn read_both<T, E, F>(&self, read: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>, &Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let mut state = self.state.reader().await?;
        let mut cache = self.cache.reader().await?;
        let stores = self.clone();
        self.state
            .blocking(move || {
                damage::take();
                let state = state.snapshot()?;
                let result = cache
                    .snapshot()
                    .map_err(E::from)
                    .and_then(|cache| read(&state, &cache));
                if damage::take() {
                    match connection::check(&state, Which::State) {
                        Ok(()) => stores.cache.note_damage(),
                        Err(_) => stores.state.note_damage(),
                    }
                }
                result
            })
            .await
    }

    /// Waits for the writes that are under way and closes both. Further calls answer
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        self.cache.close().await;
        self.state.close().await;
    }
}

#[cfg(test)]
mod tests;
