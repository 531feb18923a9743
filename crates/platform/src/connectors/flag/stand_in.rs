//! What stands in for a host: its variables reach new deployments only, and it misbehaves on demand.
//!
//! Kept rules: the first answer to a key counts; a deployment is made with the variables as they stand
//! when it is asked for, of whomever; it takes its time, and until it is ready the one before it answers.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connectors::mood::Mode;
use crate::connectors::stand_in::{self, Asked, Frame, Ledger, StandIn, Steered};
use crate::problem::ApiError;
use crate::{Platform, StandIns};

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS flag_set (
    place INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, flag TEXT NOT NULL,
    value TEXT NOT NULL, set_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS flag_set_flag ON flag_set (flag, place);
CREATE TABLE IF NOT EXISTS deployment (
    place INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, has INTEGER NOT NULL,
    created_at INTEGER NOT NULL, ready_at INTEGER NOT NULL, failed INTEGER NOT NULL
) STRICT;
";

/// How long a deployment takes where nobody says otherwise.
const TAKES: TimeDelta = TimeDelta::seconds(20);
/// Deployments that are told.
const TOLD: u32 = 20;
/// Longest time that a deployment may be told to take, in seconds.
const LONGEST: u32 = 24 * 3600;

/// Moods that concern a variable.
const SETTING: &[Mode] = &[Mode::TimeoutBefore, Mode::TimeoutAfter, Mode::Refuse];
/// And those that concern a deployment.
const DEPLOYING: &[Mode] = &[
    Mode::DeployLost,
    Mode::DeployTimeout,
    Mode::DeployFails,
    Mode::Stuck,
];

/// The stand-in.
#[derive(Clone)]
pub struct FlagStandIn {
    frame: Frame,
    takes: Arc<Mutex<TimeDelta>>,
}

impl FlagStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger does not take its tables.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        Ok(Self {
            frame: Frame::new(ledger, TABLES)?,
            takes: Arc::new(Mutex::new(TAKES)),
        })
    }

    /// Treats the next `times` requests that it concerns like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.frame.misbehave(mode, times);
    }

    /// Deployments take so long from now on.
    pub fn take(&self, time: TimeDelta) {
        *self.takes.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// All that was ever set, oldest first: `{flag, value, key, set_at}`.
    pub fn settings(&self) -> rusqlite::Result<Vec<Value>> {
        self.frame.ledger().transact(|tx| {
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
        let ledger = self.frame.ledger();
        ledger.transact(|tx| tx.query_row("SELECT count(*) FROM deployment", [], |row| row.get(0)))
    }
}

impl StandIn for FlagStandIn {
    const NAME: &'static str = "flag";
    const SEEN: &'static str = "settings";
    const MODES: &'static [&'static [Mode]] = &[SETTING, DEPLOYING];

    fn of(all: &StandIns) -> &Self {
        &all.flag
    }

    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn seen(&self, _now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.settings()
    }
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    let own = Router::new()
        .route("/v1/variables", get(look).post(set))
        .route("/v1/deployments", post(deploy))
        .route("/takes", post(takes));
    stand_in::routes::<FlagStandIn>(own)
}

#[derive(Deserialize)]
struct Takes {
    seconds: u32,
}

async fn takes(Steered(host): Steered<FlagStandIn>, Json(wanted): Json<Takes>) -> StatusCode {
    let seconds = wanted.seconds.min(LONGEST);
    host.take(TimeDelta::seconds(i64::from(seconds)));
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    value: String,
}

async fn set(
    asked: Asked<FlagStandIn>,
    Json(wanted): Json<Variable>,
) -> Result<Response, ApiError> {
    let Some(key) = asked.key().filter(|_| !wanted.name.is_empty()) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    asked
        .done(SETTING, |tx, _| {
            let now = asked.now().timestamp_millis();
            tx.execute(
                "INSERT INTO flag_set (key, flag, value, set_at) VALUES (?, ?, ?, ?)
                 ON CONFLICT (key) DO NOTHING",
                params![key, wanted.name, wanted.value, now],
            )?;
            Ok((StatusCode::OK, json!({"name": wanted.name})))
        })
        .await
}

async fn deploy(asked: Asked<FlagStandIn>) -> Result<Response, ApiError> {
    let Some(key) = asked.key() else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let takes = &asked.stand_in.takes;
    let takes = *takes.lock().unwrap_or_else(PoisonError::into_inner);
    asked
        .done(DEPLOYING, |tx, mode| {
            let now = asked.now();
            let ready = match mode {
                Mode::Stuck => i64::MAX,
                _ => (now + takes).timestamp_millis(),
            };
            let fails = mode == Mode::DeployFails;
            tx.execute(
                "INSERT INTO deployment (key, has, created_at, ready_at, failed)
                 SELECT ?, coalesce(max(place), 0), ?, ?, ? FROM flag_set WHERE true
                 ON CONFLICT (key) DO NOTHING",
                params![key, now.timestamp_millis(), ready, fails],
            )?;
            Ok((StatusCode::OK, json!({"state": "building"})))
        })
        .await
}

#[derive(Deserialize)]
struct LookQuery {
    name: String,
    key: String,
}

async fn look(
    Query(query): Query<LookQuery>,
    asked: Asked<FlagStandIn>,
) -> Result<Response, ApiError> {
    asked.answered(|tx| {
        let now = asked.now().timestamp_millis();
        let found = variable(tx, &query.name, &query.key, now)?;
        Ok((StatusCode::OK, found))
    })
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
