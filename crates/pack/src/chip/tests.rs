#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;

use super::*;
use crate::fixture;

fn now() -> DateTime<Utc> {
    // Saturday, 10:30 in Melbourne.
    "2026-11-20T23:30:00Z".parse().unwrap()
}

fn chip(field: &str, test: serde_json::Value) -> Chip {
    serde_json::from_value(json!({"field": field, "test": test})).unwrap()
}

fn sql(field: &str, test: serde_json::Value) -> Result<Sql, Unfit> {
    let pack = fixture::pack();
    let zone = "Australia/Melbourne".parse().unwrap();
    chip(field, test).sql(pack.kind("ticket").unwrap(), now(), zone)
}

/// Tickets that a chip finds, and how SQLite means to find them along the chip's index.
fn found(field: &str, test: serde_json::Value) -> (Vec<String>, String) {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE record (rowid INTEGER PRIMARY KEY, kind TEXT, id TEXT, body TEXT,
                              computed TEXT, UNIQUE (kind, id))",
    )
    .unwrap();
    for index in indexes::indexes(kind) {
        db.execute_batch(&format!(
            "CREATE INDEX \"{}\" ON record ({}) WHERE kind = 'ticket'",
            index.name,
            index.columns.join(", ")
        ))
        .unwrap();
    }
    let tickets = [
        json!({"number": "A-1", "shop": "s1", "price": {"minor": 500, "currency": "AUD"},
               "bought_at": "2026-11-19T12:59:59.999Z", "score": 0.5, "visits": 3, "paid": true,
               "level": "low", "state": "open"}),
        json!({"number": "A-2", "shop": "s2", "price": {"minor": 500, "currency": "EUR"},
               "bought_at": "2026-11-19T13:00:00.000Z", "score": 2.0, "visits": 4, "paid": false,
               "level": "high", "state": "closed"}),
        json!({"number": "B-1", "shop": "s2", "price": {"minor": 900, "currency": "AUD"},
               "bought_at": "2026-11-20T23:00:00.000Z", "state": "odd"}),
    ];
    for ticket in &tickets {
        let id = ticket["number"].as_str().unwrap();
        let ends_at = "2026-11-22T13:00:00.000Z";
        db.execute(
            "INSERT INTO record (kind, id, body, computed) VALUES ('ticket', ?1, ?2, ?3)",
            [
                id,
                &ticket.to_string(),
                &json!({"ends_at": ends_at}).to_string(),
            ],
        )
        .unwrap();
    }
    let chip = chip(field, test);
    let zone = "Australia/Melbourne".parse().unwrap();
    let sql = chip.sql(kind, now(), zone).unwrap();
    let text = format!(
        "SELECT id FROM record INDEXED BY \"{}\" WHERE kind = 'ticket' AND {}",
        chip.index(kind),
        sql.text
    );
    let params = || {
        rusqlite::params_from_iter(sql.params.iter().map(|value| match value {
            Value::String(text) => rusqlite::types::Value::Text(text.clone()),
            Value::Number(n) => match n.as_i64() {
                Some(whole) => whole.into(),
                None => n.as_f64().unwrap().into(),
            },
            other => panic!("{other}"),
        }))
    };
    let column = |text: &str, at: usize| -> Vec<String> {
        let mut statement = db.prepare(text).unwrap();
        let rows = statement.query_map(params(), |row| row.get(at)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let mut ids = column(&text, 0);
    ids.sort();
    let plan = column(&format!("EXPLAIN QUERY PLAN {text}"), 3);
    (ids, plan.join("; "))
}

#[test]
fn each_type_of_field_is_asked_in_its_way_and_found_by_its_index() {
    let cases = [
        (
            "state",
            json!({"type": "among", "values": ["open", "odd"]}),
            vec!["A-1", "B-1"],
        ),
        (
            "level",
            json!({"type": "among", "values": ["high"]}),
            vec!["A-2"],
        ),
        (
            "shop",
            json!({"type": "among", "values": ["s2"]}),
            vec!["A-2", "B-1"],
        ),
        ("paid", json!({"type": "flag", "on": false}), vec!["A-2"]),
        (
            "price",
            json!({"type": "money", "currency": "AUD", "from": 500, "to": 899}),
            vec!["A-1"],
        ),
        (
            "price",
            json!({"type": "money", "currency": "AUD", "from": 501, "to": null}),
            vec!["B-1"],
        ),
        (
            "score",
            json!({"type": "number", "from": 0.5, "to": 1.5}),
            vec!["A-1"],
        ),
        (
            "score",
            json!({"type": "number", "from": null, "to": 2}),
            vec!["A-1", "A-2"],
        ),
        (
            "visits",
            json!({"type": "number", "from": 3.5, "to": null}),
            vec!["A-2"],
        ),
        ("number", json!({"type": "is", "text": "A-1"}), vec!["A-1"]),
        (
            "number",
            json!({"type": "begins", "text": "A-"}),
            vec!["A-1", "A-2"],
        ),
        ("number", json!({"type": "begins", "text": "a-"}), vec![]),
        ("number", json!({"type": "empty"}), vec![]),
        ("score", json!({"type": "empty"}), vec!["B-1"]),
        ("paid", json!({"type": "empty"}), vec!["B-1"]),
        ("level", json!({"type": "empty"}), vec!["B-1"]),
        ("price", json!({"type": "empty"}), vec![]),
        // Friday the 20th begins at 13:00 UTC of the 19th.
        (
            "bought_at",
            json!({"type": "days", "from": "2026-11-20", "to": "2026-11-20"}),
            vec!["A-2"],
        ),
        ("bought_at", json!({"type": "last", "days": 1}), vec!["B-1"]),
        (
            "bought_at",
            json!({"type": "last", "days": 2}),
            vec!["A-2", "B-1"],
        ),
        ("ends_at", json!({"type": "next", "days": 2}), vec![]),
        (
            "ends_at",
            json!({"type": "next", "days": 3}),
            vec!["A-1", "A-2", "B-1"],
        ),
    ];
    for (field, test, expected) in cases {
        let (ids, plan) = found(field, test.clone());
        assert_eq!(ids, expected, "{field} {test}");
        let index = format!("SEARCH record USING INDEX record_ticket${field} (");
        assert!(plan.starts_with(&index), "{field} {test}: {plan}");
    }
}

#[test]
fn all_of_one_currency_is_read_off_the_index() {
    let all = json!({"type": "money", "currency": "EUR", "from": null, "to": null});
    let (ids, plan) = found("price", all);
    assert_eq!(ids, ["A-2"]);
    assert!(plan.contains("USING INDEX record_ticket$price"), "{plan}");
}

#[test]
fn no_value_stands_in_the_text() {
    let evil = "x' OR 1=1 --";
    let asked = sql("number", json!({"type": "is", "text": evil})).unwrap();
    assert_eq!(asked.text, "json_extract(body, '$.number') = ?");
    assert_eq!(asked.params, [json!(evil)]);
    let among = sql("shop", json!({"type": "among", "values": [evil]})).unwrap();
    assert!(!among.text.contains(evil));
    let (ids, _) = found("number", json!({"type": "begins", "text": "%"}));
    assert!(ids.is_empty(), "no sign stands for others");
}

#[test]
fn what_does_not_fit_says_why() {
    let cases = [
        ("nothing", json!({"type": "flag", "on": true}), Unfit::Field),
        // Not indexed, and for display only.
        ("mail", json!({"type": "is", "text": "x"}), Unfit::Field),
        (
            "age",
            json!({"type": "number", "from": 1, "to": 2}),
            Unfit::Field,
        ),
        (
            "price",
            json!({"type": "number", "from": 1, "to": 2}),
            Unfit::Type,
        ),
        ("state", json!({"type": "is", "text": "open"}), Unfit::Type),
        (
            "state",
            json!({"type": "among", "values": []}),
            Unfit::Value,
        ),
        (
            "score",
            json!({"type": "number", "from": null, "to": null}),
            Unfit::Value,
        ),
        (
            "number",
            json!({"type": "begins", "text": ""}),
            Unfit::Value,
        ),
        (
            "bought_at",
            json!({"type": "days", "from": "20.11.2026", "to": null}),
            Unfit::Value,
        ),
        (
            "bought_at",
            json!({"type": "last", "days": 0}),
            Unfit::Value,
        ),
        (
            "price",
            json!({"type": "money", "currency": "aud", "from": 1, "to": null}),
            Unfit::Value,
        ),
    ];
    for (field, test, expected) in cases {
        assert_eq!(sql(field, test.clone()), Err(expected), "{field} {test}");
    }
    let many: Vec<String> = (0..201).map(|n| n.to_string()).collect();
    let many = json!({"type": "among", "values": many});
    assert_eq!(sql("shop", many), Err(Unfit::Value));
}

#[test]
fn what_is_optional_or_computed_may_have_no_value() {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    for (field, expected) in [
        ("score", true),
        ("ends_at", true),
        ("number", false),
        ("state", false),
        ("gone", false),
    ] {
        assert_eq!(may_be_empty(kind, field), expected, "{field}");
    }
}

#[test]
fn a_kind_offers_the_chips_of_its_indexed_fields() {
    let pack = fixture::pack();
    let names = |all: Vec<(&str, Asks)>| -> Vec<(String, Asks)> {
        all.into_iter()
            .map(|(name, asks)| (name.to_owned(), asks))
            .collect()
    };
    let expected = [
        ("state", Asks::Among),
        ("bought_at", Asks::Days),
        ("level", Asks::Among),
        ("number", Asks::Text),
        ("paid", Asks::Flag),
        ("price", Asks::Money),
        ("score", Asks::Number),
        ("shop", Asks::Ref),
        ("visits", Asks::Number),
        ("ends_at", Asks::Days),
    ];
    let expected = expected.map(|(name, asks)| (name.to_owned(), asks));
    assert_eq!(names(offered(pack.kind("ticket").unwrap())), expected);
    assert_eq!(
        groups(pack.kind("ticket").unwrap()),
        ["state", "level", "paid", "shop"]
    );
}
