//! Our operations as screens show them.

use chrono::TimeDelta;
use serde_json::{Map, Value};
use watchkeeper_model::{approval, control, setting};
use watchkeeper_pack::format::SettingDef;
use watchkeeper_pack::value::money_text;
use watchkeeper_wire::operation::Reason;

use super::cells::Shown;
use super::queries::agreement::waiting;
use super::said::said;
use super::view::{
    AgreementView, DenialView, OperationView, OperationWord, Standing, WaitsForView,
};
use crate::error::Error;
use crate::features::reading::{Reading, Row, view_of};
use crate::features::settings::words_called;
use crate::features::tenant::view::Proposed;
use crate::outbox::queue::{Hold, Queued, Status};
use crate::outbox::rest;
use crate::overlay::rows;

/// Where an operation stands exactly, in its lane.
fn standing(lane: &[Queued], operation: &Queued) -> Standing {
    match (operation.status, operation.hold) {
        (Status::Waiting, _) => {
            let blocked = lane
                .iter()
                .any(|other| other.status == Status::Held && other.seq < operation.seq);
            if blocked {
                Standing::Blocked
            } else {
                Standing::Waiting
            }
        }
        (Status::InFlight, _) => Standing::InFlight,
        (Status::Accepted, _) if asks(operation) => Standing::Agreement,
        (Status::Accepted, _) => Standing::Accepted,
        (Status::Unknown, _) => Standing::Unknown,
        (Status::Held, Some(Hold::Refused) | None) => Standing::HeldRefused,
        (Status::Held, Some(Hold::Conflict)) => Standing::HeldConflict,
        (Status::Held, Some(Hold::Lapsed)) => Standing::HeldLapsed,
        (Status::Held, Some(Hold::Rejected)) => Standing::HeldRejected,
        (Status::Held, Some(Hold::Restored)) => Standing::HeldRestored,
        (Status::Held, Some(Hold::Frozen)) => Standing::HeldFrozen,
        (Status::Confirmed, _) => Standing::Confirmed,
        (Status::Discarded, _) => Standing::Discarded,
    }
}

/// The platform waits for somebody's agreement to it.
fn asks(operation: &Queued) -> bool {
    let reason = operation.reason.as_ref();
    reason.is_some_and(|reason| reason.code == approval::WAITS)
}

/// The one of five words. A request that broke off may have arrived: until the platform was asked,
/// nobody knows.
fn word(operation: &Queued, standing: Standing) -> OperationWord {
    match standing {
        Standing::InFlight if operation.is_in_doubt() => OperationWord::Unknown,
        Standing::Waiting | Standing::Blocked | Standing::InFlight => OperationWord::Queued,
        Standing::Accepted | Standing::Agreement => OperationWord::Sent,
        Standing::Unknown => OperationWord::Unknown,
        Standing::Confirmed => OperationWord::Confirmed,
        Standing::HeldRefused
        | Standing::HeldConflict
        | Standing::HeldLapsed
        | Standing::HeldRejected
        | Standing::HeldRestored
        | Standing::HeldFrozen
        | Standing::Discarded => OperationWord::Refused,
    }
}

/// Why an operation did not simply go through, as it is shown.
pub(crate) fn denial(reason: &Reason) -> DenialView {
    DenialView {
        code: reason.code.clone(),
        row: reason.row.clone(),
        detail: reason.detail.clone(),
    }
}

/// An operation as it is shown.
pub(crate) fn view(reading: &Reading<'_>, operation: &Queued) -> Result<OperationView, Error> {
    let request = &operation.request;
    let lane = reading.lane(&request.lane())?;
    let awaited = rest::awaited(reading.state, operation)?;
    let stopped = awaited.is_some() && rest::is_stopped(reading.state, request.id)?;
    let standing = match standing(&lane, operation) {
        Standing::Waiting if stopped => Standing::Blocked,
        standing => standing,
    };
    let behind = lane
        .iter()
        .filter(|other| operation.is_open() && other.seq > operation.seq)
        .count();
    let tried_again = matches!(operation.status, Status::Waiting | Status::InFlight);
    let waits = tried_again && operation.not_before > reading.now.at;
    Ok(OperationView {
        id: request.id.to_string(),
        kind: request.kind.clone(),
        record: request.record.clone(),
        view: reading
            .pack
            .as_deref()
            .and_then(|pack| view_of(pack, &request.kind))
            .map(ToOwned::to_owned),
        title: operation.title.clone(),
        action_id: request.action.clone(),
        action: operation.action.clone(),
        to: wanted(reading, operation),
        word: word(operation, standing),
        standing,
        reason: operation.reason.as_ref().map(denial),
        made_at: reading.wall(request.made_at),
        not_after: request.not_after.map(|at| reading.wall(at)),
        attempts: operation.attempts,
        goes_in_seconds: (standing == Standing::Waiting)
            .then(|| operation.can_be_taken_back_for(&reading.moment))
            .flatten()
            .map(whole_seconds),
        next_try: waits.then(|| reading.wall(operation.not_before)),
        author: reading.rights.operator(&request.author).to_owned(),
        foreign: request.author != reading.me,
        may_retry: operation.status == Status::Held
            && operation.hold != Some(Hold::Lapsed)
            && !operation.is_decided(),
        became: became(reading, operation)?,
        behind: u32::try_from(behind).unwrap_or(u32::MAX),
        waits_for: awaited.map(|on| waits_for(reading, &on)).transpose()?,
        agreement: match standing {
            Standing::Agreement => agreement(reading, &request.id.to_string())?,
            _ => None,
        },
        theirs: theirs(reading, operation)?,
        said: said(reading, operation)?,
    })
}

/// What a switched control or a setting is to be, in the words of the pack in force.
fn wanted(reading: &Reading<'_>, operation: &Queued) -> Option<Proposed> {
    let (request, pack) = (&operation.request, reading.pack.as_deref());
    let text = |value: &Value| match (request.kind.as_str(), request.action.as_str()) {
        (control::KIND, control::SWITCH) => {
            let (name, _) = control::name_of(&request.record);
            let called = |text: &str| pack?.controls.get(name)?.word(text);
            Some(words_called(value, &called))
        }
        (setting::KIND, setting::SAY) => {
            let def = pack.and_then(|pack| pack.settings.get(&request.record));
            Some(setting_words(def, value))
        }
        _ => None,
    };
    // Both have it under the same name, as JSON.
    let value = request.params.get(control::VALUE)?.as_str()?;
    let value: Value = serde_json::from_str(value).ok()?;
    Some(Proposed {
        text: text(&value)?,
        json: value.to_string(),
    })
}

/// A setting's value with its unit or currency.
fn setting_words(def: Option<&SettingDef>, value: &Value) -> String {
    let amount = value.get("minor").and_then(Value::as_i64);
    let currency = value.get("currency").and_then(Value::as_str);
    if let Some((minor, currency)) = amount.zip(currency) {
        return format!("{} {currency}", money_text(minor, currency));
    }
    let text = words_called(value, &|text| def?.word(text));
    let unit = def.and_then(|def| def.unit.as_deref());
    match unit.filter(|_| value.is_number()) {
        Some(unit) => format!("{text} {unit}"),
        None => text,
    }
}

/// An operation of another lane that one waits for.
fn waits_for(reading: &Reading<'_>, on: &Queued) -> Result<WaitsForView, Error> {
    let lane = reading.lane(&on.request.lane())?;
    Ok(WaitsForView {
        id: on.request.id.to_string(),
        kind: on.request.kind.clone(),
        record: on.request.record.clone(),
        title: on.title.clone(),
        action: on.action.clone(),
        word: word(on, standing(&lane, on)),
    })
}

/// The approval that an operation waits for, where it is one to open.
fn agreement(reading: &Reading<'_>, operation: &str) -> Result<Option<AgreementView>, Error> {
    let Some(pack) = reading.pack.as_deref() else {
        return Ok(None);
    };
    let (Some(kind), Some(view)) = (pack.kind(approval::KIND), view_of(pack, approval::KIND))
    else {
        return Ok(None);
    };
    let found = waiting(reading, kind, operation)?;
    Ok(found.map(|(id, role)| AgreementView {
        view: view.to_owned(),
        kind: kind.name.clone(),
        id,
        role,
    }))
}

/// Seconds of what is left, rounded up: what is left is not nothing.
pub(crate) fn whole_seconds(left: TimeDelta) -> u32 {
    let milliseconds = u64::try_from(left.num_milliseconds()).unwrap_or_default();
    u32::try_from(milliseconds.div_ceil(1_000)).unwrap_or(u32::MAX)
}

/// The state in which a conflict finds the record, where it is another than the operator saw.
fn became(reading: &Reading<'_>, operation: &Queued) -> Result<Option<String>, Error> {
    let request = &operation.request;
    let (Some(record), Ok(kind)) = (&operation.theirs, reading.kind(&request.kind)) else {
        return Ok(None);
    };
    let state =
        |body: &Map<String, Value>| body.get("state").and_then(Value::as_str).map(str::to_owned);
    let drawn = rows::of_record(reading.state, &request.kind, &request.record)?;
    let seen = drawn.into_iter().find(|row| row.operation == request.id);
    let seen = seen.and_then(|row| state(&row.seen.body));
    let now = state(&record.body).filter(|now| seen.is_some() && seen.as_ref() != Some(now));
    Ok(now.and_then(|now| kind.state(&now).map(|state| state.label.clone())))
}

/// The other side's facts where it conflicts; what became of the record first, where it has states.
fn theirs(reading: &Reading<'_>, operation: &Queued) -> Result<Vec<super::view::FactView>, Error> {
    let (Some(record), Ok(kind)) = (&operation.theirs, reading.kind(&operation.request.kind))
    else {
        return Ok(Vec::new());
    };
    let row = Row {
        kind: record.kind.clone(),
        id: record.id.clone(),
        revision: record.revision,
        updated_at: record.updated_at,
        title: operation.title.clone(),
        computed: watchkeeper_pack::value::compute(kind, &record.body),
        body: record.body.clone(),
    };
    let shown = Shown::new(reading, kind, &row);
    let state = (!kind.states.is_empty()).then_some("state");
    let others = kind.detail.iter().map(String::as_str);
    let others = others.filter(|name| state != Some(*name));
    state
        .into_iter()
        .chain(others)
        .map(|name| shown.fact(reading, name))
        .collect()
}

/// The word of a record: that of our operation on it which matters most, where one is not yet
/// settled in the mirror. `on_the_way`: the mirror does not have it yet; a record that is made has the word of
/// the operation that makes it.
pub(crate) fn word_of(
    reading: &Reading<'_>,
    row: &Row,
    on_the_way: bool,
) -> Result<Option<OperationWord>, Error> {
    let lane = reading.lane(&format!("{}/{}", row.kind, row.id))?;
    let words: Vec<OperationWord> = lane
        .iter()
        .map(|operation| word(operation, standing(&lane, operation)))
        .collect();
    if words.contains(&OperationWord::Refused) {
        return Ok(Some(OperationWord::Refused));
    }
    if let Some(last) = words.last() {
        return Ok(Some(*last));
    }
    if !on_the_way {
        return Ok(None);
    }
    Ok(Some(match reading.maker(&row.kind, &row.id)? {
        Some(maker) => {
            let lane = reading.lane(&maker.request.lane())?;
            word(&maker, standing(&lane, &maker))
        }
        None => OperationWord::Confirmed,
    }))
}
