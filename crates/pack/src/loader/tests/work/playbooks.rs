//! Mistakes in playbooks.

use super::{each, problems};
use crate::diagnostic::Severity;

const LATE: &str = "playbooks/late.yaml";

#[test]
fn each_mistake_is_found_where_it_stands() {
    each(&[
        (
            LATE,
            "text: Is the token there?, credential",
            "text: Is the token there?, link: 'javascript:alert(1)', credential",
            "pack.value",
            "'javascript:",
        ),
        (
            LATE,
            "text: Is the token there?, credential",
            "text: Is the token there?, link: 'file:///etc/passwd', credential",
            "pack.value",
            "'file:",
        ),
        (
            LATE,
            "next: wait}",
            "next: wiat}",
            "pack.unknown_name",
            "wiat",
        ),
        (
            LATE,
            "next: wait}",
            "next: again}",
            "pack.unreachable",
            "wait",
        ),
        (
            LATE,
            "credential: STRIPE_KEY, next: end}",
            "credential: STRIPE_KEY, next: token}",
            "pack.endless",
            "call",
        ),
        (
            LATE,
            "wait: {minutes: 5, most: 10}",
            "wait: {minutes: 5, most: 4}",
            "pack.minutes",
            "4",
        ),
        (
            LATE,
            "wait: {minutes: 5",
            "wait: {minutes: 0",
            "pack.minutes",
            "0",
        ),
        (
            LATE,
            "text: Wait, wait",
            "text: Wait, page: {path: money}, wait",
            "pack.step",
            "",
        ),
        (
            LATE,
            "when: answers.others > 3",
            "when: answers.other > 3",
            "pack.expression",
            "",
        ),
        (
            LATE,
            "kind: ticket, where: {shop: {expr: record.shop}",
            "kind: ticket, where: {note: {expr: record.shop}",
            "pack.not_indexed",
            "note",
        ),
        (
            LATE,
            "action: close",
            "action: clsoe",
            "pack.unknown_name",
            "clsoe",
        ),
        (
            LATE,
            "params: {why",
            "params: {wyh",
            "pack.unknown_name",
            "wyh",
        ),
        (
            LATE,
            "control: freeze",
            "control: freze",
            "pack.unknown_name",
            "freze",
        ),
        (LATE, "to: true", "to: 3", "pack.wrong_type", "3"),
        (
            LATE,
            "path: money",
            "path: mony",
            "pack.unknown_name",
            "mony",
        ),
        (
            LATE,
            "severity: p1",
            "severity: p7",
            "pack.unknown_name",
            "p7",
        ),
        (
            LATE,
            "text: Is the token there?",
            "text: 'Run echo $STRIPE_KEY'",
            "pack.secret",
            "'Run",
        ),
    ]);
}

#[test]
fn a_text_that_is_not_there_is_told() {
    let found = problems(LATE, "template: post", "template: pots");
    assert_eq!(found[0].code, "pack.unknown_name");
}

#[test]
fn a_text_that_nobody_sends_is_told_and_taken() {
    let found = problems(LATE, "send: {template: post}, ", "");
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
        let found = problems(LATE, "text: Is the token there?, credential", &to);
        assert_eq!(found[0].code, "pack.secret", "{text}");
    }
    for text in [
        "Rotate the key in the register",
        "Is WISE_API_TOKEN there?",
        "Open $5 of credit",
    ] {
        let to = format!("text: '{text}', credential");
        let found = problems(LATE, "text: Is the token there?, credential", &to);
        assert_eq!(found, [], "{text}");
    }
}
