//! What is kept of the histories of records goes with the mirror.

use rusqlite::Connection;

use crate::store::StoreError;

/// Lets go of all of it, and of what is being asked for now: the answer may be of before.
pub fn forget(cache: &Connection) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM history_entry",
        "DELETE FROM history",
        "UPDATE feed SET histories = histories + 1",
    ] {
        cache.prepare_cached(sql)?.execute([])?;
    }
    Ok(())
}

/// Lets go of that of one record.
pub fn forget_of(cache: &Connection, kind: &str, id: &str) -> Result<(), StoreError> {
    for table in ["history_entry", "history"] {
        let sql = format!("DELETE FROM {table} WHERE kind = ?1 AND id = ?2");
        cache.prepare_cached(&sql)?.execute([kind, id])?;
    }
    Ok(())
}
