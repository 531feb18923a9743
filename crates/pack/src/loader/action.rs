//! Checks of actions: states, parameters, policy rows, effects.

use std::collections::BTreeMap;

use super::problems::{Problems, Spot};
use super::scopes::World;
use super::{links, names, record, states};
use crate::expr::{Allowed, Program, Scope};
use crate::format::{
    ActionDef, CallDef, Channel, Connector, EffectDef, FieldDef, FieldType, Nature, Offer,
    RecordFile, SetOnDef,
};
use crate::pack::{Action, Approval, Assignments, CallEffect, Effect, Policy, SetOn};
use crate::value;

/// Most effects of one action.
const MAX_EFFECTS: usize = 20;
/// Keys that mean something in every list, or begin a way to another screen.
const KEYS_OF_LISTS: [&str; 7] = ["j", "k", "x", "g", "/", "?", " "];
/// Most records of one action at once.
const MAX_BULK: u32 = 500;

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
            let message = format!("`{key}` moves or picks in every list");
            problems.error(&spot.at("key"), "pack.reserved", message);
        }
        for (index, state) in action.from.iter().enumerate() {
            states::known(self.record, state, &spot.at("from").at(index), problems);
        }
        if action.from.is_empty() && !self.record.states.is_empty() {
            problems.error(&spot.at("from"), "pack.missing", "no state to start from");
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
        self.params(&spot.at("params"), problems);
        let policy = self.policy(&spot.at("policy"), problems);
        let approvals = self.approvals(&spot.at("approvals"), problems);
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

    fn bulk(&self, spot: &Spot, problems: &mut Problems) -> Option<Option<Program>> {
        let bulk = self.action.bulk.as_ref()?;
        names::row(&spot.at("row"), &bulk.row, problems);
        if !(1..=MAX_BULK).contains(&bulk.cap) {
            let message = format!("at once means 1 to {MAX_BULK} records");
            problems.error(&spot.at("cap"), "pack.bulk", message);
        }
        if self.action.any_revision && self.action.nature != Nature::Change {
            let message = "many at once, whatever their revision, only for what is a plain change";
            problems.error(&spot.key(), "pack.bulk", message);
        }
        if bulk.when.is_some() != bulk.otherwise.is_some() {
            let message = "`when` and `otherwise` go together: who is left out is told why";
            problems.error(spot, "pack.missing", message);
        }
        let allowed = self.world.bulk(self.record);
        let when = bulk.when.as_ref()?;
        Some(problems.program(&spot.at("when"), when, &allowed))
    }

    fn params(&self, spot: &Spot, problems: &mut Problems) {
        names::check(spot, self.action.params.keys(), problems);
        for (name, param) in &self.action.params {
            record::one_of(&param.one_of, param.type_, &spot.at(name), problems);
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
                let when = problems.program(&spot.at("when"), &row.when, &self.allowed);
                let zone = self.world.zone;
                let found = problems.template(&spot.at("found"), &row.found, zone, &self.allowed);
                Some(Approval {
                    when: when?,
                    found: found?,
                })
            })
            .collect();
        rows.into_iter().collect()
    }

    fn effects(&self, spot: &Spot, problems: &mut Problems) -> Option<Vec<Effect>> {
        let effects = &self.action.effects;
        if effects.is_empty() || effects.len() > MAX_EFFECTS {
            let message = format!("an action has 1 to {MAX_EFFECTS} effects");
            problems.error(spot, "pack.effects", message);
        }
        let mut called = false;
        let mut all = Some(Vec::new());
        for (index, effect) in effects.iter().enumerate() {
            let spot = spot.at(index);
            let effect = match effect {
                EffectDef::Set(set) => self
                    .assign(
                        set,
                        Some(self.record),
                        &self.allowed,
                        &spot.at("set"),
                        problems,
                    )
                    .map(Effect::Set),
                EffectDef::SetOn(set_on) => self
                    .set_on(set_on, &self.allowed, &spot.at("set_on"), problems)
                    .map(Effect::SetOn),
                EffectDef::Create(create) => {
                    let spot = spot.at("create");
                    let target = self.kind(&create.kind, &spot.at("kind"), problems);
                    self.required(target, &create.set, &spot, problems);
                    self.assign(
                        &create.set,
                        target,
                        &self.allowed,
                        &spot.at("set"),
                        problems,
                    )
                    .map(|set| Effect::Create {
                        kind: create.kind.clone(),
                        set,
                    })
                }
                EffectDef::Call(call) => {
                    let first = !std::mem::replace(&mut called, true);
                    self.call(call, first, &spot.at("call"), problems)
                        .map(|call| Effect::Call(Box::new(call)))
                }
            };
            match (effect, &mut all) {
                (Some(effect), Some(all)) => all.push(effect),
                _ => all = None,
            }
        }
        all
    }

    fn kind(&self, kind: &str, spot: &Spot, problems: &mut Problems) -> Option<&RecordFile> {
        if !self.world.knows(kind) {
            record::unknown_kind(self.world, kind, spot, problems);
        }
        self.own(kind, spot, problems);
        self.world.records.get(kind)
    }

    /// What the engine keeps, only the engine's own actions change.
    fn own(&self, kind: &str, spot: &Spot, problems: &mut Problems) {
        if names::is_engine_kind(kind) && kind != self.record.kind {
            let message = format!("`{kind}` is a kind of the engine itself");
            problems.error(spot, "pack.wrong_kind", message);
        }
    }

    /// A new record needs all its required fields.
    fn required(
        &self,
        target: Option<&RecordFile>,
        set: &BTreeMap<String, String>,
        spot: &Spot,
        problems: &mut Problems,
    ) {
        let Some(target) = target else { return };
        let required = target.fields.iter().filter(|(_, def)| !def.optional);
        let mut required: Vec<&str> = required.map(|(name, _)| name.as_str()).collect();
        if !target.states.is_empty() {
            required.push("state");
        }
        for name in required.into_iter().filter(|name| !set.contains_key(*name)) {
            let message = format!("a new record of this kind needs `{name}`");
            problems.error(&spot.at("set"), "pack.missing", message);
        }
    }

    fn set_on(
        &self,
        def: &SetOnDef,
        allowed: &Allowed,
        spot: &Spot,
        problems: &mut Problems,
    ) -> Option<SetOn> {
        let field = self.record.fields.get(&def.field);
        let Some(kind) = field.and_then(|f| f.kind.as_ref()) else {
            let message = format!("`{}` is no field that refers to a record", def.field);
            problems.error(&spot.at("field"), "pack.unknown_name", message);
            return None;
        };
        self.own(kind, &spot.at("field"), problems);
        let target = self.world.records.get(kind);
        let set = self.assign(&def.set, target, allowed, &spot.at("set"), problems)?;
        Some(SetOn {
            field: def.field.clone(),
            kind: kind.clone(),
            set,
        })
    }

    fn call(
        &self,
        def: &CallDef,
        first: bool,
        spot: &Spot,
        problems: &mut Problems,
    ) -> Option<CallEffect> {
        match def.connector.offer(&def.operation) {
            None => {
                let message = format!("this connector does not offer `{}`", def.operation);
                let offers = def.connector.offers().iter();
                let offers: Vec<&str> = offers.map(|offer| offer.operation).collect();
                let hint = format!("it offers {}", offers.join(", "));
                problems.error_with(&spot.at("operation"), "pack.connector", message, hint);
            }
            Some(offer) => {
                if offer.nature != Nature::Change && self.action.nature != offer.nature {
                    let message = match offer.nature {
                        Nature::Money => {
                            "a call that moves money belongs to an action of `nature: money`"
                        }
                        _ => {
                            "what cannot be called back belongs to an action that says so in `nature`"
                        }
                    };
                    problems.error(&spot.at("connector"), "pack.nature", message);
                }
                self.arguments(def, offer, spot, problems);
            }
        }
        if first && def.after_previous {
            let message = "there is no call before this one";
            problems.error(&spot.at("after_previous"), "pack.effects", message);
        }
        self.template(def, spot, problems);
        let after = self.allowed.clone().value("result");
        let record = Some(self.record);
        let args = self.assign(&def.args, None, &self.allowed, &spot.at("args"), problems);
        let then = self.assign(&def.then, record, &after, &spot.at("then"), problems);
        let otherwise = self.assign(
            &def.otherwise,
            record,
            &after,
            &spot.at("otherwise"),
            problems,
        );
        let then_on: Vec<_> = def
            .then_on
            .iter()
            .enumerate()
            .map(|(index, one)| self.set_on(one, &after, &spot.at("then_on").at(index), problems))
            .collect();
        Some(CallEffect {
            def: def.clone(),
            args: args?,
            then: then?,
            otherwise: otherwise?,
            then_on: then_on.into_iter().collect::<Option<_>>()?,
            template: def.template.clone(),
        })
    }

    fn arguments(&self, def: &CallDef, offer: &Offer, spot: &Spot, problems: &mut Problems) {
        let takes = |name: &str| offer.needs.contains(&name) || offer.takes.contains(&name);
        for name in offer
            .needs
            .iter()
            .filter(|name| !def.args.contains_key(**name))
        {
            let message = format!("this call needs the argument `{name}`");
            problems.error(spot, "pack.missing", message);
        }
        for name in def.args.keys().filter(|name| !takes(name)) {
            let message = format!("this call has no argument `{name}`");
            problems.error(
                &spot.at("args").at(name).key(),
                "pack.unknown_name",
                message,
            );
        }
    }

    fn template(&self, def: &CallDef, spot: &Spot, problems: &mut Problems) {
        let Some(id) = &def.template else {
            if def.connector == Connector::Mail {
                problems.error(spot, "pack.missing", "a mail names its template");
            }
            return;
        };
        let spot = spot.at("template");
        match self.world.templates.get(id) {
            _ if def.connector != Connector::Mail => {
                problems.error(&spot, "pack.connector", "only a mail has a template");
            }
            None if self.world.unparsed.contains(id) => {}
            None => {
                let known = self.world.templates.keys().map(String::as_str);
                let near = crate::expr::nearest(id, known);
                let message = format!("unknown template `{id}`{near}");
                problems.error(&spot, "pack.unknown_name", message);
            }
            Some(template) if template.channel != Channel::Mail => {
                let message = format!("`{id}` is no mail");
                problems.error(&spot, "pack.wrong_kind", message);
            }
            Some(template) if template.kind.as_ref() != Some(&self.record.kind) => {
                let kind = template.kind.as_deref().unwrap_or("none");
                let message = format!("`{id}` is filled by records of kind `{kind}`");
                problems.error(&spot, "pack.wrong_kind", message);
            }
            Some(_) => {}
        }
    }

    /// Assignments to fields of `target`; to anything where there is none.
    fn assign(
        &self,
        set: &BTreeMap<String, String>,
        target: Option<&RecordFile>,
        allowed: &Allowed,
        spot: &Spot,
        problems: &mut Problems,
    ) -> Option<Assignments> {
        let mut all = Some(Assignments::new());
        for (name, source) in set {
            let spot = spot.at(name);
            if let Some(target) = target {
                let is_state = name == "state" && !target.states.is_empty();
                if !is_state && !target.fields.contains_key(name) {
                    let near = crate::expr::nearest(name, target.fields.keys().map(String::as_str));
                    let message = format!("unknown field `{name}`{near}");
                    problems.error(&spot.key(), "pack.unknown_name", message);
                }
            }
            let program = problems.program(&spot, source, allowed);
            if let (Some(program), Some(target)) = (&program, target) {
                constant(program, name, target, &spot, problems);
            }
            match (program, &mut all) {
                (Some(program), Some(all)) => {
                    all.insert(name.clone(), program);
                }
                _ => all = None,
            }
        }
        all
    }
}

/// A constant must be a value of its field: a state that exists, a word that is listed.
fn constant(
    program: &Program,
    name: &str,
    target: &RecordFile,
    spot: &Spot,
    problems: &mut Problems,
) {
    if !program.references().is_empty() {
        return;
    }
    let value = match program.eval(&Scope::default()) {
        Ok(value) => value,
        Err(error) => return problems.error(spot, "pack.expression", error.message),
    };
    if name == "state" && !target.states.is_empty() {
        let states = target.states.iter().map(|s| s.id.as_str());
        if !states.clone().any(|s| Some(s) == value.as_str()) {
            let near = value.as_str().map(|v| crate::expr::nearest(v, states));
            let message = format!("unknown state{}", near.unwrap_or_default());
            problems.error(spot, "pack.unknown_name", message);
        }
    } else if let Some(def) = target.fields.get(name) {
        fits(name, def, &value, spot, problems);
    }
}

fn fits(
    name: &str,
    def: &FieldDef,
    value: &serde_json::Value,
    spot: &Spot,
    problems: &mut Problems,
) {
    if let Err(fault) = value::fits(name, def, value) {
        problems.error(spot, "pack.wrong_type", fault.to_string());
    }
}
