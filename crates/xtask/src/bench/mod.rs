//! `cargo xtask bench`: what the shipped build reaches on this machine, as ratios where that is
//! possible. The platform is another process; what is measured is measured by the program
//! `measure` (`tests/measure`), one thing a process; this part prepares, asks and writes down.

mod machine;
mod measure;
mod parts;
mod platform;
mod report;

use std::fs;
use std::path::PathBuf;

use anyhow::bail;

use self::parts::{Ground, PARTS};
use self::platform::Platform;
use self::report::Report;
use crate::build::{self, cargo};
use crate::progress::{say, step, stream};
use crate::root::{root, target};
use crate::setup;

/// How.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A tenth of the records and few rounds: shows that it works, not how fast.
    #[arg(long)]
    quick: bool,
    /// Only the parts whose name has this word; nothing is written to `docs`.
    #[arg(long, value_name = "WORD")]
    only: Option<String>,
    /// Take the programs as they are built.
    #[arg(long)]
    built: bool,
}

/// Builds for release, measures, and writes `docs/bench.json` and `docs/bench.md`; a quick or partial
/// run writes to `target/bench`.
///
/// # Errors
/// Where a build fails, a program does not start, or a measurement fails.
pub fn bench(options: &Options) -> anyhow::Result<()> {
    let wanted = |name: &str| {
        let word = options.only.as_deref();
        word.is_none_or(|word| name.contains(word))
    };
    if !PARTS.iter().any(|(name, _)| wanted(name)) {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        bail!("no part has this word; there are {}", names.join(", "));
    }
    setup::setup()?;
    if !options.built {
        build::interface()?;
        step("release build", || {
            let mut build = cargo(&["build", "--release", "--workspace", "--features", FEATURES]);
            build.args(PROGRAMS.iter().flat_map(|name| ["--bin", name]));
            stream(&mut build)
        })?;
    }
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    crate::desktop::make_private(&folder)?;
    let platform = step("platform", || Platform::start(&folder.join("platform")))?;
    let mut ground = Ground::new(&platform, folder.clone(), options.quick);
    let mut report = Report::begin(options.quick)?;
    for (name, part) in PARTS.iter().filter(|(name, _)| wanted(name)) {
        // One that fails is said; the others are measured all the same.
        if let Err(error) = step(name, || part(&mut ground, &mut report)) {
            report.failed(name, &error);
        }
    }
    platform.kill();
    let into = if options.quick || options.only.is_some() {
        folder
    } else {
        root().join("docs")
    };
    report.write(&into)?;
    say(&report.table());
    report.verdict()
}

/// What is measured, and what measures it: each takes minutes to build for release.
const PROGRAMS: [&str; 5] = [
    "watchkeeper",
    "watchkeeper-platform",
    "watchkeeper-pack",
    "measure",
    "bare-window",
];

/// What is built so beside what ships.
const FEATURES: &str = "watchkeeper-tests/tools,watchkeeper-bare-window/bare";

/// Where everything that is measured keeps what it has. Left as it is for a look afterwards.
fn folder() -> PathBuf {
    target().join("bench")
}
