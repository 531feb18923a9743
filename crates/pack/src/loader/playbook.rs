//! Checks of playbooks: each step does one thing, every step and way is reached, and all ends.

use std::collections::BTreeSet;

use super::problems::{Problems, Spot};
use super::scopes::World;
use super::{links, names, record, routine};
use crate::expr::Allowed;
use crate::format::{ActDef, PlaybookFile, RecordFile, StepDef, Unfit};
use crate::pack::{Assignments, Playbook, Step};

/// Most steps of a playbook.
const MAX_STEPS: usize = 60;
/// Longest wait of a step: a week, in minutes.
const MAX_MINUTES: u32 = 7 * 24 * 60;
/// Where a run ends.
const END: &str = "end";

pub(super) fn check(
    world: &World<'_>,
    id: &str,
    def: &PlaybookFile,
    problems: &mut Problems,
) -> Option<Playbook> {
    let spot = Spot::file(&format!("playbooks/{id}.yaml"));
    names::id(&spot, id, problems);
    names::row(&spot.at("row"), &def.row, problems);
    links::roles(world, &def.roles, &spot.at("roles"), problems);
    if let Some(severity) = &def.severity {
        let severities = &world.parts.incidents.severities;
        let known = severities.iter().map(|severity| &severity.id);
        links::known("severity", severity, known, &spot.at("severity"), problems);
    }
    let kind = match &def.kind {
        None => None,
        Some(name) => {
            let kind = world.records.get(name);
            if kind.is_none() && !world.knows(name) {
                record::unknown_kind(world, name, &spot.at("kind"), problems);
            }
            Some(kind?)
        }
    };
    if def.steps.is_empty() || def.steps.len() > MAX_STEPS {
        let message = format!("a playbook has 1 to {MAX_STEPS} steps");
        problems.error(&spot.at("steps"), "pack.missing", message);
    }
    let at = spot.at("steps");
    links::ids(def.steps.iter().map(|step| step.id.as_str()), &at, problems);
    let one = One {
        world,
        def,
        kind,
        allowed: allowed(world, def, kind),
    };
    let steps: Vec<Option<Step>> = (0..def.steps.len())
        .zip(&def.steps)
        .map(|(place, step)| one.step(place, step, &at.at(place), problems))
        .collect();
    let steps: Vec<Step> = steps.into_iter().collect::<Option<_>>()?;
    reached(&steps, &at, problems);
    Some(Playbook {
        def: def.clone(),
        steps,
    })
}

/// What the expressions of a playbook see: the record that a run is about, and what was answered.
fn allowed(world: &World<'_>, def: &PlaybookFile, kind: Option<&RecordFile>) -> Allowed {
    let answers = def.steps.iter();
    let answers = answers.filter_map(|step| Some(&step.look_up.as_ref()?.answer));
    let notes = def.steps.iter().flat_map(|step| step.notes.keys());
    let allowed = world.standing().value("now");
    let allowed = allowed.fields("answers", answers.chain(notes));
    match kind {
        Some(kind) => world.about(kind, allowed),
        None => allowed,
    }
}

struct One<'a> {
    world: &'a World<'a>,
    def: &'a PlaybookFile,
    kind: Option<&'a RecordFile>,
    allowed: Allowed,
}

impl One<'_> {
    fn step(
        &self,
        place: usize,
        def: &StepDef,
        spot: &Spot,
        problems: &mut Problems,
    ) -> Option<Step> {
        let world = self.world;
        links::row(def.row.as_deref(), &spot.at("row"), problems);
        links::view(world, def.view.as_deref(), &spot.at("view"), problems);
        links::outside(def.link.as_deref(), &spot.at("link"), problems);
        links::notes(&def.notes, &spot.at("notes"), problems);
        links::prints_no_secret(&def.text, &spot.at("text"), problems);
        if let Some(detail) = &def.detail {
            links::prints_no_secret(detail, &spot.at("detail"), problems);
        }
        one_thing(def, spot, problems);
        self.times(def, spot, problems);
        self.tells(def, spot, problems);
        let follow = self.follow(place, def, spot, problems);
        let ways = def
            .decide
            .iter()
            .flat_map(|decide| decide.ways.iter().enumerate());
        let ways: Vec<_> = ways
            .map(|(index, way)| {
                let spot = spot.at("decide/ways").at(index).at("when");
                let source = way.when.as_ref();
                source.map(|source| problems.program(&spot, source, &self.allowed))
            })
            .collect();
        let question = match &def.look_up {
            None => None,
            Some(look_up) => {
                let spot = spot.at("look_up");
                names::id(&spot.at("answer"), &look_up.answer, problems);
                let ask = &spot.at("ask");
                let question = routine::question(world, &look_up.ask, &self.allowed, ask, problems);
                let words = Allowed::none().shape("value", world.answered(&look_up.ask));
                let found = spot.at("found");
                let found = problems.template(&found, &look_up.found, world.zone, &words);
                Some((question?, found?))
            }
        };
        let (on, params) = match &def.act {
            None => (None, Assignments::new()),
            Some(act) => self.act(act, &spot.at("act"), problems)?,
        };
        Some(Step {
            def: def.clone(),
            follow: follow?,
            ways: ways
                .into_iter()
                .map(|way| match way {
                    None => Some(None),
                    Some(program) => program.map(Some),
                })
                .collect::<Option<_>>()?,
            question,
            on,
            params,
        })
    }

    fn times(&self, def: &StepDef, spot: &Spot, problems: &mut Problems) {
        let within = |minutes: u32| (1..=MAX_MINUTES).contains(&minutes);
        if let Some(wait) = &def.wait {
            if !within(wait.minutes) {
                let message = "from 1 minute to a week";
                problems.error(&spot.at("wait/minutes"), "pack.minutes", message);
            }
            if let Some(most) = wait.most.filter(|most| *most < wait.minutes) {
                let message = format!("at most {most} minutes is less than {}", wait.minutes);
                problems.error(&spot.at("wait/most"), "pack.minutes", message);
            }
        }
        if let Some(recheck) = &def.recheck {
            let at = spot.at("recheck");
            if !within(recheck.every_minutes) {
                let message = "from 1 minute to a week";
                problems.error(&at.at("every_minutes"), "pack.minutes", message);
            }
            if recheck.most.is_some() != recheck.then.is_some() {
                let message = "`most` and `then` go together: how often, and where it goes on";
                problems.error(&at, "pack.missing", message);
            }
        }
    }

    /// Whom and what a step names.
    fn tells(&self, def: &StepDef, spot: &Spot, problems: &mut Problems) {
        if let Some(cases) = def.test.as_ref().filter(|cases| cases.is_empty()) {
            let message = format!("{} cases prove nothing", cases.len());
            problems.error(&spot.at("test"), "pack.missing", message);
        }
        if let Some(send) = &def.send {
            let at = spot.at("send/template");
            links::template(self.world, &send.template, &at, problems);
            let text = self.world.templates.get(&send.template);
            let kind = text.and_then(|text| text.kind.as_ref());
            if let Some(kind) = kind.filter(|kind| Some(*kind) != self.def.kind.as_ref()) {
                let message = format!("this text is filled by a `{kind}`, which no run has here");
                problems.error(&at, "pack.wrong_kind", message);
            }
        }
        if let Some(page) = &def.page {
            let path = Some(page.path.as_str());
            links::escalation(self.world, path, &spot.at("page/path"), problems);
        }
        if let Some(switch) = &def.switch {
            let at = spot.at("switch");
            let controls = &self.world.pack.controls;
            let names = controls.keys();
            links::known(
                "control",
                &switch.control,
                names,
                &at.at("control"),
                problems,
            );
            let control = controls.get(&switch.control);
            if let Some(Err(unfit)) = control.map(|control| control.accepts(&switch.to)) {
                let code = match unfit {
                    Unfit::Type => "pack.wrong_type",
                    _ => "pack.value",
                };
                problems.error(&at.at("to"), code, unfit.to_string());
            }
        }
    }

    /// The steps that may follow one; nothing where a name leads nowhere.
    fn follow(
        &self,
        place: usize,
        def: &StepDef,
        spot: &Spot,
        problems: &mut Problems,
    ) -> Option<Vec<Option<usize>>> {
        let mut to = |name: &str, spot: &Spot| {
            if name == END {
                return Some(None);
            }
            let found = self.def.steps.iter().position(|step| step.id == name);
            if found.is_none() {
                let names = self.def.steps.iter().map(|step| step.id.as_str());
                let near = crate::expr::nearest(name, names);
                let message = format!("unknown step `{name}`{near}");
                problems.error(spot, "pack.unknown_name", message);
            }
            found.map(Some)
        };
        let mut follow = Vec::new();
        if let Some(decide) = &def.decide {
            let at = spot.at("decide/ways");
            for (index, way) in decide.ways.iter().enumerate() {
                follow.push(to(&way.next, &at.at(index).at("next")));
            }
            links::ids(decide.ways.iter().map(|way| way.id.as_str()), &at, problems);
            if decide.ways.len() < 2 {
                let message = "a decision has two ways at least";
                problems.error(&at, "pack.missing", message);
            }
            if def.next.is_some() {
                let message = "each way of a decision has its own `next`";
                problems.error(&spot.at("next"), "pack.duplicate", message);
            }
            return follow.into_iter().collect();
        }
        let recheck = def.recheck.as_ref();
        if let Some(then) = recheck.and_then(|recheck| recheck.then.as_ref()) {
            follow.push(to(then, &spot.at("recheck/then")));
        }
        follow.push(match &def.next {
            Some(next) => to(next, &spot.at("next")),
            None => Some((place + 1 < self.def.steps.len()).then_some(place + 1)),
        });
        follow.into_iter().collect()
    }

    fn act(
        &self,
        def: &ActDef,
        spot: &Spot,
        problems: &mut Problems,
    ) -> Option<(Option<crate::expr::Program>, Assignments)> {
        let kind = match &def.kind {
            Some(name) => {
                let kind = self.world.records.get(name);
                if kind.is_none() && !self.world.knows(name) {
                    record::unknown_kind(self.world, name, &spot.at("kind"), problems);
                }
                kind?
            }
            None => match self.kind {
                Some(kind) => kind,
                None => {
                    let message = "a playbook that is about no record names the kind here";
                    problems.error(spot, "pack.missing", message);
                    return None;
                }
            },
        };
        let names = kind.actions.keys();
        links::known("action", &def.action, names, &spot.at("action"), problems);
        let other = def.kind.is_some() && def.kind != self.def.kind;
        if other && def.on.is_none() {
            let message = "on which record: `on` says its id";
            problems.error(spot, "pack.missing", message);
        }
        let on = match &def.on {
            None => None,
            Some(source) => Some(problems.program(&spot.at("on"), source, &self.allowed)?),
        };
        let mut params = Assignments::new();
        let asked = kind.actions.get(&def.action)?;
        for (name, source) in &def.params {
            let spot = spot.at("params").at(name);
            links::known(
                "parameter",
                name,
                asked.params.keys(),
                &spot.key(),
                problems,
            );
            params.insert(
                name.clone(),
                problems.program(&spot, source, &self.allowed)?,
            );
        }
        Some((on, params))
    }
}

/// A step does one thing.
fn one_thing(def: &StepDef, spot: &Spot, problems: &mut Problems) {
    let does = [
        ("decide", def.decide.is_some()),
        ("wait", def.wait.is_some()),
        ("recheck", def.recheck.is_some()),
        ("look_up", def.look_up.is_some()),
        ("test", def.test.is_some()),
        ("act", def.act.is_some()),
        ("switch", def.switch.is_some()),
        ("send", def.send.is_some()),
        ("page", def.page.is_some()),
        ("credential", def.credential.is_some()),
    ];
    let given: Vec<&str> = does
        .iter()
        .filter_map(|(name, given)| given.then_some(*name))
        .collect();
    if let [_, second, ..] = given.as_slice() {
        let message = format!(
            "a step does one thing, this one several: {}",
            given.join(", ")
        );
        problems.error(&spot.at(second).key(), "pack.step", message);
    }
}

/// Every step is reached from the first, and from every step a run can end.
fn reached(steps: &[Step], spot: &Spot, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    let mut next = vec![0];
    while let Some(place) = next.pop() {
        if seen.insert(place) {
            let step = steps.get(place);
            next.extend(step.iter().flat_map(|step| step.follow.iter().flatten()));
        }
    }
    let mut ends: BTreeSet<usize> = BTreeSet::new();
    loop {
        let more = |step: &Step| {
            let ended = |next: &Option<usize>| next.is_none_or(|next| ends.contains(&next));
            step.follow.iter().any(ended)
        };
        let found: Vec<usize> = steps
            .iter()
            .enumerate()
            .filter(|(place, step)| !ends.contains(place) && more(step))
            .map(|(place, _)| place)
            .collect();
        if found.is_empty() {
            break;
        }
        ends.extend(found);
    }
    for (place, step) in steps.iter().enumerate() {
        if !seen.contains(&place) {
            let message = format!("nothing leads to the step `{}`", step.def.id);
            problems.error(&spot.at(place).at("id"), "pack.unreachable", message);
        }
    }
    // One is enough: those that only lead there never end either.
    let mut places = steps.iter().enumerate();
    let endless = places.find(|(place, _)| seen.contains(place) && !ends.contains(place));
    if let Some((place, step)) = endless {
        let message = format!("from the step `{}` a run never ends", step.def.id);
        problems.error(&spot.at(place).at("id"), "pack.endless", message);
    }
}
