//! Checks of states: their names, and that something leads to each of them. A state that nothing
//! leaves is where a record ends.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use super::problems::{Problems, Spot};
use super::scopes::World;
use crate::format::{ActionDef, EffectDef, RecordFile, SetOnDef};

/// Names of the states of one kind, and those in which records arrive.
pub(super) fn named(def: &RecordFile, spot: &Spot, problems: &mut Problems) {
    let states = spot.at("states");
    let ids = def.states.iter().enumerate();
    let ids = ids.map(|(i, state)| (state.id.as_str(), states.at(i).at("id")));
    names::distinct(ids.collect(), problems);
    for (index, state) in def.states.iter().enumerate() {
        if !names::is_name(&state.id) {
            let message = format!("`{}` is no name", state.id);
            problems.error(&states.at(index).at("id"), "pack.name", message);
        }
    }
    let spot = spot.at("arrives_in");
    let listed = def.arrives_in.iter().enumerate();
    let listed = listed.map(|(index, state)| (state.as_str(), spot.at(index)));
    names::distinct(listed.clone().collect(), problems);
    for (state, spot) in listed {
        known(def, state, &spot, problems);
    }
}

/// A state of this kind.
pub(super) fn known(def: &RecordFile, state: &str, spot: &Spot, problems: &mut Problems) {
    let states = def.states.iter().map(|s| s.id.as_str());
    if !states.clone().any(|s| s == state) {
        let near = crate::expr::nearest(state, states);
        let message = format!("unknown state `{state}`{near}");
        problems.error(spot, "pack.unknown_name", message);
    }
}

/// Every state is reached: records arrive in it, or an action leads there from one that is reached.
pub(super) fn reached(world: &World<'_>, problems: &mut Problems) {
    // What leads there may stand in a file that does not parse.
    if !world.unparsed.is_empty() {
        return;
    }
    let mut ways: BTreeMap<&str, Vec<Way<'_>>> = BTreeMap::new();
    for (name, def) in world.records {
        for action in def.actions.values() {
            for (kind, way) in ways_of(name, def, action) {
                ways.entry(kind).or_default().push(way);
            }
        }
    }
    let own = world.records.iter();
    for (kind, def) in own.filter(|(kind, _)| !names::is_engine_kind(kind)) {
        let ways = ways.get(kind.as_str()).map_or(&[][..], Vec::as_slice);
        let seen = follow(def, ways);
        let states = def.states.iter().enumerate();
        for (index, state) in states.filter(|(_, state)| !seen.contains(state.id.as_str())) {
            let spot = world.record(kind).at("states").at(index).at("id");
            let message = format!("nothing leads to the state `{}`", state.id);
            let hint = "an action sets it, or `arrives_in` lists it: the platform's own systems \
                        bring records in it";
            problems.error_with(&spot, "pack.unreachable", message, hint);
        }
    }
}

/// The action that brings a record back starts wherever this one leaves it, and leads back to where
/// this one starts.
pub(super) fn undone_by(
    def: &RecordFile,
    action: &ActionDef,
    by: &str,
    spot: &Spot,
    problems: &mut Problems,
) {
    let Some(back) = def.actions.get(by) else {
        let near = crate::expr::nearest(by, def.actions.keys().map(String::as_str));
        let message = format!("unknown action `{by}`{near}");
        return problems.error(spot, UNDONE, message);
    };
    if def.states.is_empty() {
        return;
    }
    for state in ends(def, action) {
        if !back.from.iter().any(|from| from == state) {
            let message =
                format!("this leaves the record in `{state}`, where `{by}` does not start");
            problems.error(spot, UNDONE, message);
        }
    }
    let ends = ends(def, back);
    if !action.from.iter().any(|from| ends.contains(from.as_str())) {
        let message = format!("`{by}` does not lead back to where this starts");
        problems.error(spot, UNDONE, message);
    }
}

/// Code of an undoing that undoes nothing.
const UNDONE: &str = "undo.by";

/// The states in which an action may leave its own record: those that it sets, or where it starts.
fn ends<'a>(def: &'a RecordFile, action: &'a ActionDef) -> BTreeSet<&'a str> {
    let ways = ways_of(&def.kind, def, action);
    let own: Vec<&Way<'_>> = ways
        .iter()
        .map(|(_, way)| way)
        .filter(|way| way.from.is_some())
        .collect();
    match own.is_empty() {
        true => action.from.iter().map(String::as_str).collect(),
        false => own.into_iter().flat_map(|way| leads_to(def, way)).collect(),
    }
}

/// An assignment to the state of a record.
struct Way<'a> {
    /// States of the record from which it is taken; none where it is another record's action.
    from: Option<&'a [String]>,
    action: &'a ActionDef,
    /// What is assigned.
    expr: &'a str,
}

/// The ways that an action opens, with the kind of whose states each is.
fn ways_of<'a>(
    kind: &'a str,
    def: &'a RecordFile,
    action: &'a ActionDef,
) -> Vec<(&'a str, Way<'a>)> {
    let mut ways = Vec::new();
    let mut add = |kind: &'a str, from, set: &'a BTreeMap<String, String>| {
        let way = |expr: &'a String| Way { from, action, expr };
        ways.extend(set.get("state").map(|expr| (kind, way(expr))));
    };
    let target = |on: &SetOnDef| def.fields.get(&on.field)?.kind.as_deref();
    let from = Some(action.from.as_slice());
    for effect in &action.effects {
        match effect {
            EffectDef::Set(set) => add(kind, from, set),
            EffectDef::SetOn(on) => target(on).into_iter().for_each(|to| add(to, None, &on.set)),
            EffectDef::Erase(_) => {}
            EffectDef::Create(create) => add(&create.kind, None, &create.set),
            EffectDef::Call(call) => {
                add(kind, from, &call.then);
                add(kind, from, &call.otherwise);
                for on in &call.then_on {
                    target(on).into_iter().for_each(|to| add(to, None, &on.set));
                }
            }
        }
    }
    ways
}

/// The states that are reached.
fn follow<'a>(def: &'a RecordFile, ways: &[Way<'_>]) -> BTreeSet<&'a str> {
    let first = def.states.first().map(|state| &state.id);
    let arrives = def.arrives_in.iter();
    let mut seen: BTreeSet<&str> = match def.arrives_in.is_empty() {
        true => first.into_iter().map(String::as_str).collect(),
        false => arrives.map(String::as_str).collect(),
    };
    loop {
        let before = seen.len();
        for way in ways {
            let open = |from: &[String]| from.iter().any(|state| seen.contains(state.as_str()));
            if way.from.is_none_or(open) {
                seen.extend(leads_to(def, way));
            }
        }
        if seen.len() == before {
            return seen;
        }
    }
}

/// The states that an assignment names, itself or by what is asked for; any where it names none.
fn leads_to<'a>(def: &'a RecordFile, way: &Way<'_>) -> BTreeSet<&'a str> {
    let asked = way.action.params.iter();
    let asked: Vec<&String> = asked
        .filter(|(name, _)| way.expr.contains(&format!("params.{name}")))
        .flat_map(|(_, param)| &param.one_of)
        .collect();
    let names = |state: &str| {
        let quoted = [format!("\"{state}\""), format!("'{state}'")];
        quoted.iter().any(|text| way.expr.contains(text)) || asked.iter().any(|one| *one == state)
    };
    let all = || def.states.iter().map(|state| state.id.as_str());
    let named: BTreeSet<&str> = all().filter(|state| names(state)).collect();
    if named.is_empty() {
        return all().collect();
    }
    named
}
