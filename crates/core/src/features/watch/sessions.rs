//! Sessions of the operator on this laptop: from the first input to 30 minutes without any.
//!
//! What happened after the last input of a session is new to the next one, so that a session counts
//! as ended with its last input; it is over, and cannot go on, 30 minutes later.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use rusqlite::Connection;
use watchkeeper_pack::schedule::resolve;

use super::queries::{milliseconds_since, newest};
use crate::store::StoreError;

pub use super::queries::{keep, last};

/// Without input for so long a session is over.
pub const OVER_AFTER: TimeDelta = TimeDelta::minutes(30);

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// First input, UTC.
    pub began: DateTime<Utc>,
    /// Last input, UTC.
    pub last: DateTime<Utc>,
}

impl Session {
    /// Another input at this instant belongs to it. A clock that was set back does not end it.
    pub fn goes_on(&self, now: DateTime<Utc>) -> bool {
        now - self.last <= OVER_AFTER
    }
}

/// What an input makes of the last session: the session that goes on or begins.
pub fn touched(last: Option<Session>, now: DateTime<Utc>) -> Session {
    match last {
        Some(session) if session.goes_on(now) => Session {
            last: session.last.max(now),
            ..session
        },
        _ => Session {
            began: now,
            last: now,
        },
    }
}

/// The last input before the session that goes on now, or the last one where none does.
pub fn ended(state: &Connection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let sessions = newest(state, 2)?;
    let over = sessions.into_iter().find(|session| !session.goes_on(now));
    Ok(over.map(|session| session.last))
}

/// Seconds from the first input to the last of each session since the week began.
pub fn used(state: &Connection, now: DateTime<Utc>, zone: Tz) -> Result<i64, StoreError> {
    let week = week_began(now, zone).timestamp_millis();
    Ok(milliseconds_since(state, week)? / 1_000)
}

/// Monday's first instant, in this zone.
pub fn week_began(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    let back = u64::from(today.weekday().num_days_from_monday());
    let monday = today.checked_sub_days(Days::new(back)).unwrap_or(today);
    resolve(monday.and_time(NaiveTime::MIN), zone)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rusqlite::Connection;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn state() -> Connection {
        let state = Connection::open_in_memory().unwrap();
        state
            .execute_batch(
                "CREATE TABLE session (began_at INTEGER PRIMARY KEY, last_at INTEGER NOT NULL) STRICT",
            )
            .unwrap();
        state
    }

    fn input(state: &Connection, text: &str) {
        let session = touched(last(state).unwrap(), at(text));
        keep(state, session).unwrap();
    }

    #[test]
    fn a_session_goes_on_until_thirty_minutes_passed_without_input() {
        let first = touched(None, at("2026-11-16T00:00:00Z"));
        let on = touched(Some(first), at("2026-11-16T00:30:00Z"));
        assert_eq!(
            (on.began, on.last),
            (first.began, at("2026-11-16T00:30:00Z"))
        );
        let other = touched(Some(on), at("2026-11-16T01:00:01Z"));
        assert_eq!(other.began, at("2026-11-16T01:00:01Z"));
    }

    #[test]
    fn a_clock_set_back_neither_ends_a_session_nor_shortens_it() {
        let first = touched(None, at("2026-11-16T00:10:00Z"));
        let back = touched(Some(first), at("2026-11-15T22:10:00Z"));
        assert_eq!(back, first);
    }

    #[test]
    fn what_is_new_counts_from_the_last_input_before_this_session() {
        let state = state();
        assert_eq!(ended(&state, at("2026-11-16T00:00:00Z")).unwrap(), None);
        input(&state, "2026-11-16T00:00:00Z");
        input(&state, "2026-11-16T00:05:00Z");
        assert_eq!(ended(&state, at("2026-11-16T00:06:00Z")).unwrap(), None);
        let monday = Some(at("2026-11-16T00:05:00Z"));
        // Before the first input of Thursday, and after it.
        assert_eq!(ended(&state, at("2026-11-19T03:00:00Z")).unwrap(), monday);
        input(&state, "2026-11-19T03:00:00Z");
        assert_eq!(ended(&state, at("2026-11-19T03:01:00Z")).unwrap(), monday);
    }

    #[test]
    fn minutes_are_those_of_the_week_in_the_tenants_zone() {
        let state = state();
        // Sunday 15 November 23:50 to Monday 00:10 in Melbourne (UTC+11).
        input(&state, "2026-11-15T12:50:00Z");
        input(&state, "2026-11-15T13:10:00Z");
        // Monday 9:00 to 9:05.
        input(&state, "2026-11-15T22:00:00Z");
        input(&state, "2026-11-15T22:05:00Z");
        let zone = Tz::Australia__Melbourne;
        let monday = at("2026-11-16T00:00:00Z");
        assert_eq!(week_began(monday, zone), at("2026-11-15T13:00:00Z"));
        assert_eq!(used(&state, monday, zone).unwrap(), 15 * 60);
        let next_week = at("2026-11-22T13:00:00Z");
        assert_eq!(used(&state, next_week, zone).unwrap(), 0);
    }
}
