//! Checks of views: filters, sections, sorts, columns.

use std::collections::BTreeMap;

use super::names;
use super::problems::{Problems, Spot};
use super::record::filter;
use super::scopes::{World, columns};
use crate::filter::Columns;
use crate::format::{ColumnDef, FieldType, QueueDef, RecordFile, SectionDef};
use crate::pack::View;

/// Sections that the engine adds itself.
const ENGINE_SECTIONS: [&str; 1] = ["on_the_way"];

pub(super) fn check(
    world: &World<'_>,
    kind: &str,
    def: &RecordFile,
    spot: &Spot,
    problems: &mut Problems,
) -> BTreeMap<String, View> {
    let spot = spot.at("views");
    names::check(&spot, def.views.keys(), problems);
    let allowed = world.view();
    let columns = columns(def);
    let mut views = BTreeMap::new();
    for (id, view) in &def.views {
        let spot = spot.at(id);
        names::row(&spot.at("row"), &view.row, problems);
        sort(&view.sort, columns, &spot.at("sort"), problems);
        shown(def, &view.columns, &spot.at("columns"), problems);
        if let Some(total) = &view.total {
            let money = def.fields.get(total).map(|f| f.type_) == Some(FieldType::Money);
            if !money {
                let message = format!("`{total}` is no field of money");
                problems.error(&spot.at("total"), "pack.wrong_type", message);
            }
        }
        if view
            .queue
            .as_ref()
            .is_some_and(|q| !q.minutes_each.is_finite() || q.minutes_each < 0.0)
        {
            let message = "the minutes for one are zero or more";
            problems.error(&spot.at("queue/minutes_each"), "pack.minutes", message);
        }
        if let Some(queue) = &view.queue {
            queued(def, queue, &spot.at("queue"), problems);
        }
        let whole = filter(&view.filter, columns, &allowed, &spot.at("where"), problems);
        let at = spot.at("sections");
        let ids = view.sections.iter().enumerate();
        let ids = ids.map(|(i, s)| (s.id.as_str(), at.at(i).at("id")));
        names::distinct(ids.collect(), problems);
        let mut sections = Vec::new();
        for (index, section) in view.sections.iter().enumerate() {
            let at = at.at(index);
            if ENGINE_SECTIONS.contains(&section.id.as_str()) {
                let message = format!("`{}` is a section of the engine itself", section.id);
                problems.error(&at.at("id"), "pack.reserved", message);
            }
            at_once(def, section, &at, problems);
            let part = filter(
                &section.filter,
                columns,
                &allowed,
                &at.at("where"),
                problems,
            );
            sections.extend(part);
        }
        if let Some(filter) = whole {
            views.insert(
                id.clone(),
                View {
                    id: id.clone(),
                    kind: kind.to_owned(),
                    def: view.clone(),
                    filter,
                    sections,
                },
            );
        }
    }
    views
}

fn queued(def: &RecordFile, queue: &QueueDef, spot: &Spot, problems: &mut Problems) {
    if let Some(row) = &queue.row {
        names::row(&spot.at("row"), row, problems);
    }
    if !queue.minutes_fixed.is_finite() || queue.minutes_fixed < 0.0 {
        let message = "the minutes are zero or more";
        problems.error(&spot.at("minutes_fixed"), "pack.minutes", message);
    }
    let Some(arrived) = &queue.arrived else {
        return;
    };
    sort(
        std::slice::from_ref(arrived),
        columns(def),
        &spot.at("arrived"),
        problems,
    );
    let found = columns(def).find(arrived);
    if found.is_some_and(|(type_, ..)| type_ != FieldType::Timestamp) {
        let message = format!("`{arrived}` is no instant");
        problems.error(&spot.at("arrived"), "pack.wrong_type", message);
    }
}

fn at_once(def: &RecordFile, section: &SectionDef, spot: &Spot, problems: &mut Problems) {
    if section
        .minutes_each
        .is_some_and(|minutes| !minutes.is_finite() || minutes < 0.0)
    {
        let message = "the minutes for one are zero or more";
        problems.error(&spot.at("minutes_each"), "pack.minutes", message);
    }
    let Some(name) = &section.at_once else {
        return;
    };
    match def.actions.get(name) {
        None => {
            let near = crate::expr::nearest(name, def.actions.keys().map(String::as_str));
            let message = format!("unknown action `{name}`{near}");
            problems.error(&spot.at("at_once"), "pack.unknown_name", message);
        }
        Some(action) if action.bulk.is_none() => {
            let message = format!("`{name}` cannot be taken on many at once");
            let hint = "give the action `bulk`, with a cap";
            problems.error_with(&spot.at("at_once"), "pack.bulk", message, hint);
        }
        Some(_) => {}
    }
}

/// Sort fields exist and are indexed.
pub(super) fn sort(sort: &[String], columns: Columns<'_>, spot: &Spot, problems: &mut Problems) {
    for (index, name) in sort.iter().enumerate() {
        let spot = spot.at(index);
        let name = name.strip_prefix('-').unwrap_or(name);
        match columns.find(name) {
            None => {
                let known = columns.fields.keys().chain(columns.computed.keys());
                let near = crate::expr::nearest(name, known.map(String::as_str));
                let message = format!("unknown field `{name}`{near}");
                problems.error(&spot, "pack.unknown_name", message);
            }
            Some((_, false, _)) => {
                let message = format!("`{name}` is not indexed, so nothing can be sorted by it");
                let hint = "add `indexed: true` to the field";
                problems.error_with(&spot, "pack.not_indexed", message, hint);
            }
            Some(_) => {}
        }
    }
}

fn shown(def: &RecordFile, columns: &[ColumnDef], spot: &Spot, problems: &mut Problems) {
    if columns.is_empty() {
        problems.error(spot, "pack.missing", "a view shows some columns");
    }
    for (index, column) in columns.iter().enumerate() {
        let spot = spot.at(index);
        match column {
            ColumnDef::Plain(name) => known(def, name, &spot, problems),
            ColumnDef::With { field, with } => {
                known(def, field, &spot.at("field"), problems);
                known(def, with, &spot.at("with"), problems);
            }
        }
    }
}

/// A field, a computed field, `state`, or `clock.<name>`.
pub(super) fn known(def: &RecordFile, name: &str, spot: &Spot, problems: &mut Problems) {
    let clock = name.strip_prefix("clock.");
    let found = match clock {
        Some(clock) => def.clocks.contains_key(clock),
        None if name == "state" => !def.states.is_empty(),
        None => def.fields.contains_key(name) || def.computed.contains_key(name),
    };
    if !found {
        let known = def.fields.keys().chain(def.computed.keys());
        let near = crate::expr::nearest(name, known.map(String::as_str));
        problems.error(
            spot,
            "pack.unknown_name",
            format!("unknown column `{name}`{near}"),
        );
    }
}
