//! `GET /v1/packs/{hash}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use watchkeeper_wire::problem::{Code, Problem};

use crate::Platform;
use crate::auth::SignedIn;
use crate::problem::ApiError;

/// A pack bundle of the tenant, named by what is in it.
#[utoipa::path(get, path = "/v1/packs/{hash}", tag = "packs", params(
    ("hash" = String, Path, description = "SHA-256 of the bundle, hex"),
), responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn pack(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Path(hash): Path<String>,
) -> Result<Response, ApiError> {
    let bundle = platform
        .store
        .pack(&access.tenant, &hash)
        .await?
        .ok_or(Code::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (
            header::CACHE_CONTROL,
            "private, immutable, max-age=31536000",
        ),
    ];
    Ok((headers, bundle).into_response())
}
