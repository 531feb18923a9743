//! `templates/<id>.yaml`: texts that are sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `templates/<id>.yaml`: a text that is sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// Kind whose records fill it.
    pub kind: String,
    /// Who receives it: CEL over `record` and labels of references.
    pub to: String,
    /// Subject, minijinja.
    pub subject: String,
    /// Body, minijinja.
    pub body: String,
}
