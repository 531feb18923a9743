//! What is on a screen, read from the screen's own memory: the same for any program, and nothing is put
//! into it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Context;

/// How often it is looked at by who waits until it is still.
const STEP: Duration = Duration::from_millis(100);
/// It is still once it has not changed for so long.
const STILL: Duration = Duration::from_millis(500);
/// The longest that is waited for that.
const PATIENCE: Duration = Duration::from_secs(15);
/// Of a thousand pixels, so many may change without it being another picture: an age that counts seconds,
/// a number that news brings. Of a page without what it is to show, 20 and more differ.
const ANOTHER: f64 = 10.0;
/// Bytes that are compared at once, before their pixels are.
const STRIP: usize = 4_096;

/// The screen of a desktop, as Xvfb maps it to a file.
#[derive(Debug, Clone)]
pub struct Screen(PathBuf);

impl Screen {
    /// Of an X server that was told to keep its pixels there (`-fbdir`).
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self(folder.join("Xvfb_screen0"))
    }

    /// The pixels of now, four bytes each.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn pixels(&self) -> anyhow::Result<Vec<u8>> {
        let bytes = fs::read(&self.0)?;
        // XWD: the size of the header and the number of colours, 12 bytes each, big-endian.
        let word = |at: usize| -> anyhow::Result<usize> {
            let word = bytes.get(4 * at..4 * at + 4).context("no header")?;
            Ok(u32::from_be_bytes(word.try_into()?) as usize)
        };
        let begin = word(0)? + 12 * word(19)?;
        Ok(bytes.get(begin..).context("no pixels")?.to_vec())
    }

    /// Waits until it has stopped changing, or for 15 s.
    pub(super) fn wait_until_still(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        let (mut last, mut since) = (self.pixels()?, begun);
        while since.elapsed() < STILL && begun.elapsed() < PATIENCE {
            sleep(STEP);
            let now = self.pixels()?;
            if is_another(&now, &last) {
                (last, since) = (now, Instant::now());
            }
        }
        Ok(())
    }
}

/// These pixels show another picture than those.
pub fn is_another(one: &[u8], other: &[u8]) -> bool {
    let strips = one.chunks(STRIP).zip(other.chunks(STRIP));
    let unlike = strips.filter(|(one, other)| one != other);
    let pixels = unlike.flat_map(|(one, other)| one.chunks_exact(4).zip(other.chunks_exact(4)));
    let differ = pixels.filter(|(one, other)| one != other).count();
    1_000.0 * differ as f64 / (one.len() / 4).max(1) as f64 > ANOTHER
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn an_age_that_counts_is_no_other_picture_and_a_page_is() {
        let screen = vec![0_u8; 4 * 100_000];
        let changed = |pixels: usize| {
            let mut other = screen.clone();
            other[4 * 500..4 * (500 + pixels)].fill(255);
            other
        };
        assert!(!is_another(&screen, &screen));
        assert!(!is_another(&changed(1_000), &screen));
        assert!(is_another(&changed(1_001), &screen));
    }
}
