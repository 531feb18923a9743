//! How far an action on many records is, in `state.db`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::features::queues::view::{ActManyRequest, FailedView};
use crate::store::StoreError;

/// A batch as it was left.
pub(crate) struct Kept {
    pub(crate) request: ActManyRequest,
    /// How many of its records are decided, in their order.
    pub(crate) done: usize,
    /// Those of them on which nothing was queued.
    pub(crate) failed: Vec<FailedView>,
}

/// Keeps a batch before anything of it is queued.
pub(crate) fn keep(
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
pub(crate) fn goes_on(state: &Connection, batch: Uuid) -> Result<bool, StoreError> {
    let mut statement =
        state.prepare_cached("SELECT EXISTS (SELECT 1 FROM batch WHERE id = ?1)")?;
    Ok(statement.query_row([batch.to_string()], |row| row.get(0))?)
}

/// So many of its records are decided; on these nothing was queued.
pub(crate) fn advance(
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

/// What a batch of anybody's is, and how many of its records nobody has decided on; none where it is over.
pub(crate) fn left(
    state: &Connection,
    batch: Uuid,
) -> Result<Option<(ActManyRequest, u32)>, StoreError> {
    let row = state
        .prepare_cached("SELECT request, max(count - done, 0) FROM batch WHERE id = ?1")?
        .query_row([batch.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?))
        })
        .optional()?;
    row.map(|(request, left)| Ok((serde_json::from_str(&request)?, left)))
        .transpose()
}

/// Since a batch was kept the same action was taken on this record otherwise, and was not given up.
pub(crate) fn taken_since(
    state: &Connection,
    batch: Uuid,
    operation: Uuid,
    (lane, action): (&str, &str),
) -> Result<bool, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT EXISTS (
             SELECT 1 FROM batch b JOIN operation o ON o.made_at >= b.made_at
             WHERE b.id = ?1 AND o.lane = ?2 AND o.id <> ?3 AND o.status <> 'discarded'
                 AND json_extract(o.request, '$.action') = ?4)",
    )?;
    let values = params![batch.to_string(), lane, operation.to_string(), action];
    Ok(statement.query_row(values, |row| row.get(0))?)
}

/// It is over.
pub(crate) fn forget(state: &Connection, batch: Uuid) -> Result<(), StoreError> {
    state
        .prepare_cached("DELETE FROM batch WHERE id = ?1")?
        .execute([batch.to_string()])?;
    Ok(())
}

/// A batch of this author's as it was left; none where it is over.
pub(crate) fn kept(
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
