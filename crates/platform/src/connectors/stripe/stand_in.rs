//! What stands in for Stripe: the published rules for refunds, and misbehaviour on demand.
//!
//! Kept rules: the first answer to an idempotency key is replayed, a 500 included; the same key
//! with other parameters is an error; keys can be forgotten; a refund never exceeds what is left
//! of its charge and is counted in the units of its currency; what a refund that failed or was cancelled
//! was of is left again; refunds are listed by charge, newest first, in pages; metadata comes back.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Router};
use chrono::{DateTime, Utc};
use rusqlite::Transaction;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::connectors::money;
use crate::connectors::mood::Mode;
use crate::connectors::stand_in::{
    self, Asked, First, Frame, Keys, Ledger, Paid, Refund, Said, StandIn, response,
};
use crate::problem::ApiError;
use crate::{Platform, StandIns};

/// Most refunds of one page.
const MAX_PAGE: u32 = 100;
const KEYS: Keys = Keys("stripe");

/// Moods that concern a refund.
const REFUNDING: &[Mode] = &[
    Mode::TimeoutBefore,
    Mode::TimeoutAfter,
    Mode::Refuse,
    Mode::Forbid,
    Mode::Error500,
    Mode::RateLimit,
    Mode::Pending,
    Mode::ForgetKeys,
];

/// The stand-in.
#[derive(Clone)]
pub struct StripeStandIn(Frame);

impl StripeStandIn {
    /// On this ledger.
    ///
    /// # Errors
    /// The ledger.
    pub fn new(ledger: Ledger) -> rusqlite::Result<Self> {
        Ok(Self(Frame::new(ledger, "")?))
    }

    /// Treats the next `times` requests for a refund like this.
    pub fn misbehave(&self, mode: Mode, times: u32) {
        self.0.misbehave(mode, times);
    }

    /// It answers nothing useful just now.
    pub fn is_down(&self) -> bool {
        self.0.is(Mode::Down)
    }

    /// All refunds, oldest first.
    pub fn refunds(&self) -> rusqlite::Result<Vec<Value>> {
        let all = self.0.ledger().transact(Refund::all)?;
        Ok(all.iter().map(refund).collect())
    }
}

impl StandIn for StripeStandIn {
    const NAME: &'static str = "stripe";
    const SEEN: &'static str = "refunds";
    const MODES: &'static [&'static [Mode]] = &[REFUNDING];

    fn of(all: &StandIns) -> &Self {
        &all.stripe
    }

    fn frame(&self) -> &Frame {
        &self.0
    }

    fn seen(&self, _now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>> {
        self.refunds()
    }

    fn stranger() -> Response {
        let status = StatusCode::UNAUTHORIZED;
        response(failure(status, "api_key", "Invalid API Key provided"))
    }

    fn busy() -> Said {
        let status = StatusCode::TOO_MANY_REQUESTS;
        failure(status, "rate_limit", "Too many requests")
    }

    fn out_of_order() -> Response {
        response(broke("Something went wrong on our side"))
    }

    /// Its no is the first answer to a key as well.
    fn no() -> Option<Response> {
        None
    }
}

/// An amount as Stripe shows it.
fn shown(minor: i64, currency: &str) -> i64 {
    money::to_stripe(minor, &currency.to_uppercase()).unwrap_or(minor)
}

/// A refund as Stripe shows it.
fn refund(of: &Refund) -> Value {
    json!({
        "id": of.id,
        "object": "refund",
        "charge": of.charge,
        "amount": shown(of.amount, &of.currency),
        "currency": of.currency,
        "metadata": of.metadata,
        "status": of.status,
        "created": of.created,
    })
}

/// The stand-in's own endpoints, and those that watch and steer it (role `admin`).
pub fn routes() -> Router<Arc<Platform>> {
    let own = Router::new()
        .route("/v1/refunds", post(create).get(list))
        .route("/v1/charges/{charge}", get(charge));
    stand_in::routes::<StripeStandIn>(own)
}

fn failure(status: StatusCode, code: &str, message: &str) -> Said {
    let body = json!({"error": {
        "type": "invalid_request_error", "code": code, "message": message,
    }});
    (status, body)
}

fn broke(message: &str) -> Said {
    failure(StatusCode::INTERNAL_SERVER_ERROR, "api_error", message)
}

/// What went back of a charge, or is on its way. A refund that failed returns to the balance, and no longer
/// counts.
fn gone_back(tx: &Transaction<'_>, charge: &str) -> rusqlite::Result<i64> {
    tx.query_row(
        "SELECT coalesce(sum(amount), 0) FROM refund
         WHERE charge = ? AND status NOT IN ('failed', 'canceled')",
        [charge],
        |row| row.get(0),
    )
}

async fn charge(
    Path(charge): Path<String>,
    asked: Asked<StripeStandIn>,
) -> Result<Response, ApiError> {
    asked.answered(|tx| {
        let Some(paid) = Paid::with(tx, &charge)? else {
            let status = StatusCode::NOT_FOUND;
            return Ok(failure(status, "resource_missing", "No such charge"));
        };
        let body = json!({
            "id": charge,
            "object": "charge",
            "amount": shown(paid.amount, &paid.currency),
            "amount_refunded": shown(gone_back(tx, &charge)?, &paid.currency),
            "currency": paid.currency,
        });
        Ok((StatusCode::OK, body))
    })
}

async fn create(
    asked: Asked<StripeStandIn>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Response, ApiError> {
    asked
        .done(REFUNDING, |tx, mode| {
            answer_once(tx, mode, asked.key(), &form, asked.now())
        })
        .await
}

/// Replays the first answer to a key, or gives and keeps one.
fn answer_once(
    tx: &Transaction<'_>,
    mode: Mode,
    key: Option<&str>,
    form: &BTreeMap<String, String>,
    now: DateTime<Utc>,
) -> rusqlite::Result<Said> {
    if mode == Mode::ForgetKeys {
        KEYS.forget(tx, mode.forgets_before(now))?;
    }
    let fingerprint = hex::encode(Sha256::digest(format!("{form:?}")));
    if let Some(first) = KEYS.first(tx, key)? {
        return Ok(match first.fingerprint == fingerprint {
            true => first.answer,
            false => failure(
                StatusCode::BAD_REQUEST,
                "idempotency_key_in_use",
                "Keys for idempotent requests can only be used with the same parameters",
            ),
        });
    }
    let answer = match mode {
        Mode::Error500 => broke("An error occurred"),
        Mode::Refuse => failure(
            StatusCode::BAD_REQUEST,
            "charge_disputed",
            "This charge is disputed and cannot be refunded",
        ),
        Mode::Pending => carry_out(tx, form, "pending", now)?,
        _ => carry_out(tx, form, "succeeded", now)?,
    };
    let first = First {
        fingerprint,
        answer,
    };
    KEYS.keep(tx, key, &first, now)?;
    Ok(first.answer)
}

fn carry_out(
    tx: &Transaction<'_>,
    form: &BTreeMap<String, String>,
    status: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<Said> {
    let bad = |code, message| Ok(failure(StatusCode::BAD_REQUEST, code, message));
    let Some(charge) = form.get("charge") else {
        return bad("parameter_missing", "Must provide charge");
    };
    let Some(paid) = Paid::with(tx, charge)? else {
        let status = StatusCode::NOT_FOUND;
        return Ok(failure(status, "resource_missing", "No such charge"));
    };
    let left = paid.amount - gone_back(tx, charge)?;
    let amount = match form.get("amount") {
        None => Some(left),
        Some(amount) => {
            let amount = amount.parse::<i64>().ok().filter(|amount| *amount > 0);
            amount.and_then(|amount| money::of_stripe(amount, &paid.currency.to_uppercase()))
        }
    };
    let Some(amount) = amount else {
        return bad("parameter_invalid_integer", "Invalid amount");
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
    let id: String = Refund::next(tx, charge)?.chars().take(24).collect();
    let made = Refund {
        id: format!("re_{id}"),
        charge: charge.clone(),
        amount,
        currency: paid.currency,
        metadata: json!(metadata),
        status: status.to_owned(),
        created: now.timestamp(),
    };
    made.enter(tx)?;
    Ok((StatusCode::OK, refund(&made)))
}

#[derive(Deserialize)]
struct ListQuery {
    charge: Option<String>,
    limit: Option<u32>,
    starting_after: Option<String>,
}

async fn list(
    Query(query): Query<ListQuery>,
    asked: Asked<StripeStandIn>,
) -> Result<Response, ApiError> {
    let limit = query.limit.unwrap_or(10).clamp(1, MAX_PAGE);
    asked.answered(|tx| {
        if let Some(charge) = &query.charge
            && Paid::with(tx, charge)?.is_none()
        {
            let status = StatusCode::BAD_REQUEST;
            return Ok(failure(status, "resource_missing", "No such charge"));
        }
        let (charge, behind) = (query.charge.as_deref(), query.starting_after.as_deref());
        let mut found = Refund::page(tx, charge, behind, limit + 1)?;
        let has_more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let data: Vec<Value> = found.iter().map(refund).collect();
        let list = json!({
            "object": "list", "url": "/v1/refunds", "has_more": has_more, "data": data,
        });
        Ok((StatusCode::OK, list))
    })
}
