//! The platform's clock, passed in: tests and the demo world decide what time it is.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now, UTC, in whole milliseconds.
    fn now(&self) -> DateTime<Utc>;

    /// How long something has been running, in a process: the difference between two answers is the
    /// time between them, whoever sets the wall clock meanwhile.
    fn running(&self) -> Duration;
}

/// When this process first asked how long it runs.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The machine's clock, moved by a constant: the demo world may begin at any instant.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock {
    /// Added to the machine's clock.
    pub offset: TimeDelta,
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one clock that everything else is given"
    )]
    fn now(&self) -> DateTime<Utc> {
        millis(Utc::now() + self.offset)
    }

    fn running(&self) -> Duration {
        BEGAN.elapsed()
    }
}

/// The machine's clock, moved by what may change while it runs: that of the demo world.
#[derive(Debug, Default)]
pub struct MovedClock {
    /// Milliseconds added to the machine's clock.
    offset: AtomicI64,
}

impl MovedClock {
    /// Moved by so much.
    pub fn new(offset: TimeDelta) -> Self {
        Self {
            offset: AtomicI64::new(offset.num_milliseconds()),
        }
    }

    /// How much it is moved by.
    pub fn offset(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.offset.load(Ordering::Relaxed))
    }

    /// Moved by so much from now on.
    pub fn put(&self, offset: TimeDelta) {
        let offset = offset.num_milliseconds();
        self.offset.store(offset, Ordering::Relaxed);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> DateTime<Utc> {
        let offset = self.offset();
        SystemClock { offset }.now()
    }

    fn running(&self) -> Duration {
        BEGAN.elapsed()
    }
}

/// A clock that stands still until somebody moves it: for tests, and for what is told of an instant that is
/// over.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<DateTime<Utc>>,
}

impl ManualClock {
    /// Stands at this instant.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now: Mutex::new(millis(now)),
        }
    }

    /// Moves it on.
    pub fn advance(&self, by: TimeDelta) {
        let mut now = self.now.lock().unwrap_or_else(|broken| broken.into_inner());
        *now += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    /// Nobody sets it otherwise than by letting time pass.
    fn running(&self) -> Duration {
        let since = self.now() - DateTime::UNIX_EPOCH;
        since.to_std().unwrap_or_default()
    }
}

/// Cut to milliseconds, the precision of every instant in the API.
pub fn millis(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(3)
}
