//! Controls of the platform, as the UI sees them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::features::queues::view::OperationView;
use crate::features::tenant::view::Proposed;

/// The controls of the platform: what the banners and the screen show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ControlsView {
    /// What is not as usual first, or was asked for; then by name and region.
    pub controls: Vec<ControlView>,
    /// Instant of the data, tenant's wall clock, RFC 3339 with offset.
    pub as_of: Option<String>,
}

/// A control, or a control in a region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ControlView {
    /// Id of its record.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// As shown.
    pub label: String,
    /// What it does.
    pub purpose: Option<String>,
    /// The region that it is for, as shown.
    pub region: Option<String>,
    /// What is in force, as text and as JSON.
    pub value: Proposed,
    /// What the pack has by default.
    pub usual: Proposed,
    /// It is in force and not as usual.
    pub on: bool,
    /// Who switched it to what is in force, and when; none where nobody here ever did.
    pub since: Option<Since>,
    /// Text that the public is shown while it is on.
    pub banner: Option<String>,
    /// It may have such a text, and this is the pack's.
    pub banner_text: Option<String>,
    /// The host was told to switch it, and what runs does not answer with it yet.
    pub asked: Option<AskedView>,
    /// The last switch came to nothing: why.
    pub problem: Option<String>,
    /// What this laptop wants of it and is not settled.
    pub own: Option<OwnSwitch>,
    /// What it may be switched to; anything of its type where empty.
    pub choices: Vec<ControlChoice>,
    /// Actions that go by it.
    pub freezes: Vec<FrozenAction>,
    /// Operations of this laptop that it holds.
    pub held: u32,
    /// Roles that may switch it, as shown.
    pub roles: Vec<String>,
    /// Why this operator may not; none where they may.
    pub denied: Option<String>,
    /// Revision of its record as seen; none while the platform has not sent it.
    #[specta(type = Option<u32>)]
    pub revision: Option<u64>,
}

/// Who switched it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Since {
    /// Instant from which it was in force, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
    /// Operator as shown; none where the platform did it itself.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// A switch that the host was told and that is not in effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AskedView {
    /// To what.
    pub value: Proposed,
    /// Operator as shown.
    pub by: String,
    /// When, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
    /// Why.
    pub reason: Option<String>,
}

/// A switch of this laptop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct OwnSwitch {
    /// To what.
    pub value: Proposed,
    /// Why.
    pub reason: String,
    /// Text for the public with it.
    pub banner: Option<String>,
    /// Its operation.
    pub operation: OperationView,
}

/// A value that a control may be switched to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ControlChoice {
    /// As text and as JSON.
    pub value: Proposed,
    /// Operations of this laptop that wait and that it would hold.
    pub holds: u32,
}

/// An action that goes by a control.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
pub struct FrozenAction {
    /// One of the kind, as shown.
    pub kind: String,
    /// The action as shown.
    pub action: String,
    /// The policy row that reads the control.
    pub row: String,
}
