//! Temporary tables of a reader of `cache.db`, in memory. They are made once for a connection and are
//! empty whenever a snapshot begins: what one look writes is rolled back with it. Making them in each
//! look would change the schema, so that SQLite read all of it again, a hundred indexes of a pack and
//! more, and prepared every statement anew.

use rusqlite::Connection;

/// Columns of what is drawn over the mirror, as `record` has them.
const COLUMNS: &str = "kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL,
     updated_at INTEGER NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
     computed TEXT NOT NULL, PRIMARY KEY (kind, id)";

/// Makes them, outside of any transaction: `drawn`, `told` and `on_the_way`, with the views `record_now`
/// and `record_shown`, for [`crate::overlay::Overlay`].
pub(super) fn make(cache: &Connection) -> rusqlite::Result<()> {
    for table in ["drawn", "told", "on_the_way"] {
        cache.execute_batch(&format!(
            "CREATE TEMP TABLE {table} ({COLUMNS}) STRICT, WITHOUT ROWID"
        ))?;
    }
    for (view, table) in [("record_now", "drawn"), ("record_shown", "told")] {
        cache.execute_batch(&format!(
            "CREATE TEMP VIEW {view} AS
                 SELECT kind, id, revision, updated_at, title, body, computed FROM main.record
                 WHERE NOT EXISTS (SELECT 1 FROM temp.{table} d
                                   WHERE d.kind = record.kind AND d.id = record.id)
                 UNION ALL
                 SELECT kind, id, revision, updated_at, title, body, computed
                 FROM temp.{table}"
        ))?;
    }
    Ok(())
}
