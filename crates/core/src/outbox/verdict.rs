//! What a verdict makes of an operation; the same for the answer to a request, for a read-back and
//! for a line of the feed, in whatever order and however often they come.

use chrono::{DateTime, Utc};
use rusqlite::Transaction;
use watchkeeper_model::approval;
use watchkeeper_model::audit::Event;
use watchkeeper_wire::operation::{Reason, Verdict, VerdictWord};
use watchkeeper_wire::problem::Problem;

use super::base;
use super::queue::{self, Hold, Queued, Status};
use super::steps;
use crate::engine::Scribe;
use crate::overlay::rows;
use crate::store::StoreError;

/// What becomes of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It stays as it is.
    Stay,
    /// It waits for its turn again.
    Wait,
    /// It stands so from now on.
    Stand(Status, Option<Hold>),
}

/// Pure: what a word makes of an operation that stands so.
pub fn next(status: Status, hold: Option<Hold>, word: VerdictWord) -> Next {
    let held = |why| {
        if hold == Some(why) {
            Next::Stay
        } else {
            Next::Stand(Status::Held, Some(why))
        }
    };
    match (status, word) {
        // It may have arrived after the platform was asked for it, and a person gave it up by that. What is
        // under way is no less so: given up is what nobody carries out. A word that was overtaken is put right
        // by the read-back, for that is asked again for whatever stands so.
        (Status::Discarded, VerdictWord::Confirmed) => Next::Stand(Status::Confirmed, None),
        (Status::Discarded, VerdictWord::Accepted) => Next::Stand(Status::Accepted, None),
        (Status::Discarded, VerdictWord::Unknown) => Next::Stand(Status::Unknown, None),
        (Status::Confirmed | Status::Discarded, _) => Next::Stay,
        (Status::InFlight, VerdictWord::NotTried) => Next::Wait,
        (_, VerdictWord::NotTried) => Next::Stay,
        (_, VerdictWord::Confirmed) => Next::Stand(Status::Confirmed, None),
        (_, VerdictWord::Refused) => held(Hold::Refused),
        (_, VerdictWord::Conflict) => held(Hold::Conflict),
        (_, VerdictWord::Lapsed) => held(Hold::Lapsed),
        (Status::Accepted, VerdictWord::Accepted) | (Status::Unknown, VerdictWord::Unknown) => {
            Next::Stay
        }
        // The platform's no is its last word; what says otherwise was overtaken on the way.
        (Status::Held, VerdictWord::Accepted | VerdictWord::Unknown)
            if matches!(hold, Some(Hold::Refused | Hold::Conflict)) =>
        {
            Next::Stay
        }
        (_, VerdictWord::Accepted) => Next::Stand(Status::Accepted, None),
        (_, VerdictWord::Unknown) => Next::Stand(Status::Unknown, None),
    }
}

/// Pure: the same of the first word of another history, which a platform that was restored from a
/// backup begins (fault 7). What an earlier one had said, or a person had settled by it, is overtaken.
pub fn anew(status: Status, hold: Option<Hold>, word: VerdictWord) -> Next {
    let is_no = matches!(
        word,
        VerdictWord::Refused | VerdictWord::Conflict | VerdictWord::Lapsed
    );
    match (status, word) {
        (_, VerdictWord::NotTried) | (Status::Confirmed, VerdictWord::Confirmed) => Next::Stay,
        (Status::Discarded, _) if is_no => Next::Stay,
        (Status::Confirmed | Status::Discarded, _) => next(Status::InFlight, None, word),
        (Status::Held, VerdictWord::Accepted | VerdictWord::Unknown) => {
            next(Status::InFlight, None, word)
        }
        _ => next(status, hold, word),
    }
}

/// [`Reason::code`] of an operation that stands otherwise than the operator had been told.
const OVERRULED: &str = "platform.overruled";

/// What the operator is told of an operation that is done, or under way, though it stood otherwise.
/// It stays until that is over: nobody may have looked in between.
fn overruled(operation: &Queued, becomes: Status) -> Option<Reason> {
    let (held, confirmed) = (
        operation.status == Status::Held,
        becomes == Status::Confirmed,
    );
    let detail = match (operation.status, confirmed) {
        (Status::Held, true) => "It was held here. The platform has done it all the same.",
        (Status::Held, false) => "It was held here. The platform has it under way all the same.",
        (Status::Discarded, true) => "It was given up here. The platform has done it all the same.",
        (Status::Discarded, false) => {
            "It was given up here. The platform has it under way all the same."
        }
        (Status::Confirmed, false) => {
            "It was confirmed. The platform was restored from a backup and has it under way again."
        }
        (Status::Accepted | Status::Unknown, _) => {
            let told = operation.reason.as_ref();
            return told.filter(|reason| reason.code == OVERRULED).cloned();
        }
        _ => return None,
    };
    // Why it had been held is worth knowing still.
    let before = operation.reason.as_ref().filter(|_| held);
    let detail = before.map_or_else(
        || detail.to_owned(),
        |before| format!("{detail} Before: {}", before.detail),
    );
    Some(Reason {
        code: OVERRULED.into(),
        row: None,
        detail,
    })
}

/// Somebody has to agree first.
fn waits(reason: Option<&Reason>) -> bool {
    reason.is_some_and(|reason| reason.code == approval::WAITS)
}

/// It waited for agreement, and does not any more.
fn is_agreed(operation: &Queued, verdict: &Verdict) -> bool {
    operation.status == Status::Accepted
        && verdict.word == VerdictWord::Accepted
        && waits(operation.reason.as_ref())
        && !waits(verdict.reason.as_ref())
}

/// It is under way still, or nobody knows still, and now for another reason: what a person has to see to is not
/// kept from them.
fn told_anew(
    (status, told): (Status, Option<&Reason>),
    (word, said): (VerdictWord, Option<&Reason>),
) -> bool {
    let stands = matches!(
        (status, word),
        (Status::Accepted, VerdictWord::Accepted) | (Status::Unknown, VerdictWord::Unknown)
    );
    stands && !waits(said) && is_news(told, said)
}

/// The words count too: they say what a provider shows by now.
fn is_news(told: Option<&Reason>, said: Option<&Reason>) -> bool {
    let overrules = told.is_some_and(|told| told.code == OVERRULED);
    !overrules && said.is_some() && told != said
}

/// How a word is written in the audit chain.
fn audited(word: VerdictWord) -> &'static str {
    match word {
        VerdictWord::Accepted => "accepted",
        VerdictWord::Confirmed => "confirmed",
        VerdictWord::Refused => "refused",
        VerdictWord::Conflict => "conflict",
        VerdictWord::Lapsed => "lapsed",
        VerdictWord::NotTried => "not_tried",
        VerdictWord::Unknown => "unknown",
    }
}

/// Applies a verdict. Answers the operation where it changed. One that is not ours is ignored: the
/// feed carries everybody's.
pub fn settle(
    state: &Transaction<'_>,
    scribe: &Scribe,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> Result<Option<Queued>, StoreError> {
    settle_by(state, scribe, verdict, now, next)
}

/// The same with what another history of the platform says ([`anew`]).
pub fn settle_anew(
    state: &Transaction<'_>,
    scribe: &Scribe,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> Result<Option<Queued>, StoreError> {
    settle_by(state, scribe, verdict, now, anew)
}

fn settle_by(
    state: &Transaction<'_>,
    scribe: &Scribe,
    verdict: &Verdict,
    now: DateTime<Utc>,
    next: fn(Status, Option<Hold>, VerdictWord) -> Next,
) -> Result<Option<Queued>, StoreError> {
    let Some(operation) = queue::by_id(state, verdict.operation)? else {
        return Ok(None);
    };
    let revision = verdict
        .revision
        .or_else(|| verdict.record.as_ref().map(|record| record.revision));
    let waits = waits(verdict.reason.as_ref());
    let next = match next(operation.status, operation.hold, verdict.word) {
        // What waited for agreement has it now, and is under way.
        Next::Stay if is_agreed(&operation, verdict) => Next::Stand(Status::Accepted, None),
        Next::Stay
            if told_anew(
                (operation.status, operation.reason.as_ref()),
                (verdict.word, verdict.reason.as_ref()),
            ) =>
        {
            Next::Stand(operation.status, None)
        }
        next => next,
    };
    match next {
        Next::Stay => return Ok(None),
        Next::Wait => steps::wait(state, operation.seq, now)?,
        Next::Stand(status, hold) => {
            let settled = (status == Status::Confirmed).then_some(now);
            let theirs = verdict
                .record
                .as_ref()
                .filter(|_| hold == Some(Hold::Conflict));
            let told = match status {
                Status::Accepted | Status::Unknown | Status::Confirmed => {
                    overruled(&operation, status)
                }
                _ => None,
            };
            // Of what is done, the platform's own reason says what of it is not.
            let reason = match status {
                Status::Confirmed => verdict.reason.as_ref().or(told.as_ref()),
                _ => told.as_ref().or(verdict.reason.as_ref()),
            };
            steps::set(state, operation.seq, status, hold, reason, theirs, settled)?;
            if hold.is_none() {
                let goes_on = matches!(operation.status, Status::Accepted | Status::Unknown);
                let revisions = (verdict.from_revision, verdict.revision);
                base::gave(state, operation.seq, revisions, goes_on)?;
            }
            if waits {
                // Whatever this laptop had decided: nothing of it is done.
                rows::undraw(state, operation.request.id)?;
            } else if status == Status::Confirmed
                || (status == Status::Accepted && revision.is_some())
            {
                rows::confirm(state, operation.seq, &operation.request, revision)?;
            }
            let event = Event::Answered {
                operation: operation.request.id,
                word: audited(verdict.word).to_owned(),
                code: reason.map(|reason| reason.code.clone()),
                row: reason.and_then(|reason| reason.row.clone()),
            };
            scribe.append(state, now, event)?;
        }
    }
    Ok(Some(operation))
}

/// Holds an operation that the platform does not take, or that lapsed here; unless something else
/// became of it meanwhile.
pub fn hold(
    state: &Transaction<'_>,
    scribe: &Scribe,
    operation: &Queued,
    why: Hold,
    reason: Reason,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let found = queue::by_seq(state, operation.seq)?;
    if found.is_none_or(|found| found.status != operation.status) {
        return Ok(());
    }
    steps::set(
        state,
        operation.seq,
        Status::Held,
        Some(why),
        Some(&reason),
        None,
        None,
    )?;
    let event = Event::Answered {
        operation: operation.request.id,
        word: why.as_str().to_owned(),
        code: Some(reason.code),
        row: reason.row,
    };
    scribe.append(state, now, event)
}

/// A refusal of the whole request as the reason of a held operation: rights are a refusal, anything
/// else is something that the platform did not understand (faults 43, 44, 48).
pub fn rejected(problem: &Problem) -> (Hold, Reason) {
    let why = match problem.status {
        403 => Hold::Refused,
        _ => Hold::Rejected,
    };
    let detail = problem.detail.clone();
    let reason = Reason {
        code: problem.code.clone(),
        row: None,
        detail: detail.unwrap_or_else(|| problem.title.clone()),
    };
    (why, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [VerdictWord; 7] = [
        VerdictWord::Accepted,
        VerdictWord::Confirmed,
        VerdictWord::Refused,
        VerdictWord::Conflict,
        VerdictWord::Lapsed,
        VerdictWord::NotTried,
        VerdictWord::Unknown,
    ];

    #[test]
    fn what_is_settled_stays_settled_whatever_comes_late() {
        for word in WORDS {
            assert_eq!(next(Status::Confirmed, None, word), Next::Stay);
            let becomes = match word {
                // It arrived late, and a person gave it up before: done is done, and so is under way.
                VerdictWord::Confirmed => Next::Stand(Status::Confirmed, None),
                VerdictWord::Accepted => Next::Stand(Status::Accepted, None),
                VerdictWord::Unknown => Next::Stand(Status::Unknown, None),
                _ => Next::Stay,
            };
            assert_eq!(next(Status::Discarded, None, word), becomes);
        }
    }

    #[test]
    fn the_same_word_again_changes_nothing() {
        for word in WORDS {
            if let Next::Stand(status, hold) = next(Status::InFlight, None, word) {
                assert_eq!(next(status, hold, word), Next::Stay, "{word:?}");
            }
        }
    }

    #[test]
    fn a_doubt_is_told_anew_where_its_words_are_others() {
        let reason = |code: &str, detail: &str| Reason {
            code: code.into(),
            row: None,
            detail: detail.into(),
        };
        let (none, one) = (reason("unproven", "none"), reason("unproven", "one of two"));
        assert!(is_news(None, Some(&none)));
        assert!(is_news(Some(&none), Some(&one)));
        assert!(!is_news(Some(&one), Some(&one)));
        assert!(!is_news(Some(&one), None));
        let overruled = reason(OVERRULED, "done all the same");
        assert!(!is_news(Some(&overruled), Some(&one)));
    }

    #[test]
    fn what_is_under_way_says_why_it_waits_by_now() {
        let reason = |code: &str| Reason {
            code: code.into(),
            row: None,
            detail: String::new(),
        };
        let (out, again) = (reason("provider.keeps_out"), reason("provider.lets_in"));
        let accepted =
            |told, said| told_anew((Status::Accepted, told), (VerdictWord::Accepted, said));
        assert!(accepted(None, Some(&out)));
        assert!(accepted(Some(&out), Some(&again)));
        assert!(!accepted(Some(&out), Some(&out)));
        // The first answer, which came late.
        assert!(!accepted(Some(&out), None));
        assert!(!accepted(None, Some(&reason(approval::WAITS))));
        let confirmed = (Status::Confirmed, None);
        assert!(!told_anew(confirmed, (VerdictWord::Accepted, Some(&out))));
    }

    #[test]
    fn what_the_platform_has_refused_is_not_under_way_again() {
        for hold in [Hold::Refused, Hold::Conflict] {
            for late in [VerdictWord::Accepted, VerdictWord::Unknown] {
                assert_eq!(next(Status::Held, Some(hold), late), Next::Stay);
            }
            let done = next(Status::Held, Some(hold), VerdictWord::Confirmed);
            assert_eq!(done, Next::Stand(Status::Confirmed, None));
        }
        // Held by this laptop alone: the platform knows more.
        for hold in [Hold::Lapsed, Hold::Rejected, Hold::Restored] {
            assert_eq!(
                next(Status::Held, Some(hold), VerdictWord::Accepted),
                Next::Stand(Status::Accepted, None)
            );
        }
    }

    #[test]
    fn fault_07_another_history_has_the_last_word_and_a_no_gives_nothing_up_again() {
        let holds = [
            Hold::Refused,
            Hold::Conflict,
            Hold::Lapsed,
            Hold::Rejected,
            Hold::Restored,
        ];
        let mut stood: Vec<_> = holds
            .map(|hold| (Status::Held, Some(hold)))
            .into_iter()
            .collect();
        stood.extend([(Status::Discarded, None), (Status::Confirmed, None)]);
        for (status, hold) in stood {
            let of = |word| anew(status, hold, word);
            let under_way = Next::Stand(Status::Accepted, None);
            assert_eq!(of(VerdictWord::Accepted), under_way, "{status:?}");
            let unknown = Next::Stand(Status::Unknown, None);
            assert_eq!(of(VerdictWord::Unknown), unknown, "{status:?}");
            assert_eq!(of(VerdictWord::NotTried), Next::Stay, "{status:?}");
            let done = match status {
                Status::Confirmed => Next::Stay,
                _ => Next::Stand(Status::Confirmed, None),
            };
            assert_eq!(of(VerdictWord::Confirmed), done, "{status:?}");
            let no = match (status, hold) {
                (Status::Discarded, _) | (_, Some(Hold::Refused)) => Next::Stay,
                _ => Next::Stand(Status::Held, Some(Hold::Refused)),
            };
            assert_eq!(of(VerdictWord::Refused), no, "{status:?}");
        }
        // The same word again changes nothing: this may be cut short and done anew.
        for word in WORDS {
            if let Next::Stand(status, hold) = anew(Status::Discarded, None, word) {
                assert_eq!(anew(status, hold, word), Next::Stay, "{word:?}");
            }
        }
    }

    #[test]
    fn not_tried_waits_again_only_for_the_request_that_asked() {
        assert_eq!(
            next(Status::InFlight, None, VerdictWord::NotTried),
            Next::Wait
        );
        assert_eq!(
            next(Status::Accepted, None, VerdictWord::NotTried),
            Next::Stay
        );
    }

    #[test]
    fn rights_are_a_refusal_and_the_rest_is_a_rejection() {
        use watchkeeper_wire::problem::Code;
        let of = |code| rejected(&Problem::new(code, None)).0;
        assert_eq!(of(Code::Forbidden), Hold::Refused);
        assert_eq!(of(Code::BodyInvalid), Hold::Rejected);
        assert_eq!(of(Code::KeyReused), Hold::Rejected);
    }
}
