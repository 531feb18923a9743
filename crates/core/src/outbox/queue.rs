//! Reads the table `operation`: what waits, what is under way and what became of it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::erased::ABOUT_ONE;
use super::lane::Waiting;
pub use super::queued::{Hold, Queued, Status};
use super::rest::{self, RestsOn};
use super::undo;
use crate::clock::Moment;
use crate::store::StoreError;

/// The most operations that may be open at once.
pub const MAX_OPERATIONS: i64 = 10_000;
/// The most bytes that their requests may have together.
pub const MAX_BYTES: i64 = 50 * 1024 * 1024;

const COLUMNS: &str = "seq, request, title, action, status, hold, reason, theirs, attempts, \
                       not_before, settled_at, sent_before, undo_seconds, undo_until, undo_boot, \
                       undo_ends";

/// Milliseconds since 1970 as an instant.
pub(crate) fn instant(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

fn json<T: serde::de::DeserializeOwned>(text: &str, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}

fn word<T>(found: Option<T>, column: usize) -> rusqlite::Result<T> {
    found.ok_or(rusqlite::Error::InvalidColumnType(
        column,
        "a word that this app does not know".into(),
        rusqlite::types::Type::Text,
    ))
}

fn queued(row: &Row<'_>) -> rusqlite::Result<Queued> {
    let optional = |column: usize| row.get::<_, Option<String>>(column);
    Ok(Queued {
        seq: row.get(0)?,
        request: json(&row.get::<_, String>(1)?, 1)?,
        title: row.get(2)?,
        action: row.get(3)?,
        status: word(Status::parse(&row.get::<_, String>(4)?), 4)?,
        hold: optional(5)?
            .map(|hold| word(Hold::parse(&hold), 5))
            .transpose()?,
        reason: optional(6)?.map(|text| json(&text, 6)).transpose()?,
        theirs: optional(7)?.map(|text| json(&text, 7)).transpose()?,
        attempts: row.get(8)?,
        not_before: instant(row.get(9)?),
        settled_at: row.get::<_, Option<i64>>(10)?.map(instant),
        sent_before: row.get(11)?,
        window: undo::read(row, 12)?,
    })
}

fn many(
    state: &Connection,
    rest: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<Queued>, StoreError> {
    let mut statement =
        state.prepare_cached(&format!("SELECT {COLUMNS} FROM operation WHERE {rest}"))?;
    let rows = statement.query_map(params, queued)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every operation that is not settled, oldest first.
pub fn open(state: &Connection) -> Result<Vec<Queued>, StoreError> {
    many(
        state,
        "status NOT IN ('confirmed', 'discarded') ORDER BY seq",
        [],
    )
}

/// Those on records of one kind that are not settled, oldest first.
pub fn open_of_kind(state: &Connection, kind: &str) -> Result<Vec<Queued>, StoreError> {
    many(
        state,
        // A lane is kind and record with a `/` between them, and `0` is what comes after that.
        "lane >= ?1 || '/' AND lane < ?1 || '0' AND status NOT IN ('confirmed', 'discarded')
         ORDER BY seq",
        [kind],
    )
}

/// Where operations stand that are not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Not with the platform, as far as anybody here knows.
    Waiting,
    /// The platform has them, without a final verdict.
    UnderWay,
    /// Held for the operator.
    Held,
}

/// At most so many of one part, behind the first so many of it. First those of which nobody knows
/// whether they happened, then the oldest.
pub fn part(
    state: &Connection,
    part: Part,
    most: u32,
    behind: u32,
) -> Result<Vec<Queued>, StoreError> {
    let rest = match part {
        Part::Waiting => {
            "status IN ('waiting', 'in_flight')
             ORDER BY status = 'in_flight' AND not_before > 0 DESC, seq LIMIT ?1 OFFSET ?2"
        }
        Part::UnderWay => {
            "status IN ('accepted', 'unknown')
             ORDER BY status = 'unknown' DESC, seq LIMIT ?1 OFFSET ?2"
        }
        Part::Held => "status = 'held' ORDER BY seq LIMIT ?1 OFFSET ?2",
    };
    let open = format!("status NOT IN ('confirmed', 'discarded') AND {rest}");
    many(state, &open, params![most, behind])
}

/// There is one that is not settled.
pub fn has_open(state: &Connection) -> Result<bool, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM operation WHERE status NOT IN ('confirmed', 'discarded'))",
    )?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// How many are held.
pub fn held(state: &Connection) -> Result<u32, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT count(*) FROM operation
         WHERE status = 'held' AND status NOT IN ('confirmed', 'discarded')",
    )?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Those of one lane that are not settled, oldest first.
pub fn open_of_lane(state: &Connection, lane: &str) -> Result<Vec<Queued>, StoreError> {
    many(
        state,
        "lane = ?1 AND status NOT IN ('confirmed', 'discarded') ORDER BY seq",
        [lane],
    )
}

/// The last settled ones, newest first.
pub fn settled(state: &Connection, most: u32) -> Result<Vec<Queued>, StoreError> {
    many(
        state,
        "status IN ('confirmed', 'discarded') ORDER BY settled_at DESC, seq DESC LIMIT ?1",
        [most],
    )
}

/// All of one lane, newest first.
pub fn of_lane(state: &Connection, lane: &str) -> Result<Vec<Queued>, StoreError> {
    many(state, "lane = ?1 ORDER BY seq DESC LIMIT 100", [lane])
}

/// One by its id.
pub fn by_id(state: &Connection, id: Uuid) -> Result<Option<Queued>, StoreError> {
    let found = many(state, "id = ?1", [id.to_string()])?;
    Ok(found.into_iter().next())
}

/// One by its place.
pub fn by_seq(state: &Connection, seq: i64) -> Result<Option<Queued>, StoreError> {
    Ok(many(state, "seq = ?1", [seq])?.into_iter().next())
}

/// What the lane decision needs of every operation that is not settled. One that may have been sent
/// before the platform was restored does not lapse here: it may have happened, and the platform knows.
pub fn waiting(state: &Connection, now: &Moment) -> Result<Vec<Waiting>, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT seq, lane, status, author, not_before, iif(sent_before, NULL, not_after),
                undo_seconds, undo_until, undo_boot, undo_ends
         FROM operation WHERE status NOT IN ('confirmed', 'discarded')",
    )?;
    let rows = statement.query_map([], |row| {
        let not_after = row.get::<_, Option<i64>>(5)?.map(instant);
        let window = undo::read(row, 6)?;
        Ok(Waiting {
            seq: row.get(0)?,
            lane: row.get(1)?,
            status: word(Status::parse(&row.get::<_, String>(2)?), 2)?,
            author: row.get(3)?,
            not_before: instant(row.get(4)?),
            not_after,
            can_be_taken_back: window
                .map_or(TimeDelta::zero(), |window| window.left(not_after, now)),
            rests_on: Vec::new(),
        })
    })?;
    let mut all = rows.collect::<Result<Vec<Waiting>, _>>()?;
    let mut rests = BTreeMap::<i64, Vec<RestsOn>>::new();
    for (seq, on) in rest::waiting(state)? {
        rests.entry(seq).or_default().push(on);
    }
    for one in &mut all {
        one.rests_on = rests.remove(&one.seq).unwrap_or_default();
    }
    Ok(all)
}

/// Room for more operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    operations: i64,
    bytes: i64,
}

impl Room {
    /// What is left of it.
    pub fn of(state: &Connection) -> Result<Self, StoreError> {
        let (count, bytes): (i64, i64) = state
            .prepare_cached(
                "SELECT count(*), coalesce(sum(length(request)), 0) FROM operation
                 WHERE status NOT IN ('confirmed', 'discarded')",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            operations: MAX_OPERATIONS - count,
            bytes: MAX_BYTES - bytes,
        })
    }

    /// Nothing more may be queued.
    pub fn is_full(self) -> bool {
        self.operations <= 0 || self.bytes <= 0
    }

    /// One more is queued, whose request has so many bytes.
    pub fn take(&mut self, bytes: usize) {
        self.operations -= 1;
        self.bytes -= i64::try_from(bytes).unwrap_or(i64::MAX);
    }
}

/// Settled operations of this author, the last first, from behind the one that was settled at this
/// instant at this place. Those about people who were erased are not among them: what they asked for is
/// not known any more, so they can never be sent again.
pub fn settled_of(
    state: &Connection,
    author: &str,
    most: u32,
    behind: Option<(DateTime<Utc>, i64)>,
) -> Result<Vec<Queued>, StoreError> {
    let (at, seq) = behind.map_or((i64::MAX, i64::MAX), |(at, seq)| {
        (at.timestamp_millis(), seq)
    });
    many(
        state,
        &format!(
            "status IN ('confirmed', 'discarded') AND author = ?1
             AND settled_at <= ?3 AND (settled_at < ?3 OR seq < ?4)
             AND NOT {ABOUT_ONE}
             ORDER BY settled_at DESC, seq DESC LIMIT ?2"
        ),
        params![author, most, at, seq],
    )
}

/// Operations of this author that were tried and of which no answer of the platform is awaited: held for
/// whatever reason, given up, or back in their lane, where one may lapse before it is tried again. In the
/// order of their places, from behind one of them.
pub fn unawaited(
    state: &Connection,
    author: &str,
    behind: i64,
    most: u32,
) -> Result<Vec<Queued>, StoreError> {
    many(
        state,
        "seq > ?2 AND author = ?1 AND attempts > 0 AND status IN ('waiting', 'held', 'discarded')
         ORDER BY seq LIMIT ?3",
        params![author, behind, most],
    )
}

/// The operations that stand so, oldest first.
pub fn standing(state: &Connection, status: Status) -> Result<Vec<Queued>, StoreError> {
    many(state, "status = ?1 ORDER BY seq", [status.as_str()])
}

/// The place of an operation by its id.
pub fn place(state: &Connection, id: Uuid) -> Result<Option<i64>, StoreError> {
    Ok(state
        .prepare_cached("SELECT seq FROM operation WHERE id = ?1")?
        .query_row([id.to_string()], |row| row.get(0))
        .optional()?)
}
