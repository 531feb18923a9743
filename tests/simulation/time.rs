//! Time, which stands still unless somebody moves it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_core::clock::Clock;

/// True time. Everybody's clocks hang on it.
#[derive(Clone)]
pub struct Time(Arc<Mutex<DateTime<Utc>>>);

impl Time {
    pub fn new() -> Self {
        // Friday, 20 November 2026.
        let begin = DateTime::from_timestamp(1_795_143_600, 0).unwrap();
        Self(Arc::new(Mutex::new(begin)))
    }

    pub fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

/// The clocks of a laptop.
pub struct Machine {
    time: Time,
    state: Mutex<MachineState>,
}

struct MachineState {
    wall_off_by: TimeDelta,
    booted: DateTime<Utc>,
    boots: u32,
}

impl Machine {
    pub fn new(time: &Time) -> Self {
        Self {
            time: time.clone(),
            state: Mutex::new(MachineState {
                wall_off_by: TimeDelta::zero(),
                booted: time.now(),
                boots: 0,
            }),
        }
    }

    /// Somebody sets the wall clock.
    pub fn set_wall_off_by(&self, by: TimeDelta) {
        self.state.lock().unwrap().wall_off_by = by;
    }

    pub fn reboot(&self) {
        let mut state = self.state.lock().unwrap();
        state.booted = self.time.now();
        state.boots += 1;
    }
}

impl Clock for Machine {
    fn wall(&self) -> DateTime<Utc> {
        self.time.now() + self.state.lock().unwrap().wall_off_by
    }

    fn boot(&self) -> Duration {
        let booted = self.state.lock().unwrap().booted;
        (self.time.now() - booted).to_std().unwrap_or_default()
    }

    fn boot_id(&self) -> String {
        format!("boot-{}", self.state.lock().unwrap().boots)
    }
}

/// The platform's clock.
pub struct ServerClock {
    time: Time,
    off_by: Mutex<TimeDelta>,
}

impl ServerClock {
    pub fn new(time: &Time) -> Self {
        Self {
            time: time.clone(),
            off_by: Mutex::new(TimeDelta::zero()),
        }
    }

    pub fn set_off_by(&self, by: TimeDelta) {
        *self.off_by.lock().unwrap() = by;
    }
}

impl watchkeeper_platform::clock::Clock for ServerClock {
    fn now(&self) -> DateTime<Utc> {
        watchkeeper_platform::clock::millis(self.time.now() + *self.off_by.lock().unwrap())
    }

    fn running(&self) -> Duration {
        let since = self.time.now() - DateTime::UNIX_EPOCH;
        since.to_std().unwrap_or_default()
    }
}
