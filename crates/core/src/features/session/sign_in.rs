//! Signs in to a platform with a token and opens the profile, making it where it is new.

use super::ask::{self, Welcome};
use super::create::{create, settle};
use super::enter::{self, blocking, enter, keyring_key};
use super::view::{Notice, Phase, SignInRequest, SignedIn};
use crate::app::App;
use crate::error::{Code, Error};
use crate::keys::{KeyError, MIN_PASSPHRASE};
use crate::profile::{Pinned, ProfileFile, profile_id};
use crate::secrets::Secret;
use crate::store::{DbKey, opening};

/// Signs in to a platform with a token and opens the profile, making it where it is new.
///
/// The same operator of the same tenant of the same platform is the same profile: its token is
/// renewed, and what waits in it goes on waiting. Where the keyring answers but has lost the
/// profile's key, signing in begins anew: `state.db` is moved aside and kept, with the `profile.json`
/// whose recovery code still opens it.
///
/// # Errors
/// What the address, the platform, the token or the pack lack; then nothing was written.
/// [`Code::KeyringLocked`] or [`Code::KeyringAbsent`] where no passphrase was given and the keyring
/// cannot keep the key. [`Code::Locked`] or [`Code::SecretWrong`] where the profile has a passphrase
/// and it is another one.
pub async fn sign_in(app: &App, request: SignInRequest) -> Result<SignedIn, Error> {
    let _turn = app.turn().await;
    app.data.writable()?;
    let passphrase = request.passphrase.map(Secret::new);
    let token = Secret::new(request.token);
    if let Some(passphrase) = &passphrase
        && passphrase.expose().chars().count() < MIN_PASSPHRASE
    {
        return Err(KeyError::Weak.into());
    }
    let welcome = ask::ask(app, &request.platform, token.expose()).await?;
    let fetched = ask::pack(&welcome).await?;
    let pinned = Pinned {
        platform: welcome.platform.clone(),
        operator: welcome.me.operator.clone(),
        tenant: welcome.me.tenant.clone(),
        device: uuid::Uuid::new_v4(),
        audit_key: welcome.me.audit_key.clone(),
        publisher: welcome.me.publisher.clone().unwrap_or_default(),
    };
    let id = profile_id(&pinned);
    if let Some(file) = existing(app, &id)? {
        match key_of(app, &file, passphrase.as_ref()).await {
            Ok(key) => return again(app, file, key, &welcome, fetched, pinned).await,
            Err(error) if error.code == Code::KeyMissing => {
                tracing::warn!("the key of a profile is lost; it begins anew");
                app.leave(&id).await;
                let notice = put_aside(app, Some(&file), &id).await?;
                return create(app, pinned, &welcome, fetched, passphrase, notice).await;
            }
            Err(error) => return Err(error),
        }
    }
    let notice = put_aside(app, None, &id).await?;
    create(app, pinned, &welcome, fetched, passphrase, notice).await
}

/// The profile, if it was made before. One that is damaged is as good as none: what opens its
/// databases is lost with it.
fn existing(app: &App, id: &str) -> Result<Option<ProfileFile>, Error> {
    match ProfileFile::read(&app.data.folder(id)) {
        Err(error) if error.code == Code::Storage => Ok(None),
        other => other,
    }
}

async fn key_of(
    app: &App,
    file: &ProfileFile,
    passphrase: Option<&Secret>,
) -> Result<DbKey, Error> {
    if !file.keys.by_passphrase() {
        return keyring_key(app, file).await;
    }
    let Some(passphrase) = passphrase.cloned() else {
        return Err(Error::with(
            Code::Locked,
            "this profile is opened by its passphrase",
        ));
    };
    let (keys, id) = (file.keys.clone(), file.id.clone());
    blocking(move || Ok(keys.open_with_passphrase(&id, &passphrase)?)).await
}

/// Opens a profile that was made before, with a new token.
async fn again(
    app: &App,
    mut file: ProfileFile,
    key: DbKey,
    welcome: &Welcome,
    fetched: ask::Fetched,
    mut pinned: Pinned,
) -> Result<SignedIn, Error> {
    app.leave(&file.id).await;
    let stores = enter::open_stores(app, &mut file, key.clone()).await?;
    let settled = async {
        let known = stores
            .state
            .read(|state| crate::store::setting::get::<Pinned>(state, Pinned::SETTING))
            .await?;
        pinned.device = known.map_or(file.pinned.device, |known| known.device);
        enter::keep_token(app, &file, &stores, &welcome.token).await?;
        settle(&stores, &pinned, welcome, fetched, app.clock.wall()).await?;
        file.pinned = pinned;
        file.write(&app.data.folder(&file.id))
    }
    .await;
    stores.close().await;
    if let Err(error) = settled {
        app.stand(Phase::SignIn, Some(file.id));
        return Err(error);
    }
    let profile = file.view_open();
    enter(app, file, key, Some(welcome.token.clone())).await?;
    Ok(SignedIn {
        profile,
        recovery_code: None,
    })
}

/// Moves aside what a profile's folder holds that no key opens any more.
async fn put_aside(
    app: &App,
    file: Option<&ProfileFile>,
    id: &str,
) -> Result<Option<Notice>, Error> {
    let folder = app.data.folder(id);
    let now = app.clock.wall();
    let old = file.map(|file| (file.clone(), folder.clone()));
    let moved = blocking(move || {
        if !folder.exists() {
            return Ok(None);
        }
        Ok(opening::put_aside(&folder, now)?)
    })
    .await?;
    let Some(name) = moved else {
        return Ok(None);
    };
    if let Some((old, folder)) = old {
        old.keep_beside(&folder, &name)?;
    }
    Ok(Some(Notice::StateMovedAside { file: name }))
}
