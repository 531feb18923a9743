//! When a program has painted what it ends up showing: the same for any program, and nothing is put into
//! it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use xtask::desktop::{Screen, is_another};

/// How often the screen is looked at.
const STEP: Duration = Duration::from_millis(4);
/// A screen that has not changed for so long has settled.
const SETTLED: Duration = Duration::from_millis(2_500);
/// The longest that settling may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// When what was on the screen, since the start of the program.
#[derive(Debug, Clone, Copy)]
pub struct Painted {
    /// Anything of the program.
    pub first: Duration,
    /// All of it.
    pub whole: Duration,
}

/// Waits until what was started at `begun` has painted itself over what was there before.
pub fn watch(screen: &Screen, before: &[u8], begun: Instant) -> Result<Painted> {
    let mut frames: Vec<(Duration, Vec<u8>)> = Vec::new();
    loop {
        let (at, now) = (begun.elapsed(), screen.pixels()?);
        let (since, last) = frames
            .last()
            .map_or((None, before), |(since, last)| (Some(*since), last));
        if is_another(&now, last) {
            frames.push((at, now));
        } else if since.is_some_and(|since| at - since > SETTLED) {
            break;
        }
        ensure!(at < PATIENCE, "the screen does not settle");
        std::thread::sleep(STEP);
    }
    let (first, _) = frames.first().context("nothing was painted")?;
    let (_, settled) = frames.last().context("nothing was painted")?;
    // The last picture that is not there yet; the one after it is.
    let there = frames
        .iter()
        .rposition(|(_, frame)| is_another(frame, settled));
    let whole = frames
        .get(there.map_or(0, |at| at + 1))
        .context("a picture")?;
    Ok(Painted {
        first: *first,
        whole: whole.0,
    })
}
