//! What stands in for PayPal: the published rules for refunds of captures, and misbehaviour on demand.
//!
//! Kept rules: a request id is answered with what became of its first request, and is forgotten after a
//! day; a refund never exceeds what is left of its capture, comes within 180 days and in its currency;
//! refunds are listed with their order, and their `custom_id` comes back.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use watchkeeper_pack::value::money_text;
use watchkeeper_wire::problem::Code;

use super::decimal;
use crate::Platform;
use crate::auth::{self, SignedIn};
use crate::connectors::money;
use crate::connectors::stand_in::Ledger;
use crate::problem::ApiError;
use crate::store::StoreError;

/// Request ids are kept so long.
const REMEMBERS: TimeDelta = TimeDelta::hours(24);
/// A capture can be refunded for so long.
const REFUNDABLE: TimeDelta = TimeDelta::days(180);
/// What comes late shows after so long.
const LATE: TimeDelta = TimeDelta::seconds(30);
/// An order's id is that of its capture behind this: each capture has an order of its own.
const ORDER: &str = "ORDER-";

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
    /// Never answers, and the refund shows half a minute later.
    Late,
    /// Says no for good.
    Refuse,
    /// Answers 500 and does nothing.
    #[serde(rename = "error_500")]
    Error500,
    /// Refunds, and answers 500.
    #[serde(rename = "error_500_after")]
    Error500After,
    /// Answers 429 and does nothing.
    RateLimit,
    /// Refunds, and the refund stays pending.
    Pending,
    /// Has forgotten all request ids.
    ForgetKeys,
    /// Answers 500 to whatever is asked, how an order stands too.
    Down,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mood {
    mode: Mode,
    times: u32,
}

/// The stand-in.
#[derive(Clone)]
pub struct PaypalStandIn {
    ledger: Ledger,
    mood: Arc<Mutex<Mood>>,
}

impl PaypalStandIn {
    /// On this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            mood: Arc::default(),
        }
    }

    /// Treats the next `times` requests for a refund like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = Mood { mode, times };
    }

    /// All refunds of the ledger, oldest first.
    pub fn refunds(&self) -> rusqlite::Result<Vec<Value>> {
        self.ledger.transact(|tx| {
            tx.prepare(&format!("SELECT {COLUMNS} FROM refund ORDER BY place"))?
                .query_map([], refund)?
                .collect()
        })
    }

    fn next_mood(&self) -> Mode {
        let mut mood = self.mood.lock().unwrap_or_else(PoisonError::into_inner);
        if mood.times == 0 {
            return Mode::None;
        }
        mood.times -= 1;
        mood.mode
    }

    /// It answers nothing useful just now; one more request has found that out.
    fn is_down(&self) -> bool {
        let down = {
            let mood = self.mood.lock().unwrap_or_else(PoisonError::into_inner);
            mood.mode == Mode::Down && mood.times > 0
        };
        down && self.next_mood() == Mode::Down
    }

    fn signed_in(&self, headers: &HeaderMap) -> bool {
        auth::bearer(headers) == Some(self.ledger.secret())
    }
}

const COLUMNS: &str = "id, charge, amount, currency, metadata, status, created";

/// A refund as PayPal shows it.
fn refund(row: &Row<'_>) -> rusqlite::Result<Value> {
    let (capture, currency): (String, String) = (row.get(1)?, row.get(3)?);
    let metadata: String = row.get(4)?;
    let metadata: Value = serde_json::from_str(&metadata).unwrap_or_default();
    let status: String = row.get(5)?;
    let status = match status.as_str() {
        "succeeded" => "COMPLETED",
        "pending" => "PENDING",
        "canceled" => "CANCELLED",
        _ => "FAILED",
    };
    Ok(json!({
        "id": row.get::<_, String>(0)?,
        "status": status,
        "amount": money_of(row.get(2)?, &currency),
        "custom_id": metadata.get("custom_id"),
        "note_to_payer": metadata.get("note_to_payer"),
        "create_time": instant(row.get(6)?),
        "links": [{"rel": "up", "method": "GET", "href": format!("/v2/payments/captures/{capture}")}],
    }))
}

fn money_of(minor: i64, currency: &str) -> Value {
    let code = currency.to_uppercase();
    let value = decimal(minor, &code).unwrap_or_else(|| money_text(minor, &code));
    json!({"value": value, "currency_code": code})
}

fn instant(seconds: i64) -> String {
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route(
            "/provider/paypal/v2/payments/captures/{capture}",
            get(show_capture),
        )
        .route(
            "/provider/paypal/v2/payments/captures/{capture}/refund",
            post(create),
        )
        .route(
            "/provider/paypal/v2/checkout/orders/{order}",
            get(show_order),
        )
        .route("/provider/paypal/misbehave", post(misbehave))
        .route("/provider/paypal/refunds", get(inspect))
}

fn stand_in(platform: &Platform) -> Result<&PaypalStandIn, ApiError> {
    let stand_ins = platform.stand_ins.as_ref().ok_or(Code::NotFound)?;
    Ok(&stand_ins.paypal)
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
    Ok(Json(refunds.map_err(StoreError::from)?))
}

type Said = (StatusCode, Value);

fn problem(status: StatusCode, name: &str, issue: &str, description: &str) -> Said {
    let body = json!({
        "name": name, "message": description,
        "details": [{"issue": issue, "description": description}],
    });
    (status, body)
}

fn unprocessable(issue: &str, description: &str) -> Said {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    problem(status, "UNPROCESSABLE_ENTITY", issue, description)
}

fn unknown() -> Said {
    problem(
        StatusCode::NOT_FOUND,
        "RESOURCE_NOT_FOUND",
        "INVALID_RESOURCE_ID",
        "The specified resource does not exist.",
    )
}

fn out_of_order() -> Said {
    problem(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL_SERVER_ERROR",
        "INTERNAL_SERVER_ERROR",
        "An internal server error has occurred.",
    )
}

fn no_token() -> Said {
    problem(
        StatusCode::UNAUTHORIZED,
        "AUTHENTICATION_FAILURE",
        "INVALID_TOKEN",
        "The token is not valid.",
    )
}

fn said((status, body): Said) -> Response {
    (status, Json(body)).into_response()
}

/// A capture: what was paid, in which currency, when.
type Paid = (i64, String, i64);

fn paid(tx: &Transaction<'_>, capture: &str) -> rusqlite::Result<Option<Paid>> {
    tx.query_row(
        "SELECT amount, currency, created FROM charge WHERE id = ?",
        [capture],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
    .optional()
}

/// What went back of a capture by then, or is on its way.
fn gone_back(tx: &Transaction<'_>, capture: &str) -> rusqlite::Result<i64> {
    tx.query_row(
        "SELECT coalesce(sum(amount), 0) FROM refund
         WHERE charge = ? AND status IN ('succeeded', 'pending')",
        [capture],
        |row| row.get(0),
    )
}

/// A capture as PayPal shows it.
fn shown(tx: &Transaction<'_>, capture: &str) -> rusqlite::Result<Option<Value>> {
    let Some((amount, currency, created)) = paid(tx, capture)? else {
        return Ok(None);
    };
    let status = match gone_back(tx, capture)? {
        0 => "COMPLETED",
        back if back < amount => "PARTIALLY_REFUNDED",
        _ => "REFUNDED",
    };
    Ok(Some(json!({
        "id": capture,
        "status": status,
        "amount": money_of(amount, &currency),
        "create_time": instant(created),
        "supplementary_data": {"related_ids": {"order_id": format!("{ORDER}{capture}")}},
    })))
}

async fn show_capture(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Path(capture): Path<String>,
) -> Result<Response, ApiError> {
    let paypal = stand_in(&platform)?;
    if !paypal.signed_in(&headers) {
        return Ok(said(no_token()));
    }
    if paypal.is_down() {
        return Ok(said(out_of_order()));
    }
    let found = paypal.ledger.transact(|tx| shown(tx, &capture));
    let found = found.map_err(StoreError::from)?;
    Ok(said(
        found.map_or_else(unknown, |body| (StatusCode::OK, body)),
    ))
}

async fn show_order(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Path(order): Path<String>,
) -> Result<Response, ApiError> {
    let paypal = stand_in(&platform)?;
    if !paypal.signed_in(&headers) {
        return Ok(said(no_token()));
    }
    if paypal.is_down() {
        return Ok(said(out_of_order()));
    }
    let capture = order.strip_prefix(ORDER).unwrap_or_default().to_owned();
    let now = platform.clock.now().timestamp();
    let found = paypal.ledger.transact(|tx| {
        let Some(shown) = shown(tx, &capture)? else {
            return Ok(None);
        };
        let refunds = tx
            .prepare(&format!(
                "SELECT {COLUMNS} FROM refund WHERE charge = ? AND created <= ? ORDER BY place"
            ))?
            .query_map(params![capture, now], refund)?
            .collect::<rusqlite::Result<Vec<Value>>>()?;
        Ok(Some((shown, refunds)))
    });
    let Some((capture, refunds)) = found.map_err(StoreError::from)? else {
        return Ok(said(unknown()));
    };
    let body = json!({
        "id": order, "status": "COMPLETED",
        "purchase_units": [{"payments": {"captures": [capture], "refunds": refunds}}],
    });
    Ok(said((StatusCode::OK, body)))
}

/// What is asked for.
#[derive(Debug, Deserialize)]
struct Wanted {
    amount: Option<WantedAmount>,
    custom_id: Option<String>,
    note_to_payer: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WantedAmount {
    value: String,
    currency_code: String,
}

async fn create(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Path(capture): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<Response, ApiError> {
    let paypal = stand_in(&platform)?;
    if !paypal.signed_in(&headers) {
        return Ok(said(no_token()));
    }
    let mode = paypal.next_mood();
    match mode {
        Mode::TimeoutBefore => std::future::pending().await,
        Mode::RateLimit => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let busy = problem(
                status,
                "RATE_LIMIT_REACHED",
                "RATE_LIMIT_REACHED",
                "Too many requests",
            );
            return Ok(([(header::RETRY_AFTER, "2")], said(busy)).into_response());
        }
        Mode::Error500 | Mode::Down => return Ok(said(out_of_order())),
        _ => {}
    }
    let request_id = headers
        .get("paypal-request-id")
        .and_then(|id| id.to_str().ok());
    let now = platform.clock.now();
    let answer = paypal
        .ledger
        .transact(|tx| answer_once(tx, mode, request_id, (capture.as_str(), &wanted), now))
        .map_err(StoreError::from)?;
    match mode {
        Mode::TimeoutAfter | Mode::Late => std::future::pending().await,
        Mode::Error500After => Ok(said(out_of_order())),
        _ => Ok(said(answer)),
    }
}

/// Says what became of the first request of an id, or carries it out.
fn answer_once(
    tx: &Transaction<'_>,
    mode: Mode,
    request_id: Option<&str>,
    (capture, wanted): (&str, &Wanted),
    now: DateTime<Utc>,
) -> rusqlite::Result<Said> {
    let forgotten = match mode {
        Mode::ForgetKeys => i64::MAX,
        _ => (now - REMEMBERS).timestamp(),
    };
    tx.execute("DELETE FROM paypal_request WHERE at < ?", [forgotten])?;
    if let Some(id) = request_id {
        let known: Option<(u16, String)> = tx
            .query_row(
                "SELECT status, body FROM paypal_request WHERE id = ?",
                [id],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        if let Some((status, body)) = known {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            return Ok((status, serde_json::from_str(&body).unwrap_or_default()));
        }
    }
    let answer = match mode {
        Mode::Refuse => unprocessable(
            "REFUND_NOT_ALLOWED",
            "A refund of this capture is not allowed.",
        ),
        Mode::Pending => carry_out(tx, capture, wanted, "pending", now)?,
        Mode::Late => carry_out(tx, capture, wanted, "succeeded", now + LATE)?,
        _ => carry_out(tx, capture, wanted, "succeeded", now)?,
    };
    if let Some(id) = request_id {
        tx.execute(
            "INSERT INTO paypal_request (id, status, body, at) VALUES (?, ?, ?, ?)",
            params![id, answer.0.as_u16(), answer.1.to_string(), now.timestamp()],
        )?;
    }
    Ok(answer)
}

fn carry_out(
    tx: &Transaction<'_>,
    capture: &str,
    wanted: &Wanted,
    status: &str,
    at: DateTime<Utc>,
) -> rusqlite::Result<Said> {
    let Some((paid, currency, captured)) = paid(tx, capture)? else {
        return Ok(unknown());
    };
    let code = currency.to_uppercase();
    let left = paid - gone_back(tx, capture)?;
    let amount = match &wanted.amount {
        None => Some(left),
        Some(amount) if amount.currency_code == code => money::minor(&amount.value, &code),
        Some(_) => {
            return Ok(unprocessable(
                "REFUND_CAPTURE_CURRENCY_MISMATCH",
                "The refund must be in the currency of the capture.",
            ));
        }
    };
    let Some(amount) = amount.filter(|amount| *amount > 0 || left == 0) else {
        return Ok(unprocessable(
            "INVALID_PARAMETER_VALUE",
            "The amount is not valid.",
        ));
    };
    if left == 0 {
        return Ok(unprocessable(
            "CAPTURE_FULLY_REFUNDED",
            "The capture has already been fully refunded.",
        ));
    }
    if amount > left {
        return Ok(unprocessable(
            "REFUND_AMOUNT_EXCEEDED",
            "The refund amount must be less than or equal to what is left of the capture.",
        ));
    }
    if at.timestamp() - captured > REFUNDABLE.num_seconds() {
        return Ok(unprocessable(
            "REFUND_TIME_LIMIT_EXCEEDED",
            "The time limit to refund this capture is over.",
        ));
    }
    let place: i64 = tx.query_row(
        "SELECT coalesce(max(place), 0) + 1 FROM refund",
        [],
        |row| row.get(0),
    )?;
    let id = hex::encode_upper(Sha256::digest(format!("{capture}/{place}")));
    let id: String = id.chars().take(17).collect();
    let metadata = json!({"custom_id": wanted.custom_id, "note_to_payer": wanted.note_to_payer});
    tx.execute(
        "INSERT INTO refund (id, charge, amount, currency, metadata, status, created)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![
            id,
            capture,
            amount,
            currency,
            metadata.to_string(),
            status,
            at.timestamp()
        ],
    )?;
    let body = tx.query_row(
        &format!("SELECT {COLUMNS} FROM refund WHERE id = ?"),
        [&id],
        refund,
    )?;
    Ok((StatusCode::CREATED, body))
}
