//! What is found by trying a pack on made-up records.

use crate::diagnostic::{Diagnostic, Severity};
use crate::fixture;

use super::RECORD;

/// What the trial says after `from` in a file is replaced by `to`.
fn tried(path: &str, from: &str, to: &str) -> Vec<Diagnostic> {
    let files = fixture::files(&[]);
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "`{from}` is not in {path}");
    let changed = text.replacen(from, to, 1);
    match crate::load_files(&fixture::files(&[(path, &changed)])) {
        Ok(pack) => pack.warnings,
        Err(problems) => problems,
    }
}

/// An expression of a wrong type compiles; on a record it fails.
#[test]
fn a_wrong_type_is_found_on_a_record_with_all_fields() {
    let cases = [
        (
            "set: {state: '\"closed\"', note: params.why}",
            "set: {state: '\"closed\"', note: record.visits}",
        ),
        (
            "set: {state: '\"closed\"', note",
            "set: {state: '\"closed\"', score: record.number, note",
        ),
        ("when: record.visits < 10", "when: record.number < 10"),
        ("when: record.visits < 10", "when: record.visits + 1"),
        ("not_after: record.ends_at", "not_after: record.number"),
        ("amount: record.price}", "amount: record.number}"),
        (
            "expr: 'record.bought_at + duration(\"72h\")'",
            "expr: record.number",
        ),
        ("runs: record.state == \"open\"", "runs: record.state"),
    ];
    for (from, to) in cases {
        let found = tried(RECORD, from, to);
        let errors: Vec<_> = found
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .collect();
        assert!(!errors.is_empty(), "`{to}` was taken");
        for error in errors {
            assert_eq!(error.code, "pack.wrong_type", "`{to}`");
            assert!(error.line > 0 && error.column > 0, "`{to}`: {error:#?}");
        }
    }
}

/// What fails only where something is absent is told, and the pack is taken: there the guard refuses.
#[test]
fn what_cannot_be_decided_without_an_optional_field_is_told() {
    let found = tried(RECORD, "row: S-5", "row: S-5").into_iter();
    let places: Vec<(String, u32)> = found.map(|d| (d.code, d.line)).collect();
    let rows = fixture::TICKET
        .lines()
        .position(|line| line.contains("id: S-7"));
    let line = u32::try_from(rows.unwrap() + 1).unwrap();
    assert_eq!(places, [("pack.undecidable".to_owned(), line)]);
    let careful = "when: record.visits == null || record.visits < 10";
    let from =
        "when: record.visits < 10, otherwise: ticket.visits, found: '{{ record.visits }} visits'";
    let to = format!("{careful}, otherwise: ticket.visits, found: visits");
    assert_eq!(tried(RECORD, from, &to), []);
}
