//! What the last new version of the pack changed.

use super::view::{DifferenceView, PackChangesView};
use crate::engine::Engine;
use crate::error::Error;
use crate::features::reading::read;
use crate::store::setting;
use crate::sync::activate::PackChanges;

/// What the last new version of the pack changed; none while the first one is in force.
///
/// # Errors
/// Those of the local database.
pub async fn pack_changes(engine: &Engine) -> Result<Option<PackChangesView>, Error> {
    read(engine, |reading| {
        let kept: Option<PackChanges> = setting::get(reading.state, PackChanges::SETTING)?;
        Ok(kept.map(|changes| PackChangesView {
            from: changes.from,
            to: changes.to,
            at: reading.wall(changes.at),
            differences: changes
                .differences
                .into_iter()
                .map(|one| DifferenceView {
                    file: one.file,
                    place: one.place.join(" › "),
                    label: one.label,
                    row: one.row,
                    was: one.was,
                    now: one.now,
                })
                .collect(),
        }))
    })
    .await
}
