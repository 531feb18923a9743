//! Playbooks and routines, to be read.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A playbook or a routine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ProcedureView {
    /// Its id.
    pub id: String,
    /// As shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// What it is for, where that is said.
    pub purpose: Option<String>,
    /// When it is done.
    pub occasion: OccasionView,
    /// Minutes that the document states.
    pub minutes: Option<u32>,
    /// Kind of the record that a run is about, as shown.
    pub kind: Option<String>,
    /// Severity of the incident that it opens, as shown.
    pub severity: Option<String>,
    /// Roles that do it, as shown; empty means every operator.
    pub roles: Vec<String>,
    /// What is done, in order.
    pub steps: Vec<StepView>,
}

/// When something is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OccasionView {
    /// A playbook: when one of these alerts fires, or an operator begins it.
    Alerts {
        /// Alerts that lead to it, as shown.
        alerts: Vec<String>,
    },
    /// A routine by a schedule.
    Schedule {
        /// RFC 5545 rule in local time.
        rule: String,
        /// When it is done next, for each region where it has some.
        next: Vec<NextRun>,
        /// It is late so many minutes after it begins.
        due_minutes: u32,
    },
    /// A routine by an instant of each record of a kind.
    Record {
        /// Kind, as shown.
        kind: String,
        /// Field with the instant, as shown.
        at: String,
        /// So many minutes before it (negative) or after it.
        minutes: i32,
        /// It is late so many minutes after it begins.
        due_minutes: u32,
    },
    /// A routine, whenever an operator begins it.
    Asked,
}

/// When a routine is done next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NextRun {
    /// Region, as shown.
    pub region: Option<String>,
    /// Zone in which its rule is read.
    pub zone: String,
    /// When, on the wall clock of that zone.
    pub at: String,
}

/// A step of a playbook or an item of a routine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct StepView {
    /// Its id.
    pub id: String,
    /// Row that it comes from, where it is not that of the whole.
    pub row: Option<String>,
    /// What is to be done.
    pub text: String,
    /// More, in Markdown.
    pub detail: Option<String>,
    /// Minutes that it is planned to take.
    pub minutes: Option<u32>,
    /// What is done in it.
    pub work: StepWork,
    /// View to look into, as shown.
    pub view: Option<String>,
    /// A page outside that helps.
    pub link: Option<String>,
    /// Number to be looked at, as shown.
    pub metric: Option<String>,
    /// Playbook that helps where something is wrong, as shown.
    pub playbook: Option<String>,
    /// What has to be true before it is ticked off.
    pub first: Vec<String>,
    /// What is written down with it, as shown.
    pub notes: Vec<String>,
    /// Where it goes on, counted from 1, where that is not the next one; 0 is the end.
    pub next: Option<u32>,
    /// It may be left out.
    pub optional: bool,
}

/// What is done in a step. A switch over these tells the sort of work apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StepWork {
    /// By hand.
    Hand,
    /// The operator chooses how to go on.
    Decide {
        /// Ways to go on.
        ways: Vec<StepWorkWay>,
    },
    /// Nothing for a while.
    Wait {
        /// Minutes.
        minutes: u32,
        /// At most so many, where there is a span.
        most: Option<u32>,
    },
    /// A look again and again.
    Recheck {
        /// Minutes from one to the next.
        every_minutes: u32,
        /// When it is over.
        until: String,
        /// How often at most.
        most: Option<u32>,
        /// Where it goes on then, counted from 1; 0 is the end.
        then: Option<u32>,
    },
    /// The app looks something up by itself.
    LookUp {
        /// Among which records, or which number, as shown.
        among: String,
    },
    /// Inputs with the answers that they must get.
    Test {
        /// Each.
        cases: Vec<StepWorkCase>,
    },
    /// An action of a record, under its policy.
    Act {
        /// As shown.
        action: String,
    },
    /// A switch of the platform.
    Switch {
        /// As shown.
        control: String,
        /// To what.
        to: String,
    },
    /// A text is sent.
    Send {
        /// Its id.
        text: String,
        /// As shown.
        label: String,
    },
    /// Somebody is called.
    Page {
        /// Escalation path, as shown.
        path: String,
    },
    /// A credential's presence is looked at.
    Credential {
        /// Its name; never its value.
        name: String,
    },
}

/// A way to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct StepWorkWay {
    /// The case.
    pub label: String,
    /// Where it goes on, counted from 1; 0 is the end.
    pub next: u32,
}

/// An input and the answer that it must get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct StepWorkCase {
    /// What is put in.
    pub input: String,
    /// What has to come out.
    pub expect: String,
}
