//! Fetches what was asked for, one document after the other: at most one is in memory.

use std::collections::BTreeSet;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::MAX_BYTES;
use super::kept::{self, Problem, Put, Wanted};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::outbox::send::SendError;
use crate::store::StoreError;
use crate::sync::client::ClientError;

/// Fetches every document that is wanted and not here.
///
/// # Errors
/// What failed and may go well later; the rest was fetched where there was a line for it.
pub(crate) async fn round(engine: &Engine) -> Result<(), SendError> {
    let cache = &engine.stores.cache;
    let wanted = cache.read(|cache| kept::wanted(cache)).await?;
    let client = engine.client();
    let mut failed = None;
    for (place, one) in wanted.iter().enumerate() {
        let problem = match client.blob(&one.sha256, MAX_BYTES).await {
            Ok(bytes) => keep(engine, one, bytes).await?,
            // Somebody on the line who holds this one back may let the others through.
            Err(error @ ClientError::NotAPlatform(_)) => {
                tracing::info!(%error, "a document was not fetched");
                failed = Some(error);
                Some(Problem::Unreachable)
            }
            Err(error) if error.concerns_the_line() => {
                let waiting: Vec<Wanted> = wanted.iter().skip(place).cloned().collect();
                note(engine, waiting, Problem::Unreachable).await?;
                return Err(error.into());
            }
            Err(error) => {
                tracing::info!(%error, "a document was not fetched");
                let problem = problem_of(&error);
                if !problem.is_final() {
                    failed = Some(error);
                }
                Some(problem)
            }
        };
        match problem {
            None => engine.changed([Tag::Kind(one.kind.clone())], Source::Sync),
            Some(problem) => note(engine, vec![one.clone()], problem).await?,
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// Why one request brought nothing.
fn problem_of(error: &ClientError) -> Problem {
    match error {
        ClientError::TooLarge(_) => Problem::TooLarge,
        ClientError::Rejected(_) | ClientError::Gone => Problem::NotGiven,
        _ => Problem::Failed,
    }
}

/// Keeps what came, where it is what its name says. Answers why not.
async fn keep(engine: &Engine, one: &Wanted, bytes: Bytes) -> Result<Option<Problem>, SendError> {
    let hashed = tokio::task::spawn_blocking(move || (hex::encode(Sha256::digest(&bytes)), bytes));
    let (hash, bytes) = hashed
        .await
        .map_err(|_| ClientError::Transient("a document could not be hashed".into()))?;
    if hash != one.sha256 {
        tracing::warn!("a document is not the one that its record names");
        return Ok(Some(Problem::OtherBytes));
    }
    let wanted = one.clone();
    let cache = &engine.stores.cache;
    let put = cache
        .write(move |cache| kept::put(cache, &wanted, &bytes))
        .await;
    match put {
        Ok(Put::Here | Put::NotWanted) => Ok(None),
        Ok(Put::NoRoom) | Err(StoreError::DiskFull) => Ok(Some(Problem::NoRoom)),
        Err(error) => Err(error.into()),
    }
}

async fn note(engine: &Engine, all: Vec<Wanted>, problem: Problem) -> Result<(), StoreError> {
    let cache = &engine.stores.cache;
    let noted = cache
        .write(move |cache| {
            let mut kinds = BTreeSet::new();
            for one in &all {
                if kept::note(cache, one, problem)? {
                    kinds.insert(Tag::Kind(one.kind.clone()));
                }
            }
            Ok::<_, StoreError>(kinds)
        })
        .await;
    match noted {
        Ok(kinds) if kinds.is_empty() => Ok(()),
        Ok(kinds) => {
            engine.changed(kinds, Source::Sync);
            Ok(())
        }
        // It is still shown as wanted, which is so.
        Err(StoreError::DiskFull) => Ok(()),
        Err(error) => Err(error),
    }
}
