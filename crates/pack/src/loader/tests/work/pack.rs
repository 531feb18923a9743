//! A pack with work, people and books: the small one, and what is added to it.

pub(super) const PACK: &str = r"
document: {row: S-20, version: v1.0, owner: The team, updated: 2024-12-29, next_review: 2025-01-29}
regions:
  south: {row: S-21, label: South, zone: Australia/Melbourne, currency: AUD, tax: included}
  north: {row: S-21, label: North, zone: Europe/London, currency: GBP, tax: included, disputed: X-05}
";

pub(super) const PEOPLE: &str = r"roles:
  keeper: {row: S-22, label: Keeper}
  lead: {row: S-22, label: Lead}
  police: {row: S-22, label: Police, outside: true}
contacts:
  lead: {row: S-23, label: Lead, role: lead, setting: lead_at}
  provider: {row: S-23, label: Provider, at: 1-888-221-1161}
escalations:
  money:
    row: S-24
    label: Money
    purpose: Anything about money
    calls: [{role: keeper}, {role: lead, after_minutes: 60}, {role: police, after_minutes: 240, only: theft}]
    freezes: [freeze]
capabilities:
  - {row: S-25, text: Close tickets, may: yes}
  - {row: S-25, text: Change prices, may: no}
  - {row: S-25, text: Give presents, may: propose, to: lead}
";

pub(super) const INCIDENTS: &str = r"severities:
  - {id: p0, row: S-26, label: P0, rank: 0, tone: red, examples: [shop is shut], respond_minutes: 0, resolve_minutes: 60, notify_minutes: 60, unanswered_minutes: 5, escalation: money, tell: [lead]}
  - {id: p1, row: S-26, label: P1, rank: 1, tone: red, examples: [half of it is], resolve_minutes: 240}
roles: [lead]
playbook: late
afterwards: after
promises:
  pro: {row: S-27, label: Pro, uptime_percent: 99.9, respond_minutes: {p0: 240}}
warn_at_percent: [50, 80]
";

pub(super) const HANDOVER: &str = r"row: S-28
title: 'Handover: {{ date }} {{ zone }}'
each_region: true
sections:
  - {id: open, label: Open, parts: [issue, status], from: [{kind: ticket, where: {state: open}, parts: ['{{ record.number }}', '{{ record.state }}']}]}
outgoing:
  - {id: finish, text: Finish what is urgent, view: open, gate: true}
incoming:
  - {id: incidents, text: Take over each incident, takes_incidents: true}
";

pub(super) const MORNING: &str = r#"id: morning
row: S-29
label: Morning
when: {schedule: {rule: FREQ=DAILY;BYHOUR=9;BYMINUTE=0, settled_by: X-09}}
each_region: true
due_minutes: 60
session: thursday
roles: [keeper]
items:
  - {id: look, text: Look at the tickets, view: open, check: {ask: {kind: ticket, where: {state: open, ends_at: {lt: {expr: now}}}, answer: count}, good: value < 10, found: '{{ value }} are late'}}
  - {id: sold, text: Look at what was sold, metric: sold, check: {metric: sold, good: value > 0.0, found: 'sold {{ value }}'}}
  - {id: key, text: The provider takes our key, credential: STRIPE_KEY}
  - {id: count, text: Count the drawer, notes: {drawer: {type: money, label: Drawer}}, playbook: late, optional: true}
"#;

pub(super) const BEFORE: &str = r"id: before
row: S-30
label: Before it ends
when: {record: {kind: ticket, at: ends_at, minutes: -30, only: record.visits > 3}}
due_minutes: 30
items: [{id: look, text: Look}]
";

pub(super) const AFTER: &str = "id: after\nrow: S-31\nlabel: Afterwards\nwhen: asked\ndue_minutes: 10\nitems: [{id: tell, text: Tell}]\n";

pub(super) const LATE: &str = r#"id: late
row: S-32
label: A ticket is late
purpose: When a ticket has ended and is still open
kind: ticket
severity: p1
minutes: 12
steps:
  - {id: look, text: Look whether others are late, look_up: {answer: others, ask: {kind: ticket, where: {shop: {expr: record.shop}, state: open}, answer: count}, found: '{{ value }} are open'}}
  - id: how
    text: How late?
    decide:
      ways:
        - {id: little, label: Less than an hour, when: 'now - record.ends_at < duration("1h")', next: wait}
        - {id: many, label: Many are, when: answers.others > 3, next: call}
        - {id: much, label: An hour and more, next: close}
  - {id: wait, text: Wait, wait: {minutes: 5, most: 10}}
  - {id: again, text: Is it over?, recheck: {every_minutes: 15, until: it is closed, most: 4, then: call}, next: end}
  - {id: close, text: Close it, act: {action: close, params: {why: '"late: " + string(answers.others)'}}}
  - {id: freeze, text: Freeze, switch: {control: freeze, to: true}}
  - {id: tell, text: Tell, send: {template: post}, next: end}
  - {id: call, text: Call somebody, page: {path: money}}
  - {id: phrases, text: Try some phrases, test: [{input: Bleeding, expect: medical}]}
  - {id: token, text: Is the token there?, credential: STRIPE_KEY, next: end}
"#;

pub(super) const POST: &str = r"id: post
row: S-33
channel: chat
kind: ticket
fields: {cause: {type: text, label: Cause}}
subject: 'Late: {{ record.number }}'
body: '{{ params.cause }}'
buttons: [{label: Open, setting: lead_at}]
";

pub(super) const EVIDENCE: &str = r"id: papers
row: S-34
label: Papers
kind: ticket
deadline: ends_at
items:
  - {id: receipt, label: Receipt, form: file}
  - {id: why, label: Why, form: {field: note}, when: record.visits > 0}
limits: {source: the provider's page, media: [application/pdf], files: 10, bytes_each: 1000, bytes_total: 5000, once: true}
by_hand_hours: 48
cancel_hours: 4
";

pub(super) const BOOKS: &str = r"id: books
row: S-35
label: Books
ours: {label: ours, kind: ticket, where: {state: closed}, key: number, amount: price, at: bought_at}
theirs: {label: theirs, kind: ticket, key: number, amount: price, at: ends_at}
days: 7
findings:
  - {row: S-35, of: only_ours, text: They do not have it, then: [Look], wait_hours: 24, playbook: late}
retention: money
";

pub(super) const WEEKLY: &str = r"id: weekly
row: S-36
label: Weekly
schedule: {rule: FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0}
parts:
  - {id: sold, label: Sold, metrics: [sold], view: open}
  - {id: books, label: Books, reconciliation: books}
  - {id: stars, label: Stars, missing: nobody counts stars}
retention: money
";

pub(super) const RETENTION: &str = r"classes:
  money: {row: S-37, label: Money, keep: {years: 7}, from: the day of the entry, kinds: [ticket, audit]}
";

pub(super) const RULINGS: &str = r"rulings:
  - {id: X-05, rows: [S-21], severity: harms, says: no tax, holds: it is asked, settled: disputed}
  - {id: X-06, rows: [S-23], severity: misleads, says: nobody is named, holds: the tenant names them, settled: needed, setting: lead_at}
";
