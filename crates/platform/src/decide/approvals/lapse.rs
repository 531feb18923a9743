//! The end of the time in which an answer counts, and of what is asked about when the world is replaced.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use watchkeeper_model::approval::{Approval, KIND, State};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::operation::{Reason, Verdict, VerdictWord};
use watchkeeper_wire::problem::Code;

use super::{Marking, asker, ended, of_operation, question};
use crate::Platform;
use crate::decide::{Asked, MAX_TRIES, gather, reason};
use crate::intake;
use crate::problem::ApiError;
use crate::store::{Committed, Question, Unanswered};

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
pub async fn lapse(platform: &Platform, now: DateTime<Utc>) -> Result<(), ApiError> {
    let now_text = instant_text(now);
    let late = question(&[
        ("state", "=", State::Waiting.as_str()),
        ("lapses_at", "<", now_text.as_str()),
    ]);
    for tenant in platform.store.tenants().await? {
        end_those(platform, &tenant, &late, (Why::Late, now)).await?;
    }
    Ok(())
}

/// Ends all that waits in a tenant whose records are about to be replaced: nobody could answer it any
/// more, and the operation would wait for ever.
pub async fn end_all(
    platform: &Platform,
    tenant: &str,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let waiting = question(&[("state", "=", State::Waiting.as_str())]);
    end_those(platform, tenant, &waiting, (Why::Replaced, now)).await
}

async fn end_those(
    platform: &Platform,
    tenant: &str,
    which: &Question,
    why: (Why, DateTime<Utc>),
) -> Result<(), ApiError> {
    let rows = platform.store.records(tenant, KIND, which).await?;
    let read = rows.iter().filter_map(|row| Approval::read(&row.body));
    let operations: BTreeSet<String> = read.map(|approval| approval.operation).collect();
    for operation in operations {
        end(platform, tenant, &operation, why).await?;
    }
    Ok(())
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
        let mut writes = Vec::with_capacity(all.len());
        for (row, approval) in &all {
            let state = match approval.state {
                State::Waiting => why.state(),
                _ => State::Failed,
            };
            let outcome = [("outcome", told.detail.as_str())];
            writes.push(ended(platform, tenant, row, state, &outcome).await?);
        }
        let known = match Uuid::parse_str(operation) {
            Ok(id) => platform.store.operation(tenant, id).await?,
            Err(_) => None,
        };
        let Some(known) = known.filter(|known| !known.verdict.word.is_final()) else {
            // Nothing waits for these any more.
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
        writes.extend(marking.answered(platform, &rows).await?);
        let end = Unanswered {
            tenant: tenant.to_owned(),
            expected_head: state.head,
            writes,
            verdict: Verdict {
                word: why.word(),
                reason: Some(told),
                record: None,
                decided_at: now,
                ..known.verdict
            },
        };
        match platform.store.end_unanswered(&end).await? {
            Committed::Done(touched) => {
                platform.hints.changed(tenant, &touched);
                return Ok(());
            }
            Committed::Moved | Committed::Known(_) => {}
        }
    }
    Err(Code::Unavailable.into())
}
