//! Texts, and what is promised with a time.

use std::collections::BTreeSet;

use watchkeeper_pack::Kind;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::TextChannel;
use watchkeeper_pack::pack::MailTemplate;

use super::screen::Sources;
use super::view::{BannerView, PlanAnswer, PlanPromise, SeverityClocks, TextVariable, TextView};

/// What a text may read without a record and without a person.
const OWN: [&str; 3] = ["settings", "controls", "now"];

/// All texts, by what they are called.
pub(super) fn texts(sources: &Sources<'_>) -> Vec<TextView> {
    let templates = sources.pack.templates.values();
    let mut texts: Vec<_> = templates.map(|each| text(sources, each)).collect();
    texts.sort_by_cached_key(|text| text.label.to_lowercase());
    texts
}

fn text(sources: &Sources<'_>, template: &MailTemplate) -> TextView {
    let def = &template.def;
    let names = template.subject.names().union(template.body.names());
    let names: BTreeSet<&str> = names.map(String::as_str).collect();
    let own = names.iter().all(|name| OWN.contains(&root(name)));
    let filled = own.then(|| fill(sources, template)).flatten();
    let ready = filled.is_some();
    let (subject, body) = filled.unwrap_or_else(|| (def.subject.clone(), def.body.clone()));
    let kind = def.kind.as_deref().and_then(|kind| sources.pack.kind(kind));
    let variables = names.into_iter().map(|name| TextVariable {
        name: name.to_owned(),
        label: label_of(sources, template, name),
        missing: name
            .strip_prefix("settings.")
            .and_then(|setting| sources.settings.get(setting))
            .is_some_and(serde_json::Value::is_null),
    });
    TextView {
        id: def.id.clone(),
        label: label(sources, &def.id),
        row: def.row.clone(),
        channel: def.channel,
        kind: kind.map(|kind| kind.label_one.clone()),
        subject,
        body,
        ready,
        answer: own && def.channel == TextChannel::Answer,
        variables: variables.collect(),
        buttons: def.buttons.iter().map(|each| each.label.clone()).collect(),
    }
}

fn root(name: &str) -> &str {
    name.split_once('.').map_or(name, |(root, _)| root)
}

/// Subject and body; none where something is missing in them.
fn fill(sources: &Sources<'_>, template: &MailTemplate) -> Option<(String, String)> {
    let scope = Scope {
        settings: sources.settings.clone(),
        controls: sources.controls.clone(),
        now: Some(sources.now),
        zone: Some(sources.zone),
        ..Scope::default()
    };
    let subject = template.subject.render(&scope).ok()?;
    Some((subject, template.body.render(&scope).ok()?))
}

/// What the pack calls a name.
fn label_of(sources: &Sources<'_>, template: &MailTemplate, name: &str) -> Option<String> {
    let pack = sources.pack;
    let kind = template.def.kind.as_deref().and_then(|id| pack.kind(id));
    let mut parts = name.split('.');
    match (parts.next()?, parts.next()?) {
        ("record", field) => field_label(kind?, field),
        ("refs", field) => {
            let to = kind?.fields.get(field)?;
            let of = pack.kind(to.kind.as_deref()?)?;
            let inner = field_label(of, parts.next()?)?;
            Some(format!("{}: {inner}", to.label))
        }
        ("params", field) => {
            let own = template.def.fields.get(field).map(|def| &def.label);
            let mut actions = kind.into_iter().flat_map(|kind| kind.actions.values());
            let asked =
                || actions.find_map(|action| action.def.params.get(field).map(|def| &def.label));
            own.or_else(asked).cloned()
        }
        ("settings", setting) => pack.settings.get(setting).map(|def| def.label.clone()),
        ("controls", control) => pack.controls.get(control).map(|def| def.label.clone()),
        _ => None,
    }
}

/// What a kind calls a field.
pub(super) fn field_label(kind: &Kind, field: &str) -> Option<String> {
    let written = kind.fields.get(field).map(|def| &def.label);
    let computed = kind.computed.get(field).map(|computed| &computed.def.label);
    written.or(computed).cloned()
}

/// What a text is called: by its name, else by its subject.
pub(super) fn label(sources: &Sources<'_>, id: &str) -> String {
    let Some(template) = sources.pack.templates.get(id) else {
        return id.to_owned();
    };
    let def = &template.def;
    def.label.clone().unwrap_or_else(|| bare(&def.subject))
}

/// A subject with … for each part that is filled in.
fn bare(subject: &str) -> String {
    without(&without(subject, "{{", "}}", "…"), "{%", "%}", "")
}

/// A text with `put` for each part from `open` to `close`.
fn without(text: &str, open: &str, close: &str, put: &str) -> String {
    let mut parts = text.split(open);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str(put);
        shown.push_str(part.split_once(close).map_or("", |(_, after)| after));
    }
    shown
}

pub(super) fn banners(sources: &Sources<'_>) -> Vec<BannerView> {
    let controls = sources.pack.controls.iter();
    let banners = controls.filter_map(|(id, def)| {
        Some(BannerView {
            id: id.clone(),
            label: def.label.clone(),
            row: def.row.clone(),
            words: def.banner.clone()?,
        })
    });
    banners.collect()
}

pub(super) fn severities(sources: &Sources<'_>) -> Vec<SeverityClocks> {
    let all = sources.pack.incidents.severities.iter();
    let all = all.map(|def| SeverityClocks {
        id: def.id.clone(),
        label: def.label.clone(),
        row: def.row.clone(),
        tone: def.tone,
        examples: def.examples.clone(),
        respond_minutes: def.respond_minutes,
        resolve_minutes: def.resolve_minutes,
        notify_minutes: def.notify_minutes,
        escalation: def.escalation.as_deref().map(|path| sources.path(path)),
    });
    all.collect()
}

pub(super) fn plans(sources: &Sources<'_>) -> Vec<PlanPromise> {
    let all = sources.pack.incidents.promises.values();
    let all = all.map(|def| {
        let answers = def.respond_minutes.iter();
        let answers = answers.map(|(severity, minutes)| PlanAnswer {
            severity: sources.severity(severity),
            minutes: *minutes,
        });
        PlanPromise {
            label: def.label.clone(),
            row: def.row.clone(),
            uptime_percent: def.uptime_percent,
            answers: answers.collect(),
        }
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_a_name_is_called_by_its_subject() {
        assert_eq!(bare("Your choice is noted"), "Your choice is noted");
        assert_eq!(
            bare("Request {{ record.number }} is open"),
            "Request … is open"
        );
        assert_eq!(
            bare("{% if params.again %}Still{% endif %} {{ now }}"),
            "Still …"
        );
    }
}
