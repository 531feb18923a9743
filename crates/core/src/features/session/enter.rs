//! From a key to an open profile.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::view::{Notice, Phase};
use crate::app::{App, Live};
use crate::audit;
use crate::changes::{ChangeSet, Source, Tag};
use crate::clock::{self, Corrected};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::keys::{self, LockedKey, Protection};
use crate::profile::{OpenProfile, Pinned, ProfileFile};
use crate::secrets::{Item, Secret};
use crate::store::{DbKey, Repair, Stores, opening, setting};

/// Name of the token in table `setting`, where there is no keyring for it.
pub(super) const TOKEN: &str = "token";

/// The database key by way of the keyring.
pub(super) async fn keyring_key(app: &App, file: &ProfileFile) -> Result<DbKey, Error> {
    let found = app.keyring.get(&file.id, Item::Key).await;
    app.saw_keyring(found.as_ref().err());
    let outer = found?
        .ok_or_else(|| Error::with(Code::KeyMissing, "the keyring has no key for this profile"))?;
    file.keys
        .open_with_keyring(&file.id, &outer)
        .map_err(|error| Error::with(Code::KeyMissing, error.to_string()))
}

/// Wraps the key of a profile anew: under the passphrase where one is given, else by the keyring.
pub(super) async fn protect(
    app: &App,
    file: &ProfileFile,
    key: &DbKey,
    passphrase: Option<&Secret>,
) -> Result<LockedKey, Error> {
    let mut keys = file.keys.clone();
    let (id, key) = (file.id.clone(), key.clone());
    match passphrase.cloned() {
        Some(passphrase) => {
            blocking(move || {
                keys.protect(&id, &key, &Protection::Passphrase(&passphrase))?;
                Ok(keys)
            })
            .await
        }
        None => {
            let outer = new_keyring_key(app, &id).await?;
            keys.protect(&id, &key, &Protection::Keyring(&outer))?;
            Ok(keys)
        }
    }
}

/// A new random key, kept by the keyring.
pub(super) async fn new_keyring_key(
    app: &App,
    profile: &str,
) -> Result<Zeroizing<[u8; 32]>, Error> {
    let outer = keys::random()?;
    let kept = app.keyring.set(profile, Item::Key, outer.as_slice()).await;
    app.saw_keyring(kept.as_ref().err());
    kept?;
    Ok(outer)
}

/// Opens the databases of a profile and starts its engine. `token` is a new one; otherwise the one
/// that is kept serves. Where it cannot be done the app is left in the phase that says why.
pub(super) async fn enter(
    app: &App,
    file: ProfileFile,
    key: DbKey,
    token: Option<Secret>,
) -> Result<(), Error> {
    let id = file.id.clone();
    let entered = if app.data.is_reading() {
        Err(Error::new(Code::ReadOnly))
    } else {
        open_live(app, file.clone(), key.clone(), token).await
    };
    match entered {
        Ok(live) => {
            app.data.remember(&id)?;
            app.hold(live);
            app.stand(Phase::Open, Some(id));
            Ok(())
        }
        // What is there can be read all the same.
        Err(error) if error.code == Code::ReadOnly => match look_at(app, file, key).await {
            Ok(live) => {
                app.hold(live);
                app.stand(Phase::ReadOnly, Some(id));
                Ok(())
            }
            Err(error) => {
                // Without a profile the window says that the folder cannot be written.
                app.stand(Phase::ReadOnly, None);
                Err(error)
            }
        },
        Err(error) => {
            let phase = match error.code {
                Code::NewerDatabase => Phase::NewerDatabase,
                _ => Phase::SignIn,
            };
            app.stand(phase, Some(id));
            Err(error)
        }
    }
}

/// The same beside the profile that is shown, which stays. Where it cannot be done nothing changes.
pub(super) async fn enter_beside(
    app: &App,
    file: ProfileFile,
    key: DbKey,
    token: Option<Secret>,
) -> Result<(), Error> {
    let live = open_live(app, file, key, token).await?;
    app.hold(live);
    Ok(())
}

async fn open_live(
    app: &App,
    mut file: ProfileFile,
    key: DbKey,
    token: Option<Secret>,
) -> Result<Live, Error> {
    let folder = app.data.folder(&file.id);
    let stores = open_stores(app, &mut file, key).await?;
    let prepared = prepare(app, &file, &stores, token).await;
    let (pinned, clock, token) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            stores.close().await;
            return Err(error);
        }
    };
    start(app, file.id, folder, stores, (pinned, clock, token)).await
}

/// Opens the databases of a profile as they are, because they cannot be written.
async fn look_at(app: &App, file: ProfileFile, key: DbKey) -> Result<Live, Error> {
    let folder = app.data.folder(&file.id);
    let stores = {
        let folder = folder.clone();
        blocking(move || Ok(Stores::open_reading(&folder, &key)?)).await?
    };
    // Nothing is sent, so that no token is needed.
    let prepared = prepare(app, &file, &stores, Some(Secret::new(""))).await?;
    start(app, file.id, folder, stores, prepared).await
}

/// Starts the engine over open databases, which it closes where it cannot.
async fn start(
    app: &App,
    id: String,
    folder: PathBuf,
    stores: Stores,
    (pinned, clock, token): (Pinned, Corrected, Secret),
) -> Result<Live, Error> {
    for db in [&stores.state, &stores.cache] {
        let changes = app.changes.clone();
        db.on_damage(move || {
            let _ = changes.send(ChangeSet {
                profile: None,
                tags: BTreeSet::from([Tag::App]),
                source: Source::Sync,
            });
        });
    }
    let profile = OpenProfile {
        id,
        folder,
        stores,
        token,
        pinned,
        clock: Arc::new(clock),
        changes: app.changes.clone(),
        notifier: Arc::clone(&app.notifier),
        version: app.version.clone(),
    };
    match Engine::start(profile.clone()).await {
        Ok(engine) => Ok(Live { profile, engine }),
        Err(error) => {
            profile.stores.close().await;
            Err(error)
        }
    }
}

/// Opens the databases, and writes down what had to be repaired.
pub(super) async fn open_stores(
    app: &App,
    file: &mut ProfileFile,
    key: DbKey,
) -> Result<Stores, Error> {
    let folder = app.data.folder(&file.id);
    let now = app.clock.wall();
    let (stores, repairs) = {
        let folder = folder.clone();
        blocking(move || Ok(opening::open(&folder, &key, now)?)).await?
    };
    // From sign-in on there is an entry: one that has none was lost, or replaced.
    let (has_chain, forked) = stores
        .state
        .read(|state| Ok::<_, Error>((audit::head(state)?.is_some(), audit::is_forked(state)?)))
        .await?;
    if repairs.is_empty() && has_chain && !forked {
        return Ok(stores);
    }
    file.notices
        .extend(repairs.into_iter().map(|repair| match repair {
            Repair::CacheRebuilt => Notice::CacheRebuilt,
            Repair::StateMovedAside { file, .. } => Notice::StateMovedAside { file },
        }));
    if forked && !file.notices.contains(&Notice::ChainForked) {
        file.notices.push(Notice::ChainForked);
    }
    if forked || !has_chain {
        begin_new_chain(file, &stores, now).await?;
    }
    file.write(&folder)?;
    Ok(stores)
}

/// After `state.db` was lost its audit chain cannot be continued, because its end may be missing,
/// and after an older copy was put back the platform holds that end: this laptop goes on as another
/// device. What there is of the old chain stays.
async fn begin_new_chain(
    file: &mut ProfileFile,
    stores: &Stores,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), Error> {
    file.pinned.device = Uuid::new_v4();
    let pinned = file.pinned.clone();
    stores
        .state
        .write(move |state| {
            audit::put_past(state)?;
            setting::put(state, Pinned::SETTING, &pinned)?;
            audit::append(
                state,
                now,
                &pinned.operator.id,
                pinned.device,
                watchkeeper_model::audit::Event::SignedIn,
            )?;
            Ok::<_, Error>(())
        })
        .await
}

/// What the engine needs besides the databases.
async fn prepare(
    app: &App,
    file: &ProfileFile,
    stores: &Stores,
    token: Option<Secret>,
) -> Result<(Pinned, Corrected, Secret), Error> {
    let (pinned, anchor, kept) = stores
        .state
        .read(|state| {
            Ok::<_, Error>((
                setting::get::<Pinned>(state, Pinned::SETTING)?,
                clock::load_anchor(state)?,
                setting::get::<String>(state, TOKEN)?,
            ))
        })
        .await?;
    let pinned = match pinned {
        Some(pinned) => pinned,
        // state.db was lost altogether: what profile.json says serves.
        None => {
            let copy = file.pinned.clone();
            let put = copy.clone();
            stores
                .state
                .write(move |state| setting::put(state, Pinned::SETTING, &put))
                .await?;
            copy
        }
    };
    let token = match (token, kept) {
        (Some(token), _) => token,
        (None, Some(kept)) => Secret::new(kept),
        (None, None) if file.keys.by_passphrase() => Secret::new(""),
        // Without a token the platform says that nobody is signed in, and the operator is asked.
        (None, None) => app
            .keyring
            .token(&file.id)
            .await?
            .unwrap_or_else(|| Secret::new("")),
    };
    let clock = Corrected::new(Arc::clone(&app.clock), anchor);
    Ok((pinned, clock, token))
}

/// Keeps a token: in the keyring, or in the encrypted `state.db` of a profile with a passphrase.
pub(super) async fn keep_token(
    app: &App,
    file: &ProfileFile,
    stores: &Stores,
    token: &Secret,
) -> Result<(), Error> {
    if file.keys.by_passphrase() {
        let token = token.clone();
        stores
            .state
            .write(move |state| setting::put(state, TOKEN, &token.expose()))
            .await?;
    } else {
        let kept = app
            .keyring
            .set(&file.id, Item::Token, token.expose().as_bytes())
            .await;
        app.saw_keyring(kept.as_ref().err());
        kept?;
        stores
            .state
            .write(|state| setting::remove(state, TOKEN))
            .await?;
    }
    Ok(())
}

/// Runs blocking work off the async threads.
pub(super) async fn blocking<T, F>(work: F) -> Result<T, Error>
where
    F: FnOnce() -> Result<T, Error> + Send + 'static,
    T: Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Error::with(Code::Internal, "work broke off")),
    }
}
