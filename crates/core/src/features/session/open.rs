//! Opens a profile of this machine with the key from the keyring.

use super::enter::{enter, keyring_key};
use super::view::Phase;
use crate::app::App;
use crate::error::{Code, Error};

/// Opens a profile of this machine with the key from the keyring. Whatever is missing for it
/// becomes the phase that the app is in then.
///
/// # Errors
/// [`Code::Locked`] where it needs its passphrase; [`Code::KeyringLocked`], [`Code::KeyringAbsent`]
/// or [`Code::KeyMissing`] where the keyring does not help; what keeps its databases from opening.
pub async fn open(app: &App, profile: &str) -> Result<(), Error> {
    let _turn = app.turn().await;
    let file = app.data.profile(profile)?;
    app.leave().await;
    if file.keys.by_passphrase() {
        app.stand(Phase::NeedsPassphrase, Some(file.id), None);
        return Err(Error::new(Code::Locked));
    }
    match keyring_key(app, &file).await {
        Ok(key) => enter(app, file, key, None).await,
        Err(error) => {
            let phase = match error.code {
                Code::KeyringLocked => Phase::KeyringLocked,
                _ => Phase::NeedsRecovery,
            };
            app.stand(phase, Some(file.id), None);
            Err(error)
        }
    }
}
