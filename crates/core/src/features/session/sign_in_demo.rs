//! Signs in to the demo platform that was offered to this process.

use super::sign_in::sign_in;
use super::view::{SignInRequest, SignedIn};
use crate::app::App;
use crate::error::{Code, Error};

/// Signs in to the demo platform that was offered to this process: to its first tenant, or to the one
/// of this name.
///
/// # Errors
/// [`Code::NotFound`] where none was offered, else those of [`sign_in`].
pub async fn sign_in_demo(
    app: &App,
    tenant: Option<String>,
    passphrase: Option<String>,
) -> Result<SignedIn, Error> {
    let demo = app
        .demo
        .clone()
        .ok_or_else(|| Error::with(Code::NotFound, "no demo platform was offered"))?;
    let token = match tenant.filter(|tenant| *tenant != demo.tenant) {
        None => demo.token,
        Some(tenant) => {
            let mut others = demo.others.into_iter();
            let other = others.find(|other| other.tenant == tenant);
            let missing = || Error::with(Code::NotFound, "no such tenant of the demo");
            other.ok_or_else(missing)?.token
        }
    };
    let request = SignInRequest {
        platform: demo.platform,
        token,
        passphrase,
    };
    sign_in(app, request).await
}
