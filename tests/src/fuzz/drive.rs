//! Starting the process that works, and what is left of an input that ended it.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use xtask::root::target as target_folder;

use super::{Target, corpus, input};
use crate::programs::program;

/// An input that is not done after this hangs. The largest take a second on a busy machine.
const HANGS: Duration = Duration::from_secs(60);

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Seed of the inputs.
    pub seed: u64,
    /// Number of the first.
    pub from: u64,
    /// How many.
    pub count: u64,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Inputs taken in.
    pub inputs: u64,
    /// Of these, those that were accepted; the others were refused, as they should be.
    pub accepted: u64,
}

/// Takes the inputs of a budget in, in a process of its own. An error has the file of the input and
/// the command that replays it.
pub fn drive(target: Target, budget: Budget) -> Result<Outcome> {
    let folder = target_folder().join("fuzz");
    std::fs::create_dir_all(&folder)?;
    let stem = format!("{}-{}-{}", target.name(), budget.seed, budget.from);
    let progress = folder.join(format!("{stem}.at"));
    let said = folder.join(format!("{stem}.log"));
    let log = std::fs::File::create(&said)?;
    let mut child = Command::new(program("fuzz")?)
        .args([target.name(), "--seed", &budget.seed.to_string()])
        .args(["--from", &budget.from.to_string()])
        .args(["--count", &budget.count.to_string()])
        .arg("--progress")
        .arg(&progress)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("start the process that works")?;
    let (mut at, mut since) = (None, Instant::now());
    let ended: Option<ExitStatus> = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        let now = read(&progress);
        if now != at {
            (at, since) = (now, Instant::now());
        } else if since.elapsed() > HANGS {
            child.kill()?;
            child.wait()?;
            break None;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let text = std::fs::read_to_string(&said)?;
    let accepted = text.lines().last().and_then(|line| line.parse().ok());
    if let (Some(true), Some(accepted)) = (ended.map(|status| status.success()), accepted) {
        std::fs::remove_file(&progress)?;
        std::fs::remove_file(&said)?;
        return Ok(Outcome {
            inputs: budget.count,
            accepted,
        });
    }
    let number = read(&progress).with_context(|| format!("it never began: {text}"))?;
    let file = folder.join(format!("{}-{}-{number}.input", target.name(), budget.seed));
    std::fs::write(
        &file,
        input(target, &corpus::of(target)?, budget.seed, number),
    )?;
    anyhow::bail!(
        "{} by input {number} of seed {}: {}\n{text}\nreplay it: {}",
        ended.map_or("hangs".to_owned(), |status| format!("ended with {status}")),
        budget.seed,
        file.display(),
        command(target, &file),
    )
}

/// The one command that replays an input.
fn command(target: Target, file: &Path) -> String {
    format!(
        "cargo run -q -p watchkeeper-tests --bin fuzz -- {} --replay {}",
        target.name(),
        file.display()
    )
}

fn read(progress: &Path) -> Option<u64> {
    let bytes = std::fs::read(progress).ok()?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}
