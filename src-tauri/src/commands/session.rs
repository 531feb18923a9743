//! Signing in, locking, unlocking.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::session;
use watchkeeper_core::features::session::view::{AppView, SignInRequest, SignedIn};

use crate::start::Shell;

/// The state of the app. Its error is one of starting.
#[tauri::command]
#[specta::specta]
pub(crate) async fn app_view(shell: State<'_, Shell>) -> Result<AppView, Error> {
    session::app_view(&*shell.app().await?).await
}

/// Signs in to a platform with a token.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in(
    shell: State<'_, Shell>,
    request: SignInRequest,
) -> Result<SignedIn, Error> {
    session::sign_in(&*shell.app().await?, request).await
}

/// Signs in to the demo platform that was offered at the start: to its first tenant, or to the one of
/// this name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_demo(
    shell: State<'_, Shell>,
    tenant: Option<String>,
    passphrase: Option<String>,
) -> Result<SignedIn, Error> {
    session::sign_in_demo(&*shell.app().await?, tenant, passphrase).await
}

/// Shows a profile, at once where it is open; opens it with the key from the keyring otherwise.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_profile(shell: State<'_, Shell>, profile: String) -> Result<(), Error> {
    session::open(&*shell.app().await?, &profile).await
}

/// Opens a profile with its passphrase.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock(
    shell: State<'_, Shell>,
    profile: String,
    passphrase: String,
) -> Result<(), Error> {
    session::unlock(&*shell.app().await?, &profile, &passphrase).await
}

/// Opens a profile with its recovery code.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recover(
    shell: State<'_, Shell>,
    profile: String,
    code: String,
    passphrase: Option<String>,
) -> Result<(), Error> {
    session::recover(&*shell.app().await?, &profile, &code, passphrase).await
}

/// Gives up the key of a profile; its data is moved aside and kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_over(shell: State<'_, Shell>, profile: String) -> Result<(), Error> {
    session::start_over(&*shell.app().await?, &profile).await
}

/// Gives an open profile a new token.
#[tauri::command]
#[specta::specta]
pub(crate) async fn renew_token(
    shell: State<'_, Shell>,
    profile: String,
    token: String,
) -> Result<(), Error> {
    session::renew_token(&*shell.app().await?, &profile, &token).await
}

/// Closes the profile that is shown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_profile(shell: State<'_, Shell>) -> Result<(), Error> {
    session::close(&*shell.app().await?).await
}

/// The operator has read the notices.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dismiss_notices(shell: State<'_, Shell>) -> Result<(), Error> {
    session::dismiss_notices(&*shell.app().await?).await
}
