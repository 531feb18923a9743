//! What stands in for Stripe: the published rules for refunds, and misbehaviour on demand.
//!
//! Kept rules: the first answer to an idempotency key is replayed, a 500 included; the same key
//! with other parameters is an error; keys can be forgotten; a refund never exceeds what is left
//! of its charge; refunds are listed by charge, newest first, in pages; metadata comes back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::auth::{self, SignedIn};
use crate::connectors::stand_in::Ledger;
use crate::problem::ApiError;

/// Most refunds of one page.
const MAX_PAGE: u32 = 100;

/// How the stand-in treats the next requests for a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As published.
    #[default]
    None,
    /// Never answers, and does nothing.
    TimeoutBefore,
    /// Refunds, and never answers.
    TimeoutAfter,
    /// Says no for good.
    Refuse,
    /// Answers 500 and does nothing.
    #[serde(rename = "error_500")]
    Error500,
    /// Answers 429 and does nothing.
    RateLimit,
    /// Refunds, and the refund stays pending.
    Pending,
    /// Has forgotten all idempotency keys.
    ForgetKeys,
    /// Answers 500 to whatever is asked, the list of refunds too.
    Down,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mood {
    mode: Mode,
    times: u32,
}

/// The stand-in.
#[derive(Clone)]
pub struct StripeStandIn {
    ledger: Ledger,
    mood: Arc<Mutex<Mood>>,
}

impl StripeStandIn {
    /// On this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            mood: Arc::default(),
        }
    }

    /// Treats the next `times` requests for a refund like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        *self.mood.lock().unwrap_or_else(|e| e.into_inner()) = Mood { mode, times };
    }

    fn next_mood(&self) -> Mode {
        let mut mood = self.mood.lock().unwrap_or_else(|e| e.into_inner());
        if mood.times == 0 {
            return Mode::None;
        }
        mood.times -= 1;
        mood.mode
    }

    /// It answers nothing useful just now.
    pub fn is_down(&self) -> bool {
        let mood = self.mood.lock().unwrap_or_else(|e| e.into_inner());
        mood.mode == Mode::Down && mood.times > 0
    }

    /// All refunds, oldest first.
    pub fn refunds(&self) -> rusqlite::Result<Vec<Value>> {
        self.ledger.transact(|tx| {
            tx.prepare(&format!("SELECT {COLUMNS} FROM refund ORDER BY place"))?
                .query_map([], refund)?
                .collect()
        })
    }
}

const COLUMNS: &str = "id, charge, amount, currency, metadata, status, created";

fn refund(row: &rusqlite::Row<'_>) -> rusqlite::Result<Value> {
    let metadata: String = row.get(4)?;
    let metadata: Value = serde_json::from_str(&metadata).unwrap_or_default();
    Ok(json!({
        "id": row.get::<_, String>(0)?,
        "object": "refund",
        "charge": row.get::<_, String>(1)?,
        "amount": row.get::<_, i64>(2)?,
        "currency": row.get::<_, String>(3)?,
        "metadata": metadata,
        "status": row.get::<_, String>(5)?,
        "created": row.get::<_, i64>(6)?,
    }))
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/provider/stripe/v1/refunds", post(create).get(list))
        .route("/provider/stripe/misbehave", post(misbehave))
        .route("/provider/stripe/refunds", get(inspect))
}

fn stand_in(platform: &Platform) -> Result<&StripeStandIn, ApiError> {
    let stand_ins = platform.stand_ins.as_ref().ok_or(Code::NotFound)?;
    Ok(&stand_ins.stripe)
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

async fn inspect(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
) -> Result<Json<Vec<Value>>, ApiError> {
    access.require_admin()?;
    let refunds = stand_in(&platform)?.refunds();
    Ok(Json(refunds.map_err(crate::store::StoreError::from)?))
}

fn failure(status: StatusCode, code: &str, message: &str) -> (StatusCode, Value) {
    let body = json!({"error": {
        "type": "invalid_request_error", "code": code, "message": message,
    }});
    (status, body)
}

fn out_of_order() -> (StatusCode, Value) {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    failure(status, "api_error", "Something went wrong on our side")
}

fn signed_in(stand_in: &StripeStandIn, headers: &HeaderMap) -> bool {
    auth::bearer(headers) == Some(stand_in.ledger.secret())
}

async fn create(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Response, ApiError> {
    let stripe = stand_in(&platform)?;
    if !signed_in(stripe, &headers) {
        let refusal = failure(
            StatusCode::UNAUTHORIZED,
            "api_key",
            "Invalid API Key provided",
        );
        return Ok(said(refusal));
    }
    let mode = stripe.next_mood();
    match mode {
        Mode::TimeoutBefore => std::future::pending().await,
        Mode::RateLimit => {
            let refusal = failure(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limit",
                "Too many requests",
            );
            return Ok(([(header::RETRY_AFTER, "2")], said(refusal)).into_response());
        }
        Mode::Down => return Ok(said(out_of_order())),
        _ => {}
    }
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    let created = platform.clock.now().timestamp();
    let answer = stripe
        .ledger
        .transact(|tx| answer_once(tx, mode, key, &form, created))
        .map_err(crate::store::StoreError::from)?;
    if mode == Mode::TimeoutAfter {
        std::future::pending::<()>().await;
    }
    Ok(said(answer))
}

fn said((status, body): (StatusCode, Value)) -> Response {
    (status, Json(body)).into_response()
}

/// Replays the first answer to a key, or gives and keeps one.
fn answer_once(
    tx: &Transaction<'_>,
    mode: Mode,
    key: Option<&str>,
    form: &BTreeMap<String, String>,
    created: i64,
) -> rusqlite::Result<(StatusCode, Value)> {
    if mode == Mode::ForgetKeys {
        tx.execute("DELETE FROM answered", [])?;
    }
    let fingerprint = hex::encode(Sha256::digest(format!("{form:?}")));
    if let Some(key) = key {
        let known: Option<(String, u16, String)> = tx
            .query_row(
                "SELECT fingerprint, status, body FROM answered WHERE key = ?",
                [key],
                |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
            )
            .optional()?;
        if let Some((first, status, body)) = known {
            if first != fingerprint {
                return Ok(failure(
                    StatusCode::BAD_REQUEST,
                    "idempotency_key_in_use",
                    "Keys for idempotent requests can only be used with the same parameters",
                ));
            }
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            return Ok((status, serde_json::from_str(&body).unwrap_or_default()));
        }
    }
    let answer = match mode {
        Mode::Error500 => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            "api_error",
            "An error occurred",
        ),
        Mode::Refuse => failure(
            StatusCode::BAD_REQUEST,
            "charge_disputed",
            "This charge is disputed and cannot be refunded",
        ),
        Mode::Pending => carry_out(tx, form, "pending", created)?,
        _ => carry_out(tx, form, "succeeded", created)?,
    };
    if let Some(key) = key {
        tx.execute(
            "INSERT INTO answered (key, fingerprint, status, body) VALUES (?, ?, ?, ?)",
            params![key, fingerprint, answer.0.as_u16(), answer.1.to_string()],
        )?;
    }
    Ok(answer)
}

fn carry_out(
    tx: &Transaction<'_>,
    form: &BTreeMap<String, String>,
    status: &str,
    created: i64,
) -> rusqlite::Result<(StatusCode, Value)> {
    let bad = |code, message| Ok(failure(StatusCode::BAD_REQUEST, code, message));
    let Some(charge) = form.get("charge") else {
        return bad("parameter_missing", "Must provide charge");
    };
    let known: Option<(i64, String)> = tx
        .query_row(
            "SELECT amount, currency FROM charge WHERE id = ?",
            [charge],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .optional()?;
    let Some((paid, currency)) = known else {
        let status = StatusCode::NOT_FOUND;
        return Ok(failure(status, "resource_missing", "No such charge"));
    };
    let refunded: i64 = tx.query_row(
        "SELECT coalesce(sum(amount), 0) FROM refund WHERE charge = ?",
        [charge],
        |r| r.get(0),
    )?;
    let left = paid - refunded;
    let amount = match form.get("amount").map(|amount| amount.parse::<i64>()) {
        None => left,
        Some(Ok(amount)) if amount > 0 => amount,
        Some(_) => return bad("parameter_invalid_integer", "Invalid amount"),
    };
    if left == 0 {
        return bad(
            "charge_already_refunded",
            "Charge has already been refunded",
        );
    }
    if amount > left {
        return bad(
            "amount_too_large",
            "Refund amount is greater than what is left on the charge",
        );
    }
    let metadata: BTreeMap<&str, &String> = form
        .iter()
        .filter_map(|(name, value)| {
            let name = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some((name, value))
        })
        .collect();
    let place: i64 = tx.query_row("SELECT coalesce(max(place), 0) + 1 FROM refund", [], |r| {
        r.get(0)
    })?;
    let id: String = hex::encode(Sha256::digest(format!("{charge}/{place}")))
        .chars()
        .take(24)
        .collect();
    let id = format!("re_{id}");
    tx.execute(
        "INSERT INTO refund (id, charge, amount, currency, metadata, status, created)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![
            id,
            charge,
            amount,
            currency,
            serde_json::to_string(&metadata).unwrap_or_default(),
            status,
            created
        ],
    )?;
    let body = tx.query_row(
        &format!("SELECT {COLUMNS} FROM refund WHERE id = ?"),
        [&id],
        refund,
    )?;
    Ok((StatusCode::OK, body))
}

#[derive(Deserialize)]
struct ListQuery {
    charge: Option<String>,
    limit: Option<u32>,
    starting_after: Option<String>,
}

async fn list(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
) -> Result<Response, ApiError> {
    let stripe = stand_in(&platform)?;
    if !signed_in(stripe, &headers) {
        let refusal = failure(
            StatusCode::UNAUTHORIZED,
            "api_key",
            "Invalid API Key provided",
        );
        return Ok(said(refusal));
    }
    if stripe.is_down() {
        stripe.next_mood();
        return Ok(said(out_of_order()));
    }
    let limit = query.limit.unwrap_or(10).clamp(1, MAX_PAGE);
    let found = stripe
        .ledger
        .transact(|tx| {
            if let Some(charge) = &query.charge
                && !tx
                    .prepare("SELECT 1 FROM charge WHERE id = ?")?
                    .exists([charge])?
            {
                return Ok(None);
            }
            tx.prepare(&format!(
                "SELECT {COLUMNS} FROM refund
                 WHERE (?1 IS NULL OR charge = ?1)
                   AND (?2 IS NULL OR place < (SELECT place FROM refund WHERE id = ?2))
                 ORDER BY place DESC LIMIT ?3"
            ))?
            .query_map(
                params![query.charge, query.starting_after, limit + 1],
                refund,
            )?
            .collect::<rusqlite::Result<Vec<Value>>>()
            .map(Some)
        })
        .map_err(crate::store::StoreError::from)?;
    let Some(mut found) = found else {
        let status = StatusCode::BAD_REQUEST;
        let refusal = failure(status, "resource_missing", "No such charge");
        return Ok(said(refusal));
    };
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    Ok(said((
        StatusCode::OK,
        json!({"object": "list", "url": "/v1/refunds", "has_more": has_more, "data": found}),
    )))
}
