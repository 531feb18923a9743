//! The table `overlay`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Params, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_wire::operation::Operation;

use crate::outbox::queue::Status;
use crate::outbox::{base, stopped};
use crate::store::StoreError;

/// A record when the operator acted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Revision.
    pub revision: u64,
    /// When it had last changed, UTC.
    pub updated_at: DateTime<Utc>,
    /// What it was called.
    pub title: String,
    /// Fields.
    pub body: Map<String, Value>,
    /// Stored computed fields.
    pub computed: Map<String, Value>,
    /// Fields of the records that it refers to, by field name.
    pub refs: Map<String, Value>,
}

/// The record with the operation applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Applied {
    /// Fields.
    pub body: Map<String, Value>,
    /// Stored computed fields.
    pub computed: Map<String, Value>,
}

/// An overlay row with what its operation says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlayRow {
    /// Place of the operation.
    pub seq: i64,
    /// The operation.
    pub operation: Uuid,
    /// Its lane.
    pub lane: String,
    /// Where it stands.
    pub status: Status,
    /// It is held, or waits for one that is: before it in its lane, or of what it rests on.
    pub stopped: bool,
    /// Kind of the record drawn.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The record when the operator acted.
    pub seen: Seen,
    /// The record with the operation applied.
    pub applied: Applied,
    /// Revision that the platform gave it.
    pub confirmed: Option<u64>,
}

impl OverlayRow {
    /// The row is of the record acted upon, not of one that changes along with it.
    pub fn is_main(&self) -> bool {
        self.lane == format!("{}/{}", self.kind, self.id)
    }

    /// The row is of a record that the operation makes beside its own: there was nothing to be seen of it.
    pub fn is_made(&self) -> bool {
        !self.is_main() && self.seen.revision == 0 && self.seen.body.is_empty()
    }

    /// It makes a record beside its own, and nothing held stops it. Where somebody has to agree first nothing
    /// is made yet.
    pub fn makes(&self) -> bool {
        self.is_made() && !self.stopped && !self.applied.body.is_empty()
    }

    /// The platform has said that this is done, at least on its own side.
    pub fn is_told(&self) -> bool {
        matches!(
            self.status,
            Status::Accepted | Status::Unknown | Status::Confirmed
        )
    }

    /// Fields that the operation sets or clears (null), and to what.
    pub fn sets(&self) -> Map<String, Value> {
        let mut sets = Map::new();
        for (name, value) in &self.applied.body {
            if self.seen.body.get(name) != Some(value) {
                sets.insert(name.clone(), value.clone());
            }
        }
        for name in self.seen.body.keys() {
            if !self.applied.body.contains_key(name) {
                sets.insert(name.clone(), Value::Null);
            }
        }
        sets
    }

    /// The mirror is as far as the platform said that this operation took the record. One that the operation
    /// makes is there as soon as the mirror has it: nobody else makes one of that id.
    pub fn is_in(&self, mirror_revision: u64) -> bool {
        self.is_made() || self.confirmed.is_some_and(|given| mirror_revision >= given)
    }
}

/// Keeps what an operation does to a record.
pub fn insert(
    state: &Connection,
    operation: Uuid,
    (kind, id): (&str, &str),
    seen: &Seen,
    applied: &Applied,
) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "INSERT INTO overlay (operation, kind, id, seen, applied) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            operation.to_string(),
            kind,
            id,
            serde_json::to_string(seen)?,
            serde_json::to_string(applied)?,
        ])?;
    Ok(())
}

/// Asks for rows of operations that stand, in the order of the operations; of `$which`.
macro_rules! standing {
    ($which:literal) => {
        concat!(
            "SELECT o.seq, o.id, o.lane, o.status, v.kind, v.id, v.seen, v.applied, v.confirmed, ",
            stopped!(),
            " FROM overlay v JOIN operation o ON o.id = v.operation
             WHERE o.status <> 'discarded' ",
            $which,
            " ORDER BY o.seq, v.kind, v.id"
        )
    };
}

/// All rows, in the order of their operations.
pub fn all(state: &Connection) -> Result<Vec<OverlayRow>, StoreError> {
    read(state, standing!(""), [])
}

/// The rows of one kind's records.
pub fn of_kind(state: &Connection, kind: &str) -> Result<Vec<OverlayRow>, StoreError> {
    read(state, standing!("AND v.kind = ?1"), [kind])
}

/// Asks for the rows of one record.
pub(super) const OF_RECORD: &str = standing!("AND v.kind = ?1 AND v.id = ?2");

/// The rows of one record.
pub fn of_record(state: &Connection, kind: &str, id: &str) -> Result<Vec<OverlayRow>, StoreError> {
    read(state, OF_RECORD, [kind, id])
}

fn read(
    state: &Connection,
    question: &str,
    params: impl Params,
) -> Result<Vec<OverlayRow>, StoreError> {
    let mut statement = state.prepare_cached(question)?;
    let mut rows = statement.query(params)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (Ok(operation), Some(status)) = (
            Uuid::parse_str(&row.get::<_, String>(1)?),
            Status::parse(&row.get::<_, String>(3)?),
        ) else {
            continue;
        };
        all.push(OverlayRow {
            seq: row.get(0)?,
            operation,
            lane: row.get(2)?,
            status,
            stopped: row.get(9)?,
            kind: row.get(4)?,
            id: row.get(5)?,
            seen: serde_json::from_str(&row.get::<_, String>(6)?)?,
            applied: serde_json::from_str(&row.get::<_, String>(7)?)?,
            confirmed: row
                .get::<_, Option<i64>>(8)?
                .and_then(|revision| u64::try_from(revision).ok()),
        });
    }
    Ok(all)
}

/// The platform named the revision that an operation, at this place, gave its record. Records that changed
/// along with it went up by one from what those before it had left of them.
pub fn confirm(
    state: &Connection,
    seq: i64,
    request: &Operation,
    revision: Option<u64>,
) -> Result<(), StoreError> {
    let mut statement =
        state.prepare_cached("SELECT kind, id, seen FROM overlay WHERE operation = ?1")?;
    let operation = request.id.to_string();
    let mut rows = statement.query([&operation])?;
    let mut update = state.prepare_cached(
        "UPDATE overlay SET confirmed = ?4 WHERE operation = ?1 AND kind = ?2 AND id = ?3",
    )?;
    while let Some(row) = rows.next()? {
        let (kind, id): (String, String) = (row.get(0)?, row.get(1)?);
        let seen: Seen = serde_json::from_str(&row.get::<_, String>(2)?)?;
        let is_main = kind == request.kind && id == request.record;
        let given = match is_main {
            true => revision.unwrap_or(seen.revision + 1),
            false => base::gave_along(state, (request.id, seq), (&kind, &id), seen.revision)?,
        };
        update.execute(params![
            operation,
            kind,
            id,
            i64::try_from(given).unwrap_or(i64::MAX)
        ])?;
    }
    Ok(())
}

/// An operation that waits for agreement changes nothing yet: its records stand as they were seen.
pub fn undraw(state: &Connection, operation: Uuid) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "UPDATE overlay SET applied = json_object('body', json_extract(seen, '$.body'),
                                                      'computed', json_extract(seen, '$.computed'))
             WHERE operation = ?1",
        )?
        .execute([operation.to_string()])?;
    Ok(())
}

/// Forgets what an operation does.
pub fn remove(state: &Connection, operation: Uuid) -> Result<(), StoreError> {
    state
        .prepare_cached("DELETE FROM overlay WHERE operation = ?1")?
        .execute([operation.to_string()])?;
    Ok(())
}
