//! Actions on many records of which something is still to be queued.
//!
//! Such a batch stands in `state.db` until its last part is queued, with how far it is: each part writes
//! that in its own transaction, beside its operations. What is gone from there is over: the next part
//! writes nothing. So an app that ends in between forgets nothing, and stopping is one look at a row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::act::parse;
use super::view::{ActManyRequest, FailedView};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::error::Error;
use crate::store::StoreError;

/// Batches that are being queued now, each as often as it is: a second click is the same batch.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<BTreeMap<Uuid, u32>>);

impl Running {
    /// All of them.
    pub(crate) fn all(&self) -> BTreeSet<Uuid> {
        self.counts().keys().copied().collect()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<Uuid, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch is being queued for as long as this lives.
pub(super) struct Run<'a> {
    engine: &'a Engine,
    batch: Uuid,
}

impl<'a> Run<'a> {
    /// It is, whoever else queues it.
    pub(super) fn begin(engine: &'a Engine, batch: Uuid) -> Self {
        let mut counts = engine.batches.counts();
        *counts.entry(batch).or_default() += 1;
        Self { engine, batch }
    }

    /// It is, unless somebody queues it already.
    pub(super) fn alone(engine: &'a Engine, batch: Uuid) -> Option<Self> {
        let mut counts = engine.batches.counts();
        if counts.contains_key(&batch) {
            return None;
        }
        counts.insert(batch, 1);
        Some(Self { engine, batch })
    }

    pub(super) fn batch(&self) -> Uuid {
        self.batch
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        let mut counts = self.engine.batches.counts();
        match counts.get_mut(&self.batch) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                counts.remove(&self.batch);
            }
        }
        drop(counts);
        // It may have broken off.
        self.engine.changed([Tag::Sync], Source::Operator);
    }
}

/// A batch as it was left.
pub(super) struct Kept {
    pub(super) request: ActManyRequest,
    /// How many of its records are decided, in their order.
    pub(super) done: usize,
    /// Those of them on which nothing was queued.
    pub(super) failed: Vec<FailedView>,
}

/// Keeps a batch before anything of it is queued.
pub(super) fn keep(
    state: &Connection,
    batch: Uuid,
    (author, label): (&str, &str),
    request: &ActManyRequest,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "INSERT INTO batch (id, author, action, request, count, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET request = excluded.request, count = excluded.count,
                                            done = 0, failed = '[]'",
        )?
        .execute(params![
            batch.to_string(),
            author,
            label,
            serde_json::to_string(request)?,
            int(request.records.len()),
            now.timestamp_millis(),
        ])?;
    Ok(())
}

/// The batch is not over, and nobody stopped it.
pub(super) fn goes_on(state: &Connection, batch: Uuid) -> Result<bool, StoreError> {
    let mut statement =
        state.prepare_cached("SELECT EXISTS (SELECT 1 FROM batch WHERE id = ?1)")?;
    Ok(statement.query_row([batch.to_string()], |row| row.get(0))?)
}

/// So many of its records are decided; on these nothing was queued.
pub(super) fn advance(
    state: &Connection,
    batch: Uuid,
    done: usize,
    failed: &[FailedView],
) -> Result<(), StoreError> {
    state
        .prepare_cached("UPDATE batch SET done = ?2, failed = ?3 WHERE id = ?1 AND done < ?2")?
        .execute(params![
            batch.to_string(),
            int(done),
            serde_json::to_string(failed)?
        ])?;
    Ok(())
}

/// It is over.
pub(super) fn forget(state: &Connection, batch: Uuid) -> Result<(), StoreError> {
    state
        .prepare_cached("DELETE FROM batch WHERE id = ?1")?
        .execute([batch.to_string()])?;
    Ok(())
}

/// A batch of this author's as it was left; none where it is over.
pub(super) fn kept(
    state: &Connection,
    batch: Uuid,
    author: &str,
) -> Result<Option<Kept>, StoreError> {
    let row = state
        .prepare_cached("SELECT request, done, failed FROM batch WHERE id = ?1 AND author = ?2")?
        .query_row(params![batch.to_string(), author], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, String>(2)?,
            ))
        })
        .optional()?;
    let Some((request, done, failed)) = row else {
        return Ok(None);
    };
    Ok(Some(Kept {
        request: serde_json::from_str(&request)?,
        done: usize::try_from(done).unwrap_or_default(),
        failed: serde_json::from_str(&failed)?,
    }))
}

fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Leaves what of a batch is still to be queued, whether it is being queued now or was cut off. What is
/// queued stays so. Once more changes nothing.
///
/// # Errors
/// Those of the local databases.
pub async fn leave_batch(engine: &Engine, batch: &str) -> Result<(), Error> {
    let id = parse(batch)?;
    let state = &engine.stores().state;
    state.write(move |state| forget(state, id)).await?;
    engine.changed([Tag::Sync], Source::Operator);
    Ok(())
}
