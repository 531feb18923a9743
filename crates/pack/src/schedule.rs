//! Schedules: RFC 5545 rules in local time, resolved to instants.
//!
//! A rule is expanded in local time without a zone, and each local time is then resolved in the
//! schedule's zone: a time that a clock change skips moves to the first valid instant, a time that
//! is repeated is the first of the two. Only DAILY, WEEKLY, MONTHLY and YEARLY are offered, without
//! COUNT, UNTIL and BYSECOND: a schedule of work has no end and no seconds.
//!
//! A rule has no start of its own. Intervals count from Monday, 3 January 2000.

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone,
    Utc,
};
use chrono_tz::Tz;
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};

/// Longest rule, in bytes.
const MAX_RULE: usize = 200;
/// Most times within one day, and most days named.
const MAX_LISTED: usize = 31;
/// Years within which a rule has to happen again: so long a weekday takes to meet a leap day again.
const MAX_MONTHS: u32 = 40 * 12;
/// Most occurrences looked at to find the next one.
const MAX_STEPS: usize = 1_000;

/// A zone, an instant that was asked about in it, and the occurrence after it, which is that of every
/// instant between.
type Asked = (Tz, Range<DateTime<Utc>>);

/// A recurring schedule with a zone.
#[derive(Debug, Clone)]
pub struct Schedule {
    rule: RRule<Unvalidated>,
    zone: Tz,
    /// What was asked last.
    last: Arc<Mutex<Option<Asked>>>,
}

/// A rule that is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScheduleError {
    /// What is wrong.
    pub message: String,
}

impl Schedule {
    /// Reads a rule such as `FREQ=WEEKLY;BYDAY=TH;BYHOUR=14;BYMINUTE=0`.
    pub fn parse(rule: &str, zone: Tz) -> Result<Self, ScheduleError> {
        let refuse = |message: &str| ScheduleError {
            message: message.to_owned(),
        };
        if rule.len() > MAX_RULE {
            return Err(refuse("longer than 200 bytes"));
        }
        // The parser cuts days apart by bytes and would panic within a character.
        if !rule.is_ascii() {
            return Err(refuse(
                "a rule has letters without accents, digits and signs only",
            ));
        }
        let parsed: RRule<Unvalidated> = rule
            .parse()
            .map_err(|error: rrule::RRuleError| refuse(&format!("not a rule: {error}")))?;
        if !matches!(
            parsed.get_freq(),
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly
        ) {
            return Err(refuse("only DAILY, WEEKLY, MONTHLY and YEARLY are offered"));
        }
        if parsed.get_count().is_some() || parsed.get_until().is_some() {
            return Err(refuse("a schedule has no COUNT and no UNTIL"));
        }
        if parsed.get_interval() == 0 {
            return Err(refuse("an interval is 1 at least"));
        }
        if !parsed.get_by_second().is_empty() {
            return Err(refuse("a schedule has no BYSECOND"));
        }
        if parsed.get_by_hour().len() * parsed.get_by_minute().len().max(1) > MAX_LISTED {
            return Err(refuse("more than 31 times a day"));
        }
        let schedule = Self {
            rule: parsed,
            zone,
            last: Arc::default(),
        };
        schedule
            .set(epoch())
            .map_err(|error| refuse(&format!("not a rule: {error}")))?;
        let first = schedule.first_after(epoch().and_time(NaiveTime::MIN).and_utc(), zone);
        match first.and_then(|first| schedule.first_after(first, zone)) {
            Some(_) => Ok(schedule),
            None => Err(refuse("never happens, or not twice within 40 years")),
        }
    }

    /// The same rule in another zone.
    #[must_use]
    pub fn in_zone(&self, zone: Tz) -> Self {
        Self {
            rule: self.rule.clone(),
            zone,
            last: Arc::default(),
        }
    }

    /// Zone in which it is read, where the tenant says no other.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The first occurrence strictly after `now`. None where there is none within the years that
    /// a calendar repeats itself in.
    pub fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.next_after_in(now, self.zone)
    }

    /// The same, with the rule read in this zone.
    pub fn next_after_in(&self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // A page of records asks for each of its clocks.
        if let Some((of, known)) = &*last()
            && *of == zone
            && known.contains(&now)
        {
            return Some(known.end);
        }
        let next = self.first_after(now, zone);
        *last() = next.map(|next| (zone, now..next));
        next
    }

    fn first_after(&self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let local = now.with_timezone(&zone).naive_local();
        let set = self.set(local.date()).ok()?;
        set.into_iter()
            .take(MAX_STEPS)
            .map(|local| resolve(local.naive_utc(), zone))
            .find(|instant| *instant > now)
    }

    /// A start that is in step with the interval, at least one whole period before `day`.
    fn anchor(&self, day: NaiveDate) -> NaiveDateTime {
        let interval = i64::from(self.rule.get_interval().max(1));
        let back = |elapsed: i64| u64::try_from((elapsed / interval - 1).max(0) * interval);
        let start = epoch();
        let months = i64::from(day.year() - start.year()) * 12 + i64::from(day.month0());
        let date = match self.rule.get_freq() {
            Frequency::Yearly => {
                let years = back(i64::from(day.year() - start.year())).unwrap_or(0);
                first_of_month().checked_add_months(Months::new(whole(years).saturating_mul(12)))
            }
            Frequency::Monthly => {
                let months = back(months).unwrap_or(0);
                first_of_month().checked_add_months(Months::new(whole(months)))
            }
            Frequency::Weekly => {
                let weeks = back((day - start).num_days() / 7).unwrap_or(0);
                start.checked_add_days(Days::new(weeks * 7))
            }
            _ => start.checked_add_days(Days::new(back((day - start).num_days()).unwrap_or(0))),
        };
        date.unwrap_or(start).and_time(NaiveTime::MIN)
    }

    /// The rule around `day`, from the anchor before it to where it is not looked for any more. The
    /// zone UTC stands for "no zone": nothing is skipped in it.
    fn set(&self, day: NaiveDate) -> Result<RRuleSet, rrule::RRuleError> {
        let start = rrule::Tz::UTC.from_utc_datetime(&self.anchor(day));
        let end = day.checked_add_months(Months::new(MAX_MONTHS));
        let end = end.unwrap_or(day).and_time(NaiveTime::MIN);
        let rule = self
            .rule
            .clone()
            .until(rrule::Tz::UTC.from_utc_datetime(&end));
        let rule = rule.validate(start)?;
        Ok(RRuleSet::new(start).limit().rrule(rule))
    }
}

fn whole(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Monday, 3 January 2000.
fn epoch() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 3).unwrap_or_default()
}

fn first_of_month() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default()
}

/// A local time as an instant: skipped → the first valid one after the gap, repeated → the first.
pub fn resolve(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        LocalResult::None => {
            // Read with the offset before the gap, the skipped time lies after the change; the
            // change itself is the first minute whose offset differs.
            let day_before = local - chrono::Duration::days(1);
            let before = zone.offset_from_utc_datetime(&day_before);
            let offset = chrono::Offset::fix(&before);
            let naive = local - chrono::Duration::seconds(i64::from(offset.local_minus_utc()));
            let late = zone.from_utc_datetime(&naive);
            (1..=1_440)
                .map(|minutes| late.with_timezone(&Utc) - chrono::Duration::minutes(minutes))
                .map(|at| {
                    (
                        at,
                        chrono::Offset::fix(zone.from_utc_datetime(&at.naive_utc()).offset()),
                    )
                })
                .take_while(|(_, o)| *o != offset)
                .last()
                .map_or_else(|| late.with_timezone(&Utc), |(at, _)| floor_minute(at))
        }
    }
}

fn floor_minute(at: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = at.timestamp() - at.timestamp().rem_euclid(60);
    DateTime::from_timestamp(seconds, 0).unwrap_or(at)
}
