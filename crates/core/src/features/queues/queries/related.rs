//! Records of a kind that refer to a record.

use watchkeeper_pack::{Kind, filter, indexes};

use super::sections::MIRROR;
use crate::error::Error;
use crate::features::queues::view::OptionView;
use crate::features::reading::Reading;
use crate::store::has_index;
use crate::sync::text::{identifier, literal};

/// How many are named.
const NAMED: u32 = 5;

/// Where records of a kind are read, as they are shown, that have `?1` in a field; none where the kind has no
/// such field.
pub(super) fn from(
    reading: &Reading<'_>,
    (kind, field): (&Kind, &str),
) -> Result<Option<String>, Error> {
    let Some(column) = filter::column(kind, field) else {
        return Ok(None);
    };
    let table = reading.shown_table(&kind.name)?;
    let index = indexes::of_field(kind, field);
    let along = match table == MIRROR && has_index(reading.cache, &index)? {
        true => format!(" INDEXED BY {}", identifier(&index)),
        false => String::new(),
    };
    Ok(Some(format!(
        "FROM {table}{along} WHERE kind = {} AND {column} = ?1",
        literal(&kind.name)
    )))
}

/// How many records of a kind have this id in a field, and the first few of them by id and title.
pub(crate) fn referring(
    reading: &Reading<'_>,
    (kind, field): (&Kind, &str),
    id: &str,
) -> Result<(u32, Vec<OptionView>), Error> {
    let Some(from) = from(reading, (kind, field))? else {
        return Ok((0, Vec::new()));
    };
    let count: u32 = reading
        .cache
        .prepare_cached(&format!("SELECT count(*) {from}"))?
        .query_row([id], |row| row.get(0))?;
    if count == 0 {
        return Ok((0, Vec::new()));
    }
    let mut statement = reading.cache.prepare_cached(&format!(
        "SELECT id, title {from} ORDER BY id LIMIT {NAMED}"
    ))?;
    let first = statement.query_map([id], |row| {
        Ok(OptionView {
            value: row.get(0)?,
            label: row.get(1)?,
        })
    })?;
    let first = first.collect::<Result<_, _>>()?;
    Ok((count, first))
}
