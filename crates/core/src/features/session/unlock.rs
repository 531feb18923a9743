//! Opens a profile with its passphrase.

use crate::app::App;
use crate::error::{Code, Error};

/// Opens a profile with its passphrase.
pub async fn unlock(_app: &App, _profile: &str, _passphrase: &str) -> Result<(), Error> {
    Err(Error::new(Code::Internal))
}
