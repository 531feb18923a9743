//! The audit chain: one per device, each entry hashed over the one before it (RFC 8785, SHA-256).
//! Entries hold ids, hashes and rule ids; no personal value, so that erasure breaks no chain.
//!
//! Edits, removals and reordering break the chain where they happened. A tail that was cut off, or
//! a chain written anew by whoever holds the laptop, agrees with itself; it is found through the
//! heads that the platform countersigned: each must still stand in the chain, at its number and
//! with its hash.

#[cfg(test)]
mod tests;
mod verify;

pub use verify::{Break, Why, verify};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// `prev` of the first entry.
pub fn genesis() -> String {
    "0".repeat(64)
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
    /// What a queued operation is based on was settled before it was first sent: those before it in its
    /// lane had come to their ends.
    Based {
        /// The operation.
        operation: Uuid,
        /// The revision that its record is to have.
        revision: u64,
        /// SHA-256 of the operation from then on.
        fingerprint: String,
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
    /// The operator took a queued operation back before it was ever sent.
    TakenBack {
        /// The operation.
        operation: Uuid,
    },
    /// Of many records some were looked at one by one, before an action was to be taken on all.
    Sampled {
        /// Kind of the records.
        kind: String,
        /// Action that was meant.
        action: String,
        /// Row that asks for it.
        row: String,
        /// The record that did not look right; none where all did.
        record: Option<String>,
        /// How many had been looked at.
        looked_at: u32,
        /// How many the action was meant for.
        among: u32,
    },
    /// The operator left what was still to be queued of an action on many records.
    Left {
        /// Id of the batch; those of its operations follow from it.
        batch: Uuid,
        /// Kind of the records.
        kind: String,
        /// The action.
        action: String,
        /// How many records nobody had decided on yet.
        left: u32,
        /// How many the action was meant for.
        among: u32,
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
    /// What a view showed was written to a file in clear.
    Exported {
        /// Kind of its records.
        kind: String,
        /// The view.
        view: String,
        /// How many records.
        rows: u32,
        /// SHA-256 of the file.
        sha256: String,
    },
    /// A document was written to a file in clear.
    Saved {
        /// Kind of the record that is the document.
        kind: String,
        /// Its id.
        record: String,
        /// SHA-256 of the file.
        sha256: String,
    },
    /// The mirror was no copy of what the platform has.
    Diverged {
        /// Kinds of which it was none.
        kinds: Vec<String>,
        /// They are fetched anew; else they were, and differ all the same.
        refetched: bool,
    },
}

/// The fields of an entry that its hash covers: all but the hash.
#[derive(Serialize)]
struct Hashed<'a> {
    seq: u64,
    prev: &'a str,
    at: &'a DateTime<Utc>,
    actor: &'a str,
    device: Uuid,
    event: &'a Event,
    countersigned: &'a Option<String>,
}

impl Entry {
    /// The entry after `prev`, or the first. `at` is kept to the millisecond.
    pub fn append(
        prev: Option<&Entry>,
        at: DateTime<Utc>,
        actor: &str,
        device: Uuid,
        event: Event,
        countersigned: Option<String>,
    ) -> Result<Self, serde_json::Error> {
        let at = DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at);
        let mut entry = Self {
            seq: prev.map_or(1, |p| p.seq.saturating_add(1)),
            prev: prev.map_or_else(genesis, |p| p.hash.clone()),
            at,
            actor: actor.to_owned(),
            device,
            event,
            countersigned,
            hash: String::new(),
        };
        entry.hash = entry.computed_hash()?;
        Ok(entry)
    }

    /// What its hash must be.
    pub fn computed_hash(&self) -> Result<String, serde_json::Error> {
        let bytes = serde_json_canonicalizer::to_vec(&Hashed {
            seq: self.seq,
            prev: &self.prev,
            at: &self.at,
            actor: &self.actor,
            device: self.device,
            event: &self.event,
            countersigned: &self.countersigned,
        })?;
        Ok(hex::encode(Sha256::digest(bytes)))
    }

    /// `seq:hash`, as `countersigned` of a later entry writes it.
    pub fn head(&self) -> String {
        format!("{}:{}", self.seq, self.hash)
    }
}
