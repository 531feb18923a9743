//! What was done last and can still be taken back.

use chrono::TimeDelta;

use super::view::UndoOfferView;
use crate::error::Error;
use crate::features::queues::operation::whole_seconds;
use crate::features::reading::Reading;
use crate::outbox::undo::{self, Held};

/// What was done last and can still be taken back. What was done on many records at once is one: its
/// operations have ids of one batch, which begin alike.
pub(super) fn offer(reading: &Reading<'_>) -> Result<Option<UndoOfferView>, Error> {
    let held = undo::held_back(reading.state, &reading.me)?;
    let left = |one: &Held| -> Option<TimeDelta> {
        let left = one.window.left(one.not_after, &reading.moment);
        (left > TimeDelta::zero()).then_some(left)
    };
    let Some(last) = held.iter().rev().find(|one| left(one).is_some()) else {
        return Ok(None);
    };
    let together = held.iter().filter(|one| {
        (one.id.as_u128() >> 80, &one.action) == (last.id.as_u128() >> 80, &last.action)
    });
    let together: Vec<(&Held, TimeDelta)> =
        together.filter_map(|one| Some((one, left(one)?))).collect();
    let first = together.iter().map(|(_, left)| *left).min();
    Ok(first.map(|first| UndoOfferView {
        operations: together.iter().map(|(one, _)| one.id.to_string()).collect(),
        action: last.label.clone(),
        title: (together.len() == 1).then(|| last.title.clone()),
        goes_in_seconds: whole_seconds(first),
    }))
}
