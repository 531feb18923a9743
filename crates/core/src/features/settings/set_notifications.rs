//! What the operator wants to be notified of on this laptop.

use super::view::NotificationSettings;
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::error::{Code, Error};

/// Keeps it, and shows or takes away what follows from it. It is this laptop's own and no change of
/// anything on the platform, so that the audit chain has nothing of it.
///
/// # Errors
/// [`Code::Internal`] for hours that are none.
pub async fn set_notifications(engine: &Engine, wanted: NotificationSettings) -> Result<(), Error> {
    if wanted
        .hours
        .as_ref()
        .is_some_and(|hours| !hours.are_valid())
    {
        return Err(Error::with(Code::Internal, "these hours are none"));
    }
    engine
        .stores()
        .state
        .write(move |state| wanted.save(state))
        .await?;
    engine.changed([Tag::Notifications], Source::Operator);
    engine.look_at_alerts();
    Ok(())
}
