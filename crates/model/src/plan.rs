//! What an action would do, as data.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use watchkeeper_pack::format::Connector;

/// What an action does. The platform carries it out in one transaction; the laptop draws `sets`
/// as an overlay.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Fields of the record that change at once.
    pub sets: Map<String, Value>,
    /// Fields of other records that change at once.
    pub sets_on: Vec<SetOn>,
    /// Records that come to be.
    pub creates: Vec<Create>,
    /// Calls to providers, in order.
    pub calls: Vec<Call>,
}

/// A change of another record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOn {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What changes.
    pub set: Map<String, Value>,
}

/// A record that comes to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Create {
    /// Its kind.
    pub kind: String,
    /// Its fields.
    pub body: Map<String, Value>,
}

/// A call to a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Place of this effect in the action, from 0; with the operation's id the provider's key.
    pub effect: u32,
    /// The connector.
    pub connector: Connector,
    /// Its operation.
    pub operation: String,
    /// Arguments, evaluated.
    pub args: Map<String, Value>,
    /// For mail: the message as it will be sent.
    pub mail: Option<Mail>,
    /// Waits for the call before it.
    pub after_previous: bool,
}

/// A message, rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Template it came from.
    pub template: String,
    /// Receiver.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Body, plain text.
    pub body: String,
}
