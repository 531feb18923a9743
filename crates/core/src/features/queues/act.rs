//! Decides by policy and queues an operation: audit, outbox and overlay in one transaction.
//!
//! The operation's id comes from the dialog, so a second click is the same operation (fault 41).
//! What is decided on is what the operator saw: another revision now is [`Code::Stale`]. A refusal
//! is audited like an act. Behind an operation of ours on the same record another may be queued;
//! nobody knows yet what the first one gives it, so that what the second is based on is settled when it
//! is sent ([`crate::outbox::base`]), and policy decides again in the lane's order. What operations of
//! other lanes will have made of what is decided on is waited for ([`crate::outbox::rest`]). But not the
//! same action twice, and nothing behind one that is held. An action that makes its record has nothing to
//! be based on: until it is done, the overlay has the record.

use std::collections::BTreeMap;

use rusqlite::Transaction;
use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::audit::Event;
use watchkeeper_model::{Decision, Outcome, Plan, RowOutcome, Situation, decide};
use watchkeeper_pack::{Action, Pack, value};
use watchkeeper_wire::operation::Operation;

use super::decide::{Case, lapses_unsent, takes_no_part};
use super::operation;
use super::rests::Deed;
use super::view::{ActRequest, OperationView};
use crate::changes::Source;
use crate::clock::Moment;
use crate::engine::{Engine, Scribe};
use crate::error::{Code, Error};
use crate::features::reading::{Reading, Row, read};
use crate::outbox::queue::{self, Hold, Queued, Room, Status};
use crate::outbox::undo::{self, Window};
use crate::outbox::{base, rest, steps};
use crate::overlay::{Applied, Seen, rows};

/// Version of the operation format that this app writes.
const VERSION: u32 = 1;

/// Decides by policy and queues an operation: audit, outbox and overlay in one transaction.
pub async fn act(engine: &Engine, request: ActRequest) -> Result<OperationView, Error> {
    let id = parse(&request.operation)?;
    let amends = request.amends.as_deref().map(parse).transpose()?;
    let device = engine.pinned().device;
    let decided = read(engine, move |reading| {
        decided(reading, id, amends, device, &request, Taken::Alone)
    })
    .await?;
    match decided {
        Decided::Known(view) => return Ok(*view),
        Decided::Denied { event, error } => {
            let (scribe, now) = (engine.scribe(), engine.clock().now().at);
            engine
                .stores()
                .state
                .write(move |state| scribe.append(state, now, event))
                .await?;
            engine.changed([crate::changes::Tag::Audit], Source::Operator);
            return Err(error);
        }
        Decided::Queue(entry) => {
            let request = entry.request.clone();
            let scribe = engine.scribe();
            let now = engine.clock().moment();
            engine
                .stores()
                .state
                .write(move |state| enqueue(state, &scribe, &now, &entry, &mut Room::of(state)?))
                .await?;
            engine.operation_changed(&request, Source::Operator);
            engine.wake_push();
        }
    }
    shown(engine, id).await
}

/// An id of an operation.
pub(crate) fn parse(text: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(text).map_err(|_| Error::with(Code::Internal, "not the id of an operation"))
}

/// An operation as it stands.
pub(crate) async fn shown(engine: &Engine, id: Uuid) -> Result<OperationView, Error> {
    read(engine, move |reading| {
        let queued = queue::by_id(reading.state, id)?.ok_or(Error::new(Code::NotFound))?;
        operation::view(reading, &queued)
    })
    .await
}

/// How an action is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// On this record, which the operator had before them.
    Alone,
    /// On many at once; their number was confirmed.
    AmongMany,
}

pub(super) enum Decided {
    /// It was queued before.
    Known(Box<OperationView>),
    /// Refused, and how that is audited.
    Denied { event: Event, error: Error },
    /// To be queued.
    Queue(Box<Entry>),
}

/// All that one transaction writes.
pub(super) struct Entry {
    pub(super) request: Operation,
    title: String,
    action: String,
    /// Rows that let it through.
    passed: Vec<String>,
    overlay: Vec<(String, String, Seen, Applied)>,
    /// The revision that was seen, where others are before it that change its record.
    seen_behind: Option<u64>,
    /// What it rests on of other lanes.
    rests_on: Vec<Uuid>,
    amends: Option<Uuid>,
    /// Seconds for which it can be taken back.
    hold_seconds: Option<u32>,
}

/// Decides on one record: nothing is written yet.
pub(super) fn decided(
    reading: &Reading<'_>,
    id: Uuid,
    amends: Option<Uuid>,
    device: Uuid,
    request: &ActRequest,
    taken: Taken,
) -> Result<Decided, Error> {
    if let Some(known) = queue::by_id(reading.state, id)? {
        if known.request.kind == request.kind
            && known.request.record == request.id
            && known.request.action == request.action
        {
            let view = operation::view(reading, &known)?;
            return Ok(Decided::Known(Box::new(view)));
        }
        return Err(Error::with(
            Code::Internal,
            "this id is of another operation",
        ));
    }
    if let Some(newer) = reading.link.newer_pack() {
        return Err(newer.clone());
    }
    let found = reading.record(&request.kind, &request.id)?;
    let new = || creates(reading, request).then(|| unmade(reading, request));
    let mut row = found.or_else(new).ok_or(Error::new(Code::NotFound))?;
    let pack = reading.pack()?;
    let kind = reading.kind(&request.kind)?;
    let action = kind
        .actions
        .get(&request.action)
        .ok_or(Error::new(Code::NotFound))?;
    if row.revision != request.seen_revision && !action.def.any_revision {
        return Err(Error::new(Code::Stale));
    }
    let params = params(&request.params)?;
    let case = Case::new(reading, pack, kind, &row)?;
    let situation = case.situation(reading, &params);
    let decision = decide(&situation, &request.action);
    let left_out = || match taken {
        Taken::Alone => None,
        Taken::AmongMany => left_out(&situation, action),
    };
    let refused = refused(reading, pack, request, &decision).or_else(left_out);
    let plan = match refused {
        Some((code, row, error)) => {
            let event = Event::Denied {
                kind: request.kind.clone(),
                record: request.id.clone(),
                action: request.action.clone(),
                code,
                row,
            };
            return Ok(Decided::Denied { event, error });
        }
        // Until somebody has agreed, nothing of it is done or drawn.
        None if decision.outcome == Outcome::Ask => Plan::default(),
        None => decision.plan.clone().unwrap_or_default(),
    };
    if action.def.creates {
        let computed = value::compute(kind, &plan.sets);
        row.title = value::title(kind, &row.id, &plan.sets, &computed, &Map::new());
    }
    if taken == Taken::Alone {
        confirmed(&decision, request.typed.as_deref())?;
    }
    let lane = format!("{}/{}", request.kind, request.id);
    let open = reading.lane(&lane)?;
    if let Some(detail) = in_the_way(open.iter(), &request.action, amends) {
        return Err(Error::with(Code::NotNow, detail));
    }
    let overlay = overlay(reading, pack, &row, &plan)?;
    let along = along(&overlay);
    let rests = Deed {
        situation: &situation,
        action,
        along: &along,
        place: place_of(&open, amends),
    };
    let rests = rests.rests(reading)?;
    let is_checked = !action.def.any_revision && !action.def.creates;
    let behind = is_behind(&open, amends) || rests.change_its_record;
    let operation = Operation {
        id,
        version: VERSION,
        kind: request.kind.clone(),
        record: request.id.clone(),
        action: request.action.clone(),
        params,
        author: reading.me.clone(),
        device,
        made_at: reading.now.at,
        base_revision: (is_checked && !behind).then_some(row.revision),
        not_after: decision.not_after,
        pack: pack.hash.clone(),
        lookups: case.lookups.clone(),
    };
    Ok(Decided::Queue(Box::new(Entry {
        request: operation,
        title: row.title.clone(),
        action: action.def.label.clone(),
        passed: passed(&decision),
        seen_behind: (is_checked && behind).then_some(row.revision),
        rests_on: rests.on,
        overlay,
        amends,
        hold_seconds: action.def.undo.as_ref().and_then(|undo| undo.hold_seconds),
    })))
}

/// Does the action make the record that it is on?
fn creates(reading: &Reading<'_>, request: &ActRequest) -> bool {
    let kind = reading.kind(&request.kind).ok();
    let action = kind.and_then(|kind| kind.actions.get(&request.action));
    action.is_some_and(|action| action.def.creates)
}

/// A record before it is made.
fn unmade(reading: &Reading<'_>, request: &ActRequest) -> Row {
    Row {
        kind: request.kind.clone(),
        id: request.id.clone(),
        revision: 0,
        updated_at: reading.now.at,
        title: request.id.clone(),
        body: Map::new(),
        computed: Map::new(),
    }
}

/// It does not take part where the action is taken on many at once.
fn left_out(situation: &Situation<'_>, action: &Action) -> Option<Refused> {
    let (row, detail) = takes_no_part(situation, action)?;
    let error = Error {
        code: Code::PolicyDenied,
        detail: Some(detail),
        row: row.clone(),
    };
    Some(("bulk.left_out".into(), row, error))
}

/// Code and row for the audit chain, error for the operator.
type Refused = (String, Option<String>, Error);

/// Why it is not queued.
fn refused(
    reading: &Reading<'_>,
    pack: &Pack,
    request: &ActRequest,
    decision: &Decision,
) -> Option<Refused> {
    if let Outcome::Deny { code, row, detail } = &decision.outcome {
        let error = Error {
            code: Code::PolicyDenied,
            detail: Some(detail.clone()),
            row: row.clone(),
        };
        return Some((code.clone(), row.clone(), error));
    }
    if lapses_unsent(reading, pack, &request.kind, decision) {
        let action = reading
            .kind(&request.kind)
            .ok()
            .and_then(|kind| kind.actions.get(&request.action));
        let error = Error {
            code: Code::MayLapse,
            detail: decision.not_after.map(|at| reading.wall(at)),
            row: action.map(|action| action.def.row.clone()),
        };
        return Some(("operation.may_lapse".into(), None, error));
    }
    None
}

/// What had to be typed was typed. Checked here, whatever a window believes.
fn confirmed(decision: &Decision, typed: Option<&str>) -> Result<(), Error> {
    match &decision.typed {
        Some(wanted) if typed.map(str::trim) != Some(wanted.trim()) => {
            Err(Error::new(Code::ConfirmationMissing))
        }
        _ => Ok(()),
    }
}

/// What is in the way of this action among the operations of the record's lane.
pub(super) fn in_the_way<'a>(
    mut lane: impl Iterator<Item = &'a Queued>,
    action: &str,
    amends: Option<Uuid>,
) -> Option<&'static str> {
    lane.find_map(|other| {
        if Some(other.request.id) == amends {
            // Under another id nobody would find what the first may have moved.
            (other.hold == Some(Hold::Restored)).then_some(
                "The platform was restored and this may have been done: send it again or give it up.",
            )
        } else if other.status == Status::Held {
            Some("An operation on this record is held: amend or discard it first.")
        } else if other.request.action == action {
            Some("This is under way already.")
        } else {
            None
        }
    })
}

/// Is something of ours before it in its lane, at the place of what it amends or at the end?
fn is_behind(lane: &[Queued], amends: Option<Uuid>) -> bool {
    let place = place_of(lane, amends);
    let mut others = lane.iter().filter(|other| Some(other.request.id) != amends);
    others.any(|other| place.is_none_or(|place| other.seq < place))
}

/// The place of what it amends.
fn place_of(lane: &[Queued], amends: Option<Uuid>) -> Option<i64> {
    let amended = |other: &&Queued| Some(other.request.id) == amends;
    lane.iter().find(amended).map(|amended| amended.seq)
}

/// The records that change along with the first.
fn along(overlay: &[(String, String, Seen, Applied)]) -> Vec<(&str, &str)> {
    let others = overlay.iter().skip(1);
    others
        .map(|(kind, id, ..)| (kind.as_str(), id.as_str()))
        .collect()
}

/// Parameters, each as JSON text.
pub(super) fn params(params: &BTreeMap<String, String>) -> Result<Map<String, Value>, Error> {
    params
        .iter()
        .map(|(name, text)| {
            let value = serde_json::from_str(text)
                .map_err(|_| Error::with(Code::Internal, "a parameter is not JSON"))?;
            Ok((name.clone(), value))
        })
        .collect()
}

fn passed(decision: &Decision) -> Vec<String> {
    decision
        .rows
        .iter()
        .filter(|row| row.outcome == RowOutcome::Passed)
        .map(|row| row.id.clone())
        .collect()
}

/// The record, and those that change along with it, as seen and as they will be.
fn overlay(
    reading: &Reading<'_>,
    pack: &Pack,
    row: &Row,
    plan: &Plan,
) -> Result<Vec<(String, String, Seen, Applied)>, Error> {
    let mut drawn = vec![draw(reading, pack, row, &plan.sets)?];
    for other in &plan.sets_on {
        let is_main = other.kind == row.kind && other.id == row.id;
        if is_main || other.set.is_empty() {
            continue;
        }
        if let Some(row) = reading.record(&other.kind, &other.id)? {
            drawn.push(draw(reading, pack, &row, &other.set)?);
        }
    }
    Ok(drawn)
}

fn draw(
    reading: &Reading<'_>,
    pack: &Pack,
    row: &Row,
    sets: &Map<String, Value>,
) -> Result<(String, String, Seen, Applied), Error> {
    let refs = match pack.kind(&row.kind) {
        Some(_) => reading.refs(row)?,
        None => Map::new(),
    };
    let seen = Seen {
        revision: row.revision,
        updated_at: row.updated_at,
        title: row.title.clone(),
        body: row.body.clone(),
        computed: row.computed.clone(),
        refs,
    };
    let mut body = row.body.clone();
    for (name, value) in sets {
        if value.is_null() {
            body.remove(name);
        } else {
            body.insert(name.clone(), value.clone());
        }
    }
    let computed = pack
        .kind(&row.kind)
        .map_or_else(Map::new, |kind| value::compute(kind, &body));
    let applied = Applied { body, computed };
    Ok((row.kind.clone(), row.id.clone(), seen, applied))
}

/// Audit, outbox and overlay, in the caller's transaction. Where it answers [`Code::OutboxFull`] or
/// [`Code::NotNow`] nothing of it was written.
pub(super) fn enqueue(
    state: &Transaction<'_>,
    scribe: &Scribe,
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
        Some(old) => Some(replace(state, scribe, at, old, request)?),
    };
    steps::insert(state, request, &entry.title, &entry.action, place)?;
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
    room.take(request);
    for (kind, id, seen, applied) in &entry.overlay {
        rows::insert(state, request.id, (kind, id), seen, applied)?;
    }
    let event = Event::Queued {
        operation: request.id,
        kind: request.kind.clone(),
        record: request.record.clone(),
        action: request.action.clone(),
        fingerprint: request
            .fingerprint()
            .map_err(crate::store::StoreError::from)?,
        rows: entry.passed.clone(),
    };
    scribe.append(state, at, event)?;
    Ok(())
}

/// Gives a held operation up for the one in its place, and answers that place.
fn replace(
    state: &Transaction<'_>,
    scribe: &Scribe,
    now: chrono::DateTime<chrono::Utc>,
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
    scribe.append(state, now, event)?;
    Ok(place)
}
