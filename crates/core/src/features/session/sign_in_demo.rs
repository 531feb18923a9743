//! Signs in to the demo platform that was offered to this process.

use super::view::SignedIn;
use crate::app::App;
use crate::error::{Code, Error};

/// Signs in to the demo platform that was offered to this process.
pub async fn sign_in_demo(_app: &App, _passphrase: Option<String>) -> Result<SignedIn, Error> {
    Err(Error::new(Code::Internal))
}
