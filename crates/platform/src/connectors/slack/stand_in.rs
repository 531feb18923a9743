//! What stands in for Slack: messages with metadata, a history that is read in pages, and misbehaviour
//! on demand.
//!
//! Kept rules: each request to post is a message; refusals are 200 with `ok: false`; the history has the
//! newest first.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::auth::{self, SignedIn};
use crate::connectors::mood::{Misbehave, Mode, Moods};
use crate::connectors::stand_in::Ledger;
use crate::problem::ApiError;
use crate::store::StoreError;

const TABLE: &str = "
CREATE TABLE IF NOT EXISTS slack_message (
    place INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, text TEXT NOT NULL,
    metadata TEXT NOT NULL, shows_at INTEGER NOT NULL
) STRICT;
";

/// Most messages of one page.
const MAX_PAGE: u32 = 200;

/// The stand-in.
#[derive(Clone)]
pub struct SlackStandIn {
    ledger: Ledger,
    moods: Moods,
}

impl SlackStandIn {
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

    /// Treats the next `times` posts like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.moods.put(mode, times);
    }

    /// All messages, oldest first: `{ts, channel, text, metadata}`.
    pub fn messages(&self) -> rusqlite::Result<Vec<Value>> {
        self.ledger.transact(|tx| {
            tx.prepare(&format!(
                "SELECT {COLUMNS} FROM slack_message ORDER BY place"
            ))?
            .query_map([], message)?
            .collect()
        })
    }

    fn signed_in(&self, headers: &HeaderMap) -> bool {
        auth::bearer(headers) == Some(self.ledger.secret())
    }
}

const COLUMNS: &str = "place, channel, text, metadata, shows_at";

/// Seconds since 1970 with the place behind the point: unique, as Slack's are.
fn message(row: &rusqlite::Row<'_>) -> rusqlite::Result<Value> {
    let (place, at): (i64, i64) = (row.get(0)?, row.get(4)?);
    let metadata: String = row.get(3)?;
    Ok(json!({
        "type": "message",
        "ts": format!("{}.{place:06}", at / 1_000),
        "channel": row.get::<_, String>(1)?,
        "text": row.get::<_, String>(2)?,
        "metadata": serde_json::from_str::<Value>(&metadata).unwrap_or_default(),
    }))
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/provider/slack/api/chat.postMessage", post(send))
        .route("/provider/slack/api/conversations.history", get(history))
        .route("/provider/slack/misbehave", post(misbehave))
        .route("/provider/slack/messages", get(inspect))
}

fn stand_in(platform: &Platform) -> Result<&SlackStandIn, ApiError> {
    let stand_ins = platform.stand_ins.as_ref().ok_or(Code::NotFound)?;
    Ok(&stand_ins.slack)
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
    let messages = stand_in(&platform)?.messages();
    Ok(Json(messages.map_err(StoreError::from)?))
}

fn refused(error: &str) -> Response {
    Json(json!({"ok": false, "error": error})).into_response()
}

#[derive(Deserialize)]
struct Post {
    channel: String,
    text: String,
    #[serde(default)]
    metadata: Value,
}

async fn send(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Json(wanted): Json<Post>,
) -> Result<Response, ApiError> {
    let slack = stand_in(&platform)?;
    if !slack.signed_in(&headers) {
        return Ok(refused("invalid_auth"));
    }
    let mode = slack.moods.next();
    if mode == Mode::Refuse || wanted.channel.is_empty() {
        return Ok(refused("channel_not_found"));
    }
    if let Some(answer) = mode.instead().await {
        return Ok(answer);
    }
    let at = mode.shows_at(platform.clock.now());
    let place = slack
        .ledger
        .transact(|tx| {
            for _ in 0..mode.times() {
                tx.execute(
                    "INSERT INTO slack_message (channel, text, metadata, shows_at)
                     VALUES (?, ?, ?, ?)",
                    params![wanted.channel, wanted.text, wanted.metadata.to_string(), at],
                )?;
            }
            Ok(tx.last_insert_rowid())
        })
        .map_err(StoreError::from)?;
    let ts = format!("{}.{place:06}", at / 1_000);
    let taken = Json(json!({"ok": true, "channel": wanted.channel, "ts": ts}));
    Ok(mode.passed_on(taken.into_response()).await)
}

#[derive(Deserialize)]
struct HistoryQuery {
    channel: String,
    oldest: Option<i64>,
    limit: Option<u32>,
    cursor: Option<i64>,
}

async fn history(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, ApiError> {
    let slack = stand_in(&platform)?;
    if !slack.signed_in(&headers) {
        return Ok(refused("invalid_auth"));
    }
    if slack.moods.is_down() {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    let limit = query.limit.unwrap_or(100).clamp(1, MAX_PAGE);
    let now = platform.clock.now().timestamp_millis();
    let since = query.oldest.unwrap_or(0).saturating_mul(1_000);
    let found = slack
        .ledger
        .transact(|tx| {
            tx.prepare(&format!(
                "SELECT {COLUMNS} FROM slack_message
                 WHERE channel = ?1 AND shows_at >= ?2 AND shows_at <= ?3
                   AND (?4 IS NULL OR place < ?4)
                 ORDER BY place DESC LIMIT ?5"
            ))?
            .query_map(
                params![query.channel, since, now, query.cursor, limit + 1],
                |row| Ok((row.get::<_, i64>(0)?, message(row)?)),
            )?
            .collect::<rusqlite::Result<Vec<(i64, Value)>>>()
        })
        .map_err(StoreError::from)?;
    let limit = limit as usize;
    let has_more = found.len() > limit;
    let page = found.get(..limit.min(found.len())).unwrap_or_default();
    let last = page.last().filter(|_| has_more);
    let next = last.map(|(place, _)| place.to_string()).unwrap_or_default();
    let messages: Vec<&Value> = page.iter().map(|(_, message)| message).collect();
    Ok(Json(json!({
        "ok": true,
        "messages": messages,
        "has_more": has_more,
        "response_metadata": {"next_cursor": next},
    }))
    .into_response())
}
