//! Who there is and how they are reached.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::format::May;

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RoleView {
    /// Its name in the pack.
    pub id: String,
    /// As shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// It stands outside the platform: no operator has it.
    pub outside: bool,
    /// The operator has it.
    pub mine: bool,
}

/// Somebody who can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ContactView {
    /// Its name in the pack.
    pub id: String,
    /// As shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Role that they have, as shown.
    pub role: Option<String>,
    /// Another company, or a role outside the platform.
    pub outside: bool,
    /// Where they are reached; none where the tenant has not said it yet.
    pub at: Option<String>,
    /// What `at` is by its form.
    pub reach: Reach,
    /// Setting in which the tenant says it, as shown; none where the document says it.
    pub setting: Option<String>,
}

/// What an address is by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// A telephone number.
    Phone,
    /// An address of mail.
    Mail,
    /// A page.
    Page,
    /// Anything else, such as a channel of a chat.
    Other,
}

/// Who is called, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct EscalationView {
    /// Its name in the pack.
    pub id: String,
    /// As shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// What it is for.
    pub purpose: String,
    /// How urgent the document calls it.
    pub urgency: Option<String>,
    /// Calls, in order.
    pub calls: Vec<EscalationCall>,
    /// What holds until it is answered.
    pub meanwhile: Option<String>,
    /// Switches that go with it, as shown.
    pub freezes: Vec<String>,
}

/// A call of an escalation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct EscalationCall {
    /// Role that is called, as shown.
    pub role: String,
    /// So many minutes after it began, without an answer.
    pub after_minutes: u32,
    /// Only in this case.
    pub only: Option<String>,
    /// They are told, and nothing waits for them.
    pub informed: bool,
    /// Contacts that have the role.
    pub contacts: Vec<String>,
}

/// What an operator may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CapabilityView {
    /// What, in a few words.
    pub text: String,
    /// Row that it comes from.
    pub row: String,
    /// Whether they may.
    pub may: May,
    /// To whom it is proposed, as shown.
    pub to: Option<String>,
}
