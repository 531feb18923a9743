//! Deletes overlay rows that nobody reads any more.
//!
//! An operation that was confirmed before a pull began is in what that pull brought, because the
//! platform writes a record and its verdict in one transaction. So when the pull has reached the
//! head of the feed, the rows of such operations are done with, even where the record has left the
//! reader's scope and the mirror will never have that revision.

use rusqlite::Connection;

use crate::store::StoreError;

/// Operations that are confirmed now, at the beginning of a pull.
pub fn candidates(state: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT DISTINCT v.operation FROM overlay v JOIN operation o ON o.id = v.operation
         WHERE o.status IN ('confirmed', 'discarded')",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deletes their rows, after that pull reached the head.
pub fn remove(state: &Connection, operations: &[String]) -> Result<(), StoreError> {
    let mut statement = state.prepare_cached("DELETE FROM overlay WHERE operation = ?1")?;
    for operation in operations {
        statement.execute([operation])?;
    }
    Ok(())
}
