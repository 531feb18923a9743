//! A small pack in which all is well, to be spoilt.

pub const PACK: &str = r"format: 1
id: shop
version: 1
name: A shop
zone: Australia/Melbourne
currency: AUD
language: en
queues: [open]
sessions:
  monday: {row: S-1, label: Monday, rule: FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0, minutes: 30}
settings:
  days: {row: S-2, label: Days, default: 7}
controls:
  freeze: {row: S-3, label: Freeze, default: false}
";

pub const PARCEL: &str = r#"kind: parcel
label: {one: Parcel, many: Parcels}
title: '{{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true}
  came_at: {type: timestamp, label: Came, indexed: true}
states:
  - {id: open, label: open}
  - {id: gone, label: gone}
computed:
  late_at: {type: timestamp, label: Late, expr: 'record.came_at + duration("24h")'}
actions:
  hand_out:
    label: Hand out
    row: S-4
    from: [open]
    policy:
      - {id: S-5, title: Now, when: settings.days > 0 && !controls.freeze, otherwise: parcel.no, found: x, refusal: y, override: never}
    nature: change
    effects:
      - set: {state: '"gone"'}
    will: ['hand out {{ record.number }}']
views:
  open: {label: Open, row: S-6, where: {state: open}, sort: [came_at], sort_label: oldest first, columns: [number]}
"#;

pub const ROUND: &str = r"id: round
row: S-7
label: Round
when: {schedule: {rule: FREQ=DAILY;BYHOUR=9;BYMINUTE=0}}
due_minutes: 60
items:
  - {id: look, text: Look around}
";

pub const STUCK: &str = r"id: stuck
row: S-8
label: A door is stuck
purpose: A door does not open.
steps:
  - {id: push, text: Push it}
  - {id: pull, text: Pull it}
";

/// Path and text of each file.
pub const FILES: [(&str, &str); 4] = [
    ("pack.yaml", PACK),
    ("records/parcel.yaml", PARCEL),
    ("routines/round.yaml", ROUND),
    ("playbooks/stuck.yaml", STUCK),
];
