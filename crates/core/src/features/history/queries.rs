//! What `cache.db` keeps of histories.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use watchkeeper_wire::history::{HistoryEntry, RecordHistory};

use super::join::{self, Span};
use crate::outbox::queue::instant;
use crate::store::StoreError;
use crate::sync::histories::forget_of;

/// The most records of which a history is kept.
const MOST_RECORDS: u32 = 2_000;
/// The most entries of one, but for the one that was asked for last.
const MOST_ENTRIES: u32 = 200;

/// What is kept of a record's history.
pub(super) struct Kept {
    /// Newest first.
    pub(super) entries: Vec<HistoryEntry>,
    /// The platform's clock when it was asked for the newest of it.
    pub(super) asked_at: DateTime<Utc>,
    /// The platform has older ones.
    pub(super) older: bool,
}

/// A question to the platform, as the mirror stood when it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asking {
    /// How often all histories had been let go of.
    forgotten: i64,
    /// The page behind this place is asked for; none: the newest.
    pub(super) before: Option<u64>,
}

fn place(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}

fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// What is kept of a record's history; none where nobody asked for it.
pub(super) fn kept(cache: &Connection, kind: &str, id: &str) -> Result<Option<Kept>, StoreError> {
    let asked: Option<(i64, bool)> = cache
        .prepare_cached("SELECT asked_at, older FROM main.history WHERE kind = ?1 AND id = ?2")?
        .query_row([kind, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((asked_at, older)) = asked else {
        return Ok(None);
    };
    let mut statement = cache.prepare_cached(
        "SELECT entry FROM main.history_entry WHERE kind = ?1 AND id = ?2 ORDER BY seq DESC",
    )?;
    let mut rows = statement.query([kind, id])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(serde_json::from_str(&row.get::<_, String>(0)?)?);
    }
    Ok(Some(Kept {
        entries,
        asked_at: instant(asked_at),
        older,
    }))
}

/// Between which places a record's history is kept.
fn span(cache: &Connection, kind: &str, id: &str) -> Result<Option<Span>, StoreError> {
    let found: (Option<i64>, Option<i64>, Option<bool>) = cache
        .prepare_cached(
            "SELECT min(e.seq), max(e.seq), (SELECT h.older FROM main.history h
                 WHERE h.kind = ?1 AND h.id = ?2)
             FROM main.history_entry e WHERE e.kind = ?1 AND e.id = ?2",
        )?
        .query_row([kind, id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let (Some(lowest), Some(highest), Some(older)) = found else {
        return Ok(None);
    };
    Ok(Some(Span {
        lowest: place(lowest),
        highest: place(highest),
        older,
    }))
}

/// What the platform is to be asked; none of a record that the mirror does not have, of which nothing is kept.
pub(super) fn asking(
    cache: &Connection,
    (kind, id): (&str, &str),
    older: bool,
) -> Result<Option<Asking>, StoreError> {
    let forgotten: Option<i64> = cache
        .prepare_cached(
            "SELECT histories FROM main.feed WHERE EXISTS
                 (SELECT 1 FROM main.record WHERE kind = ?1 AND id = ?2)",
        )?
        .query_row([kind, id], |row| row.get(0))
        .optional()?;
    let Some(forgotten) = forgotten else {
        return Ok(None);
    };
    let span = span(cache, kind, id)?.filter(|_| older);
    Ok(Some(Asking {
        forgotten,
        before: span.map(|span| span.lowest),
    }))
}

/// Keeps an answer, in the caller's transaction. False where it is no answer to what would be asked now: what it
/// says may be of a time before somebody was erased, or before the operator's rights changed.
pub(super) fn keep(
    cache: &Connection,
    (kind, id): (&str, &str),
    asked: Asking,
    page: &RecordHistory,
) -> Result<bool, StoreError> {
    if asking(cache, (kind, id), asked.before.is_some())? != Some(asked) {
        return Ok(false);
    }
    let joined = match asked.before {
        Some(_) => join::behind(page),
        None => join::newest(span(cache, kind, id)?, page),
    };
    cache
        .prepare_cached("DELETE FROM history_entry WHERE kind = ?1 AND id = ?2 AND seq >= ?3")?
        .execute(params![kind, id, signed(joined.stays_below)])?;
    let mut put = cache.prepare_cached(
        "INSERT OR REPLACE INTO history_entry (kind, id, operation, seq, entry)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for entry in &page.entries {
        put.execute(params![
            kind,
            id,
            entry.operation.to_string(),
            signed(entry.seq),
            serde_json::to_string(entry)?
        ])?;
    }
    // A page behind says nothing of what is newest.
    cache
        .prepare_cached(
            "INSERT INTO history (kind, id, asked_at, older, entries)
             SELECT ?1, ?2, ?3, ?4, count(*) FROM history_entry WHERE kind = ?1 AND id = ?2
             ON CONFLICT (kind, id) DO UPDATE SET
                 asked_at = iif(?5, asked_at, excluded.asked_at),
                 older = excluded.older, entries = excluded.entries",
        )?
        .execute(params![
            kind,
            id,
            page.server_time.timestamp_millis(),
            joined.older,
            asked.before.is_some()
        ])?;
    prune(cache, kind, id)?;
    Ok(true)
}

/// Lets go of what is more than may be kept: of the records that were asked for longest ago, and of the older
/// entries of all but this one.
fn prune(cache: &Connection, kind: &str, id: &str) -> Result<(), StoreError> {
    for (kind, id) in names(
        cache,
        "SELECT kind, id FROM history ORDER BY asked_at DESC, kind, id LIMIT -1 OFFSET ?1",
        params![MOST_RECORDS],
    )? {
        forget_of(cache, &kind, &id)?;
    }
    let long = names(
        cache,
        "SELECT kind, id FROM history WHERE entries > ?1 AND NOT (kind = ?2 AND id = ?3)",
        params![MOST_ENTRIES, kind, id],
    )?;
    for (kind, id) in long {
        cache
            .prepare_cached(
                "DELETE FROM history_entry WHERE kind = ?1 AND id = ?2 AND seq <=
                     (SELECT seq FROM history_entry WHERE kind = ?1 AND id = ?2
                      ORDER BY seq DESC LIMIT 1 OFFSET ?3)",
            )?
            .execute(params![kind, id, MOST_ENTRIES])?;
        cache
            .prepare_cached(
                "UPDATE history SET older = 1, entries = ?3 WHERE kind = ?1 AND id = ?2",
            )?
            .execute(params![kind, id, MOST_ENTRIES])?;
    }
    Ok(())
}

fn names(
    cache: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = cache.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests;
