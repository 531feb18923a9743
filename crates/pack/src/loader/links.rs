//! Names by which one part of a pack leads to another.

use std::collections::BTreeMap;

use super::problems::{Problems, Spot};
use super::scopes::World;
use super::{alert, names, record};
use crate::format::{FieldType, ParamDef, RecordFile};

/// A name that has to be one of these.
pub(super) fn known<'a>(
    what: &str,
    name: &str,
    names: impl Iterator<Item = &'a String> + Clone,
    spot: &Spot,
    problems: &mut Problems,
) {
    if names.clone().any(|known| known == name) {
        return;
    }
    let near = crate::expr::nearest(name, names.map(String::as_str));
    let message = format!("unknown {what} `{name}`{near}");
    problems.error(spot, "pack.unknown_name", message);
}

/// Ids of a list: names, each once.
pub(super) fn ids<'a>(
    ids: impl Iterator<Item = &'a str> + Clone,
    spot: &Spot,
    problems: &mut Problems,
) {
    for (index, id) in ids.clone().enumerate() {
        names::id(&spot.at(index), id, problems);
    }
    let placed = ids.enumerate();
    let placed = placed.map(|(index, id)| (id, spot.at(index).at("id")));
    names::distinct(placed.collect(), problems);
}

/// A row, where one is named.
pub(super) fn row(row: Option<&str>, spot: &Spot, problems: &mut Problems) {
    if let Some(row) = row {
        names::row(spot, row, problems);
    }
}

/// A view, where one is named.
pub(super) fn view(world: &World<'_>, view: Option<&str>, spot: &Spot, problems: &mut Problems) {
    if let Some(view) = view {
        alert::view(world, view, spot, problems);
    }
}

/// A metric, where one is named.
pub(super) fn metric(
    world: &World<'_>,
    metric: Option<&str>,
    spot: &Spot,
    problems: &mut Problems,
) {
    if let Some(metric) = metric.filter(|metric| !world.unparsed.contains(*metric)) {
        known("metric", metric, world.metrics.keys(), spot, problems);
    }
}

/// A playbook, where one is named.
pub(super) fn playbook(
    world: &World<'_>,
    playbook: Option<&str>,
    spot: &Spot,
    problems: &mut Problems,
) {
    if let Some(playbook) = playbook.filter(|playbook| !world.unparsed.contains(*playbook)) {
        let playbooks = world.parts.playbooks.keys();
        known("playbook", playbook, playbooks, spot, problems);
    }
}

/// A text that is sent.
pub(super) fn template(world: &World<'_>, template: &str, spot: &Spot, problems: &mut Problems) {
    if !world.unparsed.contains(template) {
        known("template", template, world.templates.keys(), spot, problems);
    }
}

/// A page outside, where one is named: nothing that a click could run or read here.
pub(super) fn outside(link: Option<&str>, spot: &Spot, problems: &mut Problems) {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let good = |link: &str| link.starts_with("https://") && !link.contains(odd);
    if link.is_some_and(|link| !good(link)) {
        problems.error(spot, "pack.value", "a page outside begins with `https://`");
    }
}

/// A class of retention, where one is named.
pub(super) fn retention(
    world: &World<'_>,
    class: Option<&str>,
    spot: &Spot,
    problems: &mut Problems,
) {
    if let Some(class) = class {
        let classes = world.parts.retention.classes.keys();
        known("class of retention", class, classes, spot, problems);
    }
}

/// Roles of `people.yaml`. A pack without that file has the roles that its actions name.
pub(super) fn roles(world: &World<'_>, roles: &[String], spot: &Spot, problems: &mut Problems) {
    for (index, role) in roles.iter().enumerate() {
        self::role(world, role, &spot.at(index), problems);
    }
}

/// A role of `people.yaml`.
pub(super) fn role(world: &World<'_>, role: &str, spot: &Spot, problems: &mut Problems) {
    if let Some(people) = &world.parts.people {
        known("role", role, people.roles.keys(), spot, problems);
    }
}

/// An escalation path of `people.yaml`, where one is named.
pub(super) fn escalation(
    world: &World<'_>,
    path: Option<&str>,
    spot: &Spot,
    problems: &mut Problems,
) {
    let Some(path) = path else { return };
    let paths = world
        .parts
        .people
        .as_ref()
        .map(|people| &people.escalations);
    let none = BTreeMap::new();
    let paths = paths.unwrap_or(&none).keys();
    known("escalation path", path, paths, spot, problems);
}

/// What an operator writes down.
pub(super) fn notes(notes: &BTreeMap<String, ParamDef>, spot: &Spot, problems: &mut Problems) {
    names::check(spot, notes.keys(), problems);
    for (name, note) in notes {
        record::one_of(&note.one_of, note.type_, &spot.at(name), problems);
        record::labels(&note.one_of, &note.labels, &spot.at(name), problems);
    }
}

/// A field, or stored computed field, that is an instant.
pub(super) fn instant(kind: &RecordFile, name: &str, spot: &Spot, problems: &mut Problems) {
    let columns = super::scopes::columns(kind);
    match columns.find(name) {
        Some((FieldType::Timestamp, ..)) => {}
        Some(_) => {
            let message = format!("`{name}` is no instant");
            problems.error(spot, "pack.wrong_type", message);
        }
        None => {
            let near = crate::expr::nearest(name, kind.fields.keys().map(String::as_str));
            let message = format!("unknown field `{name}`{near}");
            problems.error(spot, "pack.unknown_name", message);
        }
    }
}

/// Commands that print what a variable holds.
const PRINTS: &[&str] = &["echo", "print", "printenv", "printf", "cat", "env"];
/// Parts of names of variables that hold secrets.
const SECRETS: &[&str] = &["TOKEN", "SECRET", "KEY", "SID", "PASSWORD", "CREDENTIAL"];

/// A step names no command that prints a secret.
pub(super) fn prints_no_secret(text: &str, spot: &Spot, problems: &mut Problems) {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '{' | '}')))
        .collect();
    let secret = |word: &str| {
        let name = word.trim_matches(['$', '{', '}']);
        let is_variable = word.starts_with('$') || name.contains('_');
        is_variable
            && name == name.to_ascii_uppercase()
            && SECRETS.iter().any(|part| name.contains(part))
    };
    let prints = words
        .windows(2)
        .any(|pair| matches!(pair, [command, word] if PRINTS.contains(command) && secret(word)));
    if prints
        || words
            .iter()
            .any(|word| word.starts_with('$') && secret(word))
    {
        let hint = "name it under `credential`: the app says whether it is there and works, never what it is";
        let message = "this step would print a secret";
        problems.error_with(spot, "pack.secret", message, hint);
    }
}
