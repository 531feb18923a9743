//! What the Sync screen asks of the databases.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::view::{BatchView, OpenCounts, QuarantineView, UnfinishedView};
use crate::error::Error;
use crate::features::reading::Reading;
use crate::outbox::queue::instant;

/// The records set aside that are shown.
const QUARANTINED: u32 = 200;

/// How many records the mirror has.
pub(super) fn records(reading: &Reading<'_>) -> Result<u32, Error> {
    let sql = "SELECT count(*) FROM main.record";
    Ok(reading.cache.query_row(sql, [], |row| row.get(0))?)
}

/// How many operations are not settled.
pub(super) fn open(reading: &Reading<'_>) -> Result<OpenCounts, Error> {
    let mut statement = reading.state.prepare_cached(
        "SELECT count(*) FILTER (WHERE status IN ('waiting', 'in_flight')),
                count(*) FILTER (WHERE status = 'accepted'),
                count(*) FILTER (WHERE status = 'unknown'),
                count(*) FILTER (WHERE status = 'held')
         FROM operation WHERE status NOT IN ('confirmed', 'discarded')",
    )?;
    Ok(statement.query_row([], |row| {
        Ok(OpenCounts {
            waiting: row.get(0)?,
            sent: row.get(1)?,
            unknown: row.get(2)?,
            held: row.get(3)?,
        })
    })?)
}

/// How far each action on many records is: they go one by one, and some may be held. Batches of which
/// something is not settled, newest first. The operations of one have ids that begin alike: twelve digits,
/// which are its instant, and the dash after the eighth. Nothing older than the oldest that is open is
/// looked at.
pub(super) fn batches(reading: &Reading<'_>) -> Result<Vec<BatchView>, Error> {
    let mut statement = reading.state.prepare_cached(
        "SELECT substr(id, 1, 13) AS batch, action, count(*),
                sum(status IN ('waiting', 'in_flight')),
                sum(status IN ('accepted', 'unknown')),
                sum(status = 'held'),
                sum(status = 'confirmed'),
                sum(status = 'discarded')
         FROM operation
         WHERE id >= (SELECT min(substr(id, 1, 13)) FROM operation
                      WHERE status NOT IN ('confirmed', 'discarded'))
         GROUP BY batch, action
         HAVING count(*) > 1 AND sum(status NOT IN ('confirmed', 'discarded')) > 0
         ORDER BY batch DESC, action",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(BatchView {
            id: row.get(0)?,
            action: row.get(1)?,
            count: row.get(2)?,
            waiting: row.get(3)?,
            under_way: row.get(4)?,
            held: row.get(5)?,
            confirmed: row.get(6)?,
            discarded: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Batches of this operator of which something is still to be queued, newest first. `running` are those
/// that are being queued now.
pub(super) fn unfinished(
    reading: &Reading<'_>,
    running: &BTreeSet<Uuid>,
) -> Result<Vec<UnfinishedView>, Error> {
    let mut statement = reading.state.prepare_cached(
        "SELECT id, action, count, done, json_array_length(failed), made_at
         FROM batch WHERE author = ?1 ORDER BY id DESC",
    )?;
    let rows = statement.query_map([&reading.me], |row| {
        let id: String = row.get(0)?;
        let (count, done, failed): (u32, u32, u32) = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok(UnfinishedView {
            action: row.get(1)?,
            count,
            queued: done.saturating_sub(failed),
            failed,
            left: count.saturating_sub(done),
            runs: Uuid::parse_str(&id).is_ok_and(|id| running.contains(&id)),
            made_at: reading.wall(instant(row.get(5)?)),
            id,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What was set aside, newest first.
pub(super) fn quarantine(reading: &Reading<'_>) -> Result<Vec<QuarantineView>, Error> {
    let mut statement = reading.cache.prepare_cached(
        "SELECT kind, id, problem, since, length(raw) FROM quarantine
         ORDER BY since DESC, key LIMIT ?1",
    )?;
    let rows = statement.query_map([QUARANTINED], |row| {
        Ok(QuarantineView {
            kind: row.get(0)?,
            id: row.get(1)?,
            problem: row.get(2)?,
            since: reading.wall(instant(row.get(3)?)),
            bytes: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
