//! Mistakes in who sees what.

use crate::diagnostic::{Diagnostic, Severity};
use crate::fixture;
use crate::load_files;

use super::RECORD;

/// Problems of the small pack with these changes in its tickets, and these files beside it.
fn found(changes: &[(&str, &str)], beside: &[(&str, &str)]) -> Vec<Diagnostic> {
    let mut ticket = fixture::TICKET.to_owned();
    for (from, to) in changes {
        assert!(ticket.contains(from), "`{from}` is not there");
        ticket = ticket.replacen(from, to, 1);
    }
    let mut files = vec![(RECORD, ticket.as_str())];
    files.extend_from_slice(beside);
    let mut problems = load_files(&fixture::files(&files))
        .err()
        .unwrap_or_default();
    problems.retain(|problem| problem.severity == Severity::Error);
    problems
}

fn codes(found: &[Diagnostic]) -> Vec<&str> {
    found.iter().map(|problem| problem.code.as_str()).collect()
}

const PEOPLE: (&str, &str) = (
    "people.yaml",
    "roles:\n  keeper: {row: S-1, label: Keeper}\n  lead: {row: S-1, label: Lead}\n",
);
const KIND: (&str, &str) = ("kind: ticket\n", "kind: ticket\nseen_by: [keeper]\n");

#[test]
fn who_sees_something_is_a_role_that_there_is() {
    let kind = (
        "kind: ticket\n",
        "kind: ticket\nseen_by: [keeper, kepeer]\n",
    );
    let note = ("label: Note,", "label: Note, seen_by: [nobody],");
    let found = found(&[kind, note], &[PEOPLE]);
    let unknown: Vec<u32> = found
        .iter()
        .filter(|problem| problem.code == "pack.unknown_name" && problem.file == RECORD)
        .map(|problem| problem.line)
        .collect();
    assert_eq!(unknown.len(), 2, "{found:#?}");
    assert_eq!(unknown[0], 2);
    assert!(
        found
            .iter()
            .any(|problem| problem.message.contains("`keeper`?"))
    );
}

#[test]
fn a_field_is_seen_by_nobody_who_does_not_see_the_record() {
    let day = ("label: Day,", "label: Day, seen_by: [keeper, lead],");
    assert_eq!(codes(&found(&[KIND, day], &[PEOPLE])), ["see.field"]);
    let day = ("label: Day,", "label: Day, seen_by: [keeper],");
    assert_eq!(codes(&found(&[KIND, day], &[PEOPLE])), Vec::<&str>::new());
}

#[test]
fn whoever_may_take_an_action_sees_what_it_reads() {
    // Every one of them has to.
    let price = ("label: Price,", "label: Price, seen_by: [lead],");
    let both = ("roles: [keeper]", "roles: [keeper, lead]");
    let told = found(&[price, both], &[PEOPLE]);
    assert_eq!(codes(&told), ["see.action"], "{told:#?}");
    assert!(told[0].message.contains("`keeper`") && told[0].message.contains("`ticket.price`"));
    let leads = ("roles: [keeper]", "roles: [lead]");
    assert_eq!(
        codes(&found(&[price, leads], &[PEOPLE])),
        Vec::<&str>::new()
    );
    // No roles are everybody, whoever that is.
    let anybody = ("    roles: [keeper]\n", "");
    let told = found(&[KIND, anybody], &[PEOPLE]);
    assert_eq!(codes(&told), ["see.action"]);
    assert!(told[0].message.contains("anybody"));
}

#[test]
fn what_a_record_says_of_its_agreement_is_seen_by_whoever_asks() {
    let asks = (
        "    not_after: record.ends_at\n",
        "    approvals:
      - {id: S-9, title: All, when: 'true', found: '', role: keeper, asked: {day: record.day}}
    not_after: record.ends_at\n",
    );
    assert_eq!(codes(&found(&[asks], &[PEOPLE])), Vec::<&str>::new());
    let day = ("label: Day,", "label: Day, seen_by: [lead],");
    assert_eq!(codes(&found(&[day], &[PEOPLE])), Vec::<&str>::new());
    let told = found(&[day, asks], &[PEOPLE]);
    assert_eq!(codes(&told), ["see.action"], "{told:#?}");
    assert!(told[0].message.contains("`ticket.day`"));
}

#[test]
fn an_action_reads_through_its_lookups_its_references_and_its_mail() {
    let leads = [
        // A guard that reads a lookup, over a field that the keeper does not see.
        ("when: record.visits < 10", "when: lookups.spent < 10"),
        ("label: Price,", "label: Price, seen_by: [lead],"),
    ];
    let told = found(&leads, &[PEOPLE]);
    assert_eq!(codes(&told), ["see.action"], "{told:#?}");
    // The mail that it sends is written to a field.
    let mail = ("label: Mail,", "label: Mail, seen_by: [lead],");
    let told = found(&[mail], &[PEOPLE]);
    assert_eq!(codes(&told), ["see.action"], "{told:#?}");
    assert!(told[0].message.contains("`ticket.mail`"));
    // The shop that it writes to.
    let title = (
        "'{{ record.number }} of {{ refs.shop.name }}'",
        "'{{ record.number }}'",
    );
    let shop = fixture::SHOP.replace("kind: shop\n", "kind: shop\nseen_by: [lead]\n");
    let told = found(&[title], &[PEOPLE, ("records/shop.yaml", &shop)]);
    assert_eq!(codes(&told), ["see.action"], "{told:#?}");
    assert!(told[0].message.contains("`shop`"));
}

#[test]
fn what_a_record_referred_to_computes_is_read_and_hidden_with_what_it_is_made_of() {
    let guard = ("when: record.visits < 10", "when: refs.shop.busy");
    let shop = |expr: &str| {
        let busy = format!("computed:\n  busy: {{type: boolean, label: Busy, expr: '{expr}'}}\n");
        format!("{}{busy}", fixture::SHOP)
    };
    let stored = shop("record.closed != null && record.closed > 3");
    let told = found(&[guard], &[PEOPLE, ("records/shop.yaml", &stored)]);
    assert_eq!(codes(&told), Vec::<&str>::new(), "{told:#?}");
    // What it is now is for the eye, and is no part of a record that is read along.
    let of_now = shop("now > timestamp(\"2026-11-20T00:00:00Z\")");
    let told = found(&[guard], &[PEOPLE, ("records/shop.yaml", &of_now)]);
    assert_eq!(codes(&told), ["pack.expression"], "{told:#?}");
    let hidden = stored.replace(
        "label: Closed tickets,",
        "label: Closed tickets, seen_by: [lead],",
    );
    let told = found(&[guard], &[PEOPLE, ("records/shop.yaml", &hidden)]);
    assert_eq!(codes(&told), ["see.action"], "{told:#?}");
}

#[test]
fn whoever_has_to_agree_sees_it_too() {
    let approvals = (
        "    not_after: record.ends_at\n",
        "    approvals:\n      - {id: S-7, title: Dear, when: record.price.minor > 5, found: '{{ record.price | money }}', role: lead}\n    not_after: record.ends_at\n",
    );
    let price = ("label: Price,", "label: Price, seen_by: [keeper],");
    let told = found(&[price, approvals], &[PEOPLE]);
    assert_eq!(codes(&told), ["see.action"], "{told:#?}");
    assert!(told[0].message.contains("`lead` has to agree"));
}

#[test]
fn a_title_is_readable_for_whoever_sees_the_record() {
    let number = ("label: Number,", "label: Number, seen_by: [keeper],");
    let told = found(&[number], &[PEOPLE]);
    assert_eq!(codes(&told), ["see.title"], "{told:#?}");
    // All who see the ticket see its number.
    assert_eq!(
        codes(&found(&[KIND, number], &[PEOPLE])),
        Vec::<&str>::new()
    );
    // A record referred to.
    let shop = fixture::SHOP.replace("name: {", "name: {seen_by: [keeper], ");
    let told = found(&[], &[PEOPLE, ("records/shop.yaml", &shop)]);
    assert!(codes(&told).contains(&"see.title"), "{told:#?}");
}
