//! Controls of the platform: who may switch one, what fits it, and what one freezes.
//!
//! A control is a record of the engine's kind `control`, under the name that the pack declares, or one
//! for each region; what its action is called stands there too. What the pack says of each is checked
//! here, on both sides.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::ControlDef;
use watchkeeper_pack::{Action, Pack};

use crate::approval::has_one_of;
use crate::decision::{Actor, Outcome, Situation, deny};

/// The engine's kind.
pub const KIND: &str = "control";
/// The action that switches one.
pub const SWITCH: &str = "switch";
/// Parameter and field with the value, as JSON.
pub const VALUE: &str = "value";
/// Parameter and field with the text for the public.
pub const BANNER: &str = "banner";
/// Parameter and field with the reason.
pub const REASON: &str = "reason";
/// State of one that is as it was read back.
pub const STEADY: &str = "steady";
/// State of one that the host has been told to switch and does not answer for yet.
pub const SWITCHING: &str = "switching";

/// Id of a control's record.
pub fn id(name: &str, region: Option<&str>) -> String {
    match region {
        Some(region) => format!("{name}/{region}"),
        None => name.to_owned(),
    }
}

/// Name and region of a control by the id of its record.
pub fn name_of(id: &str) -> (&str, Option<&str>) {
    match id.split_once('/') {
        Some((name, region)) => (name, Some(region)),
        None => (id, None),
    }
}

/// What the sentences of a switch see: the value in words, where it is kept as JSON.
pub(crate) fn in_words<'a>(pack: &Pack, mut scope: Scope<'a>) -> Scope<'a> {
    let text = |of: &Map<String, Value>, name: &str| {
        let text = of.get(name).and_then(Value::as_str);
        text.map(ToOwned::to_owned)
    };
    let value = text(&scope.params, VALUE);
    if let Some(value) = value.and_then(|value| serde_json::from_str::<Value>(&value).ok()) {
        let name = text(&scope.record, "name").unwrap_or_default();
        let words = value_words(pack.controls.get(&name), &value);
        scope.params.insert(VALUE.to_owned(), words.into());
    }
    scope
}

/// A value as it is read: a switch is on or off.
fn value_words(def: Option<&ControlDef>, value: &Value) -> String {
    match value {
        Value::Bool(true) => "on".to_owned(),
        Value::Bool(false) => "off".to_owned(),
        Value::String(text) => {
            let called = def.and_then(|def| def.word(text));
            called.unwrap_or_else(|| text.clone())
        }
        other => other.to_string(),
    }
}

/// Name and region of every control that the pack declares, in its order.
pub fn all(pack: &Pack) -> Vec<(&str, Option<&str>, &ControlDef)> {
    let mut all = Vec::new();
    for (name, def) in &pack.controls {
        if def.each_region {
            let regions = pack.regions.keys();
            all.extend(regions.map(|region| (name.as_str(), Some(region.as_str()), def)));
        } else {
            all.push((name.as_str(), None, def));
        }
    }
    all
}

/// The value in force as a record of the kind has it; none where nobody has switched it.
pub fn said(body: &Map<String, Value>) -> Option<Value> {
    let text = body.get(VALUE)?.as_str()?;
    serde_json::from_str(text).ok()
}

/// Puts the value of one control among all that are in force, or takes it away. Those of regions stand
/// together under the control's name.
pub fn put(
    controls: &mut Map<String, Value>,
    name: &str,
    region: Option<&str>,
    value: Option<Value>,
) {
    let Some(region) = region else {
        match value {
            Some(value) => controls.insert(name.to_owned(), value),
            None => controls.remove(name),
        };
        return;
    };
    let said = controls
        .entry(name)
        .or_insert_with(|| Value::Object(Map::new()));
    if !said.is_object() {
        *said = Value::Object(Map::new());
    }
    let mut empty = false;
    if let Some(regions) = said.as_object_mut() {
        match value {
            Some(value) => regions.insert(region.to_owned(), value),
            None => regions.remove(region),
        };
        empty = regions.is_empty();
    }
    if empty {
        controls.remove(name);
    }
}

/// The value of one control, or of it in a region, from what the platform said of it; the pack's
/// default where it said nothing.
pub fn in_force<'a>(
    def: &'a ControlDef,
    said: Option<&'a Value>,
    region: Option<&str>,
) -> &'a Value {
    let of = |value: &'a Value| match (value, region) {
        (Value::Object(regions), Some(region)) => regions.get(region),
        (one, _) => Some(one),
    };
    said.and_then(of)
        .or_else(|| of(&def.default))
        .unwrap_or(&def.default)
}

/// Whether a value is one of this control's.
///
/// # Errors
/// Says in a few words why it is not.
pub fn fits(def: &ControlDef, found: &Value) -> Result<(), String> {
    def.accepts(found).map_err(|unfit| unfit.to_string())
}

/// Whether this operator may switch a control.
///
/// # Errors
/// Says in a sentence why not.
pub fn may(pack: &Pack, def: &ControlDef, actor: &Actor) -> Result<(), String> {
    match def.roles.as_slice() {
        [] => Err("Nobody switches this in the app; it is switched on the platform.".into()),
        roles => has_one_of(pack, roles, actor),
    }
}

/// Why this operator may not switch this, if so: `control.unknown`, `rights.missing_role`,
/// `control.unfit`, `control.no_banner`.
pub(crate) fn refused(
    pack: &Pack,
    id: &str,
    params: &Map<String, Value>,
    actor: &Actor,
) -> Option<Outcome> {
    let (name, region) = name_of(id);
    let def = pack.controls.get(name).filter(|def| match region {
        Some(region) => def.each_region && pack.regions.contains_key(region),
        None => !def.each_region,
    });
    let Some(def) = def else {
        let detail = "The pack has no such control any more.";
        return Some(deny("control.unknown", None, detail));
    };
    if let Err(detail) = may(pack, def, actor) {
        return Some(deny("rights.missing_role", Some(&def.row), detail));
    }
    let text = |name: &str| {
        let text = params.get(name).and_then(Value::as_str);
        text.filter(|text| !text.trim().is_empty())
    };
    if def.banner.is_none() && text(BANNER).is_some() {
        let detail = format!("{} is shown to nobody outside.", def.label);
        return Some(deny("control.no_banner", Some(&def.row), detail));
    }
    // A form that is still to be filled in is asked for by its parameters.
    let unfit = match serde_json::from_str::<Value>(text(VALUE)?) {
        Ok(value) => fits(def, &value).err(),
        Err(_) => Some("this is no value".to_owned()),
    };
    let detail = format!("{}: {}.", def.label, unfit?);
    Some(deny("control.unfit", Some(&def.row), detail))
}

/// A policy row of the action goes by this control.
pub fn goes_by(action: &Action, name: &str) -> bool {
    let mut rows = action.policy.iter();
    rows.any(|row| row.when.reads_field("controls", name))
}

/// What a control stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The pack's code.
    pub code: String,
    /// The row that stops it.
    pub row: String,
    /// One sentence.
    pub detail: String,
}

/// The row by which these controls stop an action, as they stand: it refuses, and would not if they
/// stood as the pack has them by default.
pub fn frozen(situation: &Situation<'_>, action: &str, names: &BTreeSet<String>) -> Option<Frozen> {
    let action = situation.kind.actions.get(action)?;
    let mut usual = situation.controls.clone();
    for name in names {
        if let Some(def) = situation.pack.controls.get(name) {
            usual.insert(name.clone(), def.default.clone());
        }
    }
    let free = Situation {
        controls: &usual,
        ..situation.clone()
    };
    let (now, free) = (situation.scope(Some(action)), free.scope(Some(action)));
    let rows = action.def.policy.iter().zip(&action.policy);
    rows.filter(|(_, row)| {
        let mut names = names.iter();
        names.any(|name| row.when.reads_field("controls", name))
    })
    .find(|(_, row)| {
        matches!(row.when.eval_bool(&now), Ok(false))
            && matches!(row.when.eval_bool(&free), Ok(true))
    })
    .map(|(def, row)| Frozen {
        code: def.otherwise.clone(),
        row: def.id.clone(),
        detail: row
            .refusal
            .render(&now)
            .unwrap_or_else(|_| def.title.clone()),
    })
}

#[cfg(test)]
mod tests;
