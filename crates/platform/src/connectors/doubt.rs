//! What nobody knows of a call: said to its author, and looked for at the provider before another is sent.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use watchkeeper_wire::operation::{Reason, Verdict, VerdictWord};
use watchkeeper_wire::problem::Code;

use super::Look;
use crate::Platform;
use crate::decide::reason;
use crate::problem::ApiError;
use crate::store::{CallRow, Committed};

/// How often a doubt is said anew because something else was said meanwhile.
const TRIES: u32 = 8;
/// A provider that could not be asked for so long may not let itself be asked at all: a person has to see it.
const UNREADABLE_AFTER: TimeDelta = TimeDelta::minutes(10);
/// Code of the reason then.
const UNREADABLE: &str = "provider.unreadable";

/// What others have done of the same record in a history that is lost
/// ([`Basis::besides`](crate::store::Basis::besides)).
pub(super) enum Beside {
    /// Nothing.
    Nothing,
    /// That cannot be said just now.
    Unclear,
    /// All or a part of it, by this operation.
    Done(Uuid),
}

/// Looks for each of these on its own.
pub(super) async fn look_beside(platform: &Platform, row: &CallRow) -> Beside {
    let mut found = Beside::Nothing;
    for other in &row.basis.besides {
        let Some(connector) = platform.connectors.get(&other.call.connector).cloned() else {
            found = Beside::Unclear;
            continue;
        };
        match connector.look(&other.call, &other.provider_key()).await {
            Look::Absent | Look::Beside(_) | Look::Failed(_) => {}
            Look::Found(_) | Look::Begun | Look::NotInEffect(_) => {
                return Beside::Done(other.operation);
            }
            // It may come to nothing yet.
            Look::UnderWay | Look::Unclear => found = Beside::Unclear,
        }
    }
    found
}

/// Tells the author that nobody knows, once.
pub(super) async fn say_unknown(platform: &Platform, row: &CallRow) -> Result<(), ApiError> {
    let detail = "The provider did not answer; the platform is finding out.";
    let why = reason("provider.ambiguous", None, detail);
    say(platform, row, &why, is_accepted).await
}

fn is_accepted(seen: &Verdict, _now: DateTime<Utc>) -> bool {
    seen.word == VerdictWord::Accepted
}

/// Tells the author that a provider has not said for long what it has done, once: it may forbid the question
/// for good, and then nothing ends before somebody sees to that. What was never sent is in no doubt.
pub(super) async fn say_unreadable(platform: &Platform, row: &CallRow) -> Result<(), ApiError> {
    if row.was_never_sent() {
        return Ok(());
    }
    let detail = "For over ten minutes the provider has not said whether this was done: it does not answer, or \
                  does not let the platform read. The platform asks again every few seconds, and sends nothing \
                  before it knows. Whoever runs the platform has to see to its access at the provider; with \
                  the answer this ends by itself.";
    let why = reason(UNREADABLE, None, detail);
    say(platform, row, &why, is_long_in_doubt).await
}

fn is_long_in_doubt(seen: &Verdict, now: DateTime<Utc>) -> bool {
    let said = seen.reason.as_ref();
    let said = said.is_some_and(|why| why.code == UNREADABLE);
    !seen.word.is_final() && !said && now >= seen.decided_at + UNREADABLE_AFTER
}

/// Says that nobody knows, and why, where what is said so far lets it be.
async fn say(
    platform: &Platform,
    row: &CallRow,
    why: &Reason,
    may: fn(&Verdict, DateTime<Utc>) -> bool,
) -> Result<(), ApiError> {
    let tenant = row.id.tenant.as_str();
    for _ in 0..TRIES {
        let now = platform.clock.now();
        let seen = platform.store.operation(tenant, row.id.operation).await?;
        let seen = seen.ok_or(Code::NotFound)?.verdict;
        if !may(&seen, now) {
            return Ok(());
        }
        let verdict = Verdict {
            word: VerdictWord::Unknown,
            reason: Some(why.clone()),
            decided_at: now,
            ..seen.clone()
        };
        // What another call of the operation has brought about meanwhile is looked at again.
        let said = platform.store.say_verdict(tenant, &seen, &verdict).await?;
        if let Committed::Done(touched) = said {
            platform.hints.changed(tenant, &touched);
            return Ok(());
        }
    }
    Ok(())
}
