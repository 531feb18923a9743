//! Draining the lanes.
//!
//! One round: what was left in flight is read back, then heads of lanes go out: plain changes
//! together in one request ([`super::together`]), of all others [`LANES`] at a time in a request
//! each. The attempt is committed before the request leaves. A request that may have arrived leaves
//! its operations in flight, to be read back after their back-off; one that surely did not puts them
//! back to waiting. One that the platform did not understand is sent again in parts, so that a
//! poisoned operation spoils nobody else's.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use watchkeeper_wire::operation::{Batch, MAX_BATCH, Reason};

use super::answers::{read_back, settle};
use super::queue::{self, Hold, Queued, Status};
use super::steps;
use super::together::{Shared, may_share};
use super::{base, frozen, lane, rest, verdict};
use crate::changes::Source;
use crate::engine::Engine;
use crate::error::Error;
use crate::store::StoreError;
use crate::sync::backoff;
use crate::sync::client::{Client, ClientError};
use crate::sync::restored::History;

/// Operations that go alone are sent so many at the same time.
pub const LANES: usize = 4;
/// Heads of lanes that are looked at for one round.
const LOOKED_AT: usize = 2 * MAX_BATCH;

/// Why a round ended early.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The platform could not be spoken to.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The local database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Client(error) => error.into(),
            SendError::Store(error) => error.into(),
        }
    }
}

/// What a round brought.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// Operations that were answered.
    pub answered: u32,
    /// When the next one comes out of its back-off or its window, UTC.
    pub next: Option<DateTime<Utc>>,
}

/// Decides anew on what rested on something that was given up, and answers how many it could decide on.
/// Decisions are made of what the screens read, which knows the outbox and not the other way round.
pub type Anew = for<'e> fn(&'e Engine, Vec<Queued>) -> BoxFuture<'e, Result<usize, StoreError>>;

/// Sends whatever may be sent. Only one round runs at a time.
pub async fn round(engine: &Engine, anew: Anew) -> Result<Round, SendError> {
    let _only = engine.sending.lock().await;
    let client = engine.client();
    let mut done = Round::default();
    let in_doubt = read_back(engine, &client, &[Status::InFlight]).await?;
    done.answered += in_doubt.answered;
    loop {
        let Claimed {
            groups,
            gone,
            next,
            history,
        } = claim(engine).await?;
        done.next = [next, in_doubt.next].into_iter().flatten().min();
        // What rested on something that was given up goes in the next turn, where it still may.
        let decided = anew(engine, gone).await?;
        if groups.is_empty() {
            match decided {
                0 => return Ok(done),
                _ => continue,
            }
        }
        let sent = futures_util::future::join_all(
            groups
                .iter()
                .map(|group| send(engine, &client, group, history.as_ref())),
        )
        .await;
        let mut failed = Vec::new();
        for (group, outcome) in groups.iter().zip(sent) {
            match outcome {
                Ok(()) => done.answered += u32::try_from(group.len()).unwrap_or(u32::MAX),
                Err(SendError::Client(error)) => failed.push(error),
                Err(error) => return Err(error),
            }
        }
        // Signed out and asked to wait concern everybody; so does a line on which nothing went.
        let stop = failed.iter().position(|error| {
            matches!(
                error,
                ClientError::SignedOut
                    | ClientError::Revoked
                    | ClientError::RateLimited(_)
                    | ClientError::Unavailable(_)
                    | ClientError::Restored
            )
        });
        if let Some(at) = stop {
            return Err(failed.swap_remove(at).into());
        }
        if failed.len() == groups.len()
            && let Some(error) = failed.pop()
        {
            return Err(error.into());
        }
    }
}

/// What a round takes.
#[derive(Debug, Default)]
struct Claimed {
    /// Operations by the request that they go in.
    groups: Vec<Vec<Queued>>,
    /// Those that are to be decided anew before they go.
    gone: Vec<Queued>,
    /// When the next one comes out of its back-off or its window, UTC.
    next: Option<DateTime<Utc>>,
    /// The platform's history for which they are meant.
    history: Option<String>,
}

/// Takes the next heads of lanes, and holds what has lapsed or a control stops by now.
async fn claim(engine: &Engine) -> Result<Claimed, StoreError> {
    let moment = engine.clock.moment();
    let now = moment.now;
    let me = engine.pinned.operator.id.clone();
    let scribe = engine.scribe();
    let (pack, alone, rights) = (engine.pack(), engine.alone.clone(), engine.rights());
    let (claimed, held) = engine
        .stores
        .state
        .write(move |state| {
            let history = History::load(state)?;
            if history.as_ref().is_some_and(|history| history.unchecked) {
                return Ok((Claimed::default(), Vec::new()));
            }
            let turn = lane::turn(&queue::waiting(state, &moment)?, &me, now);
            let mut held = Vec::new();
            for seq in turn.lapse {
                if let Some(operation) = queue::by_seq(state, seq)? {
                    let detail = match operation.attempts {
                        0 => "Its time passed before it could be sent.",
                        _ => {
                            "Its time passed, and the platform had not answered. Should it have arrived all \
                             the same, that shows here."
                        }
                    };
                    let reason = Reason {
                        code: "operation.lapsed".into(),
                        row: None,
                        detail: detail.into(),
                    };
                    verdict::hold(state, &scribe, &operation, Hold::Lapsed, reason, now.at)?;
                    held.push(operation);
                }
            }
            let mut groups: Vec<Vec<Queued>> = Vec::new();
            let (mut together, mut shared) = (Vec::new(), Shared::default());
            for seq in turn.send.into_iter().take(LOOKED_AT) {
                if groups.len() >= LANES && shared.is_full() {
                    break;
                }
                let Some(waiting) = queue::by_seq(state, seq)? else {
                    continue;
                };
                if let Some(pack) = &pack
                    && frozen::hold_one(state, &scribe, pack, &rights, &waiting, now.at)?
                {
                    held.push(waiting);
                    continue;
                }
                let shares = may_share(pack.as_deref(), &alone, &waiting.request);
                let goes = match shares {
                    true => shared.take(&waiting.request),
                    false => groups.len() < LANES,
                };
                if !goes {
                    continue;
                }
                base::settle(state, &scribe, &waiting, now.at)?;
                if !steps::claim(state, seq)? {
                    continue;
                }
                rest::forget(state, waiting.request.id)?;
                let claimed = queue::by_seq(state, seq)?;
                match shares {
                    true => together.extend(claimed),
                    false => groups.push(claimed.into_iter().collect()),
                }
            }
            if !together.is_empty() {
                groups.push(together);
            }
            let mut gone = Vec::new();
            for seq in turn.anew.into_iter().take(LOOKED_AT) {
                gone.extend(queue::by_seq(state, seq)?);
            }
            let claimed = Claimed {
                groups,
                gone,
                next: turn.next,
                history: history.map(|history| history.name),
            };
            Ok::<_, StoreError>((claimed, held))
        })
        .await?;
    for operation in held {
        engine.operation_changed(&operation.request, Source::Clock);
    }
    Ok(claimed)
}

/// Sends these in one request.
async fn send(
    engine: &Engine,
    client: &Client,
    group: &[Queued],
    history: Option<&String>,
) -> Result<(), SendError> {
    tell(engine, group);
    let batch = Batch {
        operations: group.iter().map(|each| each.request.clone()).collect(),
        history: history.cloned(),
        sent_before: group
            .iter()
            .filter(|each| each.sent_before)
            .map(|each| each.request.id)
            .collect(),
    };
    let sent = engine.clock.boot();
    match client.operations(&batch).await {
        Ok(answer) => {
            engine.observe(answer.server_time, sent);
            settle(engine, answer.verdicts).await?;
            Ok(())
        }
        Err(ClientError::Rejected(problem)) => match group {
            [one] => Ok(reject(engine, one, &problem).await?),
            several => apart(engine, client, several, history).await,
        },
        Err(error) => {
            if group.len() > 1 && !error.concerns_the_line() {
                engine.alone.suspect(group);
            }
            for operation in group {
                back_off(engine, operation, &error).await?;
            }
            tell(engine, group);
            Err(error.into())
        }
    }
}

/// One of these is not understood: each by itself. Some may have been carried out already; then they
/// are answered as they were.
async fn apart(
    engine: &Engine,
    client: &Client,
    group: &[Queued],
    history: Option<&String>,
) -> Result<(), SendError> {
    engine.alone.suspect(group);
    for (place, operation) in group.chunks(1).enumerate() {
        match Box::pin(send(engine, client, operation, history)).await {
            // The line has gone meanwhile. What was not sent again may have arrived before.
            Err(SendError::Client(error)) if error.concerns_the_line() => {
                let rest = group.get(place + 1..).unwrap_or_default();
                let left: Vec<i64> = rest.iter().map(|operation| operation.seq).collect();
                let now = engine.clock.now().at;
                engine
                    .stores
                    .state
                    .write(move |state| {
                        for seq in left {
                            steps::read_back_after(state, seq, now)?;
                        }
                        Ok::<_, StoreError>(())
                    })
                    .await?;
                return Err(error.into());
            }
            Err(SendError::Client(_)) | Ok(()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Holds what the platform did not take.
async fn reject(
    engine: &Engine,
    operation: &Queued,
    problem: &watchkeeper_wire::problem::Problem,
) -> Result<(), StoreError> {
    if problem.code == watchkeeper_wire::problem::Code::KeyReused.as_str() {
        tracing::error!(operation = %operation.request.id, "an operation id was used twice");
    }
    let (why, reason) = verdict::rejected(problem);
    let (scribe, held, now) = (engine.scribe(), operation.clone(), engine.clock.now().at);
    engine
        .stores
        .state
        .write(move |state| verdict::hold(state, &scribe, &held, why, reason, now))
        .await?;
    engine.operation_changed(&operation.request, Source::Sync);
    Ok(())
}

/// Tells once of all of these.
pub(super) fn tell(engine: &Engine, operations: &[Queued]) {
    let requests = operations.iter().map(|operation| &operation.request);
    engine.operations_changed(requests, Source::Sync);
}

/// After a failure: back to waiting where the request surely had no effect, else left in flight.
async fn back_off(
    engine: &Engine,
    operation: &Queued,
    error: &ClientError,
) -> Result<(), StoreError> {
    let (harmless, wait) = match error {
        ClientError::SignedOut
        | ClientError::Revoked
        | ClientError::Unreachable(_)
        | ClientError::Restored
        | ClientError::Tls(_) => (true, Duration::ZERO),
        ClientError::RateLimited(_) => (true, wait_after(engine, operation, error)),
        _ => (false, wait_after(engine, operation, error)),
    };
    let not_before = later(engine.clock.now().at, wait);
    let seq = operation.seq;
    engine
        .stores
        .state
        .write(move |state| {
            if harmless {
                steps::wait(state, seq, not_before)
            } else {
                steps::read_back_after(state, seq, not_before)
            }
        })
        .await
}

pub(super) fn wait_after(engine: &Engine, operation: &Queued, error: &ClientError) -> Duration {
    match error {
        ClientError::RateLimited(asked) | ClientError::Unavailable(asked) => {
            backoff::retry_after(*asked, engine.chance())
        }
        _ => backoff::full_jitter(operation.attempts, engine.chance()),
    }
}

pub(super) fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    now + TimeDelta::from_std(wait).unwrap_or_default()
}
