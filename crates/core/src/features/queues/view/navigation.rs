//! The rail.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct NavigationView {
    /// Queues in the pack's order.
    pub queues: Vec<QueueEntry>,
    /// The pack's other views, in the order of their names.
    pub views: Vec<ViewEntry>,
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
