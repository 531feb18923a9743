//! The platform was restored from a backup (fault 7), or the world of a demo was chosen anew.
//!
//! It says so by another name of its history in `GET /v1/me`, which is asked before anything is sent
//! in a turn; and it carries out nothing that was meant for another history. Then, once:
//!
//! 1. Whatever waits is held, in the transaction in which the new name is kept. From here on nothing
//!    is sent before all of this is done, whatever is killed in between.
//! 2. The mirror is filled anew; what it has is shown meanwhile.
//! 3. What was ever sent is read back: all that is open, held for whatever reason or not, and what is
//!    settled, confirmed or given up, the last first, until so many in a row stand there as here that
//!    the rest was so before the backup. What the platform says now is its word, also where it had
//!    refused, or a person gave up: a call that was open in the backup is carried out again, and may
//!    end otherwise. What it does not know, and had, is held. Of somebody else's nothing can be
//!    asked; it is held where it was in flight.
//! 4. The audit chain is delivered again.
//!
//! What is held goes out again only when the operator says so, under its old id, and with the word
//! that it may have been sent before: where the effect had reached a provider, the platform finds it
//! there by that id, before it calls and before it says no.

use serde::{Deserialize, Serialize};
use watchkeeper_wire::operation::Reason;

use super::client::{Client, ClientError};
use super::{deliver, pull};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::outbox::queue::{self, Hold, Queued, Status};
use crate::outbox::send::SendError;
use crate::outbox::{steps, verdict};
use crate::store::{StoreError, setting};

/// Name in table `setting`.
const SETTING: &str = "history";
/// After so many settled operations in a row that the platform has as they are here, the older ones
/// are not asked about: they had been decided before the backup was made.
const KNOWN_IN_A_ROW: u32 = 50;
/// Settled operations read at once.
const BATCH: u32 = 100;

/// The history of the platform that this laptop works with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// As [`watchkeeper_wire::session::Me::history`] says it.
    pub name: String,
    /// What the platform lost is not known yet: nothing is sent.
    pub unchecked: bool,
}

impl History {
    /// As it was kept; none before the platform ever named one.
    pub fn load(state: &rusqlite::Connection) -> Result<Option<Self>, StoreError> {
        setting::get(state, SETTING)
    }
}

/// Follows the platform into the history that it names.
pub async fn follow(engine: &Engine, client: &Client, name: &str) -> Result<(), SendError> {
    let known = engine
        .stores
        .state
        .read(|state| History::load(state))
        .await?;
    match known {
        Some(known) if known.name == name && !known.unchecked => return Ok(()),
        None => return Ok(keep(engine, name, false).await?),
        Some(known) if known.name == name => {}
        Some(_) => enter(engine, name).await?,
    }
    pull::restart(engine, true).await?;
    let otherwise = read_back(engine, client).await?;
    match deliver::deliver_again(engine, client).await {
        Err(SendError::Client(error @ (ClientError::Rejected(_) | ClientError::Protocol(_)))) => {
            tracing::error!(%error, "the audit chain was not countersigned again");
        }
        other => other?,
    }
    keep(engine, name, false).await?;
    tracing::warn!(otherwise, "the platform was restored from a backup");
    engine.changed([Tag::Sync, Tag::Navigation], Source::Sync);
    Ok(())
}

async fn keep(engine: &Engine, name: &str, unchecked: bool) -> Result<(), StoreError> {
    let history = History {
        name: name.to_owned(),
        unchecked,
    };
    let state = &engine.stores.state;
    state
        .write(move |state| setting::put(state, SETTING, &history))
        .await
}

/// Holds what waits and keeps the new name, in one transaction and while nothing is being sent.
async fn enter(engine: &Engine, name: &str) -> Result<(), StoreError> {
    let _nothing_is_sent = engine.sending.lock().await;
    let (scribe, now) = (engine.scribe(), engine.clock.now().at);
    let me = engine.pinned.operator.id.clone();
    let demo = engine.rights().demo;
    let history = History {
        name: name.to_owned(),
        unchecked: true,
    };
    let held = engine
        .stores
        .state
        .write(move |state| {
            let mut held = Vec::new();
            for operation in queue::open(state)? {
                let stop = match operation.status {
                    Status::Waiting => true,
                    Status::InFlight => operation.request.author != me,
                    _ => false,
                };
                if stop {
                    let reason = reason(&operation, demo);
                    verdict::hold(state, &scribe, &operation, Hold::Restored, reason, now)?;
                    held.push(operation);
                }
            }
            steps::mark_sent_before(state)?;
            setting::put(state, SETTING, &history)?;
            Ok::<_, StoreError>(held)
        })
        .await?;
    for operation in held {
        engine.operation_changed(&operation.request, Source::Sync);
    }
    Ok(())
}

/// What the platform says of an operation, against what stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// The same.
    AsHere,
    /// It does not know it, and here it is not taken for known either.
    Nowhere,
    /// Something else; that stands here now too.
    Otherwise,
}

/// Reads back what the platform had been sent. Answers of how many it says otherwise. All of it may
/// be done again.
async fn read_back(engine: &Engine, client: &Client) -> Result<u32, SendError> {
    let _nothing_is_sent = engine.sending.lock().await;
    let me = engine.pinned.operator.id.clone();
    let open = engine.stores.state.read(|state| queue::open(state)).await?;
    let mut otherwise = 0;
    for operation in open {
        if operation.request.author == me && was_sent(&operation) {
            let found = compare(engine, client, &operation).await?;
            otherwise += u32::from(found == Found::Otherwise);
        }
    }
    let (mut in_a_row, mut behind) = (0, None);
    loop {
        let author = me.clone();
        let batch = engine
            .stores
            .state
            .read(move |state| queue::settled_of(state, &author, BATCH, behind))
            .await?;
        if batch.is_empty() {
            return Ok(otherwise);
        }
        for operation in batch {
            behind = operation.settled_at.map(|at| (at, operation.seq));
            if !was_sent(&operation) {
                continue;
            }
            match compare(engine, client, &operation).await? {
                Found::AsHere => in_a_row += 1,
                // Given up, and lost or never there: that says nothing of the backup's age.
                Found::Nowhere => {}
                Found::Otherwise => (in_a_row, otherwise) = (0, otherwise + 1),
            }
            if in_a_row >= KNOWN_IN_A_ROW {
                return Ok(otherwise);
            }
        }
    }
}

/// It may have left this laptop: an attempt is counted before. What did not is known nowhere.
fn was_sent(operation: &Queued) -> bool {
    operation.attempts > 0
}

/// Asks what the platform has of an operation, and lets that stand.
async fn compare(engine: &Engine, client: &Client, operation: &Queued) -> Result<Found, SendError> {
    let verdict = match client.operation(operation.request.id).await {
        Ok(Some(verdict)) => verdict,
        Ok(None) => {
            return match operation.status {
                Status::Held | Status::Waiting | Status::Discarded => Ok(Found::Nowhere),
                Status::InFlight | Status::Accepted | Status::Unknown | Status::Confirmed => {
                    hold(engine, operation).await?;
                    Ok(Found::Otherwise)
                }
            };
        }
        // An answer that does not read is one all the same.
        Err(ClientError::Protocol(_)) => return Ok(Found::AsHere),
        Err(error) => return Err(error.into()),
    };
    let (scribe, now) = (engine.scribe(), engine.clock.now().at);
    let changed = engine
        .stores
        .state
        .write(move |state| verdict::settle_anew(state, &scribe, &verdict, now))
        .await?;
    let Some(changed) = changed else {
        return Ok(Found::AsHere);
    };
    engine.operation_changed(&changed.request, Source::Sync);
    Ok(Found::Otherwise)
}

/// Holds an operation that the platform has lost, unless something else became of it meanwhile.
pub(crate) async fn hold(engine: &Engine, operation: &Queued) -> Result<(), StoreError> {
    let (scribe, now) = (engine.scribe(), engine.clock.now().at);
    let reason = reason(operation, engine.rights().demo);
    let lost = operation.clone();
    engine
        .stores
        .state
        .write(move |state| verdict::hold(state, &scribe, &lost, Hold::Restored, reason, now))
        .await?;
    engine.operation_changed(&operation.request, Source::Sync);
    Ok(())
}

fn reason(operation: &Queued, demo: bool) -> Reason {
    let (code, detail) = match operation.status {
        // Nothing was restored: somebody chose another day, or another time.
        Status::Waiting | Status::InFlight if demo => (
            "platform.restored",
            "The world of this demo was chosen anew before the platform had this. Look at the record \
             as it is now, then send it, or give it up.",
        ),
        Status::Confirmed => (
            "platform.restored_confirmed",
            "The platform was restored from a backup; it had confirmed this, and it is gone. Send \
             it again, or keep things as they are.",
        ),
        Status::Accepted | Status::Unknown => (
            "platform.restored_accepted",
            "The platform was restored from a backup; it had this under way, and does not know it \
             any more. Send it again, or keep things as they are.",
        ),
        _ => (
            "platform.restored",
            "The platform was restored from a backup before it had this. Look at the record as it \
             is now, then send it, or give it up.",
        ),
    };
    Reason {
        code: code.into(),
        row: None,
        detail: detail.into(),
    }
}
