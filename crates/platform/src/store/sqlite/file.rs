//! The file: opened and migrated once, written by one transaction after another, read beside that.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::gate::{Point, WriteGate};
use super::witness::{self, Witness};
use crate::store::{Committed, Result, StoreError};

mod migrations {
    refinery::embed_migrations!("../../migrations/platform");
}

/// Readers that are kept open when idle.
const IDLE_READERS: usize = 4;

/// The embedded store.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    path: std::path::PathBuf,
    writer: Mutex<Connection>,
    witness: Witness,
    readers: Mutex<Vec<Connection>>,
    gate: Option<Arc<dyn WriteGate>>,
}

impl Inner {
    fn pass(&self, point: Point) -> Result<()> {
        match &self.gate {
            Some(gate) => gate.pass(point),
            None => Ok(()),
        }
    }

    /// One writing transaction, which is rolled back where its answer is not one to keep.
    fn write<T>(
        &self,
        statements: impl FnOnce(&Transaction<'_>) -> Result<T>,
        keeps: impl FnOnce(&T) -> bool,
    ) -> Result<T> {
        self.pass(Point::Begin)?;
        let mut writer = self.writer.lock().unwrap_or_else(|e| e.into_inner());
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let answer = statements(&transaction)?;
        if !keeps(&answer) {
            transaction.rollback()?;
            return Ok(answer);
        }
        let standing = witness::standing(&transaction)?;
        self.pass(Point::Commit)?;
        transaction.commit()?;
        self.pass(Point::Committed)?;
        self.witness.note(&standing);
        Ok(answer)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(Box::new(error))
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl SqliteStore {
    /// Opens the store at this path, making or migrating it.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, None)
    }

    /// The same, behind a gate; for tests.
    pub fn open_gated(path: &Path, gate: Arc<dyn WriteGate>) -> Result<Self> {
        Self::open_with(path, Some(gate))
    }

    fn open_with(path: &Path, gate: Option<Arc<dyn WriteGate>>) -> Result<Self> {
        let mut writer = Connection::open(path)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        // What was erased is not left behind in pages that are free.
        writer.pragma_update(None, "secure_delete", true)?;
        set_up(&writer)?;
        migrations::migrations::runner()
            .run(&mut writer)
            .map_err(|error| StoreError::Database(Box::new(error)))?;
        let witness = Witness::open(&path.with_extension("witness"), &mut writer)?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                writer: Mutex::new(writer),
                witness,
                readers: Mutex::new(Vec::new()),
                gate,
            }),
        })
    }

    /// Runs one writing transaction off the async threads.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        statements: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.write(statements, |_| true)).await
    }

    /// Like [`Self::write`], but rolls back where the answer is not [`Committed::Done`].
    pub(super) async fn guarded(
        &self,
        statements: impl FnOnce(&Transaction<'_>) -> Result<Committed> + Send + 'static,
    ) -> Result<Committed> {
        let inner = Arc::clone(&self.inner);
        let is_done = |answer: &Committed| matches!(answer, Committed::Done(_));
        blocking(move || inner.write(statements, is_done)).await
    }

    /// Reads one consistent state off the async threads.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        statements: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        blocking(move || {
            let idle = inner
                .readers
                .lock()
                .unwrap_or_else(|e| e.into_inner())
                .pop();
            let mut reader = match idle {
                Some(reader) => reader,
                None => open_reader(&inner.path)?,
            };
            let transaction = reader.transaction()?;
            let answer = statements(&transaction)?;
            transaction.finish()?;
            let mut readers = inner.readers.lock().unwrap_or_else(|e| e.into_inner());
            if readers.len() < IDLE_READERS {
                readers.push(reader);
            }
            Ok(answer)
        })
        .await
    }
}

fn open_reader(path: &Path) -> Result<Connection> {
    let reader = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_up(&reader)?;
    Ok(reader)
}

fn set_up(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Database(Box::new(error)))?
}
