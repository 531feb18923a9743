//! `evidence/<id>.yaml`: what has to be in the hands of a provider, and in what form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `evidence/<id>.yaml`: requirements for records of a kind.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// Kind of the records, such as `dispute`.
    pub kind: String,
    /// Field with the provider's deadline; it is taken from the provider, never computed.
    pub deadline: String,
    /// What is needed.
    pub items: Vec<EvidenceItemDef>,
    /// What the provider takes.
    pub limits: LimitsDef,
    /// Advice, a sentence each.
    #[serde(default)]
    pub advice: Vec<String>,
    /// Hours before the deadline from which a person has to submit.
    pub by_hand_hours: Option<u32>,
    /// Hours in which a submission by itself can be cancelled.
    pub cancel_hours: Option<u32>,
}

/// Something that is needed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceItemDef {
    /// Stable id.
    pub id: String,
    /// Row that it comes from, where it is not the requirements'.
    pub row: Option<String>,
    /// What it is.
    pub label: String,
    /// A file, or a fact of the record.
    pub form: EvidenceForm,
    /// CEL over `record`: it is needed; always where absent.
    pub when: Option<String>,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EvidenceForm {
    /// A document.
    File,
    /// Field of the record.
    Field(String),
}

/// What a provider takes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsDef {
    /// Where the figures come from.
    pub source: String,
    /// Media types.
    pub media: Vec<String>,
    /// Most files.
    pub files: Option<u32>,
    /// Most bytes of a file.
    pub bytes_each: u64,
    /// Most bytes of all.
    pub bytes_total: Option<u64>,
    /// It is taken once and never again.
    #[serde(default)]
    pub once: bool,
}
