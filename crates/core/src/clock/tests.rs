#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use chrono::{TimeDelta, TimeZone};
use proptest::prelude::*;

use super::*;

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, 0).unwrap()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn anchor() -> Anchor {
    Anchor::observed(noon(), seconds(100), seconds(102), "boot-1".into())
}

#[test]
fn server_time_is_that_of_half_the_round_trip() {
    let anchor = anchor();
    assert_eq!(anchor.boot, seconds(101));
    assert_eq!(anchor.uncertainty, seconds(1));
    let now = correct(Some(&anchor), noon(), seconds(161), "boot-1");
    assert_eq!(
        now,
        Instant {
            at: noon() + TimeDelta::seconds(60),
            unsure: false
        }
    );
}

#[test]
fn a_wall_clock_that_jumps_changes_nothing_while_the_machine_is_up() {
    let anchor = anchor();
    let expected = correct(Some(&anchor), noon(), seconds(200), "boot-1");
    for jump in [
        TimeDelta::hours(-1),
        TimeDelta::hours(1),
        TimeDelta::days(3652),
    ] {
        let jumped = correct(Some(&anchor), noon() + jump, seconds(200), "boot-1");
        assert_eq!(jumped, expected);
    }
    assert!(!expected.unsure);
}

#[test]
fn after_a_reboot_the_wall_clock_serves_unsure_and_never_below_the_last_server_time() {
    let anchor = anchor();
    let behind = correct(
        Some(&anchor),
        noon() - TimeDelta::hours(1),
        seconds(5),
        "boot-2",
    );
    assert_eq!(
        behind,
        Instant {
            at: noon(),
            unsure: true
        }
    );
    let ahead = correct(
        Some(&anchor),
        noon() + TimeDelta::days(2),
        seconds(5),
        "boot-2",
    );
    assert_eq!(
        ahead,
        Instant {
            at: noon() + TimeDelta::days(2),
            unsure: true
        }
    );
}

#[test]
fn before_the_platform_ever_spoke_the_wall_clock_serves_unsure() {
    let now = correct(None, noon(), seconds(5), "boot-1");
    assert_eq!(
        now,
        Instant {
            at: noon(),
            unsure: true
        }
    );
}

#[test]
fn a_slow_answer_does_not_replace_a_quick_one_until_that_has_grown_old() {
    let quick = Anchor::observed(noon(), seconds(100), seconds(100), "boot-1".into());
    let at = |boot: u64, round_trip: u64| {
        Anchor::observed(
            noon() + TimeDelta::seconds((boot - 100) as i64),
            seconds(boot) - seconds(round_trip) / 2,
            seconds(boot) + seconds(round_trip) / 2,
            "boot-1".into(),
        )
    };
    assert!(!at(200, 4).is_better_than(&quick));
    assert!(at(200, 0).is_better_than(&quick));
    assert!(at(100 + 20_000, 4).is_better_than(&quick));
}

#[test]
fn a_server_whose_clock_was_set_is_believed_even_when_slow() {
    let quick = Anchor::observed(noon(), seconds(100), seconds(100), "boot-1".into());
    let set = Anchor::observed(
        noon() + TimeDelta::hours(1),
        seconds(110),
        seconds(114),
        "boot-1".into(),
    );
    assert!(set.is_better_than(&quick));
}

struct Fixed(DateTime<Utc>, Duration, &'static str);

impl Clock for Fixed {
    fn wall(&self) -> DateTime<Utc> {
        self.0
    }
    fn boot(&self) -> Duration {
        self.1
    }
    fn boot_id(&self) -> String {
        self.2.into()
    }
}

#[test]
fn an_observation_corrects_a_wall_clock_that_is_ten_years_ahead() {
    let machine = Arc::new(Fixed(noon() + TimeDelta::days(3652), seconds(50), "boot-1"));
    let clock = Corrected::new(machine, None);
    assert!(clock.now().unsure);
    assert!(clock.observe(noon(), seconds(50)));
    assert_eq!(
        clock.now(),
        Instant {
            at: noon(),
            unsure: false
        }
    );
    assert_eq!(clock.anchor().unwrap().server, noon());
}

#[test]
fn a_server_time_beyond_reason_is_not_taken() {
    let machine = Arc::new(Fixed(noon(), seconds(50), "boot-1"));
    let clock = Corrected::new(machine, None);
    // What a hostile answer may carry: the text reads, and reckoning with it would not.
    let absurd: DateTime<Utc> = serde_json::from_str("\"+262142-12-31T23:59:59Z\"").unwrap();
    for absurd in [absurd, DateTime::<Utc>::MIN_UTC] {
        assert!(!clock.observe(absurd, seconds(50)));
        assert!(clock.now().unsure);
        let _no_panic = clock.now().at + TimeDelta::days(3650);
    }
    assert!(clock.observe(noon(), seconds(50)));
    assert!(!clock.observe(absurd, seconds(50)));
    assert_eq!(clock.now().at, noon());
}

#[test]
fn the_system_clock_runs_forward() {
    let clock = SystemClock::new();
    let first = clock.boot();
    assert!(clock.boot() >= first);
    assert!(!clock.boot_id().is_empty());
    assert_eq!(clock.boot_id(), SystemClock::new().boot_id());
}

proptest! {
    #[test]
    fn never_below_the_last_server_time(
        wall in -4_000_000_000i64..4_000_000_000,
        boot in 0u64..10_000_000,
        same_boot: bool,
    ) {
        let anchor = anchor();
        let wall = noon() + TimeDelta::milliseconds(wall);
        let now = correct(
            Some(&anchor),
            wall,
            seconds(boot),
            if same_boot { "boot-1" } else { "boot-2" },
        );
        prop_assert!(now.at >= noon());
        prop_assert_eq!(now.unsure, !(same_boot && seconds(boot) >= anchor.boot));
    }
}
