//! What stands in for a mail service: it keeps what it was given, once per key, and misbehaves on demand.

use std::sync::Arc;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use rusqlite::{Row, params};
use serde::Deserialize;
use serde_json::{Value, json};
use watchkeeper_model::plan::Mail;

use crate::connectors::mood::Mode;
use crate::connectors::stand_in::{self, Asked, Frame, Ledger, StandIn};
use crate::problem::ApiError;
use crate::{Platform, StandIns};

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS mail (
    place INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, message TEXT NOT NULL,
    sent_at INTEGER NOT NULL
) STRICT;
";

/// Moods that concern a message.
const SENDING: &[Mode] = &[
    Mode::TimeoutBefore,
    Mode::TimeoutAfter,
    Mode::LostAnswer,
    Mode::Twice,
    Mode::Refuse,
    Mode::RateLimit,
];

/// The stand-in.
#[derive(Clone)]
pub struct MailStandIn(Frame);

impl MailStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger does not take its table.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        Ok(Self(Frame::new(ledger, TABLES)?))
    }

    /// Treats the next `times` messages like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.0.misbehave(mode, times);
    }

    /// All messages, oldest first: `{key, sent_at, template, to, subject, body}`.
    pub fn sent(&self) -> rusqlite::Result<Vec<Value>> {
        self.0.ledger().transact(|tx| {
            tx.prepare("SELECT key, message, sent_at FROM mail ORDER BY place")?
                .query_map([], message)?
                .collect()
        })
    }
}

impl StandIn for MailStandIn {
    const NAME: &'static str = "mail";
    const SEEN: &'static str = "sent";
    const MODES: &'static [&'static [Mode]] = &[SENDING];

    fn of(all: &StandIns) -> &Self {
        &all.mail
    }

    fn frame(&self) -> &Frame {
        &self.0
    }

    fn seen(&self, _now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.sent()
    }
}

fn message(row: &Row<'_>) -> rusqlite::Result<Value> {
    let text: String = row.get(1)?;
    let mut message: Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(fields) = message.as_object_mut() {
        fields.insert("key".into(), row.get::<_, String>(0)?.into());
        fields.insert("sent_at".into(), row.get::<_, i64>(2)?.into());
    }
    Ok(message)
}

/// The stand-in's own endpoint, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    let own = Router::new().route("/messages", get(look).post(send));
    stand_in::routes::<MailStandIn>(own)
}

/// What is said of a message that was taken.
fn taken(key: &str) -> Value {
    json!({"id": format!("msg_{key}")})
}

async fn send(asked: Asked<MailStandIn>, Json(mail): Json<Mail>) -> Result<Response, ApiError> {
    let Some(key) = asked.key().filter(|_| mail.to.contains('@')) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let text = serde_json::to_string(&mail).unwrap_or_default();
    asked
        .done(SENDING, |tx, _| {
            tx.execute(
                "INSERT INTO mail (key, message, sent_at) VALUES (?, ?, ?)
                 ON CONFLICT (key) DO NOTHING",
                params![key, text, asked.now().timestamp()],
            )?;
            Ok((StatusCode::OK, taken(key)))
        })
        .await
}

#[derive(Deserialize)]
struct LookQuery {
    key: String,
}

async fn look(
    Query(query): Query<LookQuery>,
    asked: Asked<MailStandIn>,
) -> Result<Response, ApiError> {
    asked.answered(|tx| {
        let mut known = tx.prepare("SELECT 1 FROM mail WHERE key = ?")?;
        Ok(match known.exists([&query.key])? {
            true => (StatusCode::OK, taken(&query.key)),
            false => (
                StatusCode::NOT_FOUND,
                json!({"message": "No such message."}),
            ),
        })
    })
}
