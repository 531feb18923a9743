//! D-02, D-03, X-13: every schedule of every pack through the changes of the clock in 2026.
//!
//! The rules are read here a second time, day by day over the calendar, and have to give the same.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono::{Duration, Offset, Weekday};
use chrono_tz::Tz;
use watchkeeper_pack::Pack;
use watchkeeper_pack::format::OccasionDef;
use watchkeeper_pack::schedule::Schedule;

use crate::packs::every;
use crate::world::{PACK, at};

/// A schedule as a pack has it.
struct Scheduled {
    /// Pack, and what comes round.
    name: String,
    /// As written.
    rule: String,
    /// Where it has to be read.
    zone: Tz,
    schedule: &'static Schedule,
}

/// Of routines, sessions and reports.
fn all() -> Vec<Scheduled> {
    every().into_iter().flat_map(of_pack).collect()
}

fn of_pack(pack: &'static Pack) -> Vec<Scheduled> {
    let zone = |named: Option<&String>| named.map_or(pack.zone, |name| name.parse().unwrap());
    let mut all = Vec::new();
    let mut add = |name: &str, rule: &str, zone: Tz, schedule: &'static Schedule| {
        all.push(Scheduled {
            name: format!("{}, {name}", pack.id),
            rule: rule.to_owned(),
            zone,
            schedule,
        });
    };
    for (id, routine) in &pack.routines {
        let OccasionDef::Schedule(def) = &routine.def.when else {
            assert!(routine.schedules.is_empty(), "{id}");
            continue;
        };
        assert!(!routine.schedules.is_empty(), "{id}");
        for (region, schedule) in &routine.schedules {
            let regional = region.as_ref().map(|region| &pack.regions[region].zone);
            add(
                id,
                &def.rule,
                zone(regional.or(def.zone.as_ref())),
                schedule,
            );
        }
    }
    for (id, session) in &pack.sessions {
        let zone = zone(session.def.zone.as_ref());
        add(id, &session.def.rule, zone, &session.schedule);
    }
    for (id, report) in &pack.reports {
        let def = &report.def.schedule;
        add(id, &def.rule, zone(def.zone.as_ref()), &report.schedule);
    }
    all
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The first days of 2026 on which the clock has another distance to UTC at their end than at their
/// beginning.
fn changes(zone: Tz) -> Vec<NaiveDate> {
    let offset = |day: NaiveDate| {
        let midnight = day.and_hms_opt(0, 0, 0).unwrap();
        zone.offset_from_utc_datetime(&midnight).fix()
    };
    let days = day("2026-01-02").iter_days().take(360);
    days.filter(|day| offset(*day) != offset(*day + Days::new(1)))
        .collect()
}

/// What the packs say of a rule; another part of one has to be understood here first.
struct Rule {
    frequency: String,
    /// A weekday, and which of its month.
    weekdays: Vec<(Option<u32>, Weekday)>,
    /// Negative from the end of the month.
    month_days: Vec<i64>,
    months: Vec<u32>,
    hour: u32,
    minute: u32,
}

impl Rule {
    fn read(text: &str) -> Self {
        let mut rule = Self {
            frequency: String::new(),
            weekdays: Vec::new(),
            month_days: Vec::new(),
            months: Vec::new(),
            hour: 0,
            minute: 0,
        };
        for part in text.split(';') {
            let (name, value) = part.split_once('=').unwrap();
            let list = || value.split(',');
            match name {
                "FREQ" => rule.frequency = value.to_owned(),
                "BYDAY" => rule.weekdays = list().map(weekday).collect(),
                "BYMONTHDAY" => rule.month_days = list().map(|n| n.parse().unwrap()).collect(),
                "BYMONTH" => rule.months = list().map(|n| n.parse().unwrap()).collect(),
                "BYHOUR" => rule.hour = value.parse().unwrap(),
                "BYMINUTE" => rule.minute = value.parse().unwrap(),
                other => panic!("{other} in {text}"),
            }
        }
        let days = (!rule.weekdays.is_empty(), !rule.month_days.is_empty());
        match rule.frequency.as_str() {
            "DAILY" => assert_eq!(days, (false, false), "{text}"),
            "WEEKLY" => assert_eq!(days, (true, false), "{text}"),
            "MONTHLY" => assert!(days.0 != days.1, "{text}"),
            "YEARLY" => assert!(days == (false, true) && !rule.months.is_empty(), "{text}"),
            other => panic!("{other} in {text}"),
        }
        rule
    }

    fn falls_on(&self, day: NaiveDate) -> bool {
        let (number, last) = (i64::from(day.day()), i64::from(day.num_days_in_month()));
        let month_day = |n: &i64| *n == number || *n == number - last - 1;
        let weekday = |(nth, weekday): &(Option<u32>, Weekday)| {
            *weekday == day.weekday() && nth.is_none_or(|nth| nth == day.day0() / 7 + 1)
        };
        (self.months.is_empty() || self.months.contains(&day.month()))
            && (self.month_days.is_empty() || self.month_days.iter().any(month_day))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(weekday))
    }

    fn on(&self, day: NaiveDate) -> NaiveDateTime {
        day.and_hms_opt(self.hour, self.minute, 0).unwrap()
    }
}

fn weekday(text: &str) -> (Option<u32>, Weekday) {
    let (nth, name) = text.split_at(text.len() - 2);
    let weekday = match name {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        other => panic!("{other}"),
    };
    ((!nth.is_empty()).then(|| nth.parse().unwrap()), weekday)
}

/// The instant of a local time: of two the first, of none the first that there is again.
fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let minutes = (0..=180).map(|minutes| local + Duration::minutes(minutes));
    let there = minutes.map(|local| zone.from_local_datetime(&local));
    let first = there.filter_map(LocalResult::earliest).next();
    first.unwrap().with_timezone(&Utc)
}

/// What a schedule gives between two local midnights.
fn given(one: &Scheduled, from: NaiveDate, days: u64) -> Vec<DateTime<Utc>> {
    let midnight = |day: NaiveDate| instant(day.and_hms_opt(0, 0, 0).unwrap(), one.zone);
    let (begin, end) = (midnight(from), midnight(from + Days::new(days)));
    let next = |now: &DateTime<Utc>| one.schedule.next_after(*now);
    let first = next(&(begin - Duration::milliseconds(1)));
    std::iter::successors(first, next)
        .take_while(|at| *at < end)
        .collect()
}

/// What the calendar says of it.
fn expected(one: &Scheduled, from: NaiveDate, days: usize) -> Vec<DateTime<Utc>> {
    let rule = Rule::read(&one.rule);
    let days = from
        .iter_days()
        .take(days)
        .filter(|day| rule.falls_on(*day));
    days.map(|day| instant(rule.on(day), one.zone)).collect()
}

#[test]
fn the_clocks_change_on_the_days_that_the_rows_name() {
    let zones: BTreeSet<&str> = all().iter().map(|one| one.zone.name()).collect();
    let named = [
        (
            "America/New_York",
            vec![day("2026-03-08"), day("2026-11-01")],
        ),
        ("Asia/Dubai", vec![]),
        (
            "Australia/Melbourne",
            vec![day("2026-04-04"), day("2026-10-03")],
        ),
        ("Europe/Lisbon", vec![day("2026-03-29"), day("2026-10-25")]),
        ("Europe/London", vec![day("2026-03-29"), day("2026-10-25")]),
        ("Europe/Paris", vec![day("2026-03-29"), day("2026-10-25")]),
        ("UTC", vec![]),
    ];
    let expected: BTreeSet<&str> = named.iter().map(|(zone, _)| *zone).collect();
    assert_eq!(zones, expected);
    for (zone, days) in named {
        // By UTC; in Melbourne that is the evening before.
        assert_eq!(changes(zone.parse().unwrap()), days, "{zone}");
    }
}

#[test]
fn each_schedule_keeps_its_local_time_in_the_week_around_each_change() {
    let (mut moved, mut shifted) = (0, 0);
    for one in all() {
        assert_eq!(one.schedule.zone(), one.zone, "{}", one.name);
        for change in changes(one.zone) {
            let from = change - Days::new(4);
            let found = given(&one, from, 9);
            assert_eq!(found, expected(&one, from, 9), "{}", one.name);
            assert!(found.is_sorted_by(|a, b| a < b), "{}: they rise", one.name);
            let rule = Rule::read(&one.rule);
            let local = found.iter().map(|at| at.with_timezone(&one.zone));
            for at in local.clone() {
                let wanted = rule.on(at.date_naive());
                if at.naive_local() != wanted {
                    // There is no such time on this day: it is the end of the gap.
                    let gap = one.zone.from_local_datetime(&wanted);
                    assert_eq!(gap, LocalResult::None, "{}", one.name);
                    let before = at.with_timezone(&Utc) - Duration::milliseconds(1);
                    let before = before.with_timezone(&one.zone).offset().fix();
                    assert_ne!(before, at.offset().fix(), "{}", one.name);
                    moved += 1;
                }
            }
            let offsets: BTreeSet<i32> = local
                .map(|at| at.offset().fix().local_minus_utc())
                .collect();
            shifted += usize::from(offsets.len() == 2);
        }
    }
    assert!(moved > 0, "no schedule fell into a gap");
    assert!(shifted > 0, "no schedule met a change");
}

#[test]
fn each_schedule_that_is_not_daily_is_as_the_calendar_of_the_year() {
    let (from, days) = (day("2026-01-01"), 365);
    for one in all() {
        if !one.rule.contains("FREQ=DAILY") {
            let found = given(&one, from, days);
            assert_eq!(found, expected(&one, from, 365), "{}", one.name);
            assert!(found.len() >= 4, "{}", one.name);
        }
    }
}

/// Session and routines come round at these instants.
fn comes_round(session: &str, routines: &[&str], instants: &[&str]) {
    let session = &PACK.sessions[session].schedule;
    let routines = routines.iter().map(|id| &PACK.routines[*id].schedules);
    let schedules = routines.map(|all| {
        assert_eq!(all.len(), 1);
        &all[0].1
    });
    for schedule in schedules.chain([session]) {
        let mut now = at(instants[0]) - Duration::milliseconds(1);
        for instant in instants {
            now = schedule.next_after(now).unwrap();
            assert_eq!(now, at(instant));
        }
    }
}

#[test]
fn d_02_monday_at_nine_in_melbourne_before_and_after_both_changes_of_the_clock() {
    let monday = ["monday_check"];
    comes_round(
        "monday",
        &monday,
        &[
            "2026-03-29T22:00:00Z",
            // On Sunday, 5 April, the clock went back.
            "2026-04-05T23:00:00Z",
            "2026-04-12T23:00:00Z",
        ],
    );
    comes_round(
        "monday",
        &monday,
        &[
            "2026-09-27T23:00:00Z",
            // On Sunday, 4 October, it went forward.
            "2026-10-04T22:00:00Z",
            "2026-10-11T22:00:00Z",
        ],
    );
    let check = &PACK.routines["monday_check"].def;
    assert_eq!(
        (check.minutes, PACK.sessions["monday"].def.minutes),
        (Some(5), 5)
    );
    assert_eq!(check.session.as_deref(), Some("monday"));
}

#[test]
fn d_03_thursday_at_two_in_melbourne_five_sessions_in_their_order() {
    let sessions = [
        "thursday_1_reviews",
        "thursday_2_refunds",
        "thursday_3_reconciliation",
        "thursday_4_job",
        "thursday_5_complaints",
    ];
    comes_round(
        "thursday",
        &sessions,
        &[
            "2026-04-02T03:00:00Z",
            "2026-04-09T04:00:00Z",
            "2026-04-16T04:00:00Z",
        ],
    );
    comes_round(
        "thursday",
        &sessions,
        &[
            "2026-10-01T04:00:00Z",
            "2026-10-08T03:00:00Z",
            "2026-10-15T03:00:00Z",
        ],
    );
    // Routines of one session stand in the order of their names.
    let of_thursday = PACK.routines.iter();
    let of_thursday = of_thursday.filter(|(_, one)| one.def.session.as_deref() == Some("thursday"));
    let ids: Vec<&str> = of_thursday.clone().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, sessions);
    let minutes: u32 = of_thursday.filter_map(|(_, one)| one.def.minutes).sum();
    let planned = PACK.sessions["thursday"].def.minutes;
    assert!(
        (180..=240).contains(&planned) && minutes <= planned,
        "{minutes}"
    );
    let splits = &PACK.settings["session_split"];
    let other = ["thursday", "one_and_three_hours", "two_and_two_hours"];
    assert_eq!(splits.one_of, other);
    assert_eq!(splits.default, "thursday");
}
