//! What was said of records that were drawn.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use watchkeeper_model::decision::bulk::Judgement;

use crate::features::watch::sessions::Session;
use crate::store::StoreError;

/// What has been said of this action's records in a session, the oldest first.
pub(crate) fn said(
    state: &Connection,
    session: Session,
    kind: &str,
    action: &str,
) -> Result<Vec<Judgement>, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT record, revision, is_right FROM judgement
         WHERE session = ?1 AND kind = ?2 AND action = ?3 ORDER BY seq",
    )?;
    let began = session.began.timestamp_millis();
    let rows = statement.query_map(params![began, kind, action], |row| {
        Ok(Judgement {
            record: row.get(0)?,
            revision: u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
            right: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps one that was said in a session.
pub(crate) fn keep(
    state: &Connection,
    session: Session,
    (kind, action): (&str, &str),
    judgement: &Judgement,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "INSERT INTO judgement (session, kind, action, record, revision, is_right, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            session.began.timestamp_millis(),
            kind,
            action,
            judgement.record,
            i64::try_from(judgement.revision).unwrap_or(i64::MAX),
            judgement.right,
            now.timestamp_millis(),
        ])?;
    Ok(())
}
