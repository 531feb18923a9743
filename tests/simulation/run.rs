//! One seed, and many of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rand::Rng;

use crate::steps::Weather;
use crate::world::{Counts, Violation, World};

/// What became of a seed.
pub struct Outcome {
    pub seed: u64,
    pub violations: Vec<Violation>,
    pub trace_hash: String,
    /// The last lines of what happened.
    pub tail: Vec<String>,
    pub counts: Counts,
}

/// Runs something on this thread, in a runtime of its own.
pub fn here<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .build()
        .unwrap();
    runtime.block_on(work)
}

/// Calls something with one number after the other, on all processors, until it answers false.
/// Answers how many times it did not.
pub fn on_threads(numbers: std::ops::Range<u64>, work: impl Fn(u64) -> bool + Sync) -> u64 {
    let next = AtomicU64::new(numbers.start);
    let good = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end || !work(number) {
                        // Nobody begins another.
                        next.store(numbers.end, Ordering::Relaxed);
                        return;
                    }
                    good.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    good.into_inner()
}

/// Runs a seed from its beginning to its checks.
pub fn one(seed: u64) -> Outcome {
    here(async move {
        let mut world = World::new(seed, None).await;
        let weather = Weather::draw(&mut world.rng);
        let steps = world.rng.random_range(60..400);
        for _ in 0..steps {
            world.step(&weather).await;
            if world.rng.random_bool(0.2) {
                let profile = world.rng.random_range(0..world.profiles.len());
                world.check_reads(profile).await;
                world.check_words(profile).await;
            }
        }
        world.come_to_rest().await;
        world.check_all().await;
        world.counts.simulated_ms = world.elapsed().num_milliseconds();
        let tail = world.trace().len().saturating_sub(60);
        Outcome {
            seed,
            violations: world.violations.clone(),
            trace_hash: world.trace_hash(),
            tail: world.trace()[tail..].to_vec(),
            counts: world.counts,
        }
    })
}

/// The command that runs a seed again.
pub fn again(seed: u64) -> String {
    format!(
        "WATCHKEEPER_SEED={seed} cargo test --workspace --test simulation -- one_seed --nocapture"
    )
}

/// What many seeds came to.
#[derive(Default)]
pub struct Sum {
    pub seeds: u64,
    pub counts: Counts,
    /// Violations by rule.
    pub broken: BTreeMap<&'static str, u64>,
    /// One text for each seed that failed.
    pub failures: Vec<String>,
}

/// Runs seeds on all processors. Tells how far it is after each.
pub fn many(from: u64, seeds: u64, tell: impl Fn(&Sum) + Sync) -> Sum {
    let next = AtomicU64::new(from);
    let sum = Mutex::new(Sum::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds {
                        return;
                    }
                    let run = std::panic::catch_unwind(|| one(seed));
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    sum.seeds += 1;
                    match run {
                        Ok(outcome) => {
                            sum.counts.add(&outcome.counts);
                            for violation in &outcome.violations {
                                *sum.broken.entry(violation.rule).or_default() += 1;
                            }
                            if !outcome.violations.is_empty() {
                                sum.failures.push(failure(&outcome));
                            }
                        }
                        // Its words are on standard error already (I8).
                        Err(_) => sum.failures.push(format!("I8: a panic\n{}", again(seed))),
                    }
                    tell(&sum);
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What is printed of a seed that failed.
pub fn failure(outcome: &Outcome) -> String {
    let mut text = String::new();
    for violation in &outcome.violations {
        text += &format!("{}: {}\n", violation.rule, violation.what);
    }
    text + &again(outcome.seed)
}
