//! Who is signed in to what, and what the tenant has set.

pub mod view;

use crate::app::App;
use crate::engine::Engine;
use crate::error::{Code, Error};

/// The Settings screen.
pub async fn settings(_app: &App) -> Result<view::SettingsView, Error> {
    Err(Error::new(Code::NotFound))
}

/// What the operator wants to be notified of on this laptop.
pub async fn set_notifications(
    _engine: &Engine,
    _wanted: view::NotificationSettings,
) -> Result<(), Error> {
    Err(Error::new(Code::NotFound))
}

/// Shows a notification as a try; its problem is the error.
pub async fn test_notification(_app: &App) -> Result<(), Error> {
    Err(Error::new(Code::NotFound))
}
