//! `kills --seed N --client-kills N --platform-kills N [--worlds N] --report FILE`: kill loops of any
//! length, in several worlds side by side. The report is written after each kill, so that a run may
//! be ended at any time.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the terminal's part of the program"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use watchkeeper_tests::kills::{Options, Report, run};

fn main() -> ExitCode {
    match soak() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn soak() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut given = BTreeMap::new();
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] => given.insert(name.trim_start_matches("--"), value.as_str()),
            _ => anyhow::bail!("each option has a value"),
        };
    }
    let number = |name: &str, or: u32| -> Result<u32> {
        let given = given.get(name).map(|text| text.parse()).transpose();
        Ok(given.with_context(|| format!("--{name}"))?.unwrap_or(or))
    };
    let worlds = number("worlds", 2)?.max(1);
    let (clients, platforms) = (number("client-kills", 50)?, number("platform-kills", 15)?);
    let seed = u64::from(number("seed", 1)?);
    let file = PathBuf::from(given.get("report").context("--report FILE")?);

    let reports = Mutex::new(vec![Report::default(); worlds as usize]);
    let share = |of: u32, world: u32| of / worlds + u32::from(world < of % worlds);
    let outcome = std::thread::scope(|threads| {
        let running: Vec<_> = (0..worlds)
            .map(|world| {
                let (reports, file) = (&reports, file.as_path());
                threads.spawn(move || {
                    let options = Options {
                        seed: seed * 1_000 + u64::from(world),
                        client_kills: share(clients, world),
                        platform_kills: share(platforms, world),
                        control: None,
                    };
                    let known = |report: &Report| known(reports, world, report, file);
                    let report = run(&options, |report| known(report).is_ok())
                        .with_context(|| format!("{options:?}"))?;
                    known(&report)
                })
            })
            .collect();
        let ended = running.into_iter().map(|each| match each.join() {
            Ok(ended) => ended,
            Err(_) => Err(anyhow::anyhow!("a world ended badly")),
        });
        ended.collect::<Result<Vec<()>>>()
    });
    outcome?;
    let report = sum(&reports);
    let kills = (report.client_kills, report.platform_kills);
    Ok(report.findings.is_clean() && kills.0 >= clients && kills.1 >= platforms)
}

fn sum(reports: &Mutex<Vec<Report>>) -> Report {
    let reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
    let mut all = Report::default();
    for report in reports.iter() {
        all.add(report.clone());
    }
    all
}

/// Takes in how far a world is, and writes what all of them have done.
fn known(reports: &Mutex<Vec<Report>>, world: u32, report: &Report, file: &Path) -> Result<()> {
    {
        let mut reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = reports.get_mut(world as usize) {
            slot.clone_from(report);
        }
    }
    let all = sum(reports);
    let new = file.with_extension(format!("new{world}"));
    std::fs::write(&new, serde_json::to_vec_pretty(&all)?)?;
    std::fs::rename(&new, file)?;
    if report.kills() % 10 < 1 || !report.findings.is_clean() {
        println!(
            "{} kills of the client, {} of the platform, {} operations, {} lost, {} doubled, {} wrong",
            all.client_kills,
            all.platform_kills,
            all.queued,
            all.findings.lost.len(),
            all.findings.doubled.len(),
            all.findings.wrong.len(),
        );
    }
    Ok(())
}
