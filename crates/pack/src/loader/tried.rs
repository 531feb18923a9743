//! Expressions and texts tried on made-up records: what has a wrong type, or fails where a field is
//! absent, is found before a record meets it.
//!
//! A failure on a record with all its fields is an error; one on a record without its optional
//! fields, or with empty and zero values, is a warning: there a guard refuses, and a rule is unknown.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::names;
use super::problems::{Problems, Spot};
use crate::expr::{EvalError, Program, Scope};
use crate::format::{Answer, FieldDef, FieldType, SettingDef};
use crate::pack::{Action, Alert, Assignments, Effect, Kind, Lookup, Pack, Policy, Watched};
use crate::template::Template;
use crate::value;

/// How a record is made up.
#[derive(Clone, Copy, PartialEq)]
enum Made {
    /// All fields.
    Whole,
    /// Only those that have to be there.
    Least,
    /// All, with zero, empty and far values.
    Edge,
}

/// What an expression has to give.
#[derive(Clone, Copy)]
enum Wanted {
    Anything,
    Bool,
    Instant,
    Number,
    Of(FieldType),
}

/// Tries all of a pack.
pub(super) fn check(pack: &Pack, problems: &mut Problems) {
    let mut trial = Trial {
        pack,
        problems,
        kept: BTreeSet::new(),
        told: BTreeSet::new(),
        made: Made::Whole,
    };
    for made in [Made::Whole, Made::Least, Made::Edge] {
        trial.made = made;
        let own = pack.kinds.values();
        for kind in own.filter(|kind| !names::is_engine_kind(&kind.name)) {
            trial.kind(kind);
        }
        for (id, alert) in &pack.alerts {
            trial.alert(id, alert);
        }
        for (id, routine) in &pack.routines {
            let spot = Spot::file(&format!("routines/{id}.yaml"));
            if let (Some(only), crate::format::OccasionDef::Record(of)) =
                (&routine.only, &routine.def.when)
                && let Some(kind) = pack.kind(&of.kind)
            {
                let scope = trial.scope(kind);
                trial.one(only, &scope, Wanted::Bool, &spot.at("when/record/only"));
            }
        }
        for (id, evidence) in &pack.evidence {
            let Some(kind) = pack.kind(&evidence.def.kind) else {
                continue;
            };
            let spot = Spot::file(&format!("evidence/{id}.yaml")).at("items");
            let scope = trial.scope(kind);
            for (index, when) in evidence.when.iter().enumerate() {
                if let Some(when) = when {
                    let spot = spot.at(index).at("when");
                    trial.one(when, &scope, Wanted::Bool, &spot);
                }
            }
        }
    }
}

struct Trial<'a> {
    pack: &'a Pack,
    problems: &'a mut Problems,
    /// Fields that are there in any case: a rule asks only about records that have them.
    kept: BTreeSet<&'a String>,
    /// Places that were told already.
    told: BTreeSet<(String, String)>,
    made: Made,
}

impl<'a> Trial<'a> {
    fn kind(&mut self, kind: &'a Kind) {
        let spot = Spot::file(&format!("records/{}.yaml", kind.name));
        let scope = self.scope(kind);
        for (name, computed) in &kind.computed {
            // Without a field that it is made from, a computed field is absent: no problem.
            if self.made == Made::Whole {
                let spot = spot.at("computed").at(name).at("expr");
                let wanted = Wanted::Of(computed.def.type_);
                self.one(&computed.program, &scope, wanted, &spot);
            }
        }
        self.text(&kind.title, &scope, &spot.at("title"));
        for (name, clock) in &kind.clocks {
            let spot = spot.at("clocks").at(name);
            // A clock without its instants does not run.
            if self.made == Made::Whole {
                self.one(&clock.start, &scope, Wanted::Instant, &spot.at("start"));
                self.one(&clock.due, &scope, Wanted::Instant, &spot.at("due"));
            }
            if let Some(runs) = &clock.runs {
                self.one(runs, &scope, Wanted::Bool, &spot.at("runs"));
            }
            for (index, pause) in clock.pauses.iter().enumerate() {
                let spot = spot.at("pauses").at(index);
                self.one(&pause.since, &scope, Wanted::Instant, &spot.at("since"));
                if let Some(earlier) = &pause.earlier {
                    self.one(earlier, &scope, Wanted::Number, &spot.at("earlier"));
                }
            }
        }
        let mut scope = scope;
        for (name, action) in &kind.actions {
            self.asked(kind, action, &mut scope);
            self.action(kind, action, &scope, &spot.at("actions").at(name));
        }
    }

    /// What an action asks for; its record stands in a state that it starts from.
    fn asked(&self, kind: &Kind, action: &'a Action, scope: &mut Scope<'a>) {
        let params = action.def.params.iter();
        let there = params.filter(|(_, def)| self.made != Made::Least || !def.optional);
        let made = there.map(|(name, def)| (name.clone(), self.value(def.type_, &def.one_of)));
        scope.params = made.collect();
        scope.action = Some(action);
        let from = action.def.from.first().map(String::as_str);
        let stands = scope.record.get("state").and_then(Value::as_str);
        if from.is_some() && from != stands {
            scope.record = self.record(kind, from);
        }
    }

    fn action(&mut self, kind: &'a Kind, action: &'a Action, scope: &Scope<'_>, spot: &Spot) {
        for (index, row) in action.policy.iter().enumerate() {
            let spot = spot.at("policy").at(index);
            if self.one(&row.when, scope, Wanted::Bool, &spot.at("when")) {
                self.text(&row.found, scope, &spot.at("found"));
            }
            if self.made == Made::Whole || row.when.eval_bool(scope) == Ok(false) {
                self.text(&row.refusal, scope, &spot.at("refusal"));
            }
        }
        for (index, row) in action.approvals.iter().enumerate() {
            let spot = spot.at("approvals").at(index);
            self.one(&row.when, scope, Wanted::Bool, &spot.at("when"));
            self.text(&row.found, scope, &spot.at("found"));
            self.sets(Some(kind), &row.asked, scope, &spot.at("asked"));
            self.sets(Some(kind), &row.answered, scope, &spot.at("answered"));
        }
        // What is refused anyway is not worked out.
        let passes = |row: &Policy| row.when.eval_bool(scope) == Ok(true);
        if self.made != Made::Whole && !action.policy.iter().all(passes) {
            return;
        }
        if let Some(not_after) = &action.not_after {
            self.one(not_after, scope, Wanted::Instant, &spot.at("not_after"));
        }
        if let Some(when) = &action.bulk_when {
            self.one(when, scope, Wanted::Bool, &spot.at("bulk/when"));
        }
        for (index, line) in action.will.iter().enumerate() {
            self.text(line, scope, &spot.at("will").at(index));
        }
        for (index, effect) in action.effects.iter().enumerate() {
            let spot = spot.at("effects").at(index);
            match effect {
                Effect::Set(set) => self.sets(Some(kind), set, scope, &spot.at("set")),
                Effect::SetOn(on) => {
                    let target = self.pack.kind(&on.kind);
                    self.sets(target, &on.set, scope, &spot.at("set_on/set"));
                }
                Effect::Erase(_) => {}
                Effect::Create { kind, set } => {
                    let target = self.pack.kind(kind);
                    self.sets(target, set, scope, &spot.at("create/set"));
                }
                Effect::Call(call) => {
                    let spot = spot.at("call/args");
                    for (name, program) in &call.args {
                        let wanted = match name.as_str() {
                            "amount" => Wanted::Of(FieldType::Money),
                            _ => Wanted::Anything,
                        };
                        self.one(program, scope, wanted, &spot.at(name));
                    }
                    let text = call.template.as_ref();
                    if let Some((id, text)) =
                        text.and_then(|id| Some((id, self.pack.templates.get(id)?)))
                    {
                        let spot = Spot::file(&format!("templates/{id}.yaml"));
                        self.text(&text.subject, scope, &spot.at("subject"));
                        self.text(&text.body, scope, &spot.at("body"));
                    }
                }
            }
        }
    }

    fn sets(
        &mut self,
        target: Option<&'a Kind>,
        set: &Assignments,
        scope: &Scope<'_>,
        spot: &Spot,
    ) {
        for (name, program) in set {
            let field = target.and_then(|kind| kind.fields.get(name));
            let wanted = field.map_or(Wanted::Anything, |def| Wanted::Of(def.type_));
            self.one(program, scope, wanted, &spot.at(name));
        }
    }

    fn alert(&mut self, id: &str, alert: &'a Alert) {
        let spot = Spot::file(&format!("alerts/{id}.yaml"));
        let each = alert.def.each.as_ref();
        self.kept = each.iter().flat_map(|each| each.filter.keys()).collect();
        let scope = match &alert.watched {
            Watched::Each { kind, .. } => match self.pack.kind(kind) {
                Some(kind) => self.scope(kind),
                None => return,
            },
            Watched::Metric(_) => {
                let number = if self.made == Made::Edge { 0.0 } else { 7.5 };
                let names = ["value", "of", "count"];
                let values = names.map(|name| (name.to_owned(), json!(number)));
                Scope {
                    values: values.into_iter().collect(),
                    settings: self.settings(),
                    controls: self.pack.controls_in_force(&Map::new()),
                    now: Some(now()),
                    ..Scope::default()
                }
            }
        };
        self.kept.clear();
        self.one(&alert.when, &scope, Wanted::Bool, &spot.at("when"));
        if self.made != Made::Whole && alert.when.eval_bool(&scope) != Ok(true) {
            return;
        }
        for (index, at) in alert.changes_at.iter().enumerate() {
            let spot = spot.at("changes_at").at(index);
            self.one(at, &scope, Wanted::Instant, &spot);
        }
        if let Some(since) = &alert.since {
            self.one(since, &scope, Wanted::Instant, &spot.at("since"));
        }
        self.text(&alert.detail, &scope, &spot.at("detail"));
    }

    /// Tries an expression; false where it fails.
    fn one(&mut self, program: &Program, scope: &Scope<'_>, wanted: Wanted, spot: &Spot) -> bool {
        let failed = match wanted {
            Wanted::Anything => program.eval(scope).err(),
            Wanted::Bool => program.eval_bool(scope).err(),
            Wanted::Instant => program.eval_optional_instant(scope).err(),
            Wanted::Number => program.eval_optional_number(scope).err(),
            Wanted::Of(type_) => program
                .eval(scope)
                .and_then(|found| fits(type_, &found))
                .err(),
        };
        if let Some(error) = &failed {
            self.tell(spot, &error.message);
        }
        failed.is_none()
    }

    fn text(&mut self, text: &Template, scope: &Scope<'_>, spot: &Spot) {
        if let Err(error) = text.render(scope) {
            self.tell(spot, &error.message);
        }
    }

    fn tell(&mut self, spot: &Spot, why: &str) {
        if !self.told.insert((spot.file.clone(), spot.path.clone())) {
            return;
        }
        let (on, code) = match self.made {
            Made::Whole => ("a record with all its fields", "pack.wrong_type"),
            Made::Least => ("a record without its optional fields", "pack.undecidable"),
            Made::Edge => ("a record with zero and empty values", "pack.undecidable"),
        };
        let message = format!("on {on} this fails: {why}");
        match self.made {
            Made::Whole => self.problems.error(spot, code, message),
            Made::Least | Made::Edge => self.problems.warning(spot, code, message),
        }
    }

    fn scope(&self, kind: &'a Kind) -> Scope<'a> {
        let refs = kind.fields.iter().filter_map(|(name, def)| {
            let there = self.made != Made::Least || !def.optional;
            let target = def.kind.as_ref().filter(|_| there)?;
            let target = self.pack.kind(target)?;
            let mut fields = self.body(target, None);
            let computed = value::compute(target, &fields);
            fields.extend(computed);
            Some((name.clone(), fields.into()))
        });
        let lookups = kind.lookups.iter();
        let actor = json!({"id": "op-1", "roles": ["operator"], "regions": ["one"]});
        Scope {
            kind: Some(kind),
            record: self.record(kind, None),
            refs: refs.collect(),
            actor: actor.as_object().cloned().unwrap_or_default(),
            settings: self.settings(),
            controls: self.pack.controls_in_force(&Map::new()),
            lookups: lookups
                .map(|(name, lookup)| (name.clone(), self.answer(lookup)))
                .collect(),
            now: Some(now()),
            zone: Some(self.pack.zone),
            ..Scope::default()
        }
    }

    /// A record in a state, the first one where none is said, with what is computed of it.
    fn record(&self, kind: &Kind, state: Option<&str>) -> Map<String, Value> {
        let body = self.body(kind, state);
        let computed = value::compute(kind, &body);
        value::merged(kind, &body, &computed, (now(), self.pack.zone))
    }

    fn body(&self, kind: &Kind, state: Option<&str>) -> Map<String, Value> {
        let there = |name: &String, def: &FieldDef| {
            self.made != Made::Least || !def.optional || self.kept.contains(name)
        };
        let fields = kind.fields.iter().filter(|(name, def)| there(name, def));
        let mut body: Map<String, Value> = fields
            .map(|(name, def)| (name.clone(), self.value(def.type_, &def.one_of)))
            .collect();
        let first = kind.states.first().map(|state| state.id.as_str());
        if let Some(state) = state.or(first) {
            body.insert("state".to_owned(), state.into());
        }
        body
    }

    fn value(&self, type_: FieldType, one_of: &[String]) -> Value {
        let edge = self.made == Made::Edge;
        match type_ {
            FieldType::String | FieldType::Text => if edge { "" } else { "some words" }.into(),
            FieldType::Id | FieldType::Ref => "id-1".into(),
            FieldType::Integer => if edge { 0 } else { 7 }.into(),
            FieldType::Number => if edge { 0.0 } else { 7.5 }.into(),
            FieldType::Boolean => (!edge).into(),
            FieldType::Timestamp => {
                let days = if edge { 4_000 } else { -3 };
                value::instant_text(now() + TimeDelta::days(days)).into()
            }
            FieldType::Date => if edge { "2036-02-29" } else { "2026-01-12" }.into(),
            FieldType::Money => {
                let minor = if edge { 0 } else { 2_200 };
                json!({"minor": minor, "currency": self.pack.currency})
            }
            FieldType::Enum => {
                let word = if edge { one_of.last() } else { one_of.first() };
                word.map_or(Value::Null, |word| word.as_str().into())
            }
        }
    }

    fn answer(&self, lookup: &Lookup) -> Value {
        let asked = self.pack.kind(&lookup.def.kind);
        let field = lookup.def.field.as_deref();
        let type_ = asked.zip(field).and_then(|(kind, field)| {
            let own = kind.fields.get(field).map(|def| def.type_);
            own.or(kind.computed.get(field).map(|computed| computed.def.type_))
        });
        match (lookup.def.answer, type_) {
            (Answer::List, _) => self.list(asked, &lookup.def.fields),
            (Answer::Count, _) => if self.made == Made::Whole { 3 } else { 0 }.into(),
            // Nothing sums up to nothing.
            (Answer::Sum, _) if self.made == Made::Least => 0.into(),
            _ if self.made == Made::Least => Value::Null,
            // Of money its minor units.
            (Answer::Sum | Answer::Min | Answer::Max, Some(FieldType::Money)) => 2_200.into(),
            (_, Some(type_)) => {
                let values = asked
                    .zip(field)
                    .and_then(|(kind, name)| kind.fields.get(name));
                self.value(type_, values.map_or(&[], |def| def.one_of.as_slice()))
            }
            (_, None) => asked
                .zip(field)
                .and_then(first_state)
                .unwrap_or(Value::Null),
        }
    }

    /// One record of a list, or none.
    fn list(&self, asked: Option<&Kind>, fields: &[String]) -> Value {
        if self.made == Made::Least {
            return Value::Array(Vec::new());
        }
        let value = |name: &String| {
            let kind = asked?;
            let own = kind.fields.get(name);
            let type_ = own.map(|def| def.type_);
            let type_ = type_.or(kind.computed.get(name).map(|computed| computed.def.type_));
            if type_.is_none() {
                return Some((name.clone(), first_state((kind, name))?));
            }
            let value: Value = match type_? {
                FieldType::Money => 2_200.into(),
                FieldType::Boolean => 1.into(),
                type_ => self.value(type_, own.map_or(&[], |def| def.one_of.as_slice())),
            };
            Some((name.clone(), value))
        };
        let record: Map<String, Value> = fields.iter().filter_map(value).collect();
        Value::Array(vec![Value::Object(record)])
    }

    fn settings(&self) -> Map<String, Value> {
        let settings = self.pack.settings.iter();
        settings
            .map(|(name, def)| (name.clone(), self.setting(def)))
            .collect()
    }

    fn setting(&self, def: &SettingDef) -> Value {
        let said = [
            Some(&def.default),
            def.proposed.as_ref(),
            def.one_of.first(),
        ];
        let said = said.into_iter().flatten().find(|value| !value.is_null());
        match (said, def.type_) {
            (Some(value), _) => value.clone(),
            (None, Some(type_)) => self.value(type_, &[]),
            (None, None) => Value::Null,
        }
    }
}

/// A state of the kind, where that is what is asked of it.
fn first_state((kind, field): (&Kind, &str)) -> Option<Value> {
    let first = kind.states.first().filter(|_| field == "state")?;
    Some(first.id.as_str().into())
}

/// A value of this type; nothing fits every type.
fn fits(type_: FieldType, found: &Value) -> Result<(), EvalError> {
    if found.is_null() {
        return Ok(());
    }
    // A made-up word is none of an enumeration's, and a made-up id is no record's.
    if matches!(type_, FieldType::Enum) {
        return match found {
            Value::String(_) => Ok(()),
            _ => Err(EvalError::new("not one of the values")),
        };
    }
    match value::normalise_field("value", type_, found) {
        Ok(_) => Ok(()),
        Err(fault) => Err(EvalError::new(format!("{found}: {fault}"))),
    }
}

/// The instant of the trial, UTC.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_446_000, 0).unwrap_or_default()
}
