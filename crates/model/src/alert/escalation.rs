//! Who is to be called where nobody acknowledges an alert. Nobody is called from here: this says when
//! whose turn it is.

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::Pack;
use watchkeeper_pack::format::{EscalationCallDef, EscalationDef, UnansweredDef};

use super::{Episode, State};

/// Longest wait that a setting may say, in minutes: a year.
const MOST_MINUTES: f64 = 366.0 * 24.0 * 60.0;

/// What is said of an alert that fires and that nobody has acknowledged.
#[derive(Debug, Clone)]
pub struct Escalation<'p> {
    /// Who is to be called; none before it is unanswered.
    pub escalated: Option<Escalated<'p>>,
    /// That changes then, though nothing else does. UTC.
    pub changes_at: Option<DateTime<Utc>>,
}

/// Who is to be called.
#[derive(Debug, Clone)]
pub struct Escalated<'p> {
    /// The path.
    pub path: &'p EscalationDef,
    /// Row by which this path is taken.
    pub row: &'p str,
    /// Since when it is unanswered, UTC.
    pub since: DateTime<Utc>,
    /// Whose turn has come, in order.
    pub due: Vec<Call<'p>>,
    /// Who is told by now; nothing waits for them.
    pub told: Vec<Call<'p>>,
    /// Whose turn comes next if nobody acknowledges it until then; several where it is one instant.
    pub next: Vec<Call<'p>>,
}

/// A call of a path.
#[derive(Debug, Clone, Copy)]
pub struct Call<'p> {
    /// As written.
    pub def: &'p EscalationCallDef,
    /// From when on, UTC.
    pub at: DateTime<Utc>,
}

/// Who is to be called for an episode of a rule. None where it does not fire, where somebody has
/// acknowledged it, and where the pack or the tenant calls nobody.
pub fn escalation<'p>(
    pack: &'p Pack,
    settings: &Map<String, Value>,
    rule: &str,
    episode: &Episode,
    now: DateTime<Utc>,
) -> Option<Escalation<'p>> {
    if episode.state != State::Firing {
        return None;
    }
    let def = pack.alerts.get(rule)?.def.escalation.as_ref()?;
    let path = pack.people.escalations.get(&def.path)?;
    let fired = episode.fired_at.unwrap_or(episode.since);
    let since = fired.checked_add_signed(wait(pack, settings, def)?)?;
    let calls = path.calls.iter().filter_map(|call| {
        let after = TimeDelta::minutes(i64::from(call.after_minutes));
        let at = since.checked_add_signed(after)?;
        Some(Call { def: call, at })
    });
    let calls: Vec<Call<'p>> = calls.collect();
    let turns = calls.iter().map(|call| call.at).chain([since]);
    let changes_at = turns.filter(|at| *at > now).min();
    let escalated = (since <= now).then(|| {
        let ahead = calls.iter().filter(|call| call.at > now);
        let next = ahead.filter(|call| !call.def.informed).map(|call| call.at);
        let next = next.min();
        let of = |wanted: &dyn Fn(&Call<'p>) -> bool| {
            let found = calls.iter().filter(|call| wanted(call));
            found.copied().collect::<Vec<_>>()
        };
        Escalated {
            path,
            row: &def.row,
            since,
            due: of(&|call| call.at <= now && !call.def.informed),
            told: of(&|call| call.at <= now && call.def.informed),
            next: of(&|call| Some(call.at) == next && !call.def.informed),
        }
    });
    Some(Escalation {
        escalated,
        changes_at,
    })
}

/// How long it may fire without an answer; none where the tenant calls nobody.
#[allow(clippy::cast_possible_truncation)]
fn wait(pack: &Pack, settings: &Map<String, Value>, def: &UnansweredDef) -> Option<TimeDelta> {
    if let Some(minutes) = def.after_minutes {
        return Some(TimeDelta::minutes(i64::from(minutes)));
    }
    let name = def.setting.as_deref()?;
    let said = settings.get(name)?.as_f64()?;
    let minutes = pack.settings.get(name)?.minutes_of(said)?;
    let called = minutes > 0.0 && minutes <= MOST_MINUTES;
    called.then(|| TimeDelta::milliseconds((minutes * 60_000.0).round() as i64))
}
