//! The clocks of the machine that we run on.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Clock;

/// The machine's own clocks.
#[derive(Debug, Clone)]
pub struct SystemClock {
    boot_id: String,
    #[cfg(not(target_os = "linux"))]
    start: std::time::Instant,
}

impl SystemClock {
    /// The clocks of this machine. Where the system has no id of its boot to offer, each start of
    /// the app counts as one, which errs towards *unsure*.
    pub fn new() -> Self {
        let kernel = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        Self {
            boot_id: kernel
                .map(|id| id.trim().to_owned())
                .unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
            #[cfg(not(target_os = "linux"))]
            start: std::time::Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one clock that everything else is given"
    )]
    fn wall(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[cfg(target_os = "linux")]
    fn boot(&self) -> Duration {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(
            u64::try_from(now.tv_sec).unwrap_or(0),
            u32::try_from(now.tv_nsec).unwrap_or(0),
        )
    }

    #[cfg(not(target_os = "linux"))]
    fn boot(&self) -> Duration {
        self.start.elapsed()
    }

    fn boot_id(&self) -> String {
        self.boot_id.clone()
    }
}
