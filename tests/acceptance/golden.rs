//! Every text of every pack, written out with made-up values and held against what was agreed.
//!
//! A text is written with one value for everything that it may read, and again with each other
//! value of what it decides by, and without what it can do without. So every sentence is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{Answer, FieldType, ParamDef, SettingDef};
use watchkeeper_pack::pack::{Effect, Lookup, MailTemplate};
use watchkeeper_pack::{Kind, Pack};

use crate::packs::every;
use crate::world::at;

const NOW: &str = "2026-11-20T03:04:00.000Z";
/// Every other instant: 68 hours and 23 minutes before.
const BEFORE: &str = "2026-11-17T06:41:00.000Z";

/// The values that a name may have, the usual one first; names as a text reads them.
type Values = BTreeMap<String, Vec<Value>>;
/// One value for each name.
type Chosen = BTreeMap<String, Value>;

/// Values of a type.
fn of_type(pack: &Pack, type_: FieldType, name: &str, one_of: &[String]) -> Vec<Value> {
    match type_ {
        FieldType::Integer => vec![json!(7), json!(1), json!(0)],
        FieldType::Number => vec![json!(7.5), json!(1.0), json!(0.0)],
        FieldType::Boolean => vec![true.into(), false.into()],
        FieldType::Timestamp => vec![BEFORE.into()],
        FieldType::Date => vec!["2026-11-17".into()],
        FieldType::Money => vec![json!({"minor": 123_450, "currency": pack.currency})],
        FieldType::Enum if !one_of.is_empty() => {
            one_of.iter().map(|word| word.as_str().into()).collect()
        }
        _ => vec![format!("<{name}>").into()],
    }
}

/// All names of a kind: its fields, what is computed from them, and its state.
fn of_kind(pack: &Pack, kind: &Kind) -> Values {
    let any: &[String] = &[];
    let fields = kind.fields.iter();
    let fields = fields.map(|(name, def)| (name, def.type_, def.one_of.as_slice()));
    let computed = kind.computed.iter();
    let computed = computed.map(|(name, one)| (name, one.def.type_, any));
    let mut values: Values = fields
        .chain(computed)
        .map(|(name, type_, one_of)| (name.clone(), of_type(pack, type_, name, one_of)))
        .collect();
    let states: Vec<Value> = kind.states.iter().map(|s| s.id.as_str().into()).collect();
    if !states.is_empty() {
        values.insert("state".into(), states);
    }
    values
}

fn of_param(pack: &Pack, name: &str, def: &ParamDef) -> Vec<Value> {
    of_type(pack, def.type_, name, &def.one_of)
}

fn of_lookup(pack: &Pack, lookup: &Lookup) -> Vec<Value> {
    let of = || {
        let kind = pack.kind(&lookup.def.kind).unwrap();
        let field = lookup.def.field.as_ref().unwrap();
        of_kind(pack, kind).remove(field).unwrap()
    };
    match lookup.def.answer {
        Answer::Count => of_type(pack, FieldType::Integer, "", &[]),
        // Goes to a provider, and into no text.
        Answer::List => vec![Value::Array(Vec::new())],
        // Money is summed up in its minor units.
        Answer::Sum if of()[0].is_object() => of_type(pack, FieldType::Integer, "", &[]),
        _ => of(),
    }
}

fn of_setting(pack: &Pack, name: &str, def: &SettingDef) -> Vec<Value> {
    let usual = [&def.default, def.proposed.as_ref().unwrap_or(&Value::Null)];
    match (usual.into_iter().find(|value| !value.is_null()), def.type_) {
        (Some(usual), _) => {
            let others = def.one_of.iter().filter(|other| *other != usual);
            std::iter::once(usual).chain(others).cloned().collect()
        }
        (None, type_) => of_type(pack, type_.unwrap_or(FieldType::String), name, &[]),
    }
}

/// All that a text may read.
fn values(pack: &Pack, id: &str, template: &MailTemplate) -> Values {
    let mut all = Values::new();
    let mut add = |root: &str, name: &str, values: Vec<Value>| {
        all.insert(format!("{root}.{name}"), values);
    };
    if let Some(kind) = template.def.kind.as_ref().and_then(|kind| pack.kind(kind)) {
        for (name, values) in of_kind(pack, kind) {
            add("record", &name, values);
        }
        for (field, def) in &kind.fields {
            let target = def.kind.as_ref().and_then(|kind| pack.kind(kind));
            for (name, values) in target.map(|kind| of_kind(pack, kind)).unwrap_or_default() {
                add(&format!("refs.{field}"), &name, values);
            }
        }
        for (name, lookup) in &kind.lookups {
            add("lookups", name, of_lookup(pack, lookup));
        }
        for action in kind.actions.values() {
            let sends = action.effects.iter().any(|effect| match effect {
                Effect::Call(call) => call.template.as_deref() == Some(id),
                _ => false,
            });
            for (name, def) in action.def.params.iter().filter(|_| sends) {
                add("params", name, of_param(pack, name, def));
            }
        }
    }
    for (name, def) in &template.def.fields {
        add("params", name, of_param(pack, name, def));
    }
    for (name, def) in &pack.settings {
        add("settings", name, of_setting(pack, name, def));
    }
    for (name, def) in &pack.controls {
        add("controls", name, vec![def.default.clone()]);
    }
    add("actor", "id", vec!["<operator>".into()]);
    all.insert("now".into(), vec![NOW.into()]);
    all
}

fn scope<'p>(pack: &'p Pack, template: &MailTemplate, chosen: &Chosen) -> Scope<'p> {
    let mut scope = Scope {
        kind: template.def.kind.as_ref().and_then(|kind| pack.kind(kind)),
        ..Scope::default()
    };
    for (name, value) in chosen {
        let parts: Vec<&str> = name.split('.').collect();
        let (map, field) = match parts.as_slice() {
            ["now"] => {
                scope.now = Some(at(NOW));
                continue;
            }
            ["refs", of, field] => {
                let target = scope.refs.entry(*of).or_insert_with(|| json!({}));
                (target.as_object_mut().unwrap(), field)
            }
            ["record", field] => (&mut scope.record, field),
            ["params", field] => (&mut scope.params, field),
            ["lookups", field] => (&mut scope.lookups, field),
            ["settings", field] => (&mut scope.settings, field),
            ["controls", field] => (&mut scope.controls, field),
            ["actor", field] => (&mut scope.actor, field),
            other => panic!("{other:?}"),
        };
        map.insert((*field).to_owned(), value.clone());
    }
    scope
}

/// The names that a text reads: of each the value behind it, so that `record.amount.minor` is
/// `record.amount`.
fn names(values: &Values, template: &MailTemplate) -> BTreeSet<String> {
    let read = template.subject.names().union(template.body.names());
    read.map(|name| {
        let mut known = name.as_str();
        while !values.contains_key(known) {
            let (shorter, _) = known.rsplit_once('.').unwrap_or_else(|| panic!("{name}"));
            known = shorter;
        }
        known.to_owned()
    })
    .collect()
}

/// The parts of a text that lie between these signs.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> Vec<&'t str> {
    let parts = text.split(begin).skip(1);
    parts.filter_map(|part| part.split(end).next()).collect()
}

fn mentions(text: &str, name: &str) -> bool {
    let sign = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.');
    text.split(sign).any(|word| word == name)
}

/// What is written depends on this name, beside what stands in its place.
fn decides(template: &MailTemplate, name: &str) -> bool {
    let to = template.to.as_ref().map_or("", |to| to.source.as_str());
    let sources = [template.subject.source.as_str(), &template.body.source];
    let tags = sources.into_iter().flat_map(|source| {
        let either = between(source, "{{", "}}").into_iter();
        let either = either.filter(|shown| shown.contains(" if "));
        between(source, "{%", "%}").into_iter().chain(either)
    });
    let choice = Some(to).filter(|to| to.contains('?'));
    tags.chain(choice).any(|part| mentions(part, name))
}

/// The text asks whether there is such a value, so it can do without.
fn is_asked_for(template: &MailTemplate, name: &str) -> bool {
    let sources = [&template.subject.source, &template.body.source];
    let tests = ["defined", "not defined", "undefined"];
    let mut asks = tests.map(|test| format!("{name} is {test}")).into_iter();
    asks.any(|ask| sources.iter().any(|source| source.contains(&ask)))
}

/// The usual values, then each time one of them otherwise, with what is otherwise in words.
fn variants(values: &Values, template: &MailTemplate) -> Vec<(String, Chosen)> {
    let usual: Chosen = values
        .iter()
        .map(|(name, values)| (name.clone(), values[0].clone()))
        .collect();
    let mut all = vec![(String::new(), usual.clone())];
    for (name, values) in values.iter().filter(|(name, _)| decides(template, name)) {
        for other in values.iter().skip(1) {
            let mut chosen = usual.clone();
            chosen.insert(name.clone(), other.clone());
            all.push((format!("{name} = {other}"), chosen));
        }
    }
    let asked_for = names(values, template).into_iter();
    for name in asked_for.filter(|name| is_asked_for(template, name)) {
        let mut chosen = usual.clone();
        chosen.remove(&name);
        all.push((format!("without {name}"), chosen));
    }
    all
}

/// Subject and body; nothing where it is refused.
fn written(pack: &Pack, template: &MailTemplate, chosen: &Chosen) -> Option<(String, String)> {
    let scope = scope(pack, template, chosen);
    let subject = template.subject.render(&scope).ok()?;
    Some((subject, template.body.render(&scope).ok()?))
}

fn receiver(pack: &Pack, template: &MailTemplate, chosen: &Chosen) -> Option<String> {
    let to = template.to.as_ref()?.eval(&scope(pack, template, chosen));
    let to = to.unwrap_or_else(|error| panic!("{}: {error}", template.def.id));
    Some(to.as_str().map_or_else(|| to.to_string(), str::to_owned))
}

/// A text in all its variants; one that reads as another does is left out.
fn in_full(pack: &Pack, id: &str, template: &MailTemplate) -> String {
    let mut all = format!(
        "=== {id}, {:?}, {}\n",
        template.def.channel, template.def.row
    );
    let mut seen = Vec::new();
    for (variant, chosen) in variants(&values(pack, id, template), template) {
        let Some((subject, body)) = written(pack, template, &chosen) else {
            assert!(variant.starts_with("without"), "{id}, {variant}: refused");
            continue;
        };
        let mut text = String::new();
        if let Some(to) = receiver(pack, template, &chosen) {
            writeln!(text, "To: {to}").unwrap();
        }
        writeln!(text, "Subject: {subject}\n\n{}", body.trim_end()).unwrap();
        for button in &template.def.buttons {
            writeln!(text, "[{}] settings.{}", button.label, button.setting).unwrap();
        }
        if !seen.contains(&text) {
            if !variant.is_empty() {
                writeln!(all, "--- {variant}").unwrap();
            }
            writeln!(all, "{text}").unwrap();
            seen.push(text);
        }
    }
    all
}

fn golden(pack: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("acceptance/golden");
    folder.join(format!("{pack}.txt"))
}

#[test]
fn each_text_reads_as_it_was_agreed() {
    let anew = std::env::var("WATCHKEEPER_GOLDEN").is_ok_and(|how| how == "write");
    for pack in every() {
        let templates = pack.templates.iter();
        let now: String = templates.map(|(id, one)| in_full(pack, id, one)).collect();
        let path = golden(&pack.id);
        if anew {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &now).unwrap();
        }
        let agreed = std::fs::read_to_string(&path).unwrap_or_default();
        let differs = agreed.lines().zip(now.lines()).find(|(was, is)| was != is);
        assert!(
            agreed == now,
            "{}: {differs:?}, of {} and {} lines. Is that what is meant, run this test with \
             WATCHKEEPER_GOLDEN=write, and read what changed before it is committed.",
            pack.id,
            agreed.lines().count(),
            now.lines().count(),
        );
    }
}

#[test]
fn no_text_is_written_without_a_value_that_it_reads() {
    for pack in every() {
        for (id, template) in &pack.templates {
            let told = format!("{}, {id}", pack.id);
            let values = values(pack, id, template);
            let mut wanted = names(&values, template);
            wanted.retain(|name| !is_asked_for(template, name));
            let mut needed = BTreeSet::new();
            for (variant, chosen) in variants(&values, template) {
                let Some(whole) = written(pack, template, &chosen) else {
                    continue;
                };
                for name in &wanted {
                    let mut hole = chosen.clone();
                    hole.remove(name);
                    match written(pack, template, &hole) {
                        None => {
                            needed.insert(name.clone());
                        }
                        // A sentence that is not written this time.
                        Some(text) => assert_eq!(text, whole, "{told}, {variant}: {name}"),
                    }
                }
            }
            assert_eq!(needed, wanted, "{told}: each is needed somewhere");
        }
    }
}
