//! What the stand-ins for providers have in common: how a request is read and who may ask, their books,
//! how they misbehave and lose an answer, and the routes that watch and steer them.
//!
//! A stand-in says only what its provider does (`StandIn`). A question is answered with
//! `Asked::answered`; what asks for something is done with `Asked::done`, as the mood has it.

mod keys;
mod ledger;
pub mod mood;
mod refunds;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use rusqlite::Transaction;
use serde::Deserialize;
use serde_json::{Value, json};
use watchkeeper_wire::problem::Code;

use crate::auth::{self, SignedIn};
use crate::problem::ApiError;
use crate::store::StoreError;
use crate::{Platform, StandIns};

pub(super) use keys::{First, Keys};
pub use ledger::{Charge, GoneBack, Ledger, PastRefund};
use mood::{Mode, Moods};
pub(super) use refunds::{Paid, Refund};

/// Bytes of a request that are read, at most.
const MAX_BODY: usize = 1 << 20;
/// Whoever comes too often is asked to wait so many seconds.
const WAIT: &str = "2";

/// Moods that concern whatever is asked.
const ANYTHING: &[Mode] = &[Mode::Down, Mode::Revoked];

/// An answer.
pub(super) type Said = (StatusCode, Value);

/// What stands in for one provider.
pub(super) trait StandIn: Clone + Send + Sync + 'static {
    /// Its part of every address, below `/provider/`.
    const NAME: &'static str;
    /// Under which name an admin sees what it did.
    const SEEN: &'static str;
    /// The moods that it may be in, by what they concern. Some concern whatever is asked.
    const MODES: &'static [&'static [Mode]];

    /// Itself.
    fn of(all: &StandIns) -> &Self;
    /// What it has in common with the others.
    fn frame(&self) -> &Frame;
    /// All that it did, oldest first, as it stands at this instant.
    fn seen(&self, now: DateTime<Utc>) -> rusqlite::Result<Vec<Value>>;

    /// Somebody with its secret asks.
    fn knows(&self, headers: &HeaderMap) -> bool {
        auth::bearer(headers) == Some(self.frame().ledger.secret())
    }

    /// To anybody else.
    fn stranger() -> Response {
        StatusCode::UNAUTHORIZED.into_response()
    }

    /// To whoever comes too often.
    fn busy() -> Said {
        let said = json!({"message": "Too many requests."});
        (StatusCode::TOO_MANY_REQUESTS, said)
    }

    /// Where it breaks before it has done anything, or after.
    fn out_of_order() -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }

    /// Its no for good. None where it says that itself when it comes to it.
    fn no() -> Option<Response> {
        let said = json!({"message": "This is not allowed here."});
        Some(response((StatusCode::UNPROCESSABLE_ENTITY, said)))
    }
}

/// What each stand-in has.
#[derive(Clone)]
pub(super) struct Frame {
    ledger: Ledger,
    moods: Moods,
}

impl Frame {
    /// On this ledger, with tables of its own.
    pub(super) fn new(ledger: Ledger, tables: &str) -> rusqlite::Result<Self> {
        ledger.transact(|tx| tx.execute_batch(tables))?;
        Ok(Self {
            ledger,
            moods: Moods::default(),
        })
    }

    /// The books.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The next `times` requests that it concerns are treated like this.
    pub(super) fn misbehave(&self, mode: Mode, times: u32) {
        self.moods.put(mode, times);
    }

    /// It is in this mood.
    pub(super) fn is(&self, mode: Mode) -> bool {
        self.moods.is(mode)
    }
}

/// A request of somebody whom the stand-in knows, at a time when it works.
pub(super) struct Asked<S> {
    /// Where it came to.
    pub(super) platform: Arc<Platform>,
    /// Whom it asks.
    pub(super) stand_in: S,
    headers: HeaderMap,
}

/// A request that shows who asks in its body, if at all.
pub(super) struct Unsigned<S>(pub(super) Asked<S>);

/// A request of somebody who may watch and steer the stand-in.
pub(super) struct Steered<S>(pub(super) S);

fn of<S: StandIn>(platform: &Platform) -> Result<S, ApiError> {
    let stand_ins = platform.stand_ins.as_ref().ok_or(Code::NotFound)?;
    Ok(S::of(stand_ins).clone())
}

impl<S: StandIn> FromRequestParts<Arc<Platform>> for Unsigned<S> {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Response> {
        let asked = Asked {
            platform: Arc::clone(platform),
            stand_in: of::<S>(platform).map_err(IntoResponse::into_response)?,
            headers: parts.headers.clone(),
        };
        match asked.stand_in.frame().moods.next(ANYTHING) {
            Mode::Down => Err(S::out_of_order()),
            Mode::Revoked => Err(S::stranger()),
            _ => Ok(Self(asked)),
        }
    }
}

impl<S: StandIn> FromRequestParts<Arc<Platform>> for Asked<S> {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Response> {
        let stand_in = of::<S>(platform).map_err(IntoResponse::into_response)?;
        if !stand_in.knows(&parts.headers) {
            return Err(S::stranger());
        }
        let Unsigned(asked) = Unsigned::<S>::from_request_parts(parts, platform).await?;
        Ok(asked)
    }
}

impl<S: StandIn> FromRequestParts<Arc<Platform>> for Steered<S> {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, ApiError> {
        let SignedIn(access) = SignedIn::from_request_parts(parts, platform).await?;
        access.require_admin()?;
        Ok(Self(of(platform)?))
    }
}

impl<S: StandIn> Asked<S> {
    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The key under which it is one with its repetitions.
    pub(super) fn key(&self) -> Option<&str> {
        self.header("idempotency-key")
    }

    /// The provider's clock.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.platform.clock.now()
    }

    /// Statements in one transaction.
    pub(super) fn transact<T>(
        &self,
        statements: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, ApiError> {
        let done = self.stand_in.frame().ledger.transact(statements);
        Ok(done.map_err(StoreError::from)?)
    }

    /// Answers a question.
    pub(super) fn answered(
        &self,
        reads: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Said>,
    ) -> Result<Response, ApiError> {
        self.transact(reads).map(response)
    }

    /// Does what is asked for in one transaction, as often as it arrives, and answers as the mood has it.
    /// Only these moods concern it.
    pub(super) async fn done(
        &self,
        concerns: &[Mode],
        mut does: impl FnMut(&Transaction<'_>, Mode) -> rusqlite::Result<Said>,
    ) -> Result<Response, ApiError> {
        let mode = self.stand_in.frame().moods.next(concerns);
        if let Some(answer) = instead::<S>(mode).await {
            return Ok(answer);
        }
        let said = self.transact(|tx| {
            let mut said = does(tx, mode)?;
            for _ in 1..mode.times() {
                said = does(tx, mode)?;
            }
            Ok(said)
        })?;
        Ok(passed_on::<S>(mode, response(said)).await)
    }
}

/// What is answered without anything being done; none where it is done.
async fn instead<S: StandIn>(mode: Mode) -> Option<Response> {
    if mode.is_lost_before() {
        std::future::pending::<()>().await;
    }
    match mode {
        Mode::Refuse => S::no(),
        Mode::Forbid => Some(StatusCode::FORBIDDEN.into_response()),
        Mode::RateLimit => {
            let wait = [(header::RETRY_AFTER, WAIT)];
            Some((wait, response(S::busy())).into_response())
        }
        _ => None,
    }
}

/// What comes back of an answer.
async fn passed_on<S: StandIn>(mode: Mode, answer: Response) -> Response {
    if mode.is_lost_after() {
        std::future::pending::<()>().await;
    }
    match mode {
        Mode::LostAnswer => StatusCode::BAD_GATEWAY.into_response(),
        Mode::Error500After => S::out_of_order(),
        _ => answer,
    }
}

/// An answer as it goes out.
pub(super) fn response((status, body): Said) -> Response {
    (status, Json(body)).into_response()
}

/// The provider's own routes, and those that watch and steer its stand-in (role `admin`).
pub(super) fn routes<S: StandIn>(own: Router<Arc<Platform>>) -> Router<Arc<Platform>> {
    let all = own
        .route("/misbehave", post(misbehave::<S>))
        .route(&format!("/{}", S::SEEN), get(seen::<S>))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    Router::new().nest(&format!("/provider/{}", S::NAME), all)
}

#[derive(Debug, Deserialize)]
struct Misbehave {
    mode: Mode,
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

async fn misbehave<S: StandIn>(
    Steered(stand_in): Steered<S>,
    Json(wanted): Json<Misbehave>,
) -> Result<StatusCode, ApiError> {
    let known = |mode| S::MODES.iter().any(|concerns| concerns.contains(&mode));
    if wanted.mode != Mode::None && !ANYTHING.contains(&wanted.mode) && !known(wanted.mode) {
        let detail = format!("{} is never in this mood", S::NAME);
        return Err(ApiError::new(Code::BodyInvalid, detail));
    }
    stand_in.frame().misbehave(wanted.mode, wanted.times);
    Ok(StatusCode::NO_CONTENT)
}

async fn seen<S: StandIn>(
    State(platform): State<Arc<Platform>>,
    Steered(stand_in): Steered<S>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let seen = stand_in.seen(platform.clock.now());
    Ok(Json(seen.map_err(StoreError::from)?))
}
