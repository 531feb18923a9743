//! Asks a platform who a token belongs to and what its pack is. Writes nothing.

use std::sync::Arc;

use url::Url;
use watchkeeper_wire::session::{Me, PackRef};

use crate::app::App;
use crate::clock::{Anchor, Corrected};
use crate::error::{Code, Error};
use crate::secrets::Secret;
use crate::sync::activate;
use crate::sync::client::{self, Client};

/// What a platform answered, checked.
pub(super) struct Welcome {
    /// Its address.
    pub platform: Url,
    /// The token that it accepted.
    pub token: Secret,
    /// Who we are there.
    pub me: Me,
    /// Its time.
    pub anchor: Option<Anchor>,
    /// To ask more.
    pub client: Client,
}

/// A pack that loads.
pub(super) struct Fetched {
    /// As the platform names it.
    pub named: PackRef,
    /// Its bytes.
    pub bundle: Vec<u8>,
}

/// Asks who this token belongs to.
pub(super) async fn ask(app: &App, platform: &str, token: &str) -> Result<Welcome, Error> {
    let platform = address(platform)?;
    let token = Secret::new(token.trim());
    // What is no header value was never issued by anybody.
    if token.expose().is_empty() || !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::new(Code::TokenInvalid));
    }
    let client = Client::new(platform.clone(), token.expose())?;
    let clock = Corrected::new(Arc::clone(&app.clock), None);
    let sent = clock.boot();
    let me = client.me().await?;
    clock.observe(me.server_time, sent);
    Ok(Welcome {
        platform,
        token,
        me,
        anchor: clock.anchor(),
        client,
    })
}

/// Fetches the tenant's pack and checks it as a whole.
pub(super) async fn pack(welcome: &Welcome) -> Result<Fetched, Error> {
    let named = welcome.me.pack.clone().ok_or_else(|| {
        Error::with(
            Code::NoPack,
            format!("{} has no pack yet", welcome.me.tenant.name),
        )
    })?;
    let bundle = welcome.client.pack(&named.hash).await?.to_vec();
    let publisher = welcome.me.publisher.as_deref().unwrap_or_default();
    activate::open_named(&named, publisher, bundle.clone()).await?;
    Ok(Fetched { named, bundle })
}

/// Reads an address as people type it. https, or http to this very machine, so that a token never
/// travels in clear; without user, query or fragment.
pub(super) fn address(typed: &str) -> Result<Url, Error> {
    let typed = Url::parse(typed.trim())
        .map_err(|_| Error::with(Code::UrlInvalid, "this is no address"))?;
    client::checked(typed)
}
