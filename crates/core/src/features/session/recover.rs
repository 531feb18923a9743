//! Opens a profile with its recovery code and wraps the key anew (keyring, or the passphrase given).

use super::enter::{enter, protect};
use crate::app::App;
use crate::error::Error;
use crate::keys::RecoveryCode;
use crate::secrets::Secret;

/// Opens a profile with its recovery code and wraps the key anew (keyring, or the passphrase given).
/// The code stays valid.
///
/// # Errors
/// [`crate::Code::SecretWrong`] where it is not the code, [`crate::Code::KeyringAbsent`] where there
/// is no keyring and no passphrase was given. Nothing changes then.
pub async fn recover(
    app: &App,
    profile: &str,
    code: &str,
    passphrase: Option<String>,
) -> Result<(), Error> {
    let _turn = app.turn().await;
    app.data.writable()?;
    let mut file = app.data.profile(profile)?;
    let code = RecoveryCode::parse(code)?;
    let key = file.keys.open_with_code(&file.id, &code)?;
    app.leave(&file.id).await;
    let passphrase = passphrase.map(Secret::new);
    file.keys = protect(app, &file, &key, passphrase.as_ref()).await?;
    file.write(&app.data.folder(&file.id))?;
    enter(app, file, key, None).await
}
