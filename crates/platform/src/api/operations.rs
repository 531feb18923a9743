//! `POST /v1/operations` and `GET /v1/operations/{id}`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use uuid::Uuid;
use watchkeeper_wire::operation::{Batch, BatchAnswer, MAX_BATCH, Verdict, VerdictWord};
use watchkeeper_wire::problem::{Code, Problem};

use super::Json;
use crate::Platform;
use crate::auth::SignedIn;
use crate::decide;
use crate::problem::ApiError;

/// Carries out a batch, in lane order; one verdict each.
#[utoipa::path(post, path = "/v1/operations", tag = "operations", request_body = Batch, responses(
    (status = 200, body = BatchAnswer),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 413, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn submit(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Json(batch): Json<Batch>,
) -> Result<Answer<BatchAnswer>, ApiError> {
    if batch.operations.len() > MAX_BATCH {
        let detail = format!("at most {MAX_BATCH} operations at once");
        return Err(ApiError::new(Code::TooLarge, detail));
    }
    let here = platform.history.name();
    if batch.history.as_ref().is_some_and(|known| *known != here) {
        return Err(Code::HistoryChanged.into());
    }
    let mut stopped = BTreeSet::new();
    let mut verdicts = Vec::with_capacity(batch.operations.len());
    for operation in &batch.operations {
        let lane = operation.lane();
        let verdict = if stopped.contains(&lane) {
            decide::not_tried(operation, platform.clock.now())
        } else {
            let sent_before = batch.sent_before.contains(&operation.id);
            decide::apply(&platform, &access, operation, sent_before).await?
        };
        match verdict.word {
            VerdictWord::Accepted | VerdictWord::Confirmed | VerdictWord::Unknown => {}
            VerdictWord::Refused
            | VerdictWord::Conflict
            | VerdictWord::Lapsed
            | VerdictWord::NotTried => {
                stopped.insert(lane);
            }
        }
        verdicts.push(verdict);
    }
    Ok(Answer(BatchAnswer {
        verdicts,
        server_time: platform.clock.now(),
    }))
}

/// What became of an operation of the asker's own.
#[utoipa::path(get, path = "/v1/operations/{id}", tag = "operations", params(
    ("id" = Uuid, Path, description = "The operation"),
), responses(
    (status = 200, body = Verdict),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn read_back(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Path(id): Path<String>,
) -> Result<Answer<Verdict>, ApiError> {
    let id = Uuid::parse_str(&id).map_err(|_| Code::NotFound)?;
    let row = platform
        .store
        .operation(&access.tenant, id)
        .await?
        .filter(|row| row.request.author == access.operator.id)
        .ok_or(Code::NotFound)?;
    Ok(Answer(
        decide::with_record(&platform, &access, row.verdict).await?,
    ))
}
