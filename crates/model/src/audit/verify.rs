//! Verifying a chain.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use super::{Entry, genesis};

/// Where a chain breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Number of the first entry that is bad or missing.
    pub seq: u64,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its content is not what its hash says: edited.
    Edited,
    /// It is not there: removed.
    Missing,
    /// It stands where another should: reordered, or put in.
    OutOfOrder,
    /// It does not follow from the one before it.
    Unlinked,
    /// It belongs to another device than the first.
    OtherDevice,
    /// The platform countersigned another entry at this number: the chain was written anew.
    NotAsSigned,
    /// The platform countersigned an entry that the chain no longer has: its tail was cut off.
    Cut,
}

impl std::fmt::Display for Break {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let why = match self.why {
            Why::Edited => "was edited",
            Why::Missing => "is missing",
            Why::OutOfOrder => "is out of order",
            Why::Unlinked => "does not follow from the one before",
            Why::OtherDevice => "belongs to another device",
            Why::NotAsSigned => "is not the one that the platform countersigned",
            Why::Cut => "was countersigned by the platform and is gone",
        };
        write!(f, "entry {} {why}", self.seq)
    }
}

/// Verifies a whole chain, in order, against the heads `(seq, hash)` that the platform signed.
/// Names the first bad entry.
pub fn verify<E: Borrow<Entry>>(
    entries: impl IntoIterator<Item = E>,
    signed: &[(u64, String)],
) -> Result<(), Break> {
    let signed: BTreeMap<u64, &str> = signed.iter().map(|(s, h)| (*s, h.as_str())).collect();
    let mut prev = genesis();
    let mut next = 1_u64;
    let mut device = None;
    let mut heads = Vec::new();
    let mut entries = entries.into_iter().peekable();
    while let Some(entry) = entries.next() {
        let entry = entry.borrow();
        let broken = |why| Err(Break { seq: next, why });
        if entry.seq != next {
            // The one that should stand here comes next: the two changed places.
            let follows = entries.peek().is_some_and(|e| e.borrow().seq == next);
            return broken(match entry.seq > next && !follows {
                true => Why::Missing,
                false => Why::OutOfOrder,
            });
        }
        if entry.computed_hash().ok().as_deref() != Some(entry.hash.as_str()) {
            return broken(Why::Edited);
        }
        if entry.prev != prev {
            return broken(Why::Unlinked);
        }
        if *device.get_or_insert(entry.device) != entry.device {
            return broken(Why::OtherDevice);
        }
        if signed.get(&next).is_some_and(|hash| *hash != entry.hash) {
            return broken(Why::NotAsSigned);
        }
        if !carries(entry, &heads) {
            return broken(Why::NotAsSigned);
        }
        heads.push(entry.hash.clone());
        prev.clone_from(&entry.hash);
        next += 1;
    }
    match signed.range(next..).next() {
        Some(_) => Err(Break {
            seq: next,
            why: Why::Cut,
        }),
        None => Ok(()),
    }
}

/// The countersigned head that an entry carries is one of the entries before it.
fn carries(entry: &Entry, before: &[String]) -> bool {
    let Some(head) = &entry.countersigned else {
        return true;
    };
    let parts = head.split_once(':').and_then(|(seq, hash)| {
        let index = seq.parse::<usize>().ok()?.checked_sub(1)?;
        Some((before.get(index)?, hash))
    });
    parts.is_some_and(|(known, hash)| known == hash)
}
