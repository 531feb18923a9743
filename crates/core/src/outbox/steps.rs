//! Writes the table `operation`: each step that an operation takes from status to status.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use uuid::Uuid;
use watchkeeper_wire::feed::Record;
use watchkeeper_wire::operation::{Operation, Reason};

use super::queued::{Hold, Status};
use super::rest;
use crate::store::StoreError;

/// What an operation was written as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    /// Bytes of its request.
    pub bytes: usize,
    /// SHA-256 of that, hex.
    pub fingerprint: String,
}

/// Queues an operation, at `place` where one is given (that of the operation which it replaces).
pub fn insert(
    state: &Connection,
    request: &Operation,
    title: &str,
    action: &str,
    place: Option<i64>,
) -> Result<Inserted, StoreError> {
    let (text, fingerprint) = request.canonical()?;
    state
        .prepare_cached(
            "INSERT INTO operation (seq, id, lane, author, request, fingerprint, title, action,
                                    status, not_after, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?9, ?10)",
        )?
        .execute(params![
            place,
            request.id.to_string(),
            request.lane(),
            request.author,
            text,
            fingerprint,
            title,
            action,
            request.not_after.map(|at| at.timestamp_millis()),
            request.made_at.timestamp_millis(),
        ])?;
    Ok(Inserted {
        bytes: text.len(),
        fingerprint,
    })
}

/// Moves an operation behind all others and answers the place that it leaves, for its successor.
pub fn vacate(state: &Connection, seq: i64) -> Result<i64, StoreError> {
    state
        .prepare_cached(
            "UPDATE operation SET seq = (SELECT max(seq) + 1 FROM operation) WHERE seq = ?1",
        )?
        .execute([seq])?;
    Ok(seq)
}

/// Claims a waiting operation for sending: the attempt is counted before anything leaves.
/// Answers false where somebody else changed it meanwhile.
pub fn claim(state: &Connection, seq: i64) -> Result<bool, StoreError> {
    let changed = state
        .prepare_cached(
            "UPDATE operation SET status = 'in_flight', attempts = attempts + 1, not_before = 0
             WHERE seq = ?1 AND status = 'waiting'",
        )?
        .execute([seq])?;
    Ok(changed == 1)
}

/// Puts an operation that was being sent back into its lane, not before the instant given; unless
/// a verdict on it came meanwhile.
pub fn wait(state: &Connection, seq: i64, not_before: DateTime<Utc>) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "UPDATE operation SET status = 'waiting', not_before = ?2
             WHERE seq = ?1 AND status = 'in_flight'",
        )?
        .execute(params![seq, not_before.timestamp_millis()])?;
    Ok(())
}

/// Puts an operation that is held back into its lane.
pub fn release(state: &Connection, seq: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "UPDATE operation SET status = 'waiting', hold = NULL, reason = NULL, theirs = NULL,
                                  not_before = ?2
             WHERE seq = ?1 AND status = 'held'",
        )?
        .execute(params![seq, now.timestamp_millis()])?;
    Ok(())
}

/// Leaves an operation in flight, to be read back not before the instant given.
pub fn read_back_after(
    state: &Connection,
    seq: i64,
    not_before: DateTime<Utc>,
) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "UPDATE operation SET not_before = ?2 WHERE seq = ?1 AND status = 'in_flight'",
        )?
        .execute(params![seq, not_before.timestamp_millis()])?;
    Ok(())
}

/// After a start: whatever is in flight was left so by the app's end, and may have arrived.
pub fn doubt_in_flight(state: &Connection) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "UPDATE operation SET not_before = 1
             WHERE status = 'in_flight' AND not_before < 1",
        )?
        .execute([])?;
    Ok(())
}

/// The line is back: nobody needs to wait out a back-off. What was in doubt stays in doubt.
pub fn end_back_off(state: &Connection) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "UPDATE operation SET not_before = 1
             WHERE status IN ('waiting', 'in_flight') AND not_before > 1",
        )?
        .execute([])?;
    Ok(())
}

/// Writes where an operation stands now.
pub fn set(
    state: &Connection,
    seq: i64,
    status: Status,
    hold: Option<Hold>,
    reason: Option<&Reason>,
    theirs: Option<&Record>,
    settled_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let reason = reason.map(serde_json::to_string).transpose()?;
    let theirs = theirs.map(serde_json::to_string).transpose()?;
    state
        .prepare_cached(
            "UPDATE operation SET status = ?2, hold = ?3, reason = ?4, theirs = ?5, settled_at = ?6
             WHERE seq = ?1",
        )?
        .execute(params![
            seq,
            status.as_str(),
            hold.map(Hold::as_str),
            reason,
            theirs,
            settled_at.map(|at| at.timestamp_millis()),
        ])?;
    Ok(())
}

/// The platform is in another history: what was ever sent, was sent to an earlier one.
pub fn mark_sent_before(state: &Connection) -> Result<(), StoreError> {
    state.execute(
        "UPDATE operation SET sent_before = 1 WHERE attempts > 0",
        [],
    )?;
    Ok(())
}

/// The operator gave it up.
pub fn give_up(state: &Connection, id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "UPDATE operation SET status = 'discarded', hold = NULL, settled_at = ?2
             WHERE id = ?1",
        )?
        .execute(params![id.to_string(), now.timestamp_millis()])?;
    rest::forget(state, id)
}
