//! How a stand-in misbehaves on demand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What comes late comes after so long: before anybody sends again.
const LATE: TimeDelta = TimeDelta::seconds(30);
/// Keys are remembered for so long.
const REMEMBERS: TimeDelta = TimeDelta::hours(24);

/// How a stand-in treats the next requests that this concerns. Which of these it has is its own
/// (`StandIn::MODES`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As published.
    #[default]
    None,
    /// Never answers, and does nothing.
    TimeoutBefore,
    /// Does it, and never answers.
    TimeoutAfter,
    /// Does it, and something on the way answers 502 in its stead.
    LostAnswer,
    /// Never answers, and does it half a minute later.
    Late,
    /// Something on the way brings the request twice.
    Twice,
    /// Says no for good.
    Refuse,
    /// Answers 500 and does nothing.
    #[serde(rename = "error_500")]
    Error500,
    /// Does it, and answers 500.
    #[serde(rename = "error_500_after")]
    Error500After,
    /// Answers 429 and does nothing.
    RateLimit,
    /// Takes it, and is not done with it.
    Pending,
    /// Takes it, and shows only the first piece of it for an hour.
    Part,
    /// Takes it and says so, and shows nothing of it for an hour.
    Unseen,
    /// Takes it and never answers, and its notes never show.
    NotesLost,
    /// Has forgotten all keys.
    ForgetKeys,
    /// Answers 500 to whatever is asked, to questions too.
    Down,
    /// Answers 401 to whatever is asked, to questions too: the key was revoked.
    Revoked,
    /// Answers 403 and does nothing: the key lacks the right.
    Forbid,
    /// A transfer is made, and nobody answers.
    MadeTimeout,
    /// A transfer is paid for, bounces back and stays there.
    Bounces,
    /// A transfer is paid for, and cancelled afterwards.
    Cancels,
    /// A deployment is not made, and nobody answers.
    DeployLost,
    /// A deployment is made, and nobody answers.
    DeployTimeout,
    /// A deployment fails.
    DeployFails,
    /// A deployment is never ready.
    Stuck,
}

/// What can happen to any request on its way to a provider and back.
pub(in crate::connectors) const ON_THE_WAY: &[Mode] = &[
    Mode::TimeoutBefore,
    Mode::TimeoutAfter,
    Mode::LostAnswer,
    Mode::Late,
    Mode::Twice,
    Mode::Refuse,
    Mode::RateLimit,
];

impl Mode {
    /// Neither done nor answered.
    pub(super) fn is_lost_before(self) -> bool {
        matches!(self, Self::TimeoutBefore | Self::DeployLost)
    }

    /// Done and not answered.
    pub(super) fn is_lost_after(self) -> bool {
        matches!(
            self,
            Self::TimeoutAfter
                | Self::Late
                | Self::NotesLost
                | Self::MadeTimeout
                | Self::DeployTimeout
        )
    }

    /// How often the request arrives.
    pub(super) fn times(self) -> u32 {
        match self {
            Self::Twice => 2,
            _ => 1,
        }
    }

    /// When what is asked for now is there.
    pub(in crate::connectors) fn shows_at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Late => now + LATE,
            _ => now,
        }
    }

    /// Keys of before then are forgotten.
    pub(in crate::connectors) fn forgets_before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::ForgetKeys => DateTime::<Utc>::MAX_UTC,
            _ => now - REMEMBERS,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Mood {
    mode: Mode,
    times: u32,
}

/// The mood that a stand-in is in.
#[derive(Debug, Clone, Default)]
pub(super) struct Moods(Arc<Mutex<Mood>>);

impl Moods {
    fn lock(&self) -> MutexGuard<'_, Mood> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next `times` requests that it concerns are treated like this.
    pub(super) fn put(&self, mode: Mode, times: u32) {
        *self.lock() = Mood { mode, times };
    }

    /// It is in this mood; nothing is counted.
    pub(super) fn is(&self, mode: Mode) -> bool {
        let mood = self.lock();
        mood.mode == mode && mood.times > 0
    }

    /// For a request that only these concern.
    pub(super) fn next(&self, concerns: &[Mode]) -> Mode {
        let mut mood = self.lock();
        if mood.times == 0 || !concerns.contains(&mood.mode) {
            return Mode::None;
        }
        mood.times -= 1;
        mood.mode
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mood_counts_only_the_requests_that_it_concerns() {
        let moods = Moods::default();
        assert_eq!(moods.next(ON_THE_WAY), Mode::None);
        moods.put(Mode::Refuse, 2);
        assert_eq!(moods.next(&[Mode::Down]), Mode::None);
        assert!(moods.is(Mode::Refuse));
        assert_eq!(moods.next(ON_THE_WAY), Mode::Refuse);
        assert_eq!(moods.next(&[Mode::Refuse]), Mode::Refuse);
        assert!(!moods.is(Mode::Refuse));
        assert_eq!(moods.next(ON_THE_WAY), Mode::None);
    }

    #[test]
    fn what_comes_late_shows_later_and_keys_are_kept_for_a_day() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(2);
        assert_eq!(Mode::None.shows_at(now), now);
        assert_eq!(Mode::Late.shows_at(now), now + LATE);
        assert_eq!(Mode::None.forgets_before(now), now - TimeDelta::days(1));
        assert!(Mode::ForgetKeys.forgets_before(now) > now + TimeDelta::days(9_999));
    }

    #[test]
    fn moods_are_called_as_they_always_were() {
        for (mode, word) in [
            (Mode::None, "none"),
            (Mode::TimeoutAfter, "timeout_after"),
            (Mode::Error500, "error_500"),
            (Mode::Error500After, "error_500_after"),
            (Mode::DeployLost, "deploy_lost"),
        ] {
            assert_eq!(serde_json::json!(mode), word);
        }
    }
}
