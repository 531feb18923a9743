//! `templates/<id>.yaml`: texts that are sent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::ParamDef;

/// `templates/<id>.yaml`: a text that is sent, shown to the public, or kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// Name as shown, where an operator picks it.
    pub label: Option<String>,
    /// Where it goes.
    #[serde(default)]
    pub channel: TextChannel,
    /// Kind whose records fill it; a text of no kind is filled by its fields alone.
    pub kind: Option<String>,
    /// What a person fills in, as `params`.
    #[serde(default)]
    pub fields: BTreeMap<String, ParamDef>,
    /// Who receives it: CEL over `record`, labels of references and `params`; for a channel that has
    /// receivers.
    pub to: Option<String>,
    /// Subject, minijinja.
    pub subject: String,
    /// Body, minijinja.
    pub body: String,
    /// Buttons under it.
    #[serde(default)]
    pub buttons: Vec<ButtonDef>,
}

/// Where a text goes.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextChannel {
    /// By mail.
    #[default]
    Mail,
    /// Into a channel of a chat.
    Chat,
    /// Shown to everybody on the platform.
    Banner,
    /// Kept as a file, such as a report of an incident.
    File,
    /// A ticket at another team.
    Ticket,
    /// Read by the operator, and given by hand.
    Answer,
}

/// A button under a text.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ButtonDef {
    /// What stands on it.
    pub label: String,
    /// Setting with the address that it leads to.
    pub setting: String,
}
