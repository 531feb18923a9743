//! The first sync of a laptop, and the same rows inserted without any of it.

use std::path::Path;

use anyhow::{Result, ensure};
use rusqlite::params;
use serde_json::{Map, Value, json};
use watchkeeper_core::store::{Db, StoreError, Which};
use watchkeeper_core::sync::text;
use watchkeeper_pack::value;

use crate::laptop::{self, Line};
use crate::numbers::{cost, peak_kib};

/// Rows of one transaction, as many as a page of the feed has.
const BATCH: usize = 5_000;

/// Signs in and pulls until the mirror is complete, in this process.
pub async fn sync(folder: &Path, line: &Line) -> Result<Value> {
    laptop::sign_in(folder, line).await?;
    let engine = laptop::open(folder, &line.token).await?;
    let before = peak_kib()?;
    let pull = async {
        engine
            .sync_once()
            .await
            .map_err(|error| anyhow::anyhow!("{error:?}"))
    };
    let ((), seconds, cpu) = cost(pull).await?;
    let records = laptop::records(&engine).await?;
    let peak = peak_kib()?;
    engine.stores().close().await;
    Ok(json!({
        "records": records,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_mib": peak as f64 / 1024.0,
        "peak_before_mib": before as f64 / 1024.0,
    }))
}

/// A row of the mirror as it is bound to a statement.
struct Row {
    kind: String,
    id: String,
    revision: i64,
    seq: i64,
    updated_at: i64,
    title: String,
    body: String,
    computed: String,
    words: String,
}

/// Takes the rows out of a mirror and inserts them into a new one with the same schema, key,
/// indexes and search words: what no client can do without.
pub async fn raw(synced: &Path, folder: &Path) -> Result<Value> {
    let engine = laptop::open(synced, "").await?;
    let pack = engine.pack().ok_or_else(|| anyhow::anyhow!("no pack"))?;
    let (rows, indexes) = engine
        .stores()
        .cache
        .read(|cache| {
            let mut statement = cache.prepare(
                "SELECT kind, id, revision, seq, updated_at, title, body, computed
                 FROM record ORDER BY rowid",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(Row {
                    kind: row.get(0)?,
                    id: row.get(1)?,
                    revision: row.get(2)?,
                    seq: row.get(3)?,
                    updated_at: row.get(4)?,
                    title: row.get(5)?,
                    body: row.get(6)?,
                    computed: row.get(7)?,
                    words: String::new(),
                })
            })?;
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            let mut statement = cache.prepare(
                "SELECT sql FROM sqlite_schema
                 WHERE type = 'index' AND tbl_name = 'record' AND sql IS NOT NULL",
            )?;
            let indexes = statement.query_map([], |row| row.get::<_, String>(0))?;
            let indexes = indexes.collect::<Result<Vec<_>, _>>()?;
            Ok::<_, StoreError>((rows, indexes))
        })
        .await?;
    engine.stores().close().await;
    let mut prepared = rows;
    for row in &mut prepared {
        let kind = pack.kind(&row.kind);
        let kind = kind.ok_or_else(|| anyhow::anyhow!("a kind without a definition"))?;
        let body: Map<String, Value> = serde_json::from_str(&row.body)?;
        let computed: Map<String, Value> = serde_json::from_str(&row.computed)?;
        let words = value::search_words(kind, &body, &computed, &row.title);
        row.words = format!("{words} {}", row.id);
    }
    let count = prepared.len();
    let indexed = indexes.len();

    std::fs::create_dir_all(folder)?;
    let db = Db::open(folder, Which::Cache, &laptop::key())?;
    db.write(move |cache| Ok::<_, StoreError>(cache.execute_batch(&indexes.join(";"))?))
        .await?;
    let work = async {
        let mut rest = prepared;
        while !rest.is_empty() {
            let after = rest.split_off(BATCH.min(rest.len()));
            let batch = std::mem::replace(&mut rest, after);
            db.write(move |cache| {
                let mut record = cache.prepare_cached(
                    "INSERT INTO record
                         (kind, id, revision, seq, generation, updated_at, title, body, computed)
                     VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8)",
                )?;
                for row in &batch {
                    record.execute(params![
                        row.kind,
                        row.id,
                        row.revision,
                        row.seq,
                        row.updated_at,
                        row.title,
                        row.body,
                        row.computed
                    ])?;
                    text::add_words(cache, cache.last_insert_rowid(), &row.words)?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
        }
        Ok(())
    };
    let ((), seconds, cpu) = cost(work).await?;
    let sql = "SELECT count(*) FROM record";
    let written: i64 = db
        .read(move |cache| Ok::<_, StoreError>(cache.query_row(sql, [], |row| row.get(0))?))
        .await?;
    db.close().await;
    ensure!(
        usize::try_from(written) == Ok(count),
        "{written} of {count}"
    );
    Ok(json!({
        "records": count,
        "indexes": indexed,
        "seconds": seconds,
        "cpu_seconds": cpu,
    }))
}
