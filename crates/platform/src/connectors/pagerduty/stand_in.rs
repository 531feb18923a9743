//! What stands in for PagerDuty: events, the incidents that come of them, and misbehaviour on demand.
//!
//! Kept rules: an event is answered 202 before anything is seen of it; a trigger of a key whose incident
//! is open adds to it, of one that is resolved it opens another; an acknowledgement of what is resolved
//! or not known is taken and ignored.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::auth::SignedIn;
use crate::connectors::mood::{Misbehave, Mode, Moods};
use crate::connectors::stand_in::Ledger;
use crate::problem::ApiError;
use crate::store::StoreError;

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
pub struct PagerdutyStandIn {
    ledger: Ledger,
    moods: Moods,
}

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
        ledger.transact(|tx| tx.execute_batch(TABLE))?;
        Ok(Self {
            ledger,
            moods: Moods::default(),
        })
    }

    /// Treats the next `times` events like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.moods.put(mode, times);
    }

    /// Incidents of a world that begins; what was there of their keys is forgotten.
    ///
    /// # Errors
    /// The ledger.
    pub fn begin_with(&self, pages: &[Page]) -> rusqlite::Result<()> {
        self.ledger.transact(|tx| {
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
        self.ledger.transact(|tx| {
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
        self.ledger.transact(|tx| {
            tx.prepare(&format!(
                "SELECT {COLUMNS} FROM pagerduty_incident ORDER BY place"
            ))?
            .query_map([], |row| incident(row, i64::MAX))?
            .collect()
        })
    }
}

fn incident(row: &rusqlite::Row<'_>, now: i64) -> rusqlite::Result<Value> {
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
    Router::new()
        .route("/provider/pagerduty/v2/enqueue", post(enqueue))
        .route("/provider/pagerduty/api/incidents", get(look))
        .route("/provider/pagerduty/misbehave", post(misbehave))
        .route("/provider/pagerduty/incidents", get(inspect))
}

fn stand_in(platform: &Platform) -> Result<&PagerdutyStandIn, ApiError> {
    let stand_ins = platform.stand_ins.as_ref().ok_or(Code::NotFound)?;
    Ok(&stand_ins.pagerduty)
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

async fn inspect(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
) -> Result<Json<Vec<Value>>, ApiError> {
    access.require_admin()?;
    let incidents = stand_in(&platform)?.incidents();
    Ok(Json(incidents.map_err(StoreError::from)?))
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
    (StatusCode::BAD_REQUEST, Json(said)).into_response()
}

async fn enqueue(
    State(platform): State<Arc<Platform>>,
    Json(event): Json<Event>,
) -> Result<Response, ApiError> {
    let pagerduty = stand_in(&platform)?;
    let mode = pagerduty.moods.next();
    if let Some(answer) = mode.instead().await {
        return Ok(answer);
    }
    if event.routing_key != routing_key(pagerduty.ledger.secret()) {
        return Ok(invalid("Invalid routing key."));
    }
    if event.dedup_key.is_empty() || event.dedup_key.chars().count() > MAX_KEY {
        return Ok(invalid("'dedup_key' is missing or too long."));
    }
    let at = mode.shows_at(platform.clock.now());
    let page = match (event.event_action.as_str(), &event.payload) {
        ("acknowledge", _) => None,
        ("trigger", Some(page)) if SEVERITIES.contains(&page.severity.as_str()) => Some(page),
        _ => return Ok(invalid("'payload.severity' is invalid.")),
    };
    pagerduty
        .ledger
        .transact(|tx| {
            for _ in 0..mode.times() {
                match page {
                    Some(page) => triggered(tx, &event.dedup_key, page, at)?,
                    None => acknowledged(tx, &event.dedup_key, at)?,
                }
            }
            Ok(())
        })
        .map_err(StoreError::from)?;
    let said = json!({
        "status": "success", "message": "Event processed", "dedup_key": event.dedup_key,
    });
    let taken = (StatusCode::ACCEPTED, Json(said)).into_response();
    Ok(mode.passed_on(taken).await)
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
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Query(query): Query<LookQuery>,
) -> Result<Response, ApiError> {
    let pagerduty = stand_in(&platform)?;
    let wanted = format!("Token token={}", pagerduty.ledger.secret());
    let shown = headers.get(header::AUTHORIZATION);
    if shown.and_then(|shown| shown.to_str().ok()) != Some(wanted.as_str()) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    if pagerduty.moods.is_down() {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    let now = platform.clock.now().timestamp_millis();
    let found: Vec<Value> = pagerduty
        .ledger
        .transact(|tx| {
            tx.prepare(&format!(
                "SELECT {COLUMNS} FROM pagerduty_incident
                 WHERE dedup_key = ? AND triggered_at <= ? ORDER BY place DESC"
            ))?
            .query_map(params![query.incident_key, now], |row| incident(row, now))?
            .collect()
        })
        .map_err(StoreError::from)?;
    Ok(Json(json!({ "incidents": found })).into_response())
}
