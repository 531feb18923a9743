//! Queues what was decided: audit, outbox and overlay in one transaction.

use chrono::{DateTime, Utc};
use rusqlite::Transaction;
use uuid::Uuid;
use watchkeeper_model::audit::Event;
use watchkeeper_wire::operation::Operation;

use super::drawn::Drawn;
use super::lane::in_the_way;
use crate::clock::Moment;
use crate::engine::Pen;
use crate::error::{Code, Error};
use crate::outbox::queue::{self, Room, Status};
use crate::outbox::undo::{self, Window};
use crate::outbox::{base, erased, rest, steps};
use crate::overlay::rows;

/// All that one transaction writes.
pub(super) struct Entry {
    /// What is asked.
    pub(super) request: Operation,
    /// The record in a line, as seen.
    pub(super) title: String,
    /// The action as shown.
    pub(super) action: String,
    /// Rows that let it through.
    pub(super) passed: Vec<String>,
    /// The records that its own refers to, each by its lane.
    pub(super) beside: Vec<String>,
    /// What it draws.
    pub(super) overlay: Vec<Drawn>,
    /// The revision that was seen, where others are before it that change its record.
    pub(super) seen_behind: Option<u64>,
    /// What it rests on of other lanes.
    pub(super) rests_on: Vec<Uuid>,
    /// The held one in whose place it comes.
    pub(super) amends: Option<Uuid>,
    /// Seconds for which it can be taken back.
    pub(super) hold_seconds: Option<u32>,
}

/// Audit, outbox and overlay, in the caller's transaction. Where it answers [`Code::OutboxFull`] or
/// [`Code::NotNow`] nothing of it was written.
pub(super) fn enqueue(
    state: &Transaction<'_>,
    pen: &mut Pen<'_>,
    now: &Moment,
    entry: &Entry,
    room: &mut Room,
) -> Result<(), Error> {
    let request = &entry.request;
    let at = now.now.at;
    // Two clicks may both have looked before either wrote.
    if queue::by_id(state, request.id)?.is_some() {
        return Ok(());
    }
    if room.is_full() {
        return Err(Error::new(Code::OutboxFull));
    }
    let lane = queue::of_lane(state, &request.lane())?;
    let open = lane.iter().filter(|other| other.is_open());
    if let Some(detail) = in_the_way(open, &request.action, entry.amends) {
        return Err(Error::with(Code::NotNow, detail));
    }
    let place = match entry.amends {
        None => None,
        Some(old) => Some(replace(state, pen, at, old, request)?),
    };
    let inserted = steps::insert(state, request, &entry.title, &entry.action, place)?;
    erased::keep_beside(state, request.id, &entry.beside)?;
    rest::keep(state, request.id, &entry.rests_on)?;
    if let Some(old) = entry.amends {
        rest::hand_on(state, old, request.id)?;
    }
    if let Some(seen) = entry.seen_behind {
        base::leave_open(state, request.id, seen)?;
    }
    if let Some(seconds) = entry.hold_seconds {
        undo::keep(state, request.id, &Window::opened(seconds, now))?;
    }
    room.take(inserted.bytes);
    for one in &entry.overlay {
        let record = (one.kind.as_str(), one.id.as_str());
        rows::insert(state, request.id, record, &one.seen, &one.applied)?;
    }
    let event = Event::Queued {
        operation: request.id,
        kind: request.kind.clone(),
        record: request.record.clone(),
        action: request.action.clone(),
        fingerprint: inserted.fingerprint,
        rows: entry.passed.clone(),
    };
    pen.append(state, at, event)?;
    Ok(())
}

/// Gives a held operation up for the one in its place, and answers that place.
fn replace(
    state: &Transaction<'_>,
    pen: &mut Pen<'_>,
    now: DateTime<Utc>,
    old: Uuid,
    by: &Operation,
) -> Result<i64, Error> {
    let held = queue::by_id(state, old)?
        .filter(|held| held.status == Status::Held && held.request.lane() == by.lane())
        .ok_or(Error::with(
            Code::NotNow,
            "only a held operation is amended",
        ))?;
    let place = steps::vacate(state, held.seq)?;
    steps::give_up(state, old, now)?;
    rows::remove(state, old)?;
    let event = Event::Amended {
        operation: old,
        by: by.id,
    };
    pen.append(state, now, event)?;
    Ok(place)
}
