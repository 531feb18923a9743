//! `POST /v1/ingest` and `POST /v1/ingest/csv`.

use std::sync::Arc;

use axum::Json as Answer;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use utoipa::IntoParams;
use watchkeeper_wire::ingest::{CsvAnswer, Ingest, IngestAnswer, MAX_INGEST, Outcome, Rejected};
use watchkeeper_wire::problem::{Code, Problem};

use super::Json;
use crate::Platform;
use crate::auth::SignedIn;
use crate::intake::{self, in_place, sheet};
use crate::problem::ApiError;
use crate::store::{Access, record_region};

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
    Json(mut brought): Json<Ingest>,
) -> Result<Answer<IngestAnswer>, ApiError> {
    if !access.has_role(SYSTEM) {
        return Err(Code::Forbidden.into());
    }
    if brought.records.len() + brought.removed.len() > MAX_INGEST {
        let detail = format!("at most {MAX_INGEST} records at once");
        return Err(ApiError::new(Code::TooLarge, detail));
    }
    let outside = keep_out(&platform, &access, &mut brought).await?;
    let taken = intake::take(&platform, &access.tenant, &brought).await?;
    let records = in_place(outside.records, &mut taken.records.into_iter());
    let removed = in_place(outside.removed, &mut taken.removed.into_iter());
    let mut rejected = taken.rejected;
    rejected.extend(outside.rejected);
    let answer = IngestAnswer::of(records, removed, rejected, taken.head);
    Ok(Answer(answer))
}

/// What is to be done with a file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CsvQuery {
    /// Kind of the records in it.
    kind: String,
    /// False loads it; else only what it would do is said.
    preview: Option<bool>,
    /// The token of the preview that was looked at; loading asks for it where anything changes.
    token: Option<String>,
}

/// Previews records out of a CSV file, or loads them, all or none.
#[utoipa::path(post, path = "/v1/ingest/csv", tag = "ingest", params(CsvQuery),
request_body(content = String, content_type = "text/csv"), responses(
    (status = 200, body = CsvAnswer),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 413, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn csv(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Query(query): Query<CsvQuery>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Answer<CsvAnswer>, ApiError> {
    if !access.has_role(SYSTEM) {
        return Err(Code::Forbidden.into());
    }
    let said = headers.get(header::CONTENT_TYPE);
    let said = said.and_then(|value| value.to_str().ok()?.split(';').next());
    if !said.is_some_and(|said| said.trim().eq_ignore_ascii_case("text/csv")) {
        return Err(ApiError::new(Code::BodyInvalid, "the body is text/csv"));
    }
    let sheet = sheet::look(&platform, &access, (&query.kind, &bytes)).await?;
    Ok(Answer(match query.preview.unwrap_or(true) {
        true => sheet.answer,
        false => sheet::load(&platform, &access, sheet, query.token.as_deref()).await?,
    }))
}

/// What was taken out of what a system brings.
#[derive(Default)]
struct Outside {
    /// What is answered to each record; none where it was left in.
    records: Vec<Option<Outcome>>,
    /// To each removal, likewise.
    removed: Vec<Option<Outcome>>,
    rejected: Vec<Rejected>,
}

/// Takes out what a system of some regions brings for others: neither what is there nor what is to be
/// may be out of its sight.
async fn keep_out(
    platform: &Platform,
    access: &Access,
    brought: &mut Ingest,
) -> Result<Outside, ApiError> {
    let mut outside = Outside::default();
    for record in std::mem::take(&mut brought.records) {
        let region = record_region(&record.body);
        let within = access.sees(region.as_deref())
            && may_touch(platform, access, &record.kind, &record.id).await?;
        outside.records.push((!within).then_some(Outcome::Rejected));
        if within {
            brought.records.push(record);
        } else {
            outside.rejected.push(Rejected {
                kind: record.kind,
                id: record.id,
                problem: "it belongs to a region that is not yours".into(),
            });
        }
    }
    for gone in std::mem::take(&mut brought.removed) {
        let within = may_touch(platform, access, &gone.kind, &gone.id).await?;
        // To this system it is not there.
        outside.removed.push((!within).then_some(Outcome::Same));
        if within {
            brought.removed.push(gone);
        }
    }
    Ok(outside)
}

async fn may_touch(
    platform: &Platform,
    access: &Access,
    kind: &str,
    id: &str,
) -> Result<bool, ApiError> {
    if access.regions.is_empty() {
        return Ok(true);
    }
    let found = platform.store.record(&access.tenant, kind, id).await?;
    Ok(found.is_none_or(|row| access.sees(row.region.as_deref())))
}
