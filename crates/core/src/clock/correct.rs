//! The pure core of the corrected clock.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A moment, and whether it can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// UTC.
    pub at: DateTime<Utc>,
    /// From the wall clock of this machine, not from the platform's.
    pub unsure: bool,
}

/// A moment, on both of the clocks that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// By the platform's time.
    pub now: Instant,
    /// By the boot-time clock, which nobody sets.
    pub boot: Duration,
    /// Which boot that clock counts from.
    pub boot_id: String,
}

/// A server time pinned to a reading of the boot-time clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The server's time, UTC.
    pub server: DateTime<Utc>,
    /// The boot-time clock at that moment: half-way between question and answer.
    pub boot: Duration,
    /// Which boot that clock counts from.
    pub boot_id: String,
    /// How far off it may be: half the round trip.
    pub uncertainty: Duration,
}

/// A quartz drifts by less than this: one second in this many.
const DRIFT: u32 = 10_000;

/// Years that a platform can mean; beyond them dates cannot be reckoned with.
const YEARS: RangeInclusive<i32> = 1970..=9999;

/// A time that a platform can mean.
pub(super) fn is_plausible(server: DateTime<Utc>) -> bool {
    YEARS.contains(&server.year())
}

impl Anchor {
    /// The anchor that one answer gives.
    pub fn observed(
        server: DateTime<Utc>,
        sent: Duration,
        received: Duration,
        boot_id: String,
    ) -> Self {
        let half = received.saturating_sub(sent) / 2;
        Self {
            server,
            boot: sent + half,
            boot_id,
            uncertainty: half,
        }
    }

    /// A newer anchor is taken when it is as exact as the old one has become meanwhile, or
    /// when it contradicts it: then the server's clock was set, and the server is right.
    pub fn is_better_than(&self, old: &Self) -> bool {
        if self.boot_id != old.boot_id || self.boot < old.boot {
            return true;
        }
        let age = self.boot - old.boot;
        let become_of_old = old.uncertainty + age / DRIFT;
        let difference = (self.server - (old.server + delta(age))).abs();
        self.uncertainty <= become_of_old || difference > delta(become_of_old + self.uncertainty)
    }
}

/// What time it is on the platform, given the last known server time and the machine's clocks.
pub fn correct(
    anchor: Option<&Anchor>,
    wall: DateTime<Utc>,
    boot: Duration,
    boot_id: &str,
) -> Instant {
    match anchor {
        Some(anchor) if anchor.boot_id == boot_id && boot >= anchor.boot => Instant {
            at: anchor.server + delta(boot - anchor.boot),
            unsure: false,
        },
        Some(anchor) => Instant {
            at: wall.max(anchor.server),
            unsure: true,
        },
        None => Instant {
            at: wall,
            unsure: true,
        },
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
