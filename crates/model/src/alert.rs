//! Alerts: what becomes of an episode when its rule was looked at again.
//!
//! An episode is a record of the engine's kind `alert`: from the moment in which a rule begins to
//! hold for something until it is over. A rule that holds again later makes another episode with the
//! same fingerprint.
//!
//! ```text
//!            holds longer than for          somebody has seen it
//!   pending ───────────────────────▶ firing ───────────────────▶ acknowledged
//!      │                               └───────────┬──────────────────┘
//!      ▼ does not hold: it vanishes                ▼ quiet for keep_firing
//!                                              resolved
//! ```
//!
//! What cannot be evaluated changes nothing but that it is marked so; it never fires and never
//! ends by itself, and it is never green: where there is no episode yet, a pending one says so.

mod body;
mod escalation;
mod rule;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use watchkeeper_pack::format::AlertFile;

pub use body::{About, episode, write};
pub use escalation::{Call, Escalated, Escalation, escalation};
pub use rule::{Looked, detail, look};

/// Name of the kind.
pub const KIND: &str = "alert";
/// Letters of the fingerprint in an episode's id.
const SHORT: usize = 20;

/// Where an episode stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It holds, but not for long enough.
    Pending,
    /// It has held for long enough.
    Firing,
    /// Somebody has seen that it fires.
    Acknowledged,
    /// It is over.
    Resolved,
}

/// One episode. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// Where it stands.
    pub state: State,
    /// Since when it holds.
    pub since: DateTime<Utc>,
    /// When it began to fire.
    pub fired_at: Option<DateTime<Utc>>,
    /// Since when it does not hold any more, while it goes on firing.
    pub quiet_since: Option<DateTime<Utc>>,
    /// Since when nobody knows.
    pub unknown_since: Option<DateTime<Utc>>,
    /// When it was over.
    pub resolved_at: Option<DateTime<Utc>>,
}

impl Episode {
    /// It is not over.
    pub fn is_open(&self) -> bool {
        self.state != State::Resolved
    }

    /// It fires, acknowledged or not.
    pub fn fires(&self) -> bool {
        matches!(self.state, State::Firing | State::Acknowledged)
    }
}

/// What a look at a rule found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It holds, since this instant where the record knows one.
    Holds(Option<DateTime<Utc>>),
    /// It does not hold.
    Quiet,
    /// It cannot be evaluated.
    Unknown,
}

/// How long a rule waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// It must hold longer than this.
    pub for_: TimeDelta,
    /// It goes on firing so long after it held last.
    pub keep_firing: TimeDelta,
}

impl From<&AlertFile> for Waits {
    fn from(rule: &AlertFile) -> Self {
        Self {
            for_: TimeDelta::minutes(i64::from(rule.for_minutes)),
            keep_firing: TimeDelta::minutes(i64::from(rule.keep_firing_minutes)),
        }
    }
}

impl Waits {
    /// The first instant at which what holds since then fires: "more than 30 minutes" begins with
    /// the first millisecond after them.
    fn fires_at(&self, since: DateTime<Utc>) -> DateTime<Utc> {
        if self.for_.is_zero() {
            since
        } else {
            since + self.for_ + TimeDelta::milliseconds(1)
        }
    }
}

/// What becomes of an episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The episode from now on. None: there is none, or the pending one vanishes.
    pub episode: Option<Episode>,
    /// It must be looked at again then, even if nothing changes until then.
    pub look_again: Option<DateTime<Utc>>,
}

/// What becomes of an episode of a rule that was looked at. `before` is the open episode, if there
/// is one; one that is over counts as none.
pub fn step(before: Option<&Episode>, found: Found, now: DateTime<Utc>, waits: Waits) -> Step {
    let before = before.filter(|episode| episode.is_open());
    match (before, found) {
        (None, Found::Quiet) => nothing(),
        (None, Found::Holds(since)) => held(since.unwrap_or(now).min(now), now, waits),
        (None, Found::Unknown) => Step {
            episode: Some(Episode {
                unknown_since: Some(now),
                ..pending(now)
            }),
            look_again: None,
        },
        (Some(episode), Found::Unknown) => Step {
            episode: Some(Episode {
                unknown_since: episode.unknown_since.or(Some(now)),
                ..episode.clone()
            }),
            look_again: None,
        },
        (Some(episode), Found::Holds(since)) if episode.state == State::Pending => {
            held(since_when(episode, since, now), now, waits)
        }
        (Some(episode), Found::Quiet) if episode.state == State::Pending => nothing(),
        (Some(episode), Found::Holds(_)) => Step {
            episode: Some(Episode {
                quiet_since: None,
                unknown_since: None,
                ..episode.clone()
            }),
            look_again: None,
        },
        (Some(episode), Found::Quiet) => quiet(episode, now, waits),
    }
}

fn nothing() -> Step {
    Step {
        episode: None,
        look_again: None,
    }
}

fn pending(since: DateTime<Utc>) -> Episode {
    Episode {
        state: State::Pending,
        since,
        fired_at: None,
        quiet_since: None,
        unknown_since: None,
        resolved_at: None,
    }
}

fn held(since: DateTime<Utc>, now: DateTime<Utc>, waits: Waits) -> Step {
    let fires_at = waits.fires_at(since);
    if fires_at > now {
        return Step {
            episode: Some(pending(since)),
            look_again: Some(fires_at),
        };
    }
    Step {
        episode: Some(Episode {
            state: State::Firing,
            fired_at: Some(now),
            ..pending(since)
        }),
        look_again: None,
    }
}

/// Since when a pending episode holds, now that it was looked at again. The record's word counts; a
/// stamp in the future is a clock that goes wrong, not an alert to come.
fn since_when(episode: &Episode, said: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    // Nobody knew from the beginning: that it holds is news.
    let never_known = episode.unknown_since == Some(episode.since);
    match said {
        Some(since) if since <= now => since,
        _ if never_known => now,
        _ => episode.since.min(now),
    }
}

fn quiet(episode: &Episode, now: DateTime<Utc>, waits: Waits) -> Step {
    let quiet_since = episode.quiet_since.unwrap_or(now).min(now);
    let over_at = quiet_since + waits.keep_firing;
    let episode = Episode {
        unknown_since: None,
        ..episode.clone()
    };
    if over_at > now {
        return Step {
            episode: Some(Episode {
                quiet_since: Some(quiet_since),
                ..episode
            }),
            look_again: Some(over_at),
        };
    }
    Step {
        episode: Some(Episode {
            state: State::Resolved,
            quiet_since: None,
            resolved_at: Some(now),
            ..episode
        }),
        look_again: None,
    }
}

/// What an alert is about, the same for each of its episodes: SHA-256 over tenant, rule and labels
/// (name and value, in the order given), hex.
pub fn fingerprint(tenant: &str, rule: &str, labels: &[(&str, &str)]) -> String {
    let mut hash = Sha256::new();
    let parts = labels.iter().flat_map(|(name, value)| [*name, *value]);
    for part in [tenant, rule].into_iter().chain(parts) {
        // With its length, so that no two lists run together to the same bytes.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}

/// The id of an episode: what it is about, and which one of its episodes, from 1.
pub fn episode_id(fingerprint: &str, number: u64) -> String {
    let short = fingerprint.get(..SHORT).unwrap_or(fingerprint);
    format!("{short}-{number}")
}

/// The number in an episode's id.
pub fn episode_number(id: &str) -> Option<u64> {
    id.rsplit_once('-')?.1.parse().ok()
}
