//! The state of the app.

use super::heal::heal;
use super::view::{AppView, DemoView};
use crate::app::App;
use crate::error::Error;

/// The state of the app. Answers in every phase.
pub async fn app_view(app: &App) -> Result<AppView, Error> {
    heal(app).await;
    let standing = app.standing();
    let profiles = app.data.profiles();
    let notices = profiles
        .iter()
        .find(|profile| Some(&profile.id) == standing.profile.as_ref())
        .map(|profile| profile.notices.clone())
        .unwrap_or_default();
    Ok(AppView {
        phase: standing.phase,
        keyring: standing.keyring,
        profiles: profiles.iter().map(|profile| profile.view()).collect(),
        current: standing.profile,
        demo: app.demo.as_ref().map(|demo| DemoView {
            platform: demo.platform.clone(),
            tenant: demo.tenant.clone(),
            others: demo
                .others
                .iter()
                .map(|other| other.tenant.clone())
                .collect(),
        }),
        notices,
        version: app.version.clone(),
    })
}
