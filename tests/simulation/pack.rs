//! The invented pack of the simulation, and its records.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use watchkeeper_pack::Bundle;

const PACK: &str = r"
format: 1
id: depot
version: VERSION
name: Depot
zone: Australia/Melbourne
currency: AUD
language: en-AU
queues: [parcels]
controls:
  freeze: {row: P-9, label: Freeze, default: false}
";

const DEPOT: &str = r"
kind: depot
label: {one: Depot, many: Depots}
title: '{{ record.name }}'
fields:
  name: {type: string, label: Name, searched: true}
detail: [name]
";

const ENTRY: &str = r"
kind: entry
label: {one: Entry, many: Entries}
title: '{{ record.text }}'
fields:
  text: {type: text, label: Text, searched: true}
  parcel: {type: id, label: Parcel}
detail: [text]
";

const PARCEL: &str = r#"
kind: parcel
label: {one: Parcel, many: Parcels}
title: 'Parcel {{ record.number }} at {{ refs.depot.name }}'
fields:
  number: {type: id, label: Number, indexed: true, searched: true}
  depot: {type: ref, kind: depot, label: Depot}
  fee: {type: money, label: Fee, indexed: true}
  charge: {type: id, label: Charge}
  arrived_at: {type: timestamp, label: Arrived, indexed: true}
  note: {type: text, label: Note, optional: true, searched: true}
  receipt: {type: id, label: Receipt, optional: true}
  said: {type: string, label: What the provider said, optional: true}
states:
  - {id: waiting, label: waiting, tone: amber}
  - {id: released, label: released, tone: blue}
  - {id: paid, label: paid, tone: green}
  - {id: failed, label: failed, tone: red}
  - {id: returned, label: returned}
computed:
  due_at: {type: timestamp, label: Due, expr: 'record.arrived_at + duration("72h")', indexed: true}
lookups:
  waiting_here:
    kind: parcel
    where: {state: waiting}
    answer: count
actions:
  release:
    label: Release
    row: P-1
    key: a
    from: [waiting, failed]
    roles: [operator]
    policy:
      - id: P-1
        title: Within 72 hours
        when: now - record.arrived_at < duration("72h")
        otherwise: parcel.too_late
        found: 'of 72 h'
        refusal: The time for this parcel is over.
        override: never
      - id: P-9
        title: Not frozen
        when: controls.freeze != true
        otherwise: parcel.frozen
        found: 'frozen'
        refusal: Releases are frozen.
        override: never
    not_after: record.due_at
    nature: money
    confirm: typed
    effects:
      - set: {state: '"released"'}
      - call:
          connector: stripe
          operation: refund
          args: {charge: record.charge, amount: record.fee}
          then: {state: '"paid"', receipt: result.id}
          otherwise: {state: '"failed"', said: result.message}
    will: ['release the parcel']
  goodwill:
    label: Goodwill
    row: P-4
    key: t
    from: [waiting, released, paid, failed, returned]
    policy: []
    nature: money
    confirm: click
    effects:
      - call:
          connector: paypal
          operation: refund
          args: {capture: record.charge, amount: record.fee}
    will: ['pay a little']
  # Both can be taken back for a while.
  tip:
    label: Tip
    row: P-6
    key: i
    from: [waiting, released, paid, failed, returned]
    undo: {row: P-7, hold_seconds: 50}
    policy: []
    nature: money
    confirm: click
    effects:
      - call:
          connector: wise
          operation: transfer
          args: {recipient: record.charge, amount: record.fee, reference: record.number}
    will: ['pay a tip']
  jot:
    label: Jot
    row: P-6
    key: o
    from: [waiting, released, paid, failed, returned]
    undo: {row: P-7, hold_seconds: 120}
    params:
      text: {type: text, label: Text}
    policy: []
    nature: change
    effects:
      - create: {kind: entry, set: {text: params.text, parcel: record.number}}
    will: ['write it down']
  return:
    label: Return
    row: P-3
    key: r
    from: [waiting, released]
    params:
      reason: {type: text, label: Reason}
    policy: []
    nature: change
    effects:
      - set: {state: '"returned"', note: params.reason}
    will: ['send it back']
  note:
    label: Note
    row: P-5
    key: n
    from: [waiting, released, paid, failed, returned]
    params:
      text: {type: text, label: Text}
    policy: []
    nature: change
    effects:
      - create: {kind: entry, set: {text: params.text, parcel: record.number}}
    will: ['write it down']
detail: [number, depot, fee, arrived_at, due_at, note]
views:
  parcels:
    label: Parcels
    row: P-1
    sort: [arrived_at]
    sort_label: oldest first
    queue: {target: 0, minutes_each: 2}
    columns:
      - {field: number, with: depot}
      - fee
      - state
"#;

/// The text that marks what is confidential: no file of a laptop may hold it in clear.
pub const CANARY: &str = "kanarienvogel";

/// The pack in a version.
pub fn bundle(version: u32) -> Bundle {
    let files = BTreeMap::from([
        (
            "pack.yaml".to_owned(),
            PACK.replace("VERSION", &version.to_string()),
        ),
        ("records/depot.yaml".to_owned(), DEPOT.to_owned()),
        ("records/entry.yaml".to_owned(), ENTRY.to_owned()),
        ("records/parcel.yaml".to_owned(), PARCEL.to_owned()),
    ]);
    Bundle::from_files(files).unwrap()
}

/// The same, as it is published.
pub fn signed(version: u32) -> watchkeeper_pack::Signed {
    watchkeeper_tests::signed(bundle(version)).unwrap()
}

/// Fields of a parcel that arrived so many hours before now.
pub fn parcel(number: &str, now: DateTime<Utc>, hours: i64) -> Value {
    json!({
        "number": number, "depot": "d1", "charge": format!("ch_{number}"),
        "fee": {"minor": 2200, "currency": "AUD"},
        "arrived_at": watchkeeper_pack::value::instant_text(now - TimeDelta::hours(hours)),
        "state": "waiting", "note": format!("{CANARY} of {number}"),
    })
}
