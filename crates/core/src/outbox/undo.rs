//! The window in which an operation can be taken back: it is queued and waits here, durably, until
//! the window has passed. Whether it is taken back or claimed is one look at its row in one
//! transaction, so that never both happen.
//!
//! The window ends on the boot-time clock, which nobody sets and which counts through suspend. After
//! the machine itself was started anew that clock says nothing of it: then it goes on for what is left
//! by the platform's time, never for longer than it was opened for, and is over where that time makes
//! no sense. So a clock that was set back holds nothing for longer; one that was set forward lets it go
//! early and loses nothing.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use watchkeeper_wire::operation::Reason;

use super::queue::{self, Queued, Status, instant};
use super::rest;
use crate::clock::Moment;
use crate::store::StoreError;

/// What may not be carried out after an instant leaves this long before it.
const BEFORE_NOT_AFTER: TimeDelta = TimeDelta::seconds(60);

/// [`Reason::code`] of an operation that was taken back.
pub const TAKEN_BACK: &str = "operation.taken_back";

/// A window in which an operation can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// How long it was opened for, in seconds.
    pub seconds: u32,
    /// Its end by the platform's time, UTC.
    pub until: DateTime<Utc>,
    /// Its end on the clock of a boot; none once it is over.
    pub ends: Option<(String, Duration)>,
}

impl Window {
    /// One that opens now.
    pub fn opened(seconds: u32, now: &Moment) -> Self {
        Self {
            seconds,
            until: now.now.at + TimeDelta::seconds(i64::from(seconds)),
            ends: Some((
                now.boot_id.clone(),
                now.boot + Duration::from_secs(u64::from(seconds)),
            )),
        }
    }

    /// What is left of it; nothing near the instant after which the operation may not be carried out.
    pub fn left(&self, not_after: Option<DateTime<Utc>>, now: &Moment) -> TimeDelta {
        let left = match &self.ends {
            Some((boot, ends)) if *boot == now.boot_id => ends.saturating_sub(now.boot),
            _ => Duration::ZERO,
        };
        let left = left.min(Duration::from_secs(u64::from(self.seconds)));
        let left = TimeDelta::from_std(left).unwrap_or_default();
        let left = not_after.map_or(left, |limit| {
            left.min(limit - BEFORE_NOT_AFTER - now.now.at)
        });
        left.max(TimeDelta::zero())
    }

    /// The same window in another boot.
    fn resumed(&self, now: &Moment) -> Self {
        let left = self.until - now.now.at;
        let whole = TimeDelta::seconds(i64::from(self.seconds));
        let ends = (left <= whole)
            .then(|| left.to_std().ok())
            .flatten()
            .map(|left| (now.boot_id.clone(), now.boot + left));
        Self {
            ends,
            ..self.clone()
        }
    }
}

/// Milliseconds of a clock that counts up.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// An operation that was never sent and waits for its window to pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: Uuid,
    /// Action of the pack.
    pub action: String,
    /// The action as shown.
    pub label: String,
    /// The record in a line, as seen.
    pub title: String,
    /// Not carried out after, UTC.
    pub not_after: Option<DateTime<Utc>>,
    /// In which it can be taken back.
    pub window: Window,
}

/// All of this author's that were never sent and have a window, oldest first; that of some may have
/// passed already.
pub fn held_back(state: &Connection, author: &str) -> Result<Vec<Held>, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT id, json_extract(request, '$.action'), action, title, not_after,
                undo_seconds, undo_until, undo_boot, undo_ends
         FROM operation
         WHERE status NOT IN ('confirmed', 'discarded') AND status = 'waiting' AND attempts = 0
           AND undo_seconds IS NOT NULL AND author = ?1
         ORDER BY seq",
    )?;
    let rows = statement.query_map([author], |row| {
        let text: String = row.get(0)?;
        let id = Uuid::parse_str(&text).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(
                0,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        })?;
        let held = Held {
            id,
            action: row.get(1)?,
            label: row.get(2)?,
            title: row.get(3)?,
            not_after: row.get::<_, Option<i64>>(4)?.map(instant),
            window: match read(row, 5)? {
                Some(window) => window,
                None => return Ok(None),
            },
        };
        Ok(Some(held))
    })?;
    let held: Vec<Option<Held>> = rows.collect::<Result<_, _>>()?;
    Ok(held.into_iter().flatten().collect())
}

/// The window of a row, from its four columns in order, the first of which is `first`.
pub(super) fn read(row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<Option<Window>> {
    let seconds: Option<u32> = row.get(first)?;
    let until: Option<i64> = row.get(first + 1)?;
    let boot: Option<String> = row.get(first + 2)?;
    let ends: Option<i64> = row.get(first + 3)?;
    let ends = boot.zip(ends).map(|(boot, ends)| {
        let ends = u64::try_from(ends).unwrap_or_default();
        (boot, Duration::from_millis(ends))
    });
    Ok(seconds.zip(until).map(|(seconds, until)| Window {
        seconds,
        until: instant(until),
        ends,
    }))
}

/// Keeps the window of an operation that has just been queued, or is resumed.
pub fn keep(state: &Connection, id: Uuid, window: &Window) -> Result<(), StoreError> {
    let (boot, ends) = window
        .ends
        .as_ref()
        .map(|(boot, ends)| (boot, millis(*ends)))
        .unzip();
    state
        .prepare_cached(
            "UPDATE operation SET undo_seconds = ?2, undo_until = ?3, undo_boot = ?4, undo_ends = ?5
             WHERE id = ?1",
        )?
        .execute(params![
            id.to_string(),
            window.seconds,
            window.until.timestamp_millis(),
            boot,
            ends,
        ])?;
    Ok(())
}

/// There is a window that counts on the clock of another boot.
pub fn is_of_another_boot(state: &Connection, boot: &str) -> Result<bool, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM operation
                        WHERE status NOT IN ('confirmed', 'discarded') AND undo_boot <> ?1)",
    )?;
    Ok(statement.query_row([boot], |row| row.get(0))?)
}

/// After a start: windows of another boot go on in this one, or are over.
pub fn resume(state: &Connection, now: &Moment) -> Result<(), StoreError> {
    for operation in queue::open(state)? {
        if let Some(window) = &operation.window
            && window
                .ends
                .as_ref()
                .is_some_and(|(boot, _)| *boot != now.boot_id)
        {
            keep(state, operation.request.id, &window.resumed(now))?;
        }
    }
    Ok(())
}

/// What came of taking an operation back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is taken back now.
    Back,
    /// It had been before.
    Before,
    /// It may have left: its verdict decides.
    Late,
    /// It had left, and is held now: that is given up, or sent again.
    Held,
}

/// Takes back what was never sent, in the caller's transaction: a claim that came before makes it too
/// late, one that comes after finds nothing to send. What is held was never sent either where no attempt
/// was counted: a control stopped it, its time passed, or the platform was restored before.
pub fn take_back(state: &Connection, id: Uuid, now: DateTime<Utc>) -> Result<Taken, StoreError> {
    let reason = Reason {
        code: TAKEN_BACK.into(),
        row: None,
        detail: "You took it back before it was sent.".into(),
    };
    let changed = state
        .prepare_cached(
            "UPDATE operation SET status = 'discarded', hold = NULL, theirs = NULL, reason = ?2,
                                  settled_at = ?3
             WHERE id = ?1 AND status IN ('waiting', 'held') AND attempts = 0",
        )?
        .execute(params![
            id.to_string(),
            serde_json::to_string(&reason)?,
            now.timestamp_millis(),
        ])?;
    if changed == 1 {
        rest::forget(state, id)?;
        return Ok(Taken::Back);
    }
    let stands: Option<(bool, bool)> = state
        .prepare_cached(
            "SELECT status = 'discarded' AND json_extract(reason, '$.code') IS ?2, status = 'held'
             FROM operation WHERE id = ?1",
        )?
        .query_row(params![id.to_string(), TAKEN_BACK], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(match stands {
        Some((true, _)) => Taken::Before,
        Some((_, true)) => Taken::Held,
        _ => Taken::Late,
    })
}

impl Queued {
    /// It was never sent and waits for its window to pass: what is left of that; else nothing.
    pub fn can_be_taken_back_for(&self, now: &Moment) -> Option<TimeDelta> {
        let never_sent = self.status == Status::Waiting && self.attempts == 0;
        let window = self.window.as_ref().filter(|_| never_sent)?;
        let left = window.left(self.request.not_after, now);
        (left > TimeDelta::zero()).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::clock::Instant;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    /// So many seconds of the platform's time and of this boot's clock.
    fn moment(seconds: i64, boot: u64, boot_id: &str) -> Moment {
        Moment {
            now: Instant {
                at: at(seconds),
                unsure: false,
            },
            boot: Duration::from_secs(boot),
            boot_id: boot_id.into(),
        }
    }

    fn seconds(count: i64) -> TimeDelta {
        TimeDelta::seconds(count)
    }

    #[test]
    fn it_passes_on_the_clock_that_nobody_sets() {
        let window = Window::opened(20, &moment(0, 100, "one"));
        assert_eq!(window.left(None, &moment(0, 100, "one")), seconds(20));
        // An hour back, an hour on: the same eight seconds have passed.
        for wall in [-3_600, 8, 3_600] {
            assert_eq!(window.left(None, &moment(wall, 108, "one")), seconds(12));
        }
        for boot in [120, 121, 9_999] {
            assert_eq!(window.left(None, &moment(0, boot, "one")), seconds(0));
        }
    }

    #[test]
    fn another_boot_goes_on_with_what_is_left_and_never_for_longer() {
        let window = Window::opened(20, &moment(0, 100, "one"));
        let there = |wall: i64| {
            let start = moment(wall, 5, "two");
            assert_eq!(
                window.left(None, &start),
                seconds(0),
                "before it is resumed"
            );
            let resumed = window.resumed(&start);
            resumed.left(None, &moment(wall, 8, "two"))
        };
        assert_eq!(there(12), seconds(5), "eight are left at the start");
        assert_eq!(there(0), seconds(17));
        for wall in [-1, -3_600, 20, 3_600] {
            assert_eq!(there(wall), seconds(0), "{wall}");
        }
    }

    #[test]
    fn nothing_is_kept_until_it_is_too_late_for_it() {
        let now = moment(0, 100, "one");
        let window = Window::opened(120, &now);
        let left = |limit: i64| window.left(Some(at(limit)), &now);
        assert_eq!(left(3_600), seconds(120));
        assert_eq!(left(100), seconds(40));
        assert_eq!(left(60), seconds(0));
        assert_eq!(left(-5), seconds(0));
    }
}
