//! What stands in for whoever sends events, and for their receivers; both misbehave on demand.
//!
//! Kept rules: one attempt for a key; a retry brings the delivery under its own id; a receiver that does
//! not answer in time has not got it, with less time for a test event than for a real one.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connectors::mood::{Mode, ON_THE_WAY};
use crate::connectors::stand_in::{self, Asked, Frame, Ledger, StandIn, Steered};
use crate::problem::ApiError;
use crate::{Platform, StandIns};

/// `status` and `ms` are the receiver's answer and how long it takes.
const TABLE: &str = "
CREATE TABLE IF NOT EXISTS webhook_attempt (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, sort TEXT NOT NULL,
    target TEXT NOT NULL, asked INTEGER NOT NULL, shows_at INTEGER NOT NULL,
    status INTEGER NOT NULL, ms INTEGER NOT NULL
) STRICT;
";
const COLUMNS: &str = "id, sort, target, asked, shows_at, status, ms";

/// A receiver has so many milliseconds for an event.
const WITHIN: i64 = 10_000;
/// And so many for a test event.
const TEST_WITHIN: i64 = 3_000;
/// How a receiver answers where nobody says otherwise.
const WELL: Receiver = Receiver {
    status: 200,
    ms: 180,
    times: 0,
};

#[derive(Debug, Clone, Copy)]
struct Receiver {
    status: u16,
    ms: u32,
    times: u32,
}

/// The stand-in.
#[derive(Clone)]
pub struct WebhookStandIn {
    frame: Frame,
    receiver: Arc<Mutex<Receiver>>,
}

impl WebhookStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger does not take its table.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        Ok(Self {
            frame: Frame::new(ledger, TABLE)?,
            receiver: Arc::new(Mutex::new(WELL)),
        })
    }

    /// Treats the next `times` requests for an attempt like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.frame.misbehave(mode, times);
    }

    /// The receivers of the next `times` attempts answer with this status, after so many milliseconds.
    pub fn receivers(&self, status: u16, ms: u32, times: u32) {
        *self.receiver.lock().unwrap_or_else(PoisonError::into_inner) =
            Receiver { status, ms, times };
    }

    /// All attempts, oldest first: `{id, sort, target, asked, status, ms}`. How often each was asked
    /// for stands in `asked`.
    pub fn attempts(&self) -> rusqlite::Result<Vec<Value>> {
        self.frame.ledger().transact(|tx| {
            tx.prepare(&format!(
                "SELECT {COLUMNS} FROM webhook_attempt ORDER BY place"
            ))?
            .query_map([], |row| {
                let attempt = attempt(row)?;
                Ok(json!({
                    "id": attempt.id, "sort": attempt.sort, "target": attempt.target,
                    "asked": attempt.asked, "status": attempt.status, "ms": attempt.ms,
                }))
            })?
            .collect()
        })
    }

    fn next_receiver(&self) -> Receiver {
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        if receiver.times == 0 {
            return WELL;
        }
        receiver.times -= 1;
        *receiver
    }
}

impl StandIn for WebhookStandIn {
    const NAME: &'static str = "webhook";
    const SEEN: &'static str = "attempts";
    const MODES: &'static [&'static [Mode]] = &[ON_THE_WAY];

    fn of(all: &StandIns) -> &Self {
        &all.webhook
    }

    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn seen(&self, _now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.attempts()
    }
}

#[derive(Debug)]
struct Attempt {
    id: String,
    sort: String,
    target: String,
    asked: i64,
    shows_at: i64,
    status: i64,
    ms: i64,
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        id: row.get(0)?,
        sort: row.get(1)?,
        target: row.get(2)?,
        asked: row.get(3)?,
        shows_at: row.get(4)?,
        status: row.get(5)?,
        ms: row.get(6)?,
    })
}

impl Attempt {
    /// How it stands at an instant in milliseconds. Pure.
    fn said(&self, now: i64) -> Value {
        let within = match self.sort.as_str() {
            "test" => TEST_WITHIN,
            _ => WITHIN,
        };
        let answered = self.ms <= within;
        let over = now - self.shows_at >= self.ms.min(within);
        let (state, problem) = match (over, answered, self.status) {
            (false, _, _) => ("sending", None),
            (true, true, 200..=299) => ("delivered", None),
            (true, true, status) => ("failed", Some(format!("The receiver answered {status}."))),
            (true, false, _) => {
                let seconds = within / 1_000;
                let problem = format!("The receiver did not answer within {seconds} seconds.");
                ("failed", Some(problem))
            }
        };
        let answer = over && answered;
        json!({
            "id": self.id,
            "target": self.target,
            "state": state,
            "status": answer.then_some(self.status),
            "ms": answer.then_some(self.ms),
            "problem": problem,
        })
    }
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    let own = Router::new()
        .route("/v1/retries", post(retry))
        .route("/v1/tests", post(test))
        .route("/v1/attempts", get(look))
        .route("/receivers", post(receivers));
    stand_in::routes::<WebhookStandIn>(own)
}

#[derive(Deserialize)]
struct Receivers {
    status: u16,
    ms: u32,
    times: u32,
}

async fn receivers(
    Steered(sender): Steered<WebhookStandIn>,
    Json(wanted): Json<Receivers>,
) -> StatusCode {
    sender.receivers(wanted.status, wanted.ms, wanted.times);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Retry {
    delivery: String,
}

async fn retry(
    asked: Asked<WebhookStandIn>,
    Json(wanted): Json<Retry>,
) -> Result<Response, ApiError> {
    attempted(&asked, "retry", &wanted.delivery).await
}

#[derive(Deserialize)]
struct Test {
    endpoint: String,
}

async fn test(
    asked: Asked<WebhookStandIn>,
    Json(wanted): Json<Test>,
) -> Result<Response, ApiError> {
    attempted(&asked, "test", &wanted.endpoint).await
}

async fn attempted(
    asked: &Asked<WebhookStandIn>,
    sort: &str,
    target: &str,
) -> Result<Response, ApiError> {
    let Some(key) = asked.key().filter(|_| !target.is_empty()) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let mut receiver = None;
    asked
        .done(ON_THE_WAY, |tx, mode| {
            let receiver = *receiver.get_or_insert_with(|| asked.stand_in.next_receiver());
            let at = mode.shows_at(asked.now()).timestamp_millis();
            tx.execute(
                "INSERT INTO webhook_attempt (id, sort, target, asked, shows_at, status, ms)
                 VALUES (?, ?, ?, 1, ?, ?, ?)
                 ON CONFLICT (id) DO UPDATE SET asked = asked + 1",
                params![key, sort, target, at, receiver.status, receiver.ms],
            )?;
            let taken = json!({"id": key, "state": "queued"});
            Ok((StatusCode::ACCEPTED, taken))
        })
        .await
}

#[derive(Deserialize)]
struct LookQuery {
    id: String,
}

async fn look(
    Query(query): Query<LookQuery>,
    asked: Asked<WebhookStandIn>,
) -> Result<Response, ApiError> {
    let now = asked.now().timestamp_millis();
    asked.answered(|tx| {
        let found = tx
            .query_row(
                &format!("SELECT {COLUMNS} FROM webhook_attempt WHERE id = ? AND shows_at <= ?"),
                params![query.id, now],
                attempt,
            )
            .optional()?;
        let attempts: Vec<Value> = found.iter().map(|found| found.said(now)).collect();
        Ok((StatusCode::OK, json!({ "attempts": attempts })))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(sort: &str, status: i64, ms: i64, after: i64) -> String {
        let attempt = Attempt {
            id: "k".into(),
            sort: sort.into(),
            target: "d".into(),
            asked: 1,
            shows_at: 0,
            status,
            ms,
        };
        let said = attempt.said(after);
        let word = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or("");
        format!("{} {}", word("state"), word("problem"))
    }

    #[test]
    fn a_test_event_has_three_seconds_and_another_ten() {
        assert_eq!(state("test", 200, 3_000, 2_999), "sending ");
        assert_eq!(state("test", 200, 3_000, 3_000), "delivered ");
        let late = "failed The receiver did not answer within 3 seconds.";
        assert_eq!(state("test", 200, 3_001, 3_000), late);
        assert_eq!(state("retry", 204, 3_001, 3_001), "delivered ");
        let never = "failed The receiver did not answer within 10 seconds.";
        assert_eq!(state("retry", 200, 60_000, 10_000), never);
        let refused = "failed The receiver answered 410.";
        assert_eq!(state("retry", 410, 20, 20), refused);
    }
}
