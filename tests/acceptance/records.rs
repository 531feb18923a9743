//! Records of a pack as a store holds them, and what the engine's metrics, rules and policies say of
//! them: the pack's own YAML, compiled to the SQL that laptop and platform run.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::types::Value as Cell;
use serde_json::{Map, Value};
use watchkeeper_model::alert::{self, State, Waits};
use watchkeeper_model::metric::{self, Reading};
use watchkeeper_model::{Actor, Decision, LookupValue, Outcome, Plan, Situation, Snapshot, plan};
use watchkeeper_pack::Pack;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::filter::Filter;
use watchkeeper_pack::measure::{Asked, Piece};
use watchkeeper_pack::pack::Watched;
use watchkeeper_pack::value;

use crate::world::{PACK, at};

pub struct Records {
    pack: &'static Pack,
    db: rusqlite::Connection,
    settings: Map<String, Value>,
    controls: Map<String, Value>,
    said: Map<String, Value>,
    switched: Map<String, Value>,
}

/// A record as it was brought: kind, id and body.
pub type Brought = (String, String, Map<String, Value>);

impl Records {
    /// Of the dog trainers pack.
    pub fn new() -> Self {
        Self::of(&PACK)
    }

    /// Of a pack.
    pub fn of(pack: &'static Pack) -> Self {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE record_now (kind TEXT, id TEXT, body TEXT, computed TEXT) STRICT",
        )
        .unwrap();
        Self {
            pack,
            db,
            settings: pack.settings_in_force(&Map::new()),
            controls: pack.controls_in_force(&Map::new()),
            said: Map::new(),
            switched: Map::new(),
        }
    }

    /// All of them, by kind and id.
    pub fn all(&self) -> Vec<Brought> {
        let text = "SELECT kind, id, body FROM record_now ORDER BY kind, id";
        let mut statement = self.db.prepare(text).unwrap();
        let rows = statement.query_map([], |row| {
            let texts: [String; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
            Ok(texts)
        });
        let rows = rows.unwrap().map(Result::unwrap);
        rows.map(|[kind, id, body]| (kind, id, serde_json::from_str(&body).unwrap()))
            .collect()
    }

    /// What the tenant says of its settings, and how its controls stand, where that is not the pack's.
    pub fn said(&self) -> (&Map<String, Value>, &Map<String, Value>) {
        (&self.said, &self.switched)
    }

    pub fn setting(mut self, name: &str, to: Value) -> Self {
        self.said.insert(name.to_owned(), to.clone());
        self.settings.insert(name.to_owned(), to);
        self
    }

    pub fn control(mut self, name: &str, to: Value) -> Self {
        self.switched.insert(name.to_owned(), to.clone());
        self.controls.insert(name.to_owned(), to);
        self
    }

    pub fn add(&self, kind: &str, id: &str, body: Value) {
        let kind = self.pack.kind(kind).unwrap();
        let body = value::normalise(kind, body.as_object().unwrap().clone()).unwrap();
        let computed = value::compute(kind, &body);
        let texts = [&body, &computed].map(|m| Value::Object(m.clone()).to_string());
        self.db
            .execute(
                "INSERT INTO record_now VALUES (?, ?, ?, ?)",
                [kind.name.as_str(), id, &texts[0], &texts[1]],
            )
            .unwrap();
    }

    fn scope(&self, now: DateTime<Utc>) -> Scope<'static> {
        Scope {
            settings: self.settings.clone(),
            controls: self.controls.clone(),
            now: Some(now),
            ..Scope::default()
        }
    }

    fn params(params: &[Value]) -> Vec<Cell> {
        let one = |param: &Value| match param {
            Value::String(text) => Cell::Text(text.clone()),
            Value::Number(n) if n.is_i64() => Cell::Integer(n.as_i64().unwrap()),
            Value::Number(n) => Cell::Real(n.as_f64().unwrap()),
            other => panic!("{other}"),
        };
        params.iter().map(one).collect()
    }

    fn pieces(&self, asked: &Asked) -> Vec<Piece> {
        let mut statement = self
            .db
            .prepare(&asked.statement("record_now", None))
            .unwrap();
        let params = rusqlite::params_from_iter(Self::params(&asked.filter.params));
        let rows = statement.query_map(params, |row| {
            let size = |n: i64| usize::try_from(n).unwrap();
            Ok(Piece {
                begins: size(row.get(0)?),
                ends: size(row.get(1)?),
                part: row.get(2)?,
                count: row.get::<_, i64>(3)?.unsigned_abs(),
                there: row.get::<_, i64>(4)?.unsigned_abs(),
                value: row.get(5)?,
                newest: row.get(6)?,
            })
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// A metric at this instant.
    pub fn metric(&self, id: &str, now: &str) -> Reading {
        let (metric, now) = (&self.pack.metrics[id], at(now));
        let frame = metric::frame(&metric.def, self.pack.zone, now);
        let questions = metric::questions(self.pack, metric, &frame, &self.scope(now)).unwrap();
        let answers = questions
            .asked
            .iter()
            .map(|asked| self.pieces(asked))
            .collect();
        metric::read(metric, &frame, &questions, answers)
    }

    /// What a rule says at this instant, for each that it holds for: id, state, words.
    pub fn rule(&self, id: &str, now: &str) -> Vec<(String, State, String)> {
        let rule = &self.pack.alerts[id];
        let instant = at(now);
        let mut seen = Vec::new();
        let mut look = |id: String, scope: &Scope<'_>| {
            let looked = alert::look(rule, scope, instant);
            let waits = Waits::from(&rule.def);
            let episode = alert::step(None, looked.found, instant, waits).episode;
            if let Some(episode) = episode {
                seen.push((id, episode.state, alert::detail(rule, scope)));
            }
        };
        match &rule.watched {
            Watched::Metric(metric) => {
                let mut scope = self.scope(instant);
                scope.values = self.metric(metric, now).for_rule();
                look(String::new(), &scope);
            }
            Watched::Each { kind, filter } => {
                let kind = self.pack.kind(kind).unwrap();
                let sql = filter.sql(kind, &self.scope(instant)).unwrap();
                let text = format!(
                    "SELECT id, body, computed FROM record_now WHERE kind = '{}' AND {} ORDER BY id",
                    kind.name, sql.text
                );
                let mut statement = self.db.prepare(&text).unwrap();
                let params = rusqlite::params_from_iter(Self::params(&sql.params));
                let rows = statement.query_map(params, |row| {
                    Ok((
                        row.get(0)?,
                        row.get::<_, String>(1)?,
                        row.get::<_, String>(2)?,
                    ))
                });
                for row in rows.unwrap() {
                    let (id, body, computed): (String, String, String) = row.unwrap();
                    let mut record: Map<String, Value> = serde_json::from_str(&body).unwrap();
                    let computed: Map<String, Value> = serde_json::from_str(&computed).unwrap();
                    record.extend(computed);
                    let mut scope = Scope {
                        kind: Some(kind),
                        record,
                        ..self.scope(instant)
                    };
                    for (name, lookup) in &kind.lookups {
                        let answer = self.lookup(lookup, &scope);
                        scope.lookups.insert(name.clone(), answer);
                    }
                    look(id, &scope);
                }
            }
        }
        seen
    }

    fn lookup(&self, lookup: &watchkeeper_pack::pack::Lookup, scope: &Scope<'_>) -> Value {
        let target = self.pack.kind(&lookup.def.kind).unwrap();
        let (filter, answer) = lookup.sql(target, scope).unwrap();
        let text = format!(
            "SELECT {answer} FROM record_now WHERE kind = '{}' AND {}",
            target.name, filter.text
        );
        let params = rusqlite::params_from_iter(Self::params(&filter.params));
        let mut statement = self.db.prepare(&text).unwrap();
        let mut rows = statement.query(params).unwrap();
        let found = rows.next().unwrap().map(|row| row.get_unwrap::<_, Cell>(0));
        lookup.read(match found {
            None | Some(Cell::Null | Cell::Blob(_)) => Value::Null,
            Some(Cell::Integer(number)) => number.into(),
            Some(Cell::Real(number)) => number.into(),
            Some(Cell::Text(text)) => text.into(),
        })
    }

    /// The ids of what a view shows, whatever their section.
    pub fn shown(&self, view: &str, now: &str) -> Vec<String> {
        let view = self.pack.view(view).unwrap();
        self.found(&view.kind, &view.filter, now)
    }

    /// The ids of what stands in a section of a view.
    pub fn in_section(&self, view: &str, section: &str, now: &str) -> Vec<String> {
        let view = self.pack.view(view).unwrap();
        let mut sections = view.def.sections.iter().zip(&view.sections);
        let (_, filter) = sections.find(|(def, _)| def.id == section).unwrap();
        let whole = self.found(&view.kind, &view.filter, now);
        let mut ids = self.found(&view.kind, filter, now);
        ids.retain(|id| whole.contains(id));
        ids
    }

    fn found(&self, kind: &str, filter: &Filter, now: &str) -> Vec<String> {
        let kind = self.pack.kind(kind).unwrap();
        let sql = filter.sql(kind, &self.scope(at(now))).unwrap();
        let text = format!(
            "SELECT id FROM record_now WHERE kind = '{}' AND {} ORDER BY id",
            kind.name, sql.text
        );
        let mut statement = self.db.prepare(&text).unwrap();
        let params = rusqlite::params_from_iter(Self::params(&sql.params));
        let ids = statement.query_map(params, |row| row.get(0)).unwrap();
        ids.map(Result::unwrap).collect()
    }

    /// A record's fields and stored computed fields.
    pub fn record(&self, kind: &str, id: &str) -> (Map<String, Value>, Map<String, Value>) {
        let text = "SELECT body, computed FROM record_now WHERE kind = ? AND id = ?";
        let found = self.db.query_row(text, [kind, id], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        });
        let (body, computed) = found.unwrap();
        let read = |text: String| serde_json::from_str(&text).unwrap();
        (read(body), read(computed))
    }

    /// What policy says of an action on a record, asked for by somebody with these roles.
    pub fn decide(
        &self,
        record: (&str, &str),
        (action, params): (&str, Value),
        roles: &[&str],
        now: &str,
    ) -> Decision {
        self.situated(record, params, roles, now, |situation| {
            watchkeeper_model::decide(situation, action)
        })
    }

    /// What an action does once it is carried out, whatever may stand in its way.
    pub fn planned(
        &self,
        record: (&str, &str),
        (action, params): (&str, Value),
        roles: &[&str],
        now: &str,
    ) -> Plan {
        self.situated(record, params, roles, now, |situation| {
            let action = &situation.kind.actions[action];
            let scope = situation.scope(Some(action));
            plan::plan(situation.pack, action, situation.kind, &scope).unwrap()
        })
    }

    /// What the first call of an action sets on the record once it is answered, either way.
    pub fn settled(
        &self,
        record: (&str, &str),
        (action, params): (&str, Value),
        now: &str,
        success: bool,
    ) -> Map<String, Value> {
        let planned = self.planned(record, (action, params.clone()), &[], now);
        let effect = planned.calls[0].effect;
        self.situated(record, params, &[], now, |situation| {
            let action = &situation.kind.actions[action];
            let mut scope = situation.scope(Some(action));
            scope.result = Some(serde_json::json!({"id": "there-1", "message": "No."}));
            let (pack, kind) = (situation.pack, situation.kind);
            let settled = plan::settle(pack, kind, action, effect, &scope, success);
            settled.unwrap().unwrap().sets
        })
    }

    /// Carries out what policy has to allow: what is set and made, and what its calls bring once they
    /// succeeded.
    pub fn carry_out(
        &self,
        record: (&str, &str),
        (action, params): (&str, Value),
        roles: &[&str],
        now: &str,
    ) {
        let decision = self.decide(record, (action, params.clone()), roles, now);
        assert_eq!(decision.outcome, Outcome::Allow, "{action} on {record:?}");
        self.done(record, (action, params), roles, now, &decision);
    }

    /// Carries out what policy allows once somebody has agreed, and answers the row that asks for it.
    pub fn agreed(
        &self,
        record: (&str, &str),
        (action, params): (&str, Value),
        roles: &[&str],
        now: &str,
    ) -> String {
        let decision = self.decide(record, (action, params.clone()), roles, now);
        assert_eq!(decision.outcome, Outcome::Ask, "{action} on {record:?}");
        self.done(record, (action, params), roles, now, &decision);
        decision.asks[0].row.clone()
    }

    fn done(
        &self,
        record: (&str, &str),
        (action, params): (&str, Value),
        roles: &[&str],
        now: &str,
        decision: &Decision,
    ) {
        let planned = decision.plan.as_ref().unwrap();
        self.change(record, &planned.sets);
        for on in &planned.sets_on {
            self.change((&on.kind, &on.id), &on.set);
        }
        for (place, made) in planned.creates.iter().enumerate() {
            let body = Value::Object(made.body.clone());
            self.add(&made.kind, &format!("{action}-{place}"), body);
        }
        for call in &planned.calls {
            let settled = self.situated(record, params.clone(), roles, now, |situation| {
                let action = &situation.kind.actions[action];
                let mut scope = situation.scope(Some(action));
                scope.result = Some(serde_json::json!({"id": "there-1"}));
                let (pack, kind) = (situation.pack, situation.kind);
                plan::settle(pack, kind, action, call.effect, &scope, true)
            });
            let settled = settled.unwrap().unwrap();
            self.change(record, &settled.sets);
            for on in &settled.sets_on {
                self.change((&on.kind, &on.id), &on.set);
            }
        }
    }

    fn change(&self, (kind, id): (&str, &str), sets: &Map<String, Value>) {
        let (mut body, _) = self.record(kind, id);
        body.extend(sets.clone());
        let text = "DELETE FROM record_now WHERE kind = ? AND id = ?";
        self.db.execute(text, [kind, id]).unwrap();
        self.add(kind, id, Value::Object(body));
    }

    fn situated<T>(
        &self,
        (kind, id): (&str, &str),
        params: Value,
        roles: &[&str],
        now: &str,
        then: impl FnOnce(&Situation<'_>) -> T,
    ) -> T {
        let kind = self.pack.kind(kind).unwrap();
        let (body, computed) = self.record(&kind.name, id);
        let refs = kind.fields.iter().filter_map(|(name, def)| {
            let target = def.kind.as_ref()?;
            let of = body.get(name)?.as_str()?;
            let text = "SELECT 1 FROM record_now WHERE kind = ? AND id = ?";
            let there = self.db.prepare(text).unwrap().exists([target, of]).unwrap();
            let (mut fields, computed) = there.then(|| self.record(target, of))?;
            fields.extend(computed);
            Some((name.clone(), Value::Object(fields)))
        });
        let snapshot = Snapshot {
            id: id.to_owned(),
            revision: 1,
            refs: refs.collect(),
            body,
            computed,
        };
        let actor = Actor {
            id: "op-1".to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            ..Actor::default()
        };
        let params = params.as_object().unwrap().clone();
        let mut situation = Situation {
            pack: self.pack,
            kind,
            record: &snapshot,
            params: &params,
            actor: &actor,
            now: at(now),
            settings: &self.settings,
            controls: &self.controls,
            lookups: &BTreeMap::new(),
        };
        let scope = situation.scope(None);
        let lookups: BTreeMap<String, LookupValue> = kind
            .lookups
            .iter()
            .map(|(name, lookup)| {
                let value = self.lookup(lookup, &scope);
                (
                    name.clone(),
                    LookupValue {
                        value,
                        as_of: at(now),
                    },
                )
            })
            .collect();
        situation.lookups = &lookups;
        then(&situation)
    }

    /// The same in a word: nothing where it is allowed, `approval.needed` with the first row that asks
    /// where somebody has to agree, else code and row of the refusal.
    pub fn refused(
        &self,
        record: (&str, &str),
        action: (&str, Value),
        roles: &[&str],
        now: &str,
    ) -> Option<(String, Option<String>)> {
        let decision = self.decide(record, action, roles, now);
        let asks = decision.asks.first().map(|ask| ask.row.clone());
        match decision.outcome {
            Outcome::Allow => None,
            Outcome::Ask => Some(("approval.needed".to_owned(), asks)),
            Outcome::Deny { code, row, .. } => Some((code, row)),
        }
    }

    /// The states that a rule is in, without the words.
    pub fn states(&self, id: &str, now: &str) -> Vec<State> {
        self.rule(id, now).into_iter().map(|seen| seen.1).collect()
    }
}
