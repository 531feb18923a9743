//! Makes a profile.

use chrono::{DateTime, Utc};
use watchkeeper_model::audit::Event;

use super::ask::{Fetched, Welcome};
use super::enter::{self, blocking, enter};
use super::view::{Notice, SignedIn};
use crate::app::App;
use crate::error::Error;
use crate::keys::{LockedKey, Protection, RecoveryCode};
use crate::profile::{Pinned, ProfileFile, profile_id};
use crate::secrets::Secret;
use crate::store::{DbKey, Stores, opening, setting};
use crate::sync::activate;
use crate::{audit, clock};

/// Makes a profile and opens it. Where that fails nothing of it stays.
pub(super) async fn create(
    app: &App,
    pinned: Pinned,
    welcome: &Welcome,
    fetched: Fetched,
    passphrase: Option<Secret>,
    notice: Option<Notice>,
) -> Result<SignedIn, Error> {
    let id = profile_id(&pinned);
    let folder = app.data.folder(&id);
    let was_there = folder.exists();
    let made = make(app, &id, pinned, welcome, fetched, passphrase, notice).await;
    let (file, key, code) = match made {
        Ok(made) => made,
        Err(error) => {
            unmake(app, &id, was_there).await;
            return Err(error);
        }
    };
    let profile = file.view_open();
    if let Err(error) = enter(app, file, key, Some(welcome.token.clone())).await {
        unmake(app, &id, was_there).await;
        return Err(error);
    }
    Ok(SignedIn {
        profile,
        recovery_code: Some(code.shown()),
    })
}

async fn make(
    app: &App,
    id: &str,
    pinned: Pinned,
    welcome: &Welcome,
    fetched: Fetched,
    passphrase: Option<Secret>,
    notice: Option<Notice>,
) -> Result<(ProfileFile, DbKey, RecoveryCode), Error> {
    let (keys, key, code) = match passphrase {
        Some(passphrase) => {
            let id = id.to_owned();
            blocking(move || {
                Ok(LockedKey::create(
                    &id,
                    &Protection::Passphrase(&passphrase),
                )?)
            })
            .await?
        }
        None => {
            let outer = enter::new_keyring_key(app, id).await?;
            LockedKey::create(id, &Protection::Keyring(&outer))?
        }
    };
    let folder = app.data.make_folder(id)?;
    let mut file = ProfileFile::new(pinned, keys);
    file.notices.extend(notice);
    let now = app.clock.wall();
    let stores = {
        let (folder, key) = (folder.clone(), key.clone());
        blocking(move || Ok(opening::open(&folder, &key, now)?.0)).await?
    };
    let settled = async {
        enter::keep_token(app, &file, &stores, &welcome.token).await?;
        settle(&stores, &file.pinned, welcome, fetched, now).await
    }
    .await;
    stores.close().await;
    settled?;
    file.write(&folder)?;
    Ok((file, key, code))
}

/// Takes back what [`make`] wrote. What was moved aside before it stays.
async fn unmake(app: &App, id: &str, was_there: bool) {
    app.keyring.forget(id).await;
    let folder = app.data.folder(id);
    let undone = blocking(move || {
        if was_there {
            opening::remove(&folder)?;
            ProfileFile::remove(&folder)
        } else {
            std::fs::remove_dir_all(&folder).or_else(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Ok(()),
                _ => Err(crate::store::StoreError::from(error).into()),
            })
        }
    })
    .await;
    if let Err(error) = undone {
        tracing::warn!(%error, "what was left of a failed sign-in was not removed");
    }
}

/// Writes what sign-in settled into `state.db`, in one transaction.
pub(super) async fn settle(
    stores: &Stores,
    pinned: &Pinned,
    welcome: &Welcome,
    fetched: Fetched,
    wall: DateTime<Utc>,
) -> Result<(), Error> {
    let pinned = pinned.clone();
    let me = welcome.me.clone();
    let anchor = welcome.anchor.clone();
    stores
        .state
        .write(move |state| {
            setting::put(state, Pinned::SETTING, &pinned)?;
            setting::put(state, "me", &me)?;
            if let Some(anchor) = &anchor {
                clock::save_anchor(state, anchor)?;
            }
            // Versions only rise, also where somebody signs in again.
            let in_force = activate::active_version(state)?;
            if in_force.is_none_or(|version| version < fetched.named.version) {
                activate::put_active(state, &fetched.named, &fetched.bundle)?;
            }
            let at = anchor.map_or(wall, |anchor| anchor.server);
            let (actor, device) = (&pinned.operator.id, pinned.device);
            audit::append(state, at, actor, device, Event::SignedIn)?;
            Ok::<_, Error>(())
        })
        .await
}
