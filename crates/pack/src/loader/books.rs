//! Checks of what is kept and compared: evidence, reconciliations, reports, retention, rulings, and
//! the document behind the pack.

use chrono::NaiveDate;

use super::problems::{Problems, Spot};
use super::scopes::{World, columns};
use super::{links, names, people, record, routine, settings};
use crate::format::{
    BookDef, DocumentDef, EvidenceFile, EvidenceForm, FieldType, KeepDef, ReconciliationFile,
    RegionDef, ReportFile, RetentionFile, RulingsFile, Settled,
};
use crate::pack::{Evidence, Report};

/// Largest document that may be asked for: 1 GiB.
const MAX_BYTES: u64 = 1 << 30;
/// Name of the log among the kinds of a class of retention.
const AUDIT: &str = "audit";

pub(super) fn evidence(
    world: &World<'_>,
    id: &str,
    def: &EvidenceFile,
    problems: &mut Problems,
) -> Option<Evidence> {
    let spot = Spot::file(&format!("evidence/{id}.yaml"));
    names::id(&spot, id, problems);
    names::row(&spot.at("row"), &def.row, problems);
    let Some(kind) = world.records.get(&def.kind) else {
        if !world.knows(&def.kind) {
            record::unknown_kind(world, &def.kind, &spot.at("kind"), problems);
        }
        return None;
    };
    links::instant(kind, &def.deadline, &spot.at("deadline"), problems);
    let items = spot.at("items");
    links::ids(
        def.items.iter().map(|item| item.id.as_str()),
        &items,
        problems,
    );
    if def.items.is_empty() {
        problems.error(&items, "pack.missing", "nothing is asked for");
    }
    let allowed = world.bulk(kind);
    let mut when = Some(Vec::new());
    for (index, item) in def.items.iter().enumerate() {
        let spot = items.at(index);
        links::row(item.row.as_deref(), &spot.at("row"), problems);
        if let EvidenceForm::Field(field) = &item.form
            && columns(kind).find(field).is_none()
        {
            let near = crate::expr::nearest(field, kind.fields.keys().map(String::as_str));
            let message = format!("unknown field `{field}`{near}");
            problems.error(&spot.at("form"), "pack.unknown_name", message);
        }
        let program = match &item.when {
            None => Some(None),
            Some(source) => problems
                .program(&spot.at("when"), source, &allowed)
                .map(Some),
        };
        match (&mut when, program) {
            (Some(all), Some(program)) => all.push(program),
            _ => when = None,
        }
    }
    let limits = spot.at("limits");
    if !(1..=MAX_BYTES).contains(&def.limits.bytes_each) {
        let message = "from a byte to a gibibyte";
        problems.error(&limits.at("bytes_each"), "pack.value", message);
    }
    let total = def.limits.bytes_total;
    if total.is_some_and(|total| total < def.limits.bytes_each) {
        let message = "less than one file may have";
        problems.error(&limits.at("bytes_total"), "pack.value", message);
    }
    if def.limits.media.is_empty() {
        problems.error(
            &limits.at("media"),
            "pack.missing",
            "no media type is taken",
        );
    }
    Some(Evidence {
        def: def.clone(),
        when: when?,
    })
}

pub(super) fn reconciliation(
    world: &World<'_>,
    id: &str,
    def: &ReconciliationFile,
    problems: &mut Problems,
) {
    let spot = Spot::file(&format!("reconciliations/{id}.yaml"));
    names::id(&spot, id, problems);
    names::row(&spot.at("row"), &def.row, problems);
    book(world, &def.ours, &spot.at("ours"), problems);
    book(world, &def.theirs, &spot.at("theirs"), problems);
    if !(1..=366).contains(&def.days) {
        problems.error(&spot.at("days"), "pack.value", "1 to 366 days");
    }
    for (index, finding) in def.findings.iter().enumerate() {
        let spot = spot.at("findings").at(index);
        names::row(&spot.at("row"), &finding.row, problems);
        let playbook = finding.playbook.as_deref();
        links::playbook(world, playbook, &spot.at("playbook"), problems);
    }
    let class = def.retention.as_deref();
    links::retention(world, class, &spot.at("retention"), problems);
}

fn book(world: &World<'_>, def: &BookDef, spot: &Spot, problems: &mut Problems) {
    let Some(kind) = world.records.get(&def.kind) else {
        if !world.knows(&def.kind) {
            record::unknown_kind(world, &def.kind, &spot.at("kind"), problems);
        }
        return;
    };
    let standing = world.standing();
    let filter = spot.at("where");
    record::filter(&def.filter, columns(kind), &standing, &filter, problems);
    links::instant(kind, &def.at, &spot.at("at"), problems);
    let money = std::iter::once(("amount", &def.amount));
    let fields = money.chain(def.refunded.iter().map(|name| ("refunded", name)));
    for (what, name) in fields {
        match columns(kind).find(name) {
            Some((FieldType::Money, ..)) => {}
            Some(_) => {
                let message = format!("`{name}` is no money");
                problems.error(&spot.at(what), "pack.wrong_type", message);
            }
            None => {
                let message = format!("unknown field `{name}`");
                problems.error(&spot.at(what), "pack.unknown_name", message);
            }
        }
    }
    if columns(kind).find(&def.key).is_none() {
        let message = format!("unknown field `{}`", def.key);
        problems.error(&spot.at("key"), "pack.unknown_name", message);
    }
}

pub(super) fn report(
    world: &World<'_>,
    id: &str,
    def: &ReportFile,
    problems: &mut Problems,
) -> Option<Report> {
    let spot = Spot::file(&format!("reports/{id}.yaml"));
    names::id(&spot, id, problems);
    names::row(&spot.at("row"), &def.row, problems);
    let schedules = routine::schedules(world, &def.schedule, false, &spot.at("schedule"), problems);
    let parts = spot.at("parts");
    links::ids(
        def.parts.iter().map(|part| part.id.as_str()),
        &parts,
        problems,
    );
    if def.parts.is_empty() {
        problems.error(&parts, "pack.missing", "a report has a part at least");
    }
    for (index, part) in def.parts.iter().enumerate() {
        let spot = parts.at(index);
        links::row(part.row.as_deref(), &spot.at("row"), problems);
        links::view(world, part.view.as_deref(), &spot.at("view"), problems);
        for (index, metric) in part.metrics.iter().enumerate() {
            let spot = spot.at("metrics").at(index);
            links::metric(world, Some(metric), &spot, problems);
        }
        if let Some(name) = &part.reconciliation {
            let names = world.parts.reconciliations.keys();
            let spot = spot.at("reconciliation");
            links::known("reconciliation", name, names, &spot, problems);
        }
        let something = !part.metrics.is_empty()
            || part.view.is_some()
            || part.reconciliation.is_some()
            || part.missing.is_some();
        if !something {
            let message = "metrics, a view, a reconciliation, or what is missing";
            problems.error(&spot, "pack.missing", message);
        }
    }
    let class = def.retention.as_deref();
    links::retention(world, class, &spot.at("retention"), problems);
    let (_, schedule) = schedules?.into_iter().next()?;
    Some(Report {
        def: def.clone(),
        schedule,
    })
}

pub(super) fn retention(world: &World<'_>, def: &RetentionFile, problems: &mut Problems) {
    let spot = Spot::file("retention.yaml").at("classes");
    names::check(&spot, def.classes.keys(), problems);
    for (name, class) in &def.classes {
        let spot = spot.at(name);
        names::row(&spot.at("row"), &class.row, problems);
        let good = match class.keep {
            KeepDef::Days(days) => (1..=36_600).contains(&days),
            KeepDef::Years(years) => (1..=100).contains(&years),
        };
        if !good {
            problems.error(&spot.at("keep"), "pack.value", "a day to a hundred years");
        }
        for (index, kind) in class.kinds.iter().enumerate() {
            if kind != AUDIT && !world.knows(kind) {
                record::unknown_kind(world, kind, &spot.at("kinds").at(index), problems);
            }
        }
    }
}

pub(super) fn rulings(world: &World<'_>, def: &RulingsFile, problems: &mut Problems) {
    let spot = Spot::file("rulings.yaml").at("rulings");
    let ids = def.rulings.iter().enumerate();
    let ids = ids.map(|(index, ruling)| (ruling.id.as_str(), spot.at(index).at("id")));
    names::distinct(ids.collect(), problems);
    for (index, ruling) in def.rulings.iter().enumerate() {
        let spot = spot.at(index);
        names::row(&spot.at("id"), &ruling.id, problems);
        for (index, row) in ruling.rows.iter().enumerate() {
            names::row(&spot.at("rows").at(index), row, problems);
        }
        let by_setting = matches!(ruling.settled, Settled::Setting | Settled::Needed);
        match &ruling.setting {
            Some(setting) => {
                people::setting_of(world, setting, &spot.at("setting"), problems);
                let needed = world.pack.settings.get(setting);
                let needed = needed.is_some_and(|setting| setting.needed);
                if ruling.settled == Settled::Needed && !needed {
                    let message = format!("the setting `{setting}` is not `needed`");
                    problems.error(&spot.at("setting"), "pack.value", message);
                }
            }
            None if by_setting => {
                problems.error(&spot, "pack.missing", "which setting: `setting`");
            }
            None => {}
        }
    }
}

pub(super) fn regions(world: &World<'_>, problems: &mut Problems) {
    let spot = Spot::file("pack.yaml").at("regions");
    names::check(&spot, world.pack.regions.keys(), problems);
    for (name, region) in &world.pack.regions {
        self::region(world, region, &spot.at(name), problems);
    }
}

fn region(world: &World<'_>, def: &RegionDef, spot: &Spot, problems: &mut Problems) {
    names::row(&spot.at("row"), &def.row, problems);
    super::zone(&spot.at("zone"), &def.zone, problems);
    if let Some(setting) = &def.zone_setting {
        settings::zone(world, setting, &spot.at("zone_setting"), problems);
    }
    if !crate::value::is_currency(&def.currency) {
        let message = "a currency has three capital letters (ISO 4217)";
        problems.error(&spot.at("currency"), "pack.currency", message);
    }
    if let Some(ruling) = &def.disputed {
        let rulings = world.parts.rulings.rulings.iter();
        let names = rulings.map(|ruling| &ruling.id);
        links::known("ruling", ruling, names, &spot.at("disputed"), problems);
    }
}

/// The document behind the pack: its days are days.
pub(super) fn document(def: &DocumentDef, problems: &mut Problems) {
    let spot = Spot::file("pack.yaml").at("document");
    names::row(&spot.at("row"), &def.row, problems);
    for (name, day) in [("updated", &def.updated), ("next_review", &def.next_review)] {
        let good = |day: &String| day.parse::<NaiveDate>().is_ok();
        if day.as_ref().is_some_and(|day| !good(day)) {
            let message = "a day is written `2024-12-29`";
            problems.error(&spot.at(name), "pack.value", message);
        }
    }
}
