//! Opens a profile of this machine with the key from the keyring.

use crate::app::App;
use crate::error::{Code, Error};

/// Opens a profile of this machine with the key from the keyring.
pub async fn open(_app: &App, _profile: &str) -> Result<(), Error> {
    Err(Error::new(Code::Internal))
}
