//! Writes a page into the mirror: rows, search words, quarantine and cursor in one transaction
//! (I4). During a snapshot the old generation stays readable; what the new one did not bring is
//! swept when it is complete, and never before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use watchkeeper_pack::Pack;
use watchkeeper_pack::erased::MARK;
use watchkeeper_wire::feed::{PageEnd, PageHead};

use super::histories;
use super::parse::Bad;
use super::plan::{Action, FORGOTTEN, Item, Key, Known, Prepared, plan};
use super::text;
use crate::documents::kept;
use crate::outbox::erased;
use crate::store::StoreError;

/// Where we are in the feed: the one row of table `feed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Epoch of the mirror's rows.
    pub epoch: Option<String>,
    /// Where the next page starts; none before a snapshot.
    pub cursor: Option<String>,
    /// Number of the snapshot.
    pub generation: i64,
    /// A snapshot was completed.
    pub filled: bool,
    /// Highest place applied.
    pub head: i64,
    /// Server time of the last completed pull, UTC.
    pub pulled_at: Option<DateTime<Utc>>,
    /// Pack under which computed fields, titles and indexes were made.
    pub pack: Option<String>,
}

/// Reads where we are.
pub fn position(cache: &Connection) -> Result<Position, StoreError> {
    Ok(cache
        .prepare_cached(
            "SELECT epoch, cursor, generation, filled, head, pulled_at, pack FROM feed",
        )?
        .query_row([], |row| {
            Ok(Position {
                epoch: row.get(0)?,
                cursor: row.get(1)?,
                generation: row.get(2)?,
                filled: row.get(3)?,
                head: row.get(4)?,
                pulled_at: row
                    .get::<_, Option<i64>>(5)?
                    .and_then(DateTime::from_timestamp_millis),
                pack: row.get(6)?,
            })
        })?)
}

/// Starts again with a snapshot at the next page. Nothing is removed before it is complete.
/// `distrust`: what the mirror has may be overwritten by anything.
pub fn restart(cache: &Connection, distrust: bool) -> Result<(), StoreError> {
    cache.execute("UPDATE feed SET cursor = NULL", [])?;
    if distrust {
        forget_places(cache)?;
    }
    Ok(())
}

/// Starts again with a snapshot at the next page, which may say anything of these kinds.
pub fn refetch(cache: &Connection, kinds: &BTreeSet<String>) -> Result<(), StoreError> {
    restart(cache, false)?;
    let mut forget = cache.prepare_cached("UPDATE record SET seq = ?1 WHERE kind = ?2")?;
    for kind in kinds {
        forget.execute(params![FORGOTTEN, kind])?;
    }
    Ok(())
}

fn forget_places(cache: &Connection) -> Result<(), StoreError> {
    cache.execute("UPDATE record SET seq = ?1", [FORGOTTEN])?;
    cache.execute("UPDATE feed SET head = 0", [])?;
    Ok(())
}

/// What a page brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is written.
    Done {
        /// Kinds of which something changed.
        kinds: BTreeSet<String>,
        /// Where the feed contradicted itself.
        contradictions: Vec<String>,
    },
    /// It contradicts itself or the mirror; nothing was written.
    Contradicts(Vec<String>),
    /// It belongs to another epoch than the mirror; nothing was written.
    OtherEpoch,
}

/// Plans and writes a page. With `insist` a contradiction is no reason to leave it: the first that
/// was said stands.
pub fn apply(
    cache: &Transaction<'_>,
    pack: Option<&Pack>,
    (head, items, end): (&PageHead, Vec<Item>, &PageEnd),
    insist: bool,
    now: DateTime<Utc>,
) -> Result<Applied, StoreError> {
    let before = position(cache)?;
    let begins = before.cursor.is_none();
    if !begins && before.epoch.as_deref() != Some(&head.epoch) {
        return Ok(Applied::OtherEpoch);
    }
    if begins && before.epoch.as_ref().is_some_and(|old| *old != head.epoch) {
        forget_places(cache)?;
    }
    if begins {
        // What still does not read comes again with the snapshot; what is gone does not.
        cache.execute("DELETE FROM quarantine", [])?;
    }
    let known = known(cache, &items)?;
    let plan = plan(items, &known);
    if !plan.contradictions.is_empty() && !insist {
        return Ok(Applied::Contradicts(plan.contradictions));
    }
    let generation = before.generation + i64::from(begins);
    let mut kinds = BTreeSet::new();
    let mut changed = BTreeSet::new();
    let mut aside = has_quarantine(cache)?;
    let (mut leaves_words, mut erases) = (false, false);
    for action in plan.actions {
        match action {
            Action::Write { seq, record } => {
                let key = (record.kind.clone(), record.id.clone());
                let is_new = !known.contains_key(&key) && !changed.contains(&key);
                let is_erased = is_erased_now(cache, &record)?;
                leaves_words |= !is_new && is_erased;
                erases |= is_erased;
                write(cache, pack, generation, (seq, &record), is_new)?;
                if aside {
                    release(cache, &record.kind, &record.id)?;
                }
                if !kinds.contains(&record.kind) {
                    kinds.insert(record.kind);
                }
                changed.insert(key);
            }
            Action::Keep((kind, id)) => keep(cache, generation, &kind, &id)?,
            Action::Remove((kind, id)) => {
                remove(cache, &kind, &id)?;
                if aside {
                    release(cache, &kind, &id)?;
                }
                kinds.insert(kind.clone());
                changed.insert((kind, id));
            }
            Action::Quarantine(bad) => {
                quarantine(cache, &bad, now)?;
                aside = true;
            }
        }
    }
    if let Some(pack) = pack {
        kinds.extend(text::retitle(cache, pack, &changed)?);
    }
    if end.snapshot_complete {
        kinds.extend(sweep(cache, generation)?);
    }
    kinds.extend(kept::sweep(cache)?);
    if leaves_words {
        text::forget_removed(cache)?;
    }
    // What was said of a person may stand in the history of whatever refers to them.
    if begins || end.snapshot_complete || erases {
        histories::forget(cache)?;
    }
    let top = i64::try_from(plan.head).unwrap_or(i64::MAX);
    cache
        .prepare_cached(
            "UPDATE feed SET epoch = ?1, cursor = ?2, generation = ?3, filled = max(filled, ?4),
                             head = max(head, ?5), pulled_at = coalesce(?6, pulled_at)",
        )?
        .execute(params![
            head.epoch,
            end.cursor,
            generation,
            end.snapshot_complete,
            top,
            (!end.more).then(|| head.server_time.timestamp_millis()),
        ])?;
    Ok(Applied::Done {
        kinds,
        contradictions: plan.contradictions,
    })
}

/// What the mirror has of the records of a page.
fn known(cache: &Connection, items: &[Item]) -> Result<BTreeMap<Key, Known>, StoreError> {
    let mut statement = cache
        // The fields matter only where a place says two things; else they need not be read.
        .prepare_cached(
            "SELECT seq, revision, iif(seq = ?3, body, '') FROM record WHERE kind = ?1 AND id = ?2",
        )?;
    let mut known = BTreeMap::new();
    for item in items {
        let (key, seq) = match item {
            Item::Upsert { seq, record } => ((record.kind.clone(), record.id.clone()), *seq),
            Item::Remove { seq, key } => (key.clone(), *seq),
            Item::Verdict { .. } | Item::Bad(_) => continue,
        };
        let place = i64::try_from(seq).unwrap_or(i64::MAX);
        let row = statement
            .query_row(params![key.0, key.1, place], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((seq, revision, body)): Option<(i64, i64, String)> = row else {
            continue;
        };
        let revision = u64::try_from(revision).unwrap_or(0);
        known.insert(
            key,
            Known {
                seq,
                revision,
                body,
            },
        );
    }
    Ok(known)
}

fn write(
    cache: &Connection,
    pack: Option<&Pack>,
    generation: i64,
    (seq, record): (u64, &Prepared),
    is_new: bool,
) -> Result<(), StoreError> {
    let made;
    let text = match &record.text {
        Some(text) => text,
        None => {
            let key = (record.kind.as_str(), record.id.as_str());
            let (body, computed) = (
                serde_json::from_str(&record.body)?,
                serde_json::from_str(&record.computed)?,
            );
            made = text::text(cache, pack, key, &body, &computed)?;
            &made
        }
    };
    let values = params![
        record.kind,
        record.id,
        i64::try_from(record.revision).unwrap_or(i64::MAX),
        i64::try_from(seq).unwrap_or(i64::MAX),
        generation,
        record.updated_at,
        text.title,
        record.body,
        record.computed,
    ];
    // Most rows of a first fill are new: a plain insert is a good deal quicker than one that asks.
    let rowid = if is_new {
        cache
            .prepare_cached(
                "INSERT INTO record
                     (kind, id, revision, seq, generation, updated_at, title, body, computed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .insert(values)?
    } else {
        let rowid = cache
            .prepare_cached(
                "INSERT INTO record
                     (kind, id, revision, seq, generation, updated_at, title, body, computed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (kind, id) DO UPDATE SET
                     revision = excluded.revision, seq = excluded.seq,
                     generation = excluded.generation, updated_at = excluded.updated_at,
                     title = excluded.title, body = excluded.body, computed = excluded.computed
                 RETURNING rowid",
            )?
            .query_row(values, |row| row.get(0))?;
        text::remove_words(cache, rowid)?;
        rowid
    };
    text::add_words(cache, rowid, &text.words)
}

/// The mirror does not have it as somebody's who was erased. Few records are looked at for that.
fn is_erased_now(cache: &Connection, record: &Prepared) -> Result<bool, StoreError> {
    if !erased::may_be(&record.body) {
        return Ok(false);
    }
    Ok(cache
        .prepare_cached(
            "SELECT (SELECT json_extract(body, '$.' || ?3) FROM record WHERE kind = ?1 AND id = ?2)
                 IS NOT json_extract(?4, '$.' || ?3)",
        )?
        .query_row(params![record.kind, record.id, MARK, record.body], |row| {
            row.get(0)
        })?)
}

fn keep(cache: &Connection, generation: i64, kind: &str, id: &str) -> Result<(), StoreError> {
    cache
        .prepare_cached(
            "UPDATE record SET generation = ?3 WHERE kind = ?1 AND id = ?2 AND generation < ?3",
        )?
        .execute(params![kind, id, generation])?;
    Ok(())
}

fn remove(cache: &Connection, kind: &str, id: &str) -> Result<(), StoreError> {
    histories::forget_of(cache, kind, id)?;
    let rowid: Option<i64> = cache
        .prepare_cached("DELETE FROM record WHERE kind = ?1 AND id = ?2 RETURNING rowid")?
        .query_row([kind, id], |row| row.get(0))
        .optional()?;
    rowid.map_or(Ok(()), |rowid| text::remove_words(cache, rowid))
}

/// Removes what a complete snapshot did not bring (fault 28).
fn sweep(cache: &Connection, generation: i64) -> Result<BTreeSet<String>, StoreError> {
    for table in ["record_text", "record_start"] {
        cache.execute(
            &format!(
                "DELETE FROM {table}
                 WHERE rowid IN (SELECT rowid FROM record WHERE generation < ?1)"
            ),
            [generation],
        )?;
    }
    let mut statement = cache.prepare("DELETE FROM record WHERE generation < ?1 RETURNING kind")?;
    let rows = statement.query_map([generation], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes in a record that was set aside and reads now, unless the mirror has a newer one.
pub fn take_in(
    cache: &Connection,
    pack: &Pack,
    seq: u64,
    record: &Prepared,
) -> Result<(), StoreError> {
    let place = i64::try_from(seq).unwrap_or(i64::MAX);
    let newer: bool = cache
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM record WHERE kind = ?1 AND id = ?2 AND seq >= ?3)",
        )?
        .query_row(params![record.kind, record.id, place], |row| row.get(0))?;
    if !newer {
        let generation = position(cache)?.generation;
        write(cache, Some(pack), generation, (seq, record), false)?;
        let key = (record.kind.clone(), record.id.clone());
        text::retitle(cache, pack, &BTreeSet::from([key]))?;
    }
    release(cache, &record.kind, &record.id)
}

/// Lines that are kept with all their first bytes; a platform that sends more bad ones than that
/// must not fill the disk.
const KEPT_LINES: i64 = 1_000;
/// What is kept of each beyond that, in bytes.
const KEPT_OF_MORE: usize = 256;

/// Sets a line aside. The newest of one record stands.
pub fn quarantine(cache: &Connection, bad: &Bad, now: DateTime<Utc>) -> Result<(), StoreError> {
    let many: bool = cache
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM quarantine LIMIT 1 OFFSET ?1)")?
        .query_row([KEPT_LINES], |row| row.get(0))?;
    let most = if many { KEPT_OF_MORE } else { bad.raw.len() };
    let raw = bad.raw.get(..most).unwrap_or(&bad.raw);
    cache
        .prepare_cached(
            "INSERT OR REPLACE INTO quarantine (key, kind, id, seq, problem, raw, bytes, since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            bad.key(),
            bad.kind,
            bad.id,
            bad.seq.and_then(|seq| i64::try_from(seq).ok()),
            bad.problem,
            raw,
            i64::try_from(bad.bytes).unwrap_or(i64::MAX),
            now.timestamp_millis(),
        ])?;
    Ok(())
}

fn has_quarantine(cache: &Connection) -> Result<bool, StoreError> {
    Ok(cache
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM quarantine)")?
        .query_row([], |row| row.get(0))?)
}

/// A record that reads again leaves the quarantine.
fn release(cache: &Connection, kind: &str, id: &str) -> Result<(), StoreError> {
    cache
        .prepare_cached("DELETE FROM quarantine WHERE key = ?1")?
        .execute([format!("{kind}/{id}")])?;
    Ok(())
}
