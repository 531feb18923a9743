//! How a connection is opened: key, pragmas, migrations.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{StoreError, Which, files, temporary};

/// How long a connection waits for another's lock before it answers [`StoreError::Busy`].
const BUSY: Duration = Duration::from_secs(5);

/// A WAL that grew beyond this many bytes is cut back at the next checkpoint.
const WAL_LIMIT: u32 = 64 * 1024 * 1024;

/// The key of a profile's databases: 32 random bytes, used as they are.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DbKey([u8; 32]);

impl DbKey {
    /// A key from its bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for DbKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DbKey(…)")
    }
}

mod state_migrations {
    refinery::embed_migrations!("../../migrations/state");
}

mod cache_migrations {
    refinery::embed_migrations!("../../migrations/cache");
}

/// What brings a database up to date.
pub(super) fn migrations(which: Which) -> refinery::Runner {
    match which {
        Which::State => state_migrations::migrations::runner(),
        Which::Cache => cache_migrations::migrations::runner(),
    }
}

/// Opens the write connection, making the file where there is none, and brings its schema up to
/// date. A file of a newer app is only ever opened for reading here.
pub(super) fn open_writer(
    path: &Path,
    which: Which,
    key: &DbKey,
) -> Result<Connection, StoreError> {
    open_writer_at(path, which, key, &migrations(which))
}

/// The same with the migrations of some version of the app.
pub(super) fn open_writer_at(
    path: &Path,
    which: Which,
    key: &DbKey,
    migrations: &refinery::Runner,
) -> Result<Connection, StoreError> {
    if path.exists() {
        let look = open(path, which, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        refuse_newer(&look, migrations)?;
    }
    files::make_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let mut connection = open(path, which, key, flags)?;
    // SQLite opens a file that may not be written all the same, for reading.
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::ReadOnly);
    }
    let synchronous = match which {
        Which::State => "FULL",
        Which::Cache => "NORMAL",
    };
    connection.execute_batch(&format!(
        "PRAGMA synchronous = {synchronous}; PRAGMA journal_size_limit = {WAL_LIMIT};"
    ))?;
    migrations.run(&mut connection).map_err(migration)?;
    check(&connection, which)?;
    Ok(connection)
}

/// Refuses a file of a newer app, without touching it.
pub(super) fn look(path: &Path, which: Which, key: &DbKey) -> Result<(), StoreError> {
    if path.exists() {
        let look = open(path, which, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        refuse_newer(&look, &migrations(which))?;
    }
    Ok(())
}

/// Looks for damage: all of `state.db`, which is small; of `cache.db` a sample, for the sake of a
/// quick start. A page of it that turns out bad later is found by whoever reads it.
pub(super) fn check(connection: &Connection, which: Which) -> Result<(), StoreError> {
    let sql = match which {
        Which::State => "PRAGMA quick_check(1)",
        Which::Cache => "PRAGMA quick_check(feed)",
    };
    let found: String = connection.query_row(sql, [], |row| row.get(0))?;
    if found == "ok" {
        Ok(())
    } else {
        Err(StoreError::Corrupt("quick_check found damage".into()))
    }
}

/// Opens a read-only connection to a file that the writer has open. What is written to temporary
/// tables lives in memory and goes with the snapshot.
pub(super) fn open_reader(
    path: &Path,
    which: Which,
    key: &DbKey,
) -> Result<Connection, StoreError> {
    let connection = open(path, which, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    with_temporary(&connection, which)?;
    Ok(connection)
}

fn with_temporary(connection: &Connection, which: Which) -> Result<(), StoreError> {
    match which {
        Which::State => Ok(()),
        Which::Cache => Ok(temporary::make(connection)?),
    }
}

/// Opens a read-only connection to a file that nobody writes, in a folder where nothing can be
/// made: without a WAL SQLite is told so, else it would want its index beside it. One whose WAL
/// stands there without its index cannot be read there.
pub(super) fn open_looking(
    path: &Path,
    which: Which,
    key: &DbKey,
) -> Result<Connection, StoreError> {
    let wal = std::fs::metadata(files::with_suffix(path, "-wal"));
    let connection = if wal.is_ok_and(|file| file.len() > 0) {
        open(path, which, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?
    } else {
        let mut uri = url::Url::from_file_path(path).map_err(|()| StoreError::ReadOnly)?;
        uri.set_query(Some("immutable=1"));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        open(Path::new(uri.as_str()), which, key, flags)?
    };
    let migrations = migrations(which);
    refuse_newer(&connection, &migrations)?;
    check(&connection, which)?;
    with_temporary(&connection, which)?;
    Ok(connection)
}

fn open(
    path: &Path,
    which: Which,
    key: &DbKey,
    flags: OpenFlags,
) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // SQLCipher would write to standard error what it answers us anyway.
    connection.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    let hexed = Zeroizing::new(hex::encode(key.bytes()));
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\";", hexed.as_str()));
    connection.execute_batch(&pragma)?;
    // The mirror's rows are about 700 bytes: on 4 KiB pages less the cipher's reserve one row in
    // four would not fit. SQLCipher wants at least 16 MB of page cache for searching.
    let (page, cache_kib) = match which {
        Which::State => (4096, 4 * 1024),
        Which::Cache => (8192, 16 * 1024),
    };
    connection.execute_batch(&format!(
        "PRAGMA cipher_page_size = {page};
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -{cache_kib};
         PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;"
    ))?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    // The first page that is really read and verified.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn refuse_newer(connection: &Connection, migrations: &refinery::Runner) -> Result<(), StoreError> {
    let has_history: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history')",
        [],
        |row| row.get(0),
    )?;
    if !has_history {
        return Ok(());
    }
    let found: i64 = connection.query_row(
        "SELECT coalesce(max(version), 0) FROM refinery_schema_history",
        [],
        |row| row.get(0),
    )?;
    let known = migrations
        .get_migrations()
        .iter()
        .map(|migration| i64::from(migration.version()))
        .max()
        .unwrap_or(0);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    Ok(())
}

fn migration(error: refinery::Error) -> StoreError {
    use std::error::Error as _;
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(rusqlite::Error::SqliteFailure(failure, _)) =
            inner.downcast_ref::<rusqlite::Error>()
        {
            return rusqlite::Error::SqliteFailure(*failure, None).into();
        }
        cause = inner.source();
    }
    StoreError::Migration(error.to_string())
}

/// False until the pack's indexes are made: who names one in a query asks first.
pub fn has_index(cache: &Connection, name: &str) -> Result<bool, StoreError> {
    Ok(cache
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'index' AND name = ?1)",
        )?
        .query_row([name], |row| row.get(0))?)
}
