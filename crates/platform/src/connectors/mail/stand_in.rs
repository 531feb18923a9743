//! What stands in for a mail service: it keeps what it was given, once per key.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use rusqlite::{OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};
use watchkeeper_model::plan::Mail;
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::auth::{self, SignedIn};
use crate::connectors::stand_in::Ledger;
use crate::problem::ApiError;
use crate::store::StoreError;

/// The stand-in.
#[derive(Clone)]
pub struct MailStandIn {
    ledger: Ledger,
}

impl MailStandIn {
    /// On this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// All messages, oldest first: `{key, sent_at, template, to, subject, body}`.
    pub fn sent(&self) -> rusqlite::Result<Vec<Value>> {
        self.ledger.transact(|tx| {
            tx.prepare("SELECT key, message, sent_at FROM mail ORDER BY place")?
                .query_map([], message)?
                .collect()
        })
    }
}

fn message(row: &rusqlite::Row<'_>) -> rusqlite::Result<Value> {
    let text: String = row.get(1)?;
    let mut message: Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(fields) = message.as_object_mut() {
        fields.insert("key".into(), row.get::<_, String>(0)?.into());
        fields.insert("sent_at".into(), row.get::<_, i64>(2)?.into());
    }
    Ok(message)
}

/// The stand-in's own endpoint, and the one that watches it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/provider/mail/messages", post(send).get(look))
        .route("/provider/mail/sent", get(inspect))
}

fn stand_in(platform: &Platform) -> Result<&MailStandIn, ApiError> {
    let stand_ins = platform.stand_ins.as_ref().ok_or(Code::NotFound)?;
    Ok(&stand_ins.mail)
}

async fn inspect(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
) -> Result<Json<Vec<Value>>, ApiError> {
    access.require_admin()?;
    let sent = stand_in(&platform)?.sent();
    Ok(Json(sent.map_err(StoreError::from)?))
}

async fn send(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Json(mail): Json<Mail>,
) -> Result<Response, ApiError> {
    let service = stand_in(&platform)?;
    if auth::bearer(&headers) != Some(service.ledger.secret()) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    let Some(key) = key.filter(|_| mail.to.contains('@')) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let text = serde_json::to_string(&mail).unwrap_or_default();
    let sent_at = platform.clock.now().timestamp();
    service
        .ledger
        .transact(|tx| {
            tx.execute(
                "INSERT INTO mail (key, message, sent_at) VALUES (?, ?, ?)
                 ON CONFLICT (key) DO NOTHING",
                params![key, text, sent_at],
            )
        })
        .map_err(StoreError::from)?;
    Ok(Json(json!({"id": format!("msg_{key}")})).into_response())
}

#[derive(Deserialize)]
struct LookQuery {
    key: String,
}

async fn look(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Query(query): Query<LookQuery>,
) -> Result<Response, ApiError> {
    let service = stand_in(&platform)?;
    if auth::bearer(&headers) != Some(service.ledger.secret()) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let known: Option<String> = service
        .ledger
        .transact(|tx| {
            tx.query_row("SELECT key FROM mail WHERE key = ?", [&query.key], |r| {
                r.get(0)
            })
            .optional()
        })
        .map_err(StoreError::from)?;
    match known {
        Some(key) => Ok(Json(json!({"id": format!("msg_{key}")})).into_response()),
        None => Err(Code::NotFound.into()),
    }
}
