//! Texts and promises.

use serde::{Deserialize, Serialize};
use specta::Type;
use watchkeeper_pack::format::{TextChannel, Tone};

/// A text of the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TextView {
    /// Its id.
    pub id: String,
    /// As shown: its name, else its subject with … for what is filled in.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Where it goes.
    pub channel: TextChannel,
    /// Kind whose records fill it, as shown.
    pub kind: Option<String>,
    /// Subject: filled in where `ready`, else as written.
    pub subject: String,
    /// Body, likewise.
    pub body: String,
    /// It needs nothing of a record or a person, and nothing of the tenant is missing: it stands
    /// here as it is given.
    pub ready: bool,
    /// It is given by hand and needs nothing of a record or a person.
    pub answer: bool,
    /// What fills it in, by name.
    pub variables: Vec<TextVariable>,
    /// What stands on its buttons.
    pub buttons: Vec<String>,
}

/// What fills in a part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TextVariable {
    /// Name, such as `record.amount`.
    pub name: String,
    /// As shown, where the pack has a label for it.
    pub label: Option<String>,
    /// A setting that the tenant has not said yet.
    pub missing: bool,
}

/// What the public may be shown while a switch is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BannerView {
    /// Control of the pack.
    pub id: String,
    /// As shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// The words.
    pub words: String,
}

/// A severity of incidents and its clocks. A clock that is none was never promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SeverityClocks {
    /// Its id.
    pub id: String,
    /// As shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Colour.
    pub tone: Tone,
    /// What belongs there.
    pub examples: Vec<String>,
    /// Minutes until somebody has answered; 0 is at once.
    pub respond_minutes: Option<u32>,
    /// Minutes until it is resolved.
    pub resolve_minutes: Option<u32>,
    /// Minutes until customers know.
    pub notify_minutes: Option<u32>,
    /// Escalation path, as shown.
    pub escalation: Option<String>,
}

/// What customers of a plan were promised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PlanPromise {
    /// Name of the plan.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Least share of a calendar month in which the service is up, in percent.
    #[specta(type = Option<i32>)] // always finite
    pub uptime_percent: Option<f64>,
    /// Time to an answer by severity.
    pub answers: Vec<PlanAnswer>,
}

/// Time to an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PlanAnswer {
    /// Severity, as shown.
    pub severity: String,
    /// Minutes.
    pub minutes: u32,
}
