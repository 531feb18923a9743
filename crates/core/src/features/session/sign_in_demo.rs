//! Signs in to the demo platform that was offered to this process.

use super::sign_in::sign_in;
use super::view::{SignInRequest, SignedIn};
use crate::app::App;
use crate::error::{Code, Error};

/// Signs in to the demo platform that was offered to this process.
///
/// # Errors
/// [`Code::NotFound`] where none was offered, else those of [`sign_in`].
pub async fn sign_in_demo(app: &App, passphrase: Option<String>) -> Result<SignedIn, Error> {
    let demo = app
        .demo
        .clone()
        .ok_or_else(|| Error::with(Code::NotFound, "no demo platform was offered"))?;
    let request = SignInRequest {
        platform: demo.platform,
        token: demo.token,
        passphrase,
    };
    sign_in(app, request).await
}
