//! A machine of which a test moves the hands.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_core::clock::{Clock, SystemClock};

use crate::world::{World, pack};

/// The clocks of this machine, moved on as a test says.
pub struct Hands {
    machine: SystemClock,
    moved: Mutex<Moved>,
}

#[derive(Default)]
struct Moved {
    passed: Duration,
    wall: TimeDelta,
    boots: u32,
}

impl Hands {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            machine: SystemClock::new(),
            moved: Mutex::default(),
        })
    }

    /// So many seconds pass.
    pub fn pass(&self, seconds: u64) {
        self.moved.lock().unwrap().passed += Duration::from_secs(seconds);
    }

    /// The wall clock is set by so much, and the machine starts anew.
    pub fn reboot(&self, wall: TimeDelta) {
        let mut moved = self.moved.lock().unwrap();
        moved.wall = wall;
        moved.boots += 1;
    }
}

impl Clock for Hands {
    fn wall(&self) -> DateTime<Utc> {
        let moved = self.moved.lock().unwrap();
        self.machine.wall() + TimeDelta::from_std(moved.passed).unwrap() + moved.wall
    }

    fn boot(&self) -> Duration {
        self.machine.boot() + self.moved.lock().unwrap().passed
    }

    fn boot_id(&self) -> String {
        format!("boot-{}", self.moved.lock().unwrap().boots)
    }
}

impl World {
    /// A laptop after one turn, with the pack changed so, on a machine of which the test moves the hands.
    pub async fn with_hands(parcels: u32, change: fn(&str) -> String) -> (Self, Arc<Hands>) {
        let mut world = Self::new(parcels).await;
        world
            .platform
            .with(|state| state.pack = Some(pack(2, change)));
        let hands = Hands::new();
        world.restart_with(hands.clone()).await;
        world.engine.sync_once().await.unwrap();
        (world, hands)
    }
}
