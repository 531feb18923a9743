//! What stands in for a host: its variables reach new deployments only, and it misbehaves on demand.
//!
//! Kept rules: the first answer to a key counts; a deployment is made with the variables as they stand
//! when it is asked for, of whomever; it takes its time, and until it is ready the one before it answers.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::auth::{self, SignedIn};
use crate::connectors::stand_in::Ledger;
use crate::problem::ApiError;
use crate::store::StoreError;

/// How long a deployment takes where nobody says otherwise.
const TAKES: TimeDelta = TimeDelta::seconds(20);
/// Deployments that are told.
const TOLD: u32 = 20;
/// Longest time that a deployment may be told to take, in seconds.
const LONGEST: u32 = 24 * 3600;

/// How the stand-in treats the next requests that this concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As published.
    #[default]
    None,
    /// Never answers to a variable, and does not set it.
    TimeoutBefore,
    /// Sets the variable, and never answers.
    TimeoutAfter,
    /// Says no to a variable for good.
    Refuse,
    /// Never answers to a deployment, and makes none.
    DeployLost,
    /// Makes the deployment, and never answers.
    DeployTimeout,
    /// The deployment fails.
    DeployFails,
    /// The deployment is never ready.
    Stuck,
    /// Answers 500 to whatever is asked.
    Down,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mood {
    mode: Mode,
    times: u32,
}

/// The stand-in.
#[derive(Clone)]
pub struct FlagStandIn {
    ledger: Ledger,
    mood: Arc<Mutex<Mood>>,
    takes: Arc<Mutex<TimeDelta>>,
}

impl FlagStandIn {
    /// On this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            mood: Arc::default(),
            takes: Arc::new(Mutex::new(TAKES)),
        }
    }

    /// Treats the next `times` requests that it concerns like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = Mood { mode, times };
    }

    /// Deployments take so long from now on.
    pub fn take(&self, time: TimeDelta) {
        *self.takes.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// All that was ever set, oldest first: `{flag, value, key, set_at}`.
    pub fn settings(&self) -> rusqlite::Result<Vec<Value>> {
        self.ledger.transact(|tx| {
            tx.prepare("SELECT flag, value, key, set_at FROM flag_set ORDER BY place")?
                .query_map([], |row| {
                    Ok(json!({
                        "flag": row.get::<_, String>(0)?,
                        "value": row.get::<_, String>(1)?,
                        "key": row.get::<_, String>(2)?,
                        "set_at": row.get::<_, i64>(3)?,
                    }))
                })?
                .collect()
        })
    }

    /// How many deployments were asked for.
    pub fn deployments(&self) -> rusqlite::Result<u32> {
        self.ledger
            .transact(|tx| tx.query_row("SELECT count(*) FROM deployment", [], |row| row.get(0)))
    }

    fn next_mood(&self, concerns: &[Mode]) -> Mode {
        let mut mood = self.mood.lock().unwrap_or_else(PoisonError::into_inner);
        if mood.times == 0 || !concerns.contains(&mood.mode) {
            return Mode::None;
        }
        mood.times -= 1;
        mood.mode
    }

    fn signed_in(&self, headers: &HeaderMap) -> bool {
        auth::bearer(headers) == Some(self.ledger.secret())
    }
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/provider/flag/v1/variables", get(look).post(set))
        .route("/provider/flag/v1/deployments", post(deploy))
        .route("/provider/flag/misbehave", post(misbehave))
        .route("/provider/flag/takes", post(takes))
        .route("/provider/flag/settings", get(inspect))
}

fn stand_in(platform: &Platform) -> Result<&FlagStandIn, ApiError> {
    let stand_ins = platform.stand_ins.as_ref().ok_or(Code::NotFound)?;
    Ok(&stand_ins.flag)
}

#[derive(Deserialize)]
struct Misbehave {
    mode: Mode,
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

async fn misbehave(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Json(wanted): Json<Misbehave>,
) -> Result<StatusCode, ApiError> {
    access.require_admin()?;
    stand_in(&platform)?.misbehave(wanted.mode, wanted.times);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Takes {
    seconds: u32,
}

async fn takes(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Json(wanted): Json<Takes>,
) -> Result<StatusCode, ApiError> {
    access.require_admin()?;
    let seconds = wanted.seconds.min(LONGEST);
    stand_in(&platform)?.take(TimeDelta::seconds(i64::from(seconds)));
    Ok(StatusCode::NO_CONTENT)
}

async fn inspect(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
) -> Result<Json<Vec<Value>>, ApiError> {
    access.require_admin()?;
    let settings = stand_in(&platform)?.settings();
    Ok(Json(settings.map_err(StoreError::from)?))
}

fn key_of(headers: &HeaderMap) -> Option<&str> {
    headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok())
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    value: String,
}

async fn set(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Json(wanted): Json<Variable>,
) -> Result<Response, ApiError> {
    let host = stand_in(&platform)?;
    if !host.signed_in(&headers) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let concerns = [
        Mode::TimeoutBefore,
        Mode::TimeoutAfter,
        Mode::Refuse,
        Mode::Down,
    ];
    let mode = host.next_mood(&concerns);
    match mode {
        Mode::TimeoutBefore => std::future::pending().await,
        Mode::Down => return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
        Mode::Refuse => return Ok(StatusCode::FORBIDDEN.into_response()),
        _ => {}
    }
    let Some(key) = key_of(&headers).filter(|_| !wanted.name.is_empty()) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let now = platform.clock.now().timestamp_millis();
    host.ledger
        .transact(|tx| {
            tx.execute(
                "INSERT INTO flag_set (key, flag, value, set_at) VALUES (?, ?, ?, ?)
                 ON CONFLICT (key) DO NOTHING",
                params![key, wanted.name, wanted.value, now],
            )
        })
        .map_err(StoreError::from)?;
    if mode == Mode::TimeoutAfter {
        std::future::pending::<()>().await;
    }
    Ok(Json(json!({"name": wanted.name})).into_response())
}

async fn deploy(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let host = stand_in(&platform)?;
    if !host.signed_in(&headers) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let concerns = [
        Mode::DeployLost,
        Mode::DeployTimeout,
        Mode::DeployFails,
        Mode::Stuck,
        Mode::Down,
    ];
    let mode = host.next_mood(&concerns);
    match mode {
        Mode::DeployLost => std::future::pending().await,
        Mode::Down => return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
        _ => {}
    }
    let Some(key) = key_of(&headers) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let takes = *host.takes.lock().unwrap_or_else(PoisonError::into_inner);
    let now = platform.clock.now();
    let ready = match mode {
        Mode::Stuck => i64::MAX,
        _ => (now + takes).timestamp_millis(),
    };
    host.ledger
        .transact(|tx| {
            tx.execute(
                "INSERT INTO deployment (key, has, created_at, ready_at, failed)
                 SELECT ?, coalesce(max(place), 0), ?, ?, ? FROM flag_set WHERE true
                 ON CONFLICT (key) DO NOTHING",
                params![
                    key,
                    now.timestamp_millis(),
                    ready,
                    mode == Mode::DeployFails
                ],
            )
        })
        .map_err(StoreError::from)?;
    if mode == Mode::DeployTimeout {
        std::future::pending::<()>().await;
    }
    Ok(Json(json!({"state": "building"})).into_response())
}

#[derive(Deserialize)]
struct LookQuery {
    name: String,
    key: String,
}

async fn look(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Query(query): Query<LookQuery>,
) -> Result<Response, ApiError> {
    let host = stand_in(&platform)?;
    if !host.signed_in(&headers) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    if host.next_mood(&[Mode::Down]) == Mode::Down {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    let now = platform.clock.now().timestamp_millis();
    let found = host
        .ledger
        .transact(|tx| variable(tx, &query.name, &query.key, now))
        .map_err(StoreError::from)?;
    Ok(Json(found).into_response())
}

fn setting(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "place": row.get::<_, i64>(0)?,
        "value": row.get::<_, String>(1)?,
        "set_at": row.get::<_, i64>(2)?,
    }))
}

/// What is set, what answers, and what was deployed lately.
fn variable(tx: &Transaction<'_>, name: &str, key: &str, now: i64) -> rusqlite::Result<Value> {
    let last = "SELECT place, value, set_at FROM flag_set WHERE flag = ?1 AND place <= ?2
                ORDER BY place DESC LIMIT 1";
    let mine = tx
        .query_row(
            "SELECT place, value, set_at FROM flag_set WHERE flag = ?1 AND key = ?2",
            params![name, key],
            setting,
        )
        .optional()?;
    let stored = tx
        .query_row(last, params![name, i64::MAX], setting)
        .optional()?;
    let runs: Option<i64> = tx
        .query_row(
            "SELECT has FROM deployment WHERE NOT failed AND ready_at <= ?1
             ORDER BY place DESC LIMIT 1",
            [now],
            |row| row.get(0),
        )
        .optional()?;
    let running = tx
        .query_row(last, params![name, runs.unwrap_or(0)], setting)
        .optional()?;
    let deployments: Vec<Value> = tx
        .prepare(
            "SELECT has, created_at, ready_at, failed FROM deployment ORDER BY place DESC LIMIT ?1",
        )?
        .query_map([TOLD], |row| {
            let (ready_at, failed): (i64, bool) = (row.get(2)?, row.get(3)?);
            let state = match (failed, ready_at <= now) {
                (_, false) => "building",
                (true, true) => "failed",
                (false, true) => "ready",
            };
            Ok(json!({
                "has": row.get::<_, i64>(0)?,
                "created_at": row.get::<_, i64>(1)?,
                "state": state,
            }))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(json!({
        "name": name,
        "now": now,
        "mine": mine,
        "stored": stored,
        "running": running,
        "deployments": deployments,
    }))
}
