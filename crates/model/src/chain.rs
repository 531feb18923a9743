//! How an audit chain grows and holds together: pure, the same on laptop and platform.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::audit::{Entry, Event};

/// What the first entry names as the one before it.
pub const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The last entry of a chain, by number and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its number, from 1.
    pub seq: u64,
    /// Its hash, hex.
    pub hash: String,
}

impl Head {
    /// As an entry carries the last countersigned head: `seq:hash`.
    pub fn mark(&self) -> String {
        format!("{}:{}", self.seq, self.hash)
    }
}

/// The first entry that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq}: {fault}")]
pub struct Broken {
    /// Its number, or the one that it should have.
    pub seq: u64,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Another number than the next one: something was removed, inserted or put in another order.
    #[error("not the next number")]
    Number,
    /// It names another entry before it.
    #[error("does not follow the entry before it")]
    Link,
    /// Its hash is not that of its content: it was edited.
    #[error("content and hash differ")]
    Hash,
    /// It belongs to another device's chain.
    #[error("of another device")]
    Device,
    /// It cannot be read.
    #[error("unreadable")]
    Unreadable,
    /// The chain ends before an entry that the platform has countersigned.
    #[error("missing, though countersigned")]
    Missing,
    /// The platform countersigned another entry of this number.
    #[error("not the one that was countersigned")]
    Countersigned,
}

/// What the next entry is made of.
#[derive(Debug, Clone)]
pub struct Next {
    /// By the device's corrected clock, UTC; kept to the millisecond.
    pub at: DateTime<Utc>,
    /// Operator.
    pub actor: String,
    /// Laptop.
    pub device: Uuid,
    /// What happened.
    pub event: Event,
    /// Last head that the platform has countersigned.
    pub countersigned: Option<Head>,
}

/// The entry that follows `head`, or begins a chain.
pub fn extend(head: Option<&Head>, next: Next) -> Result<Entry, serde_json::Error> {
    let mut entry = Entry {
        seq: head.map_or(1, |head| head.seq + 1),
        prev: head.map_or(NOTHING_BEFORE, |head| &head.hash).to_owned(),
        at: next.at.trunc_subsecs(3),
        actor: next.actor,
        device: next.device,
        event: next.event,
        countersigned: next.countersigned.as_ref().map(Head::mark),
        hash: String::new(),
    };
    entry.hash = hash(&entry)?;
    Ok(entry)
}

/// Does this entry follow `head`? Answers the new head.
pub fn follow(head: Option<&Head>, entry: &Entry) -> Result<Head, Broken> {
    let expected = head.map_or(1, |head| head.seq + 1);
    let broken = |fault| Broken {
        seq: expected,
        fault,
    };
    if entry.seq != expected {
        return Err(broken(Fault::Number));
    }
    if entry.prev != head.map_or(NOTHING_BEFORE, |head| &head.hash) {
        return Err(broken(Fault::Link));
    }
    match hash(entry) {
        Ok(computed) if computed == entry.hash => Ok(Head {
            seq: entry.seq,
            hash: computed,
        }),
        Ok(_) => Err(broken(Fault::Hash)),
        Err(_) => Err(broken(Fault::Unreadable)),
    }
}

/// Do these entries of one device follow `head`, one after the other? Answers the new head.
pub fn follow_all(
    head: Option<Head>,
    device: Uuid,
    entries: &[Entry],
) -> Result<Option<Head>, Broken> {
    entries.iter().try_fold(head, |head, entry| {
        let next = follow(head.as_ref(), entry)?;
        if entry.device == device {
            Ok(Some(next))
        } else {
            Err(Broken {
                seq: next.seq,
                fault: Fault::Device,
            })
        }
    })
}

/// SHA-256, hex, over the canonical JSON (RFC 8785) of everything but the hash.
pub fn hash(entry: &Entry) -> Result<String, serde_json::Error> {
    let mut value = serde_json::to_value(entry)?;
    if let Value::Object(fields) = &mut value {
        fields.remove("hash");
    }
    let canonical = serde_json_canonicalizer::to_vec(&value)?;
    Ok(hex::encode(Sha256::digest(canonical)))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )]

    use chrono::TimeZone;

    use super::*;

    const DEVICE: Uuid = Uuid::from_u128(7);

    fn chain(length: u32) -> Vec<Entry> {
        let mut head: Option<Head> = None;
        (0..length)
            .map(|number| {
                let next = Next {
                    at: Utc
                        .timestamp_opt(1_790_000_000 + i64::from(number), 123_456_789)
                        .unwrap(),
                    actor: "op-1".into(),
                    device: DEVICE,
                    event: Event::Retried {
                        operation: Uuid::from_u128(u128::from(number)),
                    },
                    countersigned: head.clone(),
                };
                let entry = extend(head.as_ref(), next).unwrap();
                head = Some(Head {
                    seq: entry.seq,
                    hash: entry.hash.clone(),
                });
                entry
            })
            .collect()
    }

    fn broken(entries: &[Entry]) -> Broken {
        follow_all(None, DEVICE, entries).unwrap_err()
    }

    #[test]
    fn a_chain_holds_also_after_a_trip_through_json_and_in_parts() {
        let entries = chain(5);
        let text = serde_json::to_string(&entries).unwrap();
        let read: Vec<Entry> = serde_json::from_str(&text).unwrap();
        let head = follow_all(None, DEVICE, &read[..2]).unwrap();
        let head = follow_all(head, DEVICE, &read[2..]).unwrap().unwrap();
        assert_eq!(head.seq, 5);
        assert_eq!(head.hash, entries[4].hash);
        assert_eq!(
            entries[4].countersigned,
            Some(format!("4:{}", entries[3].hash))
        );
    }

    #[test]
    fn fault_69_the_first_bad_entry_is_named() {
        let whole = chain(5);

        let mut edited = whole.clone();
        edited[2].actor = "somebody else".into();
        assert_eq!(
            broken(&edited),
            Broken {
                seq: 3,
                fault: Fault::Hash
            }
        );

        let mut removed = whole.clone();
        removed.remove(1);
        assert_eq!(
            broken(&removed),
            Broken {
                seq: 2,
                fault: Fault::Number
            }
        );

        let mut swapped = whole.clone();
        swapped.swap(3, 4);
        assert_eq!(
            broken(&swapped),
            Broken {
                seq: 4,
                fault: Fault::Number
            }
        );

        let mut recomputed = whole.clone();
        recomputed[2].actor = "somebody else".into();
        recomputed[2].hash = hash(&recomputed[2]).unwrap();
        assert_eq!(
            broken(&recomputed),
            Broken {
                seq: 4,
                fault: Fault::Link
            }
        );

        let other = follow_all(None, Uuid::from_u128(8), &whole).unwrap_err();
        assert_eq!(
            other,
            Broken {
                seq: 1,
                fault: Fault::Device
            }
        );
    }
}
