//! Pauses of clocks.

use crate::fixture;
use crate::pack::Pack;

use super::RECORD;
use super::mistakes::found_where_they_stand;

const WARN: &str = "warn: before_next_session";

fn pause(text: &str) -> String {
    format!("pauses: [{{{text}}}], {WARN}")
}

/// The pack with a pause of the clock `end`.
fn with(text: &str) -> Pack {
    let record = fixture::TICKET.replacen(WARN, &pause(text), 1);
    crate::load_files(&fixture::files(&[(RECORD, &record)])).unwrap()
}

#[test]
fn each_mistake_in_a_pause_is_found_where_it_stands() {
    let good = "row: S-4, label: asked";
    let cases = [
        (
            "row: none, label: asked, since: record.bought_at".to_owned(),
            "pack.row",
            "none",
        ),
        (
            format!("{good}, since: record.boght_at"),
            "pack.expression",
            "record.boght_at",
        ),
        (
            format!("{good}, since: params.why"),
            "pack.expression",
            "params",
        ),
        (format!("{good}, since: now"), "pack.pause", "now"),
        (
            format!(
                "{good}, since: record.bought_at, earlier: (now - record.bought_at).getMinutes()"
            ),
            "pack.pause",
            "(now",
        ),
        (
            format!("{good}, since: record.number"),
            "pack.wrong_type",
            "record.number",
        ),
        (
            format!("{good}, since: record.bought_at, earlier: record.number"),
            "pack.wrong_type",
            "record.number",
        ),
        (
            format!("{good}, since: record.bought_at, coutns: true"),
            "pack.yaml",
            "",
        ),
    ];
    for (text, code, at) in cases {
        let to = pause(&text);
        found_where_they_stand(&[(RECORD, WARN, to.as_str(), code, at)]);
    }
    let many = ["{row: S-4, label: asked, since: record.bought_at}"; 9].join(", ");
    let many = format!("pauses: [{many}], {WARN}");
    found_where_they_stand(&[(RECORD, WARN, many.as_str(), "pack.too_large", "")]);
}

#[test]
fn minutes_that_may_be_absent_are_told_where_they_are_added_to() {
    let told = |earlier: &str| {
        let pack = with(&format!(
            "row: S-4, label: asked, since: record.bought_at, earlier: {earlier}"
        ));
        let warnings = pack.warnings.iter();
        warnings.filter(|w| w.code == "pack.undecidable").count()
    };
    // A row of the pack tells one by itself.
    assert_eq!(told("record.visits"), 1);
    assert_eq!(told("record.visits + 1"), 2);
}

#[test]
fn a_deadline_that_pauses_move_is_looked_up_by_no_field() {
    let due = |text: &str| {
        let pack = with(text);
        let kind = pack.kind("ticket").unwrap();
        kind.clocks["end"].due_field(kind).map(ToOwned::to_owned)
    };
    let pause = "row: S-4, label: asked, since: record.bought_at";
    assert_eq!(due(pause), None);
    assert_eq!(
        due(&format!("{pause}, counts: true")).as_deref(),
        Some("ends_at")
    );
}
