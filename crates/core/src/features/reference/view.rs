//! What the pack in force says, as the UI sees it. Words are the pack's; numbers, times and the
//! words around them are the UI's.

mod contacts;
mod library;
mod rules;
mod texts;

use serde::{Deserialize, Serialize};
use specta::Type;

pub use contacts::{CapabilityView, ContactView, EscalationCall, EscalationView, Reach, RoleView};
pub use library::{
    NextRun, OccasionView, ProcedureView, StepView, StepWork, StepWorkCase, StepWorkWay,
};
pub use rules::{DocumentView, RetentionView, RulingSetting, RulingView};
pub use texts::{BannerView, PlanAnswer, PlanPromise, SeverityClocks, TextVariable, TextView};

/// The Reference screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ReferenceView {
    /// Now, on the tenant's wall clock, RFC 3339 with offset.
    pub now: String,
    /// The tenant's IANA zone.
    pub zone: String,
    /// Hour of its day now, and in each of the 23 hours after it.
    pub hours: Vec<u32>,
    /// Regions of the operation, where it has some.
    pub regions: Vec<RegionView>,
    /// What the public may be shown while a switch is on.
    pub banners: Vec<BannerView>,
    /// Severities of incidents with their clocks, the worst first.
    pub severities: Vec<SeverityClocks>,
    /// What customers of a plan were promised.
    pub plans: Vec<PlanPromise>,
    /// Roles.
    pub roles: Vec<RoleView>,
    /// Who can be reached.
    pub contacts: Vec<ContactView>,
    /// Who is called, and when.
    pub escalations: Vec<EscalationView>,
    /// What an operator may do, may not, and proposes.
    pub capabilities: Vec<CapabilityView>,
    /// How long things are kept.
    pub retention: Vec<RetentionView>,
    /// Texts.
    pub texts: Vec<TextView>,
    /// Playbooks and routines.
    pub library: Vec<ProcedureView>,
    /// What holds instead of what the document says.
    pub rulings: Vec<RulingView>,
    /// The pack and the document behind it.
    pub document: DocumentView,
}

/// A region, now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RegionView {
    /// Its name in the pack.
    pub id: String,
    /// As shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// IANA zone.
    pub zone: String,
    /// Now, on the wall clock there, RFC 3339 with offset.
    pub now: String,
    /// Hour of the day there now, and in each of the 23 hours after it.
    pub hours: Vec<u32>,
    /// ISO 4217 code.
    pub currency: String,
    /// What holds of tax, in words.
    pub tax: String,
    /// What else holds there.
    pub notes: Vec<String>,
    /// Ruling by which a fact of it is disputed.
    pub disputed: Option<String>,
    /// Switches that each region has for itself.
    pub switches: Vec<RegionSwitch>,
    /// What comes round there by its own clock.
    pub rounds: Vec<RegionRound>,
}

/// A switch, as it stands for a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RegionSwitch {
    /// Control of the pack.
    pub id: String,
    /// As shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// What it does.
    pub purpose: Option<String>,
    /// It is on there; none where what is known of it is neither on nor off.
    pub on: Option<bool>,
}

/// A routine that a region has for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RegionRound {
    /// Routine of the pack.
    pub id: String,
    /// As shown.
    pub label: String,
    /// Its next beginning, on the wall clock there.
    pub at: String,
}
