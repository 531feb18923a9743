//! Making the mirror under a pack: indexes, computed fields, titles, search words.

use std::sync::Arc;

use rusqlite::{Connection, params};
use serde_json::{Map, Value};
use watchkeeper_pack::indexes::{indexes, of_reference};
use watchkeeper_pack::{Pack, Sight, value};

use crate::documents::kept;
use crate::engine::Engine;
use crate::store::StoreError;
use crate::sync::plan::FORGOTTEN;
use crate::sync::{apply, histories, page, text};

/// Rows made anew in one transaction.
const BATCH: i64 = 5_000;

/// How this app makes them, counted: what an earlier one made otherwise of the same pack is made anew.
const MAKING: u32 = 1;

/// Under what the mirror is made.
fn made_under(pack: &Pack) -> String {
    format!("{}/{MAKING}", pack.made_under())
}

/// Makes the mirror's indexes, computed fields, titles and words under a pack, unless they are.
pub(super) async fn remake(engine: &Engine, pack: &Arc<Pack>) -> Result<(), StoreError> {
    let cache = &engine.stores.cache;
    let position = cache.read(|cache| apply::position(cache)).await?;
    if position.pack.as_ref() == Some(&made_under(pack)) {
        return Ok(());
    }
    let new = pack.clone();
    cache
        .write(move |cache| {
            // Others may be told less of what was said.
            histories::forget(cache)?;
            make_indexes(cache, &new)
        })
        .await?;
    for pass in [Pass::Computed, Pass::Text] {
        let mut after = Some(0);
        while let Some(rowid) = after {
            let new = pack.clone();
            after = cache
                .write(move |cache| make_rows(cache, &new, pass, rowid))
                .await?;
        }
    }
    let new = pack.clone();
    cache
        .write(move |cache| {
            read_quarantine(cache, &new)?;
            forget_aside(cache, &new.sight)?;
            kept::follow(cache, &new)?;
            cache.execute("UPDATE feed SET pack = ?1", [made_under(&new)])?;
            Ok::<_, StoreError>(())
        })
        .await
}

/// Partial indexes: those that fields and views want, and one for each reference that titles follow.
fn make_indexes(cache: &Connection, pack: &Pack) -> Result<(), StoreError> {
    let old: Vec<String> = cache
        .prepare(
            "SELECT name FROM sqlite_schema
             WHERE type = 'index' AND tbl_name = 'record' AND sql IS NOT NULL",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in old {
        cache.execute_batch(&format!("DROP INDEX {}", text::identifier(&name)))?;
    }
    for kind in pack.kinds.values() {
        let mut wanted = indexes(kind);
        for (field, _) in text::references(kind) {
            if let Some(index) = of_reference(kind, field)
                && !wanted
                    .iter()
                    .any(|known| known.columns.first() == index.columns.first())
            {
                wanted.push(index);
            }
        }
        for index in wanted {
            cache.execute_batch(&format!(
                "CREATE INDEX {} ON record ({}) WHERE kind = {}",
                text::identifier(&index.name),
                index.columns.join(", "),
                text::literal(&kind.name)
            ))?;
        }
    }
    Ok(())
}

/// Titles mention computed fields of other records, so these are all made first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    Computed,
    Text,
}

struct Row {
    rowid: i64,
    kind: String,
    id: String,
    body: Map<String, Value>,
    computed: Map<String, Value>,
}

/// Makes a batch of rows after this one. Answers the last of them, or none at the end.
fn make_rows(
    cache: &Connection,
    pack: &Pack,
    pass: Pass,
    after: i64,
) -> Result<Option<i64>, StoreError> {
    let mut statement = cache.prepare_cached(
        "SELECT rowid, kind, id, body, computed FROM record
         WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
    )?;
    let mut rows = statement.query([after, BATCH])?;
    let mut batch = Vec::new();
    while let Some(row) = rows.next()? {
        batch.push(Row {
            rowid: row.get(0)?,
            kind: row.get(1)?,
            id: row.get(2)?,
            body: serde_json::from_str(&row.get::<_, String>(3)?)?,
            computed: serde_json::from_str(&row.get::<_, String>(4)?)?,
        });
    }
    for row in &batch {
        match pass {
            Pass::Computed => make_computed(cache, pack, row)?,
            Pass::Text => make_text(cache, pack, row)?,
        }
    }
    Ok(batch.last().map(|row| row.rowid))
}

fn make_computed(cache: &Connection, pack: &Pack, row: &Row) -> Result<(), StoreError> {
    if !pack.sight.sees_record(&row.kind, &row.body) {
        cache
            .prepare_cached("DELETE FROM record WHERE rowid = ?1")?
            .execute([row.rowid])?;
        return text::remove_words(cache, row.rowid);
    }
    let mut seen = row.body.clone();
    if pack.sight.strip(&row.kind, &mut seen) {
        // What the platform says of it next may be said at the same place.
        cache
            .prepare_cached("UPDATE record SET seq = ?2 WHERE rowid = ?1")?
            .execute([row.rowid, FORGOTTEN])?;
    }
    let (body, computed) = match pack.kind(&row.kind) {
        None => (seen, Map::new()),
        Some(kind) => {
            // What does not fit the new pack stays as it came: the platform will send it again.
            let body = value::normalise(kind, seen.clone()).unwrap_or(seen);
            let computed = value::compute(kind, &body);
            (body, computed)
        }
    };
    if body != row.body || computed != row.computed {
        cache
            .prepare_cached("UPDATE record SET body = ?2, computed = ?3 WHERE rowid = ?1")?
            .execute(params![
                row.rowid,
                serde_json::to_string(&body)?,
                serde_json::to_string(&computed)?
            ])?;
    }
    Ok(())
}

fn make_text(cache: &Connection, pack: &Pack, row: &Row) -> Result<(), StoreError> {
    let key = (row.kind.as_str(), row.id.as_str());
    let text = text::text(cache, Some(pack), key, &row.body, &row.computed)?;
    cache
        .prepare_cached("UPDATE record SET title = ?2 WHERE rowid = ?1 AND title <> ?2")?
        .execute(params![row.rowid, text.title])?;
    text::write_words(cache, row.rowid, &text.words)
}

/// A line that was set aside is kept as it came: none of what the reader does not see is kept so. One
/// may have come before the roles were known under which it reads, so that all is asked for again.
fn forget_aside(cache: &Connection, sight: &Sight) -> Result<(), StoreError> {
    if sight.is_all() {
        return Ok(());
    }
    let kinds: Vec<(String, Option<String>)> = cache
        .prepare("SELECT key, kind FROM quarantine")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut forgotten = false;
    for (key, kind) in kinds {
        let keeps = |kind: &String| sight.sees_kind(kind) && !sight.looks_into(kind);
        if !kind.as_ref().is_some_and(keeps) {
            cache.execute("DELETE FROM quarantine WHERE key = ?1", [key])?;
            forgotten = true;
        }
    }
    if forgotten {
        apply::restart(cache, true)?;
    }
    Ok(())
}

/// Records set aside under the old pack may fit the new one.
fn read_quarantine(cache: &Connection, pack: &Pack) -> Result<(), StoreError> {
    use crate::sync::client::RawLine;
    use crate::sync::parse::parse;
    use watchkeeper_wire::feed::Line;

    let mut statement = cache.prepare("SELECT raw FROM quarantine WHERE bytes = length(raw)")?;
    let kept: Vec<Vec<u8>> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for raw in kept {
        let Ok(Line::Upsert { seq, mut record }) = parse(&RawLine::Whole(raw)) else {
            continue;
        };
        if !pack.sight.sees_record(&record.kind, &record.body) {
            continue;
        }
        pack.sight.strip(&record.kind, &mut record.body);
        if let Ok(record) = page::prepare(Some(pack), record) {
            apply::take_in(cache, pack, seq, &record)?;
        }
    }
    Ok(())
}
