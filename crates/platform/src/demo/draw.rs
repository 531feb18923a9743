//! Drawing lots: every draw follows from the seed.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Draws lots.
pub struct Draw {
    rng: ChaCha8Rng,
}

impl Draw {
    /// From a seed; `stream` keeps independent sequences apart.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self { rng }
    }

    /// A number in `from..to`.
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + self.rng.random::<f64>() * (to - from)
    }

    /// An index below `count`; 0 for none.
    pub fn index(&mut self, count: usize) -> usize {
        self.rng.random_range(0..count.max(1))
    }

    /// True in this share of draws.
    pub fn chance(&mut self, share: f64) -> bool {
        self.rng.random::<f64>() < share
    }

    /// One of these.
    pub fn one<'a>(&mut self, of: &'a [String]) -> &'a str {
        of.choose(&mut self.rng).map_or("", String::as_str)
    }

    /// A waiting time with this mean, never more than four times it.
    pub fn wait(&mut self, mean: f64) -> f64 {
        let unit: f64 = self.rng.random::<f64>().max(0.02);
        -unit.ln() * mean
    }

    /// An id of `length` letters and digits after a prefix.
    pub fn id(&mut self, prefix: &str, length: usize) -> String {
        const SIGNS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let signs = (0..length).filter_map(|_| SIGNS.get(self.index(SIGNS.len())));
        let tail: String = signs.map(|sign| char::from(*sign)).collect();
        format!("{prefix}{tail}")
    }

    /// Brings a list into another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }
}
