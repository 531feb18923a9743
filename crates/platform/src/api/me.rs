//! `GET /v1/me`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::Pack;
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
    let operators = platform.store.operators(&access.tenant).await?;
    let now = platform.clock.now();
    // Whoever is signed in is told so whatever became of the pack; the failure is in the journal.
    let pack = platform.packs.active(&tenant).await.ok().flatten();
    let sessions = pack.map_or_else(BTreeMap::new, |pack| sessions(&pack, &tenant.settings, now));
    Ok(Json(Me {
        api: API_VERSION,
        operator: access.operator,
        tenant: tenant.tenant,
        operators,
        roles: access.roles,
        regions: access.regions,
        server_time: now,
        pack: tenant.pack,
        publisher: tenant.publisher,
        settings_version: tenant.settings_version,
        settings: tenant.settings,
        controls: tenant.controls,
        sessions,
        history: Some(platform.history.name()),
        demo: platform.demo.is_some(),
        audit_key: platform.audit_key_hex(),
    }))
}

/// How far ahead sessions are told: past the next clock change of most who are told of it, and a month
/// for whoever is cut off.
const AHEAD: TimeDelta = TimeDelta::days(35);
/// The most instants of one session.
const MOST: usize = 60;

/// The sessions to come under these settings, as this machine reckons zones.
fn sessions(
    pack: &Pack,
    settings: &Map<String, Value>,
    now: DateTime<Utc>,
) -> BTreeMap<String, Vec<DateTime<Utc>>> {
    let sessions = pack.sessions.iter();
    sessions
        .map(|(name, session)| {
            let zone = pack.session_zone_in(session, settings);
            let next = |at: &DateTime<Utc>| session.schedule.next_after_in(*at, zone);
            let ahead = std::iter::successors(next(&now), next);
            let ahead = ahead.take_while(|at| *at <= now + AHEAD).take(MOST);
            (name.clone(), ahead.collect())
        })
        .collect()
}
