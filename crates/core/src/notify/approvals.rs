//! Approvals that wait for the operator, as the mirror and our own operations have them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use watchkeeper_model::approval::{Approval, KIND, State};

use crate::error::Error;
use crate::features::reading::Reading;
use crate::sync::text::literal;

/// Ids of the approvals that the operator may answer now. An answer of ours counts at once, and so does
/// the instant from which the other role may answer, though no record changes then.
pub(super) fn waiting(reading: &Reading<'_>) -> Result<BTreeSet<String>, Error> {
    let pack = reading.pack.as_deref();
    if pack.and_then(|pack| pack.kind(KIND)).is_none() {
        return Ok(BTreeSet::new());
    }
    let table = reading.now_table(KIND)?;
    let mut statement = reading.cache.prepare_cached(&format!(
        "SELECT id, body FROM {table} WHERE kind = {} AND json_extract(body, '$.state') = {}",
        literal(KIND),
        literal(State::Waiting.as_str())
    ))?;
    let mut rows = statement.query([])?;
    let mut waiting = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (id, body): (String, String) = (row.get(0)?, row.get(1)?);
        // What cannot be read is nothing that somebody could answer.
        let body = serde_json::from_str::<Map<String, Value>>(&body).unwrap_or_default();
        let approval = Approval::read(&body);
        if approval.is_some_and(|one| one.waits_for(&reading.rights.actor, reading.now.at)) {
            waiting.insert(id);
        }
    }
    Ok(waiting)
}
