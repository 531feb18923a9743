//! What is asked of the mirror about documents.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Map, Value};
use watchkeeper_pack::{Kind, filter, indexes};

use super::list::LISTED;
use crate::error::Error;
use crate::features::reading::{Reading, Row};
use crate::store::{StoreError, has_index};
use crate::sync::text::{identifier, literal};

/// Fields of a record, as the mirror has it.
pub(super) fn body(
    cache: &Connection,
    kind: &str,
    id: &str,
) -> Result<Option<Map<String, Value>>, StoreError> {
    let body: Option<String> = cache
        .prepare_cached("SELECT body FROM main.record WHERE kind = ?1 AND id = ?2")?
        .query_row([kind, id], |row| row.get(0))
        .optional()?;
    Ok(match body {
        Some(body) => Some(serde_json::from_str(&body)?),
        None => None,
    })
}

/// Documents of a kind whose field says this, one more than are listed.
pub(super) fn by(
    reading: &Reading<'_>,
    kind: &Kind,
    (field, value): (&str, &str),
) -> Result<Vec<Row>, Error> {
    let Some(column) = filter::column(kind, field) else {
        return Ok(Vec::new());
    };
    let table = reading.shown_table(&kind.name)?;
    let index = indexes::of_field(kind, field);
    let along = match table == "main.record" && has_index(reading.cache, &index)? {
        true => format!(" INDEXED BY {}", identifier(&index)),
        false => String::new(),
    };
    let sql = format!(
        "SELECT {} FROM {table}{along} WHERE kind = {} AND {column} = ?1 ORDER BY id LIMIT {}",
        Row::COLUMNS,
        literal(&kind.name),
        LISTED + 1
    );
    let mut statement = reading.cache.prepare(&sql)?;
    let rows = statement.query_map([value], Row::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
