//! Mistakes in routines.

use serde_json::json;

use super::{each, files};
use crate::expr::Scope;

const MORNING: &str = "routines/morning.yaml";

#[test]
fn each_mistake_is_found_where_it_stands() {
    each(&[
        (
            MORNING,
            "view: open",
            "view: oepn",
            "pack.unknown_name",
            "oepn",
        ),
        (
            MORNING,
            "good: value < 10",
            "good: valeu < 10",
            "pack.expression",
            "valeu",
        ),
        (
            MORNING,
            "metric: sold, check",
            "metric: slod, check",
            "pack.unknown_name",
            "slod",
        ),
        (
            MORNING,
            "playbook: late",
            "playbook: latter",
            "pack.unknown_name",
            "latter",
        ),
        (
            MORNING,
            "roles: [keeper]",
            "roles: [kepeer]",
            "pack.unknown_name",
            "kepeer",
        ),
        (
            MORNING,
            "session: thursday",
            "session: friday",
            "pack.unknown_name",
            "friday",
        ),
        (
            MORNING,
            "FREQ=DAILY",
            "FREQ=HOURLY",
            "pack.schedule",
            "FREQ",
        ),
        (
            MORNING,
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
    ]);
}

#[test]
fn what_a_check_or_a_step_finds_is_said_by_what_it_is_called() {
    let asked = "answer: first, field: state, sort: [bought_at]}";
    let (good, found) = (
        "good: 'value == \"open\"'",
        "found: 'the first is {{ value }}'",
    );
    let mut files = files();
    for (path, from, to) in [
        (
            "records/ticket.yaml",
            "label: open, tone",
            "label: still open, tone".to_owned(),
        ),
        (
            MORNING,
            "answer: count}, good: value < 10, found: '{{ value }} are late'",
            format!("{asked}, {good}, {found}"),
        ),
        (
            "playbooks/late.yaml",
            "answer: count}, found: '{{ value }} are open'",
            format!("{asked}, {found}"),
        ),
    ] {
        let text = String::from_utf8(files[path].clone()).unwrap();
        assert!(text.contains(from), "`{from}` is not in {path}");
        files.insert(path.to_owned(), text.replacen(from, &to, 1).into_bytes());
    }
    let pack = crate::load_files(&files).unwrap();
    let mut scope = Scope::default();
    scope.values.insert("value".to_owned(), json!("open"));
    let check = pack.routines["morning"].items[0].check.as_ref().unwrap();
    assert_eq!(
        check.found.render(&scope).unwrap(),
        "the first is still open"
    );
    let (_, found) = pack.playbooks["late"].steps[0].question.as_ref().unwrap();
    assert_eq!(found.render(&scope).unwrap(), "the first is still open");
}
