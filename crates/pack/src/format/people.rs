//! `people.yaml`: who there is, how they are reached, and who is called when.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `people.yaml`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleFile {
    /// Roles by name. Actions, approvals and escalations name these.
    pub roles: BTreeMap<String, RoleDef>,
    /// People and companies by name.
    #[serde(default)]
    pub contacts: BTreeMap<String, ContactDef>,
    /// Escalation paths by name.
    #[serde(default)]
    pub escalations: BTreeMap<String, EscalationDef>,
    /// What the operator may do without asking, what never, and what is only proposed.
    #[serde(default)]
    pub capabilities: Vec<CapabilityDef>,
}

/// A role.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleDef {
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// It stands outside the platform: no operator has it.
    #[serde(default)]
    pub outside: bool,
}

/// Somebody who can be reached.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactDef {
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// Role that they have.
    pub role: Option<String>,
    /// Where they are reached, as the document says: a telephone number, an address of a page or of
    /// mail.
    pub at: Option<String>,
    /// Setting that says where they are reached, where the document leaves that open.
    pub setting: Option<String>,
}

/// Who is called, and when.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationDef {
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// What it is for, in a sentence.
    pub purpose: String,
    /// How urgent the document calls it.
    pub urgency: Option<String>,
    /// Calls, in order.
    pub calls: Vec<EscalationCallDef>,
    /// What holds until it is answered, in a sentence.
    pub meanwhile: Option<String>,
    /// Controls that are switched on with it.
    #[serde(default)]
    pub freezes: Vec<String>,
}

/// A call of an escalation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationCallDef {
    /// Role that is called.
    pub role: String,
    /// So many minutes after it began, without an answer.
    #[serde(default)]
    pub after_minutes: u32,
    /// Only in this case, in a few words.
    pub only: Option<String>,
    /// Looped in: they are told, and nothing waits for them.
    #[serde(default)]
    pub informed: bool,
}

/// What an operator may do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CapabilityDef {
    /// Row that it comes from.
    pub row: String,
    /// What, in a few words.
    pub text: String,
    /// Whether they may.
    pub may: May,
    /// To whom it is proposed.
    pub to: Option<String>,
}

/// Whether somebody may.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum May {
    /// Without asking.
    Yes,
    /// Never.
    No,
    /// They propose it, and others decide.
    Propose,
}
