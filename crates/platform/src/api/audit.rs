//! `POST /v1/audit`.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use watchkeeper_wire::audit::{Delivery, SignedHead};
use watchkeeper_wire::problem::{Code, Problem};

use super::Json;
use crate::Platform;
use crate::auth::SignedIn;
use crate::chain;
use crate::problem::ApiError;

/// Takes a device's audit chain from where it was last delivered, and countersigns its head.
#[utoipa::path(post, path = "/v1/audit", tag = "audit", request_body = Delivery, responses(
    (status = 200, body = SignedHead),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn deliver(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Json(delivery): Json<Delivery>,
) -> Result<Answer<SignedHead>, ApiError> {
    let owner = platform
        .store
        .device_owner(&access.tenant, delivery.device)
        .await?;
    if owner.as_deref() != Some(access.operator.id.as_str()) {
        return Err(ApiError::new(Code::NotFound, "enrol this device first"));
    }
    Ok(Answer(chain::extend(&platform, &access, &delivery).await?))
}
