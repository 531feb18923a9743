//! What pauses do to a deadline.

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::PauseDef;
use watchkeeper_pack::pack::{Clock, Pause};

/// Longest time that pauses may have taken, in minutes: a hundred years.
const MOST_MINUTES: f64 = 100.0 * 366.0 * 24.0 * 60.0;

/// The pause in which a clock stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paused {
    /// Row that it comes from.
    pub row: String,
    /// What is waited for.
    pub label: String,
    /// Since when, UTC.
    pub since: DateTime<Utc>,
}

/// The part of a clock's time that one of its pauses took.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Row that it comes from.
    pub row: String,
    /// What is or was waited for.
    pub label: String,
    /// Minutes so far, with those of the present pause; none where that is not known: then it moves
    /// nothing.
    pub minutes: Option<f64>,
    /// It runs, since this instant, UTC.
    pub since: Option<DateTime<Utc>>,
    /// It counts all the same.
    pub counts: bool,
}

impl Segment {
    /// It runs.
    pub fn running(&self) -> bool {
        self.since.is_some()
    }
}

/// What all pauses of a clock come to.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    /// Those that there were or are, and those of which nobody knows.
    pub segments: Vec<Segment>,
    /// The one in which the clock stands still; of several the one that began first.
    pub paused: Option<Paused>,
    /// So much later it is due.
    pub later: TimeDelta,
}

/// Looks at the pauses of a clock. What cannot be worked out moves no deadline: it is a segment of
/// unknown length.
pub(super) fn pauses(
    clock: &Clock,
    scope: &Scope<'_>,
    (start, runs): (DateTime<Utc>, bool),
    now: DateTime<Utc>,
) -> Pauses {
    let mut all = Pauses::default();
    for (def, pause) in clock.def.pauses.iter().zip(&clock.pauses) {
        let Some((earlier, since)) = taken(pause, scope) else {
            all.segments.push(segment(def, None, None));
            continue;
        };
        // A clock that does not run does not wait either, and a stamp in the future is none yet.
        let since = since.filter(|since| runs && *since <= now);
        // What was waited for before the clock began is none of its time.
        let since = since.map(|since| since.max(start).min(now));
        let present = since.map_or(TimeDelta::zero(), |since| now - since);
        if earlier.is_zero() && since.is_none() {
            continue;
        }
        let minutes = earlier.checked_add(&present).map(minutes_of);
        all.segments.push(segment(def, minutes, since));
        if def.counts {
            continue;
        }
        all.later = all.later.checked_add(&earlier).unwrap_or(all.later);
        if let Some(since) = since
            && all.paused.as_ref().is_none_or(|first| since < first.since)
        {
            all.paused = Some(Paused {
                row: def.row.clone(),
                label: def.label.clone(),
                since,
            });
        }
    }
    // Two that run at once keep it for as long as the first of them does.
    if let Some(paused) = &all.paused {
        let present = now - paused.since;
        all.later = all.later.checked_add(&present).unwrap_or(all.later);
    }
    all
}

fn segment(def: &PauseDef, minutes: Option<f64>, since: Option<DateTime<Utc>>) -> Segment {
    Segment {
        row: def.row.clone(),
        label: def.label.clone(),
        minutes,
        since,
        counts: def.counts,
    }
}

/// How long the pauses took that are over, and since when one runs.
fn taken(pause: &Pause, scope: &Scope<'_>) -> Option<(TimeDelta, Option<DateTime<Utc>>)> {
    let since = pause.since.eval_optional_instant(scope).ok()?;
    let earlier = match &pause.earlier {
        Some(earlier) => earlier.eval_optional_number(scope).ok()?,
        None => None,
    };
    Some((span(earlier.unwrap_or(0.0))?, since))
}

/// So many minutes; none where they are not to be believed. Milliseconds of a hundred years are exact.
#[allow(clippy::cast_possible_truncation)]
fn span(minutes: f64) -> Option<TimeDelta> {
    (0.0..=MOST_MINUTES)
        .contains(&minutes)
        .then(|| TimeDelta::milliseconds((minutes * 60_000.0).round() as i64))
}

/// Exact for any time that lies between two instants of records.
#[allow(clippy::cast_precision_loss)]
fn minutes_of(span: TimeDelta) -> f64 {
    span.num_milliseconds() as f64 / 60_000.0
}
