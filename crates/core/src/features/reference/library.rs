//! Playbooks and routines, to be read.

use watchkeeper_pack::format::{ActDef, OccasionDef};
use watchkeeper_pack::pack::{Asked, Item, Playbook, Routine, Step};

use super::screen::{Sources, wall};
use super::view::{
    NextRun, OccasionView, ProcedureView, StepView, StepWork, StepWorkCase, StepWorkWay,
};
use crate::features::settings::words_called;

/// Name of the end of a run.
const END: &str = "end";

/// Playbooks, then routines, each by name.
pub(super) fn library(sources: &Sources<'_>) -> Vec<ProcedureView> {
    let playbooks = sources.pack.playbooks.values();
    let mut playbooks: Vec<_> = playbooks.map(|each| playbook(sources, each)).collect();
    let routines = sources.pack.routines.values();
    let mut routines: Vec<_> = routines.map(|each| routine(sources, each)).collect();
    playbooks.sort_by_cached_key(|each| each.label.to_lowercase());
    routines.sort_by_cached_key(|each| each.label.to_lowercase());
    playbooks.append(&mut routines);
    playbooks
}

fn roles(sources: &Sources<'_>, names: &[String]) -> Vec<String> {
    names.iter().map(|name| sources.role(name)).collect()
}

fn playbook(sources: &Sources<'_>, playbook: &Playbook) -> ProcedureView {
    let def = &playbook.def;
    let alerts = sources.pack.alerts.values();
    let alerts = alerts.filter(|alert| alert.def.playbook.as_deref() == Some(def.id.as_str()));
    let kind = def.kind.as_deref().and_then(|kind| sources.pack.kind(kind));
    let steps = playbook.steps.iter().enumerate();
    ProcedureView {
        id: def.id.clone(),
        label: def.label.clone(),
        row: def.row.clone(),
        purpose: Some(def.purpose.clone()),
        occasion: OccasionView::Alerts {
            alerts: alerts.map(|alert| alert.def.label.clone()).collect(),
        },
        minutes: def.minutes,
        kind: kind.map(|kind| kind.label_one.clone()),
        severity: def.severity.as_deref().map(|id| sources.severity(id)),
        roles: roles(sources, &def.roles),
        steps: steps
            .map(|(at, each)| step(sources, playbook, at, each))
            .collect(),
    }
}

/// Place of a step, counted from 1; 0 is the end.
fn place(playbook: &Playbook, id: &str) -> Option<u32> {
    if id == END {
        return Some(0);
    }
    let at = playbook.steps.iter().position(|step| step.def.id == id)?;
    u32::try_from(at + 1).ok()
}

fn step(sources: &Sources<'_>, playbook: &Playbook, at: usize, step: &Step) -> StepView {
    let def = &step.def;
    let next = def.next.as_deref().and_then(|id| place(playbook, id));
    StepView {
        id: def.id.clone(),
        row: def.row.clone(),
        text: def.text.clone(),
        detail: def.detail.clone(),
        minutes: def.minutes,
        work: work(sources, playbook, step),
        view: view_label(sources, def.view.as_deref()),
        link: def.link.clone(),
        metric: None,
        playbook: None,
        first: Vec::new(),
        notes: def.notes.values().map(|note| note.label.clone()).collect(),
        next: next.filter(|next| u32::try_from(at + 2).ok() != Some(*next)),
        optional: false,
    }
}

fn view_label(sources: &Sources<'_>, id: Option<&str>) -> Option<String> {
    Some(sources.pack.view(id?)?.def.label.clone())
}

fn work(sources: &Sources<'_>, playbook: &Playbook, step: &Step) -> StepWork {
    let def = &step.def;
    if let Some(decide) = &def.decide {
        let ways = decide.ways.iter().map(|way| StepWorkWay {
            label: way.label.clone(),
            next: place(playbook, &way.next).unwrap_or_default(),
        });
        return StepWork::Decide {
            ways: ways.collect(),
        };
    }
    if let Some(wait) = &def.wait {
        return StepWork::Wait {
            minutes: wait.minutes,
            most: wait.most,
        };
    }
    if let Some(recheck) = &def.recheck {
        let then = recheck.then.as_deref();
        return StepWork::Recheck {
            every_minutes: recheck.every_minutes,
            until: recheck.until.clone(),
            most: recheck.most,
            then: then.and_then(|id| place(playbook, id)),
        };
    }
    if let Some(look_up) = &def.look_up {
        return StepWork::LookUp {
            among: sources.kind(&look_up.ask.kind),
        };
    }
    if let Some(cases) = &def.test {
        let cases = cases.iter().map(|case| StepWorkCase {
            input: case.input.clone(),
            expect: case.expect.clone(),
        });
        return StepWork::Test {
            cases: cases.collect(),
        };
    }
    if let Some(act) = &def.act {
        return StepWork::Act {
            action: action(sources, playbook, act),
        };
    }
    if let Some(switch) = &def.switch {
        return StepWork::Switch {
            control: sources.control(&switch.control),
            to: words_called(&switch.to, &|text| {
                let control = sources.pack.controls.get(&switch.control);
                control.and_then(|def| def.word(text))
            }),
        };
    }
    if let Some(send) = &def.send {
        return StepWork::Send {
            label: super::texts::label(sources, &send.template),
            text: send.template.clone(),
        };
    }
    if let Some(page) = &def.page {
        return StepWork::Page {
            path: sources.path(&page.path),
        };
    }
    by_hand(def.credential.as_deref())
}

fn by_hand(credential: Option<&str>) -> StepWork {
    credential.map_or(StepWork::Hand, |name| StepWork::Credential {
        name: name.to_owned(),
    })
}

fn action(sources: &Sources<'_>, playbook: &Playbook, act: &ActDef) -> String {
    let kind = act.kind.as_deref().or(playbook.def.kind.as_deref());
    let kind = kind.and_then(|kind| sources.pack.kind(kind));
    let action = kind.and_then(|kind| kind.actions.get(&act.action));
    action.map_or_else(|| act.action.clone(), |action| action.def.label.clone())
}

fn routine(sources: &Sources<'_>, routine: &Routine) -> ProcedureView {
    let def = &routine.def;
    ProcedureView {
        id: def.id.clone(),
        label: def.label.clone(),
        row: def.row.clone(),
        purpose: None,
        occasion: occasion(sources, routine),
        minutes: def.minutes,
        kind: None,
        severity: None,
        roles: roles(sources, &def.roles),
        steps: routine
            .items
            .iter()
            .map(|each| item(sources, each))
            .collect(),
    }
}

fn occasion(sources: &Sources<'_>, routine: &Routine) -> OccasionView {
    let due_minutes = routine.def.due_minutes;
    match &routine.def.when {
        OccasionDef::Schedule(schedule) => {
            let next = routine.schedules.iter();
            let next = next.filter_map(|(region, schedule)| {
                let region = region.as_deref();
                let round = (region, schedule);
                let pack = sources.pack;
                let zone = pack.routine_zone_in(routine, round, &sources.settings);
                let def = region.and_then(|id| pack.regions.get(id));
                Some(NextRun {
                    region: def.map(|def| def.label.clone()),
                    zone: zone.name().to_owned(),
                    at: wall(schedule.next_after_in(sources.now, zone)?, zone),
                })
            });
            OccasionView::Schedule {
                rule: schedule.rule.clone(),
                next: next.collect(),
                due_minutes,
            }
        }
        OccasionDef::Record(of) => {
            let kind = sources.pack.kind(&of.kind);
            let at = kind.and_then(|kind| super::texts::field_label(kind, &of.at));
            OccasionView::Record {
                kind: kind.map_or_else(|| of.kind.clone(), |kind| kind.label_one.clone()),
                at: at.unwrap_or_else(|| of.at.clone()),
                minutes: of.minutes,
                due_minutes,
            }
        }
        OccasionDef::Asked => OccasionView::Asked,
    }
}

fn item(sources: &Sources<'_>, item: &Item) -> StepView {
    let def = &item.def;
    let metric = |id: &str| {
        let metric = sources.pack.metrics.get(id);
        metric.map_or_else(|| id.to_owned(), |metric| metric.def.label.clone())
    };
    let playbook = def.playbook.as_deref();
    let playbook = playbook.and_then(|id| sources.pack.playbooks.get(id));
    let work = match item.check.as_ref().map(|check| &check.asked) {
        Some(Asked::Records(question)) => StepWork::LookUp {
            among: sources.kind(&question.def.kind),
        },
        Some(Asked::Metric(id)) => StepWork::LookUp { among: metric(id) },
        None => by_hand(def.credential.as_deref()),
    };
    StepView {
        id: def.id.clone(),
        row: def.row.clone(),
        text: def.text.clone(),
        detail: def.detail.clone(),
        minutes: None,
        work,
        view: view_label(sources, def.view.as_deref()),
        link: None,
        metric: def.metric.as_deref().map(metric),
        playbook: playbook.map(|playbook| playbook.def.label.clone()),
        first: def.first.clone(),
        notes: def.notes.values().map(|note| note.label.clone()).collect(),
        next: None,
        optional: def.optional,
    }
}
