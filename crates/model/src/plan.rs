//! What an action would do, as data.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use watchkeeper_pack::expr::{EvalError, Scope};
use watchkeeper_pack::format::Connector;
use watchkeeper_pack::pack::{
    Assignments, CallEffect, Effect, Erase as EraseEffect, SetOn as SetOnEffect,
};
use watchkeeper_pack::{Action, Kind, Pack, value};

use crate::decision::Situation;

/// What an action does. The platform carries it out in one transaction; the laptop draws `sets`, `sets_on`
/// and `creates` as an overlay.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Fields of the record that change at once; null takes a field away.
    pub sets: Map<String, Value>,
    /// Fields of other records that change at once.
    pub sets_on: Vec<SetOn>,
    /// People of whom nothing is left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erases: Vec<Erase>,
    /// Records that come to be.
    pub creates: Vec<Create>,
    /// Calls to providers, in order.
    pub calls: Vec<Call>,
}

/// A change of another record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOn {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What changes.
    pub set: Map<String, Value>,
}

/// What says something of a person is emptied, wherever it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erase {
    /// The person's record; none: the one that is acted upon.
    pub id: Option<String>,
    /// What is emptied, and where.
    pub what: EraseEffect,
}

/// A record that comes to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Create {
    /// Its kind.
    pub kind: String,
    /// Its fields.
    pub body: Map<String, Value>,
}

impl Create {
    /// Id of the record that an operation makes so; `place` is its place among those that it makes, from 0. It
    /// follows from the operation, so that nothing is made twice, and the laptop draws what the platform makes.
    pub fn id(&self, operation: Uuid, place: usize) -> String {
        let hash: [u8; 32] = Sha256::digest(format!("{operation}/{place}/{}", self.kind)).into();
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash).for_each(|(b, h)| *b = h);
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
        id.to_string()
    }
}

/// A call to a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Place of this effect in the action, from 0; with the operation's id the provider's key.
    pub effect: u32,
    /// The connector.
    pub connector: Connector,
    /// Its operation.
    pub operation: String,
    /// Arguments, evaluated.
    pub args: Map<String, Value>,
    /// For mail: the message as it will be sent.
    pub mail: Option<Mail>,
    /// Waits for the call before it.
    pub after_previous: bool,
}

/// A message, rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Template it came from.
    pub template: String,
    /// Receiver.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Body, plain text.
    pub body: String,
}

/// An effect that cannot be worked out. Nothing of the action is done then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A value is missing or does not fit.
    #[error("`{target}` cannot be worked out: {why}.")]
    Value {
        /// The field or argument.
        target: String,
        /// Why.
        why: String,
    },
    /// A mail has a hole.
    #[error("The mail `{template}` cannot be written: {why}.")]
    Mail {
        /// The template.
        template: String,
        /// Why.
        why: String,
    },
    /// A receiver that is no address.
    #[error("The mail `{template}` has no receiver.")]
    Receiver {
        /// The template.
        template: String,
    },
}

/// What changes once a provider has answered for good.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settled {
    /// Fields of the record; null takes a field away.
    pub sets: Map<String, Value>,
    /// Fields of other records.
    pub sets_on: Vec<SetOn>,
    /// People of whom nothing is left.
    pub erases: Vec<Erase>,
}

/// Works out all effects of an action.
pub fn plan(
    pack: &Pack,
    action: &Action,
    kind: &Kind,
    scope: &Scope<'_>,
) -> Result<Plan, PlanError> {
    let mut plan = Plan::default();
    for (effect, place) in action.effects.iter().zip(0..) {
        match effect {
            Effect::Set(set) => plan.sets.extend(assign(Some(kind), set, scope)?),
            Effect::SetOn(set_on) => plan.sets_on.extend(sets_on(pack, kind, set_on, scope)?),
            Effect::Erase(effect) => plan.erases.extend(erase(kind, effect, scope)?),
            Effect::Create { kind, set } => {
                let mut body = assign(pack.kind(kind), set, scope)?;
                body.retain(|_, value| !value.is_null());
                plan.creates.push(Create {
                    kind: kind.clone(),
                    body,
                });
            }
            Effect::Call(call) => plan.calls.push(one_call(pack, call, place, scope)?),
        }
    }
    Ok(plan)
}

fn one_call(
    pack: &Pack,
    call: &CallEffect,
    place: u32,
    scope: &Scope<'_>,
) -> Result<Call, PlanError> {
    Ok(Call {
        effect: place,
        connector: call.def.connector,
        operation: call.def.operation.clone(),
        args: assign(None, &call.args, scope)?,
        mail: mail(pack, call, scope)?,
        after_previous: call.def.after_previous,
    })
}

/// The mails of an action as they would be sent, whether or not it is allowed; those that cannot
/// be written yet (a parameter is missing) are left out. For previews.
pub fn mails(situation: &Situation<'_>, action: &str) -> Vec<Mail> {
    let Some(action) = situation.kind.actions.get(action) else {
        return Vec::new();
    };
    let scope = situation.scope(Some(action));
    let calls = action.effects.iter().filter_map(|effect| match effect {
        Effect::Call(call) => Some(call),
        _ => None,
    });
    calls
        .filter_map(|call| mail(situation.pack, call, &scope).ok().flatten())
        .collect()
}

/// The calls of an action, whether or not it is allowed; none where one cannot be worked out. For
/// asking a provider whether they were made before.
pub fn calls(situation: &Situation<'_>, action: &Action) -> Option<Vec<Call>> {
    let scope = situation.scope(Some(action));
    let effects = action.effects.iter().zip(0..);
    let calls = effects.filter_map(|(effect, place)| match effect {
        Effect::Call(call) => Some(one_call(situation.pack, call, place, &scope)),
        _ => None,
    });
    calls.collect::<Result<_, _>>().ok()
}

/// What changes when the call at `effect` ended for good. `scope` is the operation's own, with
/// `result` and the record as it is now. None where that effect is no call.
pub fn settle(
    pack: &Pack,
    kind: &Kind,
    action: &Action,
    effect: u32,
    scope: &Scope<'_>,
    success: bool,
) -> Option<Result<Settled, PlanError>> {
    let effect = usize::try_from(effect).ok()?;
    let Some(Effect::Call(call)) = action.effects.get(effect) else {
        return None;
    };
    Some(settled(pack, kind, call, scope, success))
}

fn settled(
    pack: &Pack,
    kind: &Kind,
    call: &CallEffect,
    scope: &Scope<'_>,
    success: bool,
) -> Result<Settled, PlanError> {
    if !success {
        return Ok(Settled {
            sets: assign(Some(kind), &call.otherwise, scope)?,
            ..Settled::default()
        });
    }
    let mut settled = Settled {
        sets: assign(Some(kind), &call.then, scope)?,
        ..Settled::default()
    };
    if let Some(effect) = &call.then_erase {
        settled.erases.extend(erase(kind, effect, scope)?);
    }
    for set_on in &call.then_on {
        settled.sets_on.extend(sets_on(pack, kind, set_on, scope)?);
    }
    Ok(settled)
}

/// A reference that is optional and empty leads nowhere: nothing is set.
fn sets_on(
    pack: &Pack,
    kind: &Kind,
    effect: &SetOnEffect,
    scope: &Scope<'_>,
) -> Result<Option<SetOn>, PlanError> {
    let id = scope.record.get(&effect.field).and_then(Value::as_str);
    let optional = kind.fields.get(&effect.field).is_some_and(|f| f.optional);
    match id {
        Some(id) => Ok(Some(SetOn {
            kind: effect.kind.clone(),
            id: id.to_owned(),
            set: assign(pack.kind(&effect.kind), &effect.set, scope)?,
        })),
        None if optional => Ok(None),
        None => Err(value_error(&effect.field, "it refers to nothing")),
    }
}

/// A reference that is optional and empty leads to nobody.
fn erase(kind: &Kind, effect: &EraseEffect, scope: &Scope<'_>) -> Result<Option<Erase>, PlanError> {
    let of = |id| Erase {
        id,
        what: effect.clone(),
    };
    let Some(field) = &effect.field else {
        return Ok(Some(of(None)));
    };
    let optional = kind.fields.get(field).is_some_and(|f| f.optional);
    match scope.record.get(field).and_then(Value::as_str) {
        Some(id) => Ok(Some(of(Some(id.to_owned())))),
        None if optional => Ok(None),
        None => Err(value_error(field, "it refers to nothing")),
    }
}

/// Evaluates assignments; those to fields of `target` must fit the fields' types.
pub(crate) fn assign(
    target: Option<&Kind>,
    set: &Assignments,
    scope: &Scope<'_>,
) -> Result<Map<String, Value>, PlanError> {
    let one = |(name, program): (&String, &watchkeeper_pack::expr::Program)| {
        let found = program.eval(scope);
        let found = found.map_err(|EvalError { message }| value_error(name, &message))?;
        let fitted = match target {
            None => Ok(found),
            Some(kind) => fit(kind, name, found),
        };
        Ok((name.clone(), fitted?))
    };
    set.iter().map(one).collect()
}

fn fit(kind: &Kind, name: &str, found: Value) -> Result<Value, PlanError> {
    if name == "state" && !kind.states.is_empty() {
        let known = found.as_str().is_some_and(|id| kind.state(id).is_some());
        return if known {
            Ok(found)
        } else {
            Err(value_error(name, "there is no such state"))
        };
    }
    match kind.fields.get(name) {
        Some(def) => value::fits(name, def, &found).map_err(|fault| {
            let (expected, found) = (fault.expected_of(def), fault.found);
            value_error(&def.label, &format!("expected {expected}, found {found}"))
        }),
        // Whoever does not see a field may say it: the platform has its type.
        None if kind.hidden.contains_key(name) => Ok(found),
        None => Err(value_error(name, "there is no such field")),
    }
}

fn value_error(target: &str, why: &str) -> PlanError {
    PlanError::Value {
        target: target.to_owned(),
        why: why.to_owned(),
    }
}

fn mail(pack: &Pack, call: &CallEffect, scope: &Scope<'_>) -> Result<Option<Mail>, PlanError> {
    let Some(id) = &call.template else {
        return Ok(None);
    };
    let refuse = |why: String| PlanError::Mail {
        template: id.clone(),
        why,
    };
    let template = pack.templates.get(id);
    let template = template.ok_or_else(|| refuse("there is no such text".into()))?;
    let to = template.to.as_ref();
    let to = to.ok_or_else(|| refuse("it has no receiver".into()))?;
    let to = to.eval(scope).map_err(|e| refuse(e.message))?;
    let to = to.as_str().map(str::trim).filter(|to| is_address(to));
    let to = to.ok_or_else(|| PlanError::Receiver {
        template: id.clone(),
    })?;
    let subject = template
        .subject
        .render(scope)
        .map_err(|e| refuse(e.message))?;
    let body = template.body.render(scope).map_err(|e| refuse(e.message))?;
    Ok(Some(Mail {
        template: id.clone(),
        to: to.to_owned(),
        // A line break in a subject would begin another header.
        subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
        body,
    }))
}

/// One address and nothing that could smuggle in another.
fn is_address(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !",;<>\"()[]\\".contains(c);
    match text.split_once('@') {
        Some((name, host)) => {
            !name.is_empty()
                && host.contains('.')
                && !host.contains('@')
                && !host.starts_with('.')
                && text.len() <= 254
                && text.chars().all(plain)
        }
        None => false,
    }
}
