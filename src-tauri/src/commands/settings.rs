//! Settings of this laptop, and what the tenant has set.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::settings;
use watchkeeper_core::features::settings::view::{NotificationSettings, SettingsView};

use crate::start::Shell;

/// The Settings screen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn settings_view(
    shell: State<'_, Shell>,
    profile: String,
) -> Result<SettingsView, Error> {
    settings::settings(&*shell.app().await?, &profile).await
}

/// What the operator wants to be notified of.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_notifications(
    shell: State<'_, Shell>,
    profile: String,
    wanted: NotificationSettings,
) -> Result<(), Error> {
    settings::set_notifications(&*shell.engine(&profile).await?, wanted).await
}

/// Shows a notification as a try.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_notification(
    shell: State<'_, Shell>,
    profile: String,
) -> Result<(), Error> {
    settings::test_notification(&*shell.engine(&profile).await?).await
}
