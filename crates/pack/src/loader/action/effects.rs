//! Checks of an action's effects: what they set, make and call.

use std::collections::BTreeMap;

use super::One;
use crate::expr::{Allowed, Program, Scope};
use crate::format::{
    CallDef, Connector, EffectDef, FieldDef, Nature, Offer, RecordFile, SetOnDef, TextChannel,
};
use crate::loader::problems::{Problems, Spot};
use crate::loader::{names, record};
use crate::pack::{Assignments, CallEffect, Effect, SetOn};
use crate::value;

/// Most effects of one action.
const MAX_EFFECTS: usize = 20;

impl One<'_> {
    pub(super) fn effects(&self, spot: &Spot, problems: &mut Problems) -> Option<Vec<Effect>> {
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
                EffectDef::Erase(def) => self
                    .erase(def, &spot.at("erase"), problems)
                    .map(Effect::Erase),
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

    /// Fields of the record that are set around an agreement. It stands where it stood until everybody
    /// has agreed, so that the action is still possible then.
    pub(super) fn marks(
        &self,
        set: &BTreeMap<String, String>,
        spot: &Spot,
        problems: &mut Problems,
    ) -> Option<Assignments> {
        if set.contains_key("state") && !self.record.states.is_empty() {
            let message = "asking for agreement does not change the state; the effects do";
            problems.error(&spot.at("state").key(), "pack.reserved", message);
        }
        self.assign(set, Some(self.record), &self.allowed, spot, problems)
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
        let then_erase = def
            .then_erase
            .as_ref()
            .map(|one| self.erase(one, &spot.at("then_erase"), problems));
        Some(CallEffect {
            def: def.clone(),
            args: args?,
            then: then?,
            otherwise: otherwise?,
            then_on: then_on.into_iter().collect::<Option<_>>()?,
            then_erase: match then_erase {
                None => None,
                Some(erase) => Some(erase?),
            },
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
            Some(template) if template.channel != TextChannel::Mail => {
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
