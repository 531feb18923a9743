//! The table `operation`: what waits, what is under way and what became of it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;
use watchkeeper_wire::feed::Record;
use watchkeeper_wire::operation::{Operation, Reason};
use watchkeeper_wire::problem;

use super::lane::Waiting;
use super::rest::{self, RestsOn};
use super::undo::{self, Window};
use crate::clock::Moment;
use crate::store::StoreError;

/// The most operations that may be open at once.
pub const MAX_OPERATIONS: i64 = 10_000;
/// The most bytes that their requests may have together.
pub const MAX_BYTES: i64 = 50 * 1024 * 1024;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$word_doc])* $variant,)* }

        impl $name {
            /// As it stands in the table.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads what stands in the table.
            pub(crate) fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// Where an operation stands; the table of [`crate::outbox`] says what each means.
    Status {
        /// For its turn.
        Waiting = "waiting",
        /// Being sent.
        InFlight = "in_flight",
        /// The platform has it.
        Accepted = "accepted",
        /// The platform has it and does not know the outcome.
        Unknown = "unknown",
        /// Needs the operator.
        Held = "held",
        /// Done.
        Confirmed = "confirmed",
        /// Given up.
        Discarded = "discarded",
    }
}

words! {
    /// Why an operation is held.
    Hold {
        /// Policy, rights or the provider said no.
        Refused = "refused",
        /// The record is not what was seen.
        Conflict = "conflict",
        /// Too late.
        Lapsed = "lapsed",
        /// The platform did not understand it.
        Rejected = "rejected",
        /// The platform was restored from a backup and does not have it (any more).
        Restored = "restored",
        /// A control of the platform stops it, and it was not sent.
        Frozen = "frozen",
    }
}

/// An operation as the laptop keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    /// Order of enqueueing.
    pub seq: i64,
    /// What was asked, as it is sent.
    pub request: Operation,
    /// The record in a line, as seen.
    pub title: String,
    /// The action as shown.
    pub action: String,
    /// Where it stands.
    pub status: Status,
    /// Why it is held.
    pub hold: Option<Hold>,
    /// The reason in words.
    pub reason: Option<Reason>,
    /// The other side of a conflict.
    pub theirs: Option<Record>,
    /// Times it was sent.
    pub attempts: u32,
    /// Back-off: not before, UTC.
    pub not_before: DateTime<Utc>,
    /// When it was settled, UTC.
    pub settled_at: Option<DateTime<Utc>>,
    /// It may have been sent to an earlier history of the platform.
    pub sent_before: bool,
    /// In which it can be taken back.
    pub window: Option<Window>,
}

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

    /// One more is queued.
    pub fn take(&mut self, request: &Operation) {
        let bytes = serde_json::to_string(request).map_or(0, |text| text.len());
        self.operations -= 1;
        self.bytes -= i64::try_from(bytes).unwrap_or(i64::MAX);
    }
}

impl Queued {
    /// It is not settled.
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Status::Confirmed | Status::Discarded)
    }

    /// It is held, and the platform keeps a verdict under its id: sent again it would get the same one.
    pub fn is_decided(&self) -> bool {
        let code = self.reason.as_ref().map(|reason| reason.code.as_str());
        match self.hold {
            Some(Hold::Rejected | Hold::Restored | Hold::Frozen) | None => false,
            // One that was never sent was decided on here: what it rested on was given up.
            Some(Hold::Refused) => {
                self.attempts > 0 && code != Some(problem::Code::Forbidden.as_str())
            }
            Some(Hold::Conflict) => true,
            Some(Hold::Lapsed) => self.attempts > 0,
        }
    }

    /// It was sent and the answer did not come: it may have arrived, or not.
    pub fn is_in_doubt(&self) -> bool {
        self.status == Status::InFlight && self.not_before.timestamp_millis() > 0
    }
}

/// Queues an operation, at `place` where one is given (that of the operation which it replaces).
pub fn insert(
    state: &Connection,
    request: &Operation,
    title: &str,
    action: &str,
    place: Option<i64>,
) -> Result<(), StoreError> {
    let text = serde_json_canonicalizer::to_string(request)?;
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
            request.fingerprint()?,
            title,
            action,
            request.not_after.map(|at| at.timestamp_millis()),
            request.made_at.timestamp_millis(),
        ])?;
    Ok(())
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

/// Settled operations of this author, the last first, from behind the one that was settled at this
/// instant at this place. Those on records of people who were erased are not among them: what they
/// asked for is not known any more, so they can never be sent again.
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
        "status IN ('confirmed', 'discarded') AND author = ?1
         AND settled_at <= ?3 AND (settled_at < ?3 OR seq < ?4)
         AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.lane = operation.lane)
         ORDER BY settled_at DESC, seq DESC LIMIT ?2",
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
