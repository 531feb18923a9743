//! `POST /v1/ingest`.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use watchkeeper_wire::ingest::{Ingest, IngestAnswer, MAX_INGEST};
use watchkeeper_wire::problem::{Code, Problem};

use super::Json;
use crate::Platform;
use crate::auth::SignedIn;
use crate::intake;
use crate::problem::ApiError;

/// Role of the platform's own systems.
const SYSTEM: &str = "system";

/// Takes records from the platform's own systems.
#[utoipa::path(post, path = "/v1/ingest", tag = "ingest", request_body = Ingest, responses(
    (status = 200, body = IngestAnswer),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 413, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn ingest(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Json(brought): Json<Ingest>,
) -> Result<Answer<IngestAnswer>, ApiError> {
    if !access.has_role(SYSTEM) {
        return Err(Code::Forbidden.into());
    }
    if brought.records.len() + brought.removed.len() > MAX_INGEST {
        let detail = format!("at most {MAX_INGEST} records at once");
        return Err(ApiError::new(Code::TooLarge, detail));
    }
    let answer = intake::take(&platform, &access.tenant, &brought).await?;
    Ok(Answer(answer))
}
