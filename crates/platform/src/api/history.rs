//! `GET /v1/records/{kind}/{id}/history`.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use watchkeeper_pack::saved;
use watchkeeper_wire::history::{MAX_ENTRIES, RecordHistory};
use watchkeeper_wire::problem::{Code, Problem};

use crate::Platform;
use crate::auth::SignedIn;
use crate::decide;
use crate::problem::ApiError;
use crate::store::{HistoryAsked, HistoryRead};

/// Which part of a history is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Only what is behind the entry with this place; from the newest on where absent.
    before: Option<u64>,
}

/// What everybody did with a record that the asker sees, newest first.
#[utoipa::path(get, path = "/v1/records/{kind}/{id}/history", tag = "operations", params(
    ("kind" = String, Path, description = "Kind of the record"),
    ("id" = String, Path, description = "The record"),
    HistoryQuery,
), responses(
    (status = 200, body = RecordHistory),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn history(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Path((kind, record)): Path<(String, String)>,
    Query(query): Query<HistoryQuery>,
) -> Result<Answer<RecordHistory>, ApiError> {
    // What was said of one while it was its owner's alone is nobody else's now that it is shared.
    if kind == saved::KIND {
        return Err(Code::NotFound.into());
    }
    let state = platform.store.tenant(&access.tenant).await?;
    let state = state.ok_or(Code::NotFound)?;
    let sight = platform.packs.sight_in(&state, &access).await?;
    let pack = platform.packs.active(&state).await?;
    let known = pack.as_ref().and_then(|pack| pack.kind(&kind));
    let asked = HistoryAsked {
        refs: known.map(decide::refs_of).unwrap_or_default(),
        tenant: access.tenant,
        kind,
        record,
        regions: access.regions,
        sight,
        before: query.before,
        limit: MAX_ENTRIES,
    };
    let found = platform.store.record_history(&asked).await?;
    let HistoryRead { entries, older } = found.ok_or(Code::NotFound)?;
    Ok(Answer(RecordHistory {
        entries,
        older,
        server_time: platform.clock.now(),
    }))
}
