//! Bad input: packs, the line, searches, expressions, templates, schedules. Nothing panics, hangs or
//! takes much memory; what is accepted reads again from what it is written as.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use watchkeeper_tests::fuzz::{Budget, Target, corpus, drive};

/// Inputs of this seed; as many as take a few seconds each in a build for development.
fn fuzzed(target: Target, count: u64) {
    let budget = Budget {
        seed: 1,
        from: 0,
        count,
    };
    let outcome = drive(target, budget).unwrap_or_else(|error| panic!("{error:#}"));
    eprintln!("{}: {outcome:?}", target.name());
    // Inputs that are all refused at the door would look for nothing behind it.
    assert!(outcome.accepted > count / 200, "{outcome:?}");
    assert!(outcome.accepted < count, "{outcome:?}");
}

#[test]
fn packs_as_files() {
    fuzzed(Target::Pack, 1_000);
}

#[test]
fn packs_as_one_file() {
    fuzzed(Target::Bundle, 1_000);
}

#[test]
fn json_of_the_line() {
    fuzzed(Target::Wire, 10_000);
}

#[test]
fn fault_35_server_sent_events() {
    fuzzed(Target::Events, 10_000);
}

#[test]
fn fault_64_what_is_typed_into_the_search() {
    fuzzed(Target::Search, 10_000);
}

#[test]
fn expressions() {
    fuzzed(Target::Expression, 2_000);
}

#[test]
fn templates() {
    fuzzed(Target::Template, 3_000);
}

#[test]
fn schedules() {
    fuzzed(Target::Schedule, 4_000);
}

/// For the soak: `WATCHKEEPER_FUZZ_MINUTES` of it from `WATCHKEEPER_SEED` on, a seed after the other.
#[test]
#[ignore = "as long as one wants: `cargo xtask soak --fuzz-minutes N`"]
fn for_as_long_as_is_asked() {
    let number = |name: &str, or: u64| -> u64 {
        std::env::var(name).map_or(or, |text| text.parse().unwrap())
    };
    let minutes = number("WATCHKEEPER_FUZZ_MINUTES", 1);
    let end = Instant::now() + Duration::from_secs(60 * minutes);
    let seeds = number("WATCHKEEPER_SEED", 1) + 1_000;
    let counts: Mutex<BTreeMap<&str, (u64, u64)>> = Mutex::default();
    let next = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while Instant::now() < end {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let target = Target::ALL[at % Target::ALL.len()];
                    let budget = Budget {
                        seed: seeds + (at / Target::ALL.len()) as u64,
                        from: 0,
                        count: 300,
                    };
                    let outcome = drive(target, budget).unwrap_or_else(|error| panic!("{error:#}"));
                    let mut counts = counts.lock().unwrap();
                    let count = counts.entry(target.name()).or_default();
                    *count = (count.0 + outcome.inputs, count.1 + outcome.accepted);
                    report(&counts);
                }
            });
        }
    });
    assert!(!counts.lock().unwrap().is_empty());
}

fn report(counts: &BTreeMap<&str, (u64, u64)>) {
    let all: BTreeMap<_, _> = counts
        .iter()
        .map(|(name, (inputs, accepted))| (name, json!({"inputs": inputs, "accepted": accepted})))
        .collect();
    if let Ok(file) = std::env::var("WATCHKEEPER_FUZZ_REPORT") {
        let new = format!("{file}.new");
        std::fs::write(&new, serde_json::to_vec_pretty(&all).unwrap()).unwrap();
        std::fs::rename(new, file).unwrap();
    }
}

#[test]
fn what_the_inputs_are_made_of_is_good() {
    for target in Target::ALL {
        for input in corpus::of(target).unwrap() {
            let shown = String::from_utf8_lossy(&input).into_owned();
            let taken = target.take(&input);
            assert!(taken.is_ok(), "{}: {taken:?} {shown}", target.name());
            // Some searches find nothing; some events are only begun.
            if !matches!(target, Target::Search | Target::Events) {
                assert_eq!(taken, Ok(true), "{}: {shown}", target.name());
            }
        }
    }
}

#[test]
fn inputs_that_once_failed_are_taken_in() {
    let root = xtask::root::root().join("tests/fixtures/fuzz");
    for target in Target::ALL {
        let Ok(folder) = std::fs::read_dir(root.join(target.name())) else {
            continue;
        };
        for file in folder {
            let file = file.unwrap().path();
            let taken = target.take(&std::fs::read(&file).unwrap());
            assert!(taken.is_ok(), "{}: {taken:?}", file.display());
        }
    }
}
