//! What stands in for a runner of jobs: one run for an id, five tries, and misbehaviour on demand.
//!
//! In the demo a job that the world knows does there what its own hour would have done, once the run
//! comes to its end; any other job has nothing to work on and succeeds.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::auth::{self, SignedIn};
use crate::connectors::mood::{Misbehave, Mode, Moods};
use crate::connectors::stand_in::Ledger;
use crate::problem::ApiError;
use crate::store::StoreError;

/// `fails` of its attempts fail; `rows` is there once the work is done.
const TABLE: &str = "
CREATE TABLE IF NOT EXISTS job_run (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, job TEXT NOT NULL,
    argument TEXT, asked INTEGER NOT NULL, shows_at INTEGER NOT NULL, takes INTEGER NOT NULL,
    fails INTEGER NOT NULL, trouble TEXT NOT NULL, rows INTEGER
) STRICT;
";
const COLUMNS: &str = "id, job, argument, asked, shows_at, takes, fails, trouble, rows";

/// Attempts of a run, at most.
const MOST: i64 = 5;
/// A run waits so long before it begins, in milliseconds.
const QUEUED: i64 = 1_000;
/// An attempt takes so long where nobody says otherwise.
const TAKES: TimeDelta = TimeDelta::seconds(4);

/// Why an attempt fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The database did not answer in time.
    #[default]
    DatabaseTimeout,
    /// A lock was held.
    LockTimeout,
    /// The network refused.
    NetworkRefused,
}

impl Trouble {
    fn code(self) -> &'static str {
        match self {
            Self::DatabaseTimeout => "database_timeout",
            Self::LockTimeout => "lock_timeout",
            Self::NetworkRefused => "network_refused",
        }
    }

    fn message(code: &str) -> &'static str {
        match code {
            "lock_timeout" => "Another process held the lock.",
            "network_refused" => "The network refused the connection.",
            _ => "The database did not answer in time.",
        }
    }
}

/// The stand-in.
#[derive(Clone)]
pub struct JobStandIn {
    ledger: Ledger,
    moods: Moods,
    takes: Arc<Mutex<TimeDelta>>,
    fails: Arc<Mutex<Option<(u32, Trouble)>>>,
}

impl JobStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger does not take its table.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        ledger.transact(|tx| tx.execute_batch(TABLE))?;
        Ok(Self {
            ledger,
            moods: Moods::default(),
            takes: Arc::new(Mutex::new(TAKES)),
            fails: Arc::default(),
        })
    }

    /// Treats the next `times` requests for a run like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.moods.put(mode, times);
    }

    /// So many attempts of the next run fail; with five of them the run does.
    pub fn fail(&self, attempts: u32, trouble: Trouble) {
        *self.fails.lock().unwrap_or_else(PoisonError::into_inner) = Some((attempts, trouble));
    }

    /// An attempt takes so long from now on.
    pub fn take(&self, time: TimeDelta) {
        *self.takes.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// All runs, oldest first: `{id, job, argument, asked, rows}`. How often each was asked for stands
    /// in `asked`; `rows` is null until its work is done.
    pub fn runs(&self) -> rusqlite::Result<Vec<Value>> {
        self.ledger.transact(|tx| {
            tx.prepare(&format!("SELECT {COLUMNS} FROM job_run ORDER BY place"))?
                .query_map([], |row| {
                    let run = run(row)?;
                    Ok(json!({
                        "id": run.id, "job": run.job, "argument": run.argument,
                        "asked": run.asked, "rows": run.rows,
                    }))
                })?
                .collect()
        })
    }

    fn signed_in(&self, headers: &HeaderMap) -> bool {
        auth::bearer(headers) == Some(self.ledger.secret())
    }
}

#[derive(Debug)]
struct Run {
    id: String,
    job: String,
    argument: Option<String>,
    asked: i64,
    shows_at: i64,
    takes: i64,
    fails: i64,
    trouble: String,
    rows: Option<i64>,
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row.get(0)?,
        job: row.get(1)?,
        argument: row.get(2)?,
        asked: row.get(3)?,
        shows_at: row.get(4)?,
        takes: row.get(5)?,
        fails: row.get(6)?,
        trouble: row.get(7)?,
        rows: row.get(8)?,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Queued,
    Running,
    Succeeded,
    Failed,
}

impl Stage {
    fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl Run {
    /// How far it is at an instant in milliseconds, and which attempt that is. Pure.
    fn stage(&self, now: i64) -> (Stage, i64) {
        let ran = now - self.shows_at - QUEUED;
        if ran < 0 {
            return (Stage::Queued, 0);
        }
        let last = (self.fails + 1).min(MOST);
        let attempt = ran / self.takes.max(1) + 1;
        match (attempt > last, self.fails >= MOST) {
            (false, _) => (Stage::Running, attempt),
            (true, true) => (Stage::Failed, last),
            (true, false) => (Stage::Succeeded, last),
        }
    }

    fn said(&self, (stage, attempt): (Stage, i64)) -> Value {
        let tried = attempt - i64::from(stage != Stage::Failed);
        let reason = (tried > 0 && self.fails > 0)
            .then(|| json!({"code": self.trouble, "message": Trouble::message(&self.trouble)}));
        json!({
            "id": self.id,
            "job": self.job,
            "argument": self.argument,
            "state": stage.word(),
            "attempt": attempt,
            "of": MOST,
            "reason": reason,
            "seconds": self.takes / 1_000,
            "rows": self.rows,
        })
    }
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/provider/job/v1/runs", get(look).post(begin))
        .route("/provider/job/misbehave", post(misbehave))
        .route("/provider/job/fail", post(fail))
        .route("/provider/job/runs", get(inspect))
}

fn stand_in(platform: &Platform) -> Result<&JobStandIn, ApiError> {
    let stand_ins = platform.stand_ins.as_ref().ok_or(Code::NotFound)?;
    Ok(&stand_ins.job)
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
struct Fail {
    attempts: u32,
    #[serde(default)]
    trouble: Trouble,
}

async fn fail(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Json(wanted): Json<Fail>,
) -> Result<StatusCode, ApiError> {
    access.require_admin()?;
    stand_in(&platform)?.fail(wanted.attempts, wanted.trouble);
    Ok(StatusCode::NO_CONTENT)
}

async fn inspect(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
) -> Result<Json<Vec<Value>>, ApiError> {
    access.require_admin()?;
    let runs = stand_in(&platform)?.runs();
    Ok(Json(runs.map_err(StoreError::from)?))
}

#[derive(Deserialize)]
struct Wanted {
    job: String,
    argument: Option<String>,
}

async fn begin(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Json(wanted): Json<Wanted>,
) -> Result<Response, ApiError> {
    let runner = stand_in(&platform)?;
    if !runner.signed_in(&headers) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let mode = runner.moods.next();
    if let Some(answer) = mode.instead().await {
        return Ok(answer);
    }
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    let Some(key) = key.filter(|_| !wanted.job.is_empty()) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let shows_at = mode.shows_at(platform.clock.now());
    let takes = *runner.takes.lock().unwrap_or_else(PoisonError::into_inner);
    let fails = runner
        .fails
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let (fails, trouble) = fails.unwrap_or_default();
    runner
        .ledger
        .transact(|tx| {
            for _ in 0..mode.times() {
                tx.execute(
                    "INSERT INTO job_run (id, job, argument, asked, shows_at, takes, fails, trouble)
                     VALUES (?, ?, ?, 1, ?, ?, ?, ?)
                     ON CONFLICT (id) DO UPDATE SET asked = asked + 1",
                    params![
                        key,
                        wanted.job,
                        wanted.argument,
                        shows_at,
                        takes.num_milliseconds(),
                        fails,
                        trouble.code()
                    ],
                )?;
            }
            Ok(())
        })
        .map_err(StoreError::from)?;
    let taken = (
        StatusCode::ACCEPTED,
        Json(json!({"id": key, "state": "queued"})),
    );
    Ok(mode.passed_on(taken.into_response()).await)
}

#[derive(Deserialize)]
struct LookQuery {
    id: String,
}

async fn look(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Query(query): Query<LookQuery>,
) -> Result<Response, ApiError> {
    let runner = stand_in(&platform)?;
    if !runner.signed_in(&headers) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    if runner.moods.is_down() {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    let now = platform.clock.now().timestamp_millis();
    let found = runner
        .ledger
        .transact(|tx| {
            tx.query_row(
                &format!("SELECT {COLUMNS} FROM job_run WHERE id = ? AND shows_at <= ?"),
                params![query.id, now],
                run,
            )
            .optional()
        })
        .map_err(StoreError::from)?;
    let Some(mut found) = found else {
        return Ok(Json(json!({"runs": []})).into_response());
    };
    let stage = found.stage(now);
    if stage.0 == Stage::Succeeded && found.rows.is_none() {
        found.rows = Some(work(&platform, &found).await?);
    }
    Ok(Json(json!({"runs": [found.said(stage)]})).into_response())
}

/// Does the work of a run. After a kill in between it is done again: what works once for a night or a
/// charge finds nothing left to do.
async fn work(platform: &Platform, run: &Run) -> Result<i64, ApiError> {
    let rows = match &platform.demo {
        Some(worlds) => {
            let argument = run.argument.as_deref();
            worlds.run_job(platform, &run.job, argument).await?
        }
        None => 0,
    };
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let runner = stand_in(platform)?;
    runner
        .ledger
        .transact(|tx| {
            tx.execute(
                "UPDATE job_run SET rows = ? WHERE id = ?",
                params![rows, run.id],
            )
        })
        .map_err(StoreError::from)?;
    Ok(rows)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn run(fails: i64) -> Run {
        Run {
            id: "k".into(),
            job: "j".into(),
            argument: None,
            asked: 1,
            shows_at: 0,
            takes: 2_000,
            fails,
            trouble: "lock_timeout".into(),
            rows: None,
        }
    }

    #[test]
    fn a_run_waits_tries_and_ends() {
        let stage = |fails, now| run(fails).stage(now);
        assert_eq!(stage(0, 999), (Stage::Queued, 0));
        assert_eq!(stage(0, 1_000), (Stage::Running, 1));
        assert_eq!(stage(0, 2_999), (Stage::Running, 1));
        assert_eq!(stage(0, 3_000), (Stage::Succeeded, 1));
        assert_eq!(stage(2, 5_000), (Stage::Running, 3));
        assert_eq!(stage(2, 7_000), (Stage::Succeeded, 3));
        assert_eq!(stage(4, 11_000), (Stage::Succeeded, 5));
        assert_eq!(stage(5, 10_999), (Stage::Running, 5));
        assert_eq!(stage(5, 11_000), (Stage::Failed, 5));
    }

    #[test]
    fn a_reason_is_told_once_an_attempt_has_failed() {
        let reason = |fails, now| {
            let run = run(fails);
            run.said(run.stage(now))["reason"]["code"].clone()
        };
        assert_eq!(reason(0, 9_000), Value::Null);
        assert_eq!(reason(2, 2_000), Value::Null);
        assert_eq!(reason(2, 4_000), "lock_timeout");
        assert_eq!(reason(5, 11_000), "lock_timeout");
    }
}
