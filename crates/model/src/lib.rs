//! Pure decisions of the engine: what policy says, what an action would do, how an audit chain
//! holds together. Laptop and platform run this very code.
//!
//! No clock, no I/O, no randomness: everything comes in as arguments.

pub mod alert;
pub mod approval;
pub mod audit;
pub mod clock;
pub mod control;
pub mod copy;
pub mod decision;
#[cfg(test)]
mod fixture;
pub mod metric;
pub mod plan;
pub mod saved_view;
pub mod setting;
pub mod snapshot;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use clock::{ClockStanding, Paused, Segment, standing, standing_in, standing_of};
pub use decision::{
    Actor, Bulk, Decision, Outcome, RowOutcome, RowResult, Situation, already, decide, takes_part,
};
pub use plan::{Call, Mail, Plan, PlanError, Settled, mails, settle};
pub use snapshot::Snapshot;

/// What a lookup said, and of when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookupValue {
    /// The answer; null where there is none.
    pub value: Value,
    /// Instant of the data that it was computed from, UTC.
    pub as_of: DateTime<Utc>,
}
