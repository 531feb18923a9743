//! The end of a call: what it sets, the operation's verdict and the feed's line, all or nothing.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_model::Situation;
use watchkeeper_model::plan::Settled;
use watchkeeper_wire::operation::{Operation, Reason, Verdict, VerdictWord};
use watchkeeper_wire::problem::Code;

use super::kept_out::say_let_in;
use crate::Platform;
use crate::decide::{Revisions, actor, reason, refs_of, settled_writes, snapshot};
use crate::problem::ApiError;
use crate::store::{CallRow, CallStatus, Committed, Facts, FactsAsked, Settle, Write};

/// Code of a reason: the provider has done something else of what was asked for on the record.
const DONE_OTHERWISE: &str = "provider.done_otherwise";

/// How often an ending is written again because something changed under it.
const MAX_TRIES: u32 = 64;

/// How a call ended, and what follows.
pub(super) struct Ending {
    status: CallStatus,
    result: Option<Value>,
    word: VerdictWord,
    reason: Option<Reason>,
}

pub(super) fn done(result: Value) -> Ending {
    Ending {
        status: CallStatus::Done,
        result: Some(result),
        word: VerdictWord::Confirmed,
        reason: None,
    }
}

pub(super) fn provider_refused(detail: &str) -> Ending {
    let why = reason("provider.refused", None, detail);
    undone(CallStatus::Refused, VerdictWord::Refused, why)
}

/// The provider did it, and what runs goes on as before.
pub(super) fn not_in_effect(detail: &str) -> Ending {
    let why = reason("control.not_in_effect", None, detail);
    undone(CallStatus::Refused, VerdictWord::Refused, why)
}

pub(super) fn given_up(word: VerdictWord, reason: Reason) -> Ending {
    undone(CallStatus::GivenUp, word, reason)
}

/// Another one was made of the same record in a history that is lost, so this one never is. What the record
/// is to say of it comes with the other one's end, which comes with the end of its time at the latest.
pub(super) async fn done_otherwise(
    platform: &Platform,
    row: &CallRow,
    other: Uuid,
) -> Result<Ending, ApiError> {
    let what = asked_for(platform, &row.id.tenant, other).await?;
    let what = what.unwrap_or_else(|| "something else that was asked for".to_owned());
    let detail = format!(
        "Before the platform was restored from a backup, the provider had done {what} on this record. This \
         is not done beside it. Until that one has ended here as well, the record does not say what was \
         done: where it still waits for agreement, answer it or take it back, and the platform finds at \
         the provider what it did."
    );
    let why = reason(DONE_OTHERWISE, None, &detail);
    Ok(undone(CallStatus::GivenUp, VerdictWord::Refused, why))
}

/// An operation in words; none where it, or its action, is not known any more.
async fn asked_for(
    platform: &Platform,
    tenant: &str,
    operation: Uuid,
) -> Result<Option<String>, ApiError> {
    let known = platform.store.operation(tenant, operation).await?;
    let state = platform.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
    let pack = platform.packs.active(&state).await?;
    let Some(request) = known.map(|known| known.request) else {
        return Ok(None);
    };
    let kind = pack.as_ref().and_then(|pack| pack.kind(&request.kind));
    let Some(action) = kind.and_then(|kind| kind.actions.get(&request.action)) else {
        return Ok(None);
    };
    let by = platform.store.operator_name(tenant, &request.author);
    let (label, by) = (&action.def.label, by.await?);
    Ok(Some(format!("“{label}”, asked for by {by},")))
}

/// Why stands with the call as well: the operation may end later, with another one.
fn undone(status: CallStatus, word: VerdictWord, why: Reason) -> Ending {
    Ending {
        status,
        result: Some(json!({"message": why.detail, "code": why.code, "row": why.row})),
        word,
        reason: Some(why),
    }
}

/// Why a call was not done, where that was its end and not that of the one before it.
fn left_undone(call: &CallRow) -> Option<Reason> {
    let failed = matches!(call.status, CallStatus::Refused | CallStatus::GivenUp);
    let result = call.result.as_ref().filter(|_| failed)?;
    let text = |name: &str| result.get(name).and_then(Value::as_str);
    Some(Reason {
        code: text("code").unwrap_or("provider.refused").to_owned(),
        row: text("row").map(ToOwned::to_owned),
        detail: text("message")?.to_owned(),
    })
}

/// Ends a call: what it sets, the verdict and the feed's line, all or nothing.
pub(super) async fn finish(
    platform: &Platform,
    row: &CallRow,
    ending: Ending,
) -> Result<(), ApiError> {
    let tenant = row.id.tenant.as_str();
    // Other calls of it may be open, and it goes on.
    if ending.status != CallStatus::GivenUp {
        // Words alone: how it ended is written whether they are or not.
        if let Err(error) = say_let_in(platform, row).await {
            tracing::warn!(?error, operation = %row.id.operation, "not said that a provider lets in again");
        }
    }
    for _ in 0..MAX_TRIES {
        let now = platform.clock.now();
        let known = platform.store.operation(tenant, row.id.operation).await?;
        let known = known.ok_or(Code::NotFound)?;
        let facts = facts(platform, tenant, &known.request, &row.basis.regions, now).await?;
        let writes = follow_ups(platform, row, &known.request, &facts, &ending, now).await?;
        let calls = platform.store.calls_of(tenant, row.id.operation).await?;
        let waits = |call: &&CallRow| call.id == row.id && call.status == CallStatus::Waiting;
        let Some(own) = calls.iter().find(waits) else {
            return Ok(());
        };
        // Another history has begun since it was read: what certainly was never sent may have been.
        if ending.status == CallStatus::GivenUp && own.was_sent_before() && !row.was_sent_before() {
            return Ok(());
        }
        let others: Vec<&CallRow> = calls.iter().filter(|call| call.id != row.id).collect();
        let give_up: Vec<u32> = match ending.status {
            CallStatus::Done | CallStatus::Waiting => Vec::new(),
            CallStatus::Refused | CallStatus::GivenUp => others
                .iter()
                .filter(|call| call.status == CallStatus::Waiting && call.call.after_previous)
                .map(|call| call.id.effect)
                .collect(),
        };
        let open = others
            .iter()
            .any(|call| call.status == CallStatus::Waiting && !give_up.contains(&call.id.effect));
        let beside = (
            others.as_slice(),
            open,
            otherwise(platform, row, &ending, &others),
        );
        let verdict = next_verdict(&known.verdict, &ending, beside, &facts, &writes, now);
        let settle = Settle {
            call: row.id.clone(),
            expected_head: facts.tenant.head,
            status: ending.status,
            result: ending.result.clone(),
            writes,
            verdict,
            give_up,
            at: now,
        };
        match platform.store.settle_call(&settle).await? {
            Committed::Done(touched) => {
                platform.hints.changed(tenant, &touched);
                platform.calls_waiting.notify_one();
                return Ok(());
            }
            Committed::Moved | Committed::Known(_) => {}
        }
    }
    Err(ApiError::from(Code::Unavailable))
}

async fn facts(
    platform: &Platform,
    tenant: &str,
    operation: &Operation,
    regions: &[String],
    now: DateTime<Utc>,
) -> Result<Facts, ApiError> {
    let state = platform.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
    let pack = platform.packs.active(&state).await?;
    let kind = pack.as_ref().and_then(|pack| pack.kind(&operation.kind));
    let asked = FactsAsked {
        kind: operation.kind.clone(),
        id: operation.record.clone(),
        refs: kind.map(refs_of).unwrap_or_default(),
        lookups: std::collections::BTreeMap::new(),
        regions: regions.to_vec(),
        now,
    };
    let facts = platform.store.facts(tenant, &asked).await?;
    Ok(facts.ok_or(Code::NotFound)?)
}

/// The records that the ending changes. What the pack says is worked out with the operation's own
/// sight and the record as it is now.
async fn follow_ups(
    platform: &Platform,
    row: &CallRow,
    operation: &Operation,
    facts: &Facts,
    ending: &Ending,
    now: DateTime<Utc>,
) -> Result<Vec<Write>, ApiError> {
    // Policy said no and the provider has not done it: nothing was begun that could end.
    if row.basis.otherwise.is_some() && ending.status != CallStatus::Done {
        return Ok(Vec::new());
    }
    // What the record is to say follows from the one that was done.
    if ending
        .reason
        .as_ref()
        .is_some_and(|why| why.code == DONE_OTHERWISE)
    {
        return Ok(Vec::new());
    }
    let pack = platform.packs.active(&facts.tenant).await?;
    let (Some(pack), Some(record)) = (pack, &facts.record) else {
        return Ok(Vec::new());
    };
    let Some(kind) = pack.kind(&operation.kind) else {
        return Ok(Vec::new());
    };
    let Some(action) = kind.actions.get(&operation.action) else {
        return Ok(Vec::new());
    };
    let seen = snapshot(record, &facts.refs);
    let actor = actor(&operation.author, &row.basis.roles, &row.basis.regions);
    let situation = Situation {
        pack: &pack,
        kind,
        record: &seen,
        params: &operation.params,
        actor: &actor,
        now,
        settings: &pack.settings_in_force(&facts.tenant.settings),
        controls: &pack.controls_in_force(&facts.tenant.controls),
        lookups: &row.basis.lookups,
    };
    let mut scope = situation.scope(Some(action));
    scope.result.clone_from(&ending.result);
    let success = ending.status == CallStatus::Done;
    let effect = row.call.effect;
    let settled = watchkeeper_model::plan::settle(&pack, kind, action, effect, &scope, success);
    let settled = match settled {
        Some(Ok(settled)) => settled,
        Some(Err(error)) => {
            // The effect has happened; a follow-up that cannot be worked out must not hide that.
            tracing::error!(%error, operation = %operation.id, "follow-up of a call");
            Settled::default()
        }
        None => Settled::default(),
    };
    let name = (record.kind.as_str(), record.id.as_str());
    settled_writes(platform, &row.id.tenant, &pack, name, &settled).await
}

/// What a provider has done otherwise than it was asked to: that is done, and said.
fn otherwise(
    platform: &Platform,
    row: &CallRow,
    ending: &Ending,
    others: &[&CallRow],
) -> Option<Reason> {
    let own = (ending.status == CallStatus::Done).then_some((&row.call, ending.result.as_ref()));
    let done = others.iter().filter(|call| call.status == CallStatus::Done);
    let done = done.map(|call| (&call.call, call.result.as_ref()));
    let detail = own.into_iter().chain(done).find_map(|(call, result)| {
        let connector = platform.connectors.get(&call.connector)?;
        connector.differs(call, result?)
    })?;
    tracing::error!(%detail, operation = %row.id.operation, "a provider did something else");
    Some(reason("provider.otherwise", None, &detail))
}

/// The operation's next verdict; none while other calls are open and its record stays as it is, or after a
/// final one.
fn next_verdict(
    known: &Verdict,
    ending: &Ending,
    (others, open, otherwise): (&[&CallRow], bool, Option<Reason>),
    facts: &Facts,
    writes: &[Write],
    now: DateTime<Utc>,
) -> Option<Verdict> {
    if known.word.is_final() {
        return None;
    }
    let any_done = others.iter().any(|call| call.status == CallStatus::Done);
    let revisions = Revisions::next(known, facts.record.as_ref(), writes);
    let said = (known.from_revision, known.revision);
    let wrote = revisions.from.is_some() && (revisions.from, revisions.given) != said;
    let (word, reason) = match ending.status {
        CallStatus::Done if open && known.word != VerdictWord::Accepted => {
            (VerdictWord::Accepted, None)
        }
        // What is under way yet may be done: refused is said of an operation of which nothing was. What was
        // written meanwhile is said, so that its own is not taken for somebody else's.
        CallStatus::Done | CallStatus::Refused | CallStatus::GivenUp if open && wrote => {
            (known.word, known.reason.clone())
        }
        CallStatus::Done | CallStatus::Refused | CallStatus::GivenUp if open => return None,
        CallStatus::Done | CallStatus::Waiting => {
            let undone = others.iter().find_map(|call| left_undone(call));
            (VerdictWord::Confirmed, otherwise.or(undone))
        }
        // Something of it has been done; the reason says what has not.
        CallStatus::Refused | CallStatus::GivenUp if any_done => {
            let undone = || ending.reason.clone();
            (VerdictWord::Confirmed, otherwise.or_else(undone))
        }
        CallStatus::Refused | CallStatus::GivenUp => (ending.word, ending.reason.clone()),
    };
    Some(Verdict {
        word,
        reason,
        record: None,
        revision: revisions.given,
        from_revision: revisions.from,
        decided_at: now,
        ..known.clone()
    })
}
