//! What policy says of an action.
//!
//! The order in which a refusal is looked for: the action exists, the actor has a role for it, the
//! record is in a state that it starts from, every policy row lets it through, its not-after has not
//! passed, its parameters are complete, and every effect can be worked out. The first that fails gives
//! the outcome; the policy rows are evaluated and returned in any case. What all of this lets through,
//! and somebody else has to agree to, is asked for ([`Outcome::Ask`], [`crate::approval`]).
//!
//! Parameters come last on purpose: a refusal for want of a parameter (`params.invalid`) means that
//! everything else would let it through.

pub mod bulk;
mod called;
mod params;
mod rows;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{CallDef, Confirm, Nature};
use watchkeeper_pack::pack::Effect;
use watchkeeper_pack::{Action, Kind, Pack, value};

use crate::LookupValue;
use crate::approval::{self, Mark, Needed};
use crate::plan::{Plan, PlanError};
use crate::snapshot::Snapshot;
pub use bulk::{Bulk, takes_part};

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
    /// What must be typed where `confirm` is typed: the amount in digits (`22.00`) for an action
    /// that moves money, else the title. An amount that is still to be said is none yet.
    pub typed: Option<String>,
    /// Kind of effect.
    pub nature: Nature,
    /// Lines of "this will …".
    pub will: Vec<String>,
    /// Who has to agree first, whatever the outcome.
    pub asks: Vec<Needed>,
    /// What it would do; only where the outcome is [`Outcome::Allow`] or [`Outcome::Ask`].
    pub plan: Option<Plan>,
}

/// The outcome in a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Go ahead (after `confirm`).
    Allow,
    /// Likewise, and it is done once those of [`Decision::asks`] have agreed.
    Ask,
    /// No, for this reason.
    Deny {
        /// `action.unknown`, `rights.missing_role`, `action.wrong_state`, `policy.undecidable`,
        /// `record.exists`, the pack's own code, those of [`crate::approval`], [`crate::setting`] and
        /// [`crate::saved_view`], `provider.absent`,
        /// `operation.lapsed`, `params.invalid` or `effect.undecidable`.
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
    /// What was found, such as `68 h 48 of 72 h`; empty until the parameter that it reads is said.
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
    /// Lets through once somebody has agreed; also where it could not be evaluated whether they have to.
    Asks,
    /// Reads a parameter that has to be given and is not there yet: it decides once that is said.
    Open,
}

impl<'a> Situation<'a> {
    /// What expressions and texts of an action see here.
    pub fn scope(&self, action: Option<&'a Action>) -> Scope<'a> {
        let record = &self.record;
        let roles: Vec<&String> = self.actor.roles.iter().collect();
        let regions: Vec<&String> = self.actor.regions.iter().collect();
        let actor = [
            ("id".to_owned(), Value::from(self.actor.id.as_str())),
            ("roles".to_owned(), serde_json::json!(roles)),
            ("regions".to_owned(), serde_json::json!(regions)),
        ];
        let lookups = self.lookups.iter();
        let zone = self.pack.zone_in(self.settings);
        Scope {
            kind: Some(self.kind),
            action,
            record: value::merged(self.kind, &record.body, &record.computed, (self.now, zone)),
            refs: record.refs.clone(),
            params: self.params.clone(),
            actor: actor.into_iter().collect(),
            settings: self.settings.clone(),
            controls: self.controls.clone(),
            lookups: lookups
                .map(|(name, l)| (name.clone(), l.value.clone()))
                .collect(),
            result: None,
            answers: Map::new(),
            values: Map::new(),
            now: Some(self.now),
            zone: Some(zone),
        }
    }
}

/// Decides an action; the same on laptop and platform.
pub fn decide(situation: &Situation<'_>, action: &str) -> Decision {
    let Some(action) = situation.kind.actions.get(action) else {
        return unknown(action);
    };
    let scope = situation.scope(Some(action));
    let (mut rows, refusal) = rows::policy(situation, action, &scope);
    let (asked, asks) = rows::approvals(situation, action, &scope);
    rows.extend(asked);
    let not_after = action
        .not_after
        .as_ref()
        .map_or(Ok(None), |program| program.eval_optional_instant(&scope));
    let refused = of_the_engine(situation, action)
        .or_else(|| role(situation.pack, action, situation.actor))
        .or_else(|| state(situation, action))
        .or_else(|| approval::refused(situation, &action.name))
        .or(refusal)
        .or_else(|| not_built(action))
        .or_else(|| lapsed(&not_after, situation.now))
        .or_else(|| params::check(action, situation.params));
    let (outcome, plan) = match refused {
        Some(deny) => (deny, None),
        None => match worked_out(situation, action, &scope, &asks) {
            Ok(plan) if asks.is_empty() => (Outcome::Allow, Some(plan)),
            Ok(plan) => (Outcome::Ask, Some(plan)),
            Err(error) => (deny("effect.undecidable", None, error.to_string()), None),
        },
    };
    Decision {
        outcome,
        rows,
        not_after: not_after.ok().flatten(),
        confirm: action.def.confirm,
        typed: shown::typed(situation, action),
        nature: action.def.nature,
        will: shown::will(situation, action, scope),
        asks,
        plan,
    }
}

/// What the action does, if what is said of the asking can be worked out as well.
fn worked_out(
    situation: &Situation<'_>,
    action: &Action,
    scope: &Scope<'_>,
    asks: &[Needed],
) -> Result<Plan, PlanError> {
    let kind = situation.kind;
    let rows: BTreeSet<String> = asks.iter().map(|ask| ask.row.clone()).collect();
    approval::marks_in(scope, (kind, action), &rows, Mark::Asked)?;
    crate::plan::plan(situation.pack, action, kind, scope)
}

/// Nothing is left to do: the record is where the action would bring it, so who asks for it, and may,
/// has what they asked for. The platform confirms this without an effect. A laptop that sees it does
/// not offer the action: [`decide`] refuses there.
pub fn already(situation: &Situation<'_>, action: &str) -> bool {
    let Some(action) = situation.kind.actions.get(action) else {
        return false;
    };
    let state = situation.record.body.get("state").and_then(Value::as_str);
    state.is_some_and(|state| action.def.already.iter().any(|a| a == state))
        && role(situation.pack, action, situation.actor).is_none()
        && approval::refused(situation, &action.name).is_none()
}

fn unknown(action: &str) -> Decision {
    let name: String = action.chars().take(40).collect();
    Decision {
        outcome: deny(
            "action.unknown",
            None,
            format!("There is no action `{name}`."),
        ),
        rows: Vec::new(),
        not_after: None,
        confirm: Confirm::None,
        typed: None,
        nature: Nature::Change,
        will: Vec::new(),
        asks: Vec::new(),
        plan: None,
    }
}

/// No, for this reason.
pub(crate) fn deny(code: &str, row: Option<&str>, detail: impl Into<String>) -> Outcome {
    Outcome::Deny {
        code: code.to_owned(),
        row: row.map(ToOwned::to_owned),
        detail: detail.into(),
    }
}

/// A call that this version does not carry out: nobody pretends to.
fn not_built(action: &Action) -> Option<Outcome> {
    let calls = action.effects.iter().filter_map(|effect| match effect {
        Effect::Call(call) => Some(&call.def),
        _ => None,
    });
    let absent = |call: &&CallDef| {
        let offer = call.connector.offer(&call.operation);
        offer.is_none_or(|offer| !offer.built)
    };
    calls.into_iter().find(absent).map(|call| {
        let detail = format!(
            "This version cannot call {:?} to {} yet.",
            call.connector,
            call.operation.replace('_', " ")
        );
        deny("provider.absent", None, detail)
    })
}

/// What the pack says of a setting of the tenant, or of a control of the platform, and what a saved view
/// may be, beside what the engine says of all.
fn of_the_engine(situation: &Situation<'_>, action: &Action) -> Option<Outcome> {
    let (pack, id) = (situation.pack, situation.record.id.as_str());
    let (params, actor) = (situation.params, situation.actor);
    match situation.kind.name.as_str() {
        crate::setting::KIND => crate::setting::refused(pack, id, &action.name, params, actor),
        crate::control::KIND => crate::control::refused(pack, id, params, actor),
        crate::saved_view::KIND => crate::saved_view::refused(situation, &action.name),
        _ => None,
    }
}

fn role(pack: &Pack, action: &Action, actor: &Actor) -> Option<Outcome> {
    let roles = &action.def.roles;
    if roles.is_empty() {
        return None;
    }
    let detail = approval::has_one_of(pack, roles, actor).err()?;
    Some(deny("rights.missing_role", None, detail))
}

fn state(situation: &Situation<'_>, action: &Action) -> Option<Outcome> {
    if action.def.creates {
        // What is to be made is nothing yet.
        let exists = !situation.record.body.is_empty();
        return exists.then(|| deny("record.exists", None, "There is one of this id already."));
    }
    let from = &action.def.from;
    if from.is_empty() && situation.kind.states.is_empty() {
        return None;
    }
    let state = situation.record.body.get("state").and_then(Value::as_str);
    if state.is_some_and(|state| from.iter().any(|f| f == state)) {
        return None;
    }
    let known = state.and_then(|id| situation.kind.state(id));
    let word = known.map_or("in a state that the pack does not know", |s| {
        s.label.as_str()
    });
    let detail = format!(
        "{} is not possible: the record is {word}.",
        action.def.label
    );
    Some(deny("action.wrong_state", None, detail))
}

/// At the instant itself it is still in time; a rule may be stricter.
fn lapsed(
    not_after: &Result<Option<DateTime<Utc>>, watchkeeper_pack::expr::EvalError>,
    now: DateTime<Utc>,
) -> Option<Outcome> {
    match not_after {
        Ok(Some(at)) if now > *at => {
            let detail = "The time for this has passed.";
            Some(deny("operation.lapsed", None, detail))
        }
        Ok(_) => None,
        Err(error) => {
            let detail = format!("The time for this cannot be worked out ({error}).");
            Some(deny("policy.undecidable", None, detail))
        }
    }
}
