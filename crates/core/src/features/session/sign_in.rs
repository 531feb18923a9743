//! Signs in to a platform with a token and opens the profile, making it where it is new.

use super::view::{SignInRequest, SignedIn};
use crate::app::App;
use crate::error::{Code, Error};

/// Signs in to a platform with a token and opens the profile, making it where it is new.
pub async fn sign_in(_app: &App, _request: SignInRequest) -> Result<SignedIn, Error> {
    Err(Error::new(Code::Internal))
}
