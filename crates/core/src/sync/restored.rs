//! The platform was restored from a backup (fault 7).
//!
//! It says so by another name of its history in `GET /v1/me`, which is asked before anything is sent
//! in a turn; and it carries out nothing that was meant for another history. Then, once:
//!
//! 1. Whatever waits is held, in the transaction in which the new name is kept. From here on nothing
//!    is sent before all of this is done, whatever is killed in between.
//! 2. The mirror is filled anew; what it has is shown meanwhile.
//! 3. What was sent is read back: in flight, accepted, unknown, and confirmed, the last first, until
//!    so many in a row are known that the rest was there before the backup. What the platform does
//!    not know is held. Of somebody else's nothing can be asked; it is held where it was in flight.
//! 4. The audit chain is delivered again.
//!
//! What is held goes out again only when the operator says so, under its old id: where the effect had
//! reached a provider, the platform finds it there by that id before it calls.

use serde::{Deserialize, Serialize};
use watchkeeper_wire::operation::Reason;

use super::client::{Client, ClientError};
use super::{deliver, pull};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::outbox::queue::{self, Hold, Queued, Status};
use crate::outbox::send::SendError;
use crate::outbox::verdict;
use crate::store::{StoreError, setting};

/// Name in table `setting`.
const SETTING: &str = "history";
/// After so many confirmed operations in a row that the platform knows, the older ones are not asked
/// about: they had been decided before the backup was made.
const KNOWN_IN_A_ROW: u32 = 50;
/// Confirmed operations read at once.
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
    let lost = find_lost(engine, client).await?;
    match deliver::deliver_again(engine, client).await {
        Err(SendError::Client(error @ (ClientError::Rejected(_) | ClientError::Protocol(_)))) => {
            tracing::error!(%error, "the audit chain was not countersigned again");
        }
        other => other?,
    }
    keep(engine, name, false).await?;
    tracing::warn!(lost, "the platform was restored from a backup");
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
                    let reason = reason(&operation);
                    verdict::hold(state, &scribe, &operation, Hold::Restored, reason, now)?;
                    held.push(operation);
                }
            }
            setting::put(state, SETTING, &history)?;
            Ok::<_, StoreError>(held)
        })
        .await?;
    for operation in held {
        engine.operation_changed(&operation.request, Source::Sync);
    }
    Ok(())
}

/// Reads back what the platform had been sent, and holds what it does not know. Answers how many.
async fn find_lost(engine: &Engine, client: &Client) -> Result<u32, SendError> {
    let _nothing_is_sent = engine.sending.lock().await;
    let me = engine.pinned.operator.id.clone();
    let open = engine.stores.state.read(|state| queue::open(state)).await?;
    let mut lost = 0;
    for operation in open {
        let sent = matches!(
            operation.status,
            Status::InFlight | Status::Accepted | Status::Unknown
        );
        // What the platform does know is settled by the next round and the next pull.
        if sent && operation.request.author == me && !is_known(client, &operation).await? {
            hold(engine, &operation).await?;
            lost += 1;
        }
    }
    let (mut in_a_row, mut offset) = (0, 0);
    loop {
        let author = me.clone();
        let batch = engine
            .stores
            .state
            .read(move |state| queue::confirmed(state, &author, BATCH, offset))
            .await?;
        if batch.is_empty() {
            return Ok(lost);
        }
        for operation in batch {
            if is_known(client, &operation).await? {
                in_a_row += 1;
                // One that is held is not confirmed any more, and takes no place.
                offset += 1;
            } else {
                hold(engine, &operation).await?;
                lost += 1;
                in_a_row = 0;
            }
            if in_a_row >= KNOWN_IN_A_ROW {
                return Ok(lost);
            }
        }
    }
}

/// An answer that does not read is one all the same.
async fn is_known(client: &Client, operation: &Queued) -> Result<bool, ClientError> {
    match client.operation(operation.request.id).await {
        Ok(found) => Ok(found.is_some()),
        Err(ClientError::Protocol(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Holds an operation that the platform has lost, unless something else became of it meanwhile.
pub(crate) async fn hold(engine: &Engine, operation: &Queued) -> Result<(), StoreError> {
    let (scribe, now) = (engine.scribe(), engine.clock.now().at);
    let (lost, reason) = (operation.clone(), reason(operation));
    engine
        .stores
        .state
        .write(move |state| verdict::hold(state, &scribe, &lost, Hold::Restored, reason, now))
        .await?;
    engine.operation_changed(&operation.request, Source::Sync);
    Ok(())
}

fn reason(operation: &Queued) -> Reason {
    let (code, detail) = match operation.status {
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
