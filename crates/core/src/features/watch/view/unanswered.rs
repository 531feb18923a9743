//! Who is to be called for an alert that nobody acknowledged.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::features::reference::view::Reach;

/// Who is to be called for an alert that nobody acknowledged. The app calls nobody by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UnansweredView {
    /// Escalation path, as shown.
    pub path: String,
    /// Row by which it is taken.
    pub row: String,
    /// Since when it is unanswered, tenant's wall clock, RFC 3339 with offset.
    pub since: String,
    /// Seconds since then.
    pub seconds: u32,
    /// Whose turn has come, in order.
    pub due: Vec<CallView>,
    /// Who is told by now; nothing waits for them.
    pub told: Vec<CallView>,
    /// Whose turn comes next if nobody acknowledges it until then.
    pub next: Vec<CallView>,
    /// What holds until it is answered.
    pub meanwhile: Option<String>,
}

/// A call of an escalation path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CallView {
    /// Role, as shown.
    pub role: String,
    /// From when on, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
    /// Only in this case.
    pub only: Option<String>,
    /// Who has the role.
    pub contacts: Vec<ReachedView>,
}

/// Somebody who has a role, and where they are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ReachedView {
    /// As shown.
    pub label: String,
    /// Where they are reached; none where the tenant has not said it yet.
    pub at: Option<String>,
    /// What `at` is by its form.
    pub reach: Reach,
}
