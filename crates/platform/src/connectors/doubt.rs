//! What nobody knows of a call: said to its author, and looked for at the provider before another is sent.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use watchkeeper_wire::operation::{Reason, Verdict, VerdictWord};
use watchkeeper_wire::problem::Code;

use super::{Look, tells_of};
use crate::Platform;
use crate::decide::reason;
use crate::problem::ApiError;
use crate::store::{CallRow, Committed};

/// How often a doubt is said anew because something else was said meanwhile.
const TRIES: u32 = 8;
/// What a provider has not cleared up for so long a person has to see.
const IN_DOUBT_AFTER: TimeDelta = TimeDelta::minutes(10);
/// What shows but proves nothing is looked at again after so long at first.
const SOON: TimeDelta = TimeDelta::seconds(5);
/// And after so long at most.
const LATE: TimeDelta = TimeDelta::minutes(5);
/// Code of the reason where a send had no answer.
pub(super) const AMBIGUOUS: &str = "provider.ambiguous";
/// Code of the reason where it does not say anything: it may not let itself be asked at all.
pub(super) const UNREADABLE: &str = "provider.unreadable";
/// Code of the reason where what it shows proves neither that it was done nor that it was not.
const UNPROVEN: &str = "provider.unproven";

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
            Look::Found(_) | Look::Part(_) | Look::Begun | Look::NotInEffect(_) => {
                return Beside::Done(other.operation);
            }
            // It may come to nothing yet.
            Look::UnderWay | Look::Unproven(_) | Look::Unclear | Look::KeptOut => {
                found = Beside::Unclear;
            }
        }
    }
    found
}

/// Tells the author that nobody knows, once.
pub(super) async fn say_unknown(platform: &Platform, row: &CallRow) -> Result<(), ApiError> {
    let why = ambiguous();
    say(platform, row, |seen, _now| {
        let is_news = seen.word == VerdictWord::Accepted || tells_of(seen, row.call.connector);
        is_news.then(|| (VerdictWord::Unknown, why.clone()))
    })
    .await
}

/// Why nobody knows of what was sent and not answered.
pub(super) fn ambiguous() -> Reason {
    let detail = "The provider did not answer; the platform is finding out.";
    reason(AMBIGUOUS, None, detail)
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
    say_long(platform, row, reason(UNREADABLE, None, detail)).await
}

/// Tells the author what a provider has shown for long of what was sent to it, where that ends nothing. It is
/// said once, and again where it shows something else by then.
pub(super) async fn say_unproven(
    platform: &Platform,
    row: &CallRow,
    shown: &str,
) -> Result<(), ApiError> {
    let detail = format!(
        "{shown} The platform asks again, every five minutes at least, and sends nothing as long as this is so; \
         once the provider shows all of it, this ends by itself."
    );
    say_long(platform, row, reason(UNPROVEN, None, &detail)).await
}

/// After how long is asked again what proved nothing of what was sent then: the longer ago, the more seldom.
pub(super) fn again_after(sent_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> TimeDelta {
    let ago = sent_at.map_or(SOON, |at| now.signed_duration_since(at));
    (ago / 10).clamp(SOON, LATE)
}

fn is_long_in_doubt(seen: &Verdict, why: &Reason, now: DateTime<Utc>) -> bool {
    // What a provider has shown stays said while it cannot be asked: that is what there is to look at.
    let is_said = |said: &Reason| said == why || said.code == UNPROVEN && why.code == UNREADABLE;
    !seen.word.is_final()
        && !seen.reason.as_ref().is_some_and(is_said)
        && now >= seen.decided_at + IN_DOUBT_AFTER
}

/// Says that nobody knows, and why, where that is so for long and not said yet.
async fn say_long(platform: &Platform, row: &CallRow, why: Reason) -> Result<(), ApiError> {
    say(platform, row, |seen, now| {
        is_long_in_doubt(seen, &why, now).then(|| (VerdictWord::Unknown, why.clone()))
    })
    .await
}

/// Says of an operation what follows from what is said of it so far; where nothing does, that stands.
pub(super) async fn say(
    platform: &Platform,
    row: &CallRow,
    next: impl Fn(&Verdict, DateTime<Utc>) -> Option<(VerdictWord, Reason)> + Send,
) -> Result<(), ApiError> {
    let tenant = row.id.tenant.as_str();
    for _ in 0..TRIES {
        let now = platform.clock.now();
        let seen = platform.store.operation(tenant, row.id.operation).await?;
        let seen = seen.ok_or(Code::NotFound)?.verdict;
        let Some((word, why)) = next(&seen, now).filter(|_| !seen.word.is_final()) else {
            return Ok(());
        };
        let verdict = Verdict {
            word,
            reason: Some(why),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proves_nothing_is_asked_again_the_more_seldom_the_longer_ago_it_was_sent() {
        let now = DateTime::UNIX_EPOCH;
        let after = |minutes| again_after(Some(now - TimeDelta::minutes(minutes)), now);
        assert_eq!(again_after(None, now), SOON);
        // The clock was set back since.
        assert_eq!(after(-60), SOON);
        assert_eq!(after(0), SOON);
        assert_eq!(after(10), TimeDelta::minutes(1));
        assert_eq!(after(60 * 24 * 400), LATE);
    }

    #[test]
    fn what_is_long_in_doubt_is_said_once_and_anew_where_something_else_shows() {
        let at = DateTime::UNIX_EPOCH;
        let long = at + IN_DOUBT_AFTER;
        let why = |code: &str, detail: &str| reason(code, None, detail);
        let seen = |word: VerdictWord, reason: Option<Reason>| Verdict {
            operation: uuid::Uuid::nil(),
            word,
            reason,
            record: None,
            kind: "dispute".into(),
            record_id: "1".into(),
            revision: None,
            from_revision: None,
            decided_at: at,
        };
        let (part, more) = (why(UNPROVEN, "one of two"), why(UNPROVEN, "none of two"));
        let silent = why(UNREADABLE, "silent");
        let open = seen(VerdictWord::Accepted, None);
        for why in [&part, &silent] {
            assert!(is_long_in_doubt(&open, why, long), "{why:?}");
            assert!(!is_long_in_doubt(&open, why, long - TimeDelta::seconds(1)));
            let told = seen(VerdictWord::Unknown, Some(why.clone()));
            assert!(!is_long_in_doubt(&told, why, long), "{why:?}");
            let ended = seen(VerdictWord::Confirmed, None);
            assert!(!is_long_in_doubt(&ended, why, long), "{why:?}");
        }
        let shown = seen(VerdictWord::Unknown, Some(part));
        assert!(is_long_in_doubt(&shown, &more, long));
        assert!(!is_long_in_doubt(&shown, &silent, long));
        let unread = seen(VerdictWord::Unknown, Some(silent));
        assert!(is_long_in_doubt(&unread, &more, long));
    }
}
