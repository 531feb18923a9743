//! What happened last: alerts that fired and ended, operations of ours that were settled, and what ended
//! while somebody waited for our agreement.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_model::approval::{self, Approval, State};
use watchkeeper_pack::value;

use super::alerts::{instant, severity, text};
use super::queries::{self, Known};
use super::screen;
use super::view::{EventView, EventWhat};
use crate::error::Error;
use crate::features::queues::view::OperationWord;
use crate::features::reading::{Reading, Row};

/// The most events shown.
const MOST: usize = 8;
/// The most settled operations that are looked at to group them.
const MOST_SETTLED: u32 = 2_000;
/// The most approvals that are looked at for those that concern the operator.
const MOST_ENDED: u32 = 200;

/// The last events, newest first.
pub(super) fn newest(reading: &Reading<'_>, known: &Known<'_>) -> Result<Vec<EventView>, Error> {
    let mut events = settled(reading)?;
    events.extend(not_agreed(reading)?);
    for (field, fired) in [("fired_at", true), ("resolved_at", false)] {
        events.extend(alerts(reading, known, field, fired)?);
    }
    events.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    events.truncate(MOST);
    Ok(events
        .into_iter()
        .map(|(at, what)| EventView {
            at: reading.wall(at),
            what,
        })
        .collect())
}

/// Alerts by one of their instants. One that was resolved without having fired never was one for
/// the operator.
fn alerts(
    reading: &Reading<'_>,
    known: &Known<'_>,
    field: &str,
    fired: bool,
) -> Result<Vec<(DateTime<Utc>, EventWhat)>, Error> {
    // One that is stamped later than now did not happen yet.
    let rows = known.latest(field, reading.now.at, screen::number(MOST))?;
    let what = |row: &Row| match fired {
        true => EventWhat::Fired {
            id: row.id.clone(),
            severity: severity(row),
            label: text(row, "label"),
        },
        false => EventWhat::Resolved {
            id: row.id.clone(),
            label: text(row, "label"),
        },
    };
    Ok(rows
        .iter()
        .filter_map(|row| Some((instant(row, field)?, what(row))))
        .collect())
}

/// A run of settled operations of one action and ending.
struct Run {
    at: DateTime<Utc>,
    action: String,
    word: OperationWord,
    count: u32,
    title: String,
}

/// The last settled operations, those of one action and ending that follow each other as one.
fn settled(reading: &Reading<'_>) -> Result<Vec<(DateTime<Utc>, EventWhat)>, Error> {
    let mut runs: Vec<Run> = Vec::new();
    queries::answered(reading, MOST_SETTLED, |answered| {
        let word = match answered.word.as_str() {
            "confirmed" => OperationWord::Confirmed,
            _ => OperationWord::Refused,
        };
        if let Some(run) = runs.last_mut()
            && run.action == answered.action
            && run.word == word
        {
            run.count = run.count.saturating_add(1);
            return ControlFlow::Continue(());
        }
        // What follows is older than what is shown.
        if runs.len() >= MOST {
            return ControlFlow::Break(());
        }
        if let Some(at) = value::instant(&answered.at) {
            runs.push(Run {
                at,
                action: answered.action,
                word,
                count: 1,
                title: answered.title,
            });
        }
        ControlFlow::Continue(())
    })?;
    Ok(runs
        .into_iter()
        .map(|run| {
            let what = EventWhat::Done {
                action: run.action,
                count: run.count,
                title: (run.count == 1).then_some(run.title),
                word: run.word,
            };
            (run.at, what)
        })
        .collect())
}

/// What was taken back, or what nobody agreed to in time, for whoever was asked. Who asked is told by the
/// operation, and here on a laptop that does not have it.
fn not_agreed(reading: &Reading<'_>) -> Result<Vec<(DateTime<Utc>, EventWhat)>, Error> {
    let pack = reading.pack.as_deref();
    if pack.and_then(|pack| pack.kind(approval::KIND)).is_none() {
        return Ok(Vec::new());
    }
    let (mut events, mut told) = (Vec::new(), BTreeSet::new());
    for (id, body) in queries::ended(reading, MOST_ENDED)? {
        let body = serde_json::from_str::<Map<String, Value>>(&body).unwrap_or_default();
        let field = |name: &str| body.get(name).and_then(Value::as_str);
        let Some(one) = Approval::read(&body) else {
            continue;
        };
        let at = field("answered_at").and_then(value::instant);
        let at = at.unwrap_or(one.lapses_at);
        // Of several that were asked about one operation the first tells of it.
        if concerns(reading, &one, field("answered_by"), at)? && told.insert(one.operation) {
            let label = ["action_label", "subject_label"].map(|name| field(name).unwrap_or("–"));
            let what = EventWhat::NotAgreed {
                id,
                label: label.join(": "),
                withdrawn: one.state == State::Withdrawn,
            };
            events.push((at, what));
        }
    }
    Ok(events)
}

fn concerns(
    reading: &Reading<'_>,
    one: &Approval,
    by: Option<&str>,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let actor = &reading.rights.actor;
    if by == Some(actor.id.as_str()) {
        return Ok(false);
    }
    if one.asked_by.id != actor.id {
        return Ok(one.is_for(actor, at));
    }
    Ok(!queries::is_ours(reading, &one.operation)?)
}
