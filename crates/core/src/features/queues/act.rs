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

use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::audit::Event;
use watchkeeper_model::{Decision, Outcome, Plan, RowOutcome, Situation, decide};
use watchkeeper_pack::{Action, Pack, value};
use watchkeeper_wire::operation::Operation;

use super::decide::{Case, lapses_unsent, takes_no_part};
use super::drawn::{along, overlay};
use super::enqueue::{Entry, enqueue};
use super::lane::{in_the_way, is_behind, place_of};
use super::operation;
use super::rests::Deed;
use super::view::{ActRequest, OperationView};
use crate::changes::Source;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::reading::{Reading, Row, read};
use crate::outbox::erased;
use crate::outbox::queue::{self, Room};

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
            engine.enter(event).await?;
            return Err(error);
        }
        Decided::Queue(entry) => {
            let request = entry.request.clone();
            let scribe = engine.scribe();
            let now = engine.clock().moment();
            engine
                .stores()
                .state
                .write(move |state| {
                    let (mut pen, mut room) = (scribe.pen(state)?, Room::of(state)?);
                    enqueue(state, &mut pen, &now, &entry, &mut room)
                })
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

/// Decides on one record: nothing is written yet.
pub(super) fn decided(
    reading: &Reading<'_>,
    id: Uuid,
    amends: Option<Uuid>,
    device: Uuid,
    request: &ActRequest,
    taken: Taken,
) -> Result<Decided, Error> {
    if let Some(view) = known(reading, id, request)? {
        return Ok(Decided::Known(Box::new(view)));
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
    let overlay = overlay(reading, pack, (id, &row), &plan)?;
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
        beside: erased::beside(kind, &row.body),
        overlay,
        amends,
        hold_seconds: action.def.undo.as_ref().and_then(|undo| undo.hold_seconds),
    })))
}

/// The operation that has this id already: the same one, asked for again.
fn known(
    reading: &Reading<'_>,
    id: Uuid,
    request: &ActRequest,
) -> Result<Option<OperationView>, Error> {
    let Some(known) = queue::by_id(reading.state, id)? else {
        return Ok(None);
    };
    if known.request.kind == request.kind
        && known.request.record == request.id
        && known.request.action == request.action
    {
        return operation::view(reading, &known).map(Some);
    }
    Err(Error::with(
        Code::Internal,
        "this id is of another operation",
    ))
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
