//! What policy says of an action.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::format::{Confirm, Nature};
use watchkeeper_pack::{Kind, Pack};

use crate::LookupValue;
use crate::plan::Plan;
use crate::snapshot::Snapshot;

/// Who decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// Operator id.
    pub id: String,
    /// Roles.
    pub roles: BTreeSet<String>,
    /// Regions; empty means all.
    pub regions: BTreeSet<String>,
}

/// Everything a decision depends on.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// The pack in force.
    pub pack: &'a Pack,
    /// Kind of the record.
    pub kind: &'a Kind,
    /// The record.
    pub record: &'a Snapshot,
    /// Parameters of the action.
    pub params: &'a Map<String, Value>,
    /// Who decides.
    pub actor: &'a Actor,
    /// Instant of the decision, UTC.
    pub now: DateTime<Utc>,
    /// Settings in force.
    pub settings: &'a Map<String, Value>,
    /// Controls in force.
    pub controls: &'a Map<String, Value>,
    /// Answers of the kind's lookups.
    pub lookups: &'a BTreeMap<String, LookupValue>,
}

/// What policy says.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// In a word.
    pub outcome: Outcome,
    /// Every row, in the pack's order, whatever the outcome.
    pub rows: Vec<RowResult>,
    /// Never carried out after this instant.
    pub not_after: Option<DateTime<Utc>>,
    /// What the operator must do first.
    pub confirm: Confirm,
    /// What must be typed where `confirm` is typed: the amount as shown, or the title.
    pub typed: Option<String>,
    /// Kind of effect.
    pub nature: Nature,
    /// Lines of "this will …".
    pub will: Vec<String>,
    /// What it would do; only where the outcome is [`Outcome::Allow`].
    pub plan: Option<Plan>,
}

/// The outcome in a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Go ahead (after `confirm`).
    Allow,
    /// No, for this reason.
    Deny {
        /// `policy.denied`, `policy.undecidable`, `rights.missing_role`, `action.wrong_state`,
        /// `params.invalid`, `action.unknown`, or the pack's own code.
        code: String,
        /// The row that refused.
        row: Option<String>,
        /// One sentence.
        detail: String,
    },
}

/// What one row said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowResult {
    /// Row id, such as `D-17`.
    pub id: String,
    /// The rule in a few words.
    pub title: String,
    /// What was found, such as `68 h 48 of 72 h`.
    pub found: String,
    /// What it said.
    pub outcome: RowOutcome,
}

/// What a row said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOutcome {
    /// Lets through.
    Passed,
    /// Refuses.
    Failed,
    /// Could not be evaluated; refuses.
    Undecidable,
}

/// Decides an action; the same on laptop and platform.
pub fn decide(situation: &Situation<'_>, action: &str) -> Decision {
    let _ = (situation, action);
    Decision {
        outcome: Outcome::Deny {
            code: "action.unknown".into(),
            row: None,
            detail: String::new(),
        },
        rows: Vec::new(),
        not_after: None,
        confirm: Confirm::None,
        typed: None,
        nature: Nature::Change,
        will: Vec::new(),
        plan: None,
    }
}
