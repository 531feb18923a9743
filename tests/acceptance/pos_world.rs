//! Records of the POS SaaS pack, and what the tests of its rows and of the console's ask of a pack.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use watchkeeper_model::{ClockStanding, Mail, standing_of};
use watchkeeper_pack::Pack;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::value;

use crate::records::Records;
use crate::world::at;

/// Friday, 20 November 2026.
pub const NOON: &str = "2026-11-20T12:00:00.000Z";

pub type Refusal = Option<(String, Option<String>)>;

pub fn with(mut body: Value, fields: Value) -> Value {
    let more = fields.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(more);
    body
}

pub fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Refused by a row.
pub fn by(code: &str, row: &str) -> Refusal {
    Some((code.to_owned(), Some(row.to_owned())))
}

/// Policy lets it through.
pub fn passes() -> Refusal {
    None
}

pub fn organisation(records: &Records, id: &str, fields: Value) {
    let body = json!({
        "code": id, "name": "Bean & Leaf", "contact": "Ada", "email": "ada@bean.example",
        "plan": "pro", "subscription_status": "active", "joined_at": "2026-01-05T09:00:00.000Z",
        "products": 12, "sales": 34, "members": 2, "state": "active",
    });
    records.add("organisation", id, with(body, fields));
}

pub fn payment(records: &Records, id: &str, at: &str, fields: Value) {
    let body = json!({
        "payment_id": id, "organisation": "o", "amount": {"minor": 4900, "currency": "USD"},
        "at": at, "outcome": "failed", "method": "expired", "attempts": 4, "state": "failed",
    });
    records.add("payment", id, with(body, fields));
}

pub fn backup(records: &Records, id: &str, taken: &str, state: &str) {
    let body = json!({"backup_id": id, "taken_at": taken, "megabytes": 900, "state": state});
    records.add("backup", id, body);
}

/// The mail that an action sends.
pub fn mail(records: &Records, record: (&str, &str), action: (&str, Value), now: &str) -> Mail {
    let decision = records.decide(record, action, &[], now);
    let plan = decision
        .plan
        .unwrap_or_else(|| panic!("{:?}", decision.outcome));
    plan.calls.into_iter().find_map(|call| call.mail).unwrap()
}

/// A record as the texts of an action see it.
pub fn seen(
    pack: &'static Pack,
    records: &Records,
    record: (&str, &str),
    now: &str,
) -> Scope<'static> {
    let kind = pack.kind(record.0).unwrap();
    let (body, computed) = records.record(record.0, record.1);
    Scope {
        record: value::merged(kind, &body, &computed, (at(now), pack.zone)),
        now: Some(at(now)),
        ..Scope::default()
    }
}

/// A text is whole, and is not written when one of these names of a root is missing.
pub fn needs(pack: &Pack, template: &str, root: &str, names: &[&str], scope: &Scope<'static>) {
    let body = &pack.templates[template].body;
    assert!(
        body.render(scope).is_ok(),
        "{template}: {:?}",
        body.render(scope)
    );
    for name in names {
        let mut hole = scope.clone();
        let map = match root {
            "record" => &mut hole.record,
            "params" => &mut hole.params,
            "settings" => &mut hole.settings,
            "refs" => &mut hole.refs,
            other => panic!("{other}"),
        };
        assert!(
            map.remove(*name).is_some(),
            "{template}: no {root}.{name} to take away"
        );
        assert!(
            body.render(&hole).is_err(),
            "{template} without {root}.{name}"
        );
    }
}

/// Where a clock stands.
pub fn clock(
    pack: &'static Pack,
    records: &Records,
    record: (&str, &str),
    clock: &str,
    now: &str,
) -> ClockStanding {
    let kind = pack.kind(record.0).unwrap();
    let (body, computed) = records.record(record.0, record.1);
    standing_of(pack, kind, &kind.clocks[clock], (&body, &computed), at(now)).unwrap()
}

/// A clock runs.
pub fn runs(
    pack: &'static Pack,
    records: &Records,
    record: (&str, &str),
    clock: &str,
    now: &str,
) -> bool {
    let kind = pack.kind(record.0).unwrap();
    let (body, computed) = records.record(record.0, record.1);
    standing_of(pack, kind, &kind.clocks[clock], (&body, &computed), at(now))
        .is_some_and(|standing| standing.runs)
}

/// All states times all actions: an action starts from the states of the table, and from no other.
pub fn machine(
    pack: &'static Pack,
    kind: &str,
    body: &Value,
    states: &[&str],
    table: &[(&str, &[&str])],
) {
    let declared = &pack.kinds[kind];
    let ids: Vec<&str> = declared.states.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, states, "{kind}");
    let actions: BTreeSet<&str> = declared.actions.keys().map(String::as_str).collect();
    let named: BTreeSet<&str> = table.iter().map(|(action, _)| *action).collect();
    assert_eq!(actions, named, "{kind}");
    let records = Records::of(pack);
    for &state in states {
        records.add(kind, state, with(body.clone(), json!({ "state": state })));
        for &(action, from) in table {
            let refused = records.refused((kind, state), (action, json!({})), &[], NOON);
            let wrong = refused
                .as_ref()
                .is_some_and(|(code, _)| code == "action.wrong_state");
            assert_eq!(
                wrong,
                !from.contains(&state),
                "{action} from {state}: {refused:?}"
            );
        }
    }
}

/// The ids of a playbook's steps; each is reached from the first, and a run comes to an end.
pub fn steps(pack: &'static Pack, id: &str) -> Vec<&'static str> {
    let steps = &pack.playbooks[id].steps;
    let (mut seen, mut todo, mut ends) = (BTreeSet::from([0]), vec![0], false);
    while let Some(step) = todo.pop() {
        for next in &steps[step].follow {
            match next {
                Some(next) if seen.insert(*next) => todo.push(*next),
                Some(_) => {}
                None => ends = true,
            }
        }
    }
    assert_eq!((seen.len(), ends), (steps.len(), true), "{id}");
    steps.iter().map(|step| step.def.id.as_str()).collect()
}

/// The ways of a decision, each with the step after it.
pub fn ways(pack: &'static Pack, playbook: &str, step: &str) -> Vec<(&'static str, &'static str)> {
    let step = pack.playbooks[playbook].step(step).unwrap();
    let ways = &step.def.decide.as_ref().unwrap().ways;
    ways.iter()
        .map(|way| (way.id.as_str(), way.next.as_str()))
        .collect()
}

/// The ways that are proposed.
pub fn proposed(
    pack: &'static Pack,
    playbook: &str,
    step: &str,
    scope: &Scope<'_>,
) -> Vec<&'static str> {
    let step = pack.playbooks[playbook].step(step).unwrap();
    let ways = &step.def.decide.as_ref().unwrap().ways;
    let holds = step.ways.iter().map(|when| {
        when.as_ref()
            .is_some_and(|when| when.eval_bool(scope).unwrap())
    });
    let all = ways.iter().zip(holds).filter(|(_, holds)| *holds);
    all.map(|(way, _)| way.id.as_str()).collect()
}

/// The items of a routine.
pub fn items(pack: &'static Pack, routine: &str) -> Vec<&'static str> {
    let items = &pack.routines[routine].items;
    items.iter().map(|item| item.def.id.as_str()).collect()
}

/// A routine comes round at these instants, one after the other.
pub fn comes_round(pack: &'static Pack, routine: &str, from: &str, instants: &[&str]) {
    let schedules = &pack.routines[routine].schedules;
    assert_eq!(schedules.len(), 1, "{routine}");
    let mut now = at(from);
    for instant in instants {
        now = schedules[0].1.next_after(now).unwrap();
        assert_eq!(now, at(instant), "{routine}");
    }
}

/// What a check of an item says of an answer.
pub fn good(pack: &'static Pack, routine: &str, item: &str, answer: Value) -> bool {
    let items = &pack.routines[routine].items;
    let item = items.iter().find(|one| one.def.id == item).unwrap();
    let scope = Scope {
        values: map(json!({ "value": answer })),
        ..Scope::default()
    };
    item.check.as_ref().unwrap().good.eval_bool(&scope).unwrap()
}
