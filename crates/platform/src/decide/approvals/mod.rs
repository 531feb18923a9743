//! Operations that somebody has to agree to ([`watchkeeper_model::approval`]).
//!
//! One that asks is kept as it came, with one record for each row that asks; these come with it in one
//! transaction and have ids that follow from its own, so that nothing is asked twice. What an answer
//! makes of it is written with the answer (`answer`), the end of its time by `lapse`: the operation is
//! carried out under its own id, once, or ends without an effect.

mod answer;
mod lapse;
mod marks;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::Call;
use watchkeeper_model::approval::{self, About, Approval, KIND, Needed, State};
use watchkeeper_pack::pack::Effect;
use watchkeeper_pack::{Kind, Pack, value};
use watchkeeper_wire::operation::{Operation, Reason};
use watchkeeper_wire::problem::Code;

use super::judge::who;
use super::{actor, reason, snapshot};
use crate::problem::ApiError;
use crate::store::{
    Access, Beside, Facts, OperationRow, Question, RecordRow, Write, revision_after,
};
use crate::{Platform, intake};

pub(super) use answer::{Answered, Answering, answer};
pub use lapse::{end_all, lapse, run};
use marks::{Marking, asker};

/// What an operation asks for.
pub(super) struct Asks {
    /// The pack that says so.
    pub pack: Arc<Pack>,
    /// Rows that ask.
    pub needed: Vec<Needed>,
    /// Lines of "this will …".
    pub will: Vec<String>,
    /// Until when an answer counts, UTC.
    pub until: DateTime<Utc>,
}

impl Asks {
    /// Said to who asks.
    pub fn waits(&self) -> Reason {
        let row = self.needed.first().map(|ask| ask.row.clone());
        let detail = approval::waits(&self.pack, &self.needed, self.until);
        reason(approval::WAITS, row, &detail)
    }

    /// Said where it may have been carried out before the platform was restored, agreement included.
    pub fn lost(&self) -> Reason {
        let row = self.needed.first().map(|ask| ask.row.clone());
        let detail = "The platform was restored from a backup, and the agreement with it. If this is \
                      not done, ask again.";
        reason(approval::NEEDED, row, detail)
    }
}

/// The records by which is asked, and what the record that it is about says of it.
pub(super) async fn ask(
    platform: &Platform,
    access: &Access,
    operation: &Operation,
    facts: &Facts,
    asks: &Asks,
    now: DateTime<Utc>,
) -> Result<Vec<Write>, ApiError> {
    let kind = asks.pack.kind(&operation.kind);
    let action = kind.and_then(|kind| kind.actions.get(&operation.action));
    let (Some(kind), Some(action), Some(record)) = (kind, action, &facts.record) else {
        return Err(Code::Unavailable.into());
    };
    let marking = Marking {
        access,
        request: operation,
        facts,
        now,
    };
    let mut writes = marking.asked(platform, &asks.pack, &asks.needed).await?;
    // What is agreed to is the record with what it says of the asking: that is no change of it.
    let of = (operation.kind.as_str(), operation.record.as_str());
    let revision = revision_after(Some(record), of, &writes);
    let seen = snapshot(record, &facts.refs);
    let id = operation.id.to_string();
    let about = About {
        operation: &id,
        kind: &operation.kind,
        id: &operation.record,
        title: &value::title(kind, &seen.id, &seen.body, &seen.computed, &seen.refs),
        region: record.region.as_deref(),
        revision: (!action.def.any_revision).then_some(revision),
        action,
        will: &asks.will,
        actor: &actor(&access.operator.id, &access.roles, &access.regions),
        asked_at: now,
        lapses_at: asks.until,
    };
    for (needed, number) in asks.needed.iter().zip(1..) {
        let body = approval::body(&asks.pack, &about, needed);
        let id = format!("{id}-{number}");
        writes.push(put(platform, &access.tenant, id, body).await?);
    }
    Ok(writes)
}

/// Why it is not asked for, if so: it waits for agreement already, asked by somebody.
pub(super) async fn asked_already(
    platform: &Platform,
    tenant: &str,
    operation: &Operation,
) -> Result<Option<Reason>, ApiError> {
    let own = operation.id.to_string();
    let question = question(&[
        ("state", "=", State::Waiting.as_str()),
        ("subject", "=", operation.record.as_str()),
        ("subject_kind", "=", operation.kind.as_str()),
        ("action", "=", operation.action.as_str()),
        ("operation", "<>", own.as_str()),
    ]);
    let waiting = platform.store.records(tenant, KIND, &question).await?;
    let first = waiting.iter().find_map(|row| Approval::read(&row.body));
    let Some(first) = first else {
        return Ok(None);
    };
    let by = who(platform, tenant, &first.asked_by.id, operation).await?;
    let detail = format!("{by} has asked for this already; it waits for agreement.");
    Ok(Some(reason("approval.asked", Some(first.row), &detail)))
}

/// What a lost history may have paid for a record, and nobody knows yet.
pub(super) struct Perhaps {
    /// Said to whoever would pay for it otherwise.
    pub why: Reason,
    /// What to look for before it is paid all the same; none where that cannot be said.
    pub besides: Option<Vec<Beside>>,
}

/// Why nobody pays for this record now, if so: what is being looked for at its provider since the platform was
/// restored from a backup, and what waits for agreement on it since before and may have been agreed to and paid.
/// How that ends, its provider is asked; until then another payment may be the second one.
pub(super) async fn paid_perhaps(
    platform: &Platform,
    tenant: &str,
    operation: &Operation,
    kind: &Kind,
    facts: &Facts,
) -> Result<Option<Perhaps>, ApiError> {
    let mut perhaps: Option<Perhaps> = None;
    for id in facts.looked_for.iter().filter(|id| **id != operation.id) {
        let calls = platform.store.calls_of(tenant, *id).await?;
        let calls: Vec<Call> = calls.into_iter().map(|row| row.call).collect();
        let detail = "Since the platform was restored from a backup, a provider is being asked what it \
                      has done for this already. Try again when that is known.";
        let why = reason("provider.asking", None, detail);
        perhaps = Some(with(perhaps, why, beside(platform, *id, Some(&calls))));
    }
    for (asked, known) in waiting_since_before(platform, tenant, operation, kind).await? {
        let by = &asked.asked_by.id;
        let by = platform.store.operator_name(tenant, by).await?;
        let detail = format!(
            "What {by} asked for waits for agreement since before the platform was restored from a backup, \
             and may have been carried out. Answer that first."
        );
        let why = reason("provider.asking", Some(asked.row), &detail);
        let calls = known.kept.as_ref().map(|kept| kept.calls.as_slice());
        perhaps = Some(with(
            perhaps,
            why,
            beside(platform, known.request.id, calls),
        ));
    }
    Ok(perhaps)
}

/// The first of the reasons, and all of what is to be looked for.
fn with(known: Option<Perhaps>, why: Reason, besides: Option<Vec<Beside>>) -> Perhaps {
    let Some(known) = known else {
        return Perhaps { why, besides };
    };
    let all = known.besides.zip(besides);
    Perhaps {
        why: known.why,
        besides: all.map(|(first, more)| first.into_iter().chain(more).collect()),
    }
}

/// Calls as they are looked for. None where they are not known, or a provider cannot be asked from here.
fn beside(platform: &Platform, operation: Uuid, calls: Option<&[Call]>) -> Option<Vec<Beside>> {
    let each = calls?.iter().map(|call| {
        let known = platform.connectors.contains_key(&call.connector);
        known.then(|| Beside {
            operation,
            call: call.clone(),
        })
    });
    each.collect()
}

/// What else waits for agreement on a record since before a restore, and calls a provider.
async fn waiting_since_before(
    platform: &Platform,
    tenant: &str,
    operation: &Operation,
    kind: &Kind,
) -> Result<Vec<(Approval, OperationRow)>, ApiError> {
    let own = operation.id.to_string();
    let question = question(&[
        ("state", "=", State::Waiting.as_str()),
        ("subject", "=", operation.record.as_str()),
        ("subject_kind", "=", operation.kind.as_str()),
        ("operation", "<>", own.as_str()),
    ]);
    let calls = |known: &OperationRow| match &known.kept {
        Some(kept) => !kept.calls.is_empty(),
        None => {
            let action = kind.actions.get(&known.request.action);
            action.is_none_or(|action| {
                let mut effects = action.effects.iter();
                effects.any(|effect| matches!(effect, Effect::Call(_)))
            })
        }
    };
    let mut found: Vec<(Approval, OperationRow)> = Vec::new();
    for row in platform.store.records(tenant, KIND, &question).await? {
        let Some(asked) = Approval::read(&row.body) else {
            continue;
        };
        let Ok(id) = Uuid::parse_str(&asked.operation) else {
            continue;
        };
        if found.iter().any(|(_, known)| known.request.id == id) {
            continue;
        }
        let known = platform.store.operation(tenant, id).await?;
        if let Some(known) = known.filter(|known| known.sent_before && calls(known)) {
            found.push((asked, known));
        }
    }
    Ok(found)
}

/// All approvals of an operation, in order.
pub(crate) async fn of_operation(
    platform: &Platform,
    tenant: &str,
    operation: &str,
) -> Result<Vec<(RecordRow, Approval)>, ApiError> {
    let question = question(&[("operation", "=", operation)]);
    let rows = platform.store.records(tenant, KIND, &question).await?;
    let read = |row: RecordRow| {
        let approval = Approval::read(&row.body)?;
        Some((row, approval))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Approvals with these fields: name, comparison, value. Written as the indexes are.
fn question(tests: &[(&str, &str, &str)]) -> Question {
    let text = tests
        .iter()
        .map(|(name, comparison, _)| format!("json_extract(body, '$.{name}') {comparison} ?"));
    Question {
        text: text.collect::<Vec<_>>().join(" AND "),
        params: tests
            .iter()
            .map(|(_, _, value)| Value::from(*value))
            .collect(),
    }
}

/// An approval's record, whole.
async fn put(
    platform: &Platform,
    tenant: &str,
    id: String,
    body: Map<String, Value>,
) -> Result<Write, ApiError> {
    let put = intake::put(platform, tenant, KIND, &id, body).await?;
    Ok(Write {
        kind: KIND.to_owned(),
        id,
        put: Some(put),
        version: None,
    })
}

/// An approval that ended otherwise than by the answer that it waits for.
async fn ended(
    platform: &Platform,
    tenant: &str,
    row: &RecordRow,
    state: State,
    more: &[(&str, &str)],
) -> Result<Write, ApiError> {
    let mut body = row.body.clone();
    body.insert("state".into(), state.as_str().into());
    for (name, text) in more {
        body.insert((*name).to_owned(), Value::from(*text));
    }
    put(platform, tenant, row.id.clone(), body).await
}
