//! The queues: what waits, what came in, what lapses.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use watchkeeper_pack::Pack;

use super::line::Line;
use super::screen::number;
use super::view::{ArrivedView, AtOnceView, DueView, LapsingView};
use crate::error::Error;
use crate::features::queues::waiting::{Deadline, Span, Waiting};
use crate::features::reading::Reading;

/// What all queues say together.
#[derive(Default)]
pub(super) struct Queues {
    /// Those with something in them, by deadline and consequence.
    pub(super) due: Vec<DueView>,
    /// What came in since.
    pub(super) arrived: Vec<ArrivedView>,
    /// What lapses before the next session.
    pub(super) lapsing: Vec<LapsingView>,
    /// Deadlines until the line's horizon.
    pub(super) deadlines: Vec<QueueDeadline>,
    /// Minutes that what is due would take.
    pub(super) minutes: f64,
    /// None holds more than may remain.
    pub(super) at_target: bool,
}

/// A deadline and the queue in which its record waits.
pub(super) struct QueueDeadline {
    pub(super) view: String,
    pub(super) deadline: Deadline,
}

/// What a queue is ordered by: first what lapses, then what has a deadline or moves money.
type Rank = (u8, Option<DateTime<Utc>>, usize);

impl Queues {
    /// Looks at every queue of the pack.
    pub(super) fn new(
        reading: &Reading<'_>,
        pack: &Pack,
        since: Option<DateTime<Utc>>,
        line: &Line,
    ) -> Result<Self, Error> {
        let mut all = Self {
            at_target: true,
            ..Self::default()
        };
        let mut ranked: Vec<(Rank, DueView)> = Vec::new();
        for (place, view) in pack.queues.iter().enumerate() {
            let waiting = Waiting::new(reading, pack, view)?;
            let (open, target) = (waiting.open(), waiting.target());
            all.at_target &= open <= target;
            if let Some(since) = since
                && let Some(count) = waiting.arrived(reading, since)?
                && count > 0
            {
                all.arrived.push(ArrivedView {
                    view: view.clone(),
                    label: waiting.view().def.label.clone(),
                    count,
                    open,
                });
            }
            if open == 0 {
                continue;
            }
            let minutes = waiting.minutes();
            let ahead = waiting.deadlines(
                reading,
                Span {
                    from: Some(line.from),
                    to: Some(line.horizon()),
                },
            )?;
            all.lapsing.extend(lapsing(reading, &waiting, &ahead, line));
            let first = match ahead.first() {
                Some(first) => Some((first.due, first.clock.clone())),
                None => beyond(reading, &waiting, line)?,
            };
            let urgent = waiting.urgent(reading, pack)?;
            let rank = match (&first, urgent) {
                (_, 1..) => 0,
                (Some(_), 0) => 1,
                (None, 0) if waiting.moves_money() => 1,
                (None, 0) => 2,
            };
            let rank = (rank, first.as_ref().map(|(due, _)| *due), place);
            ranked.push((rank, due_view(&waiting, minutes, urgent, first)));
            all.minutes += minutes;
            all.deadlines
                .extend(ahead.into_iter().map(|deadline| QueueDeadline {
                    view: view.clone(),
                    deadline,
                }));
        }
        // What has a deadline stands before what has none.
        ranked.sort_by_key(|((rank, first, place), _)| (*rank, first.is_none(), *first, *place));
        all.due = ranked.into_iter().map(|(_, due)| due).collect();
        all.arrived
            .sort_by_key(|arrived| std::cmp::Reverse(arrived.count));
        Ok(all)
    }
}

fn due_view(
    waiting: &Waiting<'_>,
    minutes: f64,
    urgent: u32,
    first: Option<(DateTime<Utc>, crate::features::queues::view::ClockView)>,
) -> DueView {
    let def = &waiting.view().def;
    let planned = def.queue.as_ref().and_then(|queue| queue.row.clone());
    DueView {
        view: waiting.view().id.clone(),
        label: def.label.clone(),
        row: planned.unwrap_or_else(|| def.row.clone()),
        open: waiting.open(),
        target: waiting.target(),
        minutes,
        at_once: waiting
            .at_once()
            .map(|(section, count)| AtOnceView { section, count }),
        first: first.map(|(_, clock)| clock),
        urgent,
    }
}

/// The deadline that comes first beyond the horizon; where none is to come, the last that passed.
fn beyond(
    reading: &Reading<'_>,
    waiting: &Waiting<'_>,
    line: &Line,
) -> Result<Option<(DateTime<Utc>, crate::features::queues::view::ClockView)>, Error> {
    let later = Span {
        from: Some(line.horizon()),
        to: None,
    };
    let before = Span {
        from: None,
        to: Some(line.from),
    };
    let found = match waiting.deadline(reading, later, false)? {
        Some(first) => Some(first),
        None => waiting.deadline(reading, before, true)?,
    };
    Ok(found.map(|deadline| (deadline.due, deadline.clock)))
}

/// Records of a queue that lapse before the next session.
fn lapsing(
    reading: &Reading<'_>,
    waiting: &Waiting<'_>,
    ahead: &[Deadline],
    line: &Line,
) -> Option<LapsingView> {
    let session = line.next_session()?;
    let before: Vec<&Deadline> = ahead.iter().filter(|each| each.due <= session).collect();
    let first = before.first()?;
    let records: BTreeSet<&str> = before.iter().map(|each| each.row.id.as_str()).collect();
    Some(LapsingView {
        view: waiting.view().id.clone(),
        label: waiting.view().def.label.clone(),
        count: number(records.len()),
        first: reading.wall(first.due),
    })
}
