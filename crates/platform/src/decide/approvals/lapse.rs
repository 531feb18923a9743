//! The end of the time in which an answer counts, and of what is asked about when the world is replaced.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use watchkeeper_model::approval::{Approval, KIND, State};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::operation::{Reason, VerdictWord};
use watchkeeper_wire::problem::Code;

use super::answer::said;
use super::{Marking, asker, ended, of_operation, question};
use crate::Platform;
use crate::decide::sent_before::ended_without;
use crate::decide::{Asked, MAX_TRIES, gather, reason};
use crate::intake;
use crate::problem::ApiError;
use crate::store::{Committed, Question, RecordRow, Unanswered, Write};

/// How often is looked; whether an answer comes in time does not depend on it.
const EVERY: Duration = Duration::from_secs(5);

/// Ends what nobody has answered in time, for ever.
pub async fn run(platform: Arc<Platform>) {
    loop {
        if let Err(error) = lapse(&platform, platform.clock.now()).await {
            tracing::error!(?error, "ending what nobody has answered");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Why it ends without an answer.
#[derive(Debug, Clone, Copy)]
enum Why {
    /// Its time has passed.
    Late,
    /// The records of the tenant are replaced, and approvals with them.
    Replaced,
}

impl Why {
    fn concerns(self, approval: &Approval, now: DateTime<Utc>) -> bool {
        approval.state == State::Waiting
            && match self {
                Self::Late => approval.lapses_at < now,
                Self::Replaced => true,
            }
    }

    fn state(self) -> State {
        match self {
            Self::Late => State::Lapsed,
            Self::Replaced => State::Failed,
        }
    }

    fn word(self) -> VerdictWord {
        match self {
            Self::Late => VerdictWord::Lapsed,
            Self::Replaced => VerdictWord::Refused,
        }
    }

    fn reason(self, row: &str) -> Reason {
        let (code, detail) = match self {
            Self::Late => ("approval.lapsed", "Nobody agreed in time."),
            Self::Replaced => (
                "approval.over",
                "What this was asked for was replaced before everybody had agreed.",
            ),
        };
        reason(code, Some(row.to_owned()), detail)
    }
}

/// Ends what nobody has answered by now, in all tenants.
///
/// # Errors
/// The first that there was; all that could be ended is.
pub async fn lapse(platform: &Platform, now: DateTime<Utc>) -> Result<(), ApiError> {
    let now_text = instant_text(now);
    let late = question(&[
        ("state", "=", State::Waiting.as_str()),
        ("lapses_at", "<", now_text.as_str()),
    ]);
    // What goes wrong with one of them is no reason for the others to wait; it is tried again.
    let mut first = None;
    for tenant in platform.store.tenants().await? {
        let operations = match asked_about(platform, &tenant, &late).await {
            Ok(operations) => operations,
            Err(error) => {
                tracing::error!(%tenant, ?error, "what nobody has answered cannot be read");
                first.get_or_insert(error);
                continue;
            }
        };
        for operation in operations {
            if let Err(error) = end(platform, &tenant, &operation, (Why::Late, now)).await {
                tracing::error!(%tenant, %operation, ?error, "ending what nobody has answered");
                first.get_or_insert(error);
            }
        }
    }
    first.map_or(Ok(()), Err)
}

/// Ends all that waits in a tenant whose records are about to be replaced: nobody could answer it any
/// more, and the operation would wait for ever.
pub async fn end_all(
    platform: &Platform,
    tenant: &str,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let waiting = question(&[("state", "=", State::Waiting.as_str())]);
    for operation in asked_about(platform, tenant, &waiting).await? {
        end(platform, tenant, &operation, (Why::Replaced, now)).await?;
    }
    Ok(())
}

/// The operations that these approvals are about.
async fn asked_about(
    platform: &Platform,
    tenant: &str,
    which: &Question,
) -> Result<BTreeSet<String>, ApiError> {
    let rows = platform.store.records(tenant, KIND, which).await?;
    let read = rows.iter().filter_map(|row| Approval::read(&row.body));
    Ok(read.map(|approval| approval.operation).collect())
}

async fn end(
    platform: &Platform,
    tenant: &str,
    operation: &str,
    (why, now): (Why, DateTime<Utc>),
) -> Result<(), ApiError> {
    for _ in 0..MAX_TRIES {
        let state = platform.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
        let all = of_operation(platform, tenant, operation).await?;
        let concerned = all.iter().find(|(_, approval)| why.concerns(approval, now));
        let Some((_, first)) = concerned else {
            return Ok(());
        };
        let told = why.reason(&first.row);
        let known = match Uuid::parse_str(operation) {
            Ok(id) => platform.store.operation(tenant, id).await?,
            Err(_) => None,
        };
        let Some(known) = known.filter(|known| !known.verdict.word.is_final()) else {
            // Nothing waits for these any more.
            let writes = all_ended(platform, tenant, &all, (why, &told)).await?;
            intake::write(platform, tenant, &writes).await?;
            return Ok(());
        };
        let asker = asker(tenant, &first.asked_by);
        let asked = Asked {
            tenant,
            kind: &known.request.kind,
            record: &known.request.record,
        };
        let facts = gather(platform, &asked, &asker, now).await?;
        if facts.tenant.head != state.head {
            continue;
        }
        let marking = Marking {
            access: &asker,
            request: &known.request,
            facts: &facts,
            now,
        };
        let rows = all.iter().map(|(_, approval)| approval.row.clone());
        let rows: BTreeSet<String> = rows.collect();
        // What is replaced is not done in any history that counts.
        let before = (known.sent_before && matches!(why, Why::Late), now);
        let no = (why.word(), told.clone());
        let follows = ended_without(platform, &asker, &known, &facts, no, before).await?;
        let told = said(told, &follows);
        let mut writes = all_ended(platform, tenant, &all, (why, &told)).await?;
        writes.extend(marking.answered(platform, &rows).await?);
        let end = Unanswered {
            tenant: tenant.to_owned(),
            expected_head: state.head,
            writes,
            verdict: follows.verdict,
            calls: follows.calls,
        };
        match platform.store.end_unanswered(&end).await? {
            Committed::Done(touched) => {
                platform.hints.changed(tenant, &touched);
                platform.calls_waiting.notify_one();
                return Ok(());
            }
            Committed::Moved | Committed::Known(_) => {}
        }
    }
    Err(Code::Unavailable.into())
}

/// All approvals of an operation, at an end without the answer that they wait for.
async fn all_ended(
    platform: &Platform,
    tenant: &str,
    all: &[(RecordRow, Approval)],
    (why, told): (Why, &Reason),
) -> Result<Vec<Write>, ApiError> {
    let mut writes = Vec::with_capacity(all.len());
    for (row, approval) in all {
        let state = match approval.state {
            State::Waiting => why.state(),
            _ => State::Failed,
        };
        let outcome = [("outcome", told.detail.as_str())];
        writes.push(ended(platform, tenant, row, state, &outcome).await?);
    }
    Ok(writes)
}
