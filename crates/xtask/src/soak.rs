//! `cargo xtask soak`: what `./test` does in a minute, for as long as one wants; the figures go to
//! `docs/soak.md` and `docs/soak.json`. They are written again every few seconds, so that a run may be
//! ended at any time (Ctrl-C) and what it had done by then is kept. What was not run again stays.

mod page;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::build::{self, cargo};
use crate::children::{Running, bound};
use crate::progress::{output, say, step, stream};
use crate::root::{program, root, target};

const FOR_DEVELOPMENT: &str = "build for development";

/// How much of each.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Seeds of the simulation.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seeds: u64,
    /// The first of them.
    #[arg(long, value_name = "S", default_value_t = 0)]
    from: u64,
    /// The simulation in an optimised build: longer to build, several times as quick to run.
    #[arg(long)]
    release: bool,
    /// Kills of the app without a window.
    #[arg(long, value_name = "N", default_value_t = 0)]
    client_kills: u32,
    /// Kills of the platform.
    #[arg(long, value_name = "N", default_value_t = 0)]
    platform_kills: u32,
    /// Kills of the real window.
    #[arg(long, value_name = "N", default_value_t = 0)]
    window_kills: u32,
    /// Minutes of bad input.
    #[arg(long, value_name = "N", default_value_t = 0)]
    fuzz_minutes: u32,
    /// Seed of kills and bad input.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Worlds of the kill loops, side by side.
    #[arg(long, value_name = "N", default_value_t = 2)]
    worlds: u32,
}

/// What the last runs came to, by part.
pub type Record = BTreeMap<Part, Run>;

/// A part of it. The order is that of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Many machines in one process.
    Simulation,
    /// Faults that are built in and must be found.
    Controls,
    /// Real processes killed.
    Kills,
    /// The real window killed.
    Windows,
    /// Bad input.
    Fuzz,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Simulation => "simulation",
            Self::Controls => "controls",
            Self::Kills => "kills",
            Self::Windows => "windows",
            Self::Fuzz => "fuzz",
        }
    }

    /// Where it says how far it is.
    fn file(self) -> PathBuf {
        target().join("soak").join(format!("{}.json", self.name()))
    }
}

/// A run of a part: when, of what, where, and what it came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When it began.
    pub date: String,
    /// The commit, and `+` where something was not committed.
    pub commit: String,
    /// Processor, cores, memory, system.
    pub machine: String,
    /// Seconds that it took so far.
    pub seconds: u64,
    /// It came to its end, and well; none while it has not.
    pub well: Option<bool>,
    /// As the part reports.
    pub of: Value,
}

/// Runs what is asked for and writes the figures.
///
/// # Errors
/// Where something was lost, doubled or wrong, or could not run; the page says so too.
pub fn soak(options: &Options) -> anyhow::Result<()> {
    let kills = options.client_kills + options.platform_kills > 0;
    let asked = [
        (options.seeds > 0, Part::Simulation),
        (kills, Part::Controls),
        (kills, Part::Kills),
        (options.window_kills > 0, Part::Windows),
        (options.fuzz_minutes > 0, Part::Fuzz),
    ];
    if !asked.iter().any(|(asked, _)| *asked) {
        bail!("nothing asked for: --seeds N, --client-kills N, …");
    }
    // The simulation needs no program but its own, and that cargo builds.
    if asked
        .iter()
        .any(|(asked, part)| *asked && *part != Part::Simulation)
    {
        build::everything()?;
        step("tests", || {
            stream(&mut cargo(&["build", "--workspace", "--tests"]))
        })?;
    }
    std::fs::create_dir_all(target().join("soak"))?;
    let mut record = read()?;
    let mut broken = Vec::new();
    for (_, part) in asked.into_iter().filter(|(asked, _)| *asked) {
        let well = match part {
            Part::Controls => controls(&mut record)?,
            _ => run(part, command(part, options), &mut record)?,
        };
        if !well {
            broken.push(part.name());
        }
    }
    say(&page::page(&record));
    if !broken.is_empty() {
        bail!("failed: {}", broken.join(", "));
    }
    Ok(())
}

/// What runs a part.
fn command(part: Part, options: &Options) -> Command {
    let file = part.file();
    match part {
        Part::Simulation => {
            let mut seeds = cargo_test("simulation", &["--exact", "seeds::seeds"], options.release);
            seeds
                .env("WATCHKEEPER_SEED_FROM", options.from.to_string())
                .env("WATCHKEEPER_SEEDS", options.seeds.to_string())
                .env("WATCHKEEPER_SUMMARY", file);
            seeds
        }
        Part::Windows => {
            let mut windows = cargo_test("desktop", &["fault_04_window"], false);
            windows
                .env("WATCHKEEPER_WINDOW_KILLS", options.window_kills.to_string())
                .env("WATCHKEEPER_SEED", options.seed.to_string())
                .env("WATCHKEEPER_WINDOW_REPORT", file);
            windows
        }
        Part::Fuzz => {
            let mut fuzz = bound(program("fuzz"));
            fuzz.args(["all", "--minutes", &options.fuzz_minutes.to_string()])
                .args(["--seed", &options.seed.to_string()])
                .arg("--report")
                .arg(file);
            fuzz
        }
        Part::Kills | Part::Controls => {
            let mut kills = bound(program("kills"));
            for (name, value) in [
                ("--seed", options.seed),
                ("--client-kills", u64::from(options.client_kills)),
                ("--platform-kills", u64::from(options.platform_kills)),
                ("--worlds", u64::from(options.worlds)),
            ] {
                kills.args([name, &value.to_string()]);
            }
            kills.arg("--report").arg(file);
            kills
        }
    }
}

/// Runs one part and keeps what it reports meanwhile. Answers whether it ended well.
fn run(part: Part, mut command: Command, record: &mut Record) -> anyhow::Result<bool> {
    let _ = std::fs::remove_file(part.file());
    say(&format!("── {}", part.name()));
    let (mut run, begun) = (begin()?, Instant::now());
    if command.get_args().any(|argument| argument == "--release") {
        run.machine = run.machine.replace(FOR_DEVELOPMENT, "optimised build");
    }
    let mut running = Running::start(part.name(), &mut command)?;
    let mut kept = Instant::now();
    loop {
        let ended = running.child().try_wait()?;
        if ended.is_some() || kept.elapsed() > Duration::from_secs(5) {
            run.seconds = begun.elapsed().as_secs();
            run.well = ended.map(|status| status.success());
            if let Ok(text) = std::fs::read(part.file()) {
                run.of = serde_json::from_slice(&text).context("what a part reports")?;
            }
            record.insert(part, run.clone());
            write(record)?;
            kept = Instant::now();
        }
        match run.well {
            Some(well) => return Ok(well),
            None => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// The tests in which a fault that is built in must be found.
fn controls(record: &mut Record) -> anyhow::Result<bool> {
    let tests = [
        ("forgets what it queued", "a_client_that_forgets"),
        ("does not honour operation ids", "operation_ids_that_nobody"),
    ];
    let (mut run, begun) = (begin()?, Instant::now());
    let mut found = serde_json::Map::new();
    for (name, test) in tests {
        let was = step(name, || stream(&mut cargo_test("kills", &[test], false))).is_ok();
        found.insert(name.to_owned(), json!(was));
    }
    let well = found.values().all(|found| *found == true);
    run.well = Some(well);
    run.seconds = begun.elapsed().as_secs();
    run.of = Value::Object(found);
    record.insert(Part::Controls, run);
    write(record)?;
    Ok(well)
}

/// Tests of one test program, bound to us.
fn cargo_test(program: &str, tests: &[&str], release: bool) -> Command {
    let mut command = bound(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root())
        .args(["test", "--quiet", "--workspace", "--test", program])
        .args(release.then_some("--release"))
        .args(["--", "--nocapture"])
        .args(tests);
    command
}

fn begin() -> anyhow::Result<Run> {
    Ok(Run {
        date: said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?,
        commit: commit()?,
        machine: machine()?,
        ..Run::default()
    })
}

fn commit() -> anyhow::Result<String> {
    let mut commit = said("git", &["rev-parse", "--short=12", "HEAD"])?;
    // The page itself is no change of what is tested.
    let changes = [
        "status",
        "--porcelain",
        "--untracked-files=no",
        "--",
        ".",
        ":!docs/soak.*",
    ];
    if !said("git", &changes)?.is_empty() {
        commit.push('+');
    }
    Ok(commit)
}

fn machine() -> anyhow::Result<String> {
    let line = |file: &str, name: &str| -> anyhow::Result<String> {
        let text = std::fs::read_to_string(file)?;
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        Ok(value.map_or_else(String::new, |(_, value)| value.trim().to_owned()))
    };
    let processor = line("/proc/cpuinfo", "model name")?;
    let cores = std::thread::available_parallelism()?;
    let memory = line("/proc/meminfo", "MemTotal")?;
    let kib: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
    let kernel = said("uname", &["-sr"])?;
    let gib = kib.div_ceil(1 << 20);
    Ok(format!(
        "{processor}, {cores} cores, {gib} GiB, {kernel}; {FOR_DEVELOPMENT}"
    ))
}

fn said(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let text = output(Command::new(program).current_dir(root()).args(arguments))?;
    Ok(text.trim().to_owned())
}

fn read() -> anyhow::Result<Record> {
    match std::fs::read(root().join("docs/soak.json")) {
        Ok(text) => serde_json::from_slice(&text).context("docs/soak.json"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Record::new()),
        Err(error) => Err(error).context("docs/soak.json"),
    }
}

fn write(record: &Record) -> anyhow::Result<()> {
    put("soak.json", &serde_json::to_string_pretty(record)?)?;
    put("soak.md", &page::page(record))
}

/// Whole or not at all: we may be ended at any time.
fn put(name: &str, text: &str) -> anyhow::Result<()> {
    let file = root().join("docs").join(name);
    let new = file.with_extension("new");
    std::fs::write(&new, text.trim_end().to_owned() + "\n")?;
    std::fs::rename(new, &file).with_context(|| file.display().to_string())
}
