//! Checks of routines.

use super::problems::{Problems, Spot};
use super::scopes::{World, columns};
use super::{links, names, record};
use crate::expr::{Allowed, Shape};
use crate::format::{Answer, CheckDef, ItemDef, OccasionDef, RoutineFile, ScheduleDef};
use crate::pack::{Asked, Check, Item, Question, Routine};
use crate::schedule::Schedule;

/// Most items of a routine.
const MAX_ITEMS: usize = 60;
/// Longest time from an instant to what is done about it, and to when it is late: 400 days.
const MAX_MINUTES: u32 = 400 * 24 * 60;

pub(super) fn check(
    world: &World<'_>,
    id: &str,
    def: &RoutineFile,
    problems: &mut Problems,
) -> Option<Routine> {
    let spot = Spot::file(&format!("routines/{id}.yaml"));
    names::id(&spot, id, problems);
    names::row(&spot.at("row"), &def.row, problems);
    links::roles(world, &def.roles, &spot.at("roles"), problems);
    if def.due_minutes == 0 || def.due_minutes > MAX_MINUTES {
        let message = "a routine is late after 1 minute to 400 days";
        problems.error(&spot.at("due_minutes"), "pack.minutes", message);
    }
    if let Some(session) = &def.session {
        let sessions = world.pack.sessions.keys();
        links::known("session", session, sessions, &spot.at("session"), problems);
    }
    let mut only = None;
    let mut schedules = Some(Vec::new());
    let when = spot.at("when");
    match &def.when {
        OccasionDef::Schedule(schedule) => {
            let spot = when.at("schedule");
            schedules = self::schedules(world, schedule, def.each_region, &spot, problems);
        }
        OccasionDef::Record(of) => {
            let spot = when.at("record");
            let Some(kind) = world.records.get(&of.kind) else {
                if !world.knows(&of.kind) {
                    record::unknown_kind(world, &of.kind, &spot.at("kind"), problems);
                }
                return None;
            };
            links::instant(kind, &of.at, &spot.at("at"), problems);
            if of.minutes.unsigned_abs() > MAX_MINUTES {
                problems.error(&spot.at("minutes"), "pack.minutes", "longer than 400 days");
            }
            let allowed = world.bulk(kind);
            only = of
                .only
                .as_ref()
                .map(|source| problems.program(&spot.at("only"), source, &allowed));
        }
        OccasionDef::Asked => {}
    }
    if def.each_region && world.pack.regions.is_empty() {
        let message = "the pack has no regions";
        problems.error(&spot.at("each_region"), "pack.missing", message);
    }
    let items = items(world, &def.items, &spot.at("items"), problems);
    Some(Routine {
        def: def.clone(),
        schedules: schedules?,
        only: match only {
            None => None,
            Some(program) => Some(program?),
        },
        items: items?,
    })
}

/// The schedules of a rule: one, or one for each region.
pub(super) fn schedules(
    world: &World<'_>,
    def: &ScheduleDef,
    each_region: bool,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Vec<(Option<String>, Schedule)>> {
    if let Some(row) = &def.settled_by {
        names::row(&spot.at("settled_by"), row, problems);
    }
    let zone = match &def.zone {
        None => world.zone,
        Some(name) => super::zone(&spot.at("zone"), name, problems),
    };
    if each_region && def.zone.is_some() {
        let message = "each region has its own zone";
        problems.error(&spot.at("zone"), "pack.zone", message);
    }
    let zones: Vec<_> = if each_region {
        let regions = world.pack.regions.iter();
        // A zone that is none is told where it stands.
        let zone = |name: &String| name.parse().unwrap_or(chrono_tz::Tz::UTC);
        regions
            .map(|(name, region)| (Some(name.clone()), zone(&region.zone)))
            .collect()
    } else {
        vec![(None, zone)]
    };
    let schedule = problems.schedule(&spot.at("rule"), &def.rule, zone)?;
    let each = zones.into_iter();
    let each = each.map(|(region, zone)| (region, schedule.in_zone(zone)));
    Some(each.collect())
}

fn items(
    world: &World<'_>,
    defs: &[ItemDef],
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Vec<Item>> {
    if defs.is_empty() || defs.len() > MAX_ITEMS {
        let message = format!("a routine has 1 to {MAX_ITEMS} items");
        problems.error(spot, "pack.missing", message);
    }
    links::ids(defs.iter().map(|item| item.id.as_str()), spot, problems);
    let items: Vec<Option<Item>> = defs
        .iter()
        .enumerate()
        .map(|(index, def)| item(world, def, &spot.at(index), problems))
        .collect();
    items.into_iter().collect()
}

fn item(world: &World<'_>, def: &ItemDef, spot: &Spot, problems: &mut Problems) -> Option<Item> {
    links::row(def.row.as_deref(), &spot.at("row"), problems);
    links::view(world, def.view.as_deref(), &spot.at("view"), problems);
    links::metric(world, def.metric.as_deref(), &spot.at("metric"), problems);
    links::playbook(
        world,
        def.playbook.as_deref(),
        &spot.at("playbook"),
        problems,
    );
    links::notes(&def.notes, &spot.at("notes"), problems);
    for (index, text) in std::iter::once(&def.text).chain(&def.first).enumerate() {
        links::prints_no_secret(
            text,
            &spot.at(if index == 0 { "text" } else { "first" }),
            problems,
        );
    }
    if let Some(detail) = &def.detail {
        links::prints_no_secret(detail, &spot.at("detail"), problems);
    }
    let check = match &def.check {
        None => None,
        Some(check) => Some(self::check_of(world, check, &spot.at("check"), problems)?),
    };
    Some(Item {
        def: def.clone(),
        check,
    })
}

fn check_of(
    world: &World<'_>,
    def: &CheckDef,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Check> {
    let allowed = world.standing().value("value");
    let good = problems.program(&spot.at("good"), &def.good, &allowed);
    let value = def.ask.as_ref().map(|ask| world.answered(ask));
    let words = Allowed::none().shape("value", value.unwrap_or(Shape::Value));
    let found = problems.template(&spot.at("found"), &def.found, world.zone, &words);
    let asked = match (&def.ask, &def.metric) {
        (Some(ask), None) => {
            let standing = world.standing().value("now");
            question(world, ask, &standing, &spot.at("ask"), problems).map(Asked::Records)
        }
        (None, Some(metric)) => {
            links::metric(world, Some(metric), &spot.at("metric"), problems);
            Some(Asked::Metric(metric.clone()))
        }
        _ => {
            let message = "a check asks records (`ask`) or a `metric`";
            problems.error(spot, "pack.missing", message);
            None
        }
    };
    Some(Check {
        asked: asked?,
        good: good?,
        found: found?,
    })
}

/// Compiles a question over records.
pub(super) fn question(
    world: &World<'_>,
    def: &crate::format::LookupDef,
    allowed: &Allowed,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Question> {
    let Some(asked) = world.records.get(&def.kind) else {
        if !world.knows(&def.kind) {
            record::unknown_kind(world, &def.kind, &spot.at("kind"), problems);
        }
        return None;
    };
    let columns = columns(asked);
    if def.answer == Answer::List {
        let message = "a list is answered to a lookup of a kind only";
        problems.error(&spot.at("answer"), "pack.lookup", message);
    }
    record::lookup_answer(def, columns, spot, problems);
    let filter = record::filter(&def.filter, columns, allowed, &spot.at("where"), problems)?;
    Some(Question {
        def: def.clone(),
        filter,
    })
}
