//! `GET /v1/openapi.json`.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::openapi;

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "document", security(()), responses(
    (status = 200, content_type = "application/json", body = Object),
))]
pub async fn document() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, openapi::text().to_owned()).into_response()
}
