//! Holds the mirror against the platform, and fetches anew what is no copy of it.
//!
//! After the start, after each snapshot, and then an hour after the platform last answered, once the head
//! of the feed is reached. What differs is filled anew as after a contradiction: what is there is shown
//! meanwhile, and the outbox stays.
//!
//! Of a line that was set aside its beginning mostly reads, and with it which record it is of and at what
//! revision the platform has that, or that it has none any more: that is what the record counts with. A
//! verdict is of no record. What says a kind and no more leaves that kind alone uncompared. Only a line
//! of which not even that reads may be of any record; while there is one, nothing can be said, and the
//! next snapshot brings it again or does not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rusqlite::Connection;
use watchkeeper_model::audit::Event;
use watchkeeper_model::copy::CopySum;
use watchkeeper_wire::digest::{CopyDigests, KindDigest};

use super::apply;
use super::client::{Client, ClientError};
use super::diverged::{Mirrored, Told, decide};
use super::parse::{Aside, aside};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::store::{StoreError, setting};

/// How often the two are held against each other where nothing else asks for it.
const EVERY: Duration = Duration::from_secs(3600);
/// A question that was not answered is asked again after so long.
const AGAIN: Duration = Duration::from_secs(300);

/// When the mirror is next held against the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Compared {
    /// Not before, on the clock that counts through suspend.
    due: Duration,
    /// Number of the snapshot that the mirror came from.
    generation: i64,
}

/// Is it time again? A new snapshot is a new mirror.
fn is_due(last: Option<Compared>, now: Duration, generation: i64) -> bool {
    last.is_none_or(|last| last.generation != generation || now >= last.due)
}

/// How long nothing is asked again after this answer.
fn rest(answered: &Result<CopyDigests, ClientError>) -> Duration {
    match answered {
        // One that cannot say it is not asked more often than one that can.
        Ok(_)
        | Err(ClientError::Rejected(_) | ClientError::Protocol(_) | ClientError::TooLarge(_)) => {
            EVERY
        }
        Err(_) => AGAIN,
    }
}

/// Compares, where it is time again, and has fetched anew what differs. A platform that cannot answer
/// is asked again later.
pub(crate) async fn compare(engine: &Engine, client: &Client) -> Result<(), StoreError> {
    let cache = &engine.stores.cache;
    let generation = cache.read(|cache| apply::position(cache)).await?.generation;
    let rests = |rest: Duration| Compared {
        due: engine.clock.boot() + rest,
        generation,
    };
    {
        let mut memory = engine.memory.lock().await;
        if !is_due(memory.compared, engine.clock.boot(), generation) {
            return Ok(());
        }
        // Nobody else asks while this is under way.
        memory.compared = Some(rests(AGAIN));
    }
    let Some((cursor, mine)) = cache.read(|cache| copy(cache)).await? else {
        engine.memory.lock().await.compared = None;
        return Ok(());
    };
    let answered = client.digest(&cursor).await;
    engine.memory.lock().await.compared = Some(rests(rest(&answered)));
    let theirs = match answered {
        Ok(theirs) => theirs,
        Err(error) => {
            tracing::info!(%error, "the copy was not compared");
            return Ok(());
        }
    };
    let state = &engine.stores.state;
    let before: Option<Told> = state
        .read(|state| setting::get(state, Told::SETTING))
        .await?;
    let (before, now) = (before.unwrap_or_default(), engine.clock.now().at);
    let steps = decide(&mine, &theirs, &before, now);
    if steps.told == before {
        return Ok(());
    }
    let refetch = steps.refetch.clone();
    let again = !refetch.is_empty();
    if again {
        tracing::error!(kinds = ?refetch, "the copy differs from the platform's");
        // Before it is told: what is told has begun.
        cache
            .write(move |cache| apply::refetch(cache, &refetch))
            .await?;
    }
    let scribe = engine.scribe();
    state
        .write(move |state| {
            setting::put(state, Told::SETTING, &steps.told)?;
            for (kinds, refetched) in [(steps.refetch, true), (steps.stays, false)] {
                if !kinds.is_empty() {
                    let kinds = kinds.into_iter().collect();
                    scribe.append(state, now, Event::Diverged { kinds, refetched })?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    engine.changed([Tag::Sync, Tag::Audit], Source::Sync);
    if again {
        engine.wake_pull();
    }
    Ok(())
}

/// What the mirror has, and the cursor where it stands; none before it was filled.
fn copy(cache: &Connection) -> Result<Option<(String, Mirrored)>, StoreError> {
    let position = apply::position(cache)?;
    let (Some(cursor), true) = (position.cursor, position.filled) else {
        return Ok(None);
    };
    let mut copy = Mirrored::default();
    let mut set_aside = set_aside(cache, &mut copy)?;
    let mut sums: BTreeMap<String, CopySum> = BTreeMap::new();
    let mut statement = cache.prepare_cached("SELECT kind, id, revision FROM record")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (key, revision): ((String, String), i64) = ((row.get(0)?, row.get(1)?), row.get(2)?);
        // Of what was set aside the platform has said something newer than stands here.
        let stands = Some(u64::try_from(revision).unwrap_or(0));
        if let Some(revision) = set_aside.remove(&key).unwrap_or(stands) {
            sums.entry(key.0).or_default().add(&key.1, revision);
        }
    }
    for ((kind, id), revision) in set_aside {
        if let Some(revision) = revision {
            sums.entry(kind).or_default().add(&id, revision);
        }
    }
    let kinds = sums.into_iter().map(|(kind, sum)| {
        let digest = KindDigest {
            count: sum.count(),
            digest: sum.digest(),
        };
        (kind, digest)
    });
    copy.kinds = kinds.collect();
    Ok(Some((cursor, copy)))
}

/// What is not held against the platform, because of what was set aside: kinds, and how many lines of
/// which not even the kind reads. While there is one of those, nothing is.
pub(crate) fn uncompared(cache: &Connection) -> Result<(BTreeSet<String>, u32), StoreError> {
    let mut copy = Mirrored::default();
    set_aside(cache, &mut copy)?;
    Ok((copy.unsure, copy.unnamed))
}

/// Records of which a line was set aside, by kind and id, with the revision at which the platform has
/// them by that line (fault 23); none where it has them no more.
fn set_aside(
    cache: &Connection,
    copy: &mut Mirrored,
) -> Result<BTreeMap<(String, String), Option<u64>>, StoreError> {
    let mut statement = cache.prepare_cached("SELECT kind, id, raw FROM quarantine")?;
    let mut rows = statement.query([])?;
    let mut records = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (kind, id): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
        let raw: Vec<u8> = row.get(2)?;
        match (kind, id, aside(&raw)) {
            (_, _, Aside::NoRecord) => {}
            (Some(kind), Some(id), Aside::At(revision)) => {
                records.insert((kind, id), Some(revision));
            }
            (Some(kind), Some(id), Aside::Gone) => {
                records.insert((kind, id), None);
            }
            (Some(kind), _, _) => {
                copy.unsure.insert(kind);
            }
            (None, _, _) => copy.unnamed = copy.unnamed.saturating_add(1),
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn it_is_due_after_the_start_after_a_snapshot_and_every_hour() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let last = Some(Compared {
            due: minutes(70),
            generation: 3,
        });
        assert!(is_due(None, minutes(0), 0));
        assert!(!is_due(last, minutes(69), 3));
        assert!(is_due(last, minutes(70), 3));
        assert!(is_due(last, minutes(11), 4));
        assert!(!is_due(last, minutes(0), 3));
    }

    #[test]
    fn what_was_not_answered_is_asked_again_before_the_hour() {
        let lost = ClientError::Transient("the line broke".into());
        assert_eq!(rest(&Err(lost)), AGAIN);
        assert_eq!(rest(&Ok(CopyDigests::default())), EVERY);
        let other = ClientError::Protocol("no JSON".into());
        assert_eq!(rest(&Err(other)), EVERY);
    }
}
