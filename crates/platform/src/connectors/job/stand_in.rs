//! What stands in for a runner of jobs: one run for an id, five tries, and misbehaviour on demand.
//!
//! In the demo a job that the world knows does there what its own hour would have done, once the run
//! comes to its end; any other job has nothing to work on and succeeds.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::connectors::mood::{Mode, ON_THE_WAY};
use crate::connectors::stand_in::{self, Asked, Frame, Ledger, StandIn, Steered, response};
use crate::demo::jobs::RunOf;
use crate::problem::ApiError;
use crate::{Platform, StandIns};

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
    frame: Frame,
    takes: Arc<Mutex<TimeDelta>>,
    fails: Arc<Mutex<Option<(u32, Trouble)>>>,
}

impl JobStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger does not take its table.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        Ok(Self {
            frame: Frame::new(ledger, TABLE)?,
            takes: Arc::new(Mutex::new(TAKES)),
            fails: Arc::default(),
        })
    }

    /// Treats the next `times` requests for a run like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.frame.misbehave(mode, times);
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
        self.frame.ledger().transact(|tx| {
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

    /// How the next run is to fail.
    fn next_failure(&self) -> (u32, Trouble) {
        let mut fails = self.fails.lock().unwrap_or_else(PoisonError::into_inner);
        fails.take().unwrap_or_default()
    }
}

impl StandIn for JobStandIn {
    const NAME: &'static str = "job";
    const SEEN: &'static str = "runs";
    const MODES: &'static [&'static [Mode]] = &[ON_THE_WAY];

    fn of(all: &StandIns) -> &Self {
        &all.job
    }

    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn seen(&self, _now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.runs()
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
    let own = Router::new()
        .route("/v1/runs", get(look).post(begin))
        .route("/fail", post(fail));
    stand_in::routes::<JobStandIn>(own)
}

#[derive(Deserialize)]
struct Fail {
    attempts: u32,
    #[serde(default)]
    trouble: Trouble,
}

async fn fail(Steered(runner): Steered<JobStandIn>, Json(wanted): Json<Fail>) -> StatusCode {
    runner.fail(wanted.attempts, wanted.trouble);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Wanted {
    job: String,
    argument: Option<String>,
}

async fn begin(asked: Asked<JobStandIn>, Json(wanted): Json<Wanted>) -> Result<Response, ApiError> {
    let Some(key) = asked.key().filter(|_| !wanted.job.is_empty()) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let runner = &asked.stand_in;
    let takes = *runner.takes.lock().unwrap_or_else(PoisonError::into_inner);
    let mut failure = None;
    asked
        .done(ON_THE_WAY, |tx, mode| {
            let (fails, trouble) = *failure.get_or_insert_with(|| runner.next_failure());
            tx.execute(
                "INSERT INTO job_run (id, job, argument, asked, shows_at, takes, fails, trouble)
                 VALUES (?, ?, ?, 1, ?, ?, ?, ?)
                 ON CONFLICT (id) DO UPDATE SET asked = asked + 1",
                params![
                    key,
                    wanted.job,
                    wanted.argument,
                    mode.shows_at(asked.now()).timestamp_millis(),
                    takes.num_milliseconds(),
                    fails,
                    trouble.code()
                ],
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
    asked: Asked<JobStandIn>,
) -> Result<Response, ApiError> {
    let now = asked.now().timestamp_millis();
    let found = asked.transact(|tx| {
        tx.query_row(
            &format!("SELECT {COLUMNS} FROM job_run WHERE id = ? AND shows_at <= ?"),
            params![query.id, now],
            run,
        )
        .optional()
    })?;
    let Some(mut found) = found else {
        return Ok(response((StatusCode::OK, json!({"runs": []}))));
    };
    let stage = found.stage(now);
    if stage.0 == Stage::Succeeded && found.rows.is_none() {
        found.rows = Some(work(&asked, &found).await?);
    }
    let runs = json!({"runs": [found.said(stage)]});
    Ok(response((StatusCode::OK, runs)))
}

/// Does the work of a run. After a kill in between it is done again: what works once for a night or a
/// charge finds nothing left to do.
async fn work(asked: &Asked<JobStandIn>, run: &Run) -> Result<i64, ApiError> {
    let platform = &asked.platform;
    let rows = match &platform.demo {
        Some(worlds) => {
            let asked_at = DateTime::from_timestamp_millis(run.shows_at).unwrap_or_default();
            let run = RunOf {
                id: &run.id,
                asked_at,
                job: &run.job,
                argument: run.argument.as_deref(),
            };
            worlds.run_job(platform, &run).await?
        }
        None => 0,
    };
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    asked.transact(|tx| {
        tx.execute(
            "UPDATE job_run SET rows = ? WHERE id = ?",
            params![rows, run.id],
        )
    })?;
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
