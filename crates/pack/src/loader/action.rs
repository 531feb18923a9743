//! Checks of actions: states, parameters, policy rows, effects.

mod confirm;
mod effects;
mod erase;
mod many;

use std::collections::BTreeMap;

use super::problems::{Problems, Spot};
use super::scopes::World;
use super::{links, names, record, states};
use crate::expr::Allowed;
use crate::format::{ActionDef, ApprovalDef, FieldType, RecordFile};
use crate::pack::{Action, Approval, Policy};

/// Keys that mean something in every list or on every record, or begin a way to another screen.
const KEYS_OF_LISTS: [&str; 8] = ["j", "k", "x", "m", "g", "/", "?", " "];
/// Longest time for which an action waits to be taken back, in seconds.
const MAX_HOLD: u32 = 120;
/// Longest time for which agreement is waited for: 90 days, in minutes.
const MAX_WAIT: u32 = 90 * 24 * 60;

pub(super) fn check(
    world: &World<'_>,
    def: &RecordFile,
    spot: &Spot,
    problems: &mut Problems,
) -> BTreeMap<String, Action> {
    let spot = spot.at("actions");
    names::check(&spot, def.actions.keys(), problems);
    let keys = def.actions.iter();
    let keys = keys.filter_map(|(n, a)| Some((a.key.as_deref()?, spot.at(n).at("key"))));
    names::distinct(keys.collect(), problems);
    let decision = world.decision(def);
    let mut actions = BTreeMap::new();
    for (name, action) in &def.actions {
        let one = One {
            world,
            record: def,
            action,
            allowed: world.action(&decision, action),
        };
        if let Some(action) = one.check(name, &spot.at(name), problems) {
            actions.insert(name.clone(), action);
        }
    }
    actions
}

struct One<'a> {
    world: &'a World<'a>,
    record: &'a RecordFile,
    action: &'a ActionDef,
    allowed: Allowed,
}

impl One<'_> {
    fn check(&self, name: &str, spot: &Spot, problems: &mut Problems) -> Option<Action> {
        let action = self.action;
        names::row(&spot.at("row"), &action.row, problems);
        if action
            .key
            .as_ref()
            .is_some_and(|key| key.chars().count() != 1)
        {
            problems.error(&spot.at("key"), "pack.key", "a key is one character");
        }
        let taken = action
            .key
            .as_deref()
            .filter(|key| KEYS_OF_LISTS.contains(key));
        if let Some(key) = taken {
            let message = format!("`{key}` is the app's own in every list and record");
            problems.error(&spot.at("key"), "pack.reserved", message);
        }
        let key = action.key.as_deref().unwrap_or_default();
        if key.chars().any(char::is_uppercase) {
            let message = "a key is a small letter: with Shift it is meant for all of a section";
            problems.error(&spot.at("key"), "pack.key", message);
        }
        for (index, state) in action.from.iter().enumerate() {
            states::known(self.record, state, &spot.at("from").at(index), problems);
        }
        if action.from.is_empty() && !self.record.states.is_empty() && !action.creates {
            problems.error(&spot.at("from"), "pack.missing", "no state to start from");
        }
        if action.creates && !names::is_engine_kind(&self.record.kind) {
            let message = "only the engine's own kinds are made by an action on them";
            problems.error(&spot.at("creates"), "pack.reserved", message);
        }
        for (index, state) in action.already.iter().enumerate() {
            let spot = spot.at("already").at(index);
            states::known(self.record, state, &spot, problems);
            if action.from.contains(state) {
                let message =
                    format!("from `{state}` the action starts, so it is not done already");
                problems.error(&spot, "pack.duplicate", message);
            }
        }
        let bulk_when = self.bulk(&spot.at("bulk"), problems);
        self.undo(&spot.at("undo"), problems);
        self.params(&spot.at("params"), problems);
        let policy = self.policy(&spot.at("policy"), problems);
        let approvals = self.approvals(&spot.at("approvals"), problems);
        confirm::check(self.record, action, spot, problems);
        links::roles(self.world, &action.roles, &spot.at("roles"), problems);
        let not_after = action
            .not_after
            .as_ref()
            .map(|source| problems.program(&spot.at("not_after"), source, &self.allowed));
        let effects = self.effects(&spot.at("effects"), problems);
        let will: Vec<_> = action
            .will
            .iter()
            .enumerate()
            .map(|(index, source)| {
                let spot = spot.at("will").at(index);
                problems.template(&spot, source, self.world.zone, &self.allowed)
            })
            .collect();
        if action.will.is_empty() {
            let message = "an action says what it will do";
            problems.error(&spot.at("will"), "pack.missing", message);
        }
        Some(Action {
            name: name.to_owned(),
            def: action.clone(),
            policy: policy?,
            approvals: approvals?,
            not_after: match not_after {
                None => None,
                Some(program) => Some(program?),
            },
            effects: effects?,
            will: will.into_iter().collect::<Option<_>>()?,
            bulk_when: match bulk_when {
                None => None,
                Some(program) => Some(program?),
            },
        })
    }

    fn undo(&self, spot: &Spot, problems: &mut Problems) {
        let Some(undo) = &self.action.undo else {
            return;
        };
        names::row(&spot.at("row"), &undo.row, problems);
        if undo.hold_seconds.is_none() && undo.by.is_none() {
            let message = "undone how? `hold_seconds`, `by`, or both";
            problems.error(spot, "pack.missing", message);
        }
        let held = undo.hold_seconds;
        if held.is_some_and(|seconds| !(1..=MAX_HOLD).contains(&seconds)) {
            let message = format!("it can be taken back for 1 to {MAX_HOLD} seconds");
            problems.error(&spot.at("hold_seconds"), "pack.seconds", message);
        }
        if let Some(by) = &undo.by {
            states::undone_by(self.record, self.action, by, &spot.at("by"), problems);
        }
    }

    fn params(&self, spot: &Spot, problems: &mut Problems) {
        names::check(spot, self.action.params.keys(), problems);
        for (name, param) in &self.action.params {
            record::one_of(&param.one_of, param.type_, &spot.at(name), problems);
            record::labels(&param.one_of, &param.labels, &spot.at(name), problems);
            if matches!(param.type_, FieldType::Ref) {
                let message = "a parameter cannot be a `ref` yet; take its id";
                problems.error(&spot.at(name).at("type"), "pack.field", message);
            }
        }
    }

    fn policy(&self, spot: &Spot, problems: &mut Problems) -> Option<Vec<Policy>> {
        let ids = self.action.policy.iter().enumerate();
        let ids = ids.map(|(i, row)| (row.id.as_str(), spot.at(i).at("id")));
        names::distinct(ids.collect(), problems);
        let rows: Vec<Option<Policy>> = self
            .action
            .policy
            .iter()
            .enumerate()
            .map(|(index, row)| {
                let spot = spot.at(index);
                names::row(&spot.at("id"), &row.id, problems);
                names::code(&spot.at("otherwise"), &row.otherwise, problems);
                let when = problems.program(&spot.at("when"), &row.when, &self.allowed);
                let mut text = |name: &str, source: &str| {
                    let zone = self.world.zone;
                    problems.template(&spot.at(name), source, zone, &self.allowed)
                };
                let found = text("found", &row.found);
                let refusal = text("refusal", &row.refusal);
                Some(Policy {
                    when: when?,
                    found: found?,
                    refusal: refusal?,
                })
            })
            .collect();
        rows.into_iter().collect()
    }

    fn approvals(&self, spot: &Spot, problems: &mut Problems) -> Option<Vec<Approval>> {
        let ids = self.action.approvals.iter().enumerate();
        let ids = ids.map(|(i, row)| (row.id.as_str(), spot.at(i).at("id")));
        names::distinct(ids.collect(), problems);
        let rows: Vec<Option<Approval>> = self
            .action
            .approvals
            .iter()
            .enumerate()
            .map(|(index, row)| {
                let spot = spot.at(index);
                names::row(&spot.at("id"), &row.id, problems);
                links::role(self.world, &row.role, &spot.at("role"), problems);
                if let Some(fallback) = &row.fallback {
                    let spot = spot.at("fallback/role");
                    links::role(self.world, &fallback.role, &spot, problems);
                }
                waits(row, &spot, problems);
                let when = problems.program(&spot.at("when"), &row.when, &self.allowed);
                let zone = self.world.zone;
                let found = problems.template(&spot.at("found"), &row.found, zone, &self.allowed);
                let asked = self.marks(&row.asked, &spot.at("asked"), problems);
                let answered = self.marks(&row.answered, &spot.at("answered"), problems);
                Some(Approval {
                    when: when?,
                    found: found?,
                    asked: asked?,
                    answered: answered?,
                })
            })
            .collect();
        rows.into_iter().collect()
    }
}

/// For how long agreement is waited for; the other role has a turn in it.
fn waits(row: &ApprovalDef, spot: &Spot, problems: &mut Problems) {
    let Some(minutes) = row.waits_minutes else {
        return;
    };
    if !(1..=MAX_WAIT).contains(&minutes) {
        let message = format!("agreement is waited for 1 to {MAX_WAIT} minutes");
        problems.error(&spot.at("waits_minutes"), "pack.minutes", message);
    }
    let other = row.fallback.as_ref();
    if other.is_some_and(|other| other.after_minutes >= minutes) {
        let message = "nobody is waited for any more by then";
        problems.error(&spot.at("fallback/after_minutes"), "pack.minutes", message);
    }
}
