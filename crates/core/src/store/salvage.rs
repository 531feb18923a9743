//! Carries what can still be read of a damaged `state.db` over into a new one.
//!
//! Rows are copied from the front until a page does not verify, then from the back; operations in
//! between are asked for one by one. After an unreadable page SQLCipher refuses everything else on
//! that connection, so each try has its own.
//!
//! The audit chain is not carried over: a chain of which the end may be missing must not be
//! continued. It stays in the file that was moved aside, and this laptop begins a new one.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::{DbKey, StoreError, Which, connection};

/// Tables in an order in which references hold, each with what its rows are told apart by.
const TABLES: [(&str, &str); 9] = [
    ("setting", "name"),
    ("pack", "hash"),
    ("operation", "seq"),
    ("overlay", "operation, kind, id"),
    ("rest", "operation, rests_on"),
    ("gave_along", "operation, kind, id"),
    ("batch", "id"),
    ("erased", "lane"),
    ("beside", "operation, lane"),
];

/// Most unreadable operations that are asked for one by one.
const MOST_MISSES: u32 = 2_000;

/// Copies what can be read; answers how many operations that are not yet settled came along.
/// Fails only where the new database does.
pub(super) fn carry_over(
    damaged: &Path,
    key: &DbKey,
    fresh: &Connection,
) -> Result<u32, StoreError> {
    fresh.execute_batch("BEGIN IMMEDIATE")?;
    for (table, order) in TABLES {
        let columns = shared(damaged, key, table, columns(fresh, table)?);
        let copy = Copy {
            damaged,
            key,
            fresh,
            table,
            columns: &columns,
        };
        if !copy.rows(&format!("{order} ASC"))? {
            let backwards = order.replace(',', " DESC,");
            copy.rows(&format!("{backwards} DESC"))?;
            if table == "operation" {
                copy.operations_between()?;
            }
        }
    }
    fresh.execute_batch("COMMIT")?;
    open_operations(fresh)
}

/// How many operations are not yet settled.
pub(super) fn open_operations(state: &Connection) -> Result<u32, StoreError> {
    Ok(state.query_row(
        "SELECT count(*) FROM operation WHERE status NOT IN ('confirmed', 'discarded')",
        [],
        |row| row.get(0),
    )?)
}

fn columns(fresh: &Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = fresh.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Of these columns those that the damaged file has too. It may be damaged where it was to be brought up to
/// date: what was added since then has in the new one what a migration gives rows that were there before.
fn shared(damaged: &Path, key: &DbKey, table: &str, known: Vec<String>) -> Vec<String> {
    let there = connection::open_reader(damaged, Which::State, key)
        .and_then(|from| columns(&from, table))
        .unwrap_or_default();
    match there.is_empty() {
        true => known,
        false => known
            .into_iter()
            .filter(|name| there.contains(name))
            .collect(),
    }
}

struct Copy<'a> {
    damaged: &'a Path,
    key: &'a DbKey,
    fresh: &'a Connection,
    table: &'a str,
    columns: &'a [String],
}

impl Copy<'_> {
    /// Copies rows in this order as far as they can be read; true when that was to the end.
    fn rows(&self, order: &str) -> Result<bool, StoreError> {
        let Ok(from) = self.connect() else {
            return Ok(false);
        };
        let sql = format!(
            "SELECT {} FROM {} ORDER BY {order}",
            self.columns.join(", "),
            self.table
        );
        let Ok(mut statement) = from.prepare(&sql) else {
            return Ok(false);
        };
        let Ok(mut rows) = statement.query([]) else {
            return Ok(false);
        };
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let Ok(values) = self.values(row) else {
                        return Ok(false);
                    };
                    self.insert(values)?;
                }
                Ok(None) => return Ok(true),
                Err(_) => return Ok(false),
            }
        }
    }

    /// Asks for the operations that neither direction reached.
    fn operations_between(&self) -> Result<(), StoreError> {
        let mut have: Vec<i64> = self
            .fresh
            .prepare("SELECT seq FROM operation ORDER BY seq")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let highest = self.connect().ok().and_then(|from| {
            from.query_row(
                "SELECT seq FROM sqlite_sequence WHERE name = 'operation'",
                [],
                |row| row.get(0),
            )
            .ok()
        });
        have.push(highest.unwrap_or(0) + 1);
        let sql = format!(
            "SELECT {} FROM operation WHERE seq = ?1",
            self.columns.join(", ")
        );
        let mut misses = 0;
        let mut from = None;
        let mut next = 1;
        for present in have {
            while next < present && misses < MOST_MISSES {
                let connection = match from.take() {
                    Some(open) => open,
                    None => match self.connect() {
                        Ok(open) => open,
                        Err(_) => return Ok(()),
                    },
                };
                let row = connection
                    .query_row(&sql, [next], |row| self.values(row))
                    .optional();
                match row {
                    Ok(Some(values)) => {
                        self.insert(values)?;
                        from = Some(connection);
                    }
                    Ok(None) => from = Some(connection),
                    Err(_) => misses += 1,
                }
                next += 1;
            }
            next = next.max(present + 1);
        }
        Ok(())
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        connection::open_reader(self.damaged, Which::State, self.key)
    }

    fn values(&self, row: &rusqlite::Row<'_>) -> Result<Vec<Value>, rusqlite::Error> {
        (0..self.columns.len())
            .map(|index| row.get(index))
            .collect()
    }

    /// A row that is there already, or whose operation is lost, is left out.
    fn insert(&self, values: Vec<Value>) -> Result<(), StoreError> {
        let places = vec!["?"; self.columns.len()].join(", ");
        let sql = format!(
            "INSERT OR IGNORE INTO {} ({}) VALUES ({places})",
            self.table,
            self.columns.join(", ")
        );
        let done = self
            .fresh
            .prepare_cached(&sql)?
            .execute(params_from_iter(values));
        match done {
            Ok(_) => Ok(()),
            Err(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}
