//! A small file beside the database that no backup has: it remembers the epoch and how far the feeds
//! and the audit chains had come. A database that is behind it, or of another epoch, or that stands beside none, was put
//! back to what it once was; its epoch is forgotten then, so that a fresh one is made (fault 7).
//!
//! It is written after each commit and before anybody is told of it, and never ahead of one. It need
//! not survive a power cut as such: one that is behind accuses nobody, and one that is gone costs the
//! clients a new snapshot. A whole folder that was copied has a witness too, but as another file: the
//! file's own number gives it away. (Where even that is the same, a client's cursor tells; see
//! [`crate::history`].)

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::access;
use super::values::unsigned;
use crate::store::{Result, StoreError};

/// What a database and its witness compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The epoch, hex; none before the first was made.
    epoch: Option<String>,
    /// Heads of all feeds and of all audit chains together. Heads only rise.
    heads: u64,
}

/// The open file.
pub struct Witness {
    file: Mutex<(File, Standing)>,
}

/// Where the database stands in this transaction.
pub fn standing(tx: &Transaction<'_>) -> Result<Standing> {
    let epoch = tx
        .prepare_cached("SELECT value FROM secret WHERE name = 'epoch'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let heads: i64 = tx
        .prepare_cached(
            "SELECT (SELECT coalesce(sum(head), 0) FROM tenant)
                  + (SELECT coalesce(sum(json_extract(head, '$.seq')), 0) FROM signed_head)",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(Standing {
        epoch,
        heads: unsigned(heads),
    })
}

impl Witness {
    /// Opens the witness of a database, and lets the database forget its epoch where it was put back.
    pub fn open(path: &Path, writer: &mut Connection) -> Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        // Read before the database, so that one which another process writes is never behind it.
        let seen = read(&mut file)?;
        let tx = writer.transaction()?;
        let mut now = standing(&tx)?;
        let holds = seen.is_some_and(|seen| seen.epoch == now.epoch && seen.heads <= now.heads);
        if now.epoch.is_some() && !holds {
            tracing::warn!("the store was put back to what it once was, or its witness is gone");
            access::forget_epoch(&tx)?;
            now.epoch = None;
        }
        tx.commit()?;
        let witness = Self {
            file: Mutex::new((
                file,
                Standing {
                    epoch: None,
                    heads: 0,
                },
            )),
        };
        witness.write(&now)?;
        Ok(witness)
    }

    /// Remembers how far the database has come; after the commit, which stands whatever happens here.
    pub fn note(&self, now: &Standing) {
        if let Err(error) = self.write(now) {
            tracing::error!(%error, "the store's witness");
        }
    }

    fn write(&self, now: &Standing) -> Result<()> {
        let mut held = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, noted) = &mut *held;
        if noted == now {
            return Ok(());
        }
        // One write of one short line: a killed process leaves the old one or the new one.
        let line = line(now, number(file)?);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(line.as_bytes())?;
        if noted.epoch != now.epoch {
            file.sync_all()?;
        }
        noted.clone_from(now);
        Ok(())
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Database(Box::new(error))
    }
}

/// Always of the same length.
fn line(standing: &Standing, number: u64) -> String {
    let epoch = standing.epoch.as_deref().unwrap_or("-");
    format!("{epoch:<64} {number:020} {:020}\n", standing.heads)
}

/// What the file says; none where it is new, not whole, or a copy.
fn read(file: &mut File) -> Result<Option<Standing>> {
    let mut text = String::new();
    if file.read_to_string(&mut text).is_err() {
        return Ok(None);
    }
    let mut words = text.split_ascii_whitespace();
    let (Some(epoch), Some(own), Some(heads)) = (words.next(), words.next(), words.next()) else {
        return Ok(None);
    };
    let (Ok(own), Ok(heads)) = (own.parse::<u64>(), heads.parse()) else {
        return Ok(None);
    };
    if own != number(file)? {
        return Ok(None);
    }
    Ok(Some(Standing {
        epoch: (epoch != "-").then(|| epoch.to_owned()),
        heads,
    }))
}

/// The file's own number on its disk, which no copy has.
#[cfg(unix)]
fn number(file: &File) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.ino())
}

#[cfg(not(unix))]
fn number(_file: &File) -> Result<u64> {
    Ok(0)
}
