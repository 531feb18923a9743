//! What the operator wants to be notified of on this laptop.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::store::{StoreError, setting};

/// Name in table `setting`.
const SETTING: &str = "notifications";

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// What the operator wants to be notified of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NotificationSettings {
    /// Notify of red alerts.
    pub red: bool,
    /// Notify of yellow alerts too.
    pub yellow: bool,
    /// Notify when an operation of ours was refused.
    pub refused: bool,
    /// Notify of approvals that wait for the operator.
    pub approvals: bool,
    /// Only within these hours, tenant's wall clock; always where absent.
    pub hours: Option<Hours>,
}

/// Hours of a day in which notifications may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Hours {
    /// First minute of the day, 0 to 1439.
    pub from: u16,
    /// Minute of the day at which it ends; before `from` it runs over midnight.
    pub to: u16,
    /// Days on which it begins, Monday being 1.
    pub days: Vec<u8>,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self {
            red: true,
            yellow: false,
            refused: true,
            approvals: true,
            hours: None,
        }
    }
}

impl NotificationSettings {
    /// As kept; the default where the operator has said nothing.
    pub fn load(state: &Connection) -> Result<Self, StoreError> {
        let kept: Option<Map<String, Value>> = setting::get(state, SETTING)?;
        let Some(mut kept) = kept else {
            return Ok(Self::default());
        };
        // An app that told nothing of approvals kept nothing of them.
        kept.entry("approvals")
            .or_insert_with(|| Self::default().approvals.into());
        Ok(serde_json::from_value(Value::Object(kept))?)
    }

    /// Keeps them.
    pub fn save(&self, state: &Connection) -> Result<(), StoreError> {
        setting::put(state, SETTING, self)
    }

    /// Nothing is to be shown at this instant.
    pub fn is_quiet(&self, now: DateTime<Utc>, zone: Tz) -> bool {
        self.hours
            .as_ref()
            .is_some_and(|hours| !hours.include(now, zone))
    }
}

impl Hours {
    /// They name minutes of a day, and a day.
    pub fn are_valid(&self) -> bool {
        self.from < DAY
            && self.to < DAY
            && self.from != self.to
            && !self.days.is_empty()
            && self.days.iter().all(|day| (1..=7).contains(day))
    }

    /// The instant lies within them, by the wall clock of this zone. They run from `from` up to and
    /// without `to`; over midnight they belong to the day on which they began.
    pub fn include(&self, now: DateTime<Utc>, zone: Tz) -> bool {
        let local = now.with_timezone(&zone);
        let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap_or(0);
        let begins_on = |day: chrono::Weekday| {
            let number = u8::try_from(day.number_from_monday()).unwrap_or(0);
            self.days.contains(&number)
        };
        let (today, yesterday) = (local.weekday(), local.weekday().pred());
        if self.from < self.to {
            begins_on(today) && (self.from..self.to).contains(&minute)
        } else {
            (begins_on(today) && minute >= self.from) || (begins_on(yesterday) && minute < self.to)
        }
    }

    /// The first whole minute after this one that lies within them; none within eight days.
    pub fn next_begin(&self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let whole = now - TimeDelta::milliseconds(now.timestamp_millis().rem_euclid(60_000));
        (1..=8 * i64::from(DAY))
            .map(|minutes| whole + TimeDelta::minutes(minutes))
            .find(|at| self.include(*at, zone))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    const ZONE: Tz = Tz::Australia__Melbourne;

    fn office() -> Hours {
        Hours {
            from: 9 * 60,
            to: 17 * 60,
            days: vec![1, 2, 3, 4, 5],
        }
    }

    #[test]
    fn x_46_hours_are_those_of_the_tenants_wall_clock() {
        // Friday 20 November 2026; Melbourne is eleven hours ahead.
        assert!(!office().include(at("2026-11-19T21:59:00Z"), ZONE));
        assert!(office().include(at("2026-11-19T22:00:00Z"), ZONE));
        assert!(office().include(at("2026-11-20T05:59:00Z"), ZONE));
        assert!(!office().include(at("2026-11-20T06:00:00Z"), ZONE));
        // Saturday.
        assert!(!office().include(at("2026-11-21T00:00:00Z"), ZONE));
    }

    #[test]
    fn x_46_hours_over_midnight_belong_to_the_day_they_began_on() {
        let night = Hours {
            from: 22 * 60,
            to: 6 * 60,
            days: vec![5],
        };
        // Friday 22:00 to Saturday 06:00 in Melbourne.
        assert!(night.include(at("2026-11-20T11:00:00Z"), ZONE));
        assert!(night.include(at("2026-11-20T18:59:00Z"), ZONE));
        assert!(!night.include(at("2026-11-20T19:00:00Z"), ZONE));
        // Friday early in the morning belongs to Thursday.
        assert!(!night.include(at("2026-11-19T15:00:00Z"), ZONE));
    }

    #[test]
    fn x_46_the_next_beginning_is_found_over_a_weekend_and_a_change_of_clocks() {
        // Friday evening before the clocks go back in Melbourne (5 April 2026, 3:00 to 2:00).
        let friday = at("2026-04-03T07:00:00Z");
        let monday = office().next_begin(friday, ZONE).unwrap();
        assert_eq!(monday, at("2026-04-05T23:00:00Z"));
        let wanted = NotificationSettings {
            hours: Some(office()),
            ..NotificationSettings::default()
        };
        assert!(wanted.is_quiet(friday, ZONE));
        assert!(!wanted.is_quiet(monday, ZONE));
        assert!(!NotificationSettings::default().is_quiet(friday, ZONE));
    }

    #[test]
    fn what_was_kept_before_approvals_were_told_is_kept_on() {
        let state = Connection::open_in_memory().unwrap();
        state
            .execute_batch(
                "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
                 INSERT INTO setting (name, value)
                 VALUES ('notifications', '{\"red\":false,\"yellow\":true,\"refused\":false,\"hours\":null}');",
            )
            .unwrap();
        let before = NotificationSettings {
            red: false,
            yellow: true,
            refused: false,
            approvals: true,
            hours: None,
        };
        assert_eq!(NotificationSettings::load(&state).unwrap(), before);
        let wanted = NotificationSettings {
            approvals: false,
            ..before
        };
        wanted.save(&state).unwrap();
        assert_eq!(NotificationSettings::load(&state).unwrap(), wanted);
    }

    #[test]
    fn hours_that_are_none_are_known() {
        assert!(office().are_valid());
        for (from, to, days) in [
            (0, 0, vec![1]),
            (0, DAY, vec![1]),
            (0, 1, vec![]),
            (0, 1, vec![8]),
        ] {
            assert!(!Hours { from, to, days }.are_valid());
        }
    }
}
