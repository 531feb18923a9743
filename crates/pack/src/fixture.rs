//! A small pack for tests beside the code: tickets of a shop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use crate::{Diagnostic, Pack};

pub(crate) const PACK: &str = r"format: 1
id: shop
version: 3
name: A shop
zone: Australia/Melbourne
currency: AUD
language: en
queues: [open]
numbers: [sold]
budget: {row: S-14, minutes_a_week: 240}
sessions:
  thursday: {row: S-1, label: Thursday, rule: FREQ=WEEKLY;BYDAY=TH;BYHOUR=14;BYMINUTE=0, minutes: 60}
settings:
  mode: {row: S-2, label: Mode, one_of: [strict, easy], default: strict}
controls:
  freeze: {row: S-3, label: Freeze, default: false}
";

pub(crate) const TICKET: &str = r#"kind: ticket
label: {one: Ticket, many: Tickets}
title: '{{ record.number }} of {{ refs.shop.name }}'
fields:
  number: {type: id, label: Number, indexed: true, searched: true}
  shop: {type: ref, kind: shop, label: Shop, indexed: true}
  price: {type: money, label: Price, indexed: true}
  bought_at: {type: timestamp, label: Bought, indexed: true}
  score: {type: number, label: Score, optional: true, indexed: true}
  visits: {type: integer, label: Visits, optional: true, indexed: true}
  paid: {type: boolean, label: Paid, optional: true, indexed: true}
  day: {type: date, label: Day, optional: true}
  level: {type: enum, label: Level, one_of: [low, high], optional: true, indexed: true}
  note: {type: text, label: Note, optional: true, searched: true}
  mail: {type: string, label: Mail, optional: true}
states:
  - {id: open, label: open, tone: amber}
  - {id: closed, label: closed, tone: green}
computed:
  ends_at: {type: timestamp, label: Ends, expr: 'record.bought_at + duration("72h")', indexed: true}
  age: {type: integer, label: Age, expr: (now - record.bought_at).getHours()}
lookups:
  of_shop: {kind: ticket, where: {shop: {expr: record.shop}, state: open}, answer: count}
  spent: {kind: ticket, where: {shop: {expr: record.shop}}, answer: sum, field: price}
  first: {kind: ticket, where: {shop: {expr: record.shop}}, answer: first, field: number, sort: [-bought_at]}
clocks:
  end: {row: S-4, label: ends, basis: 72 h, start: record.bought_at, due: record.ends_at, runs: record.state == "open", warn: before_next_session}
  soon: {row: S-4, label: ends, basis: 72 h, start: record.bought_at, due: record.ends_at, warn: {minutes_before: 60}}
actions:
  close:
    label: Close
    row: S-5
    from: [open]
    roles: [keeper]
    params:
      why: {type: text, label: Why}
      grade: {type: enum, label: Grade, one_of: [a, b], optional: true}
    policy:
      - {id: S-6, title: In time, when: 'now - record.bought_at < duration("72h")', otherwise: ticket.late, found: '{{ now | since(record.bought_at) | duration }}', refusal: 'Too late since {{ record.ends_at | datetime }}.', override: never}
      - {id: S-7, title: Few visits, when: record.visits < 10, otherwise: ticket.visits, found: '{{ record.visits }} visits', refusal: Too many visits., override: never}
    not_after: record.ends_at
    nature: money
    confirm: typed
    effects:
      - set: {state: '"closed"', note: params.why}
      - set_on: {field: shop, set: {closed: lookups.of_shop}}
      - create: {kind: shop, set: {name: '"copy of " + record.number', closed: '0'}}
      - call: {connector: stripe, operation: refund, args: {charge: record.number, amount: record.price}, then: {note: result.id}, otherwise: {state: '"open"', note: result.message}, then_on: [{field: shop, set: {closed: '99'}}]}
      - call: {connector: mail, operation: send, template: closed, after_previous: true}
    will: ['close {{ record.number }}', '{% if record.note is defined %}replace the note{% endif %}']
views:
  open:
    label: Open
    row: S-8
    where: {state: open}
    sections:
      - {id: running, label: Running, where: {ends_at: {gt: {expr: now}}}}
      - {id: over, label: Over, where: {ends_at: {lte: {expr: now}}}}
    sort: [bought_at]
    sort_label: oldest first
    columns: [number, {field: shop, with: level}, clock.end, age, state]
    queue: {target: 0, minutes_each: 1.5, minutes_fixed: 5, arrived: bought_at, row: S-8}
    total: price
detail: [number, age]
"#;

pub(crate) const SHOP: &str = r"kind: shop
label: {one: Shop, many: Shops}
title: '{{ record.name }}'
fields:
  name: {type: string, label: Name, indexed: true}
  closed: {type: integer, label: Closed tickets, optional: true}
";

pub(crate) const CLOSED: &str = r#"id: closed
row: S-9
kind: ticket
to: record.mail
subject: 'Ticket {{ record.number }}{% if settings.mode == "easy" %}, easily{% endif %}'
body: 'Closed: {{ params.why }}, {{ record.price | money }} of {{ record.bought_at | date }}.'
"#;

pub(crate) const LATE: &str = r#"id: late
row: S-10
label: A ticket is late
severity: red
each: {kind: ticket, where: {state: open}}
when: now > record.ends_at && lookups.of_shop > 0
changes_at: ['record.ends_at + duration("1ms")']
since: record.ends_at
for_minutes: 30
keep_firing_minutes: 5
rule: red after 30 min
detail: 'Ticket {{ record.number }} of {{ refs.shop.name }} ended {{ record.ends_at | datetime }}'
view: open
"#;

pub(crate) const MANY: &str = r"id: many
row: S-11
label: Many tickets
severity: yellow
metric: sold
when: value > 10.0
rule: yellow above 10
detail: '{{ count }} tickets, {{ value }} in cents'
";

pub(crate) const SOLD: &str = r"id: sold
row: S-12
label: Sold
unit: money
measure: {kind: ticket, where: {state: [open, closed]}, answer: sum, field: price, at: bought_at}
per: {kind: ticket, answer: count, at: bought_at}
window: {days: 7}
compare: true
better: more
target: 100
bands:
  - {row: S-13, tone: red, above: 50}
  - {row: S-13, tone: amber, from: 20}
by: shop
points: 7
stated: {label: shop, measure: {kind: ticket, answer: last, field: price, at: bought_at}}
view: open
note: '{{ count }} sold, {{ daily | money }} a day'
";

/// The files, with some replaced or added.
pub(crate) fn files(changes: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = [
        ("pack.yaml", PACK),
        ("alerts/late.yaml", LATE),
        ("alerts/many.yaml", MANY),
        ("metrics/sold.yaml", SOLD),
        ("records/ticket.yaml", TICKET),
        ("records/shop.yaml", SHOP),
        ("templates/closed.yaml", CLOSED),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
    .collect();
    for (path, text) in changes {
        files.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    files
}

/// The pack; panics where it has a problem.
pub(crate) fn pack() -> Pack {
    crate::load_files(&files(&[]))
        .unwrap_or_else(|problems| panic!("{}", crate::diagnostic::render(&problems, &files(&[]))))
}

/// Problems after `from` in a file is replaced by `to`.
pub(crate) fn problems(path: &str, from: &str, to: &str) -> Vec<Diagnostic> {
    let files = files(&[]);
    let text = String::from_utf8(files.get(path).unwrap().clone()).unwrap();
    assert!(text.contains(from), "`{from}` is not in {path}");
    let changed = text.replacen(from, to, 1);
    let loaded = crate::load_files(&self::files(&[(path, &changed)]));
    loaded.expect_err(&format!("`{to}` in {path} was taken"))
}
