//! What an answer makes of the operation that waits for it, in the answer's own transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;
use watchkeeper_model::approval::{self, APPROVE, Agreed, Approval, KIND, REJECT, State, WITHDRAW};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::operation::{Operation, Reason, Verdict, VerdictWord};

use super::{Marking, asker, ended, of_operation};
use crate::Platform;
use crate::decide::judge::Allowed;
use crate::decide::sent_before::ended_without;
use crate::decide::{Asked, Revisions, effects, gather, judge, reason};
use crate::problem::ApiError;
use crate::store::{Access, Facts, Follows, OperationRow, RecordRow, Write};

/// Code of a reason: what was agreed to is not what would be done.
const CHANGED: &str = "approval.changed";

/// An answer that policy lets through.
pub(in crate::decide) struct Answering<'a> {
    /// Who answers.
    pub access: &'a Access,
    /// The answer.
    pub operation: &'a Operation,
    /// What it was decided on.
    pub facts: &'a Facts,
    /// It may have been given to an earlier history of the platform.
    pub sent_before: bool,
    /// The platform's clock, UTC.
    pub now: DateTime<Utc>,
}

/// What follows from it.
pub(in crate::decide) enum Answered {
    /// Something changed meanwhile: decide again.
    Moved,
    /// This.
    Then {
        /// What becomes of the operation that waited; nothing while others have to agree.
        follows: Option<Box<Follows>>,
        /// Said to who answered, where it was not carried out as agreed.
        why: Option<Reason>,
    },
}

/// Works out what follows from an answer; `writes` has the answer itself, and takes what goes with it.
pub(in crate::decide) async fn answer(
    platform: &Platform,
    answering: &Answering<'_>,
    writes: &mut Vec<Write>,
) -> Result<Answered, ApiError> {
    let nothing = Answered::Then {
        follows: None,
        why: None,
    };
    let Answering {
        access, operation, ..
    } = answering;
    let own = answering.facts.record.as_ref();
    let Some((own, approval)) = own.and_then(|row| Some((row, Approval::read(&row.body)?))) else {
        return Ok(nothing);
    };
    let mut others = of_operation(platform, &access.tenant, &approval.operation).await?;
    others.retain(|(row, _)| row.id != own.id);
    let waits = |(_, other): &(RecordRow, Approval)| other.state == State::Waiting;
    if operation.action == APPROVE && others.iter().any(waits) {
        return Ok(nothing);
    }
    let known = match Uuid::parse_str(&approval.operation) {
        Ok(id) => platform.store.operation(&access.tenant, id).await?,
        Err(_) => None,
    };
    let case = Case {
        answering,
        approval: &approval,
        others: &others,
    };
    // Ended by something else: nothing is done a second time.
    let Some(known) = known.filter(|known| !known.verdict.word.is_final()) else {
        let over = reason("approval.over", None, "What this was asked for has ended.");
        case.fail(platform, &over, writes).await?;
        return Ok(Answered::Then {
            follows: None,
            why: Some(over),
        });
    };
    let comment = operation.params.get("comment").and_then(Value::as_str);
    let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
    let who = access.operator.name.as_str();
    match operation.action.as_str() {
        APPROVE => case.carry_out(platform, &known, writes).await,
        REJECT => {
            let detail = format!("{who} did not agree: {}", comment.unwrap_or_default());
            let why = reason("approval.rejected", Some(approval.row.clone()), &detail);
            case.end(platform, &known, State::Rejected, why, writes)
                .await
        }
        WITHDRAW => {
            let detail = format!("{who} took it back before everybody had agreed.");
            let why = reason("approval.withdrawn", Some(approval.row.clone()), &detail);
            case.end(platform, &known, State::Withdrawn, why, writes)
                .await
        }
        _ => Ok(nothing),
    }
}

/// One answer and what it belongs to.
struct Case<'a> {
    answering: &'a Answering<'a>,
    approval: &'a Approval,
    others: &'a [(RecordRow, Approval)],
}

impl Case<'_> {
    /// Everybody has agreed: decides the operation again, as who asked and on what is there now, and
    /// carries it out under its own id.
    async fn carry_out(
        &self,
        platform: &Platform,
        known: &OperationRow,
        writes: &mut Vec<Write>,
    ) -> Result<Answered, ApiError> {
        let Answering {
            access, facts, now, ..
        } = *self.answering;
        let asker = asker(&access.tenant, &self.approval.asked_by);
        // What was agreed to is what was there when it was asked.
        let request = Operation {
            base_revision: self.approval.revision,
            ..known.request.clone()
        };
        let asked = Asked {
            tenant: &access.tenant,
            kind: &request.kind,
            record: &request.record,
        };
        let theirs = gather(platform, &asked, &asker, now).await?;
        if theirs.tenant.head != facts.tenant.head {
            return Ok(Answered::Moved);
        }
        let marking = Marking {
            access: &asker,
            request: &request,
            facts: &theirs,
            now,
        };
        let agreed = self.agreed();
        let (word, why, allowed) = judge(platform, &asker, &request, &theirs, &agreed, now).await?;
        let does = allowed
            .as_ref()
            .and_then(|allowed| allowed.will.as_deref().map(approval::what));
        let kept = known.kept.as_ref();
        let calls_otherwise = |kept| {
            let what_does = |allowed: &&Allowed| allowed.will.is_some();
            let does = allowed.as_ref().filter(what_does);
            does.is_some_and(|allowed| allowed.calls_otherwise(kept))
        };
        let otherwise = does.is_some_and(|what| what != self.approval.what)
            || kept.is_some_and(calls_otherwise);
        let (word, why) = match allowed {
            Some(mut allowed) if allowed.asks.is_none() && !otherwise => {
                // A record is written once: what it says of the answer goes with the effects.
                let mut sets = marking.answered_sets(platform, &self.rows()).await?;
                sets.extend(std::mem::take(&mut allowed.plan.sets));
                allowed.plan.sets = sets;
                // What was agreed to is what is sent, whatever the record says by now.
                if let Some(kept) = kept
                    && allowed.will.is_some()
                {
                    allowed.plan.calls.clone_from(&kept.calls);
                }
                let (more, mut calls) =
                    effects(platform, &asker, &request, &theirs, &allowed, now).await?;
                let sent_before = self.sent_before(known);
                calls
                    .iter_mut()
                    .for_each(|call| call.sent_before |= sent_before);
                let revisions = Revisions::next(&known.verdict, theirs.record.as_ref(), &more);
                let verdict = Verdict {
                    revision: revisions.given,
                    from_revision: revisions.from,
                    ..self.verdict(known, word, why)
                };
                writes.extend(more);
                return Ok(Answered::Then {
                    follows: Some(Box::new(Follows { verdict, calls })),
                    why: None,
                });
            }
            Some(allowed) if allowed.asks.is_none() => {
                let detail = "What it would do by now is not what was agreed to. Ask again.";
                let row = Some(self.approval.row.clone());
                (VerdictWord::Refused, reason(CHANGED, row, detail))
            }
            Some(_) => {
                let detail = "By now it needs more agreement than was asked for. Ask again.";
                let more = reason(approval::NEEDED, None, detail);
                (VerdictWord::Refused, more)
            }
            None => {
                let unsaid = || reason("policy.denied", None, "Policy does not let it through.");
                (word, why.unwrap_or_else(unsaid))
            }
        };
        let before = (self.sent_before(known), now);
        let no = (word, why.clone());
        let follows = ended_without(platform, &asker, known, &theirs, no, before).await?;
        let why = said(why, &follows);
        self.fail(platform, &why, writes).await?;
        writes.extend(marking.answered(platform, &self.rows()).await?);
        let detail = format!("It was agreed to, and not carried out. {}", why.detail);
        Ok(Answered::Then {
            follows: Some(Box::new(follows)),
            why: Some(Reason { detail, ..why }),
        })
    }

    /// It may have been carried out in a history that is lost: the platform knows that it was put back
    /// since it was asked, or whoever answers does.
    fn sent_before(&self, known: &OperationRow) -> bool {
        self.answering.sent_before || known.sent_before
    }

    /// By which rows somebody has agreed, and who could.
    fn agreed(&self) -> BTreeSet<Agreed> {
        let all = self.others.iter().map(|(_, other)| other);
        all.chain([self.approval]).map(Approval::agreed).collect()
    }

    /// The rows by which somebody was asked.
    fn rows(&self) -> BTreeSet<String> {
        let all = self.others.iter().map(|(_, other)| other);
        let all = all.chain([self.approval]);
        all.map(|approval| approval.row.clone()).collect()
    }

    /// Nothing is carried out: the others that wait end the same way, and those that had agreed are told.
    async fn end(
        &self,
        platform: &Platform,
        known: &OperationRow,
        state: State,
        why: Reason,
        writes: &mut Vec<Write>,
    ) -> Result<Answered, ApiError> {
        let Answering {
            access,
            operation,
            facts,
            now,
            ..
        } = *self.answering;
        let asker = asker(&access.tenant, &self.approval.asked_by);
        let asked = Asked {
            tenant: &access.tenant,
            kind: &known.request.kind,
            record: &known.request.record,
        };
        let theirs = gather(platform, &asked, &asker, now).await?;
        if theirs.tenant.head != facts.tenant.head {
            return Ok(Answered::Moved);
        }
        let marking = Marking {
            access: &asker,
            request: &known.request,
            facts: &theirs,
            now,
        };
        writes.extend(marking.answered(platform, &self.rows()).await?);
        let before = (self.sent_before(known), now);
        let no = (VerdictWord::Refused, why.clone());
        let follows = ended_without(platform, &asker, known, &theirs, no, before).await?;
        let why = said(why, &follows);
        let at = instant_text(now);
        for (row, other) in self.others {
            let outcome = ("outcome", why.detail.as_str());
            let by = ("answered_by", operation.author.as_str());
            let write = match other.state {
                State::Waiting => {
                    let more = [outcome, by, ("answered_at", at.as_str())];
                    ended(platform, &access.tenant, row, state, &more).await?
                }
                _ => ended(platform, &access.tenant, row, State::Failed, &[outcome]).await?,
            };
            writes.push(write);
        }
        Ok(Answered::Then {
            follows: Some(Box::new(follows)),
            why: None,
        })
    }

    /// Policy does not let through what everybody agreed to: said on all of their records.
    async fn fail(
        &self,
        platform: &Platform,
        why: &Reason,
        writes: &mut Vec<Write>,
    ) -> Result<(), ApiError> {
        let Answering {
            access, operation, ..
        } = *self.answering;
        let own = |write: &&mut Write| write.kind == KIND && write.id == operation.record;
        if operation.action == APPROVE
            && let Some(write) = writes.iter_mut().find(own)
            && let Some(put) = &mut write.put
        {
            let state = State::Failed.as_str();
            put.body.insert("state".into(), state.into());
            put.body
                .insert("outcome".into(), why.detail.as_str().into());
        }
        for (row, _) in self.others {
            let outcome = [("outcome", why.detail.as_str())];
            let write = ended(platform, &access.tenant, row, State::Failed, &outcome).await?;
            writes.push(write);
        }
        Ok(())
    }

    fn verdict(&self, known: &OperationRow, word: VerdictWord, why: Option<Reason>) -> Verdict {
        Verdict {
            word,
            reason: why,
            record: None,
            decided_at: self.answering.now,
            ..known.verdict.clone()
        }
    }
}

/// What is said of it on the approvals, with what else is said to who asked.
pub(super) fn said(why: Reason, follows: &Follows) -> Reason {
    match &follows.verdict.reason {
        // Its providers are asked, and the last word comes with their answer.
        Some(asking) if !follows.calls.is_empty() => Reason {
            detail: format!("{} {}", why.detail, asking.detail),
            ..why
        },
        Some(told) => told.clone(),
        None => why,
    }
}
