//! What an operator may do: parameters, policy, effects.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connector::Connector;
use super::record::{FieldType, word_of};

/// What an operator may do to a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionDef {
    /// Button.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// Key in the queue screen, such as `a`.
    pub key: Option<String>,
    /// States from which it is possible.
    pub from: Vec<String>,
    /// States in which nothing is left to do: the operation is confirmed without an effect. So two
    /// people who say the same thing do not refuse each other.
    #[serde(default)]
    pub already: Vec<String>,
    /// It does not matter which revision the operator saw: no base revision, never a conflict. For
    /// what only adds, such as an acknowledgement.
    #[serde(default)]
    pub any_revision: bool,
    /// It makes the record that it is on, under an id that the laptop has drawn. For the engine's own
    /// kinds alone.
    #[serde(default)]
    pub creates: bool,
    /// May be taken on many records at once.
    pub bulk: Option<BulkDef>,
    /// How it is undone; where absent it cannot be.
    pub undo: Option<UndoDef>,
    /// Roles that may; empty means every operator.
    #[serde(default)]
    pub roles: Vec<String>,
    /// What it asks for.
    #[serde(default)]
    pub params: BTreeMap<String, ParamDef>,
    /// Rows that decide, in order; all are evaluated and shown.
    pub policy: Vec<PolicyDef>,
    /// Who has to agree before it is carried out.
    #[serde(default)]
    pub approvals: Vec<ApprovalDef>,
    /// CEL: never carried out after this instant.
    pub not_after: Option<String>,
    /// What kind of effect it has.
    pub nature: Nature,
    /// What the operator must do before it is queued.
    #[serde(default)]
    pub confirm: Confirm,
    /// Whose amount is typed where money is confirmed so: a money field of the record, or a parameter
    /// such as `params.amount`. The only money field where absent.
    pub types: Option<String>,
    /// What it does, in order.
    pub effects: Vec<EffectDef>,
    /// Lines of "this will …", templates over `record`.
    pub will: Vec<String>,
    /// Its place among the actions of its kind, as the file lists them, from 0.
    #[serde(skip)]
    pub place: usize,
}

/// An action on many records at once: one operation each.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkDef {
    /// Row that it comes from.
    pub row: String,
    /// Most records at once.
    pub cap: u32,
    /// CEL over `record`: which records may take part; all where absent.
    pub when: Option<String>,
    /// Why one may not, in a few words.
    pub otherwise: Option<String>,
    /// Some of them are looked at one by one before.
    pub sample: Option<SampleDef>,
}

/// Before an action is taken on more records than these, so many of them, which the engine draws, are
/// looked at and judged one by one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleDef {
    /// Row that it comes from.
    pub row: String,
    /// How many: a number, or `{setting: name}`.
    pub of: SampleSize,
}

/// How many records of a batch are looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SampleSize {
    /// So many.
    Number(u32),
    /// As many as the tenant says.
    Said(SaidBy),
}

/// `{setting: …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaidBy {
    /// Name of the setting, a whole number.
    pub setting: String,
}

/// How an action is undone: taken back before it leaves the laptop, or by another action later.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoDef {
    /// Row that it comes from.
    pub row: String,
    /// Seconds for which it stays on the laptop and can be taken back, 1 to 120.
    pub hold_seconds: Option<u32>,
    /// Action of the same kind that brings the record back later.
    pub by: Option<String>,
}

/// A parameter of an action.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParamDef {
    /// Type of its value.
    #[serde(rename = "type")]
    pub type_: FieldType,
    /// Name as shown.
    pub label: String,
    /// For `enum`: the allowed values.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// What some of them are called; the others are shown as they are, with blanks for `_`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// May be left out.
    #[serde(default)]
    pub optional: bool,
    /// Its place among the parameters of its action, as the file lists them, from 0.
    #[serde(skip)]
    pub place: usize,
}

impl ParamDef {
    /// An allowed value as shown.
    pub fn word(&self, value: &str) -> String {
        word_of(&self.labels, value)
    }
}

/// A row of a policy.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDef {
    /// Row of the source document, such as `D-17`.
    pub id: String,
    /// The rule in a few words.
    pub title: String,
    /// CEL; true lets through, false refuses, an error refuses as `policy.undecidable`.
    pub when: String,
    /// Code of the refusal, such as `refund.window_passed`.
    pub otherwise: String,
    /// Template: what was found, such as `68 h 48 of 72 h`.
    pub found: String,
    /// Template: sentence of the refusal.
    pub refusal: String,
    /// Whether anybody may override it.
    #[serde(rename = "override")]
    pub override_: Override,
}

/// Somebody has to agree.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDef {
    /// Row of the source document, such as `A-41`.
    pub id: String,
    /// The rule in a few words.
    pub title: String,
    /// CEL, as a policy row's: it is needed. An error is yes.
    pub when: String,
    /// Template: what was found.
    pub found: String,
    /// Role that agrees; nobody agrees to what they asked for themselves.
    pub role: String,
    /// Role that may agree instead, once nobody has answered for so long.
    pub fallback: Option<FallbackDef>,
    /// Minutes for which an answer is waited for, 1 to 129600 (90 days), and never beyond the action's
    /// `not_after`. Where absent until that, or for seven days where there is none either.
    pub waits_minutes: Option<u32>,
    /// Fields of the record that the platform sets as agreement is asked for: field → CEL. Not its state.
    #[serde(default)]
    pub asked: BTreeMap<String, String>,
    /// Fields of the record that the platform sets once nobody is waited for any more, whatever the
    /// answer: field → CEL. Not its state.
    #[serde(default)]
    pub answered: BTreeMap<String, String>,
}

/// Who may agree instead.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FallbackDef {
    /// Role.
    pub role: String,
    /// After so many minutes.
    pub after_minutes: u32,
}

/// Whether a policy row may be overridden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// By nobody.
    Never,
}

/// What kind of effect an action has.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Changes a record.
    Change,
    /// Moves money.
    Money,
    /// Deletes.
    Deletion,
    /// Sends something that cannot be called back.
    Submission,
}

/// What the operator must do before an action is queued.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    /// Nothing.
    #[default]
    None,
    /// Say yes.
    Click,
    /// Type the amount in digits (money, such as `22.00`) or the record's title.
    Typed,
}

/// An effect.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum EffectDef {
    /// Sets fields of the record: field → CEL, so that a literal string stands in CEL quotes.
    #[serde(rename = "set")]
    Set(BTreeMap<String, String>),
    /// Sets fields of a record that this one refers to.
    #[serde(rename = "set_on")]
    SetOn(SetOnDef),
    /// Makes a record.
    #[serde(rename = "create")]
    Create(CreateDef),
    /// Empties what says something of a person, on their record and on those that refer to it.
    #[serde(rename = "erase")]
    Erase(EraseDef),
    /// Calls a provider through the platform's own outbox.
    #[serde(rename = "call")]
    Call(CallDef),
}

/// Sets fields of another record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOnDef {
    /// Field of type `ref` that leads there.
    pub field: String,
    /// Field → CEL over the record that asks.
    pub set: BTreeMap<String, String>,
}

/// Makes a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDef {
    /// Its kind.
    pub kind: String,
    /// Field → CEL.
    pub set: BTreeMap<String, String>,
}

/// What says something of a person goes, wherever it is kept: in these records, in what was asked, agreed
/// to and sent about them, and in every copy. What is optional goes, in the place of anything else stands
/// `erased`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseDef {
    /// Field of type `ref` that leads to the person's record; the record itself where absent.
    pub field: Option<String>,
    /// Fields of that record.
    pub fields: Vec<String>,
    /// Every kind that refers to the person's.
    #[serde(default)]
    pub along: Vec<EraseAlongDef>,
}

/// Records that refer to a person.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseAlongDef {
    /// Their kind.
    pub kind: String,
    /// Their field of type `ref` that leads to the person's record.
    pub by: String,
    /// Their fields that are emptied; none where they say nothing of the person.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// A call to a provider.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallDef {
    /// Connector of the platform's closed list.
    pub connector: Connector,
    /// Operation of that connector, such as `refund`.
    pub operation: String,
    /// Arguments: name → CEL.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// For `mail`: id of the template.
    pub template: Option<String>,
    /// Fields of the record set when it succeeded: field → CEL, with `result` in sight.
    #[serde(default)]
    pub then: BTreeMap<String, String>,
    /// Fields of the record set when the provider refused for good.
    #[serde(default)]
    pub otherwise: BTreeMap<String, String>,
    /// Fields of records referred to, set with `then`.
    #[serde(default)]
    pub then_on: Vec<SetOnDef>,
    /// What is erased with `then`.
    pub then_erase: Option<EraseDef>,
    /// Sent only after the calls before it succeeded.
    #[serde(default)]
    pub after_previous: bool,
}
