//! `GET` and `POST /demo/worlds`: which world a tenant of the demo has. A platform that is no demo has
//! no such place, and it is no part of the API.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use watchkeeper_wire::demo::{ChooseWorld, Worlds};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::auth::SignedIn;
use crate::demo;
use crate::problem::ApiError;

/// Its only route.
pub fn routes() -> Router<Arc<Platform>> {
    Router::new().route("/demo/worlds", get(worlds).post(choose))
}

async fn worlds(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
) -> Result<Json<Worlds>, ApiError> {
    let worlds = of_demo(&platform)?;
    Ok(Json(worlds.of(&platform, &access.tenant).await?))
}

async fn choose(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    super::Json(wanted): super::Json<ChooseWorld>,
) -> Result<Json<Worlds>, ApiError> {
    let worlds = of_demo(&platform)?;
    // Whoever asked may hang up meanwhile: a world is replaced as a whole.
    let chosen =
        tokio::spawn(async move { worlds.choose(&platform, &access.tenant, &wanted).await });
    let chosen = chosen.await.map_err(|error| {
        tracing::error!(%error, "replacing a world");
        ApiError::from(Code::Internal)
    })?;
    Ok(Json(chosen?))
}

fn of_demo(platform: &Platform) -> Result<Arc<demo::Worlds>, ApiError> {
    Ok(platform.demo.clone().ok_or(Code::NotFound)?)
}
