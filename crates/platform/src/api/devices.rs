//! `POST /v1/devices`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use watchkeeper_wire::problem::{Code, Problem};
use watchkeeper_wire::session::Device;

use super::Json;
use crate::Platform;
use crate::auth::SignedIn;
use crate::problem::ApiError;

/// The longest name of a device, in characters.
const MAX_NAME: usize = 200;

/// Enrols a laptop, or changes its name.
#[utoipa::path(post, path = "/v1/devices", tag = "session", request_body = Device, responses(
    (status = 204, description = "Enrolled"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn enrol(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    Json(device): Json<Device>,
) -> Result<StatusCode, ApiError> {
    let name = device.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        let detail = format!("a name has 1 to {MAX_NAME} characters");
        return Err(ApiError::new(Code::BodyInvalid, detail));
    }
    let now = platform.clock.now();
    let enrolled = platform
        .store
        .enrol(&access.tenant, &access.operator.id, device.id, name, now)
        .await?;
    if enrolled {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::new(
            Code::Forbidden,
            "this device belongs to another operator",
        ))
    }
}
