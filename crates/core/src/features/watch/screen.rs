//! The first screen, from local data only.

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_pack::Pack;

use super::alerts;
use super::due::Queues;
use super::line::{self, Line};
use super::queries::{Counts, Known};
use super::sessions;
use super::view::{BudgetView, DigestView, NotShownView, NumberView, WatchView};
use super::{events, numbers};
use crate::engine::{Contact, Engine};
use crate::error::Error;
use crate::features::queues::view::SessionView;
use crate::features::reading::{Reading, read};
use crate::outbox::queue;

/// Without a completed pull for so long what is known is stale; one is made every 20 seconds.
const STALE_AFTER: TimeDelta = TimeDelta::seconds(60);

/// The first screen. Nobody is asked: what is shown is what this laptop knows, and how old that is.
pub async fn watch(engine: &Engine) -> Result<WatchView, Error> {
    let numbers = engine.numbers.clone();
    // Before the databases are looked at: what changes from now on is looked at again.
    let versions = numbers.versions();
    read(engine, move |reading| {
        let pack = reading.pack.clone();
        let numbers = numbers::all(reading, pack.as_deref(), &numbers, &versions)?;
        screen(reading, pack.as_deref(), numbers)
    })
    .await
}

fn screen(
    reading: &Reading<'_>,
    pack: Option<&Pack>,
    numbers: Vec<NumberView>,
) -> Result<WatchView, Error> {
    let now = reading.now.at;
    let since = sessions::ended(reading.state, now)?;
    let line = Line::new(pack, &reading.rights, now);
    let queues = match pack {
        Some(pack) => Queues::new(reading, pack, since, &line)?,
        None => Queues::default(),
    };
    let known = Known::new(reading)?;
    let counts = known.counts(since)?;
    let stale = is_stale(reading);
    let digest = digest(reading, pack, &queues, &counts, since, &line, stale)?;
    Ok(WatchView {
        digest,
        alerts: alerts::firing(reading, &known)?,
        pending: counts.pending,
        numbers,
        not_shown: not_shown(pack),
        budget: budget(reading, pack, &queues)?,
        lapses: line::lapses(reading, &line, &queues.deadlines),
        due: queues.due,
        events: events::newest(reading, &known)?,
        as_of: reading.as_of(),
        age_seconds: reading.pulled_at.map(|at| seconds(at, now)),
        stale,
    })
}

/// What of the pack this operator's roles do not see.
fn not_shown(pack: Option<&Pack>) -> NotShownView {
    let left_out = pack.map(|pack| pack.left_out).unwrap_or_default();
    NotShownView {
        queues: number(left_out.queues),
        numbers: number(left_out.numbers),
        rules: number(left_out.rules),
    }
}

/// Seconds from one instant to a later one.
pub(super) fn seconds(from: DateTime<Utc>, to: DateTime<Utc>) -> u32 {
    u32::try_from((to - from).num_seconds().max(0)).unwrap_or(u32::MAX)
}

/// Alerts may be over, and new ones are not seen.
fn is_stale(reading: &Reading<'_>) -> bool {
    let cut_off = matches!(reading.link.contact, Contact::CutOff | Contact::SignedOut);
    let old = reading
        .pulled_at
        .is_none_or(|at| reading.now.at - at > STALE_AFTER);
    cut_off || old
}

fn digest(
    reading: &Reading<'_>,
    pack: Option<&Pack>,
    queues: &Queues,
    counts: &Counts,
    since: Option<DateTime<Utc>>,
    line: &Line,
    stale: bool,
) -> Result<DigestView, Error> {
    let held = queue::held(reading.state)?;
    let alerts = counts.red + counts.acknowledged + counts.yellow;
    Ok(DigestView {
        since: since.map(|at| reading.wall(at)),
        since_seconds: since.map(|at| seconds(at, reading.now.at)),
        red: counts.red,
        acknowledged: counts.acknowledged,
        yellow: counts.yellow,
        came_and_went: counts.came_and_went,
        lapsing: queues.lapsing.clone(),
        next_session: line.sessions.first().map(|(label, at)| SessionView {
            label: label.clone(),
            at: reading.wall(*at),
        }),
        arrived: queues.arrived.clone(),
        held,
        queues: pack.map_or(0, |pack| number(pack.queues.len())),
        rules: pack.map_or(0, |pack| number(pack.alerts.len())),
        unknown: counts.unknown,
        quiet: pack.is_some()
            && !stale
            && alerts == 0
            && counts.unknown == 0
            && held == 0
            && queues.lapsing.is_empty()
            && queues.at_target,
    })
}

pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Time that the operator has, what of it is used, and what the work that waits would take.
fn budget(
    reading: &Reading<'_>,
    pack: Option<&Pack>,
    queues: &Queues,
) -> Result<Option<BudgetView>, Error> {
    let Some(budget) = pack.and_then(|pack| pack.budget.as_ref()) else {
        return Ok(None);
    };
    let used = sessions::used(reading.state, reading.now.at, reading.zone())?;
    Ok(Some(BudgetView {
        row: budget.row.clone(),
        minutes: budget.minutes_a_week,
        used: u32::try_from(used.saturating_add(59) / 60).unwrap_or(0),
        planned: whole_minutes(queues.minutes),
    }))
}

/// Begun minutes. An estimate is far below the bound.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole_minutes(minutes: f64) -> u32 {
    minutes.ceil().clamp(0.0, f64::from(u32::MAX)) as u32
}
