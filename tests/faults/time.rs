//! Clocks that jump (faults 39, 51).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;
use uuid::Uuid;
use watchkeeper_core::Code;
use watchkeeper_core::clock::{Clock, SystemClock};
use watchkeeper_core::features::queues::view::Standing;
use watchkeeper_platform::clock::ManualClock;

use crate::office::Office;

/// Clocks of a laptop that somebody sets.
struct Machine {
    now: Mutex<(DateTime<Utc>, Duration, u32)>,
}

impl Machine {
    fn new(wall: DateTime<Utc>) -> Arc<Self> {
        let now = Mutex::new((wall, Duration::from_secs(1_000), 0));
        Arc::new(Self { now })
    }

    /// Time passes.
    fn passes(&self, by: TimeDelta) {
        let mut now = self.now.lock().unwrap();
        now.0 += by;
        now.1 += by.to_std().unwrap();
    }

    /// Somebody sets the wall clock.
    fn set(&self, by: TimeDelta) {
        self.now.lock().unwrap().0 += by;
    }

    /// It is started anew.
    fn boots(&self) {
        let mut now = self.now.lock().unwrap();
        now.1 = Duration::from_secs(20);
        now.2 += 1;
    }
}

impl Clock for Machine {
    fn wall(&self) -> DateTime<Utc> {
        self.now.lock().unwrap().0
    }
    fn boot(&self) -> Duration {
        self.now.lock().unwrap().1
    }
    fn boot_id(&self) -> String {
        format!("boot {}", self.now.lock().unwrap().2)
    }
}

fn begin() -> DateTime<Utc> {
    SystemClock::default().wall()
}

#[tokio::test]
async fn fault_51_a_clock_set_back_an_hour_opens_no_second_window_and_the_platforms_time_decides() {
    let start = begin();
    let (platform, machine) = (Arc::new(ManualClock::new(start)), Machine::new(start));
    let office = Office::on(platform.clone(), 2).await;
    let device = Uuid::now_v7();
    let folder = TempDir::new().unwrap();
    let laptop = office
        .laptop_with(machine.clone(), folder, "kim", device)
        .await;
    laptop.turn().await;
    // The claims are five hours old; 72 are allowed. Ten minutes are left.
    let almost = TimeDelta::minutes(67 * 60 - 10);
    platform.advance(almost);
    machine.passes(almost);
    laptop.turn().await;
    let sure = laptop.engine.clock().now();
    assert!(!sure.unsure);

    // Set back while the app runs: nobody notices.
    machine.set(TimeDelta::hours(-1));
    assert_eq!(laptop.engine.clock().now(), sure);
    assert!(!laptop.status().await.clock_unsure);

    // Started anew, cut off, after twenty minutes: by this laptop's wall clock the window is open.
    laptop.engine.stop().await;
    laptop.engine.stores().close().await;
    let office = office.restart(None).await;
    machine.boots();
    platform.advance(TimeDelta::minutes(20));
    machine.passes(TimeDelta::minutes(20));
    let laptop = office
        .laptop_with(machine.clone(), laptop.folder, "kim", device)
        .await;
    let now = laptop.engine.clock().now();
    assert!(now.unsure);
    assert!(now.at >= sure.at, "never below the last server time");
    assert!(laptop.status().await.clock_unsure, "marked");
    laptop.act("c1", "grant").await.unwrap();
    // The platform decides by its own clock.
    laptop.turn().await;
    let status = laptop.status().await;
    assert_eq!(status.held.len(), 1);
    assert_eq!(status.held[0].standing, Standing::HeldLapsed);
    assert!(!status.clock_unsure);
    assert!(office.payments().is_empty());
    assert_eq!(laptop.state_of("c1").await, "open");
    // No second window, whatever the wall clock says now.
    machine.set(TimeDelta::hours(-1));
    let again = laptop.act("c2", "grant").await.unwrap_err();
    assert_eq!(again.code, Code::PolicyDenied);
    assert!(office.payments().is_empty());
    laptop.check().await;
}

#[tokio::test]
async fn fault_39_a_platform_whose_clock_jumps_is_mirrored_in_its_own_order() {
    let platform = Arc::new(ManualClock::new(begin()));
    let office = Office::on(platform.clone(), 3).await;
    let (kim, lee) = (office.laptop("kim").await, office.laptop("lee").await);
    for (claim, hours) in [("c1", -1), ("c2", 3), ("c3", -2)] {
        platform.advance(TimeDelta::hours(hours));
        kim.turn().await;
        kim.act(claim, "reject").await.unwrap();
        kim.drained().await;
        lee.turn().await;
        assert_eq!(lee.state_of(claim).await, "rejected");
    }
    for laptop in [&kim, &lee] {
        assert!(laptop.status().await.held.is_empty());
        laptop.check().await;
    }
}
