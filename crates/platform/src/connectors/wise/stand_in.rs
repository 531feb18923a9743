//! What stands in for Wise: the published rules for transfers out of a balance, and misbehaviour on demand.
//!
//! Kept rules: a quote and a transfer move nothing; one `customerTransactionId` makes one transfer, until it
//! is forgotten after a day; a transfer is paid for once, and cancelled only before that; what was paid for
//! takes its time from `processing` to `outgoing_payment_sent`; transfers are listed newest first, in pages.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::auth::{self, SignedIn};
use crate::connectors::stand_in::Ledger;
use crate::problem::ApiError;
use crate::store::StoreError;

/// Ids of customers are kept so long.
const REMEMBERS: TimeDelta = TimeDelta::hours(24);
/// What was paid for is converted after so long, and sent after so long again.
const EACH_STEP: TimeDelta = TimeDelta::seconds(2);
/// A payment that comes late counts after so long.
const LATE: TimeDelta = TimeDelta::seconds(30);
/// Most transfers of one page.
const MAX_PAGE: u32 = 100;

/// How the stand-in treats the next requests that this concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As published.
    #[default]
    None,
    /// Makes the transfer, and never answers.
    MadeTimeout,
    /// Never answers to a payment, and takes none.
    TimeoutBefore,
    /// Takes the payment, and never answers.
    TimeoutAfter,
    /// Never answers to a payment, and takes it half a minute later.
    Late,
    /// Does not take the payment: the balance is too small.
    Refuse,
    /// Takes the payment, and answers 500.
    #[serde(rename = "error_500_after")]
    Error500After,
    /// Answers 429 to a payment and does nothing.
    RateLimit,
    /// Takes the payment; the transfer bounces back and stays there.
    Bounces,
    /// Takes the payment; the transfer is cancelled afterwards.
    Cancels,
    /// Has forgotten all ids of customers when a transfer is made.
    ForgetKeys,
    /// Answers 500 to whatever is asked.
    Down,
}

/// Modes that concern the making of a transfer; all others but [`Mode::Down`] concern its payment.
const MAKING: [Mode; 2] = [Mode::MadeTimeout, Mode::ForgetKeys];

#[derive(Debug, Clone, Copy, Default)]
struct Mood {
    mode: Mode,
    times: u32,
}

/// The stand-in.
#[derive(Clone)]
pub struct WiseStandIn {
    ledger: Ledger,
    mood: Arc<Mutex<Mood>>,
}

impl WiseStandIn {
    /// On this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            mood: Arc::default(),
        }
    }

    /// Treats the next `times` requests that it concerns like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = Mood { mode, times };
    }

    /// All transfers as they stand at this instant, oldest first.
    pub fn transfers(&self, now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.ledger.transact(|tx| {
            tx.prepare(&format!("SELECT {COLUMNS} FROM transfer ORDER BY place"))?
                .query_map([], |row| transfer(row, now))?
                .collect()
        })
    }

    fn next_mood(&self, concerns: impl FnOnce(Mode) -> bool) -> Mode {
        let mut mood = self.mood.lock().unwrap_or_else(PoisonError::into_inner);
        if mood.times == 0 || !concerns(mood.mode) {
            return Mode::None;
        }
        mood.times -= 1;
        mood.mode
    }

    /// What to answer whoever may not ask, or at a bad time.
    fn refusal(&self, headers: &HeaderMap) -> Option<Response> {
        if auth::bearer(headers) != Some(self.ledger.secret()) {
            return Some(said(problem(
                StatusCode::UNAUTHORIZED,
                "The token is not valid.",
            )));
        }
        let down = self.next_mood(|mode| mode == Mode::Down) == Mode::Down;
        down.then(|| said(out_of_order()))
    }
}

const COLUMNS: &str =
    "place, account, amount, currency, reference, customer_id, created, paid_at, ended";

/// A transfer as Wise shows it.
fn transfer(row: &Row<'_>, now: DateTime<Utc>) -> rusqlite::Result<Value> {
    let (paid_at, ended): (Option<i64>, Option<String>) = (row.get(7)?, row.get(8)?);
    let created = DateTime::from_timestamp_millis(row.get(6)?).unwrap_or_default();
    let account: String = row.get(1)?;
    let account: Value = serde_json::from_str(&account).unwrap_or_default();
    let amount: String = row.get(2)?;
    let amount: Value = serde_json::from_str(&amount).unwrap_or_default();
    let status = status(paid_at, ended.as_deref(), now);
    Ok(json!({
        "id": row.get::<_, i64>(0)?,
        "targetAccount": account,
        "targetValue": amount,
        "targetCurrency": row.get::<_, String>(3)?,
        "reference": row.get::<_, String>(4)?,
        "customerTransactionId": row.get::<_, String>(5)?,
        "created": instant_text(created),
        "status": status,
    }))
}

/// Where a transfer stands: what was paid for goes on with time, to its own end where it has one.
fn status(paid_at: Option<i64>, ended: Option<&str>, now: DateTime<Utc>) -> String {
    let step = EACH_STEP.num_milliseconds();
    let since = paid_at.map(|at| now.timestamp_millis().saturating_sub(at));
    let status = match (since, ended) {
        (None, None) => "incoming_payment_waiting",
        (None, Some(ended)) => ended,
        (Some(since), _) if since < 0 => "incoming_payment_waiting",
        (Some(since), _) if since < step => "processing",
        (Some(since), _) if since < step.saturating_mul(2) => "funds_converted",
        (Some(_), ended) => ended.unwrap_or("outgoing_payment_sent"),
    };
    status.to_owned()
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/provider/wise/v3/profiles/{profile}/quotes", post(quote))
        .route("/provider/wise/v1/transfers", get(list).post(make))
        .route("/provider/wise/v1/transfers/{transfer}", get(show))
        .route("/provider/wise/v1/transfers/{transfer}/cancel", put(cancel))
        .route(
            "/provider/wise/v3/profiles/{profile}/transfers/{transfer}/payments",
            post(pay),
        )
        .route("/provider/wise/misbehave", post(misbehave))
        .route("/provider/wise/transfers", get(inspect))
}

fn stand_in(platform: &Platform) -> Result<&WiseStandIn, ApiError> {
    let stand_ins = platform.stand_ins.as_ref().ok_or(Code::NotFound)?;
    Ok(&stand_ins.wise)
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
    let transfers = stand_in(&platform)?.transfers(platform.clock.now());
    Ok(Json(transfers.map_err(StoreError::from)?))
}

type Said = (StatusCode, Value);

fn problem(status: StatusCode, message: &str) -> Said {
    (status, json!({"errors": [{"message": message}]}))
}

fn out_of_order() -> Said {
    problem(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong.")
}

fn unknown() -> Said {
    problem(StatusCode::NOT_FOUND, "There is no such transfer.")
}

fn said((status, body): Said) -> Response {
    (status, Json(body)).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QuoteWanted {
    target_amount: serde_json::Number,
    target_currency: String,
}

async fn quote(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Json(wanted): Json<QuoteWanted>,
) -> Result<Response, ApiError> {
    let wise = stand_in(&platform)?;
    if let Some(refusal) = wise.refusal(&headers) {
        return Ok(refusal);
    }
    let id = hex::encode(platform.random.bytes());
    let made = wise.ledger.transact(|tx| {
        tx.execute(
            "INSERT INTO quote (id, amount, currency) VALUES (?, ?, ?)",
            params![id, wanted.target_amount.to_string(), wanted.target_currency],
        )
    });
    made.map_err(StoreError::from)?;
    Ok(said((
        StatusCode::OK,
        json!({"id": id, "status": "PENDING"}),
    )))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransferWanted {
    target_account: Value,
    quote_uuid: String,
    customer_transaction_id: String,
    #[serde(default)]
    details: Details,
}

#[derive(Default, Deserialize)]
struct Details {
    #[serde(default)]
    reference: String,
}

async fn make(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Json(wanted): Json<TransferWanted>,
) -> Result<Response, ApiError> {
    let wise = stand_in(&platform)?;
    if let Some(refusal) = wise.refusal(&headers) {
        return Ok(refusal);
    }
    let mode = wise.next_mood(|mode| MAKING.contains(&mode));
    let now = platform.clock.now();
    let made = wise.ledger.transact(|tx| made_once(tx, mode, &wanted, now));
    let made = made.map_err(StoreError::from)?;
    if mode == Mode::MadeTimeout {
        std::future::pending::<()>().await;
    }
    Ok(said(made))
}

fn made_once(
    tx: &Transaction<'_>,
    mode: Mode,
    wanted: &TransferWanted,
    now: DateTime<Utc>,
) -> rusqlite::Result<Said> {
    let forgotten = match mode {
        Mode::ForgetKeys => i64::MAX,
        _ => (now - REMEMBERS).timestamp_millis(),
    };
    let ours = &wanted.customer_transaction_id;
    let known: Option<i64> = tx
        .query_row(
            "SELECT place FROM transfer WHERE customer_id = ? AND created >= ? ORDER BY place LIMIT 1",
            params![ours, forgotten],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(known) = known {
        return shown(tx, known, now);
    }
    let quote: Option<(String, String)> = tx
        .query_row(
            "SELECT amount, currency FROM quote WHERE id = ?",
            [&wanted.quote_uuid],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((amount, currency)) = quote else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(problem(status, "The quote is not known."));
    };
    tx.execute(
        "INSERT INTO transfer (account, amount, currency, reference, customer_id, created)
         VALUES (?, ?, ?, ?, ?, ?)",
        params![
            wanted.target_account.to_string(),
            amount,
            currency,
            wanted.details.reference,
            ours,
            now.timestamp_millis()
        ],
    )?;
    shown(tx, tx.last_insert_rowid(), now)
}

fn shown(tx: &Transaction<'_>, place: i64, now: DateTime<Utc>) -> rusqlite::Result<Said> {
    let found = tx
        .query_row(
            &format!("SELECT {COLUMNS} FROM transfer WHERE place = ?"),
            [place],
            |row| transfer(row, now),
        )
        .optional()?;
    Ok(found.map_or_else(unknown, |body| (StatusCode::OK, body)))
}

async fn show(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Path(place): Path<i64>,
) -> Result<Response, ApiError> {
    let wise = stand_in(&platform)?;
    if let Some(refusal) = wise.refusal(&headers) {
        return Ok(refusal);
    }
    let now = platform.clock.now();
    let found = wise.ledger.transact(|tx| shown(tx, place, now));
    Ok(said(found.map_err(StoreError::from)?))
}

async fn cancel(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Path(place): Path<i64>,
) -> Result<Response, ApiError> {
    let wise = stand_in(&platform)?;
    if let Some(refusal) = wise.refusal(&headers) {
        return Ok(refusal);
    }
    let now = platform.clock.now();
    let found = wise.ledger.transact(|tx| {
        let cancelled = tx.execute(
            "UPDATE transfer SET ended = 'cancelled' WHERE place = ? AND paid_at IS NULL",
            [place],
        )?;
        match cancelled {
            0 => Ok(problem(
                StatusCode::CONFLICT,
                "It cannot be cancelled any more.",
            )),
            _ => shown(tx, place, now),
        }
    });
    Ok(said(found.map_err(StoreError::from)?))
}

async fn pay(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Path((_, place)): Path<(String, i64)>,
) -> Result<Response, ApiError> {
    let wise = stand_in(&platform)?;
    if let Some(refusal) = wise.refusal(&headers) {
        return Ok(refusal);
    }
    let mode = wise.next_mood(|mode| mode != Mode::Down && !MAKING.contains(&mode));
    match mode {
        Mode::TimeoutBefore => std::future::pending().await,
        Mode::RateLimit => {
            let busy = problem(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
            return Ok(([(header::RETRY_AFTER, "2")], said(busy)).into_response());
        }
        Mode::Refuse => {
            let no = json!({
                "type": "BALANCE", "status": "REJECTED", "errorCode": "transfer.insufficient_funds",
            });
            return Ok(said((StatusCode::CREATED, no)));
        }
        _ => {}
    }
    let now = platform.clock.now();
    let paid_at = if mode == Mode::Late { now + LATE } else { now };
    let ended = match mode {
        Mode::Bounces => Some("bounced_back"),
        Mode::Cancels => Some("cancelled"),
        _ => None,
    };
    let taken = wise.ledger.transact(|tx| {
        tx.execute(
            "UPDATE transfer SET paid_at = ?, ended = ?
             WHERE place = ? AND paid_at IS NULL AND ended IS NULL",
            params![paid_at.timestamp_millis(), ended, place],
        )
    });
    let taken = taken.map_err(StoreError::from)?;
    match mode {
        Mode::TimeoutAfter | Mode::Late => std::future::pending().await,
        Mode::Error500After => Ok(said(out_of_order())),
        _ if taken == 0 => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(said(problem(
                status,
                "It was paid for already, or cancelled.",
            )))
        }
        _ => {
            let body = json!({"type": "BALANCE", "status": "COMPLETED", "errorCode": null});
            Ok(said((StatusCode::CREATED, body)))
        }
    }
}

#[derive(Deserialize)]
struct ListQuery {
    limit: Option<u32>,
    offset: Option<u32>,
}

async fn list(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
) -> Result<Response, ApiError> {
    let wise = stand_in(&platform)?;
    if let Some(refusal) = wise.refusal(&headers) {
        return Ok(refusal);
    }
    let now = platform.clock.now();
    let limit = query.limit.unwrap_or(10).clamp(1, MAX_PAGE);
    let offset = query.offset.unwrap_or(0);
    let found = wise.ledger.transact(|tx| {
        tx.prepare(&format!(
            "SELECT {COLUMNS} FROM transfer ORDER BY place DESC LIMIT ? OFFSET ?"
        ))?
        .query_map(params![limit, offset], |row| transfer(row, now))?
        .collect::<rusqlite::Result<Vec<Value>>>()
    });
    let found = found.map_err(StoreError::from)?;
    Ok(said((StatusCode::OK, Value::Array(found))))
}
