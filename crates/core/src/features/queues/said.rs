//! What was said with an operation that another may take the place of: the other begins with it.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::features::reading::Reading;
use crate::outbox::erased;
use crate::outbox::queue::{Hold, Queued, Status};

/// Its parameters as JSON text by name, of those that its action still asks for. Nothing of one that
/// cannot be amended, nor of what was said of somebody who was erased: that is not to be said again.
pub(super) fn said(
    reading: &Reading<'_>,
    operation: &Queued,
) -> Result<BTreeMap<String, String>, Error> {
    let request = &operation.request;
    // What was restored goes under its old id only.
    let amendable = operation.status == Status::Held && operation.hold != Some(Hold::Restored);
    if !amendable || erased::is_about_one(reading.state, request.id)? {
        return Ok(BTreeMap::new());
    }
    let kind = reading
        .pack
        .as_deref()
        .and_then(|pack| pack.kind(&request.kind));
    let Some(action) = kind.and_then(|kind| kind.actions.get(&request.action)) else {
        return Ok(BTreeMap::new());
    };
    let kept = request.params.iter();
    let kept = kept.filter(|(name, _)| action.def.params.contains_key(name.as_str()));
    Ok(kept
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect())
}
