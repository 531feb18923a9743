//! What `cache.db` has of documents.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use watchkeeper_pack::Pack;

use super::MAX_KEPT;
use crate::store::StoreError;

/// How many bytes a row has: few rows, none of them large.
const PART_BYTES: usize = 256 * 1024;

/// Why a document that was asked for is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// There was no line; it is fetched with the next.
    Unreachable,
    /// The answer broke off or failed; it is tried again.
    Failed,
    /// What the platform gave is not the file that the record names.
    OtherBytes,
    /// It is larger than a laptop keeps.
    TooLarge,
    /// The platform does not give it.
    NotGiven,
    /// Too much is kept already, or the disk is full.
    NoRoom,
}

impl Problem {
    const ALL: [Self; 6] = [
        Self::Unreachable,
        Self::Failed,
        Self::OtherBytes,
        Self::TooLarge,
        Self::NotGiven,
        Self::NoRoom,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Failed => "failed",
            Self::OtherBytes => "other_bytes",
            Self::TooLarge => "too_large",
            Self::NotGiven => "not_given",
            Self::NoRoom => "no_room",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// It is not tried again until the operator asks for that.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Unreachable | Self::Failed)
    }
}

/// A document that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The file that the record named when it was asked for.
    pub(crate) sha256: String,
    /// It is here.
    pub(crate) here: bool,
    /// Why it is not.
    pub(crate) problem: Option<Problem>,
}

/// A document that is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) sha256: String,
}

/// What became of bytes that were to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// They are here.
    Here,
    /// There is no room for them.
    NoRoom,
    /// Nobody wants them any more.
    NotWanted,
}

/// What is kept of a document; none where it was not asked for.
pub(crate) fn of(cache: &Connection, kind: &str, id: &str) -> Result<Option<Kept>, StoreError> {
    Ok(cache
        .prepare_cached(
            "SELECT sha256, bytes IS NOT NULL, problem FROM main.document
             WHERE kind = ?1 AND id = ?2",
        )?
        .query_row([kind, id], |row| {
            let problem: Option<String> = row.get(2)?;
            Ok(Kept {
                sha256: row.get(0)?,
                here: row.get(1)?,
                problem: problem.as_deref().and_then(Problem::of),
            })
        })
        .optional()?)
}

/// Asks for a document, or once more for one that was not to be had. One that is here stays.
pub(crate) fn want(
    cache: &Connection,
    wanted: &Wanted,
    problem: Option<Problem>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Wanted { kind, id, sha256 } = wanted;
    if of(cache, kind, id)?.is_some_and(|kept| kept.here && kept.sha256 == *sha256) {
        return Ok(());
    }
    forget(cache, kind, id)?;
    cache
        .prepare_cached(
            "INSERT INTO document (kind, id, sha256, problem, asked_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            kind,
            id,
            sha256,
            problem.map(Problem::word),
            now.timestamp_millis()
        ])?;
    Ok(())
}

/// Lets go of a document, asked for or here.
pub(crate) fn forget(cache: &Connection, kind: &str, id: &str) -> Result<(), StoreError> {
    for table in ["document_part", "document"] {
        let sql = format!("DELETE FROM {table} WHERE kind = ?1 AND id = ?2");
        cache.prepare_cached(&sql)?.execute([kind, id])?;
    }
    Ok(())
}

/// Documents that are to be fetched, in the order asked.
pub(crate) fn wanted(cache: &Connection) -> Result<Vec<Wanted>, StoreError> {
    let mut statement = cache.prepare_cached(
        "SELECT kind, id, sha256, problem FROM document
         WHERE bytes IS NULL ORDER BY asked_at, kind, id",
    )?;
    let mut rows = statement.query([])?;
    let mut wanted = Vec::new();
    while let Some(row) = rows.next()? {
        let problem: Option<String> = row.get(3)?;
        if problem
            .as_deref()
            .and_then(Problem::of)
            .is_some_and(Problem::is_final)
        {
            continue;
        }
        wanted.push(Wanted {
            kind: row.get(0)?,
            id: row.get(1)?,
            sha256: row.get(2)?,
        });
    }
    Ok(wanted)
}

/// Notes why a document is not here yet. True where something else was said of it before.
pub(crate) fn note(
    cache: &Connection,
    wanted: &Wanted,
    problem: Problem,
) -> Result<bool, StoreError> {
    let changed = cache
        .prepare_cached(
            "UPDATE document SET problem = ?4
             WHERE kind = ?1 AND id = ?2 AND sha256 = ?3 AND bytes IS NULL AND problem IS NOT ?4",
        )?
        .execute(params![
            wanted.kind,
            wanted.id,
            wanted.sha256,
            problem.word()
        ])?;
    Ok(changed > 0)
}

/// Keeps the bytes of a document, which are what its name says, in the caller's transaction.
pub(crate) fn put(cache: &Connection, wanted: &Wanted, bytes: &[u8]) -> Result<Put, StoreError> {
    let Wanted { kind, id, sha256 } = wanted;
    let waits: bool = cache
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM document
                WHERE kind = ?1 AND id = ?2 AND sha256 = ?3 AND bytes IS NULL)",
        )?
        .query_row([kind, id, sha256], |row| row.get(0))?;
    if !waits {
        return Ok(Put::NotWanted);
    }
    let held: i64 = cache
        .prepare_cached("SELECT coalesce(sum(bytes), 0) FROM document")?
        .query_row([], |row| row.get(0))?;
    let held = u64::try_from(held).unwrap_or(u64::MAX);
    if held.saturating_add(bytes.len() as u64) > MAX_KEPT {
        return Ok(Put::NoRoom);
    }
    let mut part = cache.prepare_cached(
        "INSERT INTO document_part (kind, id, number, bytes) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (number, bytes) in (0_i64..).zip(bytes.chunks(PART_BYTES)) {
        part.execute(params![kind, id, number, bytes])?;
    }
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    cache
        .prepare_cached(
            "UPDATE document SET bytes = ?3, problem = NULL WHERE kind = ?1 AND id = ?2",
        )?
        .execute(params![kind, id, length])?;
    Ok(Put::Here)
}

/// The bytes of a document as they stand here, not yet compared with its hash.
pub(crate) fn read(cache: &Connection, kind: &str, id: &str) -> Result<Vec<u8>, StoreError> {
    let mut statement = cache.prepare_cached(
        "SELECT bytes FROM main.document_part WHERE kind = ?1 AND id = ?2 ORDER BY number",
    )?;
    let mut rows = statement.query([kind, id])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let part: Vec<u8> = row.get(0)?;
        all.extend_from_slice(&part);
    }
    Ok(all)
}

/// Lets go of what no record of the mirror names any more, and answers of which kinds that was.
pub(crate) fn sweep(cache: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let mut statement = cache.prepare_cached(
        "SELECT kind, id FROM document WHERE NOT EXISTS
             (SELECT 1 FROM record WHERE record.kind = document.kind AND record.id = document.id
                AND json_extract(record.body, '$.sha256') IS document.sha256)",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let gone: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
    for (kind, id) in &gone {
        forget(cache, kind, id)?;
    }
    Ok(gone.into_iter().map(|(kind, _)| kind).collect())
}

/// Lets go of documents of kinds that are none to the reader of this pack, and of what the mirror
/// does not name any more.
pub(crate) fn follow(cache: &Connection, pack: &Pack) -> Result<(), StoreError> {
    let mut statement = cache.prepare_cached("SELECT kind, id FROM document")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let all: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
    for (kind, id) in &all {
        if pack.kind(kind).is_none_or(|kind| kind.document.is_none()) {
            forget(cache, kind, id)?;
        }
    }
    sweep(cache).map(drop)
}
