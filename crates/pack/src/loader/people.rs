//! Checks of who there is, of incidents, and of handovers.

use super::problems::{Problems, Spot};
use super::scopes::{World, columns};
use super::{links, names, record};
use crate::expr::Allowed;
use crate::format::{DutyDef, HandoverFile, HandoverSectionDef, IncidentsFile, May, PeopleFile};
use crate::pack::{Handover, HandoverSection};

/// Longest clock of a severity: a year, in minutes.
const MAX_MINUTES: u32 = 366 * 24 * 60;
/// The least severity.
const LEAST: u8 = 3;

pub(super) fn people(world: &World<'_>, def: &PeopleFile, problems: &mut Problems) {
    let spot = Spot::file("people.yaml");
    names::check(&spot.at("roles"), def.roles.keys(), problems);
    names::check(&spot.at("contacts"), def.contacts.keys(), problems);
    names::check(&spot.at("escalations"), def.escalations.keys(), problems);
    for (name, role) in &def.roles {
        let row = spot.at("roles").at(name).at("row");
        names::row(&row, &role.row, problems);
    }
    for (name, contact) in &def.contacts {
        let spot = spot.at("contacts").at(name);
        names::row(&spot.at("row"), &contact.row, problems);
        if let Some(role) = &contact.role {
            links::known("role", role, def.roles.keys(), &spot.at("role"), problems);
        }
        match (&contact.at, &contact.setting) {
            (Some(_), None) => {}
            (None, Some(setting)) => {
                setting_of(world, setting, &spot.at("setting"), problems);
            }
            _ => {
                let message = "where they are reached stands in `at`, or a `setting` says it";
                problems.error(&spot, "pack.missing", message);
            }
        }
    }
    for (name, path) in &def.escalations {
        let spot = spot.at("escalations").at(name);
        names::row(&spot.at("row"), &path.row, problems);
        if path.calls.is_empty() {
            problems.error(&spot.at("calls"), "pack.missing", "nobody is called");
        }
        let mut last = 0;
        for (index, call) in path.calls.iter().enumerate() {
            let spot = spot.at("calls").at(index);
            links::known(
                "role",
                &call.role,
                def.roles.keys(),
                &spot.at("role"),
                problems,
            );
            if call.after_minutes < last {
                let message = "calls stand in the order in which they are made";
                problems.error(&spot.at("after_minutes"), "pack.order", message);
            }
            last = call.after_minutes;
        }
        for (index, control) in path.freezes.iter().enumerate() {
            let controls = world.pack.controls.keys();
            let spot = spot.at("freezes").at(index);
            links::known("control", control, controls, &spot, problems);
        }
    }
    for (index, capability) in def.capabilities.iter().enumerate() {
        let spot = spot.at("capabilities").at(index);
        names::row(&spot.at("row"), &capability.row, problems);
        match (&capability.to, capability.may) {
            (Some(role), May::Propose) => {
                links::known("role", role, def.roles.keys(), &spot.at("to"), problems);
            }
            (None, May::Propose) => {
                problems.error(&spot, "pack.missing", "to whom it is proposed: `to`");
            }
            (Some(_), _) => {
                let message = "only what is proposed goes to somebody";
                problems.error(&spot.at("to"), "pack.field", message);
            }
            (None, _) => {}
        }
    }
}

/// A setting of the pack.
pub(super) fn setting_of(world: &World<'_>, setting: &str, spot: &Spot, problems: &mut Problems) {
    let settings = world.pack.settings.keys();
    links::known("setting", setting, settings, spot, problems);
}

pub(super) fn incidents(world: &World<'_>, def: &IncidentsFile, problems: &mut Problems) {
    let spot = Spot::file("incidents.yaml");
    let severities = spot.at("severities");
    let ids = def.severities.iter().map(|severity| severity.id.as_str());
    links::ids(ids.clone(), &severities, problems);
    let mut last = 0;
    for (index, severity) in def.severities.iter().enumerate() {
        let spot = severities.at(index);
        names::row(&spot.at("row"), &severity.row, problems);
        if severity.rank > LEAST {
            let message = format!("ranks go from 0, the worst, to {LEAST}");
            problems.error(&spot.at("rank"), "pack.order", message);
        } else if severity.rank < last {
            let message = "severities stand in order, the worst first";
            problems.error(&spot.at("rank"), "pack.order", message);
        }
        last = severity.rank;
        let clocks = [
            ("respond_minutes", severity.respond_minutes),
            ("resolve_minutes", severity.resolve_minutes),
            ("notify_minutes", severity.notify_minutes),
            ("unanswered_minutes", severity.unanswered_minutes),
        ];
        for (name, minutes) in clocks {
            if minutes.is_some_and(|minutes| minutes > MAX_MINUTES) {
                problems.error(&spot.at(name), "pack.minutes", "longer than a year");
            }
        }
        let path = severity.escalation.as_deref();
        links::escalation(world, path, &spot.at("escalation"), problems);
        links::roles(world, &severity.tell, &spot.at("tell"), problems);
    }
    links::roles(world, &def.roles, &spot.at("roles"), problems);
    let playbook = def.playbook.as_deref();
    links::playbook(world, playbook, &spot.at("playbook"), problems);
    if let Some(routine) = &def.afterwards {
        let routines = world.parts.routines.keys();
        links::known(
            "routine",
            routine,
            routines,
            &spot.at("afterwards"),
            problems,
        );
    }
    names::check(&spot.at("promises"), def.promises.keys(), problems);
    for (name, promise) in &def.promises {
        let spot = spot.at("promises").at(name);
        names::row(&spot.at("row"), &promise.row, problems);
        let share = promise.uptime_percent;
        if share.is_some_and(|share| !(0.0..=100.0).contains(&share)) {
            let message = "a share in percent, 0 to 100";
            problems.error(&spot.at("uptime_percent"), "pack.value", message);
        }
        for severity in promise.respond_minutes.keys() {
            let known = def.severities.iter().map(|severity| &severity.id);
            let spot = spot.at("respond_minutes").at(severity).key();
            links::known("severity", severity, known, &spot, problems);
        }
    }
    for (index, percent) in def.warn_at_percent.iter().enumerate() {
        if !(1..100).contains(percent) {
            let spot = spot.at("warn_at_percent").at(index);
            problems.error(&spot, "pack.value", "1 to 99 percent of a clock");
        }
    }
}

pub(super) fn handover(
    world: &World<'_>,
    def: &HandoverFile,
    problems: &mut Problems,
) -> Option<Handover> {
    let spot = Spot::file("handover.yaml");
    names::row(&spot.at("row"), &def.row, problems);
    if def.each_region && world.pack.regions.is_empty() {
        let message = "the pack has no regions";
        problems.error(&spot.at("each_region"), "pack.missing", message);
    }
    let words = ["date", "time", "zone", "region"];
    let words = words.iter().fold(Allowed::none(), |a, name| a.value(name));
    let title = problems.template(&spot.at("title"), &def.title, world.zone, &words);
    let at = spot.at("sections");
    let ids = def.sections.iter().map(|section| section.id.as_str());
    links::ids(ids, &at, problems);
    let sections: Vec<Option<HandoverSection>> = def
        .sections
        .iter()
        .enumerate()
        .map(|(index, section)| self::section(world, section, &at.at(index), problems))
        .collect();
    for (name, duties) in [("outgoing", &def.outgoing), ("incoming", &def.incoming)] {
        self::duties(world, duties, &spot.at(name), problems);
    }
    Some(Handover {
        def: def.clone(),
        title: title?,
        sections: sections.into_iter().collect::<Option<_>>()?,
    })
}

fn duties(world: &World<'_>, duties: &[DutyDef], spot: &Spot, problems: &mut Problems) {
    links::ids(duties.iter().map(|duty| duty.id.as_str()), spot, problems);
    for (index, duty) in duties.iter().enumerate() {
        let spot = spot.at(index);
        links::row(duty.row.as_deref(), &spot.at("row"), problems);
        links::view(world, duty.view.as_deref(), &spot.at("view"), problems);
        links::prints_no_secret(&duty.text, &spot.at("text"), problems);
    }
}

fn section(
    world: &World<'_>,
    def: &HandoverSectionDef,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<HandoverSection> {
    links::row(def.row.as_deref(), &spot.at("row"), problems);
    names::check(&spot.at("parts"), def.parts.iter(), problems);
    let mut live = Vec::new();
    for (index, from) in def.from.iter().enumerate() {
        let spot = spot.at("from").at(index);
        let Some(kind) = world.records.get(&from.kind) else {
            if !world.knows(&from.kind) {
                record::unknown_kind(world, &from.kind, &spot.at("kind"), problems);
            }
            return None;
        };
        if from.parts.len() != def.parts.len() {
            let message = format!("an entry here has {} parts", def.parts.len());
            problems.error(&spot.at("parts"), "pack.missing", message);
        }
        let standing = world.standing().value("now");
        let filter = record::filter(
            &from.filter,
            columns(kind),
            &standing,
            &spot.at("where"),
            problems,
        );
        let texts = world.title(kind);
        let parts: Vec<_> = from
            .parts
            .iter()
            .enumerate()
            .map(|(index, source)| {
                let spot = spot.at("parts").at(index);
                problems.template(&spot, source, world.zone, &texts)
            })
            .collect();
        let parts = parts.into_iter().collect::<Option<_>>()?;
        live.push((from.kind.clone(), filter?, parts));
    }
    Some(HandoverSection {
        def: def.clone(),
        live,
    })
}
