//! Holds the mirror against the platform, and fetches anew what is no copy of it.
//!
//! After the start, after each snapshot, and then every hour, once the head of the feed is reached.
//! What differs is filled anew as after a contradiction: what is there is shown meanwhile, and the
//! outbox stays.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;
use watchkeeper_model::audit::Event;
use watchkeeper_model::copy::CopySum;
use watchkeeper_wire::digest::KindDigest;

use super::apply;
use super::client::Client;
use super::diverged::{Mirrored, Told, decide};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::store::{StoreError, setting};

/// How often the two are held against each other where nothing else asks for it.
const EVERY: Duration = Duration::from_secs(3600);

/// When the mirror was last held against the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Compared {
    /// On the clock that counts through suspend.
    at: Duration,
    /// Number of the snapshot that the mirror came from.
    generation: i64,
}

/// Is it time again? A new snapshot is a new mirror.
fn is_due(last: Option<Compared>, now: Duration, generation: i64) -> bool {
    last.is_none_or(|last| last.generation != generation || now.saturating_sub(last.at) >= EVERY)
}

/// Compares, where it is time again, and has fetched anew what differs. A platform that cannot answer
/// is asked again the next time.
pub(crate) async fn compare(engine: &Engine, client: &Client) -> Result<(), StoreError> {
    let cache = &engine.stores.cache;
    let generation = cache.read(|cache| apply::position(cache)).await?.generation;
    let now = engine.clock.boot();
    {
        let mut memory = engine.memory.lock().await;
        if !is_due(memory.compared, now, generation) {
            return Ok(());
        }
        memory.compared = Some(Compared {
            at: now,
            generation,
        });
    }
    let Some((cursor, mine)) = cache.read(|cache| copy(cache)).await? else {
        return Ok(());
    };
    let theirs = match client.digest(&cursor).await {
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
    let mut aside = set_aside(cache, &mut copy)?;
    let mut sums: BTreeMap<String, CopySum> = BTreeMap::new();
    let mut statement = cache.prepare_cached("SELECT kind, id, revision FROM record")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (key, revision): ((String, String), i64) = ((row.get(0)?, row.get(1)?), row.get(2)?);
        // Of what was set aside the platform has said something newer than stands here.
        let newer = aside.remove(&key);
        let revision = newer.unwrap_or_else(|| u64::try_from(revision).unwrap_or(0));
        sums.entry(key.0).or_default().add(&key.1, revision);
    }
    for ((kind, id), revision) in aside {
        sums.entry(kind).or_default().add(&id, revision);
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

/// Records that were set aside, by kind and id, with the revision that their line has (fault 23).
fn set_aside(
    cache: &Connection,
    copy: &mut Mirrored,
) -> Result<BTreeMap<(String, String), u64>, StoreError> {
    let mut statement = cache.prepare_cached("SELECT kind, id, raw FROM quarantine")?;
    let mut rows = statement.query([])?;
    let mut aside = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (kind, id): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
        let raw: Vec<u8> = row.get(2)?;
        match (kind, id, revision_of(&raw)) {
            (Some(kind), Some(id), Some(revision)) => {
                aside.insert((kind, id), revision);
            }
            (Some(kind), _, _) => {
                copy.unsure.insert(kind);
            }
            (None, _, _) => copy.unnamed = true,
        }
    }
    Ok(aside)
}

/// The revision that a line of the feed gives a record, where as much of it reads.
fn revision_of(raw: &[u8]) -> Option<u64> {
    let line: Value = serde_json::from_slice(raw).ok()?;
    line.get("record")?.get("revision")?.as_u64()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn it_is_due_after_the_start_after_a_snapshot_and_every_hour() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let last = Some(Compared {
            at: minutes(10),
            generation: 3,
        });
        assert!(is_due(None, minutes(0), 0));
        assert!(!is_due(last, minutes(69), 3));
        assert!(is_due(last, minutes(70), 3));
        assert!(is_due(last, minutes(11), 4));
        assert!(!is_due(last, minutes(0), 3));
    }

    #[test]
    fn the_revision_of_a_line_that_was_set_aside_is_read_where_it_can_be() {
        let line =
            br#"{"type":"upsert","seq":1,"record":{"kind":"k","id":"a","revision":7,"body":3}}"#;
        assert_eq!(revision_of(line), Some(7));
        assert_eq!(revision_of(&line[..40]), None);
        assert_eq!(revision_of(b"{}"), None);
    }
}
