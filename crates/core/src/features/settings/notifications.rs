//! Whether native notifications work here, as far as is known.

use chrono::{SecondsFormat, Utc};

use super::view::{DeliveryView, NotificationsView};
use crate::engine::Engine;
use crate::error::Error;
use crate::notify::{NotificationSettings, deliveries};
use crate::store::StoreError;

/// What the operator wants, who shows it, and how the last attempt went.
pub(super) async fn notifications(engine: &Engine) -> Result<NotificationsView, Error> {
    let (wanted, last) = engine
        .stores()
        .state
        .read(|state| {
            let wanted = NotificationSettings::load(state)?;
            Ok::<_, StoreError>((wanted, deliveries::last(state)?))
        })
        .await?;
    let zone = engine.zone();
    let wall = |at: chrono::DateTime<Utc>| {
        at.with_timezone(&zone)
            .to_rfc3339_opts(SecondsFormat::Millis, false)
    };
    let service = engine.notifier().service().await.ok();
    Ok(NotificationsView {
        quiet_now: wanted.is_quiet(engine.clock().now().at, zone),
        wanted,
        buttons: service.as_ref().is_some_and(|service| service.buttons),
        service: service.map(|service| service.name),
        failures: last.as_ref().map_or(0, |last| last.failures),
        last: last.map(|last| DeliveryView {
            at: wall(last.at),
            problem: last.problem,
        }),
    })
}
