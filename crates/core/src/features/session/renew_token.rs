//! Gives the open profile a new token after the old one was refused.

use crate::app::App;
use crate::error::{Code, Error};

/// Gives the open profile a new token after the old one was refused.
pub async fn renew_token(_app: &App, _token: &str) -> Result<(), Error> {
    Err(Error::new(Code::Internal))
}
