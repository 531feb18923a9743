//! What the disks do: crashes at a write that was chosen, and full disks.

use std::sync::{Arc, Mutex};

use watchkeeper_core::store::Which;
use watchkeeper_core::store::gate::{Fate, Gate, Point};
use watchkeeper_platform::store::StoreError;
use watchkeeper_platform::store::sqlite::gate as office;

/// The disk under one process.
#[derive(Default)]
pub struct Disk(Mutex<State>);

#[derive(Default)]
struct State {
    dead: bool,
    full: Option<Point>,
    /// Writes that began.
    writes: u64,
    crash: Option<(u64, Point)>,
    fill: Option<(u64, Point)>,
}

impl Disk {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The process ends at this point of the write that is the `nth` from now on, from 1.
    pub fn crash_at(&self, nth: u64, point: Point) {
        let mut state = self.0.lock().unwrap();
        state.crash = Some((state.writes + nth, point));
    }

    /// The disk is full from this point of the write that is the `nth` from now on, from 1.
    pub fn full_from(&self, nth: u64, point: Point) {
        let mut state = self.0.lock().unwrap();
        state.fill = Some((state.writes + nth, point));
    }

    pub fn spare(&self) {
        let mut state = self.0.lock().unwrap();
        (state.crash, state.fill, state.full) = (None, None, None);
    }

    /// The process ends now.
    pub fn kill(&self) {
        self.0.lock().unwrap().dead = true;
    }

    pub fn dead(&self) -> bool {
        self.0.lock().unwrap().dead
    }

    /// A new process on the same disk.
    pub fn revive(&self) {
        let mut state = self.0.lock().unwrap();
        state.dead = false;
        state.crash = None;
    }

    pub fn fill(&self, at: Option<Point>) {
        self.0.lock().unwrap().full = at;
    }

    pub fn is_full(&self) -> bool {
        self.0.lock().unwrap().full.is_some()
    }

    /// Writes that began so far.
    pub fn writes(&self) -> u64 {
        self.0.lock().unwrap().writes
    }

    fn fate(&self, point: Point) -> Fate {
        let mut state = self.0.lock().unwrap();
        if state.dead {
            return Fate::Crash;
        }
        if point == Point::Begin {
            state.writes += 1;
        }
        if state.fill == Some((state.writes, point)) {
            state.full = Some(point);
        }
        if state.crash == Some((state.writes, point)) {
            state.dead = true;
            return Fate::Crash;
        }
        match state.full {
            Some(full) if full == point => Fate::Full,
            _ => Fate::On,
        }
    }
}

impl Gate for Disk {
    fn pass(&self, _which: Which, point: Point) -> Fate {
        self.fate(point)
    }

    fn is_dead(&self) -> bool {
        self.dead()
    }
}

impl office::WriteGate for Disk {
    fn pass(&self, point: office::Point) -> Result<(), StoreError> {
        let point = match point {
            office::Point::Begin => Point::Begin,
            office::Point::Commit => Point::Commit,
            office::Point::Committed => Point::Committed,
        };
        match self.fate(point) {
            Fate::On => Ok(()),
            Fate::Full => Err(StoreError::Database("the disk is full".into())),
            Fate::Crash => Err(StoreError::Database("the process has ended".into())),
        }
    }
}
