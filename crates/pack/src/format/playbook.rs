//! `playbooks/<id>.yaml`: what to do when something is wrong, step by step.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::action::ParamDef;
use super::question::LookupDef;

/// `playbooks/<id>.yaml`: a procedure with steps and branches. A run of it keeps the pack with which
/// it began.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybookFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// When it is for, in a sentence.
    pub purpose: String,
    /// Kind of the record that a run is about; `record` in its expressions.
    pub kind: Option<String>,
    /// Severity of the incident that it opens, where it does.
    pub severity: Option<String>,
    /// Minutes that the document states; the operator's own median comes beside it.
    pub minutes: Option<u32>,
    /// Roles that may run it; empty means every operator.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Steps; the first is where a run begins.
    pub steps: Vec<StepDef>,
}

/// A step. What is done in it stands under exactly one of the keys from `decide` to `page`; none of
/// them means that the operator does something by hand and says so.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepDef {
    /// Stable id within the playbook.
    pub id: String,
    /// Row that it comes from, where it is not the playbook's.
    pub row: Option<String>,
    /// What is to be done, in a line.
    pub text: String,
    /// More, in Markdown.
    pub detail: Option<String>,
    /// Minutes that it is planned to take.
    pub minutes: Option<u32>,
    /// Where to look.
    pub view: Option<String>,
    /// A page outside that helps, such as a provider's status.
    pub link: Option<String>,
    /// What the operator writes down with it.
    #[serde(default)]
    pub notes: BTreeMap<String, ParamDef>,
    /// The step after it; the next in the list where absent, `end` ends the run. A decision has its
    /// own.
    pub next: Option<String>,
    /// The operator chooses how to go on.
    pub decide: Option<DecideDef>,
    /// Nothing is done for a while.
    pub wait: Option<WaitDef>,
    /// Something is looked at again and again until it is well.
    pub recheck: Option<RecheckDef>,
    /// The app answers a question from its records.
    pub look_up: Option<LookUpDef>,
    /// Inputs with the answers that they must get.
    pub test: Option<Vec<TestCaseDef>>,
    /// An action of a record, under its policy.
    pub act: Option<ActDef>,
    /// A control of the platform is switched.
    pub switch: Option<SwitchDef>,
    /// A text is sent.
    pub send: Option<SendDef>,
    /// Somebody is called.
    pub page: Option<PageDef>,
    /// A credential's presence is looked at; its value is never shown.
    pub credential: Option<String>,
}

/// A decision.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideDef {
    /// Ways to go on; every case is covered by one of them.
    pub ways: Vec<WayDef>,
}

/// A way to go on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WayDef {
    /// Stable id within the decision.
    pub id: String,
    /// The case, in a line.
    pub label: String,
    /// CEL over `record`, `answers`, `settings`, `controls`, `now`: it is proposed. The operator
    /// decides.
    pub when: Option<String>,
    /// The step after it; `end` ends the run.
    pub next: String,
}

/// A wait.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitDef {
    /// Minutes.
    pub minutes: u32,
    /// At most so many, where the document gives a span.
    pub most: Option<u32>,
}

/// A repeated check.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecheckDef {
    /// Minutes from one to the next.
    pub every_minutes: u32,
    /// When it is over, in a line.
    pub until: String,
    /// After so many without success the run goes on at `then`.
    pub most: Option<u32>,
    /// Where it goes on then.
    pub then: Option<String>,
}

/// A question that the app answers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUpDef {
    /// Name under which later steps have the answer, as `answers.<name>`.
    pub answer: String,
    /// The question.
    pub ask: LookupDef,
    /// Template over `value`: what was found.
    pub found: String,
}

/// An input and the answer that it must get.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestCaseDef {
    /// What is put in.
    pub input: String,
    /// What has to come out.
    pub expect: String,
}

/// An action of a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActDef {
    /// Kind; the playbook's where absent.
    pub kind: Option<String>,
    /// Action of that kind.
    pub action: String,
    /// CEL over `record` and `answers`: id of the record; the run's own where absent.
    pub on: Option<String>,
    /// Parameters that are given already: name → CEL.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

/// A control that is switched.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchDef {
    /// Control of `pack.yaml`.
    pub control: String,
    /// To what.
    pub to: Value,
}

/// A text that is sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendDef {
    /// Its id.
    pub template: String,
    /// Also where nothing came of it, the run may go on.
    #[serde(default)]
    pub optional: bool,
}

/// A call.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageDef {
    /// Escalation path of `people.yaml`.
    pub path: String,
}
