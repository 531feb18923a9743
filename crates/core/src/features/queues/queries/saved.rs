//! The saved views that are there.

use watchkeeper_model::saved_view::KIND;

use crate::error::Error;
use crate::features::reading::{Reading, Row};
use crate::sync::text::literal;

/// All of them, with our operations over them.
pub(crate) fn rows(reading: &Reading<'_>) -> Result<Vec<Row>, Error> {
    let sql = format!(
        "SELECT {} FROM {} WHERE kind = {}",
        Row::COLUMNS,
        reading.now_table(KIND)?,
        literal(KIND)
    );
    let mut statement = reading.cache.prepare(&sql)?;
    let rows = statement.query_map([], Row::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
