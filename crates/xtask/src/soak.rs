//! `cargo xtask soak`: the simulation, for as long as somebody has patience, and its figures in
//! `docs/`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::build::cargo;
use crate::progress::{say, stream};
use crate::root::{root, target};

/// What is to be run.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Seeds of the simulation.
    #[arg(long, value_name = "N")]
    seeds: Option<u64>,
    /// The first of them.
    #[arg(long, value_name = "S", default_value_t = 0)]
    from: u64,
}

/// What the last runs came to; what was not run again stays.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Summary {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    simulation: Option<Run<Simulation>>,
}

/// A run, and of what.
#[derive(Debug, Serialize, Deserialize)]
struct Run<T> {
    /// The commit, and `+` where something was not committed.
    commit: String,
    #[serde(flatten)]
    of: T,
}

/// As the simulation writes it.
#[derive(Debug, Serialize, Deserialize)]
struct Simulation {
    from: u64,
    seeds: u64,
    simulated_hours: u64,
    steps: u64,
    requests: u64,
    operations: u64,
    effects: u64,
    client_crashes: u64,
    platform_crashes: u64,
    restores: u64,
    lost: u64,
    doubled: u64,
    failed: u64,
}

/// Runs what is asked for and writes the summary.
///
/// # Errors
/// Where anything failed; the summary says so too.
pub fn soak(options: &Options) -> anyhow::Result<()> {
    let Some(seeds) = options.seeds else {
        bail!("nothing asked for: --seeds N");
    };
    let mut summary = read()?;
    let simulation = simulate(options.from, seeds)?;
    let failed = simulation.failed;
    summary.simulation = Some(Run {
        commit: commit()?,
        of: simulation,
    });
    write(&summary)?;
    if failed > 0 {
        bail!("{failed} seeds failed");
    }
    Ok(())
}

fn simulate(from: u64, seeds: u64) -> anyhow::Result<Simulation> {
    let summary = target().join("simulation.json");
    let _ = std::fs::remove_file(&summary);
    let mut tests = cargo(&["test", "--workspace", "--test", "simulation", "--"]);
    tests
        .args(["--exact", "seeds::seeds", "--nocapture"])
        .env("WATCHKEEPER_SEED_FROM", from.to_string())
        .env("WATCHKEEPER_SEEDS", seeds.to_string())
        .env("WATCHKEEPER_SUMMARY", &summary);
    // Where a seed failed the summary is there all the same.
    let ended = stream(&mut tests);
    let text = std::fs::read(&summary);
    match (text, ended) {
        (Ok(text), _) => Ok(serde_json::from_slice(&text)?),
        (Err(_), Err(error)) => Err(error),
        (Err(error), Ok(())) => Err(error).context("the simulation left no summary"),
    }
}

fn commit() -> anyhow::Result<String> {
    let said = |arguments: &[&str]| -> anyhow::Result<String> {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(root())
            .output()?;
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    };
    let mut commit = said(&["rev-parse", "--short=12", "HEAD"])?;
    if !said(&["status", "--porcelain", "--untracked-files=no"])?.is_empty() {
        commit.push('+');
    }
    Ok(commit)
}

fn json_file() -> PathBuf {
    root().join("docs/soak.json")
}

fn read() -> anyhow::Result<Summary> {
    match std::fs::read(json_file()) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(_) => Ok(Summary::default()),
    }
}

fn write(summary: &Summary) -> anyhow::Result<()> {
    let mut json = serde_json::to_string_pretty(summary)?;
    json.push('\n');
    std::fs::write(json_file(), json)?;
    let table = table(summary);
    std::fs::write(root().join("docs/soak.md"), &table)?;
    say(&table);
    Ok(())
}

fn table(summary: &Summary) -> String {
    let mut text = String::from(
        "# Soak\n\nWritten by `cargo xtask soak`. `lost` and `doubled` are operations and effects; \
         each must be 0.\n",
    );
    if let Some(Run { commit, of }) = &summary.simulation {
        let rows = [
            ("seeds", of.seeds),
            ("first seed", of.from),
            ("simulated days", of.simulated_hours / 24),
            ("steps", of.steps),
            ("requests", of.requests),
            ("operations", of.operations),
            ("effects at the provider", of.effects),
            ("crashes of an app", of.client_crashes),
            ("crashes of the platform", of.platform_crashes),
            ("restores of the platform", of.restores),
            ("lost", of.lost),
            ("doubled", of.doubled),
            ("seeds that failed", of.failed),
        ];
        section(&mut text, "Simulation", commit, &rows);
    }
    text
}

fn section(text: &mut String, name: &str, commit: &str, rows: &[(&str, u64)]) {
    text.push_str(&format!(
        "\n## {name}\n\nCommit `{commit}`.\n\n| | |\n| --- | ---: |\n"
    ));
    for (what, number) in rows {
        text.push_str(&format!("| {what} | {number} |\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_that_knows_less_is_read_and_a_run_is_a_table() {
        let empty: Result<Summary, _> = serde_json::from_str("{}");
        assert!(empty.is_ok_and(|summary| summary.simulation.is_none()));
        let of = Simulation {
            from: 0,
            seeds: 3,
            simulated_hours: 49,
            steps: 0,
            requests: 0,
            operations: 0,
            effects: 0,
            client_crashes: 0,
            platform_crashes: 0,
            restores: 0,
            lost: 0,
            doubled: 0,
            failed: 0,
        };
        let commit = "abc".to_owned();
        let simulation = Some(Run { commit, of });
        let text = table(&Summary { simulation });
        assert!(text.contains("| simulated days | 2 |"), "{text}");
    }
}
