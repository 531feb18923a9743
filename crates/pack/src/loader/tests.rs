#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod approvals;
mod confirm;
mod documents;
mod erase;
mod escalation;
mod labels;
mod mistakes;
mod pauses;
mod see;
mod settings;
mod states;
mod tried;
mod undo;
mod watching;
mod work;

use super::*;
use crate::fixture::{self, problems};

const RECORD: &str = "records/ticket.yaml";

/// Without what the trial tells of the small pack: a ticket may come without its visits, and one of
/// its rows reads them.
fn untold(warnings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let told = |warning: &Diagnostic| warning.code == "pack.undecidable";
    warnings.into_iter().filter(|w| !told(w)).collect()
}

#[test]
fn a_good_pack_loads_without_a_word() {
    let pack = fixture::pack();
    assert_eq!(untold(pack.warnings.clone()), []);
    assert_eq!(pack.kinds.len(), 6, "two of its own, and the engine's four");
    assert_eq!(pack.numbers, ["sold"]);
    assert!(pack.alerts.contains_key("late") && pack.metrics.contains_key("sold"));
    assert!(pack.view("open").is_some());
    assert!(pack.kind("ticket").unwrap().computed["age"].volatile);
    assert!(!pack.kind("ticket").unwrap().computed["ends_at"].volatile);
}

#[test]
fn an_alert_is_a_kind_of_every_pack_and_of_none() {
    let pack = fixture::pack();
    let alert = pack.kind("alert").unwrap();
    let acknowledge = &alert.actions["acknowledge"];
    assert!(acknowledge.def.any_revision && acknowledge.def.policy.is_empty());
    assert!(pack.view("alerts").is_some());
    for text in [fixture::SHOP, "kind: ["] {
        let text = text.replace("kind: shop", "kind: alert");
        let found = load_files(&fixture::files(&[("records/alert.yaml", &text)])).unwrap_err();
        assert_eq!(found[0].file, "records/alert.yaml", "{found:#?}");
    }
    let shop = format!(
        "{}views:\n  alerts: {{label: A, row: S-1, sort: [name], sort_label: x, columns: [name]}}\n",
        fixture::SHOP
    );
    let found = load_files(&fixture::files(&[("records/shop.yaml", &shop)])).unwrap_err();
    assert_eq!(
        (found[0].code.as_str(), found[0].file.as_str()),
        ("pack.duplicate", "records/shop.yaml")
    );
}

#[test]
fn a_value_has_the_words_of_its_label_or_its_own_with_blanks() {
    let text = fixture::TICKET.replace(
        "one_of: [low, high]",
        "one_of: [low, very_high], labels: {low: Hardly any}",
    );
    let text = text.replace("one_of: [a, b]", "one_of: [a, b], labels: {b: Second}");
    let pack = load_files(&fixture::files(&[(RECORD, &text)])).unwrap();
    let ticket = pack.kind("ticket").unwrap();
    let level = &ticket.fields["level"];
    assert_eq!(level.word("low"), "Hardly any");
    assert_eq!(level.word("very_high"), "very high");
    let grade = &ticket.actions["close"].def.params["grade"];
    assert_eq!(grade.word("a"), "a");
    assert_eq!(grade.word("b"), "Second");
}

#[test]
fn what_an_action_asks_for_comes_in_the_order_of_the_file() {
    let params = |pack: &Pack| -> Vec<String> {
        let close = &pack.kind("ticket").unwrap().actions["close"];
        let params = close.params_in_order().into_iter();
        params.map(|(name, _)| name.clone()).collect()
    };
    let pack = fixture::pack();
    assert_eq!(params(&pack), ["why", "grade"]);
    let keeper = BTreeSet::from(["keeper".to_owned()]);
    assert_eq!(params(&pack.narrowed(&keeper)), ["why", "grade"]);
    // Also where the file is read in the other way: a number without quotes for a text.
    let text = fixture::TICKET.replace("label: Grade", "label: 7");
    let pack = load_files(&fixture::files(&[(RECORD, &text)])).unwrap();
    assert_eq!(params(&pack), ["why", "grade"]);
}

#[test]
fn actions_are_offered_in_the_order_of_the_file() {
    let more = |name: &str| {
        format!(
            "  {name}:\n    label: More\n    row: S-5\n    from: [open]\n    policy: []\n    \
             nature: change\n    effects: [{{set: {{note: record.number}}}}]\n    will: [note it]\n"
        )
    };
    let text = fixture::TICKET.replace(
        "views:\n",
        &format!("{}{}views:\n", more("zip"), more("add")),
    );
    let pack = load_files(&fixture::files(&[(RECORD, &text)])).unwrap();
    let order = |pack: &Pack| -> Vec<String> {
        let actions = pack.kind("ticket").unwrap().actions_in_order();
        actions.iter().map(|action| action.name.clone()).collect()
    };
    assert_eq!(order(&pack), ["close", "zip", "add"]);
    // On a laptop it comes as a bundle, and narrowed to who reads it.
    let keeper = ["keeper".to_owned()].into_iter().collect();
    let files = fixture::files(&[(RECORD, &text)]).into_iter();
    let files = files.map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()));
    let bundle = Bundle::from_files(files.collect()).unwrap();
    let pack = Bundle::open(bundle.bytes(), bundle.hash()).unwrap();
    assert_eq!(order(&pack.narrowed(&keeper)), ["close", "zip", "add"]);
}

#[test]
fn a_saved_view_is_a_kind_of_every_pack_and_made_by_an_action() {
    let pack = fixture::pack();
    let saved = pack.kind("saved_view").unwrap();
    assert!(saved.views.is_empty() && saved.seen_by.is_empty());
    let creates = saved.actions.values().filter(|action| action.def.creates);
    let creates: Vec<&str> = creates.map(|action| action.name.as_str()).collect();
    assert_eq!(creates, ["keep"]);
    let text = fixture::SHOP.replace("kind: shop", "kind: saved_view");
    let found = load_files(&fixture::files(&[("records/saved_view.yaml", &text)])).unwrap_err();
    assert_eq!(found[0].file, "records/saved_view.yaml", "{found:#?}");
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
    let warnings = untold(pack.warnings);
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].code, "pack.unused");
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

#[test]
fn fault_62_all_expressions_together_are_bounded() {
    let many: String = (0..90)
        .map(|n| {
            let expr = format!("'{}'", "x".repeat(600));
            format!("  c{n}: {{type: string, label: C, expr: \"{expr}\"}}\n")
        })
        .collect();
    let record = fixture::TICKET.replace("computed:\n", &format!("computed:\n{many}"));
    let shops: Vec<(String, String)> = (0..3)
        .map(|n| {
            let text = fixture::SHOP.replace("kind: shop", &format!("kind: shop{n}"));
            (
                format!("records/shop{n}.yaml"),
                format!("{text}computed:\n{many}"),
            )
        })
        .collect();
    let mut files = fixture::files(&[(RECORD, &record)]);
    files.extend(
        shops
            .into_iter()
            .map(|(path, text)| (path, text.into_bytes())),
    );
    let found = load_files(&files).unwrap_err();
    let too_large = found.iter().filter(|d| d.code == "pack.too_large").count();
    assert_eq!(too_large, 1, "told once: {found:#?}");
}

#[test]
fn places_in_blocks_are_those_of_the_source() {
    for (block, line) in [("|", 40), (">-", 40)] {
        let record = fixture::TICKET.replace(
            "{id: S-7, title: Few visits, when: record.visits < 10, otherwise: ticket.visits,",
            &format!(
                "id: S-7\n        title: Few visits\n        when: {block}\n          record.visits\n          < recrod.x\n        otherwise: ticket.visits\n        rest: {{",
            ),
        );
        let found = load_files(&fixture::files(&[(
            RECORD,
            &record
                .replace("rest: { ", "")
                .replace(
                    "override: never}\n    not_after",
                    "override: never\n    not_after",
                )
                .replace(
                    "found: '{{ record.visits }} visits', refusal: Too many visits., ",
                    "found: x\n        refusal: y\n        ",
                ),
        )]))
        .unwrap_err();
        let problem = found.iter().find(|d| d.code == "pack.expression");
        let problem = problem.unwrap_or_else(|| panic!("{found:#?}"));
        assert_eq!(
            (problem.line, problem.column),
            (line + 4, 13),
            "{block}: {problem:?}"
        );
    }
}
