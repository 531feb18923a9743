//! Opens a profile with its passphrase.

use super::enter::{blocking, enter};
use crate::app::App;
use crate::error::Error;
use crate::secrets::Secret;

/// Opens a profile with its passphrase.
///
/// # Errors
/// [`crate::Code::SecretWrong`] where it is not the one; nothing changes then.
pub async fn unlock(app: &App, profile: &str, passphrase: &str) -> Result<(), Error> {
    let _turn = app.turn().await;
    let file = app.data.profile(profile)?;
    let passphrase = Secret::new(passphrase);
    let keys = file.keys.clone();
    let id = file.id.clone();
    let key = blocking(move || Ok(keys.open_with_passphrase(&id, &passphrase)?)).await?;
    app.leave(&file.id).await;
    enter(app, file, key, None).await
}
