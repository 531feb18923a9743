//! The engine's kind of what somebody has to agree to.

use super::*;

fn ticket(approvals: &str) -> String {
    let policy = "    not_after: record.ends_at\n";
    let with = format!("    approvals:\n{approvals}{policy}");
    fixture::TICKET.replace(policy, &with)
}

fn row(id: &str) -> String {
    format!("      - {{id: {id}, title: All, when: 'true', found: '', role: keeper}}\n")
}

#[test]
fn a_pack_that_asks_for_agreement_has_the_kind_and_its_queue_last() {
    assert!(fixture::pack().kind("approval").is_none());
    let text = ticket(&row("S-5"));
    let pack = load_files(&fixture::files(&[(RECORD, &text)])).unwrap();
    let kind = pack.kind("approval").unwrap();
    let actions: Vec<&str> = kind.actions.keys().map(String::as_str).collect();
    assert_eq!(actions, ["approve", "reject", "withdraw"]);
    assert_eq!(pack.queues, ["open", "approvals"]);
    assert!(pack.view("approvals").unwrap().def.queue.is_some());
    let asked = pack.asked_expressions();
    for name in ["operation", "answered_by", "state", "subject"] {
        let found = asked
            .iter()
            .any(|(kind, of, _)| (kind.as_str(), of.as_str()) == ("approval", name));
        assert!(found, "{name} has an index");
    }
}

#[test]
fn a_pack_says_where_the_queue_stands() {
    let text = ticket(&row("S-5"));
    let pack = fixture::PACK.replace("queues: [open]", "queues: [approvals, open]");
    let files = fixture::files(&[(RECORD, &text), ("pack.yaml", &pack)]);
    assert_eq!(load_files(&files).unwrap().queues, ["approvals", "open"]);
}

#[test]
fn each_row_of_an_action_asks_once() {
    let text = ticket(&format!("{}{}", row("S-5"), row("S-5")));
    let found = load_files(&fixture::files(&[(RECORD, &text)])).unwrap_err();
    assert_eq!(found[0].code, "pack.duplicate", "{found:#?}");
}

#[test]
fn what_a_record_says_of_its_agreement_is_checked_like_every_set() {
    let found = |more: &str| {
        let row = row("S-5").replace("role: keeper", &format!("role: keeper, {more}"));
        let files = fixture::files(&[(RECORD, &ticket(&row))]);
        load_files(&files).err().unwrap_or_default()
    };
    assert_eq!(found("asked: {note: record.number, mail: 'null'}"), []);
    for (more, code) in [
        ("asked: {noted: record.number}", "pack.unknown_name"),
        ("answered: {visits: '\"many\"'}", "pack.wrong_type"),
        ("asked: {note: record.nubmer}", "pack.expression"),
        ("answered: {state: '\"closed\"'}", "pack.reserved"),
    ] {
        let found = found(more);
        assert!(
            found.iter().any(|one| one.code == code),
            "{more}: {found:#?}"
        );
    }
}

#[test]
fn how_long_it_is_waited_for_has_bounds_and_the_other_role_a_turn_in_it() {
    let codes = |more: &str| {
        let row = row("S-5").replace("role: keeper", &format!("role: keeper, {more}"));
        let files = fixture::files(&[(RECORD, &ticket(&row))]);
        let found = load_files(&files).err().unwrap_or_default();
        let codes = found.iter().map(|one| one.code.clone());
        codes.collect::<Vec<String>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(codes("waits_minutes: 1"), none);
    assert_eq!(codes("waits_minutes: 129600"), none);
    for wrong in ["waits_minutes: 0", "waits_minutes: 129601"] {
        assert_eq!(codes(wrong), ["pack.minutes"], "{wrong}");
    }
    let other = "fallback: {role: keeper, after_minutes: 60}";
    assert_eq!(codes(&format!("{other}, waits_minutes: 61")), none);
    let late = format!("{other}, waits_minutes: 60");
    assert_eq!(codes(&late), ["pack.minutes"]);
}
