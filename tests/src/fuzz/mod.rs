//! Fuzzing on stable Rust: a small seeded mutator over a corpus.
//!
//! What is read here are texts (YAML, JSON lines, expressions), so a corpus of good ones and edits of
//! their bytes, words and lines come further in than bytes from nowhere would; and an input follows
//! from target, seed and number alone, so that a run on any machine is the same run. A library that is
//! guided by coverage would need a nightly compiler.
//!
//! Inputs run in a process of their own ([`work`]), because a stack that overflows or memory that ends
//! takes the process with it. It writes the number of each input before it begins on it; whoever
//! started it ([`drive`]) makes that input again, writes it to a file and says how to replay it. Found
//! inputs become fixtures in `tests/fixtures/fuzz`.

pub mod corpus;
mod drive;
mod long;
mod mutate;
mod targets;
mod work;

pub use self::drive::{Budget, Outcome, drive};
pub use self::long::for_so_long;
pub use self::work::{replay, work};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What is fuzzed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Files of a pack through the loader.
    Pack,
    /// A pack as one file.
    Bundle,
    /// JSON of the line: pages, verdicts, problems, who am I.
    Wire,
    /// Server-sent events, in chunks.
    Events,
    /// What somebody types into the search.
    Search,
    /// CEL expressions.
    Expression,
    /// Templates.
    Template,
    /// Schedules.
    Schedule,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Pack,
        Self::Bundle,
        Self::Wire,
        Self::Events,
        Self::Search,
        Self::Expression,
        Self::Template,
        Self::Schedule,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Bundle => "bundle",
            Self::Wire => "wire",
            Self::Events => "events",
            Self::Search => "search",
            Self::Expression => "expression",
            Self::Template => "template",
            Self::Schedule => "schedule",
        }
    }

    /// The target of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// Takes an input in. True where it was accepted; an error says which promise it broke.
    pub fn take(self, input: &[u8]) -> Result<bool, String> {
        targets::take(self, input)
    }
}

/// The input of this number.
pub fn input(target: Target, corpus: &[Vec<u8>], seed: u64, number: u64) -> Vec<u8> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(31) + target as u64);
    chance.set_stream(number);
    mutate::mutated(corpus, &mut chance)
}
