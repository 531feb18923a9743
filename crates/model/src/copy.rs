//! What a copy of records amounts to: how many of a kind there are and which, in a form that two
//! sides compare without sending a record.

use sha2::{Digest, Sha256};

/// Records of one kind, by id and revision alone. The order in which they are added says nothing, so
/// that neither side has to sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopySum {
    count: u64,
    /// The sum of all hashes, each part modulo 2^64.
    sum: [u64; 4],
}

impl CopySum {
    /// Adds a record.
    pub fn add(&mut self, id: &str, revision: u64) {
        // The revision has eight bytes, so that no id and revision run into those of another.
        let hash: [u8; 32] = Sha256::new()
            .chain_update(revision.to_be_bytes())
            .chain_update(id)
            .finalize()
            .into();
        for (part, bytes) in self.sum.iter_mut().zip(hash.chunks_exact(8)) {
            let bytes: [u8; 8] = bytes.try_into().unwrap_or_default();
            *part = part.wrapping_add(u64::from_be_bytes(bytes));
        }
        self.count = self.count.saturating_add(1);
    }

    /// How many were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum as 64 hex digits.
    pub fn digest(&self) -> String {
        self.sum.iter().map(|part| format!("{part:016x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(records: &[(&str, u64)]) -> CopySum {
        let mut sum = CopySum::default();
        for (id, revision) in records {
            sum.add(id, *revision);
        }
        sum
    }

    #[test]
    fn the_order_says_nothing_and_everything_else_does() {
        let one = of(&[("a", 1), ("b", 2), ("c", 3)]);
        assert_eq!(one, of(&[("c", 3), ("a", 1), ("b", 2)]));
        assert_eq!(one.count(), 3);
        assert_eq!(one.digest().len(), 64);
        for other in [
            of(&[("a", 1), ("b", 2)]),
            of(&[("a", 1), ("b", 2), ("c", 4)]),
            of(&[("a", 2), ("b", 1), ("c", 3)]),
            of(&[("a", 1), ("b", 2), ("d", 3)]),
            of(&[("a", 1), ("b", 2), ("c", 3), ("c", 3)]),
        ] {
            assert_ne!(one.digest(), other.digest());
        }
    }

    #[test]
    fn a_digest_agrees_with_an_independent_implementation() {
        // python3: hashlib.sha256((7).to_bytes(8, "big") + b"rf-1").hexdigest()
        assert_eq!(
            of(&[("rf-1", 7)]).digest(),
            "03000beb1d4ab364364ff43211b83e19addc734034ca8fe98e548546fe6c33fb"
        );
        assert_eq!(of(&[]).digest(), "0".repeat(64));
    }
}
