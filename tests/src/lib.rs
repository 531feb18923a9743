//! Harness for tests that need more than one crate: real processes that can be killed.

pub mod client;
pub mod files;
pub mod fuzz;
pub mod inside;
pub mod keyring;
pub mod kills;
pub mod line;
pub mod platform;
pub mod programs;

use std::time::{Duration, Instant};

/// How long a condition may take before a test gives up. Generous: a slow machine must not fail a
/// test that would have passed.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Asks until the answer is there.
pub fn wait_for<T>(
    what: &str,
    mut ask: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let begin = Instant::now();
    let mut last = None;
    while begin.elapsed() < PATIENCE {
        match ask() {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => last = None,
            Err(error) => last = Some(error),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    match last {
        Some(error) => Err(error.context(format!("waited in vain for: {what}"))),
        None => anyhow::bail!("waited in vain for: {what}"),
    }
}
