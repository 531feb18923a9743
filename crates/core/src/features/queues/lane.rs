//! What the lane of a record says to one more operation: whether it may come, and behind what.

use uuid::Uuid;

use crate::outbox::queue::{Hold, Queued, Status};

/// What is in the way of this action among the operations of the record's lane.
pub(super) fn in_the_way<'a>(
    mut lane: impl Iterator<Item = &'a Queued>,
    action: &str,
    amends: Option<Uuid>,
) -> Option<&'static str> {
    lane.find_map(|other| {
        if Some(other.request.id) == amends {
            // Under another id nobody would find what the first may have moved.
            (other.hold == Some(Hold::Restored)).then_some(
                "The platform was restored and this may have been done: send it again or give it up.",
            )
        } else if other.status == Status::Held {
            Some("An operation on this record is held: amend or discard it first.")
        } else if other.request.action == action {
            Some("This is under way already.")
        } else {
            None
        }
    })
}

/// Is something of ours before it in its lane, at the place of what it amends or at the end?
pub(super) fn is_behind(lane: &[Queued], amends: Option<Uuid>) -> bool {
    let place = place_of(lane, amends);
    let mut others = lane.iter().filter(|other| Some(other.request.id) != amends);
    others.any(|other| place.is_none_or(|place| other.seq < place))
}

/// The place of what it amends.
pub(super) fn place_of(lane: &[Queued], amends: Option<Uuid>) -> Option<i64> {
    let amended = |other: &&Queued| Some(other.request.id) == amends;
    lane.iter().find(amended).map(|amended| amended.seq)
}
