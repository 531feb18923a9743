//! How a stand-in misbehaves on demand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What comes late comes after so long: before anybody sends again.
const LATE: TimeDelta = TimeDelta::seconds(30);

/// How a stand-in treats the next requests that ask for something.
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
    /// Answers 429 and does nothing.
    RateLimit,
    /// Answers 500 to whatever is asked, to questions too.
    Down,
}

impl Mode {
    /// What is answered without anything being done; none where it is done.
    pub(super) async fn instead(self) -> Option<Response> {
        match self {
            Self::TimeoutBefore => std::future::pending().await,
            Self::Refuse => {
                let said = json!({"message": "This is not allowed here."});
                Some((StatusCode::FORBIDDEN, Json(said)).into_response())
            }
            Self::RateLimit => {
                let wait = [(header::RETRY_AFTER, "2")];
                let said = json!({"message": "Too many requests."});
                Some((StatusCode::TOO_MANY_REQUESTS, wait, Json(said)).into_response())
            }
            Self::Down => Some(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
            Self::None | Self::TimeoutAfter | Self::LostAnswer | Self::Late | Self::Twice => None,
        }
    }

    /// When what is asked for now is there, in milliseconds since 1970.
    pub(super) fn shows_at(self, now: DateTime<Utc>) -> i64 {
        match self {
            Self::Late => (now + LATE).timestamp_millis(),
            _ => now.timestamp_millis(),
        }
    }

    /// How often the request arrives.
    pub(super) fn times(self) -> u32 {
        match self {
            Self::Twice => 2,
            _ => 1,
        }
    }

    /// What comes back of an answer.
    pub(super) async fn passed_on(self, answer: Response) -> Response {
        match self {
            Self::TimeoutAfter | Self::Late => std::future::pending().await,
            Self::LostAnswer => StatusCode::BAD_GATEWAY.into_response(),
            _ => answer,
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

    /// The next `times` requests are treated like this.
    pub(super) fn put(&self, mode: Mode, times: u32) {
        *self.lock() = Mood { mode, times };
    }

    /// For a request that asks for something.
    pub(super) fn next(&self) -> Mode {
        let mut mood = self.lock();
        if mood.times == 0 {
            return Mode::None;
        }
        mood.times -= 1;
        mood.mode
    }

    /// For a question: it is not answered.
    pub(super) fn is_down(&self) -> bool {
        let mut mood = self.lock();
        if mood.times == 0 || mood.mode != Mode::Down {
            return false;
        }
        mood.times -= 1;
        true
    }
}

/// How an admin steers a stand-in.
#[derive(Debug, Deserialize)]
pub(super) struct Misbehave {
    pub(super) mode: Mode,
    #[serde(default = "once")]
    pub(super) times: u32,
}

fn once() -> u32 {
    1
}
