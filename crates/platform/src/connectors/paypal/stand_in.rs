//! What stands in for PayPal: the published rules for refunds of captures and evidence for disputes, and
//! misbehaviour on demand.
//!
//! Kept rules: a request id is answered with what became of its first request, and is forgotten after a
//! day; a refund never exceeds what is left of its capture, comes within 180 days and in its currency;
//! refunds are listed with their order, and their `custom_id` comes back.

mod disputes;

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rusqlite::Transaction;
use serde::Deserialize;
use serde_json::{Value, json};
use watchkeeper_pack::value::money_text;

use crate::connectors::money;
use crate::connectors::mood::{Mode, ON_THE_WAY};
use crate::connectors::stand_in::{
    self, Asked, First, Frame, Keys, Ledger, Paid, Refund, Said, StandIn, response,
};
use crate::problem::ApiError;
use crate::{Platform, StandIns};

pub use disputes::Dispute;

/// A capture can be refunded for so long.
const REFUNDABLE: TimeDelta = TimeDelta::days(180);
/// An order's id is that of its capture behind this: each capture has an order of its own.
const ORDER: &str = "ORDER-";
const KEYS: Keys = Keys("paypal");

/// Moods that concern a refund.
const REFUNDING: &[Mode] = &[
    Mode::TimeoutBefore,
    Mode::TimeoutAfter,
    Mode::Late,
    Mode::Refuse,
    Mode::Error500,
    Mode::Error500After,
    Mode::RateLimit,
    Mode::Pending,
    Mode::ForgetKeys,
];

/// The stand-in.
#[derive(Clone)]
pub struct PaypalStandIn(Frame);

impl PaypalStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        Ok(Self(Frame::new(ledger, disputes::TABLES)?))
    }

    /// Treats the next `times` requests for a refund like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.0.misbehave(mode, times);
    }

    /// All refunds of the ledger, oldest first.
    pub fn refunds(&self) -> rusqlite::Result<Vec<Value>> {
        let all = self.0.ledger().transact(Refund::all)?;
        Ok(all.iter().map(refund).collect())
    }

    /// Begins with these disputes; what was submitted to them before is forgotten.
    ///
    /// # Errors
    /// The ledger.
    pub fn begin_with(&self, all: &[Dispute]) -> rusqlite::Result<()> {
        self.0.ledger().transact(|tx| disputes::begin_with(tx, all))
    }

    /// What was submitted to a dispute, as PayPal shows it at this instant.
    ///
    /// # Errors
    /// The ledger.
    pub fn evidence(&self, dispute: &str, now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.0
            .ledger()
            .transact(|tx| disputes::evidence(tx, dispute, now))
    }
}

impl StandIn for PaypalStandIn {
    const NAME: &'static str = "paypal";
    const SEEN: &'static str = "refunds";
    const MODES: &'static [&'static [Mode]] = &[REFUNDING, disputes::GIVING, ON_THE_WAY];

    fn of(all: &StandIns) -> &Self {
        &all.paypal
    }

    fn frame(&self) -> &Frame {
        &self.0
    }

    fn seen(&self, _now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.refunds()
    }

    fn stranger() -> Response {
        let status = StatusCode::UNAUTHORIZED;
        let words = "The token is not valid.";
        response(problem(
            status,
            "AUTHENTICATION_FAILURE",
            "INVALID_TOKEN",
            words,
        ))
    }

    fn busy() -> Said {
        let (status, limit) = (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_REACHED");
        problem(status, limit, limit, "Too many requests")
    }

    fn out_of_order() -> Response {
        response(broke())
    }

    /// Its no is the first answer to a request id as well.
    fn no() -> Option<Response> {
        None
    }
}

/// A refund as PayPal shows it.
fn refund(of: &Refund) -> Value {
    let status = match of.status.as_str() {
        "succeeded" => "COMPLETED",
        "pending" => "PENDING",
        "canceled" => "CANCELLED",
        _ => "FAILED",
    };
    let capture = format!("/v2/payments/captures/{}", of.charge);
    json!({
        "id": of.id,
        "status": status,
        "amount": money_of(of.amount, &of.currency),
        "custom_id": of.metadata.get("custom_id"),
        "note_to_payer": of.metadata.get("note_to_payer"),
        "create_time": instant(of.created),
        "links": [{"rel": "up", "method": "GET", "href": capture}],
    })
}

fn money_of(minor: i64, currency: &str) -> Value {
    let code = currency.to_uppercase();
    let value = money::to_paypal(minor, &code).unwrap_or_else(|| money_text(minor, &code));
    json!({"value": value, "currency_code": code})
}

fn instant(seconds: i64) -> String {
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    let own = Router::new()
        .route("/v2/payments/captures/{capture}", get(show_capture))
        .route("/v2/payments/captures/{capture}/refund", post(create))
        .route("/v2/checkout/orders/{order}", get(show_order));
    stand_in::routes::<PaypalStandIn>(disputes::routes(own))
}

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
    let (status, issue) = (StatusCode::NOT_FOUND, "INVALID_RESOURCE_ID");
    let words = "The specified resource does not exist.";
    problem(status, "RESOURCE_NOT_FOUND", issue, words)
}

fn broke() -> Said {
    let (status, name) = (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR");
    let words = "An internal server error has occurred.";
    problem(status, name, name, words)
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
    let Some(paid) = Paid::with(tx, capture)? else {
        return Ok(None);
    };
    let status = match gone_back(tx, capture)? {
        0 => "COMPLETED",
        back if back < paid.amount => "PARTIALLY_REFUNDED",
        _ => "REFUNDED",
    };
    Ok(Some(json!({
        "id": capture,
        "status": status,
        "amount": money_of(paid.amount, &paid.currency),
        "create_time": instant(paid.created),
        "supplementary_data": {"related_ids": {"order_id": format!("{ORDER}{capture}")}},
    })))
}

async fn show_capture(
    Path(capture): Path<String>,
    asked: Asked<PaypalStandIn>,
) -> Result<Response, ApiError> {
    asked.answered(|tx| {
        let found = shown(tx, &capture)?;
        Ok(found.map_or_else(unknown, |body| (StatusCode::OK, body)))
    })
}

async fn show_order(
    Path(order): Path<String>,
    asked: Asked<PaypalStandIn>,
) -> Result<Response, ApiError> {
    let capture = order.strip_prefix(ORDER).unwrap_or_default();
    asked.answered(|tx| {
        let Some(shown) = shown(tx, capture)? else {
            return Ok(unknown());
        };
        let refunds = Refund::of(tx, capture, asked.now().timestamp())?;
        let refunds: Vec<Value> = refunds.iter().map(refund).collect();
        let body = json!({
            "id": order, "status": "COMPLETED",
            "purchase_units": [{"payments": {"captures": [shown], "refunds": refunds}}],
        });
        Ok((StatusCode::OK, body))
    })
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
    Path(capture): Path<String>,
    asked: Asked<PaypalStandIn>,
    Json(wanted): Json<Wanted>,
) -> Result<Response, ApiError> {
    let request_id = asked.header("paypal-request-id");
    let wanted = (capture.as_str(), &wanted);
    asked
        .done(REFUNDING, |tx, mode| {
            answer_once(tx, mode, request_id, wanted, asked.now())
        })
        .await
}

/// Says what became of the first request of an id, or carries it out.
fn answer_once(
    tx: &Transaction<'_>,
    mode: Mode,
    request_id: Option<&str>,
    (capture, wanted): (&str, &Wanted),
    now: DateTime<Utc>,
) -> rusqlite::Result<Said> {
    if mode == Mode::Error500 {
        return Ok(broke());
    }
    KEYS.forget(tx, mode.forgets_before(now))?;
    if let Some(first) = KEYS.first(tx, request_id)? {
        return Ok(first.answer);
    }
    let status = match mode {
        Mode::Pending => "pending",
        _ => "succeeded",
    };
    let answer = match mode {
        Mode::Refuse => unprocessable(
            "REFUND_NOT_ALLOWED",
            "A refund of this capture is not allowed.",
        ),
        _ => carry_out(tx, capture, wanted, status, mode.shows_at(now))?,
    };
    let first = First {
        // Whatever comes under an id is taken for what came first.
        fingerprint: String::new(),
        answer,
    };
    KEYS.keep(tx, request_id, &first, now)?;
    Ok(first.answer)
}

fn carry_out(
    tx: &Transaction<'_>,
    capture: &str,
    wanted: &Wanted,
    status: &str,
    at: DateTime<Utc>,
) -> rusqlite::Result<Said> {
    let Some(paid) = Paid::with(tx, capture)? else {
        return Ok(unknown());
    };
    let code = paid.currency.to_uppercase();
    let left = paid.amount - gone_back(tx, capture)?;
    let amount = match &wanted.amount {
        None => Some(left),
        Some(amount) if amount.currency_code == code => money::minor(&amount.value, &code)
            .filter(|minor| money::to_paypal(*minor, &code).is_some()),
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
    if at.timestamp() - paid.created > REFUNDABLE.num_seconds() {
        return Ok(unprocessable(
            "REFUND_TIME_LIMIT_EXCEEDED",
            "The time limit to refund this capture is over.",
        ));
    }
    let id = Refund::next(tx, capture)?.to_uppercase();
    let made = Refund {
        id: id.chars().take(17).collect(),
        charge: capture.to_owned(),
        amount,
        currency: paid.currency,
        metadata: json!({"custom_id": wanted.custom_id, "note_to_payer": wanted.note_to_payer}),
        status: status.to_owned(),
        created: at.timestamp(),
    };
    made.enter(tx)?;
    Ok((StatusCode::CREATED, refund(&made)))
}
