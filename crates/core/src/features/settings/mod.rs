//! Who is signed in to what, and what the tenant has set.

mod notifications;
mod set_notifications;
mod test_notification;
pub mod view;

pub use set_notifications::set_notifications;
pub use test_notification::test_notification;

use crate::app::App;
use crate::error::Error;

/// The Settings screen.
pub async fn settings(app: &App) -> Result<view::SettingsView, Error> {
    let engine = app.engine()?;
    let _notifications = notifications::notifications(&engine).await?;
    Err(Error::new(crate::error::Code::NotFound))
}
