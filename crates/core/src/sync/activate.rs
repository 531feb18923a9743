//! Bringing a pack into force.
//!
//! When the platform names another pack: fetch, verify, check as a whole, keep it in `state.db`,
//! make the mirror's indexes, computed fields, titles and search words under it, and only then use
//! it. A pack that does not load, or an older one, changes nothing: the last good one stays in
//! force and the problem is shown. The making is done in batches and again from the beginning if
//! it was interrupted (`feed.pack` is written last).

mod keep;
mod open;
mod remake;

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::OptionalExtension;
use watchkeeper_pack::Pack;
use watchkeeper_wire::session::PackRef;

use super::client::{Client, ClientError};
use super::pull;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::outbox::send::SendError;
use crate::store::{StoreError, Stores, setting};
use keep::{NEWER, keep, remember_newer};
use open::open;
use remake::remake;

pub(crate) use keep::{PackChanges, active_version, put_active};
pub(crate) use open::open_named;

/// Loads the pack in force from `state.db`, as somebody with these roles has it. One that does not
/// load any more is a problem, not an end: the platform will be asked for it again. So is that there is
/// one for a later version of the app.
pub async fn active(
    stores: &Stores,
    roles: &BTreeSet<String>,
) -> Result<(Option<Arc<Pack>>, Option<Error>), Error> {
    let (kept, newer): (Option<(String, Vec<u8>)>, Option<Error>) = stores
        .state
        .read(|state| {
            let kept = state
                .query_row(
                    "SELECT hash, bundle FROM pack WHERE active = 1",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            Ok::<_, StoreError>((kept, setting::get(state, NEWER)?))
        })
        .await?;
    let Some((hash, bundle)) = kept else {
        return Ok((None, newer));
    };
    Ok(match open(hash, bundle).await {
        Ok(pack) => (Some(Arc::new(pack.narrowed(roles))), newer),
        Err(problem) => (None, Some(problem)),
    })
}

/// Makes the mirror under the pack in force where that was interrupted, or where the mirror is new.
/// Needs no line.
pub async fn resume(engine: &Engine) -> Result<(), StoreError> {
    match engine.pack() {
        Some(pack) => remake(engine, &pack).await,
        None => Ok(()),
    }
}

/// Follows the operator's roles: other roles may see another part of the pack in force, and of the
/// records. What is not seen any more is gone from the mirror before the platform is asked for it.
pub async fn follow_roles(engine: &Engine) -> Result<(), SendError> {
    let Some(current) = engine.pack() else {
        return Ok(());
    };
    let rights = engine.rights();
    if current.is_for(&rights.actor.roles) {
        return Ok(());
    }
    let loaded = active(&engine.stores, &rights.actor.roles).await;
    // What loaded at the start loads again; where it does not, nothing more is pulled under the
    // pack of other roles.
    let loaded = loaded.map_err(|error| ClientError::Protocol(error.to_string()))?;
    let (Some(pack), _) = loaded else {
        let problem = "the pack in force does not load";
        return Err(ClientError::Protocol(problem.into()).into());
    };
    remake(engine, &pack).await?;
    engine.put_pack(pack);
    Ok(())
}

/// Follows the pack that the platform names.
pub async fn follow(
    engine: &Engine,
    client: &Client,
    named: Option<&PackRef>,
) -> Result<(), SendError> {
    let current = engine.pack();
    let Some(named) = named else {
        let problem = current.is_none().then(pull::no_pack);
        engine.update_link(|link| link.pack_problem = problem);
        return Ok(());
    };
    let pack = match current {
        Some(pack) if pack.hash == named.hash => pack,
        _ if engine.memory.lock().await.refused_pack.as_ref() == Some(&named.hash) => {
            return Ok(());
        }
        other => match fetch(client, named, &engine.pinned().publisher, other.as_deref()).await? {
            Err(Refused { problem, for_good }) => {
                tracing::error!(%problem, hash = named.hash, "the new pack was not taken");
                let newer = problem.code == Code::PackNewer;
                if newer {
                    remember_newer(&engine.stores, &problem).await?;
                }
                if for_good {
                    engine.memory.lock().await.refused_pack = Some(named.hash.clone());
                }
                engine.update_link(|link| {
                    if newer {
                        link.newer = Some(problem);
                    } else {
                        link.pack_problem = Some(problem);
                    }
                });
                return Ok(());
            }
            Ok((pack, bundle)) => {
                let at = engine.clock().now().at;
                keep(&engine.stores, named.clone(), bundle, at).await?;
                Arc::new(pack.narrowed(&engine.rights().actor.roles))
            }
        },
    };
    remake(engine, &pack).await?;
    if engine.pack().is_none_or(|old| old.hash != pack.hash) {
        engine.put_pack(pack);
    }
    if engine.link().newer.is_some() {
        let state = &engine.stores.state;
        state.write(|state| setting::remove(state, NEWER)).await?;
    }
    engine.update_link(|link| {
        link.newer = None;
        link.pack_problem = None;
    });
    Ok(())
}

/// Why a pack is not taken.
struct Refused {
    problem: Error,
    /// These bytes will never load, so they are not fetched again.
    for_good: bool,
}

/// Fetches and checks. The inner error is the pack's fault, the outer one the line's.
async fn fetch(
    client: &Client,
    named: &PackRef,
    publisher: &str,
    current: Option<&Pack>,
) -> Result<Result<(Pack, Vec<u8>), Refused>, SendError> {
    let refused = |detail: String| {
        Ok(Err(Refused {
            problem: Error::with(Code::PackInvalid, detail),
            for_good: false,
        }))
    };
    if current.is_some_and(|current| named.version <= current.version) {
        let detail = "the platform names a pack that is no newer than the one in force";
        return refused(detail.into());
    }
    let bundle = match client.pack(&named.hash).await {
        Ok(bundle) => bundle.to_vec(),
        // The platform does not hand out what it names: the rest goes on without it.
        Err(
            error @ (ClientError::Rejected(_)
            | ClientError::Protocol(_)
            | ClientError::TooLarge(_)
            | ClientError::NotAPlatform(_)),
        ) => return refused(error.to_string()),
        Err(error) => return Err(error.into()),
    };
    Ok(match open_named(named, publisher, bundle.clone()).await {
        // The same publisher may sign for others; a tenant's operation does not become another.
        Ok(pack) if current.is_some_and(|current| current.id != pack.id) => {
            let detail = format!("this is another operation's pack: {}", pack.id);
            Err(Refused {
                problem: Error::with(Code::PackInvalid, detail),
                for_good: true,
            })
        }
        Ok(pack) => Ok((pack, bundle)),
        Err(problem) => Err(Refused {
            problem,
            for_good: true,
        }),
    })
}
