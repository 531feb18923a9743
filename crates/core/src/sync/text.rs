//! Titles and search words of the mirror's rows.
//!
//! A title may mention records that its record refers to, and these may arrive later or change.
//! So title and words are made when a row is written, and made again for every row that refers to
//! a record which has just been written or removed. Reading never computes a title.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};
use watchkeeper_pack::format::FieldType;
use watchkeeper_pack::{Kind, Pack, filter, value};

use super::plan::Key;
use super::starts;
use crate::store::StoreError;

/// A title and the words by which its record is found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// The title.
    pub title: String,
    /// The words.
    pub words: String,
}

/// Fields by which a kind refers to others: field and kind referred to.
pub fn references(kind: &Kind) -> impl Iterator<Item = (&str, &str)> {
    kind.fields.iter().filter_map(|(name, def)| {
        let target = def.kind.as_deref()?;
        (def.type_ == FieldType::Ref).then_some((name.as_str(), target))
    })
}

/// True where a kind's titles mention records referred to.
fn mentions_refs(kind: &Kind) -> bool {
    kind.title.source.contains("refs")
}

/// Fields of the records that a record refers to, by field name, read from this table or view.
pub fn refs(
    cache: &Connection,
    table: &str,
    kind: &Kind,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, StoreError> {
    let mut refs = Map::new();
    for (field, target) in references(kind) {
        let Some(id) = body.get(field).and_then(Value::as_str) else {
            continue;
        };
        let found: Option<(String, String)> = cache
            .prepare_cached(&format!(
                "SELECT body, computed FROM {table} WHERE kind = ?1 AND id = ?2"
            ))?
            .query_row([target, id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((body, computed)) = found {
            let mut fields: Map<String, Value> = serde_json::from_str(&body)?;
            fields.extend(serde_json::from_str::<Map<String, Value>>(&computed)?);
            refs.insert(field.to_owned(), Value::Object(fields));
        }
    }
    Ok(refs)
}

/// Title and words of a record that needs no other for them.
pub fn of_itself(
    kind: Option<&Kind>,
    id: &str,
    body: &Map<String, Value>,
    computed: &Map<String, Value>,
) -> Option<Text> {
    match kind {
        None => Some(Text {
            title: id.to_owned(),
            words: id.to_owned(),
        }),
        Some(kind) if mentions_refs(kind) => None,
        Some(kind) => Some(with_refs(kind, id, (body, computed), &Map::new())),
    }
}

fn with_refs(
    kind: &Kind,
    id: &str,
    (body, computed): (&Map<String, Value>, &Map<String, Value>),
    refs: &Map<String, Value>,
) -> Text {
    let title = value::title(kind, id, body, computed, refs);
    let words = value::search_words(kind, body, computed, &title);
    Text {
        words: format!("{words} {id}"),
        title,
    }
}

/// Makes title and words of a record of the mirror.
pub fn text(
    cache: &Connection,
    pack: Option<&Pack>,
    (kind, id): (&str, &str),
    body: &Map<String, Value>,
    computed: &Map<String, Value>,
) -> Result<Text, StoreError> {
    let kind = pack.and_then(|pack| pack.kind(kind));
    if let Some(text) = of_itself(kind, id, body, computed) {
        return Ok(text);
    }
    let refs = match kind {
        Some(kind) => refs(cache, "record", kind, body)?,
        None => Map::new(),
    };
    let with = |kind| with_refs(kind, id, (body, computed), &refs);
    Ok(kind.map_or_else(Text::default, with))
}

/// Writes the words of a row, over those that it had.
pub fn write_words(cache: &Connection, rowid: i64, words: &str) -> Result<(), StoreError> {
    remove_words(cache, rowid)?;
    add_words(cache, rowid, words)
}

/// Writes the words of a row that has none.
pub fn add_words(cache: &Connection, rowid: i64, words: &str) -> Result<(), StoreError> {
    cache
        .prepare_cached("INSERT INTO record_text (rowid, words) VALUES (?1, ?2)")?
        .execute(params![rowid, words])?;
    let starts = Vec::from_iter(starts::of(words)?).join(" ");
    cache
        .prepare_cached("INSERT INTO record_start (rowid, starts) VALUES (?1, ?2)")?
        .execute(params![rowid, starts])?;
    Ok(())
}

/// Forgets the words of a row.
pub fn remove_words(cache: &Connection, rowid: i64) -> Result<(), StoreError> {
    for text in [
        "DELETE FROM record_text WHERE rowid = ?1",
        "DELETE FROM record_start WHERE rowid = ?1",
    ] {
        cache.prepare_cached(text)?.execute([rowid])?;
    }
    Ok(())
}

/// The indexes keep words of rows that are gone until they happen to be merged: they are merged now.
pub fn forget_removed(cache: &Connection) -> Result<(), StoreError> {
    Ok(cache.execute_batch(
        "INSERT INTO record_text (record_text) VALUES ('optimize');
         INSERT INTO record_start (record_start) VALUES ('optimize');",
    )?)
}

/// True where every record has the starts of its words: a mirror that had none of them is being made
/// under its pack until it has, and one that may not be written may never get them.
pub fn has_starts(cache: &Connection) -> Result<bool, StoreError> {
    Ok(cache
        .prepare_cached(
            "SELECT (SELECT pack FROM main.feed) IS NOT NULL
                 AND EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'record_start')",
        )?
        .query_row([], |row| row.get(0))?)
}

/// Makes titles and words again of everything that mentions one of these records. Answers the kinds
/// of which something changed.
pub fn retitle(
    cache: &Connection,
    pack: &Pack,
    changed: &BTreeSet<Key>,
) -> Result<BTreeSet<String>, StoreError> {
    let mut touched = BTreeSet::new();
    let changed_kinds: BTreeSet<&str> = changed.iter().map(|(kind, _)| kind.as_str()).collect();
    for kind in pack.kinds.values().filter(|kind| mentions_refs(kind)) {
        for (field, target) in references(kind) {
            let Some(column) = filter::column(kind, field) else {
                continue;
            };
            if !changed_kinds.contains(target) {
                continue;
            }
            // The kind stands as a literal so that the partial index of the field serves.
            let sql = format!(
                "SELECT rowid, id, title, body, computed FROM record WHERE kind = {} AND {column} = ?1",
                literal(&kind.name)
            );
            for (_, id) in changed.iter().filter(|(kind, _)| kind == target) {
                for row in referring(cache, &sql, id)? {
                    let record = (kind.name.as_str(), row.id.as_str());
                    let new = text(cache, Some(pack), record, &row.body, &row.computed)?;
                    if new.title == row.title {
                        continue;
                    }
                    cache
                        .prepare_cached("UPDATE record SET title = ?2 WHERE rowid = ?1")?
                        .execute(params![row.rowid, new.title])?;
                    write_words(cache, row.rowid, &new.words)?;
                    touched.insert(kind.name.clone());
                }
            }
        }
    }
    Ok(touched)
}

struct Referring {
    rowid: i64,
    id: String,
    title: String,
    body: Map<String, Value>,
    computed: Map<String, Value>,
}

fn referring(cache: &Connection, sql: &str, id: &str) -> Result<Vec<Referring>, StoreError> {
    let mut statement = cache.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Referring {
            rowid: row.get(0)?,
            id: row.get(1)?,
            title: row.get(2)?,
            body: serde_json::from_str(&row.get::<_, String>(3)?)?,
            computed: serde_json::from_str(&row.get::<_, String>(4)?)?,
        });
    }
    Ok(all)
}

/// A text as an SQL literal. Only for names that a checked pack declares.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name of a checked pack as an SQL identifier.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
