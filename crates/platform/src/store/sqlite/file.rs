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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::DateTime;
    use refinery::Target;
    use serde_json::{Map, json};
    use watchkeeper_wire::ingest::Outcome;

    use super::*;
    use crate::store::{Put, Store, Write};

    /// A record that was acted upon, and one that is gone.
    const BEFORE: &str = r#"
        INSERT INTO tenant (id, name, zone, settings, controls, head)
        VALUES ('t', 'T', 'UTC', '{}', '{}', 9);
        INSERT INTO record (tenant, kind, id, revision, seq, updated_at, title, body, computed)
        VALUES ('t', 'k', 'a', 4, 7, 1, 'A', '{"n":1}', '{}');
        INSERT INTO removed (tenant, kind, id, revision, region)
        VALUES ('t', 'k', 'gone', 3, 'north');
        INSERT INTO operation (tenant, id, fingerprint, author, device, kind, record, request, verdict,
                               seq, made_at)
        VALUES ('t', 'o', 'f', 'kim', 'd', 'k', 'a', '{}', '{}', 8, 1);
        INSERT INTO call (tenant, operation, effect, call, basis, status)
        VALUES ('t', 'o', 0, '{}', '{}', 'waiting');
    "#;

    #[tokio::test]
    async fn a_file_of_an_earlier_version_is_brought_up_to_date_with_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("platform.db");
        let mut old = Connection::open(&path).unwrap();
        old.pragma_update(None, "foreign_keys", true).unwrap();
        // As it was before a system said how new its records are, and histories were asked for.
        let before = migrations::migrations::runner().set_target(Target::Version(7));
        before.run(&mut old).unwrap();
        old.execute_batch(BEFORE).unwrap();
        drop(old);

        let store = SqliteStore::open(&path).unwrap();
        let row = store.record("t", "k", "a").await.unwrap().unwrap();
        assert_eq!((row.revision, row.body.get("n")), (4, Some(&json!(1))));
        assert_eq!(store.source_version("t", "k", "a").await.unwrap(), None);
        let line = |id: &str, version: u64| Write {
            kind: "k".into(),
            id: id.into(),
            put: Some(Put {
                title: id.into(),
                body: Map::from_iter([("n".to_owned(), json!(version))]),
                ..Put::default()
            }),
            version: Some(version),
        };
        let lines = [line("a", 5), line("gone", 5), line("a", 3)];
        let at = DateTime::UNIX_EPOCH;
        let (_, outcomes) = store.ingest("t", at, &lines).await.unwrap();
        assert_eq!(outcomes, [Outcome::Changed, Outcome::New, Outcome::Older]);
        let back = store.record("t", "k", "gone").await.unwrap().unwrap();
        assert_eq!(back.revision, 4, "it goes on from its end");

        let file = Connection::open(&path).unwrap();
        let mut amiss = file.prepare("PRAGMA foreign_key_check").unwrap();
        assert!(!amiss.exists([]).unwrap());
        let mut calls = file
            .prepare("SELECT 1 FROM operation AS o JOIN call AS c ON c.operation = o.id")
            .unwrap();
        assert!(calls.exists([]).unwrap());
    }
}
