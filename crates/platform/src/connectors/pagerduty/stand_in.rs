//! What stands in for PagerDuty: events, the incidents that come of them, and misbehaviour on demand.
//!
//! Kept rules: an event is answered 202 before anything is seen of it; a trigger of a key whose incident
//! is open adds to it, of one that is resolved it opens another; an acknowledgement of what is resolved
//! or not known is taken and ignored.

use std::sync::Arc;

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connectors::mood::{Mode, ON_THE_WAY};
use crate::connectors::stand_in::{self, Asked, Frame, Ledger, StandIn, Unsigned, response};
use crate::problem::ApiError;
use crate::{Platform, StandIns};

/// Instants in milliseconds since 1970; what is to come does not show yet.
const TABLE: &str = "
CREATE TABLE IF NOT EXISTS pagerduty_incident (
    place INTEGER PRIMARY KEY AUTOINCREMENT, dedup_key TEXT NOT NULL, summary TEXT NOT NULL,
    severity TEXT NOT NULL, component TEXT, triggers INTEGER NOT NULL,
    triggered_at INTEGER NOT NULL, acknowledged_at INTEGER, resolved_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS pagerduty_incident_key ON pagerduty_incident (dedup_key, place);
";
const COLUMNS: &str = "place, dedup_key, summary, severity, component, triggers, acknowledged_at, \
                       resolved_at";
const SEVERITIES: [&str; 4] = ["critical", "error", "warning", "info"];
/// Characters of a key, at most.
const MAX_KEY: usize = 255;
/// Characters of a routing key.
const ROUTING_KEY: usize = 32;

/// An incident that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Under which it was triggered.
    pub key: String,
    /// What it is about.
    pub summary: String,
    /// When it was triggered, milliseconds since 1970.
    pub triggered_at: i64,
    /// When somebody took it.
    pub acknowledged_at: Option<i64>,
    /// When it was over.
    pub resolved_at: Option<i64>,
}

/// The stand-in.
#[derive(Clone)]
pub struct PagerdutyStandIn(Frame);

/// The routing key that goes with a ledger's secret.
pub fn routing_key(secret: &str) -> String {
    let skipped = secret.chars().count().saturating_sub(ROUTING_KEY);
    secret.chars().skip(skipped).collect()
}

impl PagerdutyStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger does not take its table.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        Ok(Self(Frame::new(ledger, TABLE)?))
    }

    /// Treats the next `times` events like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.0.misbehave(mode, times);
    }

    /// Incidents of a world that begins; what was there of their keys is forgotten.
    ///
    /// # Errors
    /// The ledger.
    pub fn begin_with(&self, pages: &[Page]) -> rusqlite::Result<()> {
        self.0.ledger().transact(|tx| {
            for page in pages {
                tx.execute(
                    "DELETE FROM pagerduty_incident WHERE dedup_key = ?",
                    [&page.key],
                )?;
                tx.execute(
                    "INSERT INTO pagerduty_incident (dedup_key, summary, severity, triggers,
                       triggered_at, acknowledged_at, resolved_at)
                     VALUES (?, ?, 'error', 1, ?, ?, ?)",
                    params![
                        page.key,
                        page.summary,
                        page.triggered_at,
                        page.acknowledged_at,
                        page.resolved_at
                    ],
                )?;
            }
            Ok(())
        })
    }

    /// Somebody there takes or ends whatever is open of this key.
    ///
    /// # Errors
    /// The ledger.
    pub fn put(&self, key: &str, status: &str, at: i64) -> rusqlite::Result<()> {
        self.0.ledger().transact(|tx| {
            let column = match status {
                "resolved" => "resolved_at",
                _ => "acknowledged_at",
            };
            tx.execute(
                &format!(
                    "UPDATE pagerduty_incident SET {column} = ?
                     WHERE dedup_key = ? AND resolved_at IS NULL"
                ),
                params![at, key],
            )
            .map(drop)
        })
    }

    /// All incidents, oldest first, as they will be once everything shows: `{id, incident_key, status,
    /// title, severity, component, triggers}`.
    ///
    /// # Errors
    /// The ledger.
    pub fn incidents(&self) -> rusqlite::Result<Vec<Value>> {
        self.0.ledger().transact(|tx| {
            tx.prepare(&format!(
                "SELECT {COLUMNS} FROM pagerduty_incident ORDER BY place"
            ))?
            .query_map([], |row| incident(row, i64::MAX))?
            .collect()
        })
    }
}

impl StandIn for PagerdutyStandIn {
    const NAME: &'static str = "pagerduty";
    const SEEN: &'static str = "incidents";
    const MODES: &'static [&'static [Mode]] = &[ON_THE_WAY];

    fn of(all: &StandIns) -> &Self {
        &all.pagerduty
    }

    fn frame(&self) -> &Frame {
        &self.0
    }

    fn seen(&self, _now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.incidents()
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let wanted = format!("Token token={}", self.0.ledger().secret());
        let shown = headers.get(header::AUTHORIZATION);
        shown.and_then(|shown| shown.to_str().ok()) == Some(wanted.as_str())
    }
}

fn incident(row: &Row<'_>, now: i64) -> rusqlite::Result<Value> {
    let place: i64 = row.get(0)?;
    let (acknowledged, resolved): (Option<i64>, Option<i64>) = (row.get(6)?, row.get(7)?);
    let shows = |at: Option<i64>| at.is_some_and(|at| at <= now);
    let status = match (shows(resolved), shows(acknowledged)) {
        (true, _) => "resolved",
        (false, true) => "acknowledged",
        (false, false) => "triggered",
    };
    Ok(json!({
        "id": format!("P{place:06}"),
        "incident_key": row.get::<_, String>(1)?,
        "title": row.get::<_, String>(2)?,
        "severity": row.get::<_, String>(3)?,
        "component": row.get::<_, Option<String>>(4)?,
        "triggers": row.get::<_, i64>(5)?,
        "status": status,
    }))
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    let own = Router::new()
        .route("/v2/enqueue", post(enqueue))
        .route("/api/incidents", get(look));
    stand_in::routes::<PagerdutyStandIn>(own)
}

#[derive(Deserialize)]
struct Event {
    routing_key: String,
    event_action: String,
    dedup_key: String,
    payload: Option<Payload>,
}

#[derive(Deserialize)]
struct Payload {
    summary: String,
    severity: String,
    component: Option<String>,
}

fn invalid(message: &str) -> Response {
    let said = json!({"status": "invalid event", "message": message});
    response((StatusCode::BAD_REQUEST, said))
}

async fn enqueue(
    Unsigned(asked): Unsigned<PagerdutyStandIn>,
    Json(event): Json<Event>,
) -> Result<Response, ApiError> {
    let key = event.dedup_key.as_str();
    if event.routing_key != routing_key(asked.stand_in.0.ledger().secret()) {
        return Ok(invalid("Invalid routing key."));
    }
    if key.is_empty() || key.chars().count() > MAX_KEY {
        return Ok(invalid("'dedup_key' is missing or too long."));
    }
    let page = match (event.event_action.as_str(), &event.payload) {
        ("acknowledge", _) => None,
        ("trigger", Some(page)) if SEVERITIES.contains(&page.severity.as_str()) => Some(page),
        _ => return Ok(invalid("'payload.severity' is invalid.")),
    };
    asked
        .done(ON_THE_WAY, |tx, mode| {
            let at = mode.shows_at(asked.now()).timestamp_millis();
            match page {
                Some(page) => triggered(tx, key, page, at)?,
                None => acknowledged(tx, key, at)?,
            }
            let said = json!({
                "status": "success", "message": "Event processed", "dedup_key": key,
            });
            Ok((StatusCode::ACCEPTED, said))
        })
        .await
}

fn triggered(tx: &Transaction<'_>, key: &str, page: &Payload, at: i64) -> rusqlite::Result<()> {
    let open: Option<i64> = tx
        .query_row(
            "SELECT place FROM pagerduty_incident
             WHERE dedup_key = ? AND resolved_at IS NULL ORDER BY place DESC LIMIT 1",
            [key],
            |row| row.get(0),
        )
        .optional()?;
    match open {
        Some(place) => tx.execute(
            "UPDATE pagerduty_incident SET triggers = triggers + 1 WHERE place = ?",
            [place],
        ),
        None => tx.execute(
            "INSERT INTO pagerduty_incident
               (dedup_key, summary, severity, component, triggers, triggered_at)
             VALUES (?, ?, ?, ?, 1, ?)",
            params![key, page.summary, page.severity, page.component, at],
        ),
    }
    .map(drop)
}

fn acknowledged(tx: &Transaction<'_>, key: &str, at: i64) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE pagerduty_incident SET acknowledged_at = ?
         WHERE dedup_key = ? AND acknowledged_at IS NULL AND resolved_at IS NULL",
        params![at, key],
    )
    .map(drop)
}

#[derive(Deserialize)]
struct LookQuery {
    incident_key: String,
}

async fn look(
    Query(query): Query<LookQuery>,
    asked: Asked<PagerdutyStandIn>,
) -> Result<Response, ApiError> {
    let now = asked.now().timestamp_millis();
    asked.answered(|tx| {
        let found = tx
            .prepare(&format!(
                "SELECT {COLUMNS} FROM pagerduty_incident
                 WHERE dedup_key = ? AND triggered_at <= ? ORDER BY place DESC"
            ))?
            .query_map(params![query.incident_key, now], |row| incident(row, now))?
            .collect::<rusqlite::Result<Vec<Value>>>()?;
        Ok((StatusCode::OK, json!({ "incidents": found })))
    })
}
