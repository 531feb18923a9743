//! Records whose words match, best first, at most 50.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, InterruptHandle};
use watchkeeper_model::saved_view;
use watchkeeper_pack::Pack;

use super::excerpt::{Wanted, excerpt};
use super::queries::{Found, MOST, best, drawn, is_mirrored, matching};
use super::question::fts_query;
use super::view::SearchHit;
use crate::engine::Engine;
use crate::error::Error;
use crate::overlay::{Overlay, rows};
use crate::store::StoreError;
use crate::sync::text;

/// To find the best, every record that matches is weighed: a question that more match, such as one
/// letter, is answered by the newest.
const WEIGHED: usize = 10_000;

/// A question that takes longer is answered by the newest instead of the best, too.
const PATIENCE: Duration = Duration::from_millis(100);

/// Records whose words match, best first, at most 50; of very many the newest. Every word must occur,
/// as typed or as the beginning of one. A record that is only here because we acted on it is found by
/// its title.
pub async fn search(engine: &Engine, query: &str) -> Result<Vec<SearchHit>, Error> {
    let Some(question) = fts_query(query) else {
        return Ok(Vec::new());
    };
    let wanted = Wanted::new(query);
    let pack = engine.pack();
    let limit = Limit::default();
    let watch = limit.clone();
    let searching = engine.stores.read_both(move |state, cache| {
        let sight = pack.as_deref().map(|pack| &pack.sight);
        // Saved views stand in the rail, and are opened as the views that they are of.
        let seen = |record: &Found| {
            record.kind != saved_view::KIND
                && sight.is_none_or(|sight| sight.sees_kind(&record.kind))
        };
        let mut hits = Vec::new();
        for record in found(cache, &question, &limit)?.into_iter().filter(seen) {
            hits.push(hit(cache, pack.as_deref(), record, &wanted)?);
        }
        let only_here = only_here(cache, state, pack.clone(), &wanted)?;
        for record in only_here.into_iter().filter(seen) {
            if hits.len() < MOST {
                hits.push(hit(cache, pack.as_deref(), record, &wanted)?);
            }
        }
        Ok::<_, Error>(hits)
    });
    tokio::pin!(searching);
    tokio::select! {
        hits = &mut searching => return hits,
        () = tokio::time::sleep(PATIENCE) => watch.reach(),
    }
    searching.await
}

/// Stops the one query that it is set on, and never another of the same connection.
#[derive(Clone, Default)]
struct Limit(Arc<Mutex<Option<InterruptHandle>>>);

impl Limit {
    fn set(&self, on: Option<InterruptHandle>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = on;
    }

    fn reach(&self) {
        if let Some(query) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            query.interrupt();
        }
    }
}

fn found(cache: &Connection, question: &str, limit: &Limit) -> Result<Vec<Found>, StoreError> {
    limit.set(Some(cache.get_interrupt_handle()));
    let best = best(cache, question, WEIGHED);
    limit.set(None);
    match best {
        Ok(Some(best)) => Ok(best),
        Err(error) if error.sqlite_error_code() != Some(ErrorCode::OperationInterrupted) => {
            Err(error.into())
        }
        Ok(None) | Err(_) => Ok(matching(cache, question, "record_text.rowid DESC")?),
    }
}

/// Records that the mirror does not have and whose title matches, as they are opened: as they were seen, or as an
/// operation of ours makes them. What is drawn nowhere, since what was to make it is stopped, is not found.
fn only_here(
    cache: &Connection,
    state: &Connection,
    pack: Option<Arc<Pack>>,
    wanted: &Wanted,
) -> Result<Vec<Found>, StoreError> {
    let overlay = Overlay::over(cache, state, pack);
    let mut asked = BTreeSet::new();
    let mut found = Vec::new();
    // The newest operation has seen the newest record.
    for row in rows::all(state)?.into_iter().rev() {
        if !wanted.all_in(&row.seen.title) || is_mirrored(cache, &row.kind, &row.id)? {
            continue;
        }
        let key = (row.kind, row.id);
        if !asked.contains(&key) {
            overlay.record(&key.0, &key.1)?;
            found.extend(drawn(cache, &key.0, &key.1)?);
            asked.insert(key);
        }
    }
    Ok(found)
}

fn hit(
    cache: &Connection,
    pack: Option<&Pack>,
    record: Found,
    wanted: &Wanted,
) -> Result<SearchHit, StoreError> {
    let key = (record.kind.as_str(), record.id.as_str());
    let words = text::text(cache, pack, key, &record.body, &record.computed)?.words;
    let kind = pack.and_then(|pack| pack.kind(&record.kind));
    Ok(SearchHit {
        kind_label: kind.map_or_else(|| record.kind.clone(), |kind| kind.label_one.clone()),
        view: pack.and_then(|pack| view_of(pack, &record.kind)),
        excerpt: excerpt(&record.title, &words, wanted),
        kind: record.kind,
        id: record.id,
        title: record.title,
    })
}

/// The first queue that shows this kind, else the first view of it.
fn view_of(pack: &Pack, kind: &str) -> Option<String> {
    let views = &pack.kind(kind)?.views;
    let queue = pack.queues.iter().find(|queue| views.contains_key(*queue));
    queue.or_else(|| views.keys().next()).cloned()
}

#[cfg(test)]
mod tests;
