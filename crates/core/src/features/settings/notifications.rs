//! What the operator wants to be notified of on this laptop. It is the laptop's own: nothing of it
//! goes to the platform, and it is no entry of the audit chain.

use crate::app::App;
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::store::setting;

use super::view::{Hours, NotificationSettings};

/// Name in table `setting`.
pub(super) const SETTING: &str = "notifications";

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// What the operator wants to be notified of on this laptop.
///
/// # Errors
/// [`Code::NotNow`] where the hours are none.
pub async fn set_notifications(engine: &Engine, wanted: NotificationSettings) -> Result<(), Error> {
    if wanted.hours.as_ref().is_some_and(|hours| !are_valid(hours)) {
        let detail = "The hours must begin and end at different minutes, on at least one day.";
        return Err(Error::with(Code::NotNow, detail));
    }
    engine
        .stores()
        .state
        .write(move |state| setting::put(state, SETTING, &wanted))
        .await?;
    engine.changed([Tag::Notifications], Source::Operator);
    Ok(())
}

/// They name minutes of a day, and a day.
fn are_valid(hours: &Hours) -> bool {
    hours.from < DAY
        && hours.to < DAY
        && hours.from != hours.to
        && !hours.days.is_empty()
        && hours.days.iter().all(|day| (1..=7).contains(day))
}

/// Where the operator has said nothing: red alerts and what was refused, at any hour.
pub(super) fn by_default() -> NotificationSettings {
    NotificationSettings {
        red: true,
        yellow: false,
        refused: true,
        hours: None,
    }
}

/// Shows a notification as a try; its problem is the error.
pub async fn test_notification(app: &App) -> Result<(), Error> {
    app.engine()?;
    // Who shows notifications is not asked yet.
    Err(Error::with(Code::NotNow, "no notification service answers"))
}
