//! Checks of alert rules.

use super::problems::{Problems, Spot};
use super::scopes::{World, mentions_now};
use super::{links, names, people, record, scopes};
use crate::expr::{Allowed, Program};
use crate::format::{AlertFile, EachDef, FieldType, UnansweredDef};
use crate::pack::{Alert, Watched};

/// Longest wait of a rule, in minutes: a week.
const MAX_MINUTES: u32 = 7 * 24 * 60;

pub(super) fn check(
    world: &World<'_>,
    id: &str,
    def: &AlertFile,
    problems: &mut Problems,
) -> Option<Alert> {
    let spot = Spot::file(&format!("alerts/{id}.yaml"));
    names::row(&spot.at("row"), &def.row, problems);
    if !names::is_name(id) {
        problems.error(&spot.at("id"), "pack.name", format!("`{id}` is no name"));
    }
    for (name, minutes) in [
        ("for_minutes", def.for_minutes),
        ("keep_firing_minutes", def.keep_firing_minutes),
    ] {
        if minutes > MAX_MINUTES {
            problems.error(&spot.at(name), "pack.minutes", "longer than a week");
        }
    }
    if def.label.contains("{{") {
        let message =
            "fixed words only: it stands in notifications, which name nothing confidential";
        problems.error(&spot.at("label"), "pack.template", message);
    }
    if let Some(view) = &def.view {
        self::view(world, view, &spot.at("view"), problems);
    }
    let playbook = def.playbook.as_deref();
    links::playbook(world, playbook, &spot.at("playbook"), problems);
    if let Some(unanswered) = &def.escalation {
        escalation(world, unanswered, &spot.at("escalation"), problems);
    }
    match (&def.each, &def.metric) {
        (Some(each), None) => for_each(world, def, each, &spot, problems),
        (None, Some(metric)) => for_metric(world, def, metric, &spot, problems),
        _ => {
            let message = "a rule is watched for `each` record of a kind or for a `metric`";
            problems.error(&spot, "pack.missing", message);
            None
        }
    }
}

pub(super) fn view(world: &World<'_>, view: &str, spot: &Spot, problems: &mut Problems) {
    let mut views = world.records.values().flat_map(|r| r.views.keys());
    if !views.clone().any(|known| known == view) && world.unparsed.is_empty() {
        let near = crate::expr::nearest(view, views.by_ref().map(String::as_str));
        let message = format!("unknown view `{view}`{near}");
        problems.error(spot, "pack.unknown_name", message);
    }
}

/// Who is to be called where nobody acknowledges it.
fn escalation(world: &World<'_>, def: &UnansweredDef, spot: &Spot, problems: &mut Problems) {
    names::row(&spot.at("row"), &def.row, problems);
    let path = spot.at("path");
    links::escalation(world, Some(&def.path), &path, problems);
    match (def.after_minutes, &def.setting) {
        (Some(minutes), None) if minutes > MAX_MINUTES => {
            let message = "longer than a week";
            problems.error(&spot.at("after_minutes"), "pack.minutes", message);
        }
        (Some(_), None) => {}
        (None, Some(setting)) => wait(world, setting, &spot.at("setting"), problems),
        _ => {
            let message = "after how long stands in `after_minutes`, or a `setting` says it";
            problems.error(spot, "pack.missing", message);
        }
    }
    let Some(people) = &world.parts.people else {
        return;
    };
    let calls = people.escalations.get(&def.path);
    for call in calls.into_iter().flat_map(|path| &path.calls) {
        let mut contacts = people.contacts.values();
        if !contacts.any(|contact| contact.role.as_ref() == Some(&call.role)) {
            let role = &call.role;
            let message = format!("nobody is reached as `{role}`: no contact has this role");
            problems.warning(&path, "pack.unreachable", message);
        }
    }
}

/// A setting that says after how long.
fn wait(world: &World<'_>, name: &str, spot: &Spot, problems: &mut Problems) {
    people::setting_of(world, name, spot, problems);
    problems.reads(name);
    let Some(setting) = world.pack.settings.get(name) else {
        return;
    };
    let is_number = match setting.type_ {
        Some(type_) => matches!(type_, FieldType::Integer | FieldType::Number),
        None => setting.default.is_number(),
    };
    if !is_number || setting.minutes_of(0.0).is_none() {
        let message = "how long is a number whose `unit` is `minutes` or `hours`";
        problems.error(spot, "pack.wrong_type", message);
    } else if setting.default.is_null() {
        let message = "until the tenant has said it nobody would be called: it needs a default";
        problems.error(spot, "pack.default", message);
    }
}

fn for_each(
    world: &World<'_>,
    def: &AlertFile,
    each: &EachDef,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Alert> {
    let Some(kind) = world.records.get(&each.kind) else {
        if !world.knows(&each.kind) {
            record::unknown_kind(world, &each.kind, &spot.at("each/kind"), problems);
        }
        return None;
    };
    if names::is_engine_kind(&each.kind) {
        let message = "a rule watches records of the platform, not what the engine keeps";
        problems.error(&spot.at("each/kind"), "pack.wrong_kind", message);
    }
    if mentions_now(&def.when) && def.changes_at.is_empty() {
        let hint = "name the instants in `changes_at`, such as `record.since + duration(\"30m\")`";
        let message = "this reads `now`: say when the answer changes by itself";
        problems.error_with(&spot.at("when"), "pack.changes", message, hint);
    }
    let filter = record::filter(
        &each.filter,
        scopes::columns(kind),
        &world.standing(),
        &spot.at("each/where"),
        problems,
    );
    let allowed = world.rule(kind, true);
    let texts = world.rule(kind, false);
    let watched = |filter| Watched::Each {
        kind: each.kind.clone(),
        filter,
    };
    finish(
        world,
        def,
        spot,
        (&allowed, &texts),
        problems,
        filter.map(watched),
    )
}

fn for_metric(
    world: &World<'_>,
    def: &AlertFile,
    metric: &str,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Alert> {
    for (name, given) in [
        ("since", def.since.is_some()),
        ("changes_at", !def.changes_at.is_empty()),
    ] {
        if given {
            let message = "only a rule for `each` record knows such an instant";
            problems.error(&spot.at(name), "pack.alert", message);
        }
    }
    if !world.metrics.contains_key(metric) && !world.unparsed.contains(metric) {
        let near = crate::expr::nearest(metric, world.metrics.keys().map(String::as_str));
        let message = format!("unknown metric `{metric}`{near}");
        problems.error(&spot.at("metric"), "pack.unknown_name", message);
    }
    let allowed = world.metric_rule();
    let watched = Some(Watched::Metric(metric.to_owned()));
    finish(world, def, spot, (&allowed, &allowed), problems, watched)
}

fn finish(
    world: &World<'_>,
    def: &AlertFile,
    spot: &Spot,
    (allowed, texts): (&Allowed, &Allowed),
    problems: &mut Problems,
    watched: Option<Watched>,
) -> Option<Alert> {
    let when = problems.program(&spot.at("when"), &def.when, allowed);
    let changes: Vec<Option<Program>> = def
        .changes_at
        .iter()
        .enumerate()
        .map(|(index, source)| {
            let spot = spot.at("changes_at").at(index);
            problems.program(&spot, source, texts)
        })
        .collect();
    let since = def
        .since
        .as_ref()
        .map(|source| problems.program(&spot.at("since"), source, texts));
    let detail = problems.template(&spot.at("detail"), &def.detail, world.zone, texts);
    Some(Alert {
        def: def.clone(),
        watched: watched?,
        when: when?,
        changes_at: changes.into_iter().collect::<Option<_>>()?,
        since: match since {
            None => None,
            Some(program) => Some(program?),
        },
        detail: detail?,
    })
}
