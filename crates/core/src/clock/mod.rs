//! Time, injected, and corrected by the platform's.
//!
//! The platform's clock decides. Each of its answers carries its time, which is taken to be that
//! of half the round trip ([`Corrected::observe`]) and carried forward on the machine's boot-time
//! clock: that one counts through suspend and cannot be set. So the wall clock may jump as it
//! likes. After a reboot the boot-time clock starts anew; until the platform has spoken again the
//! wall clock serves, never below the last server time, and is marked unsure.

mod correct;
mod system;

pub use correct::{Anchor, Instant, Moment, correct};
pub use system::SystemClock;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::store::{StoreError, setting};

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

/// The platform's time, as far as this machine can tell.
pub struct Corrected {
    machine: Arc<dyn Clock>,
    anchor: Mutex<Option<Anchor>>,
}

/// Name of the anchor in table `setting`.
const SETTING: &str = "clock.anchor";

impl Corrected {
    /// A clock that goes on from the last known server time, if there is one.
    pub fn new(machine: Arc<dyn Clock>, anchor: Option<Anchor>) -> Self {
        Self {
            machine,
            anchor: Mutex::new(anchor),
        }
    }

    /// What time it is on the platform.
    pub fn now(&self) -> Instant {
        correct(
            self.anchor().as_ref(),
            self.machine.wall(),
            self.machine.boot(),
            &self.machine.boot_id(),
        )
    }

    /// This moment on both clocks.
    pub fn moment(&self) -> Moment {
        Moment {
            now: self.now(),
            boot: self.machine.boot(),
            boot_id: self.machine.boot_id(),
        }
    }

    /// The machine's boot-time clock, for time-outs and to measure a round trip with.
    pub fn boot(&self) -> Duration {
        self.machine.boot()
    }

    /// The platform answered `server` to something that was sent at `sent` on [`Self::boot`]'s
    /// clock and has just arrived. Answers whether that is the better knowledge and was taken. What
    /// a platform says is not trusted: a time beyond reason is not taken.
    pub fn observe(&self, server: DateTime<Utc>, sent: Duration) -> bool {
        if !correct::is_plausible(server) {
            return false;
        }
        let seen = Anchor::observed(server, sent, self.machine.boot(), self.machine.boot_id());
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let better = anchor.as_ref().is_none_or(|old| seen.is_better_than(old));
        if better {
            *anchor = Some(seen);
        }
        better
    }

    /// The last known server time, to be kept with [`save_anchor`] now and then.
    pub fn anchor(&self) -> Option<Anchor> {
        self.anchor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Reads the anchor from `state.db`.
pub fn load_anchor(state: &Connection) -> Result<Option<Anchor>, StoreError> {
    setting::get(state, SETTING)
}

/// Keeps the anchor in `state.db`, so that after a restart or a reboot time does not go back.
pub fn save_anchor(state: &Connection, anchor: &Anchor) -> Result<(), StoreError> {
    setting::put(state, SETTING, anchor)
}

#[cfg(test)]
mod tests;
