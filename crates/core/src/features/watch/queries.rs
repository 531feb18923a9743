//! What the first screen asks of the databases. What its numbers ask is put together by the pack.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use watchkeeper_model::approval::{self, State};
use watchkeeper_pack::value;

use super::ALERT;
use super::sessions::Session;
use crate::error::Error;
use crate::features::reading::{Reading, Row};
use crate::outbox::queue::instant;
use crate::store::StoreError;
use crate::sync::text::literal;

/// The last sessions, newest first.
pub(super) fn newest(state: &Connection, most: u32) -> Result<Vec<Session>, StoreError> {
    let mut statement = state
        .prepare_cached("SELECT began_at, last_at FROM session ORDER BY began_at DESC LIMIT ?1")?;
    let rows = statement.query_map([most], session)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn session(row: &rusqlite::Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        began: instant(row.get(0)?),
        last: instant(row.get(1)?),
    })
}

/// The session that the last input belongs to.
pub fn last(state: &Connection) -> Result<Option<Session>, StoreError> {
    Ok(state
        .prepare_cached("SELECT began_at, last_at FROM session ORDER BY began_at DESC LIMIT 1")?
        .query_row([], session)
        .optional()?)
}

/// Keeps a session as it is now.
pub fn keep(state: &Connection, session: Session) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "INSERT INTO session (began_at, last_at) VALUES (?1, ?2)
             ON CONFLICT (began_at) DO UPDATE SET last_at = max(last_at, excluded.last_at)",
        )?
        .execute(params![
            session.began.timestamp_millis(),
            session.last.timestamp_millis()
        ])?;
    Ok(())
}

/// Milliseconds from the first input to the last of each session, as far as they lie behind this one.
pub(super) fn milliseconds_since(state: &Connection, since: i64) -> Result<i64, StoreError> {
    Ok(state
        .prepare_cached(
            "SELECT coalesce(sum(last_at - max(began_at, ?1)), 0) FROM session WHERE last_at > ?1",
        )?
        .query_row([since], |row| row.get(0))?)
}

/// Where alerts are read.
pub(super) struct Known<'a> {
    reading: &'a Reading<'a>,
    table: &'static str,
}

/// How many there are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) red: u32,
    pub(super) acknowledged: u32,
    pub(super) yellow: u32,
    pub(super) pending: u32,
    pub(super) came_and_went: u32,
    /// Rules that could not be evaluated.
    pub(super) unknown: u32,
}

impl<'a> Known<'a> {
    pub(super) fn new(reading: &'a Reading<'a>) -> Result<Self, Error> {
        let table = reading.shown_table(ALERT)?;
        Ok(Self { reading, table })
    }

    /// What fires, acknowledged ones included: red first, then the longest.
    pub(super) fn firing(&self, most: u32) -> Result<Vec<Row>, Error> {
        self.rows(
            "json_extract(body, '$.state') IN ('firing', 'acknowledged')
             ORDER BY json_extract(body, '$.severity') IS 'yellow',
                      json_extract(body, '$.since'), id LIMIT ?1",
            params![most],
        )
    }

    /// What has fired, by one of its instants and not after this one: the latest first.
    pub(super) fn latest(
        &self,
        field: &str,
        until: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<Row>, Error> {
        let column = format!("json_extract(body, '$.{field}')");
        self.rows(
            &format!(
                "{column} <= ?1 AND json_extract(body, '$.fired_at') IS NOT NULL
                 ORDER BY {column} DESC, id LIMIT ?2"
            ),
            params![value::instant_text(until), most],
        )
    }

    /// Rows of alerts, `rest` being what follows `WHERE kind = 'alert' AND`.
    fn rows(&self, rest: &str, params: impl rusqlite::Params) -> Result<Vec<Row>, Error> {
        let sql = format!(
            "SELECT {} FROM {} WHERE kind = 'alert' AND {rest}",
            Row::COLUMNS,
            self.table
        );
        let mut statement = self.reading.cache.prepare(&sql)?;
        let rows = statement.query_map(params, Row::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Counts them. `since` is the end of the last session.
    pub(super) fn counts(&self, since: Option<DateTime<Utc>>) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        let cache = self.reading.cache;
        let sql = format!(
            "SELECT json_extract(body, '$.state'), json_extract(body, '$.severity'), count(*),
                    count(*) - count(json_extract(body, '$.unknown_since'))
             FROM {} WHERE kind = 'alert'
                 AND json_extract(body, '$.state') IN ('pending', 'firing', 'acknowledged')
             GROUP BY 1, 2",
            self.table
        );
        let mut statement = cache.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (state, severity): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            let red = severity.as_deref() != Some("yellow");
            let count = match (state.as_str(), red) {
                ("pending", _) => &mut counts.pending,
                ("acknowledged", true) => &mut counts.acknowledged,
                (_, true) => &mut counts.red,
                (_, false) => &mut counts.yellow,
            };
            // Of what is pending only what is known to hold: a rule of which nobody knows is counted
            // as that.
            let column = if state == "pending" { 3 } else { 2 };
            *count = count.saturating_add(row.get(column)?);
        }
        let sql = format!(
            "SELECT count(DISTINCT json_extract(body, '$.rule')) FROM {} WHERE kind = 'alert'
                 AND json_extract(body, '$.state') IN ('pending', 'firing', 'acknowledged')
                 AND json_extract(body, '$.unknown_since') IS NOT NULL",
            self.table
        );
        counts.unknown = cache.prepare(&sql)?.query_row([], |row| row.get(0))?;
        if let Some(since) = since {
            let sql = format!(
                "SELECT count(*) FROM {} WHERE kind = 'alert'
                     AND json_extract(body, '$.state') = 'resolved'
                     AND json_extract(body, '$.fired_at') > ?1",
                self.table
            );
            let since = value::instant_text(since);
            counts.came_and_went = cache.prepare(&sql)?.query_row([since], |row| row.get(0))?;
        }
        Ok(counts)
    }
}

/// An operation of ours that was answered for good.
pub(super) struct Answered {
    /// When, as its entry says it.
    pub at: String,
    pub word: String,
    pub action: String,
    pub title: String,
}

/// Hands on what was answered for good, the last first and at most so many, until it is enough.
pub(super) fn answered(
    reading: &Reading<'_>,
    most: u32,
    mut hand: impl FnMut(Answered) -> ControlFlow<()>,
) -> Result<(), Error> {
    let mut statement = reading.state.prepare_cached(
        "SELECT json_extract(a.entry, '$.at'), a.word, o.action, o.title
         FROM audit a INDEXED BY audit_words JOIN operation o ON o.id = a.operation
         WHERE a.event = 'answered' AND a.word IN
             ('confirmed', 'refused', 'conflict', 'lapsed', 'rejected')
         ORDER BY a.seq DESC LIMIT ?1",
    )?;
    let mut rows = statement.query([most])?;
    while let Some(row) = rows.next()? {
        let answered = Answered {
            at: row.get(0)?,
            word: row.get(1)?,
            action: row.get(2)?,
            title: row.get(3)?,
        };
        if hand(answered).is_break() {
            break;
        }
    }
    Ok(())
}

/// Approvals that were taken back or that nobody answered in time, by id and fields: the last first.
pub(super) fn ended(reading: &Reading<'_>, most: u32) -> Result<Vec<(String, String)>, Error> {
    let table = reading.now_table(approval::KIND)?;
    let ended = "coalesce(json_extract(body, '$.answered_at'), json_extract(body, '$.lapses_at'))";
    let mut statement = reading.cache.prepare_cached(&format!(
        "SELECT id, body FROM {table}
         WHERE kind = {} AND json_extract(body, '$.state') IN ({}, {}) AND {ended} <= ?1
         ORDER BY {ended} DESC, id LIMIT ?2",
        literal(approval::KIND),
        literal(State::Withdrawn.as_str()),
        literal(State::Lapsed.as_str()),
    ))?;
    let now = value::instant_text(reading.now.at);
    let rows = statement.query_map(params![now, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Has this laptop made this operation?
pub(super) fn is_ours(reading: &Reading<'_>, operation: &str) -> Result<bool, Error> {
    Ok(reading
        .state
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM operation WHERE id = ?1)")?
        .query_row([operation], |row| row.get(0))?)
}
