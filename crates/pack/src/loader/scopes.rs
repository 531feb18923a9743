//! What each place in a pack may read.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde_json::Value;

use super::parts::Parts;
use super::problems::Spot;
use crate::expr::{Allowed, OF_DAYS, Shape};
use crate::filter::Columns;
use crate::format::{
    ActionDef, Answer, FieldDef, FieldType, LookupDef, MetricFile, PackFile, ParamDef, RecordFile,
    TemplateFile,
};
use crate::pack::REGION;

/// All parsed files, while they are checked against each other.
pub(super) struct World<'a> {
    pub zone: Tz,
    pub pack: &'a PackFile,
    pub records: &'a BTreeMap<String, RecordFile>,
    pub metrics: &'a BTreeMap<String, MetricFile>,
    pub templates: &'a BTreeMap<String, TemplateFile>,
    pub parts: &'a Parts,
    pub unparsed: &'a BTreeSet<String>,
}

impl World<'_> {
    /// The file of a kind.
    pub fn record(&self, kind: &str) -> Spot {
        if super::names::is_engine_kind(kind) {
            return Spot::file(&engine_file(kind));
        }
        Spot::file(&format!("records/{kind}.yaml"))
    }

    /// Is this a kind, or one whose file does not parse?
    pub fn knows(&self, kind: &str) -> bool {
        self.records.contains_key(kind) || self.unparsed.contains(kind)
    }

    /// `settings` and `controls`.
    fn tenant(&self, allowed: Allowed) -> Allowed {
        let settings = self.pack.settings.iter().map(|(name, def)| {
            let word = |value: &str| def.word(value);
            (name.clone(), worded(&def.one_of, word))
        });
        let controls = self.pack.controls.iter().map(|(name, def)| {
            let word = |value: &str| def.word(value);
            (name.clone(), worded(&def.one_of, word))
        });
        allowed
            .shape("settings", Shape::fields(settings))
            .shape("controls", Shape::fields(controls))
    }

    /// Expressions of computed fields: the record's own fields, `now`, and days of the tenant.
    pub fn computed(&self, record: &RecordFile) -> Allowed {
        Allowed::none()
            .shape("record", Shape::fields(self.own(record, With::FieldsOnly)))
            .value("now")
            .zoned()
    }

    /// Titles: fields, stored computed fields, and fields of records referred to.
    pub fn title(&self, record: &RecordFile) -> Allowed {
        Allowed::none()
            .shape("record", Shape::fields(self.own(record, With::Stored)))
            .shape("refs", self.refs(record))
    }

    /// Deadlines.
    pub fn clock(&self, record: &RecordFile) -> Allowed {
        Allowed::none()
            .shape("record", Shape::fields(self.own(record, With::Stored)))
            .value("now")
    }

    /// Operands of a view's filter.
    pub fn view(&self) -> Allowed {
        let allowed = Allowed::none().fields("actor", ACTOR).value("now");
        self.tenant(allowed)
    }

    /// Operands of a lookup's filter, on the record that asks.
    pub fn lookup(&self, record: &RecordFile) -> Allowed {
        let names = self.own(record, With::Stored);
        self.view().shape("record", Shape::fields(names))
    }

    /// Guards, effects and texts of an action: what every decision on such a record sees, and what
    /// this one asks for.
    pub fn action(&self, decision: &Allowed, action: &ActionDef) -> Allowed {
        let params = action.params.iter();
        let params = params.map(|(name, def)| (name.clone(), asked(def)));
        let allowed = decision.clone().shape("params", Shape::fields(params));
        allowed.zoned()
    }

    /// Texts about a record: likewise, with what a person fills in, and those parameters that every
    /// action has that sends this text.
    pub fn mail(
        &self,
        record: &RecordFile,
        template: &str,
        fields: &BTreeMap<String, ParamDef>,
    ) -> Allowed {
        let mut common: Option<BTreeMap<&String, Shape>> = None;
        for action in record.actions.values() {
            let sends = action.effects.iter().any(|effect| match effect {
                crate::format::EffectDef::Call(call) => call.template.as_deref() == Some(template),
                _ => false,
            });
            if sends {
                let names = action.params.iter().map(|(name, def)| (name, asked(def)));
                let mut names: BTreeMap<&String, Shape> = names.collect();
                if let Some(before) = &common {
                    names.retain(|name, _| before.contains_key(name));
                    // Called differently from action to action, it is printed as it is.
                    for (name, shape) in &mut names {
                        if before.get(name) != Some(&*shape) {
                            *shape = Shape::Value;
                        }
                    }
                }
                common = Some(names);
            }
        }
        let common = common.unwrap_or_default().into_iter();
        let filled = fields.iter().map(|(name, def)| (name, asked(def)));
        let names = common.chain(filled);
        let names = names.map(|(name, shape)| (name.clone(), shape));
        let allowed = self.decision(record).shape("params", Shape::fields(names));
        allowed.zoned()
    }

    /// Which records may take part when an action is taken on many at once.
    pub fn bulk(&self, record: &RecordFile) -> Allowed {
        Allowed::none().shape("record", Shape::fields(self.own(record, With::Stored)))
    }

    /// Operands of a rule's or a metric's filter.
    pub fn standing(&self) -> Allowed {
        self.tenant(Allowed::none())
    }

    /// What a run is about, beside what else it sees.
    pub fn about(&self, record: &RecordFile, allowed: Allowed) -> Allowed {
        allowed
            .shape("record", Shape::fields(self.own(record, With::All)))
            .shape("refs", self.refs(record))
            .shape("lookups", self.lookups(record))
    }

    /// A text of no kind: what a person fills in, and the tenant's settings.
    pub fn words(&self, fields: &BTreeMap<String, ParamDef>) -> Allowed {
        let fields = fields.iter().map(|(name, def)| (name.clone(), asked(def)));
        let allowed = Allowed::none().shape("params", Shape::fields(fields));
        self.tenant(allowed.value("now").zoned())
    }

    /// A rule that is watched for each record; texts of it without `now`.
    pub fn rule(&self, record: &RecordFile, now: bool) -> Allowed {
        let names = self.own(record, With::Stored);
        let allowed = Allowed::none()
            .shape("record", Shape::fields(names))
            .shape("lookups", self.lookups(record));
        let allowed = self.tenant(allowed);
        if now {
            allowed.value("now")
        } else {
            allowed.shape("refs", self.refs(record))
        }
    }

    /// A rule that is watched for a metric.
    pub fn metric_rule(&self) -> Allowed {
        let allowed = METRIC.iter().fold(Allowed::none(), |a, name| a.value(name));
        self.tenant(allowed)
    }

    /// The remark of a metric.
    pub fn metric_note(&self) -> Allowed {
        let more = ["projected", "daily", "median", "most", "target", "limit"];
        let names = METRIC.iter().chain(&more);
        names.fold(Allowed::none(), |a, name| a.value(name))
    }

    /// What every decision on such a record sees.
    pub fn decision(&self, record: &RecordFile) -> Allowed {
        let allowed = Allowed::none()
            .shape("record", Shape::fields(self.own(record, With::All)))
            .shape("refs", self.refs(record))
            .fields("actor", ACTOR)
            .shape("lookups", self.lookups(record))
            .value("now");
        self.tenant(allowed)
    }

    /// What lookups answer.
    fn lookups(&self, record: &RecordFile) -> Shape {
        let lookups = record.lookups.iter();
        Shape::fields(lookups.map(|(name, def)| (name.clone(), self.answered(def))))
    }

    /// What a question answers: a value of a list where it asks for such a field of one record.
    pub fn answered(&self, def: &LookupDef) -> Shape {
        let field = def.field.as_ref().filter(|_| def.answer == Answer::First);
        let asked = self.records.get(&def.kind).zip(field);
        let shape = asked.and_then(|(kind, field)| {
            let mut names = self.own(kind, With::Stored);
            names.find(|(name, _)| name == field)
        });
        shape.map_or(Shape::Value, |(_, shape)| shape)
    }

    /// `refs.<field>.<field of the kind referred to>`.
    fn refs(&self, record: &RecordFile) -> Shape {
        let refs = record.fields.iter().filter_map(|(name, def)| {
            let kind = def.kind.as_ref().filter(|_| def.type_ == FieldType::Ref)?;
            let shape = self.records.get(kind).map_or(Shape::Value, |target| {
                let names = self.own(target, With::Stored);
                Shape::fields(names)
            });
            Some((name.clone(), shape))
        });
        Shape::fields(refs)
    }

    /// Names of a record, with what their values are called: fields, state, and computed ones.
    fn own(&self, record: &RecordFile, with: With) -> impl Iterator<Item = (String, Shape)> {
        let fields = record.fields.iter();
        let fields = fields.map(|(name, def)| (name.clone(), self.listed(name, def)));
        let states = record.states.iter();
        let states = states.map(|state| (state.id.clone(), state.label.clone()));
        let state = (!record.states.is_empty()).then(|| ("state".to_owned(), Shape::words(states)));
        let computed = record.computed.iter().filter(move |(_, def)| match with {
            With::FieldsOnly => false,
            With::Stored => !is_volatile(&def.expr),
            With::All => true,
        });
        let computed = computed.map(|(name, _)| (name.clone(), Shape::Value));
        fields.chain(state).chain(computed)
    }

    /// A field, with what its values are called. The field `region` has a region of the pack, unless it
    /// lists values of its own.
    fn listed(&self, name: &str, def: &FieldDef) -> Shape {
        if name == REGION && def.one_of.is_empty() {
            let regions = self.pack.regions.iter();
            return Shape::words(regions.map(|(id, region)| (id.clone(), region.label.clone())));
        }
        let values = def.one_of.iter();
        Shape::words(values.map(|value| (value.clone(), def.word(value))))
    }
}

/// Where a kind of the engine is told to stand.
pub(super) fn engine_file(kind: &str) -> String {
    format!("engine/{kind}.yaml")
}

/// What a metric's rule sees of it.
const METRIC: [&str; 3] = ["value", "of", "count"];
const ACTOR: [&str; 3] = ["id", "roles", "regions"];

/// Does an expression mention `now`? Judged by its words, before it is compiled.
pub(super) fn mentions_now(expr: &str) -> bool {
    words(expr).any(|word| word == "now" || word.starts_with("now."))
}

/// Does a computed field change without its record, with time or with the zone that the tenant says? Then
/// it is made when it is read, and stored nowhere. Judged likewise.
pub(super) fn is_volatile(expr: &str) -> bool {
    mentions_now(expr) || words(expr).any(|word| OF_DAYS.contains(&word))
}

fn words(expr: &str) -> impl Iterator<Item = &str> {
    expr.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
}

/// Which computed fields may be read.
#[derive(Clone, Copy, PartialEq)]
enum With {
    FieldsOnly,
    Stored,
    All,
}

/// What somebody fills in, with what its values are called.
fn asked(def: &ParamDef) -> Shape {
    let values = def.one_of.iter();
    Shape::words(values.map(|value| (value.clone(), def.word(value))))
}

/// A setting or control, likewise.
fn worded(values: &[Value], word: impl Fn(&str) -> Option<String>) -> Shape {
    let texts = values.iter().filter_map(Value::as_str);
    Shape::words(texts.filter_map(|value| Some((value.to_owned(), word(value)?))))
}

/// What filters over a kind may test.
pub(super) fn columns(record: &RecordFile) -> Columns<'_> {
    Columns {
        fields: &record.fields,
        computed: &record.computed,
        states: !record.states.is_empty(),
    }
}
