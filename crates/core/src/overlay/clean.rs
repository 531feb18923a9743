//! Deletes overlay rows that nobody reads any more.
//!
//! An operation that was confirmed before a pull began is in what that pull brought, because the
//! platform writes a record and its verdict in one transaction. So when the pull has reached the
//! head of the feed, the rows of such operations are done with, even where the record has left the
//! reader's scope and the mirror will never have that revision. The same is true of a record that an
//! operation made which is under way still: where the mirror has none, it is gone again, and not on its way.

use rusqlite::Connection;

use crate::store::StoreError;

/// One of them: operation, kind and id.
pub type Row = (String, String, String);

/// The rows of operations that are confirmed now, and of what others made, at the beginning of a pull.
pub fn candidates(state: &Connection) -> Result<Vec<Row>, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT v.operation, v.kind, v.id FROM overlay v JOIN operation o ON o.id = v.operation
         WHERE o.status IN ('confirmed', 'discarded')
            OR (o.status IN ('accepted', 'unknown') AND v.confirmed IS NOT NULL
                AND o.lane <> v.kind || '/' || v.id
                AND json_extract(v.seen, '$.revision') = 0
                AND json_extract(v.seen, '$.body') = '{}')",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deletes them, after that pull reached the head.
pub fn remove(state: &Connection, rows: &[Row]) -> Result<(), StoreError> {
    let mut statement = state
        .prepare_cached("DELETE FROM overlay WHERE operation = ?1 AND kind = ?2 AND id = ?3")?;
    for (operation, kind, id) in rows {
        statement.execute([operation, kind, id])?;
    }
    Ok(())
}
