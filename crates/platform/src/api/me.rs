//! `GET /v1/me`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use watchkeeper_wire::API_VERSION;
use watchkeeper_wire::problem::{Code, Problem};
use watchkeeper_wire::session::Me;

use crate::Platform;
use crate::auth::SignedIn;
use crate::problem::ApiError;

/// Who is signed in, and what is in force.
#[utoipa::path(get, path = "/v1/me", tag = "session", responses(
    (status = 200, body = Me),
    (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub async fn me(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
) -> Result<Json<Me>, ApiError> {
    let tenant = platform
        .store
        .tenant(&access.tenant)
        .await?
        .ok_or(Code::NotFound)?;
    Ok(Json(Me {
        api: API_VERSION,
        operator: access.operator,
        tenant: tenant.tenant,
        roles: access.roles,
        regions: access.regions,
        server_time: platform.clock.now(),
        pack: tenant.pack,
        publisher: tenant.publisher,
        settings_version: tenant.settings_version,
        settings: tenant.settings,
        controls: tenant.controls,
        history: Some(platform.history.name()),
        audit_key: platform.audit_key_hex(),
    }))
}
