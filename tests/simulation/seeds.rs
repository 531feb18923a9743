//! Seeds: those of every test run, any number of them, and one again.

use crate::run::{Sum, failure, many, one};

/// Seeds of every test run.
const USUAL: u64 = 300;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Writes the figures where `cargo xtask soak` wants them.
fn write_summary(from: u64, sum: &Sum) {
    let Some(path) = std::env::var_os("WATCHKEEPER_SUMMARY") else {
        return;
    };
    let counts = &sum.counts;
    let of = |rule: &str| sum.broken.get(rule).copied().unwrap_or(0);
    let summary = serde_json::json!({
        "from": from,
        "seeds": sum.seeds,
        "simulated_hours": counts.simulated_ms / 3_600_000,
        "steps": counts.steps,
        "requests": counts.requests,
        "operations": counts.operations,
        "effects": counts.effects,
        "client_crashes": counts.client_crashes,
        "platform_crashes": counts.platform_crashes,
        "restores": counts.restores,
        "lost": of("I1"),
        "doubled": of("I2"),
        "failed": sum.failures.len(),
    });
    // Whole or not at all: somebody may read it meanwhile.
    let new = std::path::Path::new(&path).with_extension("new");
    std::fs::write(&new, summary.to_string()).unwrap();
    std::fs::rename(new, path).unwrap();
}

fn judge(sum: &Sum) {
    let counts = &sum.counts;
    eprintln!(
        "{} seeds, {} days simulated, {} steps, {} requests, {} operations, {} effects, \
         {} crashes of an app, {} of the platform, {} restores: {} failed",
        sum.seeds,
        counts.simulated_ms / 86_400_000,
        counts.steps,
        counts.requests,
        counts.operations,
        counts.effects,
        counts.client_crashes,
        counts.platform_crashes,
        counts.restores,
        sum.failures.len()
    );
    let shown: Vec<&str> = sum.failures.iter().take(5).map(String::as_str).collect();
    assert!(sum.failures.is_empty(), "\n{}", shown.join("\n\n"));
}

#[test]
fn seeds() {
    let from = number("WATCHKEEPER_SEED_FROM").unwrap_or(0);
    let seeds = number("WATCHKEEPER_SEEDS").unwrap_or(USUAL);
    // A long run may be ended at any time: what it had done by then is kept.
    let sum = many(from, seeds, |sum| write_summary(from, sum));
    judge(&sum);
}

/// The seed that the environment names, else the first.
#[test]
fn one_seed() {
    let outcome = one(number("WATCHKEEPER_SEED").unwrap_or(0));
    if !outcome.violations.is_empty() {
        eprintln!("{}", outcome.tail.join("\n"));
        panic!("\n{}", failure(&outcome));
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in [0, 7, 23, 101, 4_711] {
        let (first, second) = (one(seed), one(seed));
        assert_eq!(first.trace_hash, second.trace_hash, "seed {seed}");
    }
}
