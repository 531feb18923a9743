//! The HTTP API, one file per endpoint. Handlers check rights and shapes, call the store or a
//! decision, and say the answer; they hold no rules and no SQL.

mod audit;
mod blobs;
mod changes;
mod devices;
mod digest;
mod events;
mod history;
mod ingest;
mod me;
mod openapi;
mod operations;
mod packs;
mod worlds;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::limits::{self, InFlight};
use crate::openapi::Document;
use crate::problem::ApiError;

/// The most bytes of a JSON body.
const MAX_JSON: usize = 4 * 1024 * 1024;
/// The most bytes that the platform's own systems may bring at once.
const MAX_INGEST_BYTES: usize = 32 * 1024 * 1024;
/// An answer takes at most this long, streams and blobs apart.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A blob takes at most this long.
const BLOB_WITHIN: Duration = Duration::from_secs(15 * 60);

/// All endpoints, and the document that describes them.
pub fn endpoints() -> (Router<Arc<Platform>>, utoipa::openapi::OpenApi) {
    let quick = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(me::me))
        .routes(routes!(packs::pack))
        .routes(routes!(changes::changes))
        .routes(routes!(digest::digest))
        .routes(routes!(operations::submit))
        .routes(routes!(operations::read_back))
        .routes(routes!(history::history))
        .routes(routes!(devices::enrol))
        .routes(routes!(audit::deliver))
        .routes(routes!(openapi::document))
        .layer(DefaultBodyLimit::max(MAX_JSON))
        .layer(RequestBodyLimitLayer::new(MAX_JSON))
        .layer(timeout(ANSWER_WITHIN));
    let ingest = OpenApiRouter::new()
        .routes(routes!(ingest::ingest))
        .routes(routes!(ingest::csv))
        .layer(DefaultBodyLimit::max(MAX_INGEST_BYTES))
        .layer(RequestBodyLimitLayer::new(MAX_INGEST_BYTES))
        .layer(timeout(ANSWER_WITHIN));
    let blobs = OpenApiRouter::new()
        .routes(routes!(blobs::get, blobs::put))
        .layer(DefaultBodyLimit::disable())
        .layer(timeout(BLOB_WITHIN));
    let streams = OpenApiRouter::new().routes(routes!(events::events));
    let bounds = Arc::new(InFlight::new(256, 32));
    quick
        .merge(ingest)
        .merge(blobs)
        .layer(middleware::from_fn_with_state(bounds, limits::guard))
        .merge(streams)
        .split_for_parts()
}

/// All endpoints as a service.
pub fn router(platform: Arc<Platform>) -> Router {
    let (mut router, _) = endpoints();
    if platform.stand_ins.is_some() {
        router = router.merge(crate::server::stand_in_routes());
    }
    if platform.demo.is_some() {
        router = router.merge(worlds::routes());
    }
    router
        .fallback(nothing_here)
        .layer(middleware::map_response(say_as_problem))
        .layer(CompressionLayer::new())
        .layer(TraceLayer::new_for_http())
        .with_state(platform)
}

fn timeout(within: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, within)
}

async fn nothing_here() -> ApiError {
    Code::NotFound.into()
}

/// Refusals of the layers and extractors below become problems too.
async fn say_as_problem(response: Response) -> Response {
    let typed = response
        .headers()
        .get(axum::http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| !value.starts_with("text/plain"));
    let code = match response.status() {
        _ if typed => return response,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Code::NotFound,
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Code::BodyInvalid,
        StatusCode::INTERNAL_SERVER_ERROR => Code::Internal,
        _ => return response,
    };
    let error = ApiError::from(code);
    if code == Code::Unavailable {
        return error.retry_after(5).into_response();
    }
    error.into_response()
}

/// A JSON body, refused as a problem.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Code::TooLarge.into())
            }
            Err(rejection) => Err(ApiError::new(Code::BodyInvalid, rejection.body_text())),
        }
    }
}
