//! Which operations may share a request.
//!
//! Plain changes do, so that fifty decisions need no fifty round trips. What moves money, deletes,
//! submits or has the platform call a provider goes alone, so that a broken line leaves no more in
//! doubt than it must. And an operation with which a request failed goes alone from then on: should
//! it be the one that poisons, it spoils nobody else's again (fault 43).

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;
use watchkeeper_pack::Pack;
use watchkeeper_pack::format::Nature;
use watchkeeper_pack::pack::Effect;
use watchkeeper_wire::operation::{MAX_BATCH, Operation};

use super::queue::Queued;

/// The most bytes of operations in one request.
const MAX_BYTES: usize = 256 * 1024;

/// Operations that go alone. Forgotten with the app: then one more request may fail.
#[derive(Debug, Default)]
pub struct Alone(Mutex<BTreeSet<Uuid>>);

impl Alone {
    /// These failed in one request.
    pub fn suspect<'a>(&self, operations: impl IntoIterator<Item = &'a Queued>) {
        let mut alone = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        alone.extend(operations.into_iter().map(|each| each.request.id));
    }

    fn has(&self, operation: Uuid) -> bool {
        let alone = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        alone.contains(&operation)
    }
}

/// May this operation share a request?
pub fn may_share(pack: Option<&Pack>, alone: &Alone, operation: &Operation) -> bool {
    let kind = pack.and_then(|pack| pack.kind(&operation.kind));
    let Some(action) = kind.and_then(|kind| kind.actions.get(&operation.action)) else {
        return false;
    };
    let calls = action
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Call(_)));
    action.def.nature == Nature::Change && !calls && !alone.has(operation.id)
}

/// Operations that share a request.
#[derive(Debug, Default)]
pub struct Shared {
    count: usize,
    bytes: usize,
}

impl Shared {
    /// There is room for this one too; then it is taken in.
    pub fn take(&mut self, operation: &Operation) -> bool {
        let bytes = serde_json::to_string(operation).map_or(MAX_BYTES, |text| text.len());
        let room = self.count < MAX_BATCH && (self.count == 0 || self.bytes + bytes <= MAX_BYTES);
        if room {
            self.count += 1;
            self.bytes += bytes;
        }
        room
    }

    /// Nothing more goes in.
    pub fn is_full(&self) -> bool {
        self.count >= MAX_BATCH || self.bytes >= MAX_BYTES
    }
}
