//! What a search asks of the mirror.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use crate::store::StoreError;

/// Most records that are answered.
pub(super) const MOST: usize = 50;

/// A record that matches.
pub(super) struct Found {
    pub kind: String,
    pub id: String,
    pub title: String,
    pub body: Map<String, Value>,
    pub computed: Map<String, Value>,
}

impl Found {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            kind: row.get(0)?,
            id: row.get(1)?,
            title: row.get(2)?,
            body: object(&row.get::<_, String>(3)?),
            computed: object(&row.get::<_, String>(4)?),
        })
    }
}

/// The best; none where more match than are weighed.
pub(super) fn best(
    cache: &Connection,
    question: &str,
    weighed: usize,
) -> Result<Option<Vec<Found>>, rusqlite::Error> {
    let count: i64 = cache
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM record_text WHERE record_text MATCH ?1 LIMIT ?2)",
        )?
        .query_row(params![question, weighed as i64 + 1], |row| row.get(0))?;
    if count > weighed as i64 {
        return Ok(None);
    }
    matching(cache, question, "rank").map(Some)
}

/// Those that match, in this order, and no more than are answered.
pub(super) fn matching(
    cache: &Connection,
    question: &str,
    order: &str,
) -> Result<Vec<Found>, rusqlite::Error> {
    let mut statement = cache.prepare_cached(&format!(
        "SELECT r.kind, r.id, r.title, r.body, r.computed
         FROM (SELECT rowid FROM record_text WHERE record_text MATCH ?1
               ORDER BY {order} LIMIT ?2) AS hit
         JOIN record AS r ON r.rowid = hit.rowid"
    ))?;
    let rows = statement.query_map(params![question, MOST as i64], Found::read)?;
    rows.collect()
}

/// A record that the mirror does not have, as it is drawn: as the platform said it is, or else as it is on its way.
pub(super) fn drawn(cache: &Connection, kind: &str, id: &str) -> Result<Option<Found>, StoreError> {
    let found = cache
        .prepare_cached(
            "SELECT kind, id, title, body, computed, 0 AS place FROM temp.told
             WHERE kind = ?1 AND id = ?2
             UNION ALL
             SELECT kind, id, title, body, computed, 1 FROM temp.on_the_way
             WHERE kind = ?1 AND id = ?2
             ORDER BY place LIMIT 1",
        )?
        .query_row([kind, id], Found::read)
        .optional()?;
    Ok(found)
}

/// Is this record in the mirror?
pub(super) fn is_mirrored(cache: &Connection, kind: &str, id: &str) -> Result<bool, StoreError> {
    let mirrored = cache
        .prepare_cached("SELECT 1 FROM record WHERE kind = ?1 AND id = ?2")?
        .query_row([kind, id], |_| Ok(()))
        .optional()?;
    Ok(mirrored.is_some())
}

fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}
