#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use chrono_tz::Australia::Melbourne;
use proptest::prelude::*;

use super::*;

fn next(rule: &str, now: &str) -> String {
    let now = crate::value::instant(now).unwrap();
    let next = Schedule::parse(rule, Melbourne).unwrap().next_after(now);
    crate::value::instant_text(next.unwrap())
}

const THURSDAY: &str = "FREQ=WEEKLY;BYDAY=TH;BYHOUR=14;BYMINUTE=0";

#[test]
fn next_is_strictly_after() {
    // Thursday, 26 November 2026, 14:00 in Melbourne is 03:00 UTC (summer time, +11).
    assert_eq!(
        next(THURSDAY, "2026-11-20T03:00:00Z"),
        "2026-11-26T03:00:00.000Z"
    );
    assert_eq!(
        next(THURSDAY, "2026-11-26T02:59:59.999Z"),
        "2026-11-26T03:00:00.000Z"
    );
    assert_eq!(
        next(THURSDAY, "2026-11-26T03:00:00Z"),
        "2026-12-03T03:00:00.000Z"
    );
}

#[test]
fn local_time_stays_across_both_changes() {
    // +11 until Sunday, 5 April 2026, 03:00; +10 until Sunday, 4 October 2026, 02:00.
    assert_eq!(
        next(THURSDAY, "2026-03-30T00:00:00Z"),
        "2026-04-02T03:00:00.000Z"
    );
    assert_eq!(
        next(THURSDAY, "2026-04-03T00:00:00Z"),
        "2026-04-09T04:00:00.000Z"
    );
    assert_eq!(
        next(THURSDAY, "2026-09-29T00:00:00Z"),
        "2026-10-01T04:00:00.000Z"
    );
    assert_eq!(
        next(THURSDAY, "2026-10-02T00:00:00Z"),
        "2026-10-08T03:00:00.000Z"
    );
}

#[test]
fn x_65_a_missing_time_moves_to_the_first_valid_instant() {
    // 4 October 2026: 02:00 to 03:00 does not exist; 03:00 (+11) is 16:00 UTC of the 3rd.
    for rule in [
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=0",
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
    ] {
        assert_eq!(
            next(rule, "2026-10-03T00:00:00Z"),
            "2026-10-03T16:00:00.000Z",
            "{rule}"
        );
    }
    assert_eq!(
        next("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-10-03T16:00:00Z"),
        "2026-10-04T15:30:00.000Z"
    );
}

#[test]
fn fault_53_a_repeated_time_is_the_first_and_happens_once() {
    // 5 April 2026: 02:30 happens at 15:30 UTC (+11) and at 16:30 UTC (+10) of the 4th.
    let rule = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30";
    assert_eq!(
        next(rule, "2026-04-04T00:00:00Z"),
        "2026-04-04T15:30:00.000Z"
    );
    assert_eq!(
        next(rule, "2026-04-04T15:30:00Z"),
        "2026-04-05T16:30:00.000Z"
    );
    assert_eq!(
        next(rule, "2026-04-04T16:10:00Z"),
        "2026-04-05T16:30:00.000Z"
    );
}

#[test]
fn months_years_and_intervals() {
    assert_eq!(
        next(
            "FREQ=MONTHLY;BYDAY=1SA;BYHOUR=10;BYMINUTE=0",
            "2026-11-20T00:00:00Z"
        ),
        "2026-12-04T23:00:00.000Z"
    );
    assert_eq!(
        next(
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "2026-11-20T00:00:00Z"
        ),
        "2028-02-28T13:00:00.000Z"
    );
    assert_eq!(
        next("FREQ=MONTHLY;BYMONTHDAY=31", "2026-11-20T00:00:00Z"),
        "2026-12-30T13:00:00.000Z"
    );
    let odd = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0";
    assert_eq!(
        next(odd, "2026-11-09T00:00:00Z"),
        "2026-11-15T22:00:00.000Z"
    );
    assert_eq!(
        next(odd, "2026-11-16T00:00:00Z"),
        "2026-11-29T22:00:00.000Z"
    );
}

#[test]
fn what_is_no_schedule_is_refused() {
    for rule in [
        "",
        "every Monday",
        "FREQ=HOURLY",
        "FREQ=SECONDLY",
        "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;UNTIL=20270101T000000Z",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7;BYMINUTE=0,10,20,30,40",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY",
        &"FREQ=DAILY;".repeat(40),
    ] {
        assert!(Schedule::parse(rule, Melbourne).is_err(), "{rule}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn next_is_later_and_nothing_lies_between(hours in 0_i64..(24 * 365 * 3), hour in 0_u32..24, interval in 1_u32..5) {
        let now = crate::value::instant("2025-01-01T00:17:00Z").unwrap() + chrono::Duration::hours(hours);
        let rule = format!("FREQ=DAILY;INTERVAL={interval};BYHOUR={hour};BYMINUTE=30");
        let schedule = Schedule::parse(&rule, Melbourne).unwrap();
        let next = schedule.next_after(now).unwrap();
        prop_assert!(next > now);
        prop_assert!(next - now <= chrono::Duration::hours(24 * i64::from(interval) + 2));
        // From any instant before it the answer is the same, and what was asked before changes none.
        let halfway = now + (next - now) / 2;
        let fresh = || Schedule::parse(&rule, Melbourne).unwrap();
        prop_assert_eq!(fresh().next_after(halfway), Some(next));
        for at in [halfway, next, now, now - chrono::Duration::hours(30), next - chrono::Duration::milliseconds(1)] {
            prop_assert_eq!(schedule.next_after(at), fresh().next_after(at));
        }
    }
}

#[test]
fn fault_53_across_both_changes_of_the_clock_a_weekly_checklist_runs_exactly_once_a_week() {
    // Sundays, 02:30 in Melbourne: twice on the clock on 5 April 2026, never on 4 October 2026.
    let rule = "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=30";
    let schedule = Schedule::parse(rule, Melbourne).unwrap();
    let runs = |from: &str, to: &str| {
        let to = crate::value::instant(to).unwrap();
        let mut at = crate::value::instant(from).unwrap();
        let mut runs = Vec::new();
        while let Some(next) = schedule.next_after(at)
            && next < to
        {
            runs.push(crate::value::instant_text(next));
            at = next;
        }
        runs
    };
    assert_eq!(
        runs("2026-03-23T00:00:00Z", "2026-04-20T00:00:00Z"),
        [
            "2026-03-28T15:30:00.000Z",
            "2026-04-04T15:30:00.000Z",
            "2026-04-11T16:30:00.000Z",
            "2026-04-18T16:30:00.000Z",
        ]
    );
    // The hour that is missing: at 03:00, the first instant there is.
    assert_eq!(
        runs("2026-09-21T00:00:00Z", "2026-10-19T00:00:00Z"),
        [
            "2026-09-26T16:30:00.000Z",
            "2026-10-03T16:00:00.000Z",
            "2026-10-10T15:30:00.000Z",
            "2026-10-17T15:30:00.000Z",
        ]
    );
    // From whichever second of the night somebody asks, what is next is one of these two.
    for (day, expected, after) in [
        (
            "2026-04-04",
            "2026-04-04T15:30:00.000Z",
            "2026-04-11T16:30:00.000Z",
        ),
        (
            "2026-10-03",
            "2026-10-03T16:00:00.000Z",
            "2026-10-10T15:30:00.000Z",
        ),
    ] {
        let noon = crate::value::instant(&format!("{day}T12:00:00Z")).unwrap();
        for minute in 0..8 * 60 {
            let asked = noon + chrono::Duration::minutes(minute);
            let next = crate::value::instant_text(schedule.next_after(asked).unwrap());
            let due = crate::value::instant(expected).unwrap();
            assert_eq!(next, if asked < due { expected } else { after }, "{asked}");
        }
    }
}

#[test]
fn fault_62_an_accent_in_a_rule_is_refused() {
    let rule = "FREQ=MONTHLY;BYDAY=T\u{301}H;BYHOUR=17;BYMINUTE=0";
    assert!(Schedule::parse(rule, Melbourne).is_err());
}
