//! Chance from a seed.

use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Draws that follow from a seed. When a process dies in its work does not, of course: a seed gives
/// the same plan again, not the same microsecond.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end.max(1))
    }

    /// True once in so many.
    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    /// A time between these, each order of magnitude as likely as the other.
    pub fn wait(&mut self, from: Duration, to: Duration) -> Duration {
        let (from, to) = (from.as_secs_f64().ln(), to.as_secs_f64().ln());
        Duration::from_secs_f64((from + self.0.random::<f64>() * (to - from)).exp())
    }
}
