//! Time, injected.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The machine's clocks. The only place of the crate that may ask the system for the time is its
/// implementation [`SystemClock`].
pub trait Clock: Send + Sync + 'static {
    /// Wall clock, UTC. May jump.
    fn wall(&self) -> DateTime<Utc>;
    /// Time since boot, counting suspend. Never goes back while the machine is up.
    fn boot(&self) -> Duration;
    /// Changes with every boot.
    fn boot_id(&self) -> String;
}
