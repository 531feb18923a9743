//! The rail.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::SavedWish;

use super::operation::OperationWord;

/// The rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct NavigationView {
    /// Queues in the pack's order.
    pub queues: Vec<QueueEntry>,
    /// The pack's other views, in the order of their names.
    pub views: Vec<ViewEntry>,
    /// Saved views: one's own first, then those that others share, by name.
    pub saved: Vec<SavedEntry>,
    /// Zone of the tenant and its wall clock now, RFC 3339 with offset.
    pub now: String,
    /// IANA zone.
    pub zone: String,
    /// The clock cannot be trusted to the second (after a reboot, before the platform answered).
    pub clock_unsure: bool,
    /// BCP 47 tag of the pack's texts.
    pub language: String,
}

/// One queue of the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct QueueEntry {
    /// Id of the view.
    pub view: String,
    /// Name as shown.
    pub label: String,
    /// Records that wait.
    pub open: u32,
    /// Of these, those whose clock has turned amber or red.
    pub urgent: u32,
    /// How many may remain.
    pub target: u32,
    /// Estimated minutes for all that waits.
    #[specta(type = i32)] // always finite: a number, never null
    pub minutes: f32,
}

/// A view that is no queue: nothing waits in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ViewEntry {
    /// Id of the view.
    pub view: String,
    /// Name as shown.
    pub label: String,
}

/// An operation on a saved view that is held, and can be amended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HeldSaved {
    /// The operation.
    pub operation: String,
    /// It is the one that was to make it: there is none on the platform.
    pub makes: bool,
}

/// A saved view: what was asked of a view, under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SavedEntry {
    /// Id of its record.
    pub id: String,
    /// Id of the view that it is of.
    pub view: String,
    /// Its name.
    pub name: String,
    /// Operator whose it is.
    pub owner: String,
    /// It is this operator's own.
    pub own: bool,
    /// Everybody in the tenant sees it.
    pub shared: bool,
    /// What is asked of the view; none where the view is gone or nothing can be read of it.
    pub wish: Option<SavedWish>,
    /// What of it is not possible any more, in words: the pack has changed.
    pub problems: Vec<String>,
    /// Where our operation on it stands, if one is not yet settled.
    pub word: Option<OperationWord>,
    /// Our operation on it that is held: what is done next is put in its place.
    pub held: Option<HeldSaved>,
    /// It is being dropped, and the platform has not said that it is.
    pub dropped: bool,
    /// Revision that is shown.
    #[specta(type = u32)]
    pub revision: u64,
}
