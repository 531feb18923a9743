//! The approval that an operation waits for.

use rusqlite::OptionalExtension;
use watchkeeper_model::approval::State;
use watchkeeper_pack::Kind;

use super::related::from;
use crate::error::Error;
use crate::features::reading::Reading;
use crate::sync::text::literal;

/// The first approval of an operation that still waits, by its id and by what the role that answers is called.
/// `kind` is that of approvals.
pub(crate) fn waiting(
    reading: &Reading<'_>,
    kind: &Kind,
    operation: &str,
) -> Result<Option<(String, String)>, Error> {
    let Some(from) = from(reading, (kind, "operation"))? else {
        return Ok(None);
    };
    let mut statement = reading.cache.prepare_cached(&format!(
        "SELECT id, CAST(coalesce(json_extract(body, '$.role_label'), '') AS TEXT) {from}
         AND json_extract(body, '$.state') = {} ORDER BY id LIMIT 1",
        literal(State::Waiting.as_str())
    ))?;
    let found = statement.query_row([operation], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?)
}
