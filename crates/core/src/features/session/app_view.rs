//! The state of the app.

use super::heal::heal;
use super::view::{AppView, DemoView, ProfileView};
use crate::app::App;
use crate::error::Error;
use crate::features::watch;

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
    let mut shown = Vec::new();
    for file in &profiles {
        let live = standing.live.get(&file.id);
        let view = file.view();
        shown.push(ProfileView {
            open: live.is_some(),
            zone: live.map_or(view.zone, |live| live.engine.zone().name().to_owned()),
            red: match live {
                // Whatever is wrong with its database is told where it is shown.
                Some(live) => watch::red(&live.engine)
                    .await
                    .map_or(0, |red| count(red.len())),
                None => 0,
            },
            ..view
        });
    }
    // As people look for them, so that one key means one profile.
    shown.sort_by(|one, other| {
        let key = |view: &ProfileView| (view.tenant.to_lowercase(), view.operator.to_lowercase());
        (key(one), &one.id).cmp(&(key(other), &other.id))
    });
    Ok(AppView {
        phase: standing.phase,
        keyring: standing.keyring,
        profiles: shown,
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

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
