//! Which history of the platform this is. A platform that was restored from a backup does not have
//! what it had said since: laptops must fill their mirrors anew, send nothing blindly, and ask their
//! operators about what it had confirmed (fault 7). So it is another history then, under another
//! name, and with another epoch every cursor of the old one is gone.
//!
//! Two things tell. The store finds at its start that it is behind what its witness has seen (see
//! [`crate::store::sqlite`]). And a cursor that we sealed ourselves, in this epoch, leads beyond the
//! head of the feed: whatever it has seen is lost, even where the witness was restored as well.

use std::sync::{PoisonError, RwLock};

use sha2::{Digest, Sha256};

use crate::Platform;
use crate::problem::ApiError;
use crate::store::{Access, Place, StoreError};

/// The history in force.
pub struct History {
    epoch: RwLock<[u8; 32]>,
}

impl History {
    /// That of this epoch.
    pub fn new(epoch: [u8; 32]) -> Self {
        Self {
            epoch: RwLock::new(epoch),
        }
    }

    /// Its epoch: part of every cursor.
    pub fn epoch(&self) -> [u8; 32] {
        *self.epoch.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The name by which clients know it.
    pub fn name(&self) -> String {
        let hash = Sha256::new()
            .chain_update(b"history")
            .chain_update(self.epoch())
            .finalize();
        hex::encode(hash).chars().take(16).collect()
    }

    fn put(&self, epoch: [u8; 32]) {
        *self.epoch.write().unwrap_or_else(PoisonError::into_inner) = epoch;
    }
}

/// Begins another history: for what was replaced without the platform being able to tell.
pub async fn begin(platform: &Platform) -> Result<(), StoreError> {
    let epoch = platform.random.bytes();
    platform.store.put_epoch(epoch).await?;
    platform.history.put(epoch);
    tracing::warn!(history = %platform.history.name(), "another history begins");
    Ok(())
}

/// Judges a place of this epoch that the feed does not have: behind the floor it was compacted away,
/// beyond the head it was lost.
pub async fn judge(
    platform: &Platform,
    access: &Access,
    (epoch, place): ([u8; 32], Place),
) -> Result<(), ApiError> {
    let at = match place {
        Place::Start => return Ok(()),
        Place::Snapshot { head, .. } => head,
        Place::CatchUp { at } | Place::Delta { at } => at,
    };
    let state = platform.store.tenant(&access.tenant).await?;
    let lost = state.is_some_and(|state| at > state.head);
    // Of several who come at once the first is enough.
    if lost && platform.history.epoch() == epoch {
        begin(platform).await?;
    }
    Ok(())
}
