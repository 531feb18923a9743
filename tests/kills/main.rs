//! The app and the platform as real processes, killed again and again: nothing is lost, nothing
//! happens twice. And the proof that the harness would notice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

use watchkeeper_tests::kills::{Control, Findings, Options, Report, run};

/// Runs with a seed that a failure prints.
fn killed(options: &Options) -> Report {
    let report = run(options, |_| true).unwrap_or_else(|error| panic!("{options:?}: {error:#}"));
    eprintln!("{options:?}: {report:#?}");
    report
}

#[test]
fn fault_04_client_and_platform_killed_again_and_again() {
    let report = killed(&Options {
        seed: 4,
        client_kills: 50,
        platform_kills: 10,
        control: None,
    });
    assert_eq!(report.findings, Findings::default());
    assert!(report.client_kills >= 50 && report.platform_kills >= 10);
    assert!(report.queued >= 50 && report.effects >= 50, "{report:?}");
}

#[test]
fn a_client_that_forgets_what_it_queued_is_found_out() {
    let report = killed(&Options {
        seed: 5,
        client_kills: 4,
        platform_kills: 0,
        control: Some(Control::Forgets),
    });
    assert!(!report.findings.lost.is_empty(), "{report:?}");
}

#[test]
fn operation_ids_that_nobody_honours_are_found_out() {
    let report = killed(&Options {
        seed: 6,
        client_kills: 12,
        platform_kills: 0,
        control: Some(Control::IgnoresIds),
    });
    assert!(!report.findings.doubled.is_empty(), "{report:?}");
}
