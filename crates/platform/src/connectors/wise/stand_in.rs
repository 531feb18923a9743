//! What stands in for Wise: the published rules for transfers out of a balance, and misbehaviour on demand.
//!
//! Kept rules: a quote and a transfer move nothing; one `customerTransactionId` makes one transfer, until it
//! is forgotten after a day; a transfer is paid for once, and cancelled only before that; what was paid for
//! takes its time from `processing` to `outgoing_payment_sent`; transfers are listed newest first, in pages.

use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};
use watchkeeper_pack::value::instant_text;

use crate::connectors::money;
use crate::connectors::mood::Mode;
use crate::connectors::stand_in::{self, Asked, Frame, Ledger, Said, StandIn, response};
use crate::problem::ApiError;
use crate::{Platform, StandIns};

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS quote (
    id TEXT NOT NULL PRIMARY KEY, amount TEXT NOT NULL, currency TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS transfer (
    place INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, amount TEXT NOT NULL,
    currency TEXT NOT NULL, reference TEXT NOT NULL, customer_id TEXT NOT NULL,
    created INTEGER NOT NULL, paid_at INTEGER, ended TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS transfer_customer ON transfer (customer_id, place);
";
const COLUMNS: &str =
    "place, account, amount, currency, reference, customer_id, created, paid_at, ended";

/// What was paid for is converted after so long, and sent after so long again.
const EACH_STEP: TimeDelta = TimeDelta::seconds(2);
/// Most transfers of one page.
const MAX_PAGE: u32 = 100;

/// Moods that concern the making of a transfer.
const MAKING: &[Mode] = &[Mode::MadeTimeout, Mode::ForgetKeys];
/// And those that concern its payment.
const PAYING: &[Mode] = &[
    Mode::TimeoutBefore,
    Mode::TimeoutAfter,
    Mode::Late,
    Mode::Refuse,
    Mode::Error500After,
    Mode::RateLimit,
    Mode::Bounces,
    Mode::Cancels,
];

/// The stand-in.
#[derive(Clone)]
pub struct WiseStandIn(Frame);

impl WiseStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger does not take its tables.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        Ok(Self(Frame::new(ledger, TABLES)?))
    }

    /// Treats the next `times` requests that it concerns like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.0.misbehave(mode, times);
    }

    /// All transfers as they stand at this instant, oldest first.
    pub fn transfers(&self, now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.0.ledger().transact(|tx| {
            tx.prepare(&format!("SELECT {COLUMNS} FROM transfer ORDER BY place"))?
                .query_map([], |row| transfer(row, now))?
                .collect()
        })
    }
}

impl StandIn for WiseStandIn {
    const NAME: &'static str = "wise";
    const SEEN: &'static str = "transfers";
    const MODES: &'static [&'static [Mode]] = &[MAKING, PAYING];

    fn of(all: &StandIns) -> &Self {
        &all.wise
    }

    fn frame(&self) -> &Frame {
        &self.0
    }

    fn seen(&self, now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.transfers(now)
    }

    fn stranger() -> Response {
        let status = StatusCode::UNAUTHORIZED;
        response(problem(status, "The token is not valid."))
    }

    fn busy() -> Said {
        problem(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
    }

    fn out_of_order() -> Response {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        response(problem(status, "Something went wrong."))
    }

    /// The balance is too small.
    fn no() -> Option<Response> {
        let no = json!({
            "type": "BALANCE", "status": "REJECTED", "errorCode": "transfer.insufficient_funds",
        });
        Some(response((StatusCode::CREATED, no)))
    }
}

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
    let own = Router::new()
        .route("/v3/profiles/{profile}/quotes", post(quote))
        .route("/v1/transfers", get(list).post(make))
        .route("/v1/transfers/{transfer}", get(show))
        .route("/v1/transfers/{transfer}/cancel", put(cancel))
        .route(
            "/v3/profiles/{profile}/transfers/{transfer}/payments",
            post(pay),
        );
    stand_in::routes::<WiseStandIn>(own)
}

fn problem(status: StatusCode, message: &str) -> Said {
    (status, json!({"errors": [{"message": message}]}))
}

fn unprocessable(message: &str) -> Said {
    problem(StatusCode::UNPROCESSABLE_ENTITY, message)
}

fn unknown() -> Said {
    problem(StatusCode::NOT_FOUND, "There is no such transfer.")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QuoteWanted {
    target_amount: Value,
    target_currency: String,
}

async fn quote(
    asked: Asked<WiseStandIn>,
    Json(wanted): Json<QuoteWanted>,
) -> Result<Response, ApiError> {
    let amount = money::decimal(&wanted.target_amount, &wanted.target_currency);
    if amount.is_none_or(|amount| amount == 0) {
        return Ok(response(unprocessable("The amount is not valid.")));
    }
    let id = hex::encode(asked.platform.random.bytes());
    asked.answered(|tx| {
        tx.execute(
            "INSERT INTO quote (id, amount, currency) VALUES (?, ?, ?)",
            params![id, wanted.target_amount.to_string(), wanted.target_currency],
        )?;
        Ok((StatusCode::OK, json!({"id": id, "status": "PENDING"})))
    })
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
    asked: Asked<WiseStandIn>,
    Json(wanted): Json<TransferWanted>,
) -> Result<Response, ApiError> {
    asked
        .done(MAKING, |tx, mode| made_once(tx, mode, &wanted, asked.now()))
        .await
}

fn made_once(
    tx: &Transaction<'_>,
    mode: Mode,
    wanted: &TransferWanted,
    now: DateTime<Utc>,
) -> rusqlite::Result<Said> {
    let forgotten = mode.forgets_before(now).timestamp_millis();
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
        return Ok(unprocessable("The quote is not known."));
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

async fn show(Path(place): Path<i64>, asked: Asked<WiseStandIn>) -> Result<Response, ApiError> {
    asked.answered(|tx| shown(tx, place, asked.now()))
}

async fn cancel(Path(place): Path<i64>, asked: Asked<WiseStandIn>) -> Result<Response, ApiError> {
    asked.answered(|tx| {
        let cancelled = tx.execute(
            "UPDATE transfer SET ended = 'cancelled' WHERE place = ? AND paid_at IS NULL",
            [place],
        )?;
        match cancelled {
            0 => Ok(problem(
                StatusCode::CONFLICT,
                "It cannot be cancelled any more.",
            )),
            _ => shown(tx, place, asked.now()),
        }
    })
}

async fn pay(
    Path((_, place)): Path<(String, i64)>,
    asked: Asked<WiseStandIn>,
) -> Result<Response, ApiError> {
    asked
        .done(PAYING, |tx, mode| {
            let paid_at = mode.shows_at(asked.now()).timestamp_millis();
            let ended = match mode {
                Mode::Bounces => Some("bounced_back"),
                Mode::Cancels => Some("cancelled"),
                _ => None,
            };
            let taken = tx.execute(
                "UPDATE transfer SET paid_at = ?, ended = ?
             WHERE place = ? AND paid_at IS NULL AND ended IS NULL",
                params![paid_at, ended, place],
            )?;
            Ok(match taken {
                0 => unprocessable("It was paid for already, or cancelled."),
                _ => {
                    let body = json!({"type": "BALANCE", "status": "COMPLETED", "errorCode": null});
                    (StatusCode::CREATED, body)
                }
            })
        })
        .await
}

#[derive(Deserialize)]
struct ListQuery {
    limit: Option<u32>,
    offset: Option<u32>,
}

async fn list(
    Query(query): Query<ListQuery>,
    asked: Asked<WiseStandIn>,
) -> Result<Response, ApiError> {
    let limit = query.limit.unwrap_or(10).clamp(1, MAX_PAGE);
    let offset = query.offset.unwrap_or(0);
    asked.answered(|tx| {
        let found = tx
            .prepare(&format!(
                "SELECT {COLUMNS} FROM transfer ORDER BY place DESC LIMIT ? OFFSET ?"
            ))?
            .query_map(params![limit, offset], |row| transfer(row, asked.now()))?
            .collect::<rusqlite::Result<Vec<Value>>>()?;
        Ok((StatusCode::OK, Value::Array(found)))
    })
}
