//! What a part of a pack reads: kinds, and fields of them.

use std::collections::BTreeSet;

use crate::expr::Program;
use crate::filter::Filter;
use crate::format::{BookDef, EvidenceForm, LookupDef, MeasureDef};
use crate::pack::{
    Action, Alert, Asked, Assignments, Clock, Effect, Erase, Evidence, Kind, Lookup, MailTemplate,
    Metric, Pack, SetOn, View, Watched,
};
use crate::template::Template;

/// What a part of a pack reads.
pub(crate) struct Reads<'p> {
    pack: &'p Pack,
    pub(super) kinds: BTreeSet<String>,
    /// Kind and field; computed fields and the state are fields here.
    pub(super) fields: BTreeSet<(String, String)>,
}

impl<'p> Reads<'p> {
    /// Nothing yet.
    pub fn new(pack: &'p Pack) -> Self {
        Self {
            pack,
            kinds: BTreeSet::new(),
            fields: BTreeSet::new(),
        }
    }

    pub fn kind(&mut self, kind: &str) {
        self.kinds.insert(kind.to_owned());
    }

    pub fn field(&mut self, kind: &str, field: &str) {
        self.kind(kind);
        self.fields.insert((kind.to_owned(), field.to_owned()));
    }

    /// `root.field`, and below it what is read of a record referred to.
    fn name(&mut self, kind: &Kind, (root, field): (&str, &str), below: Option<&str>) {
        match root {
            "record" => self.field(&kind.name, field),
            "refs" => {
                self.field(&kind.name, field);
                if let Some(target) = kind.fields.get(field).and_then(|def| def.kind.as_deref()) {
                    match below {
                        Some(below) => self.field(target, below),
                        None => self.kind(target),
                    }
                }
            }
            "lookups" => {
                if let Some(lookup) = kind.lookups.get(field) {
                    self.lookup(Some(kind), lookup);
                }
            }
            _ => {}
        }
    }

    /// An expression on a record of this kind.
    pub fn program(&mut self, kind: Option<&Kind>, program: &Program) {
        let Some(kind) = kind else { return };
        for reference in program.references() {
            if let Some(field) = &reference.field {
                self.name(kind, (&reference.root, field), None);
            }
        }
        for (field, below) in program.followed() {
            self.name(kind, ("refs", field), Some(below));
        }
    }

    /// A text about a record of this kind.
    pub fn template(&mut self, kind: Option<&Kind>, template: &Template) {
        let Some(kind) = kind else { return };
        for name in template.names() {
            let mut parts = name.split('.');
            if let (Some(root), Some(field)) = (parts.next(), parts.next()) {
                self.name(kind, (root, field), parts.next());
            }
        }
    }

    /// A filter over records of a kind, whose operands are worked out on a record of another.
    pub fn filter(&mut self, kind: &str, on: Option<&Kind>, filter: &Filter) {
        self.kind(kind);
        filter.fields().for_each(|field| self.field(kind, field));
        filter
            .programs()
            .for_each(|program| self.program(on, program));
    }

    pub fn lookup(&mut self, on: Option<&Kind>, lookup: &Lookup) {
        self.question(on, &lookup.def, &lookup.filter);
    }

    /// A question over records.
    pub fn question(&mut self, on: Option<&Kind>, def: &LookupDef, filter: &Filter) {
        self.filter(&def.kind, on, filter);
        let sort = def.sort.iter().map(|name| plain(name));
        let listed = def.fields.iter().map(String::as_str);
        let named = def.field.as_deref().into_iter().chain(listed).chain(sort);
        let named: Vec<&str> = named.collect();
        named.iter().for_each(|field| self.field(&def.kind, field));
    }

    fn measure(&mut self, def: &MeasureDef) {
        self.kind(&def.kind);
        let during = def.during.iter();
        let during = during.flat_map(|during| std::iter::once(&during.from).chain(&during.until));
        let named = def.filter.keys().chain(&def.field).chain(&def.at);
        for field in named.chain(during) {
            self.field(&def.kind, field);
        }
    }

    pub fn metric(&mut self, metric: &Metric) {
        self.measure(&metric.def.measure);
        metric.def.per.iter().for_each(|per| self.measure(per));
        let stated = metric.def.stated.iter();
        stated.for_each(|stated| self.measure(&stated.measure));
        if let Some(by) = &metric.def.by {
            self.field(&metric.def.measure.kind, by);
        }
    }

    /// A metric by its id.
    pub fn metric_of(&mut self, id: &str) {
        if let Some(metric) = self.pack.metrics.get(id) {
            self.metric(metric);
        }
    }

    pub fn alert(&mut self, alert: &Alert) {
        let kind = match &alert.watched {
            Watched::Each { kind, filter } => {
                self.filter(kind, None, filter);
                self.pack.kind(kind)
            }
            Watched::Metric(id) => {
                self.metric_of(id);
                None
            }
        };
        let programs = std::iter::once(&alert.when).chain(&alert.changes_at);
        programs
            .chain(&alert.since)
            .for_each(|program| self.program(kind, program));
        self.template(kind, &alert.detail);
    }

    /// What has to be seen before a view can be answered: what it goes by, not what it shows.
    pub fn view(&mut self, view: &View) {
        let filters = std::iter::once(&view.filter).chain(&view.sections);
        filters.for_each(|filter| self.filter(&view.kind, None, filter));
        for name in &view.def.sort {
            self.field(&view.kind, plain(name));
        }
    }

    pub fn clock(&mut self, kind: &Kind, clock: &Clock) {
        let pauses = clock.pauses.iter();
        let pauses = pauses.flat_map(|pause| std::iter::once(&pause.since).chain(&pause.earlier));
        let programs = [&clock.start, &clock.due].into_iter().chain(&clock.runs);
        let programs = programs.chain(pauses);
        programs.for_each(|program| self.program(Some(kind), program));
    }

    pub fn title(&mut self, kind: &Kind) {
        self.template(Some(kind), &kind.title);
    }

    pub fn mail(&mut self, template: &MailTemplate) {
        let kind = template.def.kind.as_deref();
        kind.into_iter().for_each(|kind| self.kind(kind));
        let pack = self.pack;
        let kind = kind.and_then(|kind| pack.kind(kind));
        let to = template.to.iter();
        to.for_each(|to| self.program(kind, to));
        self.template(kind, &template.subject);
        self.template(kind, &template.body);
    }

    pub fn evidence(&mut self, evidence: &Evidence) {
        let def = &evidence.def;
        let kind = self.pack.kind(&def.kind);
        self.field(&def.kind, &def.deadline);
        for item in &def.items {
            if let EvidenceForm::Field(field) = &item.form {
                self.field(&def.kind, field);
            }
        }
        let when = evidence.when.iter().flatten();
        when.for_each(|program| self.program(kind, program));
    }

    pub fn book(&mut self, book: &BookDef) {
        let named = [&book.key, &book.amount, &book.at].into_iter();
        let named = named.chain(&book.refunded).chain(book.filter.keys());
        named.for_each(|field| self.field(&book.kind, field));
    }

    /// What a check of a routine asks.
    pub fn asked(&mut self, asked: &Asked) {
        match asked {
            Asked::Records(question) => self.question(None, &question.def, &question.filter),
            Asked::Metric(id) => self.metric_of(id),
        }
    }

    /// All that decides on an action, says what it will do, or works it out.
    pub fn action(&mut self, kind: &Kind, action: &Action) {
        self.kind(&kind.name);
        let on = Some(kind);
        for row in &action.policy {
            self.program(on, &row.when);
            self.template(on, &row.found);
            self.template(on, &row.refusal);
        }
        for row in &action.approvals {
            self.program(on, &row.when);
            self.template(on, &row.found);
            self.assignments(kind, &row.asked);
            self.assignments(kind, &row.answered);
        }
        let programs = action.not_after.iter().chain(&action.bulk_when);
        programs.for_each(|program| self.program(on, program));
        action.will.iter().for_each(|line| self.template(on, line));
        for effect in &action.effects {
            match effect {
                Effect::Set(set) | Effect::Create { set, .. } => self.assignments(kind, set),
                Effect::SetOn(set_on) => self.set_on(kind, set_on),
                Effect::Erase(erase) => self.erase(kind, erase),
                Effect::Call(call) => {
                    for set in [&call.args, &call.then, &call.otherwise] {
                        self.assignments(kind, set);
                    }
                    call.then_on.iter().for_each(|one| self.set_on(kind, one));
                    call.then_erase.iter().for_each(|one| self.erase(kind, one));
                    let (pack, id) = (self.pack, call.template.as_ref());
                    let template = id.and_then(|id| pack.templates.get(id));
                    template.into_iter().for_each(|text| self.mail(text));
                }
            }
        }
    }

    /// The fields that an action sets, of whichever record.
    pub fn sets(&mut self, kind: &Kind, action: &Action) {
        for effect in &action.effects {
            match effect {
                Effect::Set(set) => self.targets(&kind.name, set),
                Effect::Create { kind, set } => self.targets(kind, set),
                Effect::SetOn(set_on) => self.targets(&set_on.kind, &set_on.set),
                Effect::Erase(_) => {}
                Effect::Call(call) => {
                    self.targets(&kind.name, &call.then);
                    self.targets(&kind.name, &call.otherwise);
                    let others = call.then_on.iter();
                    others.for_each(|one| self.targets(&one.kind, &one.set));
                }
            }
        }
        for row in &action.approvals {
            self.targets(&kind.name, &row.asked);
            self.targets(&kind.name, &row.answered);
        }
    }

    fn targets(&mut self, kind: &str, set: &Assignments) {
        set.keys().for_each(|field| self.field(kind, field));
    }

    fn set_on(&mut self, kind: &Kind, set_on: &SetOn) {
        self.name(kind, ("refs", &set_on.field), None);
        self.assignments(kind, &set_on.set);
    }

    /// Whom it is about. What is emptied needs not be seen: nothing of it is read.
    fn erase(&mut self, kind: &Kind, erase: &Erase) {
        if let Some(field) = &erase.field {
            self.name(kind, ("refs", field), None);
        }
    }

    fn assignments(&mut self, kind: &Kind, set: &Assignments) {
        set.values()
            .for_each(|program| self.program(Some(kind), program));
    }
}

/// A sort field without its direction.
fn plain(name: &str) -> &str {
    name.strip_prefix('-').unwrap_or(name)
}
