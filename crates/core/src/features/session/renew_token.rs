//! Gives an open profile a new token after the old one was refused.

use super::ask;
use super::enter::keep_token;
use crate::app::App;
use crate::error::{Code, Error};

/// Gives an open profile a new token after the old one was refused. What waits goes on waiting,
/// and out under the new one.
///
/// # Errors
/// [`Code::SignedOut`] where it is not open, [`Code::TokenInvalid`] where the token belongs to
/// another operator or tenant, and what the platform answers. The old token stays then.
pub async fn renew_token(app: &App, profile: &str, token: &str) -> Result<(), Error> {
    let _turn = app.turn().await;
    app.data.writable()?;
    let live = app.live_of(profile)?;
    let pinned = &live.profile.pinned;
    let welcome = ask::ask(app, pinned.platform.as_str(), token).await?;
    if welcome.me.operator.id != pinned.operator.id || welcome.me.tenant.id != pinned.tenant.id {
        return Err(Error::with(
            Code::TokenInvalid,
            "this token belongs to another operator or tenant",
        ));
    }
    let file = app.data.profile(&live.profile.id)?;
    keep_token(app, &file, &live.profile.stores, &welcome.token).await?;
    live.engine.renew(&welcome.token)?;
    let mut live = live;
    live.profile.token = welcome.token;
    app.hold(live);
    Ok(())
}
