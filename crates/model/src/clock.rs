//! Where a deadline stands.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{Tone, WarnDef};
use watchkeeper_pack::pack::Clock;
use watchkeeper_pack::{Kind, Pack, value};

use crate::snapshot::Snapshot;

/// Where a deadline stands at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockStanding {
    /// When it started, UTC.
    pub start: DateTime<Utc>,
    /// When it is due, UTC.
    pub due: DateTime<Utc>,
    /// It runs; a settled record's does not.
    pub runs: bool,
    /// Green; amber when it is close; red from the due instant on; neutral when it does not run.
    pub tone: Tone,
    /// It turned amber because it is due before this session begins: its name and beginning, UTC.
    pub before_session: Option<(String, DateTime<Utc>)>,
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
    let programs = [&clock.start, &clock.due].into_iter().chain(&clock.runs);
    let scope = Scope {
        kind: Some(kind),
        record: value::read_by(programs, body, computed),
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
    let (tone, before_session) = if !runs {
        (Tone::Neutral, None)
    } else if now >= due {
        (Tone::Red, None)
    } else {
        match clock.def.warn {
            WarnDef::MinutesBefore(minutes) => {
                let from = due - chrono::Duration::minutes(i64::from(minutes));
                (
                    if now >= from {
                        Tone::Amber
                    } else {
                        Tone::Green
                    },
                    None,
                )
            }
            WarnDef::BeforeNextSession => match pack.next_session(settings, now) {
                Some((_, session, begins)) if due <= begins => {
                    (Tone::Amber, Some((session.def.label.clone(), begins)))
                }
                _ => (Tone::Green, None),
            },
        }
    };
    Some(ClockStanding {
        start,
        due,
        runs,
        tone,
        before_session,
    })
}
