//! For tests of crashes and full disks: a database that does everything on the thread that asks, in
//! the order asked, and asks a gate at each point of a write what is to happen there.
//!
//! Production code never opens one. A crash here is a future that never goes on: its caller drops
//! it, and opens the files again as they are. The write-ahead log stays as a killed process leaves
//! it.

use std::sync::{Arc, Mutex};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::db::lock;
use super::{StoreError, Which};

/// A point of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Before its transaction begins.
    Begin,
    /// Its statements are done and nothing is committed.
    Commit,
    /// It is committed and nobody knows.
    Committed,
}

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes on.
    On,
    /// The disk is full. Means nothing once committed.
    Full,
    /// The process ends here.
    Crash,
}

/// Decides what happens.
pub trait Gate: Send + Sync + 'static {
    /// A write passes a point.
    fn pass(&self, which: Which, point: Point) -> Fate;
    /// The process has ended: whatever is asked is never answered.
    fn is_dead(&self) -> bool;
}

/// A database behind a gate.
pub(super) struct Gated {
    which: Which,
    gate: Arc<dyn Gate>,
    writer: Mutex<Option<Connection>>,
}

/// How far a write came.
enum Ended<T> {
    Well(T),
    Dead,
}

impl Gated {
    pub(super) fn new(
        which: Which,
        gate: Arc<dyn Gate>,
        writer: Connection,
    ) -> Result<Self, StoreError> {
        writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(Self {
            which,
            gate,
            writer: Mutex::new(Some(writer)),
        })
    }

    /// Never answers once the process has ended.
    pub(super) async fn alive(&self) {
        if self.gate.is_dead() {
            std::future::pending::<()>().await;
        }
    }

    pub(super) async fn write<T, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.alive().await;
        match self.now(write) {
            Ok(Ended::Well(value)) => Ok(value),
            Ok(Ended::Dead) => std::future::pending().await,
            Err(error) => Err(error),
        }
    }

    fn now<T, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<Ended<T>, E> {
        let full = || Err(StoreError::DiskFull.into());
        match self.gate.pass(self.which, Point::Begin) {
            Fate::On => {}
            Fate::Full => return full(),
            Fate::Crash => return Ok(Ended::Dead),
        }
        let mut writer = lock(&self.writer);
        let connection = writer.as_mut().ok_or(StoreError::Closed)?;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let value = write(&transaction)?;
        match self.gate.pass(self.which, Point::Commit) {
            Fate::On => {}
            Fate::Full => return full(),
            Fate::Crash => return Ok(Ended::Dead),
        }
        transaction.commit().map_err(StoreError::from)?;
        match self.gate.pass(self.which, Point::Committed) {
            Fate::On | Fate::Full => Ok(Ended::Well(value)),
            Fate::Crash => Ok(Ended::Dead),
        }
    }

    /// Closes as an app does that ends well.
    pub(super) fn close(&self) {
        if let Some(writer) = lock(&self.writer).take() {
            // Left on, the log is read at the next opening.
            let _ = writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
        }
    }
}
