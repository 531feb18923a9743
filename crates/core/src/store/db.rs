//! One database: a writer thread and a few readers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::connection::{self, DbKey};
use super::error::damage;
use super::{StoreError, Which};

/// Readers at the same time. Each may hold a page cache of its own, so not more than needed.
const READERS: u32 = 2;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// One database. Clones share its connections.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    which: Which,
    key: DbKey,
    // Those that read go first: the last connection takes the log with it, and one that only reads may not.
    idle: Mutex<Vec<Connection>>,
    writer: Mutex<Option<Writer>>,
    permits: Arc<Semaphore>,
    damaged: AtomicBool,
    on_damage: OnceLock<Box<dyn Fn() + Send + Sync>>,
    #[cfg(any(test, feature = "testing"))]
    gated: Option<super::gate::Gated>,
    /// It may not be written.
    reading: bool,
}

/// The thread that writes. Whoever lets go of it waits until it has ended: at the end of a process the cipher
/// frees its memory, and a thread that still works with it goes down.
struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        // The thread itself may be the last that had it, telling of damage.
        let this = std::thread::current().id();
        let another = |thread: &std::thread::JoinHandle<()>| thread.thread().id() != this;
        if let Some(thread) = self.thread.take().filter(another) {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Db").field(&self.inner.which.file()).finish()
    }
}

impl Db {
    /// Opens a database in a profile's folder, makes it where it is not there, and brings its
    /// schema up to date. Blocks: call it where that is allowed.
    pub fn open(folder: &Path, which: Which, key: &DbKey) -> Result<Self, StoreError> {
        let path = folder.join(which.file());
        let writer = connection::open_writer(&path, which, key)?;
        let reader = connection::open_reader(&path, which, key)?;
        let (jobs, queue) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new()
            .name(format!("write {}", which.file()))
            .spawn(move || {
                let mut connection = writer;
                while let Ok(job) = queue.recv() {
                    job(&mut connection);
                }
            })?;
        let writer = Writer {
            jobs: Some(jobs),
            thread: Some(thread),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                writer: Mutex::new(Some(writer)),
                ..Inner::new(path, which, key, reader)
            }),
        })
    }

    /// Opens one that works on the thread that asks, behind a gate; for tests.
    #[cfg(any(test, feature = "testing"))]
    pub fn open_gated(
        folder: &Path,
        which: Which,
        key: &DbKey,
        gate: Arc<dyn super::gate::Gate>,
    ) -> Result<Self, StoreError> {
        let path = folder.join(which.file());
        let writer = connection::open_writer(&path, which, key)?;
        let reader = connection::open_reader(&path, which, key)?;
        Ok(Self {
            inner: Arc::new(Inner {
                gated: Some(super::gate::Gated::new(which, gate, writer)?),
                ..Inner::new(path, which, key, reader)
            }),
        })
    }

    /// Opens a database that may not be written, as it is: no file is made or changed, and every
    /// write answers [`StoreError::ReadOnly`]. Blocks.
    pub fn open_reading(folder: &Path, which: Which, key: &DbKey) -> Result<Self, StoreError> {
        let path = folder.join(which.file());
        let reader = connection::open_looking(&path, which, key)?;
        Ok(Self {
            inner: Arc::new(Inner {
                reading: true,
                ..Inner::new(path, which, key, reader)
            }),
        })
    }

    /// It was opened with [`Self::open_reading`].
    pub fn is_reading(&self) -> bool {
        self.inner.reading
    }

    /// Runs a closure in a transaction of its own on the one write connection, in the order asked.
    /// It is committed when this answers `Ok`. Once asked it is carried out even if the caller
    /// stops waiting.
    pub async fn write<T, E, F>(&self, write: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        #[cfg(any(test, feature = "testing"))]
        if let Some(gated) = &self.inner.gated {
            return gated.write(write).await;
        }
        let (reply, answer) = oneshot::channel();
        // It may be let go of before this is done, and then waits for it.
        let inner = Arc::downgrade(&self.inner);
        let job: Job = Box::new(move |connection| {
            damage::take();
            let result = catch_unwind(AssertUnwindSafe(|| in_transaction(connection, write)));
            let result = result.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
            if damage::take()
                && let Some(inner) = inner.upgrade()
            {
                Self { inner }.note_damage();
            }
            // Nobody waiting any more is no failure of the write.
            let _ = reply.send(result);
        });
        self.jobs()?.send(job).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs a closure over a snapshot. Temporary tables may be made; they go with it.
    pub async fn read<T, E, F>(&self, read: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let mut reader = self.reader().await?;
        let db = self.clone();
        self.blocking(move || {
            damage::take();
            let result = reader.snapshot().map_err(E::from).and_then(|tx| read(&tx));
            if damage::take() {
                db.note_damage();
            }
            result
        })
        .await
    }

    /// A page of it turned out bad. It goes on answering what it can; it is to be closed and opened
    /// anew by the rules of [`super::opening`].
    pub fn is_damaged(&self) -> bool {
        self.inner.damaged.load(Ordering::Relaxed)
    }

    /// Tells of damage when it is met, once. Only the first who asks is told.
    pub fn on_damage(&self, tell: impl Fn() + Send + Sync + 'static) {
        let _ = self.inner.on_damage.set(Box::new(tell));
    }

    /// A page of it turned out bad.
    pub(crate) fn note_damage(&self) {
        if !self.inner.damaged.swap(true, Ordering::Relaxed)
            && let Some(tell) = self.inner.on_damage.get()
        {
            tell();
        }
    }

    /// Its key, for opening it anew.
    pub(crate) fn key(&self) -> DbKey {
        self.inner.key.clone()
    }

    /// Where its file is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Waits for the reads that are under way and the writes that were asked for, and closes the
    /// connections. Idempotent.
    pub async fn close(&self) {
        // Closed already where this fails.
        let _all = self.inner.permits.acquire_many(READERS).await;
        self.inner.permits.close();
        lock(&self.inner.idle).clear();
        #[cfg(any(test, feature = "testing"))]
        if let Some(gated) = &self.inner.gated {
            gated.close();
        }
        let writer = lock(&self.inner.writer).take();
        if let Some(writer) = writer {
            let _ = tokio::task::spawn_blocking(move || drop(writer)).await;
        }
    }

    /// Runs blocking work off the async threads; a panic in it becomes an error.
    pub(super) async fn blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce() -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        #[cfg(any(test, feature = "testing"))]
        if let Some(gated) = &self.inner.gated {
            gated.alive().await;
            return work();
        }
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(_) => Err(StoreError::Panicked.into()),
        }
    }

    pub(super) async fn reader(&self) -> Result<Reader, StoreError> {
        let permit = Arc::clone(&self.inner.permits)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        Ok(Reader {
            db: self.clone(),
            connection: lock(&self.inner.idle).pop(),
            _permit: permit,
        })
    }

    fn jobs(&self) -> Result<mpsc::Sender<Job>, StoreError> {
        if self.inner.reading && !self.inner.permits.is_closed() {
            return Err(StoreError::ReadOnly);
        }
        lock(&self.inner.writer)
            .as_ref()
            .and_then(|writer| writer.jobs.clone())
            .ok_or(StoreError::Closed)
    }
}

impl Inner {
    /// Without anything that writes.
    fn new(path: PathBuf, which: Which, key: &DbKey, reader: Connection) -> Self {
        Self {
            path,
            which,
            key: key.clone(),
            writer: Mutex::default(),
            idle: Mutex::new(vec![reader]),
            permits: Arc::new(Semaphore::new(READERS as usize)),
            damaged: AtomicBool::new(false),
            on_damage: OnceLock::new(),
            reading: false,
            #[cfg(any(test, feature = "testing"))]
            gated: None,
        }
    }
}

/// A read-only connection, lent for one closure.
pub(super) struct Reader {
    db: Db,
    connection: Option<Connection>,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    /// Begins a snapshot of now. It is rolled back at its end, and temporary tables with it.
    pub(super) fn snapshot(&mut self) -> Result<Transaction<'_>, StoreError> {
        let inner = &self.db.inner;
        let connection = match self.connection.take() {
            Some(open) => open,
            None if inner.reading => {
                connection::open_looking(&inner.path, inner.which, &inner.key)?
            }
            None => connection::open_reader(&inner.path, inner.which, &inner.key)?,
        };
        let snapshot = self
            .connection
            .insert(connection)
            .transaction_with_behavior(TransactionBehavior::Deferred)?;
        // A deferred transaction sees nothing until its first read.
        snapshot
            .prepare_cached("SELECT count(*) FROM sqlite_schema")?
            .query_row([], |_| Ok(()))?;
        Ok(snapshot)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.db.inner.permits.is_closed()
        {
            lock(&self.db.inner.idle).push(connection);
        }
    }
}

fn in_transaction<T, E: From<StoreError>>(
    connection: &mut Connection,
    write: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(StoreError::from)?;
    let value = write(&transaction)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(value)
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
