//! Opens a profile with its recovery code and wraps the key anew (keyring, or the passphrase given).

use crate::app::App;
use crate::error::{Code, Error};

/// Opens a profile with its recovery code and wraps the key anew (keyring, or the passphrase given).
pub async fn recover(
    _app: &App,
    _profile: &str,
    _code: &str,
    _passphrase: Option<String>,
) -> Result<(), Error> {
    Err(Error::new(Code::Internal))
}
