//! Every check and test there is, and a line that sums them up.

use std::ops::AddAssign;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::bail;
use serde::Deserialize;

use crate::build::{self, cargo, npm};
use crate::progress::{say, stream, tee};
use crate::root::{root, target};
use crate::{setup, tidy};

/// Which of them.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Only the steps whose name has this word.
    #[arg(long, value_name = "WORD")]
    only: Option<String>,
}

/// How many passed and failed. A check counts as one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    failed: u32,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

type Step = (&'static str, fn() -> anyhow::Result<Count>);

/// In this order: what is quick first, and what others need before them.
const STEPS: &[Step] = &[
    ("machine", || one(setup::setup())),
    ("tidy", || one(tidy::tidy())),
    ("format", || {
        one(stream(&mut cargo(&["fmt", "--all", "--check"])))
    }),
    ("dependencies", || one(dependencies())),
    ("interface: packages", || one(build::packages())),
    ("interface: lint", || {
        one(stream(&mut npm(&["run", "lint"])))
    }),
    ("interface: types", || {
        one(stream(&mut npm(&["run", "check"])))
    }),
    ("interface: tests", interface_tests),
    ("interface: build", || one(build::interface())),
    ("build and clippy", || {
        one(stream(&mut build::linted("build", &[])))
    }),
    ("tests", rust_tests),
];

/// Runs the steps; a failure does not stop those after it.
///
/// # Errors
/// Where anything failed.
pub fn test(options: &Options) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut all = Count::default();
    let mut broken = Vec::new();
    let wanted = |name: &str| {
        options
            .only
            .as_ref()
            .is_none_or(|word| name.contains(word.as_str()))
    };
    for (name, work) in STEPS.iter().filter(|(name, _)| wanted(name)) {
        say(&format!("── {name}"));
        let begun = Instant::now();
        let count = work().unwrap_or_else(|error| {
            say(&format!("{name}: {error:#}"));
            Count {
                passed: 0,
                failed: 1,
            }
        });
        let word = if count.failed == 0 { "done" } else { "FAILED" };
        say(&format!(
            "── {name}: {word} after {} s",
            begun.elapsed().as_secs()
        ));
        if count.failed > 0 {
            broken.push(*name);
        }
        all += count;
    }
    let seconds = begun.elapsed().as_secs();
    say(&format!("── {} min {:02} s", seconds / 60, seconds % 60));
    say(&format!("{} passed, {} failed", all.passed, all.failed));
    if !broken.is_empty() {
        bail!("failed: {}", broken.join(", "));
    }
    if all.passed == 0 {
        bail!("no step has this word");
    }
    Ok(())
}

/// A check as a count.
fn one(result: anyhow::Result<()>) -> anyhow::Result<Count> {
    result.map(|()| Count {
        passed: 1,
        failed: 0,
    })
}

/// Version of the tool that checks licences, bans and sources of dependencies.
const CARGO_DENY: &str = "0.20.2";

/// Licences, bans and sources. The tool is built once, into the target folder (about a minute of
/// processor time).
fn dependencies() -> anyhow::Result<()> {
    let tools = target().join("tools");
    let program = tools.join("bin/cargo-deny");
    if !program.exists() {
        let build = tools.join("build");
        let package = format!("cargo-deny@{CARGO_DENY}");
        let mut install = cargo(&["install", "--quiet", "--locked", "--debug", &package]);
        stream(
            install
                .arg("--root")
                .arg(&tools)
                .env("CARGO_TARGET_DIR", &build),
        )?;
        std::fs::remove_dir_all(build)?;
    }
    let mut check = Command::new(program);
    check
        .current_dir(root())
        .args(["check", "--hide-inclusion-graph"]);
    stream(check.args(["licenses", "bans", "sources"]))
}

/// What vitest writes at its end.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vitest {
    num_passed_tests: u32,
    num_failed_tests: u32,
    num_failed_test_suites: u32,
}

fn interface_tests() -> anyhow::Result<Count> {
    let report = target().join("vitest.json");
    let _ = std::fs::remove_file(&report);
    let output = format!("--outputFile={}", report.display());
    let mut vitest = npm(&[
        "exec",
        "--",
        "vitest",
        "run",
        "--reporter=default",
        "--reporter=json",
    ]);
    let ended_well = tee(vitest.arg(output), |_| ())?;
    let found: Vitest = serde_json::from_slice(&std::fs::read(report)?)?;
    let failed = found.num_failed_tests.max(found.num_failed_test_suites);
    Ok(Count {
        passed: found.num_passed_tests,
        // A run that did not end well has failed, whatever its report says.
        failed: if ended_well { failed } else { failed.max(1) },
    })
}

fn rust_tests() -> anyhow::Result<Count> {
    let mut count = Count::default();
    let mut results = String::new();
    let mut tests = build::linted("test", &["--no-fail-fast"]);
    // Those of the desktop mostly wait for windows and other processes.
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        let cores = std::thread::available_parallelism()?.get();
        tests.env("RUST_TEST_THREADS", (2 * cores).to_string());
    }
    let ended_well = tee(&mut tests, |line| {
        if let Some(more) = counted(line) {
            count += more;
        }
        if line.starts_with("test ") && line.contains(" ... ") {
            results.push_str(line);
            results.push('\n');
        }
    })?;
    std::fs::write(results_file(), results)?;
    if !ended_well {
        count.failed = count.failed.max(1);
    }
    Ok(count)
}

/// Where the last run left a line per test.
pub fn results_file() -> PathBuf {
    target().join("test-results.txt")
}

/// Reads the line with which a test program ends.
fn counted(line: &str) -> Option<Count> {
    let rest = line.strip_prefix("test result: ")?;
    let number = |word: &str| -> Option<u32> {
        let part = rest
            .split([';', '.'])
            .find(|part| part.trim().ends_with(word))?;
        part.trim().split(' ').next()?.parse().ok()
    };
    Some(Count {
        passed: number(" passed")?,
        failed: number(" failed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_test_program_is_counted() {
        let line = "test result: ok. 11 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.04s";
        assert_eq!(
            counted(line),
            Some(Count {
                passed: 11,
                failed: 0
            })
        );
        let line = "test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s";
        assert_eq!(
            counted(line),
            Some(Count {
                passed: 10,
                failed: 2
            })
        );
        assert_eq!(counted("test result of something else"), None);
        assert_eq!(counted("running 11 tests"), None);
    }
}
