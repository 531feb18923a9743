//! Applying an operation: the platform decides again, with its own clock, pack, settings and
//! records, and writes the outcome down before it says it.
//!
//! Order of the checks: version, author, device, an id seen before, the record is there (and in sight; or
//! not there, where the action makes it), not-after, base revision, policy. What is decided is kept for ever under the operation's id
//! and answered again to whoever repeats it; what was not understood or is not the asker's own
//! (version, author, device, an id used for something else) is answered and not kept.

pub mod approvals;
mod sent_before;
mod situation;
mod writes;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Map;
use watchkeeper_model::approval::Agreed;
use watchkeeper_model::{Outcome, Plan, already, approval, decide};
use watchkeeper_pack::Sight;
use watchkeeper_pack::format::Nature;
use watchkeeper_wire::operation::{Operation, Reason, Verdict, VerdictWord};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::clock::Clock;
use crate::problem::ApiError;
use crate::store::{
    Access, Basis, Commit, Committed, Facts, NewCall, OperationRow, RecordRow, Write,
};

use approvals::{Answered, Answering, Asks};
use sent_before::{asked_first, asking, not_asked};

pub use situation::{Asked, actor, basis_snapshot, gather, refs_of, snapshot};
pub use writes::{Draft, settled_writes};

/// The version of operations that this platform knows.
const VERSION: u32 = 1;
/// How often a decision is made again because something changed under it.
const MAX_TRIES: u32 = 32;

/// Decides and carries out one operation. The same one again gets its verdict of now.
///
/// One that may have been sent to an earlier history of the platform (`sent_before`), and whose calls
/// may have reached their providers, gets no plain no: they are asked first (fault 7).
pub async fn apply(
    platform: &Platform,
    access: &Access,
    operation: &Operation,
    sent_before: bool,
) -> Result<Verdict, ApiError> {
    apply_by(platform, &*platform.clock, (access, operation), sent_before).await
}

/// The same by another clock than the platform's: for what a demo tells to have been done before it begins.
pub(crate) async fn apply_by(
    platform: &Platform,
    clock: &dyn Clock,
    (access, operation): (&Access, &Operation),
    sent_before: bool,
) -> Result<Verdict, ApiError> {
    let now = clock.now();
    if operation.version != VERSION {
        let detail = "This platform does not know this version of operations.";
        return Ok(refused(operation, now, "operation.version_unknown", detail));
    }
    if operation.author != access.operator.id {
        let detail = "The operation was made by somebody else.";
        return Ok(refused(operation, now, "operation.author_mismatch", detail));
    }
    let owner = platform
        .store
        .device_owner(&access.tenant, operation.device)
        .await?;
    if owner.is_some_and(|owner| owner != operation.author) {
        let detail = "The operation was made on somebody else's laptop.";
        return Ok(refused(operation, now, "operation.device_mismatch", detail));
    }
    let fingerprint = operation
        .fingerprint()
        .map_err(|error| ApiError::new(Code::BodyInvalid, error.to_string()))?;
    if let Some(known) = platform
        .store
        .operation(&access.tenant, operation.id)
        .await?
    {
        return replay(platform, access, operation, &fingerprint, known).await;
    }
    for _ in 0..MAX_TRIES {
        let now = clock.now();
        let asked = Asked {
            tenant: &access.tenant,
            kind: &operation.kind,
            record: &operation.record,
        };
        let facts = gather(platform, &asked, access, now).await?;
        let (mut word, mut why, mut plan) =
            judge(platform, access, operation, &facts, &BTreeSet::new(), now).await?;
        // It may have been agreed to and carried out: the providers are asked before anybody else.
        if sent_before && let Some(lost) = plan.as_ref().and_then(Allowed::lost) {
            (word, why, plan) = (VerdictWord::Refused, Some(lost), None);
        }
        let (mut writes, mut calls) = match &plan {
            Some(Allowed {
                asks: Some(asks), ..
            }) => {
                let asked = approvals::ask(platform, access, operation, &facts, asks, now).await?;
                (asked, Vec::new())
            }
            Some(allowed) => effects(platform, access, operation, &facts, allowed, now).await?,
            None if sent_before => {
                let no = (word, why.clone());
                let asked = asked_first(platform, access, operation, &facts, no, now).await?;
                if asked.is_none() {
                    why = why.map(not_asked);
                }
                (Vec::new(), asked.unwrap_or_default())
            }
            None => (Vec::new(), Vec::new()),
        };
        calls
            .iter_mut()
            .for_each(|call| call.sent_before = sent_before);
        if plan.is_none() && !calls.is_empty() {
            (word, why) = (VerdictWord::Unknown, Some(asking()));
        }
        let mut follows = None;
        if operation.kind == approval::KIND
            && plan
                .as_ref()
                .is_some_and(|allowed| !allowed.plan.sets.is_empty())
        {
            let answering = Answering {
                access,
                operation,
                facts: &facts,
                sent_before,
                now,
            };
            match approvals::answer(platform, &answering, &mut writes).await? {
                Answered::Moved => continue,
                Answered::Then {
                    follows: then,
                    why: told,
                } => {
                    (follows, why) = (then.map(|follows| *follows), told.or(why));
                }
            }
        }
        let verdict = Verdict {
            operation: operation.id,
            word,
            reason: why,
            record: None,
            kind: operation.kind.clone(),
            record_id: operation.record.clone(),
            revision: revision_after(operation, &facts, &writes, plan.is_some()),
            decided_at: now,
        };
        let commit = Commit {
            tenant: access.tenant.clone(),
            expected_head: facts.tenant.head,
            operation: OperationRow {
                fingerprint: fingerprint.clone(),
                request: operation.clone(),
                verdict: verdict.clone(),
                sent_before,
            },
            writes,
            calls,
            follows,
        };
        match platform.store.commit_operation(&commit).await? {
            Committed::Done(touched) => {
                platform.hints.changed(&access.tenant, &touched);
                platform.calls_waiting.notify_one();
                return with_record(platform, access, verdict).await;
            }
            Committed::Moved => {}
            Committed::Known(known) => {
                return replay(platform, access, operation, &fingerprint, *known).await;
            }
        }
    }
    Err(ApiError::from(Code::Unavailable).retry_after(1))
}

/// May the asker see this record? One that they may not is for them as if it were not there.
fn in_sight(access: &Access, sight: &Sight, record: &RecordRow) -> bool {
    access.sees(record.region.as_deref()) && sight.sees_record(&record.kind, &record.body)
}

/// What was answered before, as it stands now (faults 1, 6 and 44).
async fn replay(
    platform: &Platform,
    access: &Access,
    operation: &Operation,
    fingerprint: &str,
    known: OperationRow,
) -> Result<Verdict, ApiError> {
    if known.fingerprint != fingerprint {
        tracing::warn!(operation = %operation.id, "an operation id was used for something else");
        let detail = "This operation id was used for something else.";
        let now = platform.clock.now();
        return Ok(refused(operation, now, Code::KeyReused.as_str(), detail));
    }
    with_record(platform, access, known.verdict).await
}

/// The verdict with the record as it is now, where the asker may see it.
pub async fn with_record(
    platform: &Platform,
    access: &Access,
    mut verdict: Verdict,
) -> Result<Verdict, ApiError> {
    let record = platform
        .store
        .record(&access.tenant, &verdict.kind, &verdict.record_id)
        .await?;
    let sight = platform.packs.sight(access).await?;
    verdict.record = record
        .filter(|record| in_sight(access, &sight, record))
        .map(|record| {
            let mut record = record.to_wire();
            sight.strip(&record.kind, &mut record.body);
            record
        });
    Ok(verdict)
}

/// The verdict on an operation behind one that failed in its lane. It is not kept: the operation
/// may come again.
pub fn not_tried(operation: &Operation, now: DateTime<Utc>) -> Verdict {
    Verdict {
        word: VerdictWord::NotTried,
        ..refused(
            operation,
            now,
            "operation.not_tried",
            "Something before it in its lane failed.",
        )
    }
}

fn refused(operation: &Operation, now: DateTime<Utc>, code: &str, detail: &str) -> Verdict {
    Verdict {
        operation: operation.id,
        word: VerdictWord::Refused,
        reason: Some(reason(code, None, detail)),
        record: None,
        kind: operation.kind.clone(),
        record_id: operation.record.clone(),
        revision: None,
        decided_at: now,
    }
}

/// A reason.
pub fn reason(code: &str, row: Option<String>, detail: &str) -> Reason {
    Reason {
        code: code.to_owned(),
        row,
        detail: detail.to_owned(),
    }
}

/// An action that policy lets through.
struct Allowed {
    plan: Plan,
    not_after: Option<DateTime<Utc>>,
    /// Somebody has to agree before it is carried out.
    asks: Option<Asks>,
    /// By which rows somebody has, and who could.
    agreed: BTreeSet<Agreed>,
    /// Lines of "this will …"; none where nothing is left to do.
    will: Option<Vec<String>>,
}

impl Allowed {
    /// It asks for agreement to calls: the answer where these were perhaps made already.
    fn lost(&self) -> Option<Reason> {
        let asks = self.asks.as_ref().filter(|_| !self.plan.calls.is_empty());
        asks.map(Asks::lost)
    }
}

type Judged = (VerdictWord, Option<Reason>, Option<Allowed>);

/// Decides; `agreed` is by which rows somebody has agreed to it.
async fn judge(
    platform: &Platform,
    access: &Access,
    operation: &Operation,
    facts: &Facts,
    agreed: &BTreeSet<Agreed>,
    now: DateTime<Utc>,
) -> Result<Judged, ApiError> {
    let no = |word, reason| Ok((word, Some(reason), None));
    let sight = platform.packs.sight_in(&facts.tenant, access).await?;
    let visible = facts
        .record
        .as_ref()
        .filter(|record| in_sight(access, &sight, record));
    let creates = creates(platform, operation, facts).await?;
    if creates && facts.record.is_some() {
        let there = reason("record.exists", None, "There is one of this id already.");
        return no(VerdictWord::Conflict, there);
    }
    let new = creates.then(|| unmade(&operation.kind, &operation.record, now));
    let Some(record) = visible.or(new.as_ref()) else {
        let gone = reason("record.gone", None, "The record is not there any more.");
        return no(VerdictWord::Conflict, gone);
    };
    let Some(pack) = platform.packs.active(&facts.tenant).await? else {
        let none = reason("pack.missing", None, "This tenant has no pack.");
        return no(VerdictWord::Refused, none);
    };
    let Some(kind) = pack.kind(&operation.kind) else {
        let unknown = reason("kind.unknown", None, "The pack does not know this kind.");
        return no(VerdictWord::Refused, unknown);
    };
    let snapshot = snapshot(record, &facts.refs);
    let situation = watchkeeper_model::Situation {
        pack: &pack,
        kind,
        record: &snapshot,
        params: &operation.params,
        actor: &actor(&access.operator.id, &access.roles, &access.regions),
        now,
        settings: &pack.settings_in_force(&facts.tenant.settings),
        controls: &pack.controls_in_force(&facts.tenant.controls),
        lookups: &facts.lookups,
    };
    // Somebody has done the same before: whoever comes second has what they asked for, however late
    // and whatever revision they saw.
    if already(&situation, &operation.action) {
        let nothing = Allowed {
            plan: Plan::default(),
            not_after: None,
            asks: None,
            agreed: BTreeSet::new(),
            will: None,
        };
        return Ok((VerdictWord::Confirmed, None, Some(nothing)));
    }
    let decision = decide(&situation, &operation.action).agreed(agreed);
    if operation.not_after.is_some_and(|at| now > at) {
        let row = match &decision.outcome {
            Outcome::Deny { row, .. } => row.clone(),
            Outcome::Allow | Outcome::Ask => None,
        };
        let late = reason("operation.lapsed", row, "It came after its time.");
        return no(VerdictWord::Lapsed, late);
    }
    if operation
        .base_revision
        .is_some_and(|seen| seen != record.revision)
    {
        let changed = reason(
            "record.changed",
            None,
            "The record is not what the operator saw.",
        );
        return no(VerdictWord::Conflict, changed);
    }
    let asks = decision.outcome == Outcome::Ask;
    let plan = match (decision.outcome, decision.plan) {
        (Outcome::Deny { code, row, detail }, _) => {
            let word = if code == "operation.lapsed" {
                VerdictWord::Lapsed
            } else {
                VerdictWord::Refused
            };
            return no(word, Reason { code, row, detail });
        }
        (Outcome::Allow | Outcome::Ask, plan) => plan.unwrap_or_default(),
    };
    // What a lost history may have paid is not paid once more before the provider has said so.
    if decision.nature == Nature::Money && !plan.calls.is_empty() {
        if facts.looked_for {
            let detail = "Since the platform was restored from a backup, a provider is being asked what it \
                          has done for this already. Try again when that is known.";
            return no(
                VerdictWord::Refused,
                reason("provider.asking", None, detail),
            );
        }
        let perhaps = approvals::paid_perhaps(platform, &access.tenant, operation, kind).await?;
        if let Some(why) = perhaps {
            return no(VerdictWord::Refused, why);
        }
    }
    if let Some(call) = plan
        .calls
        .iter()
        .find(|call| !platform.connectors.contains_key(&call.connector))
    {
        let detail = format!("This platform has no connector {:?}.", call.connector);
        let none = reason("provider.missing", None, &detail);
        return no(VerdictWord::Refused, none);
    }
    let word = if plan.calls.is_empty() && !asks {
        VerdictWord::Confirmed
    } else {
        VerdictWord::Accepted
    };
    let not_after = [operation.not_after, decision.not_after]
        .into_iter()
        .flatten()
        .min();
    if asks && let Some(why) = approvals::asked_already(platform, &access.tenant, operation).await?
    {
        return no(VerdictWord::Refused, why);
    }
    let asks = asks.then(|| Asks {
        pack: std::sync::Arc::clone(&pack),
        until: approval::lapses_at(&decision.asks, not_after, now),
        needed: decision.asks,
        will: decision.will.clone(),
    });
    let allowed = Allowed {
        plan,
        not_after,
        agreed: agreed.clone(),
        asks,
        will: Some(decision.will),
    };
    let why = allowed.asks.as_ref().map(Asks::waits);
    Ok((word, why, Some(allowed)))
}

/// Does the operation make the record that it is on?
async fn creates(
    platform: &Platform,
    operation: &Operation,
    facts: &Facts,
) -> Result<bool, ApiError> {
    let pack = platform.packs.active(&facts.tenant).await?;
    let kind = pack.as_ref().and_then(|pack| pack.kind(&operation.kind));
    let action = kind.and_then(|kind| kind.actions.get(&operation.action));
    Ok(action.is_some_and(|action| action.def.creates))
}

/// A record before it is made.
fn unmade(kind: &str, id: &str, now: DateTime<Utc>) -> RecordRow {
    RecordRow {
        kind: kind.to_owned(),
        id: id.to_owned(),
        revision: 0,
        seq: 0,
        updated_at: now,
        region: None,
        body: Map::new(),
        computed: Map::new(),
    }
}

/// Record writes and calls of an allowed action.
async fn effects(
    platform: &Platform,
    access: &Access,
    operation: &Operation,
    facts: &Facts,
    allowed: &Allowed,
    now: DateTime<Utc>,
) -> Result<(Vec<Write>, Vec<NewCall>), ApiError> {
    let Some(pack) = platform.packs.active(&facts.tenant).await? else {
        return Ok((Vec::new(), Vec::new()));
    };
    let plan = &allowed.plan;
    let mut draft = Draft::new(&access.tenant, &pack);
    let new = unmade(&operation.kind, &operation.record, now);
    let record = match &facts.record {
        Some(record) => record,
        None if creates(platform, operation, facts).await? => {
            draft.begin(&new.kind, &new.id);
            &new
        }
        None => return Ok((Vec::new(), Vec::new())),
    };
    draft
        .set(platform, &record.kind, &record.id, &plan.sets)
        .await?;
    for on in &plan.sets_on {
        draft.set(platform, &on.kind, &on.id, &on.set).await?;
    }
    for (place, create) in plan.creates.iter().enumerate() {
        draft.create(operation.id, place, &create.kind, &create.body);
    }
    let writes = draft.finish(platform).await?;
    tracing::debug!(operation = %operation.id, %now, calls = plan.calls.len(), "allowed");
    let basis = Basis {
        agreed: allowed.agreed.clone(),
        ..basis(access, facts, record, &pack.hash)
    };
    let calls = plan
        .calls
        .iter()
        .map(|call| NewCall {
            call: call.clone(),
            basis: basis.clone(),
            not_after: allowed.not_after,
            sent_before: false,
        })
        .collect();
    Ok((writes, calls))
}

/// What a call is decided on.
fn basis(access: &Access, facts: &Facts, record: &RecordRow, pack: &str) -> Basis {
    let snapshot = snapshot(record, &facts.refs);
    Basis {
        revision: snapshot.revision,
        body: snapshot.body,
        computed: snapshot.computed,
        refs: snapshot.refs,
        roles: access.roles.clone(),
        regions: access.regions.clone(),
        lookups: facts.lookups.clone(),
        pack: pack.to_owned(),
        otherwise: None,
        agreed: BTreeSet::new(),
    }
}

fn revision_after(
    operation: &Operation,
    facts: &Facts,
    writes: &[Write],
    allowed: bool,
) -> Option<u64> {
    if !allowed {
        return None;
    }
    let before = facts.record.as_ref().map_or(0, |record| record.revision);
    let written = writes
        .iter()
        .any(|write| write.kind == operation.kind && write.id == operation.record);
    Some(before + u64::from(written))
}
