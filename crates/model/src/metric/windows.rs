//! Windows in the tenant's zone: days of 24 hours, weeks from Monday, months.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use watchkeeper_pack::format::{MetricFile, WindowDef};
use watchkeeper_pack::measure::Span;
use watchkeeper_pack::schedule::resolve;

/// The windows of a metric at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The window of now.
    pub current: Span,
    /// The one before, as long as the current one is by now.
    pub before: Option<Span>,
    /// The windows of the sparkline's points, oldest first; the last is that of now.
    pub points: Vec<Span>,
    /// When the current window ends, where it does not move along.
    pub end: Option<DateTime<Utc>>,
}

impl Frame {
    pub(super) fn windows(&self) -> Vec<Span> {
        let more = self.before.iter().chain(&self.points).copied();
        std::iter::once(self.current).chain(more).collect()
    }

    /// The value of an unfinished window at its end, should it go on as it did.
    pub(super) fn projected(&self, value: f64) -> Option<f64> {
        let (from, end) = (self.current.from?, self.end?);
        let passed = days(self.current.to - from);
        (passed > 0.0).then(|| value * days(end - from) / passed)
    }

    /// The value divided by the days of the window so far.
    pub(super) fn daily(&self, value: f64) -> Option<f64> {
        let passed = days(self.current.to - self.current.from?);
        (passed > 0.0).then(|| value / passed)
    }
}

fn days(length: TimeDelta) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let ms = length.num_milliseconds() as f64;
    ms / 86_400_000.0
}

/// The windows of a metric now. Points stand a day apart, of longer windows a twelfth of them, of an
/// hour or some a window; weeks and months are whole ones, up to that of now.
pub fn frame(def: &MetricFile, zone: Tz, now: DateTime<Utc>) -> Frame {
    match def.window {
        WindowDef::Now => {
            let at = |to| Span { from: None, to };
            let step = TimeDelta::days(1);
            let back = back(def.points, |n| now - step * n);
            Frame {
                current: at(now),
                before: None,
                points: back.map(at).collect(),
                end: None,
            }
        }
        WindowDef::Hours(hours) => {
            let length = TimeDelta::hours(i64::from(hours));
            moving(def.points, now, length, length)
        }
        WindowDef::Days(count) => {
            let length = TimeDelta::days(i64::from(count));
            let step = if count <= 31 {
                TimeDelta::days(1)
            } else {
                length / 12
            };
            moving(def.points, now, length, step)
        }
        WindowDef::Week => {
            let today = now.with_timezone(&zone).date_naive();
            let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
            turning(def.points, now, zone, |n| {
                if n < 0 {
                    monday.checked_add_days(Days::new(7 * n.unsigned_abs()))
                } else {
                    monday.checked_sub_days(Days::new(7 * n.unsigned_abs()))
                }
            })
        }
        WindowDef::Month => {
            let first = now.with_timezone(&zone).date_naive().with_day(1);
            turning(def.points, now, zone, |n| {
                let months = Months::new(u32::try_from(n.unsigned_abs()).ok()?);
                if n < 0 {
                    first?.checked_add_months(months)
                } else {
                    first?.checked_sub_months(months)
                }
            })
        }
    }
}

/// So many instants, the last being that of no step back.
fn back(points: u32, at: impl Fn(i32) -> DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let points = i32::try_from(points).unwrap_or(0);
    (0..points).rev().map(at)
}

/// Windows that end now and move along.
fn moving(points: u32, now: DateTime<Utc>, length: TimeDelta, step: TimeDelta) -> Frame {
    let until = |to: DateTime<Utc>| Span {
        from: Some(to - length),
        to,
    };
    Frame {
        current: until(now),
        before: Some(until(now - length)),
        points: back(points, |n| now - step * n).map(until).collect(),
        end: None,
    }
}

/// Windows that begin on a day of their own; `first` is the first day of the one so many before.
fn turning(
    points: u32,
    now: DateTime<Utc>,
    zone: Tz,
    first: impl Fn(i64) -> Option<NaiveDate>,
) -> Frame {
    let begins = |n: i64| {
        let day = first(n).unwrap_or_default();
        resolve(day.and_time(NaiveTime::MIN), zone)
    };
    let (start, before) = (begins(0), begins(1));
    let points = i64::from(points);
    Frame {
        current: Span {
            from: Some(start),
            to: now,
        },
        before: Some(Span {
            from: Some(before),
            // The month before may be shorter than this one is by now.
            to: (before + (now - start)).min(start),
        }),
        points: (0..points)
            .rev()
            .map(|n| Span {
                from: Some(begins(n)),
                to: if n == 0 { now } else { begins(n - 1) },
            })
            .collect(),
        end: Some(begins(-1)),
    }
}
