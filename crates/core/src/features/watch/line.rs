//! The next days: deadlines, and the operator's sessions between them.

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_pack::Pack;

use super::due::QueueDeadline;
use super::screen::number;
use super::view::{LapseView, LapsesView};
use crate::engine::Rights;
use crate::features::queues::view::SessionView;
use crate::features::reading::Reading;

/// The line is at least so long.
const AT_LEAST: TimeDelta = TimeDelta::days(4);
/// It reaches to the session after the next, but not further than this.
const AT_MOST: TimeDelta = TimeDelta::days(8);
/// The most sessions looked at.
const MOST_SESSIONS: usize = 40;
/// The most deadlines listed.
const MOST_LAPSES: usize = 20;

/// The line and its sessions.
pub(super) struct Line {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    /// The sessions to come, soonest first; the first one also where it lies beyond the line.
    pub(super) sessions: Vec<(String, DateTime<Utc>)>,
}

impl Line {
    /// From now until the session after the next, at least four and at most eight days.
    pub(super) fn new(pack: Option<&Pack>, rights: &Rights, now: DateTime<Utc>) -> Self {
        let mut sessions = Vec::new();
        let all = pack.into_iter().flat_map(|pack| {
            let sessions = pack.sessions.iter();
            sessions.map(move |(name, session)| (pack, name.as_str(), session))
        });
        for (pack, name, session) in all {
            let mut after = now;
            while let Some(at) = rights.session_after(pack, (name, session), after) {
                sessions.push((session.def.label.clone(), at));
                after = at;
                if at > now + AT_MOST || sessions.len() >= MOST_SESSIONS {
                    break;
                }
            }
        }
        sessions.sort_by(|one, other| (one.1, &one.0).cmp(&(other.1, &other.0)));
        let second = sessions.get(1).map(|(_, at)| *at);
        let to = second.unwrap_or(now).clamp(now + AT_LEAST, now + AT_MOST);
        Self {
            from: now,
            to,
            sessions,
        }
    }

    /// When the operator sits down next.
    pub(super) fn next_session(&self) -> Option<DateTime<Utc>> {
        self.sessions.first().map(|(_, at)| *at)
    }

    /// The end of what is looked at: the line and all that lapses before the next session.
    pub(super) fn horizon(&self) -> DateTime<Utc> {
        self.next_session()
            .map_or(self.to, |session| session.max(self.to))
    }
}

/// The line as it is shown. `deadlines` are those until its horizon, in any order.
pub(super) fn lapses(
    reading: &Reading<'_>,
    line: &Line,
    deadlines: &[QueueDeadline],
) -> LapsesView {
    let mut within: Vec<&QueueDeadline> = deadlines
        .iter()
        .filter(|each| each.deadline.due <= line.to)
        .collect();
    within.sort_by(|one, other| {
        let key = |each: &QueueDeadline| (each.deadline.due, each.deadline.row.id.clone());
        key(one).cmp(&key(other))
    });
    let more = number(within.len().saturating_sub(MOST_LAPSES));
    LapsesView {
        from: reading.wall(line.from),
        to: reading.wall(line.to),
        lapses: within
            .into_iter()
            .take(MOST_LAPSES)
            .map(|each| LapseView {
                kind: each.deadline.row.kind.clone(),
                id: each.deadline.row.id.clone(),
                view: each.view.clone(),
                title: each.deadline.row.title.clone(),
                clock: each.deadline.clock.clone(),
            })
            .collect(),
        more,
        sessions: line
            .sessions
            .iter()
            .filter(|(_, at)| *at <= line.to)
            .map(|(label, at)| SessionView {
                label: label.clone(),
                at: reading.wall(*at),
            })
            .collect(),
    }
}
