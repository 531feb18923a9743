//! Test programs in two lanes, side by side: those that mostly wait, for windows and other processes, and those
//! that compute. Each lane helps the other once it has no more of its own.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, available_parallelism};
use std::time::Instant;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::build::cargo;
use crate::children::bound;
use crate::progress::{output, say, tee};

/// Programs that mostly wait, the longest first.
const WAITING: &[&str] = &["desktop", "kills", "faults"];
/// The longest of the others; what is not named here is short.
const LONG: &[&str] = &["acceptance", "simulation", "http", "watchkeeper_platform"];
/// How many tests of a program at once.
const THREADS: &str = "RUST_TEST_THREADS";

/// A program with tests.
struct Program {
    name: String,
    file: PathBuf,
    folder: PathBuf,
}

impl Program {
    fn waits(&self) -> bool {
        WAITING.contains(&self.name.as_str())
    }

    /// Its place in its lane.
    fn place(&self) -> usize {
        let mut named = WAITING.iter().chain(LONG);
        let place = named.position(|name| *name == self.name);
        place.unwrap_or(usize::MAX)
    }
}

/// What cargo says of what it has built.
#[derive(Deserialize)]
struct Built {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// Runs all test programs and hands each line that they say to `line`. Answers whether all ended well.
///
/// # Errors
/// Where one cannot be built or started.
pub(super) fn run(line: impl FnMut(&str) + Send) -> anyhow::Result<bool> {
    let mut programs = programs()?;
    programs.sort_by_key(Program::place);
    let (waiting, computing) = programs.into_iter().partition(Program::waits);
    let left: Mutex<[Vec<Program>; 2]> = Mutex::new([waiting, computing]);
    let line = Mutex::new(line);
    let lane = |own: usize| -> anyhow::Result<bool> {
        let mut well = true;
        while let Some(program) = next(&left, own) {
            well &= run_one(&program, &line)?;
        }
        Ok(well)
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| lane(0));
        let well = lane(1)?;
        match other.join() {
            Ok(other) => Ok(well & other?),
            Err(_) => bail!("a lane broke"),
        }
    })
}

/// The next program of a lane, else of the other one.
fn next(left: &Mutex<[Vec<Program>; 2]>, own: usize) -> Option<Program> {
    let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
    let mut lanes: Vec<_> = left.iter_mut().collect();
    lanes.rotate_left(own);
    let lane = lanes.into_iter().find(|lane| !lane.is_empty())?;
    Some(lane.remove(0))
}

fn run_one(program: &Program, line: &Mutex<impl FnMut(&str)>) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let mut tests = bound(&program.file);
    tests.current_dir(&program.folder);
    if std::env::var_os(THREADS).is_none() {
        let cores = available_parallelism()?.get();
        let threads = if program.waits() { 2 * cores } else { cores };
        tests.env(THREADS, threads.to_string());
    }
    let well = tee(&mut tests, &format!("{}: ", program.name), |text| {
        line.lock().unwrap_or_else(PoisonError::into_inner)(text);
    })?;
    let word = if well { "done" } else { "FAILED" };
    let seconds = begun.elapsed().as_secs();
    say(&format!("── {}: {word} after {seconds} s", program.name));
    Ok(well)
}

/// All there are, built where they are not.
fn programs() -> anyhow::Result<Vec<Program>> {
    let mut build = cargo(&["test", "--workspace", "--all-targets", "--no-run"]);
    build.arg("--message-format=json-render-diagnostics");
    read(&output(&mut build)?)
}

fn read(said: &str) -> anyhow::Result<Vec<Program>> {
    let mut programs = Vec::new();
    for line in said.lines() {
        let built: Built = serde_json::from_str(line).context("what cargo says")?;
        let is_test = built.profile.is_some_and(|profile| profile.test);
        if built.reason != "compiler-artifact" || !is_test {
            continue;
        }
        let (Some(file), Some(manifest)) = (built.executable, built.manifest_path) else {
            continue;
        };
        programs.push(Program {
            name: built.target.context("a target")?.name,
            file,
            folder: manifest.parent().context("a folder")?.to_owned(),
        });
    }
    if programs.is_empty() {
        bail!("there are no test programs");
    }
    Ok(programs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn named(name: &str) -> Program {
        let line = format!(
            r#"{{"reason":"compiler-artifact","manifest_path":"/w/tests/Cargo.toml","target":{{"name":"{name}"}},"profile":{{"test":true}},"executable":"/w/target/{name}-1"}}"#
        );
        read(&line).unwrap().remove(0)
    }

    #[test]
    fn programs_with_tests_are_those_built_for_tests() {
        let said = r#"{"reason":"compiler-artifact","manifest_path":"/w/tests/Cargo.toml","target":{"name":"kills"},"profile":{"test":false},"executable":"/w/target/kills"}
{"reason":"build-script-executed"}
{"reason":"compiler-artifact","manifest_path":"/w/tests/Cargo.toml","target":{"name":"sync"},"profile":{"test":true},"executable":"/w/target/deps/sync-1"}
{"reason":"build-finished","success":true}"#;
        let programs = read(said).unwrap();
        assert_eq!(programs.len(), 1);
        assert_eq!(programs[0].name, "sync");
        assert_eq!(programs[0].folder, PathBuf::from("/w/tests"));
        assert!(read("{\"reason\":\"build-finished\"}").is_err());
    }

    #[test]
    fn a_lane_that_has_no_more_helps_the_other() {
        let left = Mutex::new([vec![named("desktop")], vec![named("http"), named("sync")]]);
        let names: Vec<String> = [1, 0, 0, 0]
            .into_iter()
            .filter_map(|own| next(&left, own))
            .map(|program| program.name)
            .collect();
        assert_eq!(names, ["http", "desktop", "sync"]);
    }

    #[test]
    fn the_longest_is_first() {
        let mut all = ["sync", "http", "kills", "acceptance", "desktop"].map(named);
        all.sort_by_key(Program::place);
        let names = all.map(|program| program.name);
        assert_eq!(names, ["desktop", "kills", "acceptance", "http", "sync"]);
    }
}
