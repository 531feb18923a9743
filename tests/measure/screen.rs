//! When a program has painted what it ends up showing, read from the screen's own memory: the same
//! for any program, and nothing is put into it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// How often the screen is looked at.
const STEP: Duration = Duration::from_millis(4);
/// A screen that has not changed for so long has settled.
const SETTLED: Duration = Duration::from_millis(2_500);
/// The longest that settling may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Of a thousand pixels, so many may change without it being another picture: an age, a number that
/// news brings. Of a page without what it is to show, 20 and more differ.
const STILL_CHANGING: f64 = 10.0;

/// The screen, as Xvfb maps it to a file.
pub struct Screen(PathBuf);

/// When what was on the screen, since the start of the program.
#[derive(Debug, Clone, Copy)]
pub struct Painted {
    /// Anything of the program.
    pub first: Duration,
    /// All of it.
    pub whole: Duration,
}

impl Screen {
    /// The screen of a desktop that was told to keep its pixels there.
    pub fn in_folder(frames: &Path) -> Self {
        Self(frames.join("Xvfb_screen0"))
    }

    /// Waits until what was started at `begun` has painted itself over this picture.
    pub fn watch(&self, before: &[u8], begun: Instant) -> Result<Painted> {
        let mut frames: Vec<(Duration, Vec<u8>)> = Vec::new();
        loop {
            let (at, now) = (begun.elapsed(), self.pixels()?);
            let (since, last) = frames
                .last()
                .map_or((None, before), |(since, last)| (Some(*since), last));
            // An age that counts seconds is no reason to wait on.
            if changed(&now, last) > STILL_CHANGING {
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
        let unlike = |frame: &[u8]| changed(frame, settled) > STILL_CHANGING;
        let there = frames.iter().rposition(|(_, frame)| unlike(frame));
        let whole = frames
            .get(there.map_or(0, |at| at + 1))
            .context("a picture")?;
        Ok(Painted {
            first: *first,
            whole: whole.0,
        })
    }

    /// The pixels of now, four bytes each.
    pub fn pixels(&self) -> Result<Vec<u8>> {
        let bytes = fs::read(&self.0)?;
        // XWD: the size of the header and the number of colours, 12 bytes each, big-endian.
        let word = |at: usize| -> Result<usize> {
            let word = bytes.get(4 * at..4 * at + 4).context("no header")?;
            Ok(u32::from_be_bytes(word.try_into()?) as usize)
        };
        let begin = word(0)? + 12 * word(19)?;
        Ok(bytes.get(begin..).context("no pixels")?.to_vec())
    }
}

/// How many of a thousand pixels differ.
fn changed(one: &[u8], other: &[u8]) -> f64 {
    let pixels = one.chunks_exact(4).zip(other.chunks_exact(4));
    let differ = pixels.filter(|(a, b)| a != b).count();
    1_000.0 * differ as f64 / (one.len() / 4).max(1) as f64
}
