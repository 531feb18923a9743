//! What a test wants to know of a running engine and no screen shows.

use rusqlite::Connection;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use watchkeeper_core::engine::Engine;
use watchkeeper_core::store::StoreError;
use watchkeeper_core::{Code, Error};

/// The whole outbox, settled operations too: id → where it stands, such as `held refused`.
pub async fn operations(engine: &Engine) -> Result<Value, Error> {
    let state = &engine.stores().state;
    let all = state.read(|state| {
        let mut statement = state.prepare("SELECT id, status, hold FROM operation ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let mut all = Map::new();
        while let Some(row) = rows.next()? {
            let (status, hold): (String, Option<String>) = (row.get(1)?, row.get(2)?);
            let standing = hold.map_or(status.clone(), |hold| format!("{status} {hold}"));
            all.insert(row.get(0)?, standing.into());
        }
        Ok::<_, StoreError>(all)
    });
    Ok(Value::Object(all.await?))
}

/// What policy refused on this laptop, oldest first, as its audit chain has it.
pub async fn denied(engine: &Engine) -> Result<Vec<Value>, Error> {
    let state = &engine.stores().state;
    let all = state.read(|state| {
        let mut statement = state.prepare("SELECT entry FROM audit ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let entry: String = row.get(0)?;
            let entry: Value = serde_json::from_str(&entry)?;
            let event = entry.get("event").cloned().unwrap_or_default();
            if event.get("type").and_then(Value::as_str) == Some("denied") {
                all.push(event);
            }
        }
        Ok::<_, StoreError>(all)
    });
    Ok(all.await?)
}

/// How many records the mirror has, and the hash over all of them as the platform said they are.
pub async fn mirror(engine: &Engine) -> Result<Value, Error> {
    let cache = &engine.stores().cache;
    let found = cache.read(|cache| {
        let mut statement =
            cache.prepare("SELECT kind, id, revision, body FROM record ORDER BY kind, id")?;
        let mut rows = statement.query([])?;
        let (mut hash, mut count) = (Sha256::new(), 0_u64);
        while let Some(row) = rows.next()? {
            let (kind, id, body): (String, String, String) =
                (row.get(0)?, row.get(1)?, row.get(3)?);
            let revision: i64 = row.get(2)?;
            hash.update(format!("{kind}/{id} {revision} {body}\n"));
            count += 1;
        }
        Ok::<_, StoreError>((count, hex::encode(hash.finalize())))
    });
    let (records, hash) = found.await?;
    Ok(json!({"records": records, "hash": hash}))
}

/// Looks through both databases and the audit chain; answers what is wrong with them.
pub async fn check(engine: &Engine) -> Result<Value, Error> {
    let stores = engine.stores();
    let mut wrong = Vec::new();
    for (name, db) in [("state.db", &stores.state), ("cache.db", &stores.cache)] {
        // The writer's connection knows how the full-text index is laid out by now; a reader's remembers
        // that from its last question and would take what came since for damage.
        let found = db.write(|db| sound(db)).await?;
        wrong.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    let words = stores
        .cache
        .write(|cache| {
            cache.execute_batch(
                "INSERT INTO record_text (record_text, rank) VALUES ('integrity-check', 1);
                 INSERT INTO record_start (record_start, rank) VALUES ('integrity-check', 1);",
            )?;
            let orphans: i64 = cache.query_row(
                "SELECT (SELECT count(*) FROM record_text WHERE rowid NOT IN (SELECT rowid FROM record))
                      + (SELECT count(*) FROM record_start WHERE rowid NOT IN (SELECT rowid FROM record))",
                [],
                |row| row.get(0),
            )?;
            Ok::<_, StoreError>(orphans)
        })
        .await;
    match words {
        Ok(0) => {}
        Ok(count) => wrong.push(format!("{count} full-text rows without a record")),
        Err(error) => wrong.push(format!("full text: {error}")),
    }
    if let Some(broken) = engine.check_chain().await?.broken {
        wrong.push(format!("audit chain: {broken:?}"));
    }
    Ok(json!(wrong))
}

fn sound(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    let mut statement = db.prepare("PRAGMA integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    for line in lines {
        let line = line?;
        if line != "ok" {
            wrong.push(line);
        }
    }
    let mut statement = db.prepare("PRAGMA foreign_key_check")?;
    if statement.exists([])? {
        wrong.push("a foreign key leads nowhere".to_owned());
    }
    Ok(wrong)
}

/// Deletes an operation behind the engine's back.
pub async fn forget(engine: &Engine, operation: &str) -> Result<Value, Error> {
    let operation = operation.to_owned();
    let state = &engine.stores().state;
    let gone = state
        .write(move |state| {
            state.execute("DELETE FROM overlay WHERE operation = ?1", [&operation])?;
            state.execute("DELETE FROM gave_along WHERE operation = ?1", [&operation])?;
            state.execute("DELETE FROM beside WHERE operation = ?1", [&operation])?;
            state.execute(
                "DELETE FROM rest WHERE ?1 IN (operation, rests_on)",
                [&operation],
            )?;
            Ok::<_, StoreError>(state.execute("DELETE FROM operation WHERE id = ?1", [&operation])?)
        })
        .await?;
    match gone {
        1 => Ok(Value::Null),
        _ => Err(Error::new(Code::NotFound)),
    }
}

/// The columns of a database that say this anywhere, as `table.column`, the parts of a search index among
/// them.
pub fn tables_with(db: &Connection, said: &str) -> Result<Vec<String>, rusqlite::Error> {
    let names = |sql: &str| -> Result<Vec<String>, rusqlite::Error> {
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect()
    };
    let mut with = Vec::new();
    for table in names("SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY name")? {
        for column in names(&format!("SELECT name FROM pragma_table_info('{table}')"))? {
            let sql = format!(
                "SELECT EXISTS (SELECT 1 FROM main.\"{table}\"
                 WHERE instr(CAST(\"{column}\" AS BLOB), CAST(?1 AS BLOB)) > 0)"
            );
            let says: bool = db.query_row(&sql, [said], |row| row.get(0))?;
            if says {
                with.push(format!("{table}.{column}"));
            }
        }
    }
    Ok(with)
}
