//! Empties the platform's own outbox.
//!
//! Before each send of a call: is the provider already listing its key (a crash or a lost answer
//! may hide that it was done); has its not-after passed; does policy still let it through, decided
//! again on the record as it stood. One that was never sent lapses also while the provider does not
//! answer. Only then the attempt is counted and the call sent.
//!
//! An answer that is certain ends the call: what it sets, the operation's verdict and the feed's
//! line are one transaction. No answer makes the verdict `unknown`, and the next round looks at
//! the provider first. Nothing is concluded from "not listed" while a send may still be under way
//! ([`QUIET`]), except that sending again under the same key is safe; a fresh key waits, and so does what
//! goes under none ([`Connector::honours_keys`]). How long ago that was is asked of the wall clock and, as
//! that may be set, of [`Sends`](super::Sends). What goes under none and was answered with a yes is never
//! sent again, however long it does not show ([`CallRow::taken`]).
//!
//! Nothing is sent beside money that moved for an operation which nobody here knows
//! ([`beside`](super::beside)).
//!
//! An operation that comes again after the platform was restored, and that policy would refuse now, has
//! its calls looked for and never sent ([`Basis::otherwise`](crate::store::Basis)).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;
use watchkeeper_model::{Outcome, Situation, approval, decide};
use watchkeeper_wire::operation::{Operation, Reason, VerdictWord};
use watchkeeper_wire::problem::Code;

use super::doubt::{Beside, again_after, look_beside, say_unknown, say_unproven, say_unreadable};
use super::enclosed::enclosed;
use super::ending::{
    Ending, done, done_otherwise, finish, given_up, not_in_effect, provider_refused,
};
use super::kept_out::{say_kept_out, say_let_in};
use super::{Connector, Look, Sent, beside};
use crate::Platform;
use crate::decide::{actor, basis_snapshot, reason};
use crate::problem::ApiError;
use crate::store::{CallId, CallRow, Postponed};

/// How often the outbox is looked at when nobody rings.
const POLL: Duration = Duration::from_millis(250);
/// Calls read at once.
const BATCH: u32 = 64;
/// First back-off; doubles with each attempt.
const BACKOFF_FIRST: f64 = 1_000.0;
/// Longest back-off, in milliseconds.
const BACKOFF_MOST: f64 = 5.0 * 60_000.0;
/// A send without an answer may still take effect for so long.
const QUIET: TimeDelta = TimeDelta::seconds(60);
/// The same.
const QUIET_FOR: Duration = Duration::from_secs(60);
/// Nothing is put off for longer than this: a call that is was put off by a clock that has been set
/// back since (fault 39). It waits out [`QUIET`] anew, by the clock as it is now.
const LONGEST: TimeDelta = TimeDelta::minutes(16);
/// A call that our own store stopped rests so long.
const AFTER_ERROR: Duration = Duration::from_secs(2);
/// A provider that cannot say what it has done, or is not done, is asked again after so long.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// What there is to say of a call that was taken and does not show.
const NOT_SHOWN: &str = "The provider answered that it took this, and shows nothing of it. Look for it at the provider.";

/// Empties the outbox until it is dropped.
pub struct Worker {
    platform: Arc<Platform>,
    running: Arc<Mutex<BTreeSet<CallId>>>,
}

impl Worker {
    /// For this platform.
    pub fn new(platform: Arc<Platform>) -> Self {
        Self {
            platform,
            running: Arc::default(),
        }
    }

    /// Runs for ever. Dropping the future drops the calls under way, as a crash would.
    pub async fn run(self) {
        let mut calls = JoinSet::new();
        loop {
            if let Err(error) = self.start_due(&mut calls).await {
                tracing::error!(?error, "reading the outbox");
            }
            tokio::select! {
                () = self.platform.calls_waiting.notified() => {}
                Some(_) = calls.join_next() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// One look at the outbox, for a caller that keeps its own time: carries out what is due, one
    /// call after the other. Answers how many there were.
    pub async fn step(&self) -> Result<usize, ApiError> {
        let due = self.due().await?;
        for row in &due {
            if let Err(error) = attempt(&self.platform, row).await {
                tracing::error!(?error, operation = %row.id.operation, "a call");
            }
        }
        Ok(due.len())
    }

    async fn due(&self) -> Result<Vec<CallRow>, ApiError> {
        let (now, store) = (self.platform.clock.now(), &self.platform.store);
        store
            .bring_calls_back(now, now + LONGEST, now + QUIET)
            .await?;
        Ok(store.due_calls(now, BATCH).await?)
    }

    async fn start_due(&self, calls: &mut JoinSet<()>) -> Result<(), ApiError> {
        // What runs while the outbox is read may have changed since; it comes with the next reading.
        let running = self.running().clone();
        for row in self.due().await? {
            if running.contains(&row.id) {
                continue;
            }
            self.running().insert(row.id.clone());
            let (platform, running) = (Arc::clone(&self.platform), Arc::clone(&self.running));
            calls.spawn(async move {
                let id = row.id.clone();
                if let Err(error) = attempt(&platform, &row).await {
                    tracing::error!(?error, operation = %id.operation, "a call");
                    tokio::time::sleep(AFTER_ERROR).await;
                }
                running
                    .lock()
                    .unwrap_or_else(|e| e.into_inner())
                    .remove(&id);
            });
        }
        Ok(())
    }

    fn running(&self) -> MutexGuard<'_, BTreeSet<CallId>> {
        self.running.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// One attempt at a call, from looking to its end or its next date.
async fn attempt(platform: &Platform, row: &CallRow) -> Result<(), ApiError> {
    let Some(connector) = platform.connectors.get(&row.call.connector).cloned() else {
        return match lapsed(row, platform.clock.now()).filter(|_| row.was_never_sent()) {
            Some(ending) => finish(platform, row, ending).await,
            None => put_off(platform, row, row.ambiguous, row.generation, None).await,
        };
    };
    let counted;
    let row = match row.was_sent_before() && row.sent_at.is_none() {
        true => {
            counted = count_as_sent(platform, row).await?;
            &counted
        }
        false => row,
    };
    let key = row.id.provider_key();
    let (looked_at, looked_running) = (platform.clock.now(), platform.clock.running());
    let mut others = Vec::new();
    let begun = match connector.look(&row.call, &key).await {
        Look::Found(result) => return finish(platform, row, done(result)).await,
        Look::UnderWay => {
            return wait_for_the_provider(platform, row, !row.was_never_sent()).await;
        }
        Look::Failed(why) => return finish(platform, row, provider_refused(&why)).await,
        Look::NotInEffect(why) => return finish(platform, row, not_in_effect(&why)).await,
        silence @ (Look::Unclear | Look::KeptOut) => {
            let now = platform.clock.now();
            // What was never sent cannot have been done, whatever the provider would say.
            if row.was_never_sent()
                && let Some(ending) = lapsed(row, now)
            {
                return finish(platform, row, ending).await;
            }
            if silence == Look::KeptOut {
                ask_again(platform, row, None).await?;
                return say_kept_out(platform, row).await;
            }
            say_unreadable(platform, row).await?;
            return ask_again(platform, row, None).await;
        }
        // What was only looked for is never sent.
        Look::Begun => row.basis.otherwise.is_none(),
        Look::Part(shown) => return wait_for_proof(platform, row, &shown).await,
        // Neither refused nor lapsed is said of what may have been taken, and nothing is sent beside it.
        Look::Unproven(shown) if row.ambiguous => {
            return wait_for_proof(platform, row, &shown).await;
        }
        // It had a yes: neither a lapse nor another send follows from what does not show.
        Look::Absent | Look::Beside(_) if row.taken => {
            return wait_for_proof(platform, row, NOT_SHOWN).await;
        }
        Look::Absent | Look::Unproven(_) => false,
        Look::Beside(listed) => {
            others = listed;
            false
        }
    };
    let now = platform.clock.now();
    let last = platform
        .sends
        .rest(&row.id, platform.clock.running(), QUIET_FOR);
    let truly_until = last.map(|(rest, _)| now + TimeDelta::from_std(rest).unwrap_or(QUIET));
    let by_the_wall = row.sent_at.map(|sent| sent + QUIET).filter(|at| now < *at);
    let may_come_until = by_the_wall.max(truly_until).filter(|_| row.ambiguous);
    if !begun && let Some(ending) = checked_again(platform, row, now).await? {
        return match may_come_until {
            Some(_) => put_off(platform, row, true, row.generation, may_come_until).await,
            None => finish(platform, row, ending).await,
        };
    }
    let under_another_key = last.is_some_and(|(_, generation)| generation != row.generation);
    // Sent again it would be another one, whether its answer was lost, was a yes, or went down with a process.
    let not_again = may_come_until.is_some() && !connector.honours_keys(&row.call);
    if not_again || under_another_key || row.was_sent_before() && by_the_wall.is_some() {
        let truly_until = by_the_wall.max(truly_until);
        return put_off(platform, row, row.ambiguous, row.generation, truly_until).await;
    }
    if !begun && row.attempts == 0 && !row.call.after_previous {
        match look_beside(platform, row).await {
            Beside::Nothing => {}
            Beside::Unclear => {
                say_unreadable(platform, row).await?;
                return ask_again(platform, row, None).await;
            }
            Beside::Done(other) => {
                let ending = done_otherwise(platform, row, other).await?;
                return finish(platform, row, ending).await;
            }
        }
    }
    let earlier_may_come = may_come_until.is_some();
    let hindrance = match beside::hindrance(platform, &others).await? {
        Some(why) => Some(Sent::Refused(why)),
        None => connector.hindrance(&row.call).await,
    };
    let ready = match hindrance {
        None => enclosed(platform, row, &*connector).await,
        Some(hindrance) => Err(hindrance),
    };
    let (files, _room) = match ready {
        Ok(ready) => ready,
        // Nothing went out: nothing is counted.
        Err(Sent::NotNow(wait)) => return ask_again(platform, row, wait).await,
        Err(Sent::KeptOut(wait)) => {
            ask_again(platform, row, wait).await?;
            return say_kept_out(platform, row).await;
        }
        // Of what went out before, if anything did, nothing was taken.
        Err(Sent::Refused(why)) if !row.ambiguous => {
            return finish(platform, row, provider_refused(&why)).await;
        }
        Err(sent) => {
            return after_send(platform, row, &*connector, sent, earlier_may_come).await;
        }
    };
    let now = platform.clock.now();
    if !platform.store.begin_call(&row.id, now).await? {
        return Ok(());
    }
    // A process that stood still meanwhile knows no more what the provider lists.
    let stood_still = platform.clock.now().signed_duration_since(looked_at).abs() > QUIET
        || platform.clock.running().saturating_sub(looked_running) > QUIET_FOR;
    if stood_still {
        return put_off(platform, row, row.ambiguous, row.generation, None).await;
    }
    platform
        .sends
        .begin(&row.id, row.generation, platform.clock.running(), QUIET_FOR);
    let idempotency_key = match row.generation {
        0 => key.clone(),
        generation => format!("{key}:{generation}"),
    };
    let sent = connector
        .send_with(&row.call, &key, &idempotency_key, files)
        .await;
    after_send(platform, row, &*connector, sent, earlier_may_come).await
}

/// Nobody knows when or under which key it may have been sent: as if it were just now, under one that
/// is never used again.
async fn count_as_sent(platform: &Platform, row: &CallRow) -> Result<CallRow, ApiError> {
    let now = platform.clock.now();
    platform.store.count_as_sent(&row.id, now).await?;
    let running = platform.clock.running();
    platform.sends.begin(&row.id, u32::MAX, running, QUIET_FOR);
    Ok(CallRow {
        sent_at: Some(now),
        ..row.clone()
    })
}

/// `earlier_may_come`: an earlier send has had no answer, and may still take effect.
async fn after_send(
    platform: &Platform,
    row: &CallRow,
    connector: &dyn Connector,
    sent: Sent,
    earlier_may_come: bool,
) -> Result<(), ApiError> {
    match sent {
        Sent::Done(result) => finish(platform, row, done(result)).await,
        Sent::UnderWay => {
            let taken = !connector.honours_keys(&row.call);
            let row = &CallRow {
                taken,
                ..row.clone()
            };
            wait_for_the_provider(platform, row, true).await
        }
        // An earlier send may have come through after we looked.
        Sent::Refused(detail) => match connector.look(&row.call, &row.id.provider_key()).await {
            Look::Found(result) => finish(platform, row, done(result)).await,
            // Where nothing is proved, the no may be to a repeat of what was taken.
            Look::UnderWay | Look::Part(_) | Look::Unproven(_) => {
                wait_for_the_provider(platform, row, true).await
            }
            // The no is to this send; the earlier one may yet be a yes.
            Look::Absent | Look::Beside(_) if earlier_may_come => {
                let until = Some(platform.clock.now() + QUIET);
                put_off(platform, row, true, row.generation, until).await
            }
            Look::Absent
            | Look::Beside(_)
            | Look::Begun
            | Look::Failed(_)
            | Look::NotInEffect(_) => finish(platform, row, provider_refused(&detail)).await,
            Look::Unclear | Look::KeptOut => {
                put_off(platform, row, true, row.generation, None).await
            }
        },
        Sent::Broke => {
            say_unknown(platform, row).await?;
            // The failure is replayed for this key: if it had no effect, the next one is fresh.
            // Until then, whatever went under the old one must have shown.
            let until = Some(platform.clock.now() + QUIET);
            put_off(platform, row, true, row.generation + 1, until).await
        }
        Sent::NotNow(wait) => come_again(platform, row, wait).await,
        Sent::KeptOut(wait) => {
            come_again(platform, row, wait).await?;
            say_kept_out(platform, row).await
        }
        Sent::Ambiguous => {
            say_unknown(platform, row).await?;
            let until = platform.clock.now() + QUIET;
            let until = (!connector.honours_keys(&row.call)).then_some(until);
            put_off(platform, row, true, row.generation, until).await
        }
    }
}

/// Nothing went out, and the provider is asked again, at the earliest after so long.
async fn ask_again(
    platform: &Platform,
    row: &CallRow,
    wait: Option<Duration>,
) -> Result<(), ApiError> {
    let wait = wait.and_then(|wait| TimeDelta::from_std(wait).ok());
    let until = platform.clock.now() + wait.unwrap_or(ASK_AGAIN);
    put_off(platform, row, row.ambiguous, row.generation, Some(until)).await
}

/// It was sent and certainly not taken: it is sent again, at the earliest after so long.
async fn come_again(
    platform: &Platform,
    row: &CallRow,
    wait: Option<Duration>,
) -> Result<(), ApiError> {
    let wait = wait.and_then(|wait| TimeDelta::from_std(wait).ok());
    let until = wait.map(|wait| platform.clock.now() + wait);
    put_off(platform, row, row.ambiguous, row.generation, until).await
}

/// The provider has it, and is asked how it ended. What it took from us (`sent`) may not be listed yet:
/// as long as it may still show, nothing else ends the call.
async fn wait_for_the_provider(
    platform: &Platform,
    row: &CallRow,
    sent: bool,
) -> Result<(), ApiError> {
    let until = Some(platform.clock.now() + ASK_AGAIN);
    put_off(platform, row, sent, row.generation, until).await?;
    say_let_in(platform, row).await
}

/// What the provider shows ends nothing: that is said, and it is asked again, more and more seldom.
async fn wait_for_proof(platform: &Platform, row: &CallRow, shown: &str) -> Result<(), ApiError> {
    say_unproven(platform, row, shown).await?;
    let now = platform.clock.now();
    let until = Some(now + again_after(row.sent_at, now));
    put_off(platform, row, !row.was_never_sent(), row.generation, until).await?;
    say_let_in(platform, row).await
}

/// Its time has passed.
fn lapsed(row: &CallRow, now: DateTime<Utc>) -> Option<Ending> {
    let late = !row.call.after_previous && row.not_after.is_some_and(|at| now > at);
    late.then(|| {
        let late = reason(
            "operation.lapsed",
            None,
            "Its time passed before the provider had it.",
        );
        given_up(VerdictWord::Lapsed, late)
    })
}

/// Not-after and policy, once more. None lets the call go.
async fn checked_again(
    platform: &Platform,
    row: &CallRow,
    now: DateTime<Utc>,
) -> Result<Option<Ending>, ApiError> {
    // What follows a call that was done is owed, however late.
    if row.call.after_previous {
        return Ok(None);
    }
    if let Some((word, why)) = &row.basis.otherwise {
        return Ok(Some(given_up(*word, why.clone())));
    }
    if let Some(late) = lapsed(row, now) {
        return Ok(Some(late));
    }
    let operation = operation_of(platform, row).await?;
    let state = platform.store.tenant(&row.id.tenant).await?;
    let state = state.ok_or(Code::NotFound)?;
    let Some(pack) = platform.packs.active(&state).await? else {
        return Ok(None);
    };
    let Some(kind) = pack.kind(&operation.kind) else {
        return Ok(None);
    };
    let decision = decide(
        &Situation {
            pack: &pack,
            kind,
            record: &basis_snapshot(&operation.record, &row.basis),
            params: &operation.params,
            actor: &actor(&operation.author, &row.basis.roles, &row.basis.regions),
            now,
            settings: &pack.settings_in_force(&state.settings),
            controls: &pack.controls_in_force(&state.controls),
            lookups: &row.basis.lookups,
        },
        &operation.action,
    )
    .agreed(&row.basis.agreed);
    Ok(match decision.outcome {
        Outcome::Allow => None,
        Outcome::Ask => {
            let detail = "By now it needs more agreement than there is. Ask again.";
            let more = reason(approval::NEEDED, None, detail);
            Some(given_up(VerdictWord::Refused, more))
        }
        Outcome::Deny { code, row, detail } => {
            let word = if code == "operation.lapsed" {
                VerdictWord::Lapsed
            } else {
                VerdictWord::Refused
            };
            Some(given_up(word, Reason { code, row, detail }))
        }
    })
}

async fn operation_of(platform: &Platform, row: &CallRow) -> Result<Operation, ApiError> {
    let id = row.id.operation;
    let known = platform.store.operation(&row.id.tenant, id).await?;
    Ok(known.ok_or(Code::NotFound)?.request)
}

/// Full jitter: anywhere between now and the back-off's end.
async fn put_off(
    platform: &Platform,
    row: &CallRow,
    ambiguous: bool,
    generation: u32,
    until: Option<DateTime<Utc>>,
) -> Result<(), ApiError> {
    let doubled = BACKOFF_FIRST * 2_f64.powi(i32::try_from(row.attempts.min(20)).unwrap_or(20));
    let wait = platform.random.unit() * doubled.min(BACKOFF_MOST);
    #[allow(clippy::cast_possible_truncation)]
    let jittered = platform.clock.now() + TimeDelta::milliseconds(wait as i64);
    let to = Postponed {
        until: until.map_or(jittered, |until| until.max(jittered)),
        ambiguous,
        taken: row.taken,
        generation,
    };
    platform.store.postpone_call(&row.id, &to).await?;
    Ok(())
}
