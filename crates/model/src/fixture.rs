//! A small pack for tests beside the code: claims for lost parcels.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_pack::{Pack, load_files, value};

use crate::decision::{Actor, Situation};
use crate::{LookupValue, Snapshot};

const PACK: &str = r"format: 1
id: parcels
version: 1
name: Parcels
zone: Australia/Melbourne
currency: AUD
language: en
queues: [claims]
sessions:
  thursday: {row: P-1, label: Thursday, rule: FREQ=WEEKLY;BYDAY=TH;BYHOUR=14;BYMINUTE=0, minutes: 60}
settings:
  limit: {row: P-2, label: Limit in minor units, default: 10000}
controls:
  freeze: {row: P-3, label: Freeze, default: false}
";

const CLAIM: &str = r#"kind: claim
label: {one: Claim, many: Claims}
title: 'Claim {{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true}
  parcel: {type: ref, kind: parcel, label: Parcel}
  spare: {type: ref, kind: parcel, label: Another, optional: true}
  amount: {type: money, label: Amount}
  lost_at: {type: timestamp, label: Lost, indexed: true}
  mail: {type: string, label: Mail, optional: true}
  note: {type: string, label: Note, optional: true}
  level: {type: enum, label: Level, one_of: [low, high], labels: {high: very high}, optional: true}
  asked_at: {type: timestamp, label: Owner asked, optional: true}
  waited: {type: number, label: Minutes waited, optional: true}
  second_at: {type: timestamp, label: Second question, optional: true}
  checked_at: {type: timestamp, label: Check begun, optional: true}
states:
  - {id: open, label: open, tone: amber}
  - {id: paid, label: paid, tone: green}
  - {id: failed, label: failed, tone: red}
computed:
  ends_at: {type: timestamp, label: Ends, expr: 'record.lost_at + duration("72h")', indexed: true}
lookups:
  paid_before: {kind: claim, where: {number: {expr: record.number}, state: paid}, answer: count}
clocks:
  session: {row: P-4, label: ends, basis: 72 h, start: record.lost_at, due: record.ends_at, runs: record.state == "open", warn: before_next_session}
  hour: {row: P-4, label: ends, basis: 72 h, start: record.lost_at, due: record.ends_at, warn: {minutes_before: 60}}
  waits:
    row: P-16
    label: ends
    basis: 72 h
    start: record.lost_at
    due: record.ends_at
    runs: record.state == "open"
    pauses:
      - {row: P-17, label: the owner is asked, since: record.asked_at, earlier: record.waited}
      - {row: P-17, label: the carrier is asked, since: record.second_at}
      - {row: P-18, label: it is checked, since: record.checked_at, counts: true}
    warn: {minutes_before: 60}
actions:
  pay:
    label: Pay
    row: P-5
    from: [open]
    roles: [clerk, chief]
    params:
      why: {type: text, label: Why}
      grade: {type: enum, label: Grade, one_of: [a, b_plus], labels: {a: very good}, optional: true}
      count: {type: integer, label: Count, optional: true}
    policy:
      - {id: P-6, title: In time, when: 'now - record.lost_at < duration("72h")', otherwise: claim.late, found: '{{ now | since(record.lost_at) | duration }}', refusal: 'It ended {{ record.ends_at | datetime }}.', override: never}
      - {id: P-7, title: Within the limit, when: record.amount.minor <= settings.limit, otherwise: claim.too_much, found: '{{ record.amount | money }}', refusal: Above the limit., override: never}
      - {id: P-8, title: Paid once, when: lookups.paid_before == 0, otherwise: claim.twice, found: '{{ lookups.paid_before }} before', refusal: Paid before., override: never}
    not_after: 'record.level == "high" ? null : record.ends_at'
    nature: money
    confirm: typed
    effects:
      - set: {state: '"paid"', note: params.why}
      - set_on: {field: parcel, set: {status: '"settled"'}}
      - set_on: {field: spare, set: {status: '"settled"'}}
      - create: {kind: parcel, set: {status: '"reordered by " + actor.id'}}
      - call: {connector: stripe, operation: refund, args: {charge: record.number, amount: record.amount}, then: {note: result.id}, otherwise: {state: '"failed"', note: result.message}, then_on: [{field: parcel, set: {status: result.id}}]}
      - call: {connector: mail, operation: send, template: paid, after_previous: true}
    will: ['pay {{ record.amount | money }}', 'note {{ params.why }}', '{% if record.spare is defined %}settle both{% endif %}']
  note:
    label: Note
    row: P-9
    from: [open, paid]
    policy: []
    nature: change
    confirm: typed
    effects: [{set: {level: record.note}}]
    will: [note it]
  forgive:
    label: Forgive a part
    row: P-12
    from: [open]
    params:
      part: {type: integer, label: Part in percent}
    policy:
      - {id: P-12, title: A part of it, when: params.part > 0 && params.part < 100, otherwise: claim.no_part, found: '{{ params.part }} percent', refusal: A part lies between 0 and 100., override: never}
    approvals:
      - {id: P-13, title: Large claims, when: record.amount.minor > 5000, found: '{{ record.amount | money }}', role: chief, fallback: {role: owner, after_minutes: 720}, asked: {asked_at: now, second_at: 'null'}, answered: {second_at: now, mail: actor.id}}
      - {id: P-14, title: By their note, when: size(record.note) > 100, found: '{{ record.number }}', role: chief}
    nature: change
    effects: [{set: {note: '"forgiven"'}}]
    will: [forgive a part]
  part:
    label: Pay a part
    row: P-19
    from: [open]
    params:
      amount: {type: money, label: Amount}
    policy: []
    nature: money
    confirm: typed
    types: params.amount
    effects: [{set: {note: '"part"'}}]
    will: [pay a part]
  tell:
    label: Tell the others
    row: P-15
    from: [open]
    policy: []
    nature: change
    effects: [{call: {connector: slack, operation: post, args: {channel: '"claims"', text: record.number}}}]
    will: [post it]
views:
  claims: {label: Claims, row: P-10, sort: [lost_at], sort_label: oldest first, columns: [number, clock.session], queue: {target: 0, minutes_each: 1}}
"#;

const PARCEL: &str = r"kind: parcel
label: {one: Parcel, many: Parcels}
title: Parcel
fields:
  status: {type: string, label: Status}
";

const PAID: &str = r"id: paid
row: P-11
kind: claim
to: record.mail
subject: |
  Claim {{ record.number }}
  paid
body: 'Paid {{ record.amount | money }} for {{ refs.parcel.status }}: {{ params.why }}'
";

/// All that a decision depends on, owned, to be changed by a test.
pub(crate) struct World {
    pub pack: Pack,
    pub record: Snapshot,
    pub params: Map<String, Value>,
    pub actor: Actor,
    pub now: DateTime<Utc>,
    pub settings: Map<String, Value>,
    pub controls: Map<String, Value>,
    pub lookups: BTreeMap<String, LookupValue>,
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    value::instant(text).unwrap()
}

pub(crate) fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

impl World {
    /// An open claim, lost on Tuesday, 17 November 2026, 12:00 UTC, a day ago.
    pub fn new() -> Self {
        let files = [
            ("pack.yaml", PACK),
            ("records/claim.yaml", CLAIM),
            ("records/parcel.yaml", PARCEL),
            ("templates/paid.yaml", PAID),
        ];
        let files: BTreeMap<String, Vec<u8>> = files
            .into_iter()
            .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
            .collect();
        let pack = load_files(&files).unwrap_or_else(|problems| {
            panic!(
                "{}",
                watchkeeper_pack::diagnostic::render(&problems, &files)
            )
        });
        let body = map(json!({
            "number": "C-1", "parcel": "p1", "amount": {"minor": 2200, "currency": "AUD"},
            "lost_at": "2026-11-17T12:00:00.000Z", "mail": "a@b.example", "state": "open"
        }));
        let now = at("2026-11-18T12:00:00Z");
        let settings = pack.settings_in_force(&Map::new());
        let controls = pack.controls_in_force(&Map::new());
        let mut world = Self {
            pack,
            record: Snapshot {
                id: "c1".into(),
                revision: 4,
                body: Map::new(),
                computed: Map::new(),
                refs: map(json!({"parcel": {"status": "a broken vase"}})),
            },
            params: map(json!({"why": "lost at sea"})),
            actor: Actor {
                id: "op-1".into(),
                roles: ["clerk".to_owned()].into(),
                regions: std::collections::BTreeSet::new(),
            },
            now,
            settings,
            controls,
            lookups: BTreeMap::new(),
        };
        let before = LookupValue {
            value: json!(0),
            as_of: now,
        };
        world.lookups.insert("paid_before".into(), before);
        world.body(body);
        world
    }

    /// Another body, with what follows from it.
    pub fn body(&mut self, body: Map<String, Value>) {
        self.record.computed = value::compute(self.pack.kind("claim").unwrap(), &body);
        self.record.body = body;
    }

    /// One field changed; null takes it away.
    pub fn set(&mut self, field: &str, to: Value) {
        let mut body = self.record.body.clone();
        if to.is_null() {
            body.remove(field);
        } else {
            body.insert(field.to_owned(), to);
        }
        self.body(body);
    }

    pub fn situation(&self) -> Situation<'_> {
        Situation {
            pack: &self.pack,
            kind: self.pack.kind("claim").unwrap(),
            record: &self.record,
            params: &self.params,
            actor: &self.actor,
            now: self.now,
            settings: &self.settings,
            controls: &self.controls,
            lookups: &self.lookups,
        }
    }
}
