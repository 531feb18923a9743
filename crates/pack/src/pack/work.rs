//! Work in its checked form: routines, playbooks, handover, evidence.

use crate::expr::Program;
use crate::filter::Filter;
use crate::format::{
    EvidenceFile, HandoverFile, HandoverSectionDef, ItemDef, LookupDef, PlaybookFile, RoutineFile,
    StepDef,
};
use crate::schedule::Schedule;
use crate::template::Template;

use super::Assignments;

/// Work that comes round.
#[derive(Debug)]
pub struct Routine {
    /// As written.
    pub def: RoutineFile,
    /// Its schedules, each with the region that it is for, where it comes round by a schedule.
    pub schedules: Vec<(Option<String>, Schedule)>,
    /// For which records, where it comes round by those of a kind.
    pub only: Option<Program>,
    /// Its items, in order.
    pub items: Vec<Item>,
}

/// An item of a routine.
#[derive(Debug)]
pub struct Item {
    /// As written.
    pub def: ItemDef,
    /// How it looks for itself.
    pub check: Option<Check>,
}

/// A check that the app makes by itself.
#[derive(Debug)]
pub struct Check {
    /// What is asked.
    pub asked: Asked,
    /// The answer is good.
    pub good: Program,
    /// What was found.
    pub found: Template,
}

/// What a check asks.
#[derive(Debug)]
pub enum Asked {
    /// Records.
    Records(Question),
    /// A metric.
    Metric(String),
}

/// A question over records.
#[derive(Debug)]
pub struct Question {
    /// As written.
    pub def: LookupDef,
    /// Compiled.
    pub filter: Filter,
}

/// A procedure.
#[derive(Debug)]
pub struct Playbook {
    /// As written.
    pub def: PlaybookFile,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Debug)]
pub struct Step {
    /// As written.
    pub def: StepDef,
    /// The steps that may follow it, by place in [`Playbook::steps`]; none is the end of the run.
    pub follow: Vec<Option<usize>>,
    /// Compiled `when` of the ways of a decision, in order.
    pub ways: Vec<Option<Program>>,
    /// Compiled question.
    pub question: Option<(Question, Template)>,
    /// Compiled `on` of an action.
    pub on: Option<Program>,
    /// Compiled parameters of an action.
    pub params: Assignments,
}

impl Playbook {
    /// A step by its id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.def.id == id)
    }
}

/// How a shift gives over.
#[derive(Debug)]
pub struct Handover {
    /// As written.
    pub def: HandoverFile,
    /// Compiled title.
    pub title: Template,
    /// Its sections, in order.
    pub sections: Vec<HandoverSection>,
}

/// A section of a handover.
#[derive(Debug)]
pub struct HandoverSection {
    /// As written.
    pub def: HandoverSectionDef,
    /// Live records in it: kind, filter, and a text for each part.
    pub live: Vec<(String, Filter, Vec<Template>)>,
}

/// What a provider has to be given.
#[derive(Debug)]
pub struct Evidence {
    /// As written.
    pub def: EvidenceFile,
    /// Compiled `when` of its items, in order.
    pub when: Vec<Option<Program>>,
}
