//! Functions of our own, beside CEL's: days of the tenant, and what the name of a file is made of.

use std::sync::Arc;

use cel::ExecutionError;
use chrono::{DateTime, Days, FixedOffset, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::EvalError;
use crate::schedule::resolve;

/// The day of an instant in the tenant's zone, such as `2026-11-20`.
pub(super) const DAY: &str = "day";
/// The last millisecond of the day in the tenant's zone that comes so many days after that of an instant.
pub(super) const END_OF_DAY: &str = "end_of_day";
/// Words as they stand in the name of a file, such as `the-job-failed`.
pub(super) const SLUG: &str = "slug";
/// Those that ask for the tenant's zone.
pub(crate) const OF_DAYS: [&str; 2] = [DAY, END_OF_DAY];
/// Most characters of a [`SLUG`]: names of files are bounded, and titles are not.
const LONGEST: usize = 60;
/// Most days that an [`END_OF_DAY`] lies ahead: a hundred years.
const FURTHEST: u64 = 36_500;

/// May an expression call one of them? Judged by its words alone.
pub(super) fn may_be_called(source: &str) -> bool {
    [DAY, END_OF_DAY, SLUG]
        .iter()
        .any(|name| source.contains(name))
}

/// Offers them to what is run with this context. Without a zone there is no day.
pub(super) fn add(context: &mut cel::Context<'_, '_>, zone: Option<Tz>) -> Result<(), EvalError> {
    let day = move |at: DateTime<FixedOffset>| -> Result<Arc<String>, ExecutionError> {
        let zone = zone.ok_or_else(|| ExecutionError::function_error(DAY, "no zone"))?;
        let day = at.with_timezone(&zone).format("%Y-%m-%d");
        Ok(Arc::new(day.to_string()))
    };
    let end_of_day = move |at: DateTime<FixedOffset>,
                           days: i64|
          -> Result<DateTime<FixedOffset>, ExecutionError> {
        let failed = |why: &str| ExecutionError::function_error(END_OF_DAY, why);
        let zone = zone.ok_or_else(|| failed("no zone"))?;
        let days = u64::try_from(days).ok().filter(|days| *days <= FURTHEST);
        let days = days.ok_or_else(|| failed("not so many days"))?;
        let end = end_of(at, days, zone).ok_or_else(|| failed("no such day"))?;
        Ok(end.fixed_offset())
    };
    let slug = |words: Arc<String>| -> Result<Arc<String>, ExecutionError> {
        let slug = slug_of(&words);
        let slug = slug.ok_or_else(|| ExecutionError::function_error(SLUG, "no letter"))?;
        Ok(Arc::new(slug))
    };
    let known = |name: &str| EvalError::new(format!("`{name}` is not known here"));
    context.add_function(DAY, day).map_err(|_| known(DAY))?;
    context
        .add_function(END_OF_DAY, end_of_day)
        .map_err(|_| known(END_OF_DAY))?;
    context.add_function(SLUG, slug).map_err(|_| known(SLUG))
}

/// One millisecond before the next day begins. Where its midnight is skipped it begins after the gap,
/// where it comes twice with the first.
fn end_of(at: DateTime<FixedOffset>, days: u64, zone: Tz) -> Option<DateTime<Utc>> {
    let day = at.with_timezone(&zone).date_naive();
    let next = day.checked_add_days(Days::new(days + 1))?;
    let begins = resolve(next.and_time(NaiveTime::MIN), zone);
    begins.checked_sub_signed(TimeDelta::milliseconds(1))
}

/// Letters and digits in small, and one dash for whatever stands between them; none where there is
/// neither. What a system of files treats as special is gone with it.
fn slug_of(words: &str) -> Option<String> {
    let small = words.to_lowercase();
    let parts = small.split(|c: char| !c.is_alphanumeric());
    let whole = parts.filter(|part| !part.is_empty());
    let whole = whole.collect::<Vec<_>>().join("-");
    let cut: String = whole.chars().take(LONGEST).collect();
    let cut = cut.trim_end_matches('-');
    (!cut.is_empty()).then(|| cut.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono_tz::{America, Asia, Australia, Pacific};
    use serde_json::json;

    use super::*;
    use crate::expr::{Allowed, Program, Scope};

    fn of_action() -> Allowed {
        Allowed::none()
            .fields("record", ["name"])
            .fields("params", ["any"])
            .value("now")
            .zoned()
    }

    /// What an expression makes of this instant as `now`.
    fn at(source: &str, now: &str, zone: Option<Tz>) -> Result<serde_json::Value, String> {
        let program = Program::compile(source, &of_action()).unwrap();
        let scope = Scope {
            now: crate::value::instant(now),
            zone,
            ..Scope::default()
        };
        program.eval(&scope).map_err(|error| error.message)
    }

    fn end(days: i64, now: &str, zone: Tz) -> serde_json::Value {
        at(&format!("end_of_day(now, {days})"), now, Some(zone)).unwrap()
    }

    #[test]
    fn a_day_ends_one_millisecond_before_the_next_in_the_tenant_s_zone() {
        // Thirty days from the same instant; in New York the clock goes back on 1 November.
        let delivered = "2026-10-20T19:30:00.750Z";
        for (zone, ends) in [
            (Tz::UTC, "2026-11-19T23:59:59.999Z"),
            (America::New_York, "2026-11-20T04:59:59.999Z"),
            (Asia::Tokyo, "2026-11-20T14:59:59.999Z"),
            (Pacific::Auckland, "2026-11-20T10:59:59.999Z"),
        ] {
            assert_eq!(end(30, delivered, zone), ends, "{zone}");
        }
        // In spring it goes forward between the two.
        let spring = end(30, "2026-02-20T15:00:00.000Z", America::New_York);
        assert_eq!(spring, "2026-03-23T03:59:59.999Z");
        // The last instant of a day and the first of the next.
        for (now, ends) in [
            ("2026-11-20T10:59:59.999Z", "2026-11-20T10:59:59.999Z"),
            ("2026-11-20T11:00:00.000Z", "2026-11-21T10:59:59.999Z"),
        ] {
            assert_eq!(end(0, now, Pacific::Auckland), ends, "{now}");
        }
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_or_comes_twice_ends_once() {
        // Santiago: 6 September 2026 begins at 01:00; the last hour of 4 April comes twice.
        for (now, ends) in [
            ("2026-09-05T12:00:00.000Z", "2026-09-06T03:59:59.999Z"),
            ("2026-09-06T12:00:00.000Z", "2026-09-07T02:59:59.999Z"),
            ("2026-04-05T02:30:00.000Z", "2026-04-05T03:59:59.999Z"),
            ("2026-04-05T03:30:00.000Z", "2026-04-05T03:59:59.999Z"),
        ] {
            assert_eq!(end(0, now, America::Santiago), ends, "{now}");
        }
        let from_far = end(30, "2026-08-06T12:00:00.000Z", America::Santiago);
        assert_eq!(from_far, "2026-09-06T03:59:59.999Z");
        // Beirut: 29 March 2026 begins at 01:00 as well.
        let beirut = end(1, "2026-03-27T12:00:00.000Z", Asia::Beirut);
        assert_eq!(beirut, "2026-03-28T21:59:59.999Z");
        // Havana: the first hour of 1 November 2026 comes twice, and the day begins with the first.
        let havana = end(0, "2026-10-31T12:00:00.000Z", America::Havana);
        assert_eq!(havana, "2026-11-01T03:59:59.999Z");
        // Apia had no 30 December 2011.
        let apia = end(0, "2011-12-29T20:00:00.000Z", Pacific::Apia);
        assert_eq!(apia, "2011-12-30T09:59:59.999Z");
    }

    #[test]
    fn the_end_of_a_day_wants_a_zone_and_days_within_a_hundred_years() {
        let now = "2026-10-20T19:30:00.000Z";
        let none = at("end_of_day(now, 30)", now, None).unwrap_err();
        assert!(none.contains("`end_of_day`"), "{none}");
        assert_eq!(end(36_500, now, Tz::UTC), "2126-09-26T23:59:59.999Z");
        for source in [
            "end_of_day(now, 36501)",
            "end_of_day(now, -1)",
            "end_of_day(now, 1.5)",
            "end_of_day(now)",
            "end_of_day(30, now)",
        ] {
            assert!(at(source, now, Some(Tz::UTC)).is_err(), "{source}");
        }
    }

    #[test]
    fn a_slug_has_letters_and_digits_and_single_dashes() {
        for (words, slug) in [
            ("Z.AI down", "z-ai-down"),
            ("  The job failed, 5 of 5!  ", "the-job-failed-5-of-5"),
            ("Über/../etc", "über-etc"),
            ("incident_2025.txt", "incident-2025-txt"),
        ] {
            assert_eq!(slug_of(words).as_deref(), Some(slug), "{words}");
        }
        for nothing in ["", " ", "-", "/../", "…!"] {
            assert_eq!(slug_of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_long_title_is_cut_and_ends_in_no_dash() {
        let long = slug_of(&"word ".repeat(40)).unwrap();
        assert_eq!(long.chars().count(), LONGEST - 1, "{long}");
        assert!(long.ends_with("word"), "{long}");
        let one = slug_of(&"é".repeat(90)).unwrap();
        assert_eq!(one.chars().count(), LONGEST);
    }

    #[test]
    fn a_name_is_made_of_the_day_in_the_tenant_s_zone_and_of_a_title() {
        let source = r#""incident_" + day(now) + "_" + slug(record.name) + ".txt""#;
        let program = Program::compile(source, &of_action()).unwrap();
        let name = |zone, at: &str| {
            let scope = Scope {
                record: json!({"name": "Z.AI down"}).as_object().unwrap().clone(),
                now: crate::value::instant(at),
                zone,
                ..Scope::default()
            };
            program.eval(&scope).map_err(|error| error.message)
        };
        // The last instant of a day in Melbourne and the first of the next; in New York it is morning.
        for (at, melbourne) in [
            ("2025-12-24T12:59:59.999Z", "2025-12-24"),
            ("2025-12-24T13:00:00.000Z", "2025-12-25"),
        ] {
            let named = |day: &str| Ok(json!(format!("incident_{day}_z-ai-down.txt")));
            assert_eq!(name(Some(Australia::Melbourne), at), named(melbourne));
            assert_eq!(name(Some(America::New_York), at), named("2025-12-24"));
        }
        let none = name(None, "2025-12-24T13:00:00.000Z").unwrap_err();
        assert!(none.contains("`day`"), "{none}");
    }

    #[test]
    fn a_day_is_asked_for_where_the_tenant_s_zone_is_known_and_nowhere_else() {
        let stored = Allowed::none().fields("record", ["name"]).value("now");
        for source in ["day(now)", "end_of_day(now, 30)"] {
            let error = Program::compile(source, &stored).unwrap_err();
            assert!(error.message.contains("actions"), "{error}");
            assert!(Program::compile(source, &stored.clone().zoned()).is_ok());
        }
        for source in ["record.name.day(now)", "now.end_of_day(now, 30)"] {
            let error = Program::compile(source, &of_action()).unwrap_err();
            assert!(error.message.contains("brackets"), "{error}");
        }
        assert!(Program::compile("slug(record.name)", &stored).is_ok());
    }

    #[test]
    fn what_is_no_instant_and_what_is_no_text_is_an_error() {
        let scope = Scope {
            record: json!({"name": 7}).as_object().unwrap().clone(),
            zone: Some(Australia::Melbourne),
            ..Scope::default()
        };
        for source in [
            "day(record.name)",
            "slug(record.name)",
            "slug(\"…\")",
            "day()",
            "slug()",
        ] {
            let program = Program::compile(source, &of_action()).unwrap();
            assert!(program.eval(&scope).is_err(), "{source}");
        }
    }
}
