//! Checks of a kind: fields, states, computed fields, lookups, clocks.

use std::collections::{BTreeMap, BTreeSet};

use super::problems::{Problems, Spot};
use super::scopes::{World, columns, is_volatile, mentions_now};
use super::{action, document, links, names, states, view};
use crate::expr::Allowed;
use crate::filter::{Columns, Filter};
use crate::format::{Answer, ClockDef, FieldType, FilterDef, LookupDef, RecordFile, word_of};
use crate::pack::{Clock, Computed, Kind, Lookup, Pause};
use crate::template::Template;

/// Most fields, actions, views … of one kind.
const MAX_PARTS: usize = 100;
/// Most pauses of a clock.
const MAX_PAUSES: usize = 8;

pub(super) fn check(
    world: &World<'_>,
    name: &str,
    def: &RecordFile,
    problems: &mut Problems,
) -> Kind {
    let spot = world.record(name);
    sizes(def, &spot, problems);
    links::roles(world, &def.seen_by, &spot.at("seen_by"), problems);
    fields(world, def, &spot, problems);
    states::named(def, &spot, problems);
    document::check(world, def, &spot, problems);
    let title = title(world, def, &spot, problems);
    let computed = computed(world, def, &spot, problems);
    let lookups = lookups(world, def, &spot, problems);
    let clocks = clocks(world, def, &spot, problems);
    let actions = action::check(world, def, &spot, problems);
    let views = view::check(world, name, def, &spot, problems);
    for (index, field) in def.detail.iter().enumerate() {
        view::known(def, field, &spot.at("detail").at(index), problems);
    }
    Kind {
        name: name.to_owned(),
        label_one: def.label.one.clone(),
        label_many: def.label.many.clone(),
        seen_by: def.seen_by.clone(),
        hidden: BTreeMap::new(),
        title,
        fields: def.fields.clone(),
        document: def.document.clone(),
        states: def.states.clone(),
        computed,
        lookups,
        clocks,
        actions,
        views,
        detail: def.detail.clone(),
    }
}

fn sizes(def: &RecordFile, spot: &Spot, problems: &mut Problems) {
    let parts = [
        ("fields", def.fields.len()),
        ("states", def.states.len()),
        ("computed", def.computed.len()),
        ("lookups", def.lookups.len()),
        ("clocks", def.clocks.len()),
        ("actions", def.actions.len()),
        ("views", def.views.len()),
        ("detail", def.detail.len()),
    ];
    for (part, _) in parts.iter().filter(|(_, size)| *size > MAX_PARTS) {
        let message = format!("more than {MAX_PARTS} of them");
        problems.error(&spot.at(part), "pack.too_large", message);
    }
}

fn fields(world: &World<'_>, def: &RecordFile, spot: &Spot, problems: &mut Problems) {
    let spot = spot.at("fields");
    names::fields(&spot, def.fields.keys(), problems);
    for (name, field) in &def.fields {
        let spot = spot.at(name);
        match (&field.kind, field.type_) {
            (Some(kind), FieldType::Ref) if !world.knows(kind) => {
                unknown_kind(world, kind, &spot.at("kind"), problems);
            }
            (None, FieldType::Ref) => {
                problems.error(&spot, "pack.missing", "a `ref` names the kind it refers to");
            }
            (Some(_), type_) if type_ != FieldType::Ref => {
                problems.error(&spot.at("kind"), "pack.field", "only a `ref` names a kind");
            }
            _ => {}
        }
        if field.operator && field.type_ != FieldType::Id {
            let message = "only an `id` is that of an operator";
            problems.error(&spot.at("operator"), "pack.field", message);
        }
        if field.operator && field.searched {
            let message = "an operator is shown by their name, and search would find their id";
            problems.error(&spot.at("searched"), "pack.field", message);
        }
        one_of(&field.one_of, field.type_, &spot, problems);
        labels(&field.one_of, &field.labels, &spot, problems);
        links::roles(world, &field.seen_by, &spot.at("seen_by"), problems);
    }
}

/// The allowed values of a field or parameter.
pub(super) fn one_of(values: &[String], type_: FieldType, spot: &Spot, problems: &mut Problems) {
    if type_ == FieldType::Enum && values.is_empty() {
        problems.error(
            spot,
            "pack.missing",
            "an `enum` lists its values in `one_of`",
        );
    }
    if type_ != FieldType::Enum && !values.is_empty() {
        problems.error(
            &spot.at("one_of"),
            "pack.field",
            "only an `enum` lists values",
        );
    }
    let spots = values.iter().enumerate();
    let spots = spots.map(|(i, v)| (v.as_str(), spot.at("one_of").at(i)));
    names::distinct(spots.collect(), problems);
}

/// What values are called: each is one of them, and no two look the same, also where none has a label.
pub(super) fn labels(
    values: &[String],
    labels: &BTreeMap<String, String>,
    spot: &Spot,
    problems: &mut Problems,
) {
    let spots = spot.at("labels");
    for (value, label) in labels {
        let spot = spots.at(value);
        if !values.contains(value) {
            let near = crate::expr::nearest(value, values.iter().map(String::as_str));
            let message = format!("`{value}` is no value of this{near}");
            let hint = "a label is of a value that stands in `one_of`";
            problems.error_with(&spot.key(), "pack.unknown_name", message, hint);
        }
        if label.trim().is_empty() {
            problems.error(&spot, "pack.missing", "a label says something");
        }
    }
    let mut told = BTreeSet::new();
    let words: Vec<(String, Spot)> = values
        .iter()
        .enumerate()
        // The same value again is told with the values.
        .filter(|(_, value)| told.insert(value.to_lowercase()))
        .map(|(index, value)| {
            let labelled = labels.contains_key(value);
            let spot = match labelled {
                true => spots.at(value),
                false => spot.at("one_of").at(index),
            };
            // Blanks around it, or one more between, are not seen.
            let word = word_of(labels, value);
            (word.split_whitespace().collect::<Vec<_>>().join(" "), spot)
        })
        .collect();
    let words = words.iter();
    let words = words.map(|(word, spot)| (word.as_str(), spot.clone()));
    names::distinct(words.collect(), problems);
}

pub(super) fn unknown_kind(world: &World<'_>, kind: &str, spot: &Spot, problems: &mut Problems) {
    let near = crate::expr::nearest(kind, world.records.keys().map(String::as_str));
    problems.error(
        spot,
        "pack.unknown_name",
        format!("unknown kind `{kind}`{near}"),
    );
}

fn title(world: &World<'_>, def: &RecordFile, spot: &Spot, problems: &mut Problems) -> Template {
    let allowed = world.title(def);
    problems
        .template(&spot.at("title"), &def.title, world.zone, &allowed)
        .unwrap_or_else(Template::empty)
}

fn computed(
    world: &World<'_>,
    def: &RecordFile,
    spot: &Spot,
    problems: &mut Problems,
) -> BTreeMap<String, Computed> {
    let spot = spot.at("computed");
    names::fields(&spot, def.computed.keys(), problems);
    let allowed = world.computed(def);
    let mut computed = BTreeMap::new();
    for (name, part) in &def.computed {
        let spot = spot.at(name);
        if def.fields.contains_key(name) {
            let message = format!("`{name}` is a field already");
            problems.error(&spot.key(), "pack.duplicate", message);
        }
        let Some(program) = problems.program(&spot.at("expr"), &part.expr, &allowed) else {
            continue;
        };
        let volatile = is_volatile(&part.expr);
        if volatile && part.indexed {
            let hint = "what changes with time or zone cannot be filtered on; compare the instant it comes from";
            let message = format!(
                "`{name}` reads `now` or the tenant's day, so it is not stored and has no index"
            );
            problems.error_with(&spot.at("indexed"), "pack.volatile_index", message, hint);
        }
        computed.insert(
            name.clone(),
            Computed {
                def: part.clone(),
                program,
                volatile,
            },
        );
    }
    computed
}

fn lookups(
    world: &World<'_>,
    def: &RecordFile,
    spot: &Spot,
    problems: &mut Problems,
) -> BTreeMap<String, Lookup> {
    let spot = spot.at("lookups");
    names::check(&spot, def.lookups.keys(), problems);
    let allowed = world.lookup(def);
    let mut lookups = BTreeMap::new();
    for (name, lookup) in &def.lookups {
        let spot = spot.at(name);
        // A kind of the engine that packs cannot name may ask for its own records.
        let own = (lookup.kind == def.kind).then_some(def);
        let Some(asked) = world.records.get(&lookup.kind).or(own) else {
            if !world.knows(&lookup.kind) {
                unknown_kind(world, &lookup.kind, &spot.at("kind"), problems);
            }
            continue;
        };
        let columns = columns(asked);
        lookup_answer(lookup, columns, &spot, problems);
        let where_ = spot.at("where");
        if let Some(filter) = filter(&lookup.filter, columns, &allowed, &where_, problems) {
            let def = lookup.clone();
            lookups.insert(name.clone(), Lookup { def, filter });
        }
    }
    lookups
}

pub(super) fn lookup_answer(
    lookup: &LookupDef,
    columns: Columns<'_>,
    spot: &Spot,
    problems: &mut Problems,
) {
    let field = lookup
        .field
        .as_deref()
        .map(|name| (name, columns.find(name)));
    match (lookup.answer, field) {
        (Answer::Count, None) => {}
        (Answer::Count, Some(_)) => {
            problems.error(&spot.at("field"), "pack.lookup", "`count` needs no field");
        }
        (Answer::List, None) => listed_fields(lookup, columns, spot, problems),
        (Answer::List, Some(_)) => {
            let message = "`list` needs `fields` instead of a field";
            problems.error(&spot.at("field"), "pack.lookup", message);
        }
        (_, None) => problems.error(spot, "pack.missing", "this answer needs a `field`"),
        (_, Some((name, None))) => {
            let message = format!("unknown field `{name}`");
            problems.error(&spot.at("field"), "pack.unknown_name", message);
        }
        (Answer::Sum, Some((name, Some((type_, ..)))))
            if !matches!(
                type_,
                FieldType::Integer | FieldType::Number | FieldType::Money
            ) =>
        {
            let message = format!("`{name}` cannot be summed");
            problems.error(&spot.at("field"), "pack.wrong_type", message);
        }
        _ => {}
    }
    if lookup.answer == Answer::First && lookup.sort.is_empty() {
        problems.error(spot, "pack.missing", "`first` needs a `sort`");
    }
    if lookup.answer != Answer::List && !lookup.fields.is_empty() {
        let message = "only a `list` has `fields`";
        problems.error(&spot.at("fields"), "pack.lookup", message);
    }
    view::sort(&lookup.sort, columns, &spot.at("sort"), problems);
}

/// What a list answers of each record.
fn listed_fields(lookup: &LookupDef, columns: Columns<'_>, spot: &Spot, problems: &mut Problems) {
    if lookup.fields.is_empty() {
        problems.error(spot, "pack.missing", "`list` needs `fields`");
    }
    if lookup.sort.is_empty() {
        problems.error(spot, "pack.missing", "`list` needs a `sort`");
    }
    for name in &lookup.fields {
        if columns.find(name).is_none() {
            let message = format!("unknown field `{name}`");
            problems.error(&spot.at("fields"), "pack.unknown_name", message);
        }
    }
}

/// Compiles a filter and tells what is wrong with it.
pub(super) fn filter(
    def: &FilterDef,
    columns: Columns<'_>,
    allowed: &Allowed,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Filter> {
    let expressions = crate::filter::expressions(def);
    if !expressions
        .iter()
        .all(|source| problems.spend(spot, source))
    {
        return None;
    }
    match Filter::compile(def, columns, allowed) {
        Ok(filter) => Some(filter),
        Err(faults) => {
            for fault in faults {
                let field = spot.at(&fault.field);
                match (fault.at, fault.within.as_str()) {
                    (Some(at), within) => {
                        problems.inside(&field.at(within), at, fault.code, fault.message);
                    }
                    (None, "") => problems.error(&field.key(), fault.code, fault.message),
                    (None, within) => problems.error(&field.at(within), fault.code, fault.message),
                }
            }
            None
        }
    }
}

fn clocks(
    world: &World<'_>,
    def: &RecordFile,
    spot: &Spot,
    problems: &mut Problems,
) -> BTreeMap<String, Clock> {
    let spot = spot.at("clocks");
    names::check(&spot, def.clocks.keys(), problems);
    let allowed = world.clock(def);
    let mut clocks = BTreeMap::new();
    for (name, clock) in &def.clocks {
        let spot = spot.at(name);
        names::row(&spot.at("row"), &clock.row, problems);
        let start = problems.program(&spot.at("start"), &clock.start, &allowed);
        let due = problems.program(&spot.at("due"), &clock.due, &allowed);
        let runs = clock
            .runs
            .as_ref()
            .map(|source| problems.program(&spot.at("runs"), source, &allowed));
        let pauses = pauses(clock, &allowed, &spot.at("pauses"), problems);
        if let (Some(start), Some(due), None | Some(Some(_)), Some(pauses)) =
            (start, due, &runs, pauses)
        {
            clocks.insert(
                name.clone(),
                Clock {
                    def: clock.clone(),
                    start,
                    due,
                    runs: runs.flatten(),
                    pauses,
                },
            );
        }
    }
    clocks
}

fn pauses(
    clock: &ClockDef,
    allowed: &Allowed,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Vec<Pause>> {
    if clock.pauses.len() > MAX_PAUSES {
        let message = format!("more than {MAX_PAUSES} of them");
        problems.error(spot, "pack.too_large", message);
    }
    let pauses = clock.pauses.iter().enumerate();
    let pauses: Vec<Option<Pause>> = pauses
        .map(|(index, pause)| {
            let spot = spot.at(index);
            names::row(&spot.at("row"), &pause.row, problems);
            let mut record_says = |name: &str, source: &str| {
                let spot = spot.at(name);
                if mentions_now(source) {
                    let message =
                        "when a pause began and how long others were stands in the record";
                    problems.error(&spot, "pack.pause", message);
                }
                problems.program(&spot, source, allowed)
            };
            let since = record_says("since", &pause.since);
            let earlier = pause.earlier.as_deref();
            let earlier = earlier.map(|source| record_says("earlier", source));
            Some(Pause {
                since: since?,
                earlier: match earlier {
                    None => None,
                    Some(program) => Some(program?),
                },
            })
        })
        .collect();
    pauses.into_iter().collect()
}
