//! Applying an operation: the platform decides again, with its own clock, pack, settings and
//! records, and writes the outcome down before it says it.
//!
//! Order of the checks: version, author, device, an id seen before, the record is there (and in sight; or
//! not there, where the action makes it), not-after, base revision, policy. What is decided is kept for ever under the operation's id
//! and answered again to whoever repeats it; what was not understood or is not the asker's own
//! (version, author, device, an id used for something else) is answered and not kept.

pub mod approvals;
mod effects;
mod erase;
mod judge;
mod sent_before;
mod situation;
mod writes;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use watchkeeper_model::approval;
use watchkeeper_pack::Sight;
use watchkeeper_wire::operation::{Operation, Reason, Verdict, VerdictWord};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::clock::Clock;
use crate::problem::ApiError;
use crate::store::{Access, Commit, Committed, OperationRow, RecordRow};

use approvals::{Answered, Answering};
use effects::effects;
use judge::{Allowed, judge};
use sent_before::{asked_first, asking, not_asked};

pub use effects::Revisions;
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
        let kept = plan
            .as_ref()
            .and_then(|allowed| allowed.kept(access, &facts));
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
                let asked = (operation, None);
                let asked = asked_first(platform, access, asked, &facts, no, now).await?;
                if asked.is_none() {
                    why = why.map(not_asked);
                }
                (Vec::new(), asked.unwrap_or_default())
            }
            None => (Vec::new(), Vec::new()),
        };
        calls
            .iter_mut()
            .for_each(|call| call.sent_before |= sent_before);
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
        let of = (operation.kind.as_str(), operation.record.as_str());
        let revisions = match plan.is_some() {
            true => Revisions::first(facts.record.as_ref(), of, &writes),
            false => Revisions::default(),
        };
        let verdict = Verdict {
            operation: operation.id,
            word,
            reason: why,
            record: None,
            kind: operation.kind.clone(),
            record_id: operation.record.clone(),
            revision: revisions.given,
            from_revision: revisions.from,
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
                kept,
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
        from_revision: None,
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
