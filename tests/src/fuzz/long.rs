//! All targets for as long as one wants, a seed after the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use super::{Budget, Outcome, Target, drive};

/// Inputs of one target before the next has its turn.
const TURN: u64 = 300;
/// Processes at the same time.
const BESIDE: usize = 2;
/// Seeds of `./test` are below it.
const FIRST: u64 = 1_000;

/// Takes inputs in for so long and writes after each turn how many there were. An error is the first
/// input that failed.
pub fn for_so_long(time: Duration, seed: u64, report: &Path) -> Result<()> {
    let (end, next) = (Instant::now() + time, AtomicUsize::new(0));
    let counts: Mutex<BTreeMap<&str, Outcome>> = Mutex::default();
    let turns = || -> Result<()> {
        while Instant::now() < end {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (round, target) = (at / Target::ALL.len(), at % Target::ALL.len());
            let Some(target) = Target::ALL.get(target).copied() else {
                continue;
            };
            let outcome = drive(
                target,
                Budget {
                    seed: FIRST * seed + round as u64,
                    from: 0,
                    count: TURN,
                },
            )?;
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(target.name()).or_default();
            count.inputs += outcome.inputs;
            count.accepted += outcome.accepted;
            write(&counts, report)?;
        }
        Ok(())
    };
    std::thread::scope(|threads| {
        let running: Vec<_> = (0..BESIDE).map(|_| threads.spawn(turns)).collect();
        for each in running {
            match each.join() {
                Ok(ended) => ended?,
                Err(_) => anyhow::bail!("a thread ended badly"),
            }
        }
        Ok(())
    })
}

fn write(counts: &BTreeMap<&str, Outcome>, report: &Path) -> Result<()> {
    let all: BTreeMap<_, _> = counts
        .iter()
        .map(|(name, count)| {
            let count = json!({"inputs": count.inputs, "accepted": count.accepted});
            (*name, count)
        })
        .collect();
    let new = report.with_extension("new");
    std::fs::write(&new, serde_json::to_vec_pretty(&all)?)?;
    Ok(std::fs::rename(new, report)?)
}
