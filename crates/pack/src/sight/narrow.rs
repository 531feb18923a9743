//! The pack as one reader has it: what they do not see is not in it, so that nothing is worked out
//! from the part of the records that they have.
//!
//! A view that goes by something hidden is left out whole, and so is a number, a rule, an action, a
//! text: with half of what it reads it would say something else. A view that only shows something
//! hidden stays, and [`Kind::hidden`] has the label of the column. Procedures stay as texts; a check
//! or a question in them that cannot be answered is the operator's own.

use std::collections::BTreeSet;

use super::{LeftOut, Reads, Sight};
use crate::format::{OccasionDef, StepDef};
use crate::pack::{Kind, Pack};

/// Notes what a part of the pack reads.
type Part<'f> = dyn Fn(&mut Reads<'_>) + 'f;

/// What is written in a report where something is left out.
const NOT_SHOWN: &str = "Part of this is not shown to your role.";

/// What goes by something hidden: by id, or by kind and name, or by owner and place.
#[derive(Default)]
struct Gone {
    lookups: BTreeSet<(String, String)>,
    clocks: BTreeSet<(String, String)>,
    actions: BTreeSet<(String, String)>,
    views: BTreeSet<String>,
    metrics: BTreeSet<String>,
    alerts: BTreeSet<String>,
    templates: BTreeSet<String>,
    evidence: BTreeSet<String>,
    reconciliations: BTreeSet<String>,
    routines: BTreeSet<String>,
    checks: BTreeSet<(String, usize)>,
    questions: BTreeSet<(String, usize)>,
    ways: BTreeSet<(String, usize, usize)>,
    live: BTreeSet<(usize, usize)>,
}

impl Pack {
    /// The pack as somebody with these roles has it. Only of a pack as it was loaded.
    #[must_use]
    pub fn narrowed(mut self, roles: &BTreeSet<String>) -> Self {
        let sight = Sight::of(&self, roles);
        self.reader = Some(self.told_apart_by(roles));
        if sight.is_all() {
            return self;
        }
        let gone = Gone::of(&self, &sight);
        let all = self.size();
        self.narrow_kinds(&sight, &gone);
        self.narrow_parts(&gone);
        self.narrow_work(&gone);
        let left = self.size();
        self.left_out = LeftOut {
            queues: all.queues.saturating_sub(left.queues),
            numbers: all.numbers.saturating_sub(left.numbers),
            rules: all.rules.saturating_sub(left.rules),
        };
        self.sight = sight;
        self
    }

    /// Is this pack as somebody with these roles has it?
    pub fn is_for(&self, roles: &BTreeSet<String>) -> bool {
        self.reader.as_ref() == Some(&self.told_apart_by(roles))
    }

    /// Names the pack as its reader has it: what a laptop made of its records under another name has
    /// to be made anew.
    pub fn made_under(&self) -> String {
        match self.sight.digest() {
            None => self.hash.clone(),
            Some(digest) => format!("{}:{}", self.hash, hex::encode(digest)),
        }
    }

    fn told_apart_by(&self, roles: &BTreeSet<String>) -> BTreeSet<String> {
        self.told_apart.intersection(roles).cloned().collect()
    }

    fn size(&self) -> LeftOut {
        LeftOut {
            queues: self.queues.len(),
            numbers: self.numbers.len(),
            rules: self.alerts.len(),
        }
    }

    fn narrow_kinds(&mut self, sight: &Sight, gone: &Gone) {
        for (name, kind) in &self.kinds {
            if !sight.sees_kind(name) {
                self.hidden.insert(name.clone(), kind.label_many.clone());
            }
        }
        self.kinds.retain(|name, _| sight.sees_kind(name));
        for kind in self.kinds.values_mut() {
            narrow(kind, sight, gone);
        }
    }

    /// What stands on the screens beside the records.
    fn narrow_parts(&mut self, gone: &Gone) {
        self.queues.retain(|view| !gone.views.contains(view));
        self.numbers.retain(|id| !gone.metrics.contains(id));
        self.metrics.retain(|id, _| !gone.metrics.contains(id));
        self.alerts.retain(|id, _| !gone.alerts.contains(id));
        self.templates.retain(|id, _| !gone.templates.contains(id));
        self.evidence.retain(|id, _| !gone.evidence.contains(id));
        self.reconciliations
            .retain(|id, _| !gone.reconciliations.contains(id));
        for metric in self.metrics.values_mut() {
            drop_view(&mut metric.def.view, gone);
        }
        for alert in self.alerts.values_mut() {
            drop_view(&mut alert.def.view, gone);
        }
        for part in self.reports.values_mut().flat_map(|r| &mut r.def.parts) {
            let metrics = part.metrics.len();
            part.metrics.retain(|id| !gone.metrics.contains(id));
            let view = drop_view(&mut part.view, gone);
            let id = part.reconciliation.as_ref();
            let book = id.is_some_and(|id| gone.reconciliations.contains(id));
            if book {
                part.reconciliation = None;
            }
            if (book || view || part.metrics.len() < metrics) && part.missing.is_none() {
                part.missing = Some(NOT_SHOWN.to_owned());
            }
        }
    }

    /// Routines, playbooks, the handover.
    fn narrow_work(&mut self, gone: &Gone) {
        self.routines.retain(|id, _| !gone.routines.contains(id));
        let afterwards = &mut self.incidents.afterwards;
        if afterwards
            .as_ref()
            .is_some_and(|id| gone.routines.contains(id))
        {
            *afterwards = None;
        }
        for (id, routine) in &mut self.routines {
            let defs = routine.items.iter_mut().zip(&mut routine.def.items);
            for (place, (item, def)) in defs.enumerate() {
                let unanswered = gone.checks.contains(&(id.clone(), place));
                if unanswered {
                    item.check = None;
                }
                for def in [&mut item.def, def] {
                    if unanswered {
                        def.check = None;
                    }
                    drop_view(&mut def.view, gone);
                    if def
                        .metric
                        .as_ref()
                        .is_some_and(|id| gone.metrics.contains(id))
                    {
                        def.metric = None;
                    }
                }
            }
        }
        for (id, playbook) in &mut self.playbooks {
            let defs = playbook.steps.iter_mut().zip(&mut playbook.def.steps);
            for (place, (step, def)) in defs.enumerate() {
                let unanswered = gone.questions.contains(&(id.clone(), place));
                if unanswered {
                    step.question = None;
                }
                for (way, when) in step.ways.iter_mut().enumerate() {
                    if gone.ways.contains(&(id.clone(), place, way)) {
                        *when = None;
                    }
                }
                for def in [&mut step.def, def] {
                    if unanswered {
                        def.look_up = None;
                    }
                    drop_view(&mut def.view, gone);
                    ways(def, (id, place), gone);
                }
            }
        }
        let Some(handover) = &mut self.handover else {
            return;
        };
        let defs = handover.sections.iter_mut().zip(&mut handover.def.sections);
        for (section, (live, def)) in defs.enumerate() {
            let stays = |place: usize| !gone.live.contains(&(section, place));
            keep(&mut live.live, stays);
            keep(&mut live.def.from, stays);
            keep(&mut def.from, stays);
        }
        let duties = handover.def.outgoing.iter_mut();
        for duty in duties.chain(&mut handover.def.incoming) {
            drop_view(&mut duty.view, gone);
        }
    }
}

/// A kind that is seen, without what is hidden of it.
fn narrow(kind: &mut Kind, sight: &Sight, gone: &Gone) {
    let named = |name: &String| (kind.name.clone(), name.clone());
    let lookups = kind.lookups.keys();
    let lookups = lookups.filter(|name| gone.lookups.contains(&named(name)));
    let lookups: Vec<String> = lookups.cloned().collect();
    let clocks = kind.clocks.keys();
    let clocks = clocks.filter(|name| gone.clocks.contains(&named(name)));
    let clocks: Vec<String> = clocks.cloned().collect();
    let actions = kind.actions.keys();
    let actions = actions.filter(|name| gone.actions.contains(&named(name)));
    let actions: BTreeSet<String> = actions.cloned().collect();
    for name in sight.fields.get(&kind.name).into_iter().flatten() {
        let field = kind.fields.remove(name).map(|def| def.label);
        let computed = kind.computed.remove(name).map(|one| one.def.label);
        let label = field.or(computed).unwrap_or_else(|| name.clone());
        kind.hidden.insert(name.clone(), label);
    }
    if let Some(document) = &mut kind.document {
        let sees = |name: &str| kind.fields.contains_key(name);
        if document.of.as_ref().is_some_and(|of| {
            !sees(&of.by) || !sight.sees_kind(&of.kind) || !sight.sees_field(&of.kind, &of.field)
        }) {
            document.of = None;
        }
        let (name, media, bytes) = (&document.name, &document.media, &document.bytes);
        if !(sees("sha256") && sees(name) && sees(media) && sees(bytes)) {
            kind.document = None;
        }
    }
    for name in lookups {
        kind.lookups.remove(&name);
    }
    for name in clocks {
        if let Some(clock) = kind.clocks.remove(&name) {
            kind.hidden.insert(format!("clock.{name}"), clock.def.label);
        }
    }
    kind.actions.retain(|name, _| !actions.contains(name));
    kind.views.retain(|id, _| !gone.views.contains(id));
    for view in kind.views.values_mut() {
        let hidden = &kind.hidden;
        let is_hidden =
            |name: &Option<String>| name.as_ref().is_some_and(|name| hidden.contains_key(name));
        if is_hidden(&view.def.total) {
            view.def.total = None;
        }
        if let Some(queue) = &mut view.def.queue
            && is_hidden(&queue.arrived)
        {
            queue.arrived = None;
        }
        for section in &mut view.def.sections {
            if section
                .at_once
                .as_ref()
                .is_some_and(|name| actions.contains(name))
            {
                section.at_once = None;
            }
        }
    }
}

/// Forgets a view that is gone; true where it was.
fn drop_view(view: &mut Option<String>, gone: &Gone) -> bool {
    let is_gone = view.as_ref().is_some_and(|id| gone.views.contains(id));
    if is_gone {
        *view = None;
    }
    is_gone
}

/// Forgets by what a decision proposes a way, where that is hidden.
fn ways(def: &mut StepDef, (playbook, place): (&str, usize), gone: &Gone) {
    let ways = def.decide.iter_mut().flat_map(|decide| &mut decide.ways);
    for (way, one) in ways.enumerate() {
        if gone.ways.contains(&(playbook.to_owned(), place, way)) {
            one.when = None;
        }
    }
}

/// Keeps those whose place stays.
fn keep<T>(list: &mut Vec<T>, stays: impl Fn(usize) -> bool) {
    let mut place = 0;
    list.retain(|_| {
        place += 1;
        stays(place - 1)
    });
}

impl Gone {
    fn of(pack: &Pack, sight: &Sight) -> Self {
        let hides = |read: &Part<'_>| {
            let mut reads = Reads::new(pack);
            read(&mut reads);
            sight.hidden(&reads).is_some()
        };
        let mut gone = Self::default();
        for kind in pack.kinds.values() {
            let named = |name: &String| (kind.name.clone(), name.clone());
            let lookups = kind.lookups.iter();
            let lookups = lookups.filter(|(_, one)| hides(&|r| r.lookup(Some(kind), one)));
            gone.lookups.extend(lookups.map(|(name, _)| named(name)));
            let clocks = kind.clocks.iter();
            let clocks = clocks.filter(|(_, one)| hides(&|r| r.clock(kind, one)));
            gone.clocks.extend(clocks.map(|(name, _)| named(name)));
            let actions = kind.actions.iter();
            let actions = actions.filter(|(_, one)| hides(&|r| r.action(kind, one)));
            gone.actions.extend(actions.map(|(name, _)| named(name)));
            let views = kind.views.iter();
            let views = views.filter(|(_, one)| hides(&|r| r.view(one)));
            gone.views.extend(views.map(|(id, _)| id.clone()));
        }
        let metrics = pack.metrics.iter();
        let metrics = metrics.filter(|(_, one)| hides(&|r| r.metric(one)));
        gone.metrics.extend(metrics.map(|(id, _)| id.clone()));
        let alerts = pack.alerts.keys();
        gone.alerts
            .extend(alerts.filter(|id| !sight.sees_rule(id)).cloned());
        let templates = pack.templates.iter();
        let templates = templates.filter(|(_, one)| hides(&|r| r.mail(one)));
        gone.templates.extend(templates.map(|(id, _)| id.clone()));
        let evidence = pack.evidence.iter();
        let evidence = evidence.filter(|(_, one)| hides(&|r| r.evidence(one)));
        gone.evidence.extend(evidence.map(|(id, _)| id.clone()));
        for (id, def) in &pack.reconciliations {
            if hides(&|r| [&def.ours, &def.theirs].into_iter().for_each(|b| r.book(b))) {
                gone.reconciliations.insert(id.clone());
            }
        }
        gone.work(pack, &hides);
        gone
    }

    fn work(&mut self, pack: &Pack, hides: &dyn Fn(&Part<'_>) -> bool) {
        for (id, routine) in &pack.routines {
            if let OccasionDef::Record(of) = &routine.def.when {
                let kind = pack.kind(&of.kind);
                let hidden = hides(&|reads| {
                    reads.field(&of.kind, &of.at);
                    let only = routine.only.iter();
                    only.for_each(|only| reads.program(kind, only));
                });
                if hidden {
                    self.routines.insert(id.clone());
                }
            }
            for (place, item) in routine.items.iter().enumerate() {
                let check = item.check.iter();
                if hides(&|reads| check.clone().for_each(|check| reads.asked(&check.asked))) {
                    self.checks.insert((id.clone(), place));
                }
            }
        }
        for (id, playbook) in &pack.playbooks {
            let about = playbook.def.kind.as_deref();
            let kind = about.and_then(|kind| pack.kind(kind));
            for (place, step) in playbook.steps.iter().enumerate() {
                if let Some((question, _)) = &step.question
                    && hides(&|r| r.question(kind, &question.def, &question.filter))
                {
                    self.questions.insert((id.clone(), place));
                }
                for (way, when) in step.ways.iter().enumerate() {
                    if hides(&|r| when.iter().for_each(|when| r.program(kind, when))) {
                        self.ways.insert((id.clone(), place, way));
                    }
                }
            }
        }
        let sections = pack.handover.iter().flat_map(|handover| &handover.sections);
        for (section, def) in sections.enumerate() {
            for (place, (kind, filter, parts)) in def.live.iter().enumerate() {
                let on = pack.kind(kind);
                let hidden = hides(&|reads| {
                    reads.filter(kind, None, filter);
                    parts.iter().for_each(|part| reads.template(on, part));
                });
                if hidden {
                    self.live.insert((section, place));
                }
            }
        }
    }
}
