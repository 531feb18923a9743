//! Where a deadline stands.
//!
//! A pause that does not count keeps the clock still: the deadline moves with it. One that counts is
//! only shown apart. What cannot be worked out hides no deadline and moves none.

mod pause;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{Tone, WarnDef};
use watchkeeper_pack::pack::Clock;
use watchkeeper_pack::{Kind, Pack, value};

pub use pause::{Paused, Segment};

use crate::snapshot::Snapshot;

/// Where a deadline stands at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockStanding {
    /// When it started, UTC.
    pub start: DateTime<Utc>,
    /// When it is due, UTC, with the time that pauses gave; while it stands still, as if it went on now.
    pub due: DateTime<Utc>,
    /// It runs; a settled record's does not.
    pub runs: bool,
    /// Green; amber when it is close; red from the due instant on; neutral when it does not run or
    /// stands still before it is due.
    pub tone: Tone,
    /// It turned amber because it is due before this session begins: its name and beginning, UTC.
    pub before_session: Option<(String, DateTime<Utc>)>,
    /// It stands still.
    pub paused: Option<Paused>,
    /// Pauses that there were or are, in the pack's order.
    pub segments: Vec<Segment>,
}

/// Where a clock of a record stands, where the tenant has said no setting. None where its instants cannot be worked out.
pub fn standing(
    pack: &Pack,
    kind: &Kind,
    clock: &Clock,
    record: &Snapshot,
    now: DateTime<Utc>,
) -> Option<ClockStanding> {
    standing_of(pack, kind, clock, (&record.body, &record.computed), now)
}

/// The same, of a record's fields and stored computed fields.
pub fn standing_of(
    pack: &Pack,
    kind: &Kind,
    clock: &Clock,
    fields: (&Map<String, Value>, &Map<String, Value>),
    now: DateTime<Utc>,
) -> Option<ClockStanding> {
    standing_in(pack, kind, clock, fields, (&Map::new(), now))
}

/// The same, where the tenant has said settings: sessions come round in the zone that it says.
pub fn standing_in(
    pack: &Pack,
    kind: &Kind,
    clock: &Clock,
    (body, computed): (&Map<String, Value>, &Map<String, Value>),
    (settings, now): (&Map<String, Value>, DateTime<Utc>),
) -> Option<ClockStanding> {
    let pauses = clock.pauses.iter();
    let pauses = pauses.flat_map(|pause| std::iter::once(&pause.since).chain(&pause.earlier));
    let programs = [&clock.start, &clock.due].into_iter().chain(&clock.runs);
    let scope = Scope {
        kind: Some(kind),
        record: value::read_by(programs.chain(pauses), body, computed),
        now: Some(now),
        ..Scope::default()
    };
    let start = clock.start.eval_optional_instant(&scope).ok()??;
    let due = clock.due.eval_optional_instant(&scope).ok()??;
    // A clock that cannot say whether it runs is shown as running: a deadline is not hidden.
    let runs = clock
        .runs
        .as_ref()
        .is_none_or(|runs| runs.eval_bool(&scope).unwrap_or(true));
    let pauses = pause::pauses(clock, &scope, (start, runs), now);
    let due = due.checked_add_signed(pauses.later).unwrap_or(due);
    let (tone, before_session) = if !runs {
        (Tone::Neutral, None)
    } else if now >= due {
        (Tone::Red, None)
    } else if pauses.paused.is_some() {
        (Tone::Neutral, None)
    } else {
        ahead(pack, clock, due, (settings, now))
    };
    Some(ClockStanding {
        start,
        due,
        runs,
        tone,
        before_session,
        paused: pauses.paused,
        segments: pauses.segments,
    })
}

/// The colour of what is not due yet, and the session that made it amber.
fn ahead(
    pack: &Pack,
    clock: &Clock,
    due: DateTime<Utc>,
    (settings, now): (&Map<String, Value>, DateTime<Utc>),
) -> (Tone, Option<(String, DateTime<Utc>)>) {
    match clock.def.warn {
        WarnDef::MinutesBefore(minutes) => {
            let before = chrono::Duration::minutes(i64::from(minutes));
            let close = due
                .checked_sub_signed(before)
                .is_none_or(|from| now >= from);
            (if close { Tone::Amber } else { Tone::Green }, None)
        }
        WarnDef::BeforeNextSession => match pack.next_session(settings, now) {
            Some((_, session, begins)) if due <= begins => {
                (Tone::Amber, Some((session.def.label.clone(), begins)))
            }
            _ => (Tone::Green, None),
        },
    }
}
