//! Delivers this laptop's audit chain and takes the platform's countersignature.

use watchkeeper_wire::audit::{Delivery, SignedHead};
use watchkeeper_wire::problem::Code;

use super::client::Client;
use super::enrol;
use crate::audit::{self, HeadError};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::outbox::send::SendError;
use crate::sync::client::ClientError;

/// Entries of one delivery.
const BATCH: u32 = 500;

/// Delivers what the platform has not countersigned yet.
pub async fn deliver(engine: &Engine, client: &Client) -> Result<(), SendError> {
    loop {
        let entries = engine
            .stores
            .state
            .read(|state| audit::undelivered(state, BATCH))
            .await?;
        if entries.is_empty() {
            return Ok(());
        }
        enrol::enrol(engine, client).await?;
        let device = engine.pinned.device;
        let signed = match client.audit(&Delivery { device, entries }).await {
            Err(ClientError::Rejected(problem)) if problem.code == Code::NotFound.as_str() => {
                enrol::forget(engine).await?;
                return Err(ClientError::Rejected(problem).into());
            }
            Err(ClientError::Rejected(problem)) if problem.code == Code::ChainBroken.as_str() => {
                forked(engine).await?;
                return Err(ClientError::Rejected(problem).into());
            }
            other => other?,
        };
        // Where the platform holds what we have and went no further, nothing is gained by asking on.
        if !take(engine, signed).await? {
            return Ok(());
        }
    }
}

/// Delivers the whole chain, for a platform that was restored and may have lost a part of it. What
/// it still holds it compares.
pub async fn deliver_again(engine: &Engine, client: &Client) -> Result<(), SendError> {
    enrol::forget(engine).await?;
    enrol::enrol(engine, client).await?;
    let (device, mut after) = (engine.pinned.device, 0);
    loop {
        let entries = engine
            .stores
            .state
            .read(move |state| audit::entries_after(state, after, BATCH))
            .await?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        after = last.seq;
        let signed = client.audit(&Delivery { device, entries }).await?;
        let held = engine.stores.state.read(|state| audit::last_signed(state));
        if held.await?.is_none_or(|held| signed.seq >= held.seq) {
            take(engine, signed).await?;
        }
    }
}

/// Keeps a countersigned head; true where it is further than the last.
async fn take(engine: &Engine, signed: SignedHead) -> Result<bool, SendError> {
    let (key, device) = (engine.pinned.audit_key.clone(), engine.pinned.device);
    let taken = engine
        .stores
        .state
        .write(move |state| {
            let before = audit::last_signed(state)?.map_or(0, |head| head.seq);
            audit::take_signed(state, &signed, &key, device)?;
            Ok::<_, HeadError>(signed.seq > before)
        })
        .await;
    match taken {
        Ok(further) => {
            if further {
                engine.changed([Tag::Audit, Tag::Sync], Source::Sync);
            }
            Ok(further)
        }
        Err(HeadError::Store(error)) => Err(error.into()),
        Err(error @ HeadError::Beyond) => {
            forked(engine).await?;
            Err(ClientError::Protocol(error.to_string()).into())
        }
        Err(error) => Err(ClientError::Protocol(error.to_string()).into()),
    }
}

/// The platform holds another end of our chain. Ours holds in itself: an older copy of `state.db` was
/// put back, and the profile is to be opened anew (fault 72). Else somebody tampered with it, which
/// the Sync screen shows.
async fn forked(engine: &Engine) -> Result<(), SendError> {
    let (key, device) = (engine.pinned.audit_key.clone(), engine.pinned.device);
    let marked = engine
        .stores
        .state
        .write(move |state| audit::mark_forked(state, &key, device))
        .await?;
    if marked {
        engine.note_fork();
    }
    Ok(())
}
