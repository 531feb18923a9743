#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::*;
use crate::fixture;

#[test]
fn problems_are_shown_with_a_caret_and_a_hint() {
    let changed = fixture::TICKET
        .replace("record.visits < 10", "record.vists < 10")
        .replace("sort: [bought_at]", "sort: [note]");
    let files = fixture::files(&[("records/ticket.yaml", &changed)]);
    let problems = crate::load_files(&files).unwrap_err();
    insta::assert_snapshot!(render(&problems, &files));
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let diagnostic = Diagnostic {
        code: "pack.yaml".into(),
        severity: Severity::Warning,
        file: "pack.yaml".into(),
        line: 1,
        column: 3,
        message: "bad \u{1b}[31m\u{202e}".into(),
        hint: None,
    };
    let files = [("pack.yaml".to_owned(), b"a\t\x1b]0;x\x07\xff: b".to_vec())];
    let text = render(&[diagnostic], &files.into());
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}') && !text.contains('\u{202e}'));
    assert!(text.contains("  | \u{20}\t^"), "{text}");
}
