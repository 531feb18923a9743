//! Harness for tests that need more than one crate: real processes that can be killed.

pub mod client;
pub mod files;
pub mod fuzz;
pub mod inside;
pub mod keyring;
pub mod kills;
pub mod laptop;
pub mod line;
pub mod platform;
pub mod programs;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use watchkeeper_pack::{Bundle, Publisher, Signed};

/// Whoever publishes packs in tests: one for each process.
pub fn publisher() -> &'static Publisher {
    static PUBLISHER: OnceLock<Publisher> = OnceLock::new();
    PUBLISHER.get_or_init(|| match Publisher::generate() {
        Ok(publisher) => publisher,
        Err(error) => unreachable!("a key needs randomness: {error}"),
    })
}

/// A pack of [`publisher`].
///
/// # Errors
/// Where the machine has no randomness.
pub fn signed(bundle: Bundle) -> anyhow::Result<Signed> {
    Ok(publisher().sign(bundle)?)
}

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
