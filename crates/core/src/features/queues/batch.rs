//! Actions on many records of which something is still to be queued.
//!
//! Such a batch stands in `state.db` until its last part is queued, with how far it is: each part writes
//! that in its own transaction, beside its operations. What is gone from there is over: the next part
//! writes nothing. So an app that ends in between forgets nothing, and stopping is one look at a row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use watchkeeper_model::audit::Event;

use super::act::parse;
use super::queries::batch;
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::error::Error;

/// Batches that are being queued now, each as often as it is: a second click is the same batch.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<BTreeMap<Uuid, u32>>);

impl Running {
    /// All of them.
    pub(crate) fn all(&self) -> BTreeSet<Uuid> {
        self.counts().keys().copied().collect()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<Uuid, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch is being queued for as long as this lives.
pub(super) struct Run<'a> {
    engine: &'a Engine,
    batch: Uuid,
}

impl<'a> Run<'a> {
    /// It is, whoever else queues it.
    pub(super) fn begin(engine: &'a Engine, batch: Uuid) -> Self {
        let mut counts = engine.batches.counts();
        *counts.entry(batch).or_default() += 1;
        Self { engine, batch }
    }

    /// It is, unless somebody queues it already.
    pub(super) fn alone(engine: &'a Engine, batch: Uuid) -> Option<Self> {
        let mut counts = engine.batches.counts();
        if counts.contains_key(&batch) {
            return None;
        }
        counts.insert(batch, 1);
        Some(Self { engine, batch })
    }

    pub(super) fn batch(&self) -> Uuid {
        self.batch
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        let mut counts = self.engine.batches.counts();
        match counts.get_mut(&self.batch) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                counts.remove(&self.batch);
            }
        }
        drop(counts);
        // It may have broken off.
        self.engine.changed([Tag::Sync], Source::Operator);
    }
}

/// Leaves what of a batch is still to be queued, whether it is being queued now or was cut off. What is
/// queued stays so, and the chain has how much was left. Once more changes nothing.
///
/// # Errors
/// Those of the local databases.
pub async fn leave_batch(engine: &Engine, batch: &str) -> Result<(), Error> {
    let id = parse(batch)?;
    let (scribe, now) = (engine.scribe(), engine.clock().now().at);
    let state = &engine.stores().state;
    state
        .write(move |state| {
            let Some((request, left)) = batch::left(state, id)? else {
                return Ok::<_, Error>(());
            };
            batch::forget(state, id)?;
            let event = Event::Left {
                batch: id,
                kind: request.kind,
                action: request.action,
                left,
                among: u32::try_from(request.records.len()).unwrap_or(u32::MAX),
            };
            scribe.append(state, now, event)?;
            Ok(())
        })
        .await?;
    engine.changed([Tag::Sync, Tag::Audit], Source::Operator);
    Ok(())
}
