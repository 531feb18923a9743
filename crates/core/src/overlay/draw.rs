//! Drawing: what one look at both databases sees.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};
use watchkeeper_pack::{Pack, value};

use super::rows::{self, OverlayRow};
use crate::outbox::queue::Status;
use crate::store::StoreError;

/// Our operations over the mirror, for one look at both databases: `cache` has, for as long as the
/// look lasts,
///
/// - `record_now`: the mirror with all our operations over it, for decisions and lookups;
/// - `record_shown`: the mirror with those over it of which the platform has said that they are
///   done, for screens;
/// - `on_the_way`: records acted upon whose operation is on its way and not in the mirror yet, as
///   they were seen, and records that such an operation makes, as it makes them.
///
/// In these stands what was asked for, record by record or kind by kind: what a decision on one
/// record costs does not grow with what waits.
pub struct Overlay<'a> {
    state: &'a Connection,
    cache: &'a Connection,
    pack: Option<Arc<Pack>>,
    drawn: RefCell<Drawn>,
}

/// What stands in the tables already.
#[derive(Default)]
struct Drawn {
    kinds: BTreeSet<String>,
    records: BTreeSet<(String, String)>,
}

impl<'a> Overlay<'a> {
    /// Nothing is drawn yet: the tables are those of the reader, and a snapshot begins with empty ones,
    /// so that there is one overlay for each. The snapshot of `state` is older than that of `cache`.
    pub fn over(cache: &'a Connection, state: &'a Connection, pack: Option<Arc<Pack>>) -> Self {
        Self {
            state,
            cache,
            pack,
            drawn: RefCell::default(),
        }
    }

    /// Draws one record.
    pub fn record(&self, kind: &str, id: &str) -> Result<(), StoreError> {
        let mut drawn = self.drawn.borrow_mut();
        if drawn.kinds.contains(kind) || !drawn.records.insert((kind.into(), id.into())) {
            return Ok(());
        }
        let rows = rows::of_record(self.state, kind, id)?;
        if rows.is_empty() {
            return Ok(());
        }
        self.draw(kind, id, &rows.iter().collect::<Vec<_>>())
    }

    /// Draws all records of a kind.
    pub fn kind(&self, kind: &str) -> Result<(), StoreError> {
        let mut drawn = self.drawn.borrow_mut();
        if !drawn.kinds.insert(kind.to_owned()) {
            return Ok(());
        }
        let rows = rows::of_kind(self.state, kind)?;
        let mut records: BTreeMap<&str, Vec<&OverlayRow>> = BTreeMap::new();
        for row in &rows {
            records.entry(&row.id).or_default().push(row);
        }
        for (id, rows) in records {
            if !drawn.records.contains(&(kind.to_owned(), id.to_owned())) {
                self.draw(kind, id, &rows)?;
            }
        }
        Ok(())
    }

    fn draw(&self, kind: &str, id: &str, rows: &[&OverlayRow]) -> Result<(), StoreError> {
        let (cache, pack) = (self.cache, self.pack.as_deref());
        let mirror = mirrored(cache, kind, id)?;
        let live: Vec<&OverlayRow> = rows
            .iter()
            .copied()
            .filter(|row| !mirror.as_ref().is_some_and(|m| row.is_in(m.revision)))
            .collect();
        let made = mirror.is_none() && live.iter().any(|row| row.is_made());
        if mirror.is_none() && !is_there(&live, pack, kind) {
            return Ok(());
        }
        if let Some(row) = on_the_way(rows, &live) {
            let shown = match row.is_made() {
                true => over(Shown::seen(row), &[row], pack, kind),
                false => Shown::seen(row),
            };
            write(cache, "on_the_way", kind, id, &shown)?;
        }
        let drawn: Vec<&OverlayRow> = live.iter().copied().filter(|row| !row.stopped).collect();
        let told: Vec<&OverlayRow> = drawn.iter().copied().filter(|row| row.is_told()).collect();
        for (table, over_it) in [("drawn", drawn), ("told", told)] {
            let under = match (&mirror, live.first()) {
                (Some(mirror), _) if !over_it.is_empty() => mirror.clone(),
                // What is not made yet is nothing to those who look at what is done.
                (None, Some(first)) if !made || over_it.iter().any(|row| row.makes()) => {
                    Shown::seen(first)
                }
                _ => continue,
            };
            write(cache, table, kind, id, &over(under, &over_it, pack, kind))?;
        }
        Ok(())
    }
}

/// Is there a record that the mirror does not have? One that an operation of ours makes beside its own is
/// there while that is drawn. Where that was given up, what was to be done to it later is over nothing.
fn is_there(live: &[&OverlayRow], pack: Option<&Pack>, kind: &str) -> bool {
    if let Some(made) = live.iter().find(|row| row.is_made()) {
        return made.makes();
    }
    let Some(first) = live.first() else {
        return false;
    };
    // Records of some of the engine's own kinds are made by acting on them.
    let made_by_its_own = || {
        let kind = pack.and_then(|pack| pack.kind(kind));
        kind.is_none_or(|kind| kind.actions.values().any(|action| action.def.creates))
    };
    first.seen.revision > 0 || first.seen.body.is_empty() || made_by_its_own()
}

/// The operation for which a record stands among those on the way. One that is under way stays
/// there even when the mirror has its internal part already; one whose lane stopped does not. One that makes
/// the record comes before whatever was done to it.
fn on_the_way<'a>(rows: &[&'a OverlayRow], live: &[&'a OverlayRow]) -> Option<&'a OverlayRow> {
    if let Some(made) = live.iter().find(|row| row.is_made()) {
        return Some(*made);
    }
    if live.iter().any(|row| row.is_main() && row.stopped) {
        return None;
    }
    let waiting = live.iter().find(|row| row.is_main());
    let under_way = || {
        rows.iter()
            .find(|row| row.is_main() && matches!(row.status, Status::Accepted | Status::Unknown))
    };
    waiting.or_else(under_way).copied()
}

/// A row as readers see it.
#[derive(Clone)]
struct Shown {
    revision: u64,
    updated_at: i64,
    title: String,
    body: Map<String, Value>,
    computed: Map<String, Value>,
}

impl Shown {
    fn seen(row: &OverlayRow) -> Self {
        Self {
            revision: row.seen.revision,
            updated_at: row.seen.updated_at.timestamp_millis(),
            title: row.seen.title.clone(),
            body: row.seen.body.clone(),
            computed: row.seen.computed.clone(),
        }
    }
}

/// The sets of these operations over a record, in order. What the platform said an operation made of
/// the very revision under it is that revision from then on: it is what the operator sees, and what
/// they act on next.
fn over(mut under: Shown, rows: &[&OverlayRow], pack: Option<&Pack>, kind: &str) -> Shown {
    for row in rows {
        let sets = row.sets();
        // What somebody had to agree to was never drawn: its revision is not what is seen here.
        if !sets.is_empty() && row.confirmed == under.revision.checked_add(1) {
            under.revision += 1;
        }
        for (name, value) in sets {
            if value.is_null() {
                under.body.remove(&name);
            } else {
                under.body.insert(name, value);
            }
        }
    }
    match (pack.and_then(|pack| pack.kind(kind)), rows.last()) {
        (Some(kind), _) => under.computed = value::compute(kind, &under.body),
        (None, Some(last)) => under.computed = last.applied.computed.clone(),
        (None, None) => {}
    }
    under
}

fn mirrored(cache: &Connection, kind: &str, id: &str) -> Result<Option<Shown>, StoreError> {
    let row = cache
        .prepare_cached(
            "SELECT revision, updated_at, title, body, computed FROM main.record
             WHERE kind = ?1 AND id = ?2",
        )?
        .query_row([kind, id], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, String>(4)?,
            ))
        })
        .optional()?;
    let Some((revision, updated_at, title, body, computed)) = row else {
        return Ok(None);
    };
    Ok(Some(Shown {
        revision: u64::try_from(revision).unwrap_or(0),
        updated_at,
        title,
        body: serde_json::from_str(&body)?,
        computed: serde_json::from_str(&computed)?,
    }))
}

fn write(
    cache: &Connection,
    table: &str,
    kind: &str,
    id: &str,
    shown: &Shown,
) -> Result<(), StoreError> {
    cache
        .prepare_cached(&format!(
            "INSERT INTO temp.{table} (kind, id, revision, updated_at, title, body, computed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        ))?
        .execute(params![
            kind,
            id,
            i64::try_from(shown.revision).unwrap_or(i64::MAX),
            shown.updated_at,
            shown.title,
            serde_json::to_string(&shown.body)?,
            serde_json::to_string(&shown.computed)?,
        ])?;
    Ok(())
}

#[cfg(test)]
mod tests;
