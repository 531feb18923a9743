//! What stands in for Slack: messages with metadata, a history that is read in pages, and misbehaviour
//! on demand.
//!
//! Kept rules: each request to post is a message; refusals are 200 with `ok: false`; the history has the
//! newest first.

use std::sync::Arc;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use rusqlite::{Row, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connectors::mood::{Mode, ON_THE_WAY};
use crate::connectors::stand_in::{self, Asked, Frame, Ledger, StandIn, response};
use crate::problem::ApiError;
use crate::{Platform, StandIns};

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
pub struct SlackStandIn(Frame);

impl SlackStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger does not take its table.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        Ok(Self(Frame::new(ledger, TABLE)?))
    }

    /// Treats the next `times` posts like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.0.misbehave(mode, times);
    }

    /// All messages, oldest first: `{ts, channel, text, metadata}`.
    pub fn messages(&self) -> rusqlite::Result<Vec<Value>> {
        self.0.ledger().transact(|tx| {
            tx.prepare(&format!(
                "SELECT {COLUMNS} FROM slack_message ORDER BY place"
            ))?
            .query_map([], message)?
            .collect()
        })
    }
}

impl StandIn for SlackStandIn {
    const NAME: &'static str = "slack";
    const SEEN: &'static str = "messages";
    const MODES: &'static [&'static [Mode]] = &[ON_THE_WAY];

    fn of(all: &StandIns) -> &Self {
        &all.slack
    }

    fn frame(&self) -> &Frame {
        &self.0
    }

    fn seen(&self, _now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.messages()
    }

    fn stranger() -> Response {
        refused("invalid_auth")
    }

    fn no() -> Option<Response> {
        Some(refused("channel_not_found"))
    }
}

const COLUMNS: &str = "place, channel, text, metadata, shows_at";

/// Seconds since 1970 with the place behind the point: unique, as Slack's are.
fn timestamp(at: i64, place: i64) -> String {
    format!("{}.{place:06}", at / 1_000)
}

fn message(row: &Row<'_>) -> rusqlite::Result<Value> {
    let (place, at): (i64, i64) = (row.get(0)?, row.get(4)?);
    let metadata: String = row.get(3)?;
    Ok(json!({
        "type": "message",
        "ts": timestamp(at, place),
        "channel": row.get::<_, String>(1)?,
        "text": row.get::<_, String>(2)?,
        "metadata": serde_json::from_str::<Value>(&metadata).unwrap_or_default(),
    }))
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    let own = Router::new()
        .route("/api/chat.postMessage", post(send))
        .route("/api/conversations.history", get(history));
    stand_in::routes::<SlackStandIn>(own)
}

fn refused(error: &str) -> Response {
    response((StatusCode::OK, json!({"ok": false, "error": error})))
}

#[derive(Deserialize)]
struct Post {
    channel: String,
    text: String,
    #[serde(default)]
    metadata: Value,
}

async fn send(asked: Asked<SlackStandIn>, Json(wanted): Json<Post>) -> Result<Response, ApiError> {
    if wanted.channel.is_empty() {
        return Ok(refused("channel_not_found"));
    }
    asked
        .done(ON_THE_WAY, |tx, mode| {
            let at = mode.shows_at(asked.now()).timestamp_millis();
            tx.execute(
                "INSERT INTO slack_message (channel, text, metadata, shows_at)
                 VALUES (?, ?, ?, ?)",
                params![wanted.channel, wanted.text, wanted.metadata.to_string(), at],
            )?;
            let ts = timestamp(at, tx.last_insert_rowid());
            let said = json!({"ok": true, "channel": wanted.channel, "ts": ts});
            Ok((StatusCode::OK, said))
        })
        .await
}

#[derive(Deserialize)]
struct HistoryQuery {
    channel: String,
    oldest: Option<i64>,
    limit: Option<u32>,
    cursor: Option<i64>,
}

async fn history(
    Query(query): Query<HistoryQuery>,
    asked: Asked<SlackStandIn>,
) -> Result<Response, ApiError> {
    let limit = query.limit.unwrap_or(100).clamp(1, MAX_PAGE);
    let now = asked.now().timestamp_millis();
    let since = query.oldest.unwrap_or(0).saturating_mul(1_000);
    let found = asked.transact(|tx| {
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
    })?;
    let limit = limit as usize;
    let has_more = found.len() > limit;
    let page = found.get(..limit.min(found.len())).unwrap_or_default();
    let last = page.last().filter(|_| has_more);
    let next = last.map(|(place, _)| place.to_string()).unwrap_or_default();
    let messages: Vec<&Value> = page.iter().map(|(_, message)| message).collect();
    let said = json!({
        "ok": true,
        "messages": messages,
        "has_more": has_more,
        "response_metadata": {"next_cursor": next},
    });
    Ok(response((StatusCode::OK, said)))
}
