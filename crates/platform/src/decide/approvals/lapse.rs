//! The end of the time in which an answer counts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use watchkeeper_model::approval::{Approval, KIND, State};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::operation::{Verdict, VerdictWord};
use watchkeeper_wire::problem::Code;

use super::{ended, of_operation, question};
use crate::Platform;
use crate::decide::{MAX_TRIES, reason};
use crate::intake;
use crate::problem::ApiError;
use crate::store::{Committed, Unanswered};

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

/// Ends what nobody has answered by now, in all tenants.
pub async fn lapse(platform: &Platform, now: DateTime<Utc>) -> Result<(), ApiError> {
    let now_text = instant_text(now);
    let late = question(&[
        ("state", "=", State::Waiting.as_str()),
        ("lapses_at", "<", now_text.as_str()),
    ]);
    for tenant in platform.store.tenants().await? {
        let rows = platform.store.records(&tenant, KIND, &late).await?;
        let read = rows.iter().filter_map(|row| Approval::read(&row.body));
        let operations: BTreeSet<String> = read.map(|approval| approval.operation).collect();
        for operation in operations {
            end(platform, &tenant, &operation, now).await?;
        }
    }
    Ok(())
}

async fn end(
    platform: &Platform,
    tenant: &str,
    operation: &str,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    for _ in 0..MAX_TRIES {
        let state = platform.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
        let all = of_operation(platform, tenant, operation).await?;
        let late =
            |approval: &Approval| approval.state == State::Waiting && approval.lapses_at < now;
        let Some((_, first)) = all.iter().find(|(_, approval)| late(approval)) else {
            return Ok(());
        };
        let detail = "Nobody agreed in time.";
        let why = reason("approval.lapsed", Some(first.row.clone()), detail);
        let mut writes = Vec::with_capacity(all.len());
        for (row, approval) in &all {
            let state = match approval.state {
                State::Waiting => State::Lapsed,
                _ => State::Failed,
            };
            writes.push(ended(platform, tenant, row, state, &[("outcome", detail)]).await?);
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
        let end = Unanswered {
            tenant: tenant.to_owned(),
            expected_head: state.head,
            writes,
            verdict: Verdict {
                word: VerdictWord::Lapsed,
                reason: Some(why),
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
