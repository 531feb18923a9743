//! What can go wrong with a database, told apart by what somebody can do about it.

use rusqlite::ffi;

use crate::error::{Code, Error};

/// Whether damage was met on this thread: a closure may answer with an error type of its own, and
/// the database that it ran on learns of it all the same.
pub(super) mod damage {
    use std::cell::Cell;

    thread_local! {
        static FOUND: Cell<bool> = const { Cell::new(false) };
    }

    /// Damage was met.
    pub(super) fn found() {
        FOUND.set(true);
    }

    /// Was damage met since this was last asked?
    pub(in crate::store) fn take() -> bool {
        FOUND.take()
    }
}

/// A database failed. Whatever was under way was rolled back.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk, or the database's own limit, is full.
    #[error("the disk is full")]
    DiskFull,
    /// File or folder may not be written.
    #[error("the database may not be written")]
    ReadOnly,
    /// A page does not verify or the file is no database.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// A newer version of the app made it; nothing was touched.
    #[error("the database has version {found}, this app knows {known}")]
    NewerSchema {
        /// Highest migration in the file.
        found: i64,
        /// Highest migration of this app.
        known: i64,
    },
    /// The key is not this profile's; says nothing about the file.
    #[error("this key does not belong to the database")]
    WrongKey,
    /// The file system failed otherwise.
    #[error("the file system failed: {0}")]
    File(std::io::ErrorKind),
    /// Another process holds it.
    #[error("the database is in use")]
    Busy,
    /// It was closed.
    #[error("the database was closed")]
    Closed,
    /// A fault of the app: the closure panicked.
    #[error("a database closure panicked")]
    Panicked,
    /// A migration failed for another reason than the ones above.
    #[error("migration failed: {0}")]
    Migration(String),
    /// A stored value is not what was written there.
    #[error("stored value unreadable: {0}")]
    Value(#[from] serde_json::Error),
    /// Anything else that SQLite says.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let extended = match &error {
            rusqlite::Error::SqliteFailure(failure, _) => failure.extended_code,
            rusqlite::Error::SqlInputError { error, .. } => error.extended_code,
            _ => return Self::Sqlite(error),
        };
        // The low byte is the primary code.
        match (extended & 0xff, extended) {
            (ffi::SQLITE_FULL, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => Self::DiskFull,
            (ffi::SQLITE_READONLY | ffi::SQLITE_CANTOPEN | ffi::SQLITE_PERM, _) => Self::ReadOnly,
            (ffi::SQLITE_NOTADB | ffi::SQLITE_CORRUPT, _)
            | (_, ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_DATA) => {
                damage::found();
                Self::Corrupt(format!("SQLite code {extended}"))
            }
            (ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED, _) => Self::Busy,
            _ => Self::Sqlite(error),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::DiskFull
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            other => Self::File(other),
        }
    }
}

impl StoreError {
    /// The file does not hold what was written there.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Corrupt(_))
    }

    /// What the shell and the UI see.
    pub fn code(&self) -> Code {
        match self {
            Self::DiskFull => Code::DiskFull,
            Self::ReadOnly => Code::ReadOnly,
            Self::NewerSchema { .. } => Code::NewerDatabase,
            Self::WrongKey => Code::KeyMissing,
            Self::Closed => Code::SignedOut,
            Self::Panicked => Code::Internal,
            Self::Corrupt(_)
            | Self::File(_)
            | Self::Busy
            | Self::Migration(_)
            | Self::Value(_)
            | Self::Sqlite(_) => Code::Storage,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        // SQLite's own sentences may repeat what was asked, and so a value: only its number goes on.
        let detail = match &error {
            StoreError::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => {
                format!("SQLite code {}", failure.extended_code)
            }
            StoreError::Sqlite(_) => "a query of the app failed".to_owned(),
            StoreError::Value(_) => "a stored value is unreadable".to_owned(),
            other => other.to_string(),
        };
        Self::with(error.code(), detail)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}
