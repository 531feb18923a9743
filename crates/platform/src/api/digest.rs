//! `GET /v1/digest`.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use watchkeeper_wire::digest::CopyDigests;
use watchkeeper_wire::problem::{Code, Problem};

use crate::Platform;
use crate::auth::SignedIn;
use crate::cursor;
use crate::problem::ApiError;
use crate::store::{CopyAsked, Place};

/// Whose copy is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DigestQuery {
    /// Where the reader's last page ended, all pages read.
    cursor: String,
}

/// What a reader's copy should amount to, so that it can tell whether it still is one.
#[utoipa::path(get, path = "/v1/digest", tag = "feed", params(DigestQuery), responses(
    (status = 200, body = CopyDigests),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 410, body = Problem, content_type = "application/problem+json"),
))]
pub async fn digest(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Query(query): Query<DigestQuery>,
) -> Result<Answer<CopyDigests>, ApiError> {
    let sight = platform.packs.sight(&access).await?;
    let epoch = cursor::epoch(&platform.history.epoch(), &access, &sight);
    let key = &platform.secrets.cursor_key;
    let Place::Delta { at } = cursor::open(key, &access, &epoch, &query.cursor)? else {
        let detail = "a copy is compared once its snapshot is complete";
        return Err(ApiError::new(Code::CursorInvalid, detail));
    };
    let asked = CopyAsked {
        tenant: access.tenant,
        operator: access.operator.id,
        regions: access.regions,
        sight,
        at,
    };
    let found = platform.store.copy_digests(&asked).await?;
    Ok(Answer(found.ok_or(Code::CursorGone)?))
}
