//! `cargo xtask soak`: what `./test` does in a minute, for as long as one wants; the figures go to
//! `docs/soak.md` and `docs/soak.json`. They are written again every few seconds, so that a run may be
//! ended at any time (Ctrl-C) and what it had done by then is kept.

mod page;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::build::{self, cargo};
use crate::children::{Running, bound};
use crate::progress::{output, say, step, stream};
use crate::root::{program, root, target};

/// How much of each.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Seed of everything.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seeds of the simulation, from `seed` on.
    #[arg(long, default_value_t = 0)]
    seeds: u64,
    /// Kills of the app without a window.
    #[arg(long, default_value_t = 0)]
    client_kills: u32,
    /// Kills of the platform.
    #[arg(long, default_value_t = 0)]
    platform_kills: u32,
    /// Kills of the real window.
    #[arg(long, default_value_t = 0)]
    window_kills: u32,
    /// Minutes of bad input.
    #[arg(long, default_value_t = 0)]
    fuzz_minutes: u32,
    /// Worlds of the kill loops, side by side.
    #[arg(long, default_value_t = 2)]
    worlds: u32,
}

/// What was done and found, as it is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Record {
    /// When it began.
    pub date: String,
    /// What was tested.
    pub commit: String,
    /// Where.
    pub machine: String,
    /// It came to its end.
    pub finished: bool,
    /// Seconds that it took.
    pub seconds: u64,
    /// Faults built in that must be found: name, and whether the harness did.
    pub controls: Vec<(String, bool)>,
    /// The simulation, as it reports.
    #[serde(default)]
    pub simulation: Option<Value>,
    /// Kill loops of app and platform, as they report.
    pub kills: Option<Value>,
    /// Kills of the window.
    pub windows: Option<Windows>,
    /// Bad input, as it reports.
    pub fuzz: Option<Value>,
}

/// Kills of the real window.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Windows {
    /// Kills.
    pub kills: u32,
    /// Decisions that were queued when the window died, or before.
    pub queued: u32,
    /// Refunds at the provider.
    pub effects: u32,
    /// Decisions that the window had shown and that came to nothing.
    pub lost: Vec<String>,
    /// Refunds beyond the one that was decided on.
    pub doubled: Vec<String>,
}

/// Where a part of the soak says how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Simulation,
    Kills,
    Windows,
    Fuzz,
}

impl Part {
    fn file(self) -> PathBuf {
        let name = match self {
            Self::Simulation => "simulation.json",
            Self::Kills => "kills.json",
            Self::Windows => "windows.json",
            Self::Fuzz => "fuzz.json",
        };
        target().join("soak").join(name)
    }
}

/// Runs what is asked for and writes the figures.
///
/// # Errors
/// Where something was lost, doubled or wrong, or could not run.
pub fn soak(options: &Options) -> anyhow::Result<()> {
    build::everything()?;
    step("tests", || {
        stream(&mut cargo(&["build", "--workspace", "--tests"]))
    })?;
    let begun = Instant::now();
    std::fs::create_dir_all(target().join("soak"))?;
    let mut record = Record {
        date: said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?,
        commit: commit()?,
        machine: machine()?,
        ..Record::default()
    };
    let mut broken = Vec::new();
    if options.seeds > 0 {
        let mut simulation = cargo_test("simulation", "seeds::seeds");
        simulation
            .env("WATCHKEEPER_SEED_FROM", options.seed.to_string())
            .env("WATCHKEEPER_SEEDS", options.seeds.to_string())
            .env("WATCHKEEPER_SUMMARY", Part::Simulation.file());
        part(
            "simulation",
            Part::Simulation,
            simulation,
            &mut record,
            &mut broken,
            begun,
        )?;
    }
    if options.client_kills + options.platform_kills > 0 {
        controls(&mut record, &mut broken, begun)?;
        let mut kills = bound(program("kills"));
        let pairs = [
            ("--seed", options.seed),
            ("--client-kills", u64::from(options.client_kills)),
            ("--platform-kills", u64::from(options.platform_kills)),
            ("--worlds", u64::from(options.worlds)),
        ];
        for (name, value) in pairs {
            kills.args([name, &value.to_string()]);
        }
        kills.arg("--report").arg(Part::Kills.file());
        part("kills", Part::Kills, kills, &mut record, &mut broken, begun)?;
    }
    if options.window_kills > 0 {
        let mut windows = cargo_test("desktop", "fault_04_window");
        windows
            .env("WATCHKEEPER_WINDOW_KILLS", options.window_kills.to_string())
            .env("WATCHKEEPER_SEED", options.seed.to_string())
            .env("WATCHKEEPER_WINDOW_REPORT", Part::Windows.file());
        part(
            "windows",
            Part::Windows,
            windows,
            &mut record,
            &mut broken,
            begun,
        )?;
    }
    if options.fuzz_minutes > 0 {
        let mut fuzz = cargo_test("fuzz", "for_as_long_as_is_asked");
        fuzz.arg("--ignored")
            .env("WATCHKEEPER_FUZZ_MINUTES", options.fuzz_minutes.to_string())
            .env("WATCHKEEPER_SEED", options.seed.to_string())
            .env("WATCHKEEPER_FUZZ_REPORT", Part::Fuzz.file());
        part("fuzz", Part::Fuzz, fuzz, &mut record, &mut broken, begun)?;
    }
    record.finished = true;
    write(&mut record, begun)?;
    say(&page::page(&record));
    if broken.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", broken.join(", "))
}

/// The tests in which a fault that is built in must be found.
fn controls(
    record: &mut Record,
    broken: &mut Vec<&'static str>,
    begun: Instant,
) -> anyhow::Result<()> {
    let tests = [
        ("forgets before sending", "a_client_that_forgets"),
        ("does not honour operation ids", "operation_ids_that_nobody"),
    ];
    for (name, test) in tests {
        let found = step(name, || stream(&mut cargo_test("kills", test))).is_ok();
        record.controls.push((name.to_owned(), found));
        if !found {
            broken.push(name);
        }
    }
    write(record, begun)
}

/// Runs one part and keeps what it reports meanwhile.
fn part(
    name: &'static str,
    which: Part,
    mut command: Command,
    record: &mut Record,
    broken: &mut Vec<&'static str>,
    begun: Instant,
) -> anyhow::Result<()> {
    let _ = std::fs::remove_file(which.file());
    say(&format!("── {name}"));
    let mut running = Running::start(name, &mut command)?;
    let mut kept = Instant::now();
    let status = loop {
        let ended = running.child().try_wait()?;
        if ended.is_some() || kept.elapsed() > Duration::from_secs(5) {
            take_in(which, record)?;
            write(record, begun)?;
            kept = Instant::now();
        }
        match ended {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(200)),
        }
    };
    if !status.success() {
        broken.push(name);
    }
    Ok(())
}

/// Reads what a part has reported so far; nothing where it has not begun.
fn take_in(which: Part, record: &mut Record) -> anyhow::Result<()> {
    let Ok(text) = std::fs::read(which.file()) else {
        return Ok(());
    };
    let said = "what a part of the soak reports";
    match which {
        Part::Simulation => {
            record.simulation = Some(serde_json::from_slice(&text).context(said)?);
        }
        Part::Kills => record.kills = Some(serde_json::from_slice(&text).context(said)?),
        Part::Windows => record.windows = Some(serde_json::from_slice(&text).context(said)?),
        Part::Fuzz => record.fuzz = Some(serde_json::from_slice(&text).context(said)?),
    }
    Ok(())
}

/// A test of one test program, bound to us.
fn cargo_test(program: &str, test: &str) -> Command {
    let mut command = bound(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args([
        "test",
        "--quiet",
        "--workspace",
        "--test",
        program,
        "--",
        "--nocapture",
        test,
    ]);
    command
}

fn write(record: &mut Record, begun: Instant) -> anyhow::Result<()> {
    record.seconds = begun.elapsed().as_secs();
    let docs = root().join("docs");
    put(
        &docs.join("soak.json"),
        &serde_json::to_string_pretty(record)?,
    )?;
    put(&docs.join("soak.md"), &page::page(record))
}

/// Whole or not at all: we may be ended at any time.
fn put(file: &Path, text: &str) -> anyhow::Result<()> {
    let new = file.with_extension("new");
    std::fs::write(&new, text.trim_end().to_owned() + "\n")?;
    std::fs::rename(new, file).with_context(|| file.display().to_string())
}

fn said(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let text = output(Command::new(program).current_dir(root()).args(arguments))?;
    Ok(text.trim().to_owned())
}

fn commit() -> anyhow::Result<String> {
    let commit = said("git", &["rev-parse", "--short=12", "HEAD"])?;
    // The page itself is no change of what is tested.
    let changes = said(
        "git",
        &["status", "--porcelain", "--", ".", ":!docs/soak.*"],
    )?;
    Ok(if changes.is_empty() {
        commit
    } else {
        format!("{commit} and changes that are not committed")
    })
}

/// Processor, cores, memory, system.
fn machine() -> anyhow::Result<String> {
    let cores = std::thread::available_parallelism()?;
    let line = |file: &str, name: &str| -> anyhow::Result<String> {
        let text = std::fs::read_to_string(file)?;
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        Ok(value.map_or_else(String::new, |(_, value)| value.trim().to_owned()))
    };
    let processor = line("/proc/cpuinfo", "model name")?;
    let memory = line("/proc/meminfo", "MemTotal")?;
    let kib: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
    let kernel = said("uname", &["-sr"])?;
    Ok(format!(
        "{processor}, {cores} cores, {} GiB, {kernel}, build for development",
        kib.div_ceil(1 << 20)
    ))
}
