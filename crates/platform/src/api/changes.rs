//! `GET /v1/changes`.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use watchkeeper_wire::NDJSON;
use watchkeeper_wire::feed::Line;
use watchkeeper_wire::problem::Problem;

use crate::Platform;
use crate::auth::SignedIn;
use crate::feed;
use crate::problem::ApiError;

/// What a client may ask of the feed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// Where the last page ended; absent for a snapshot.
    cursor: Option<String>,
    /// The most lines between head and end of the page; at most 5,000.
    limit: Option<usize>,
}

/// One page of the change feed: NDJSON, one [`Line`] each.
#[utoipa::path(get, path = "/v1/changes", tag = "feed", params(ChangesQuery), responses(
    (status = 200, content_type = "application/x-ndjson", body = Line),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 410, body = Problem, content_type = "application/problem+json"),
))]
pub async fn changes(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Query(query): Query<ChangesQuery>,
) -> Result<Response, ApiError> {
    let page = feed::page(&platform, &access, query.cursor.as_deref(), query.limit).await?;
    let headers = [
        (header::CONTENT_TYPE, NDJSON),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, page).into_response())
}
