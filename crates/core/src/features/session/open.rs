//! Opens a profile of this machine with the key from the keyring.

use super::enter::{enter, enter_beside, keyring_key};
use super::view::Phase;
use crate::app::App;
use crate::error::{Code, Error};

/// Shows a profile of this machine, at once where it is open; otherwise opens it with the key from the
/// keyring. Whatever is missing for it becomes the phase that the app is in then. Other open profiles
/// stay so.
///
/// # Errors
/// [`Code::Locked`] where it needs its passphrase; [`Code::KeyringLocked`], [`Code::KeyringAbsent`]
/// or [`Code::KeyMissing`] where the keyring does not help; what keeps its databases from opening.
pub async fn open(app: &App, profile: &str) -> Result<(), Error> {
    // Without waiting for whoever signs in or opens another just now.
    if app.live_of(profile).is_ok() {
        return show(app, profile);
    }
    let _turn = app.turn().await;
    let file = app.data.profile(profile)?;
    if app.live_of(&file.id).is_ok() {
        return show(app, &file.id);
    }
    if file.keys.by_passphrase() {
        app.stand(Phase::NeedsPassphrase, Some(file.id));
        return Err(Error::new(Code::Locked));
    }
    match keyring_key(app, &file).await {
        Ok(key) => enter(app, file, key, None).await,
        Err(error) => {
            let phase = match error.code {
                Code::KeyringLocked => Phase::KeyringLocked,
                _ => Phase::NeedsRecovery,
            };
            app.stand(phase, Some(file.id));
            Err(error)
        }
    }
}

/// Shows a profile that is open. Should it be closed at this very moment, closing has the last word.
fn show(app: &App, profile: &str) -> Result<(), Error> {
    let phase = if app.data.is_reading() {
        Phase::ReadOnly
    } else {
        if let Err(error) = app.data.remember(profile) {
            tracing::warn!(%error, "which profile is shown was not remembered");
        }
        Phase::Open
    };
    app.stand(phase, Some(profile.to_owned()));
    Ok(())
}

/// Opens the profiles that were open when the app was last used, beside the one that is shown: those
/// whose key the keyring has. One that does not open is left to be opened by the operator.
pub async fn open_others(app: &App) {
    if app.data.is_reading() {
        return;
    }
    for id in app.data.open() {
        let _turn = app.turn().await;
        // Meanwhile somebody may have opened it, or closed it for good.
        if app.live_of(&id).is_ok() || !app.data.open().contains(&id) {
            continue;
        }
        let Ok(file) = app.data.profile(&id) else {
            continue;
        };
        if file.keys.by_passphrase() {
            continue;
        }
        let entered = match keyring_key(app, &file).await {
            Ok(key) => enter_beside(app, file, key, None).await,
            Err(error) => Err(error),
        };
        if let Err(error) = entered {
            tracing::warn!(code = ?error.code, "a profile was not opened beside the others");
        }
    }
}
