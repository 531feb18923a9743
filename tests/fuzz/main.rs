//! Bad input: packs, the line, searches, expressions, templates, schedules. Nothing panics, hangs or
//! takes much memory; what is accepted reads again from what it is written as.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

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
fn fault_62_packs_as_files() {
    fuzzed(Target::Pack, 400);
}

#[test]
fn fault_62_packs_as_one_file() {
    fuzzed(Target::Bundle, 3_000);
}

#[test]
fn json_of_the_line() {
    fuzzed(Target::Wire, 20_000);
}

#[test]
fn fault_35_server_sent_events() {
    fuzzed(Target::Events, 20_000);
}

#[test]
fn fault_64_what_is_typed_into_the_search() {
    fuzzed(Target::Search, 30_000);
}

#[test]
fn expressions() {
    fuzzed(Target::Expression, 6_000);
}

#[test]
fn templates() {
    fuzzed(Target::Template, 8_000);
}

#[test]
fn schedules() {
    fuzzed(Target::Schedule, 10_000);
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
