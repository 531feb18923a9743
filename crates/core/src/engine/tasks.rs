//! The tasks of an engine, and when each wakes.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinHandle;

use super::{Contact, Engine, notifying, turning};
use crate::documents;
use crate::error::Error;
use crate::features::queues::anew::anew;
use crate::outbox::send::{self, SendError};
use crate::outbox::steps;
use crate::sync::backoff;
use crate::sync::client::ClientError;
use crate::sync::{activate, compare, hints, pull, words};

/// How often the feed is asked without any hint.
const PULL_EVERY: Duration = Duration::from_secs(20);
/// Pulls that hints ask for begin at least this far apart, so that a storm of hints is a few pulls
/// (fault 36).
const BETWEEN_PULLS: Duration = Duration::from_millis(200);
/// How often it is looked whether the machine has slept.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(2);
/// A timer that comes this much later on the clock that counts through suspend was slept through.
const SLEPT: Duration = Duration::from_secs(10);
/// How often the platform's time is kept.
const KEEP_TIME_EVERY: Duration = Duration::from_secs(600);
/// The shortest back-off, so that jitter never spins.
const SHORTEST: Duration = Duration::from_millis(250);

/// Starts them.
pub(super) fn spawn(engine: &Arc<Engine>) -> Vec<JoinHandle<()>> {
    if engine.stores.state.is_reading() {
        // What arrives could not be kept.
        return vec![
            tokio::spawn(until_end(engine.clone(), checking(engine.clone()))),
            tokio::spawn(until_end(engine.clone(), turning::turning(engine.clone()))),
        ];
    }
    vec![
        tokio::spawn(until_end(engine.clone(), pulling(engine.clone()))),
        tokio::spawn(until_end(engine.clone(), pushing(engine.clone()))),
        tokio::spawn(until_end(engine.clone(), listening(engine.clone()))),
        tokio::spawn(until_end(engine.clone(), waking(engine.clone()))),
        tokio::spawn(until_end(engine.clone(), checking(engine.clone()))),
        tokio::spawn(until_end(engine.clone(), turning::turning(engine.clone()))),
        tokio::spawn(until_end(engine.clone(), keeping(engine.clone()))),
        tokio::spawn(until_end(
            engine.clone(),
            notifying::notifying(engine.clone()),
        )),
    ]
}

async fn until_end(engine: Arc<Engine>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = engine.end.cancelled() => {}
        () = work => {}
    }
}

/// After a failure: as long as the platform asks, else full jitter.
fn wait_after(engine: &Engine, error: &SendError, failures: u32) -> Duration {
    match error {
        SendError::Client(ClientError::RateLimited(asked) | ClientError::Unavailable(asked)) => {
            backoff::retry_after(*asked, engine.chance())
        }
        _ => backoff::full_jitter(failures, engine.chance()).max(SHORTEST),
    }
}

/// Records a failure on the line.
fn note(engine: &Engine, error: &SendError) {
    let now = engine.clock.now().at;
    engine.update_link(|link| match error {
        SendError::Client(error) => link.failed(now, error),
        SendError::Store(error) => link.broken(Error::with(error.code(), error.to_string())),
    });
}

/// Records when it is tried again.
fn schedule(engine: &Engine, wait: Duration) {
    let at = engine.clock.now().at + TimeDelta::from_std(wait).unwrap_or_default();
    engine.update_link(|link| {
        link.next_try = (link.contact != Contact::SignedOut).then_some(at);
    });
}

/// Once after the start: the chain is long, the index too, and nobody waits for them.
async fn checking(engine: Arc<Engine>) {
    if let Err(error) = engine.check_chain().await {
        tracing::warn!(%error, "the audit chain was not checked");
    }
    if engine.stores.cache.is_reading() {
        return;
    }
    if let Err(error) = words::check(&engine).await {
        tracing::warn!(%error, "the search index was not checked");
    }
}

async fn pulling(engine: Arc<Engine>) {
    let mut failures = 0_u32;
    let mut kept_at = None;
    loop {
        let began = tokio::time::Instant::now();
        let wait = match turn(&engine).await {
            Ok(()) => {
                failures = 0;
                let now = engine.clock.boot();
                if kept_at.is_none_or(|at| now.saturating_sub(at) > KEEP_TIME_EVERY) {
                    kept_at = Some(now);
                    if let Err(error) = engine.keep_time().await {
                        tracing::warn!(%error, "the clock was not kept");
                    }
                }
                backoff::spread(PULL_EVERY, engine.chance())
            }
            Err(error) => {
                tracing::info!(%error, failures, "pull failed");
                let wait = wait_after(&engine, &error, failures);
                failures = failures.saturating_add(1);
                schedule(&engine, wait);
                wait
            }
        };
        if engine.link().contact == Contact::SignedOut {
            engine.pull.notified().await;
        } else {
            tokio::select! {
                () = engine.pull.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        tokio::time::sleep_until(began + BETWEEN_PULLS).await;
    }
}

/// Notices that the machine has slept: timers stood still meanwhile, and connections are dead without
/// having said so. What was live is not (fault 20), and everything is tried at once.
async fn waking(engine: Arc<Engine>) {
    loop {
        let before = engine.clock.boot();
        tokio::time::sleep(LOOK_AT_CLOCK).await;
        let passed = engine.clock.boot().saturating_sub(before);
        if passed > LOOK_AT_CLOCK + SLEPT {
            tracing::info!(seconds = passed.as_secs(), "the machine slept");
            engine.update_link(|link| link.live = false);
            engine.awoke.notify_waiters();
            engine.wake();
        }
    }
}

/// One turn with the platform. A line that has just come back may be gone soon: what is ours goes
/// first.
pub(super) async fn turn(engine: &Engine) -> Result<(), SendError> {
    let outcome = exchange(engine).await;
    if let Err(error) = &outcome {
        note(engine, error);
    }
    outcome
}

async fn exchange(engine: &Engine) -> Result<(), SendError> {
    activate::resume(engine).await?;
    let client = engine.client();
    pull::who_am_i(engine, &client).await?;
    let was_cut_off = engine.link().contact != Contact::There;
    if was_cut_off {
        let state = &engine.stores.state;
        state.write(|state| steps::end_back_off(state)).await?;
    }
    match send::round(engine, anew).await {
        Err(SendError::Client(error)) if !error.concerns_the_line() => {
            // What is ours does not get through; what is theirs may.
            tracing::info!(%error, "an operation failed");
        }
        other => drop(other?),
    }
    pull::pull(engine, &client).await?;
    let now = engine.clock.now().at;
    engine.update_link(|link| link.reached(now));
    // What was answered may have brought others of a lane to its head.
    engine.push.notify_one();
    if was_cut_off {
        // What failed while there was a line keeps its back-off: it would be fetched every 20 seconds.
        engine.look_for_documents();
    }
    Ok(compare::compare(engine, &client).await?)
}

async fn pushing(engine: Arc<Engine>) {
    let mut failures = 0_u32;
    loop {
        if engine.link().contact == Contact::SignedOut {
            engine.push.notified().await;
            continue;
        }
        let wait = match send::round(&engine, anew).await {
            Ok(round) => {
                failures = 0;
                if round.answered > 0 {
                    engine.pull.notify_one();
                }
                let now = engine.clock.now().at;
                round
                    .next
                    .map(|at| (at - now).to_std().unwrap_or_default().max(SHORTEST))
            }
            Err(error) => {
                let wait = wait_after(&engine, &error, failures);
                failures = failures.saturating_add(1);
                if !matches!(&error, SendError::Client(error) if !error.concerns_the_line()) {
                    note(&engine, &error);
                }
                Some(wait)
            }
        };
        match wait {
            None => engine.push.notified().await,
            Some(wait) => tokio::select! {
                () = engine.push.notified() => {}
                () = tokio::time::sleep(wait) => {}
            },
        }
    }
}

/// Fetches documents once they are wanted, and those of an outage once it is over. No document says
/// anything of the line: whoever pulls finds out.
async fn keeping(engine: Arc<Engine>) {
    let mut failures = 0_u32;
    loop {
        let wait = match documents::round(&engine).await {
            Ok(()) => {
                failures = 0;
                None
            }
            Err(error) => {
                let wait = wait_after(&engine, &error, failures);
                failures = failures.saturating_add(1);
                (engine.link().contact != Contact::SignedOut).then_some(wait)
            }
        };
        match wait {
            None => engine.documents.notified().await,
            Some(wait) => tokio::select! {
                () = engine.documents.notified() => {}
                () = tokio::time::sleep(wait) => {}
            },
        }
    }
}

async fn listening(engine: Arc<Engine>) {
    let mut last = None;
    loop {
        if engine.link().contact == Contact::SignedOut {
            engine.listen.notified().await;
            continue;
        }
        let ended = hints::listen(&engine, &mut last).await;
        engine.update_link(|link| link.live = false);
        if let ClientError::SignedOut | ClientError::Revoked = ended {
            note(&engine, &ended.into());
            continue;
        }
        // Whatever came in the meantime.
        engine.wake_pull();
        let wait = match &ended {
            ClientError::RateLimited(_) | ClientError::Unavailable(_) => {
                wait_after(&engine, &ended.into(), 0)
            }
            _ => backoff::reconnect(engine.chance()).max(SHORTEST),
        };
        tokio::select! {
            () = engine.listen.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
