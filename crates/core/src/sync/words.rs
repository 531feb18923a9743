//! The search index against the records that it is made of (fault 17).
//!
//! Words are written with their record in one transaction, so they can only fall out of step by a
//! fault of the app or of the disk. That is looked for after the start, beside everything else: the
//! numbers of all, and a sample of records by their own words and by how these start. What is out of
//! step is made anew, a few records at a time, so that nobody waits for it. Killed in between, the
//! numbers differ at the next start and it is done again.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};
use watchkeeper_pack::Pack;

use super::{starts, text};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::store::StoreError;

/// Records of which the words are looked up.
const SAMPLE: u32 = 200;

/// Records of which the words are made in one transaction.
const BATCH: u32 = 500;

/// Looks whether the index is in step, and makes it anew where it is not. Answers whether it had to.
pub async fn check(engine: &Engine) -> Result<bool, StoreError> {
    let cache = &engine.stores.cache;
    let starts: Vec<f64> = (0..SAMPLE).map(|_| engine.chance()).collect();
    if cache.read(move |cache| in_step(cache, &starts)).await? {
        return Ok(false);
    }
    tracing::warn!("the search index is out of step and made anew");
    cache
        .write(|cache| {
            Ok::<_, StoreError>(cache.execute_batch(
                "INSERT INTO record_text (record_text) VALUES ('delete-all');
                 INSERT INTO record_start (record_start) VALUES ('delete-all');",
            )?)
        })
        .await?;
    let mut after = i64::MIN;
    loop {
        let pack = engine.pack();
        let next = cache.write(move |cache| batch(cache, pack.as_deref(), after));
        match next.await? {
            Some(last) => after = last,
            None => break,
        }
    }
    if let Some(pack) = engine.pack() {
        engine.changed(pack.kinds.keys().cloned().map(Tag::Kind), Source::Sync);
    }
    Ok(true)
}

/// True where there are as many rows of words, and of their starts, as records, and each record of a
/// sample, taken from these places in `0..1`, is found by its id. Starts that are being made under the
/// pack are not looked at.
fn in_step(cache: &Connection, starts: &[f64]) -> Result<bool, StoreError> {
    let (records, lowest, highest): (i64, Option<i64>, Option<i64>) = cache.query_row(
        "SELECT count(*), min(rowid), max(rowid) FROM record",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let (words, begun): (i64, i64) = cache.query_row(
        "SELECT (SELECT count(*) FROM record_text), (SELECT count(*) FROM record_start)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let has_starts = text::has_starts(cache)?;
    if words != records || (has_starts && begun != records) {
        return Ok(false);
    }
    let (Some(lowest), Some(highest)) = (lowest, highest) else {
        return Ok(true);
    };
    let mut pick =
        cache.prepare("SELECT rowid, id FROM record WHERE rowid >= ?1 ORDER BY rowid LIMIT 1")?;
    let mut find =
        cache.prepare("SELECT 1 FROM record_text WHERE record_text MATCH ?1 AND rowid = ?2")?;
    let mut find_start =
        cache.prepare("SELECT 1 FROM record_start WHERE record_start MATCH ?1 AND rowid = ?2")?;
    for start in starts {
        let place = lowest + ((highest - lowest) as f64 * start) as i64;
        let picked: Option<(i64, String)> = pick
            .query_row([place], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((rowid, id)) = picked else { continue };
        // Without a letter or digit it has no word of its own.
        if !id.chars().any(char::is_alphanumeric) {
            continue;
        }
        let phrase = format!("\"{}\"", id.replace('"', "\"\"").replace('\0', " "));
        if !find.exists(params![phrase, rowid])? {
            return Ok(false);
        }
        let begins = starts::of(&id)?.into_iter();
        let begins: Vec<String> = begins.map(|start| format!("\"{start}\"")).collect();
        if has_starts
            && !begins.is_empty()
            && !find_start.exists(params![begins.join(" "), rowid])?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes the words of the next records; answers the last one's row, none where there was none.
fn batch(cache: &Connection, pack: Option<&Pack>, after: i64) -> Result<Option<i64>, StoreError> {
    let mut statement = cache.prepare_cached(
        "SELECT rowid, kind, id, body, computed FROM record WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
    )?;
    let mut rows = statement.query(params![after, BATCH])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let rowid: i64 = row.get(0)?;
        let (kind, id): (String, String) = (row.get(1)?, row.get(2)?);
        let body: Map<String, Value> = serde_json::from_str(&row.get::<_, String>(3)?)?;
        let computed: Map<String, Value> = serde_json::from_str(&row.get::<_, String>(4)?)?;
        let made = text::text(cache, pack, (&kind, &id), &body, &computed)?;
        text::write_words(cache, rowid, &made.words)?;
        last = Some(rowid);
    }
    Ok(last)
}
