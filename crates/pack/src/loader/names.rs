//! Names: their form, reserved ones, and those that differ only by case.

use std::collections::BTreeMap;

use super::problems::{Problems, Spot};
use super::scopes::World;

/// Kinds that the engine itself defines.
const ENGINE_KINDS: &[&str] = &[
    "run",
    "incident",
    "note",
    "handover",
    "alert",
    "approval",
    "control",
    "session",
    "follow_up",
    "saved_view",
    "delivery",
    "device",
    "setting",
    "record",
];
/// Names that a record has without declaring them.
const RECORD_NAMES: &[&str] = &[
    "state",
    "id",
    "kind",
    "revision",
    "seq",
    "updated_at",
    "title",
    "body",
    "computed",
];
/// Beginnings of codes that are the engine's.
const ENGINE_CODES: &[&str] = &[
    "action.",
    "approval.",
    "bulk.",
    "control.",
    "effect.",
    "erasure.",
    "operation.",
    "pack.",
    "params.",
    "policy.",
    "provider.",
    "record.",
    "rights.",
    "saved_view.",
];

/// Is this a kind of the engine itself? No pack defines it, and no system brings it.
pub fn is_engine_kind(kind: &str) -> bool {
    ENGINE_KINDS.contains(&kind)
}

/// A name as expressions and SQL write it.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// An id is a name.
pub(super) fn id(spot: &Spot, id: &str, problems: &mut Problems) {
    if !is_name(id) {
        let message = format!("`{id}` is no name");
        let hint = "a name has lower-case letters, digits and underscores, at most 40";
        problems.error_with(&spot.at("id"), "pack.name", message, hint);
    }
}

/// Keys of a map are names.
pub(super) fn check<'a>(
    spot: &Spot,
    names: impl Iterator<Item = &'a String> + Clone,
    problems: &mut Problems,
) {
    for name in names.clone() {
        if !is_name(name) {
            let message = format!("`{name}` is no name");
            let hint = "a name has lower-case letters, digits and underscores, at most 40";
            problems.error_with(&spot.at(name).key(), "pack.name", message, hint);
        }
    }
    let keyed = names.map(|name| (name.as_str(), spot.at(name).key()));
    by_case(keyed.collect(), problems);
}

/// Names of fields.
pub(super) fn fields<'a>(
    spot: &Spot,
    names: impl Iterator<Item = &'a String> + Clone,
    problems: &mut Problems,
) {
    check(spot, names.clone(), problems);
    for name in names.filter(|name| RECORD_NAMES.contains(&name.as_str())) {
        let message = format!("`{name}` is reserved: every record has it");
        problems.error(&spot.at(name).key(), "pack.reserved", message);
    }
}

/// Values that must differ, and by more than case.
pub(super) fn distinct(values: Vec<(&str, Spot)>, problems: &mut Problems) {
    by_case(values, problems);
}

fn by_case(values: Vec<(&str, Spot)>, problems: &mut Problems) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (value, spot) in values {
        match seen.get(&value.to_lowercase()) {
            Some(other) if *other == value => {
                let message = format!("`{value}` is given twice");
                problems.error(&spot, "pack.duplicate", message);
            }
            Some(other) => {
                let message = format!("`{value}` and `{other}` differ only by case");
                problems.error(&spot, "pack.case", message);
            }
            None => {
                seen.insert(value.to_lowercase(), value);
            }
        }
    }
}

/// The kind or id in a file is the file's name.
pub(super) fn same_as_file(spot: &Spot, name: &str, stem: &str, problems: &mut Problems) {
    if name != stem {
        let message = format!("`{name}` stands in a file named `{stem}.yaml`");
        problems.error_with(spot, "pack.file_name", message, "name the file after it");
    }
}

/// A row of a source document, such as `D-17`.
pub(super) fn row(spot: &Spot, row: &str, problems: &mut Problems) {
    // What the engine itself declares comes from no document.
    if row == "engine" && spot.file.starts_with("engine/") {
        return;
    }
    let good = row.split_once('-').is_some_and(|(letters, number)| {
        (1..=4).contains(&letters.len())
            && letters.chars().all(|c| c.is_ascii_uppercase())
            && (1..=4).contains(&number.len())
            && number.chars().all(|c| c.is_ascii_digit())
    });
    if !good {
        let hint = "name the row of the document that the rule comes from, such as `D-17`";
        problems.error_with(spot, "pack.row", format!("`{row}` names no row"), hint);
    }
}

/// A pack's own code of a refusal, such as `refund.window_passed`.
pub(super) fn code(spot: &Spot, code: &str, problems: &mut Problems) {
    let parts: Vec<&str> = code.split('.').collect();
    if parts.len() != 2 || !parts.iter().all(|part| is_name(part)) {
        let hint = "two names with a dot, such as `refund.window_passed`";
        problems.error_with(spot, "pack.code", format!("`{code}` is no code"), hint);
    } else if let Some(own) = ENGINE_CODES.iter().find(|own| code.starts_with(**own)) {
        let message = format!("codes that begin with `{own}` are the engine's");
        problems.error(spot, "pack.reserved", message);
    }
}

/// Kinds, views and queues: unique across the pack.
pub(super) fn across_kinds(world: &World<'_>, problems: &mut Problems) {
    let mut kinds = Vec::new();
    let mut views = Vec::new();
    // The engine's own come first: where a pack takes one of their names, the pack is told.
    let (engine, own): (Vec<_>, Vec<_>) = world
        .records
        .iter()
        .partition(|(kind, _)| is_engine_kind(kind));
    for (kind, record) in engine.into_iter().chain(own) {
        let spot = world.record(kind);
        let at_kind = spot.at("kind");
        if !is_name(kind) {
            problems.error(&at_kind, "pack.name", format!("`{kind}` is no name"));
        }
        kinds.push((record.kind.as_str(), at_kind));
        for view in record.views.keys() {
            views.push((view.as_str(), spot.at("views").at(view).key()));
        }
    }
    by_case(kinds, problems);
    by_case(views.clone(), problems);
    let spot = Spot::file("pack.yaml").at("queues");
    let queues = world.pack.queues.iter().enumerate();
    by_case(
        queues
            .clone()
            .map(|(i, q)| (q.as_str(), spot.at(i)))
            .collect(),
        problems,
    );
    for (index, queue) in queues {
        let view = world.records.values().find_map(|r| r.views.get(queue));
        match view {
            None if world.unparsed.is_empty() => {
                let near = crate::expr::nearest(queue, views.iter().map(|(v, _)| *v));
                let message = format!("unknown view `{queue}`{near}");
                problems.error(&spot.at(index), "pack.unknown_name", message);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{APPROVAL, ENGINE, SAVED_VIEW};
    use super::*;

    #[test]
    fn every_kind_that_the_engine_defines_is_listed() {
        for (kind, _) in ENGINE.into_iter().chain([APPROVAL, SAVED_VIEW]) {
            assert!(is_engine_kind(kind), "{kind}");
        }
    }
}
