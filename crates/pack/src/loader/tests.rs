#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::*;
use crate::fixture::{self, problems};

const RECORD: &str = "records/ticket.yaml";

#[test]
fn a_good_pack_loads_without_a_word() {
    let pack = fixture::pack();
    assert_eq!(pack.warnings, []);
    assert_eq!(pack.kinds.len(), 2);
    assert!(pack.view("open").is_some());
    assert!(pack.kind("ticket").unwrap().computed["age"].volatile);
    assert!(!pack.kind("ticket").unwrap().computed["ends_at"].volatile);
}

/// One change makes one problem, at the text that is at fault.
#[test]
fn each_mistake_is_found_where_it_stands() {
    let cases = [
        ("pack.yaml", "format: 1", "format: 2", "pack.format", "2"),
        (
            "pack.yaml",
            "Australia/Melbourne",
            "Australia/Melburn",
            "pack.zone",
            "Australia",
        ),
        (
            "pack.yaml",
            "currency: AUD",
            "currency: dollars",
            "pack.currency",
            "dollars",
        ),
        (
            "pack.yaml",
            "queues: [open]",
            "queues: [opne]",
            "pack.unknown_name",
            "opne",
        ),
        (
            "pack.yaml",
            "FREQ=WEEKLY",
            "FREQ=HOURLY",
            "pack.schedule",
            "FREQ",
        ),
        (
            "pack.yaml",
            "default: strict",
            "default: lax",
            "pack.default",
            "lax",
        ),
        ("pack.yaml", "row: S-2", "row: none", "pack.row", "none"),
        (
            RECORD,
            "kind: shop, label: Shop",
            "kind: shpo, label: Shop",
            "pack.unknown_name",
            "shpo",
        ),
        (
            RECORD,
            "id, label: Number",
            "di, label: Number",
            "pack.yaml",
            "di",
        ),
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, Low]",
            "pack.case",
            "Low",
        ),
        (
            RECORD,
            "one_of: [low, high]",
            "one_of: [low, low]",
            "pack.duplicate",
            "low]",
        ),
        (
            RECORD,
            "  note: {type: text",
            "  Note: {type: text",
            "pack.name",
            "Note",
        ),
        (
            RECORD,
            "  day: {",
            "  revision: {",
            "pack.reserved",
            "revision",
        ),
        (
            RECORD,
            "{id: closed, label",
            "{id: open, label",
            "pack.duplicate",
            "open, label: closed",
        ),
        (
            RECORD,
            "shop: {expr: record.shop}, state",
            "shpo: {expr: record.shop}, state",
            "pack.unknown_name",
            "shpo",
        ),
        (
            RECORD,
            "answer: sum, field: price",
            "answer: sum, field: number",
            "pack.wrong_type",
            "number}",
        ),
        (
            RECORD,
            "from: [open]",
            "from: [opened]",
            "pack.unknown_name",
            "opened",
        ),
        (
            RECORD,
            "when: record.visits < 10",
            "when: recrod.visits < 10",
            "pack.expression",
            "recrod",
        ),
        (
            RECORD,
            "when: 'now - record.bought_at",
            "when: 'now - record.bougt_at",
            "pack.expression",
            "record.bougt_at",
        ),
        (RECORD, "{id: S-7,", "{id: '',", "pack.row", "''"),
        (
            RECORD,
            "otherwise: ticket.visits",
            "otherwise: policy.visits",
            "pack.reserved",
            "policy.visits",
        ),
        (
            RECORD,
            "'{{ record.visits }} visits'",
            "'{{ record.vists }} visits'",
            "pack.template",
            "'{{ record.vists",
        ),
        (
            RECORD,
            "not_after: record.ends_at",
            "not_after: record.end_at",
            "pack.expression",
            "record.end_at",
        ),
        (
            RECORD,
            "set: {state: '\"closed\"', note",
            "set: {state: '\"cloosed\"', note",
            "pack.unknown_name",
            "'\"cloosed",
        ),
        (
            RECORD,
            "note: params.why}",
            "note: params.wy}",
            "pack.expression",
            "params.wy",
        ),
        (
            RECORD,
            "note: params.why}",
            "nota: params.why}",
            "pack.unknown_name",
            "nota",
        ),
        (
            RECORD,
            "set_on: {field: shop",
            "set_on: {field: note",
            "pack.unknown_name",
            "note, set: {closed: lookups",
        ),
        (
            RECORD,
            "create: {kind: shop",
            "create: {kind: shpo",
            "pack.unknown_name",
            "shpo",
        ),
        (
            RECORD,
            "template: closed",
            "template: opened",
            "pack.unknown_name",
            "opened",
        ),
        (
            RECORD,
            "connector: stripe",
            "connector: bank",
            "pack.yaml",
            "bank",
        ),
        (
            RECORD,
            "operation: refund",
            "operation: payout",
            "pack.connector",
            "payout",
        ),
        (
            RECORD,
            "args: {charge: record.number, ",
            "args: {chrage: record.number, charge: record.number, ",
            "pack.unknown_name",
            "chrage",
        ),
        (
            RECORD,
            "nature: money",
            "nature: change",
            "pack.nature",
            "stripe",
        ),
        (
            RECORD,
            "where: {state: open}\n    sections",
            "where: {note: open}\n    sections",
            "pack.not_indexed",
            "note: open",
        ),
        (
            RECORD,
            "sort: [bought_at]",
            "sort: [-age]",
            "pack.not_indexed",
            "-age",
        ),
        (
            RECORD,
            "clock.end, age",
            "clock.ent, age",
            "pack.unknown_name",
            "clock.ent",
        ),
        (
            RECORD,
            "{id: over,",
            "{id: running,",
            "pack.duplicate",
            "running, label: Over",
        ),
        (
            RECORD,
            "{id: over,",
            "{id: on_the_way,",
            "pack.reserved",
            "on_the_way",
        ),
        (
            RECORD,
            "total: price",
            "total: score",
            "pack.wrong_type",
            "score",
        ),
        (
            RECORD,
            "detail: [number, age]",
            "detail: [number, aeg]",
            "pack.unknown_name",
            "aeg]",
        ),
        (
            RECORD,
            "expr: (now - record",
            "indexed: true, expr: (now - record",
            "pack.volatile_index",
            "true, expr",
        ),
        (
            RECORD,
            "title: '{{ record.number }}",
            "title: '{{ record.nubmer }}",
            "pack.template",
            "'{{ record.nub",
        ),
        (
            RECORD,
            "'{{ record.number }} of",
            "'{{ record.number | nonsense }} of",
            "pack.template",
            "'{{ record.number | n",
        ),
        (
            "templates/closed.yaml",
            "to: record.mail",
            "to: record.male",
            "pack.expression",
            "record.male",
        ),
        (
            "templates/closed.yaml",
            "params.why",
            "params.grad",
            "pack.template",
            "'Closed",
        ),
        (
            "templates/closed.yaml",
            "kind: ticket",
            "kind: shop",
            "pack.wrong_kind",
            "",
        ),
        (
            "templates/closed.yaml",
            "id: closed",
            "id: other",
            "pack.file_name",
            "other",
        ),
    ];
    for (path, from, to, code, at) in cases {
        let found = problems(path, from, to);
        let files = fixture::files(&[]);
        let changed = String::from_utf8(files[path].clone())
            .unwrap()
            .replacen(from, to, 1);
        let problem = found
            .iter()
            .find(|d| d.code == code)
            .unwrap_or_else(|| panic!("{to}: no {code} among {found:#?}"));
        if at.is_empty() {
            continue;
        }
        assert_eq!(problem.file, path, "{to}");
        let line = changed.lines().nth(problem.line as usize - 1).unwrap();
        let rest: String = line.chars().skip(problem.column as usize - 1).collect();
        assert!(rest.starts_with(at), "{to}: {problem:?} points at `{rest}`");
    }
}

#[test]
fn all_problems_come_at_once() {
    let record = fixture::TICKET
        .replace("from: [open]", "from: [nowhere]")
        .replace("sort: [bought_at]", "sort: [nothing]");
    let pack = fixture::PACK.replace("currency: AUD", "currency: x");
    let files = fixture::files(&[
        (RECORD, &record),
        ("pack.yaml", &pack),
        ("records/broken.yaml", "kind: ["),
    ]);
    let codes: Vec<String> = load_files(&files)
        .unwrap_err()
        .into_iter()
        .map(|d| d.code)
        .collect();
    for code in ["pack.currency", "pack.unknown_name", "pack.yaml"] {
        assert!(codes.iter().any(|c| c == code), "{code} in {codes:?}");
    }
    assert_eq!(
        codes.iter().filter(|c| *c == "pack.unknown_name").count(),
        2
    );
}

#[test]
fn a_kind_that_does_not_parse_is_not_told_twice() {
    let found = load_files(&fixture::files(&[(
        "records/shop.yaml",
        "kind: shop\nlabel: {one: a, many: b}\ntitel: x\n",
    )]))
    .unwrap_err();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].code.as_str(), found[0].line), ("pack.yaml", 3));
}

#[test]
fn view_ids_are_unique_across_kinds() {
    let shop = format!(
        "{}views:\n  open: {{label: x, row: S-1, sort: [name], sort_label: x, columns: [name]}}\n",
        fixture::SHOP
    );
    let found = load_files(&fixture::files(&[("records/shop.yaml", &shop)])).unwrap_err();
    assert!(
        found.iter().any(|d| d.code == "pack.duplicate"),
        "{found:#?}"
    );
}

#[test]
fn kinds_of_the_engine_are_reserved() {
    let text = fixture::SHOP.replace("kind: shop", "kind: alert");
    let found = load_files(&fixture::files(&[("records/alert.yaml", &text)])).unwrap_err();
    assert!(
        found.iter().any(|d| d.code == "pack.reserved"),
        "{found:#?}"
    );
}

#[test]
fn a_text_that_nobody_sends_is_a_warning() {
    let text = fixture::CLOSED
        .replace("id: closed", "id: spare")
        .replace("{{ params.why }}", "");
    let pack = load_files(&fixture::files(&[("templates/spare.yaml", &text)])).unwrap();
    assert_eq!(pack.warnings.len(), 1);
    assert_eq!(pack.warnings[0].code, "pack.unused");
}

#[test]
fn fault_62_hostile_yaml_is_refused() {
    let laughs = {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let list = vec![format!("*a{}", n - 1); 9].join(", ");
            text.push_str(&format!("a{n}: &a{n} [{list}]\n"));
        }
        text
    };
    let deep = "[".repeat(100_000);
    let keys = "kind: shop\nkind: shop\n".to_owned();
    let wide = (0..60_000)
        .map(|n| format!("k{n}: 1\n"))
        .collect::<String>();
    let tag = "kind: !!binary aGVsbG8=\ntitle: !include /etc/passwd\n".to_owned();
    let two = "kind: shop\n---\nkind: shop\n".to_owned();
    let merge = "a: &a {kind: shop}\n<<: *a\n".to_owned();
    let nul = "kind: \0\n".to_owned();
    let nan = fixture::TICKET.replace("minutes_each: 1.5", "minutes_each: .nan");
    for (name, text) in [
        ("laughs", laughs),
        ("deep", deep),
        ("keys", keys),
        ("wide", wide),
        ("tag", tag),
        ("two", two),
        ("merge", merge),
        ("nul", nul),
        ("empty", String::new()),
        ("nan", nan),
    ] {
        let files = fixture::files(&[("records/shop.yaml", &text)]);
        let found = load_files(&files).unwrap_err();
        assert!(
            found.iter().any(|d| d.file == "records/shop.yaml"),
            "{name}: {found:#?}"
        );
        assert!(found.iter().all(|d| d.message.len() < 600), "{name}");
    }
}

#[test]
fn fault_62_a_misspelt_key_is_never_a_missing_one() {
    for (from, to) in [
        ("    policy:", "    polcy:"),
        (
            "otherwise: ticket.late",
            "otherwise: ticket.late, overide: x",
        ),
        ("roles: [keeper]", "role: [keeper]"),
        ("{gt: {expr: now}}", "{gt: {expr: now}, lte: 1, foo: 2}"),
    ] {
        let found = problems(RECORD, from, to);
        assert!(!found.is_empty(), "{to}");
        assert!(found[0].line > 0, "{to}: {found:#?}");
    }
}

#[test]
fn without_a_pack_file_there_is_no_pack() {
    let mut files = fixture::files(&[]);
    files.remove("pack.yaml");
    assert_eq!(load_files(&files).unwrap_err()[0].code, "pack.no_pack");
    assert!(load_files(&BTreeMap::new()).is_err());
    assert_eq!(
        load_dir(Path::new("/nowhere/at/all")).unwrap_err()[0].code,
        "pack.no_pack"
    );
}

#[test]
fn files_outside_a_pack_are_refused() {
    let files = fixture::files(&[("records/../../x.yaml", "a: 1")]);
    assert_eq!(load_files(&files).unwrap_err()[0].code, "pack.file");
}
