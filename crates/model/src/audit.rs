//! The audit chain: one per device, each entry hashed over the one before it (RFC 8785, SHA-256).
//! Entries hold ids, hashes and rule ids; no personal value, so that erasure breaks no chain.
//!
//! [`crate::chain`] makes entries and checks that they follow from each other.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `prev` of the first entry.
pub fn genesis() -> String {
    crate::chain::NOTHING_BEFORE.to_owned()
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Number in the chain, from 1 without gaps.
    pub seq: u64,
    /// Hash of the entry before, hex; 64 zeros for the first.
    pub prev: String,
    /// When, by the device's corrected clock, UTC.
    pub at: DateTime<Utc>,
    /// Operator.
    pub actor: String,
    /// Laptop.
    pub device: Uuid,
    /// What happened.
    pub event: Event,
    /// Last head that the platform had countersigned when this was written: `seq:hash`.
    pub countersigned: Option<String>,
    /// SHA-256, hex, of the canonical JSON of all the fields above.
    pub hash: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The profile was set up on this device.
    SignedIn,
    /// An operation was queued.
    Queued {
        /// The operation.
        operation: Uuid,
        /// Kind of the record.
        kind: String,
        /// Id of the record.
        record: String,
        /// Action.
        action: String,
        /// SHA-256 of the operation.
        fingerprint: String,
        /// Rows that let it through.
        rows: Vec<String>,
    },
    /// Policy refused on the laptop.
    Denied {
        /// Kind of the record.
        kind: String,
        /// Id of the record.
        record: String,
        /// Action.
        action: String,
        /// Code of the refusal.
        code: String,
        /// Row that refused.
        row: Option<String>,
    },
    /// The platform answered.
    Answered {
        /// The operation.
        operation: Uuid,
        /// The verdict's word.
        word: String,
        /// Code of its reason.
        code: Option<String>,
        /// Row of its reason.
        row: Option<String>,
    },
    /// The operator put a held operation back in its lane.
    Retried {
        /// The operation.
        operation: Uuid,
    },
    /// The operator gave a held or queued operation up.
    Discarded {
        /// The operation.
        operation: Uuid,
    },
    /// A held operation was replaced by another.
    Amended {
        /// The operation given up.
        operation: Uuid,
        /// The one in its place.
        by: Uuid,
    },
}

impl Entry {
    /// What its hash must be.
    pub fn computed_hash(&self) -> Result<String, serde_json::Error> {
        crate::chain::hash(self)
    }
}
