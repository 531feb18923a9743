//! Routines, playbooks, people, incidents, handovers, evidence and books.

use std::collections::BTreeMap;

use super::untold;
use crate::diagnostic::{Diagnostic, Severity, render};
use crate::fixture;
use crate::pack::{Asked, Pack};

const PACK: &str = r"
document: {row: S-20, version: v1.0, owner: The team, updated: 2024-12-29, next_review: 2025-01-29}
regions:
  south: {row: S-21, label: South, zone: Australia/Melbourne, currency: AUD, tax: included}
  north: {row: S-21, label: North, zone: Europe/London, currency: GBP, tax: included, disputed: X-05}
";

const PEOPLE: &str = r"roles:
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

const INCIDENTS: &str = r"severities:
  - {id: p0, row: S-26, label: P0, rank: 0, tone: red, examples: [shop is shut], respond_minutes: 0, resolve_minutes: 60, notify_minutes: 60, unanswered_minutes: 5, escalation: money, tell: [lead]}
  - {id: p1, row: S-26, label: P1, rank: 1, tone: red, examples: [half of it is], resolve_minutes: 240}
roles: [lead]
playbook: late
afterwards: after
promises:
  pro: {row: S-27, label: Pro, uptime_percent: 99.9, respond_minutes: {p0: 240}}
warn_at_percent: [50, 80]
";

const HANDOVER: &str = r"row: S-28
title: 'Handover: {{ date }} {{ zone }}'
each_region: true
sections:
  - {id: open, label: Open, parts: [issue, status], from: [{kind: ticket, where: {state: open}, parts: ['{{ record.number }}', '{{ record.state }}']}]}
outgoing:
  - {id: finish, text: Finish what is urgent, view: open, gate: true}
incoming:
  - {id: incidents, text: Take over each incident, takes_incidents: true}
";

const MORNING: &str = r#"id: morning
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

const BEFORE: &str = r"id: before
row: S-30
label: Before it ends
when: {record: {kind: ticket, at: ends_at, minutes: -30, only: record.visits > 3}}
due_minutes: 30
items: [{id: look, text: Look}]
";

const AFTER: &str = "id: after\nrow: S-31\nlabel: Afterwards\nwhen: asked\ndue_minutes: 10\nitems: [{id: tell, text: Tell}]\n";

const LATE: &str = r#"id: late
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

const POST: &str = r"id: post
row: S-33
channel: chat
kind: ticket
fields: {cause: {type: text, label: Cause}}
subject: 'Late: {{ record.number }}'
body: '{{ params.cause }}'
buttons: [{label: Open, setting: lead_at}]
";

const EVIDENCE: &str = r"id: papers
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

const BOOKS: &str = r"id: books
row: S-35
label: Books
ours: {label: ours, kind: ticket, where: {state: closed}, key: number, amount: price, at: bought_at}
theirs: {label: theirs, kind: ticket, key: number, amount: price, at: ends_at}
days: 7
findings:
  - {row: S-35, of: only_ours, text: They do not have it, then: [Look], wait_hours: 24, playbook: late}
retention: money
";

const WEEKLY: &str = r"id: weekly
row: S-36
label: Weekly
schedule: {rule: FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0}
parts:
  - {id: sold, label: Sold, metrics: [sold], view: open}
  - {id: books, label: Books, reconciliation: books}
  - {id: stars, label: Stars, missing: nobody counts stars}
retention: money
";

const RETENTION: &str = r"classes:
  money: {row: S-37, label: Money, keep: {years: 7}, from: the day of the entry, kinds: [ticket, audit]}
";

const RULINGS: &str = r"rulings:
  - {id: X-05, rows: [S-21], severity: harms, says: no tax, holds: it is asked, settled: disputed}
  - {id: X-06, rows: [S-23], severity: misleads, says: nobody is named, holds: the tenant names them, settled: needed, setting: lead_at}
";

fn pack_yaml() -> String {
    let settings = "settings:\n  lead_at: {row: S-23, label: Lead, type: string, needed: true}\n";
    fixture::PACK.replace("settings:\n", settings) + PACK
}

fn files() -> BTreeMap<String, Vec<u8>> {
    fixture::files(&[
        ("pack.yaml", &pack_yaml()),
        ("people.yaml", PEOPLE),
        ("incidents.yaml", INCIDENTS),
        ("handover.yaml", HANDOVER),
        ("routines/morning.yaml", MORNING),
        ("routines/before.yaml", BEFORE),
        ("routines/after.yaml", AFTER),
        ("playbooks/late.yaml", LATE),
        ("templates/post.yaml", POST),
        ("evidence/papers.yaml", EVIDENCE),
        ("reconciliations/books.yaml", BOOKS),
        ("reports/weekly.yaml", WEEKLY),
        ("retention.yaml", RETENTION),
        ("rulings.yaml", RULINGS),
    ])
}

fn pack() -> Pack {
    crate::load_files(&files()).unwrap_or_else(|found| panic!("{}", render(&found, &files())))
}

/// Problems after `from` in a file is replaced by `to`.
fn problems(path: &str, from: &str, to: &str) -> Vec<Diagnostic> {
    let mut files = files();
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "`{from}` is not in {path}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
    match crate::load_files(&files) {
        Ok(pack) => untold(pack.warnings),
        Err(problems) => problems,
    }
}

#[test]
fn a_whole_pack_loads_without_a_word() {
    let pack = pack();
    assert_eq!(untold(pack.warnings.clone()), []);
    let morning = &pack.routines["morning"];
    let zones: Vec<_> = morning
        .schedules
        .iter()
        .map(|(region, schedule)| (region.as_deref().unwrap(), schedule.zone().name()))
        .collect();
    let expected = [("north", "Europe/London"), ("south", "Australia/Melbourne")];
    assert_eq!(zones, expected);
    let asked = &morning.items[1].check.as_ref().unwrap().asked;
    assert!(matches!(asked, Asked::Metric(metric) if metric == "sold"));
    assert!(pack.routines["before"].only.is_some());
    let late = &pack.playbooks["late"];
    assert_eq!(
        late.step("how").unwrap().follow,
        [Some(2), Some(7), Some(4)]
    );
    assert_eq!(late.step("again").unwrap().follow, [Some(7), None]);
    assert!(pack.handover.is_some() && pack.people.roles.len() == 3);
    assert_eq!(pack.rulings.len(), 2);
    assert_eq!(pack.reports["weekly"].def.parts.len(), 3);
    assert!(pack.evidence["papers"].when[1].is_some());
}

/// One change makes one problem, at the text that is at fault.
#[test]
fn each_mistake_is_found_where_it_stands() {
    let late = "playbooks/late.yaml";
    let morning = "routines/morning.yaml";
    let cases = [
        (
            late,
            "next: wait}",
            "next: wiat}",
            "pack.unknown_name",
            "wiat",
        ),
        (
            late,
            "next: wait}",
            "next: again}",
            "pack.unreachable",
            "wait",
        ),
        (
            late,
            "credential: STRIPE_KEY, next: end}",
            "credential: STRIPE_KEY, next: token}",
            "pack.endless",
            "call",
        ),
        (
            late,
            "wait: {minutes: 5, most: 10}",
            "wait: {minutes: 5, most: 4}",
            "pack.minutes",
            "4",
        ),
        (
            late,
            "wait: {minutes: 5",
            "wait: {minutes: 0",
            "pack.minutes",
            "0",
        ),
        (
            late,
            "text: Wait, wait",
            "text: Wait, page: {path: money}, wait",
            "pack.step",
            "",
        ),
        (
            late,
            "when: answers.others > 3",
            "when: answers.other > 3",
            "pack.expression",
            "",
        ),
        (
            late,
            "kind: ticket, where: {shop: {expr: record.shop}",
            "kind: ticket, where: {note: {expr: record.shop}",
            "pack.not_indexed",
            "note",
        ),
        (
            late,
            "action: close",
            "action: clsoe",
            "pack.unknown_name",
            "clsoe",
        ),
        (
            late,
            "params: {why",
            "params: {wyh",
            "pack.unknown_name",
            "wyh",
        ),
        (
            late,
            "control: freeze",
            "control: freze",
            "pack.unknown_name",
            "freze",
        ),
        (late, "to: true", "to: 3", "pack.wrong_type", "3"),
        (
            late,
            "path: money",
            "path: mony",
            "pack.unknown_name",
            "mony",
        ),
        (
            late,
            "severity: p1",
            "severity: p7",
            "pack.unknown_name",
            "p7",
        ),
        (
            late,
            "text: Is the token there?",
            "text: 'Run echo $STRIPE_KEY'",
            "pack.secret",
            "'Run",
        ),
        (
            morning,
            "view: open",
            "view: oepn",
            "pack.unknown_name",
            "oepn",
        ),
        (
            morning,
            "good: value < 10",
            "good: valeu < 10",
            "pack.expression",
            "valeu",
        ),
        (
            morning,
            "metric: sold, check",
            "metric: slod, check",
            "pack.unknown_name",
            "slod",
        ),
        (
            morning,
            "playbook: late",
            "playbook: latter",
            "pack.unknown_name",
            "latter",
        ),
        (
            morning,
            "roles: [keeper]",
            "roles: [kepeer]",
            "pack.unknown_name",
            "kepeer",
        ),
        (
            morning,
            "session: thursday",
            "session: friday",
            "pack.unknown_name",
            "friday",
        ),
        (
            morning,
            "FREQ=DAILY",
            "FREQ=HOURLY",
            "pack.schedule",
            "FREQ",
        ),
        (
            morning,
            "id: sold, text",
            "id: look, text",
            "pack.duplicate",
            "look",
        ),
        (
            "routines/before.yaml",
            "at: ends_at",
            "at: visits",
            "pack.wrong_type",
            "visits",
        ),
        (
            "routines/before.yaml",
            "kind: ticket",
            "kind: tickte",
            "pack.unknown_name",
            "tickte",
        ),
        (
            "people.yaml",
            "setting: lead_at",
            "setting: lead",
            "pack.unknown_name",
            "lead",
        ),
        (
            "people.yaml",
            "after_minutes: 60",
            "after_minutes: 600",
            "pack.order",
            "240",
        ),
        (
            "people.yaml",
            "freezes: [freeze]",
            "freezes: [freez]",
            "pack.unknown_name",
            "freez",
        ),
        ("people.yaml", ", to: lead}", "}", "pack.missing", ""),
        ("incidents.yaml", "rank: 1", "rank: 4", "pack.order", "4"),
        (
            "incidents.yaml",
            "playbook: late",
            "playbook: lat",
            "pack.unknown_name",
            "lat",
        ),
        (
            "incidents.yaml",
            "{p0: 240}",
            "{p9: 240}",
            "pack.unknown_name",
            "p9",
        ),
        ("incidents.yaml", "99.9", "999.0", "pack.value", "999"),
        (
            "handover.yaml",
            "{{ zone }}",
            "{{ zoen }}",
            "pack.template",
            "",
        ),
        (
            "handover.yaml",
            "parts: [issue, status]",
            "parts: [issue]",
            "pack.missing",
            "",
        ),
        (
            "evidence/papers.yaml",
            "deadline: ends_at",
            "deadline: price",
            "pack.wrong_type",
            "price",
        ),
        (
            "evidence/papers.yaml",
            "field: note",
            "field: noet",
            "pack.unknown_name",
            "",
        ),
        (
            "evidence/papers.yaml",
            "bytes_total: 5000",
            "bytes_total: 50",
            "pack.value",
            "50",
        ),
        (
            "reconciliations/books.yaml",
            "amount: price",
            "amount: visits",
            "pack.wrong_type",
            "visits",
        ),
        (
            "reconciliations/books.yaml",
            "retention: money",
            "retention: mony",
            "pack.unknown_name",
            "mony",
        ),
        (
            "reports/weekly.yaml",
            "metrics: [sold]",
            "metrics: [slod]",
            "pack.unknown_name",
            "slod",
        ),
        (
            "reports/weekly.yaml",
            "reconciliation: books",
            "reconciliation: boks",
            "pack.unknown_name",
            "boks",
        ),
        ("retention.yaml", "years: 7", "years: 700", "pack.value", ""),
        (
            "rulings.yaml",
            "needed, setting: lead_at",
            "needed, setting: mode",
            "pack.value",
            "mode",
        ),
        (
            "pack.yaml",
            "disputed: X-05",
            "disputed: X-09",
            "pack.unknown_name",
            "X-09",
        ),
        (
            "pack.yaml",
            "next_review: 2025-01-29",
            "next_review: soon",
            "pack.value",
            "soon",
        ),
        (
            "pack.yaml",
            "zone: Europe/London",
            "zone: Europe/Lodon",
            "pack.zone",
            "Europe",
        ),
        (
            "pack.yaml",
            "type: string, needed: true",
            "needed: true",
            "pack.missing",
            "",
        ),
        (
            "templates/post.yaml",
            "params.cause",
            "params.because",
            "pack.template",
            "",
        ),
        (
            "templates/post.yaml",
            "setting: lead_at",
            "setting: led_at",
            "pack.unknown_name",
            "led_at",
        ),
    ];
    for (path, from, to, code, at) in cases {
        let found = problems(path, from, to);
        let codes: Vec<&str> = found.iter().map(|d| d.code.as_str()).collect();
        assert_eq!(codes, [code], "{path}: `{to}`: {found:#?}");
        let text = files()
            .remove(path)
            .map(String::from_utf8)
            .unwrap()
            .unwrap();
        let text = text.replacen(from, to, 1);
        let line = text.lines().nth(found[0].line as usize - 1).unwrap();
        let rest: String = line.chars().skip(found[0].column as usize - 1).collect();
        assert!(
            rest.starts_with(at),
            "{path}: `{to}`: {rest:?} is not {at:?}"
        );
    }
}

#[test]
fn a_text_that_is_not_there_is_told() {
    let found = problems("playbooks/late.yaml", "template: post", "template: pots");
    assert_eq!(found[0].code, "pack.unknown_name");
}

#[test]
fn a_text_that_nobody_sends_is_told_and_taken() {
    let found = problems("playbooks/late.yaml", "send: {template: post}, ", "");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].code.as_str(), found[0].severity),
        ("pack.unused", Severity::Warning)
    );
}

#[test]
fn a_step_never_prints_a_secret() {
    let says = [
        "echo $WISE_API_TOKEN",
        "Run `printenv TWILIO_API_KEY_SID` and look",
        "Look at ${PAYPAL_CLIENT_SECRET}",
        "cat $AWS_SECRET_ACCESS_KEY",
    ];
    for text in says {
        let to = format!("text: '{text}', credential");
        let found = problems(
            "playbooks/late.yaml",
            "text: Is the token there?, credential",
            &to,
        );
        assert_eq!(found[0].code, "pack.secret", "{text}");
    }
    for text in [
        "Rotate the key in the register",
        "Is WISE_API_TOKEN there?",
        "Open $5 of credit",
    ] {
        let to = format!("text: '{text}', credential");
        let found = problems(
            "playbooks/late.yaml",
            "text: Is the token there?, credential",
            &to,
        );
        assert_eq!(found, [], "{text}");
    }
}
