#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;

use rusqlite::types::Value as Cell;
use serde_json::{Map, json};

use super::*;
use crate::expr::Scope;
use crate::format::{ComputedDef, LookupDef};
use crate::pack::{Kind, Lookup};
use crate::{fixture, value};

/// A record table with three tickets, each computed as a store does it.
fn database(kind: &Kind) -> rusqlite::Connection {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE record_now (kind TEXT, id TEXT, revision INTEGER, updated_at INTEGER,
         title TEXT, body TEXT, computed TEXT) STRICT;",
    )
    .unwrap();
    let tickets = [
        json!({"number": "T-1", "shop": "s1", "price": {"minor": 2200, "currency": "AUD"},
               "bought_at": "2026-11-17T06:41:00.000Z", "state": "open", "score": 0.9, "paid": true}),
        json!({"number": "T-2", "shop": "s1", "price": {"minor": 500, "currency": "AUD"},
               "bought_at": "2026-11-18T06:41:00.000Z", "state": "open", "score": 0.8999, "level": "low"}),
        json!({"number": "T-3", "shop": "s2", "price": {"minor": 700, "currency": "AUD"},
               "bought_at": "2026-11-16T06:41:00.000Z", "state": "closed", "paid": false}),
    ];
    for (index, body) in tickets.iter().enumerate() {
        let computed = value::compute(kind, body.as_object().unwrap());
        db.execute(
            "INSERT INTO record_now VALUES ('ticket', ?, 1, 0, '', ?, ?)",
            (
                format!("t{}", index + 1),
                body.to_string(),
                Value::Object(computed).to_string(),
            ),
        )
        .unwrap();
    }
    for (name, expression) in kind.indexed_expressions() {
        db.execute_batch(&format!(
            "CREATE INDEX {name} ON record_now ({expression}) WHERE kind = '{}'",
            kind.name
        ))
        .unwrap();
    }
    db
}

fn bind(params: &[Value]) -> Vec<Cell> {
    let one = |value: &Value| match value {
        Value::String(text) => Cell::Text(text.clone()),
        Value::Number(n) => n
            .as_i64()
            .map_or_else(|| Cell::Real(n.as_f64().unwrap()), Cell::Integer),
        other => panic!("{other} cannot be bound"),
    };
    params.iter().map(one).collect()
}

/// Ids that a filter (as YAML in JSON form) finds, in the order asked for.
fn found(test: Value, sort: &[&str]) -> Result<Vec<String>, Vec<FilterFault>> {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let def: FilterDef = serde_json::from_value(test).unwrap();
    let computed: BTreeMap<String, ComputedDef> = kind
        .computed
        .iter()
        .map(|(n, c)| (n.clone(), c.def.clone()))
        .collect();
    let columns = Columns {
        fields: &kind.fields,
        computed: &computed,
        states: true,
    };
    let allowed = Allowed::none().value("now").fields("settings", ["mode"]);
    let filter = Filter::compile(&def, columns, &allowed)?;
    let scope = Scope {
        now: value::instant("2026-11-20T12:00:00Z"),
        settings: Map::from_iter([("mode".to_owned(), json!("open"))]),
        ..Scope::default()
    };
    let sql = filter.sql(kind, &scope).unwrap();
    let order = order_by(kind, sort).unwrap();
    let db = database(kind);
    let text = format!(
        "SELECT id FROM record_now WHERE kind = 'ticket' AND {} ORDER BY {order}",
        sql.text
    );
    let mut statement = db.prepare(&text).unwrap();
    let rows = statement.query_map(rusqlite::params_from_iter(bind(&sql.params)), |row| {
        row.get(0)
    });
    Ok(rows.unwrap().map(Result::unwrap).collect())
}

#[test]
fn filters_find_what_they_say() {
    let cases = [
        (json!({}), "t1 t2 t3"),
        (json!({"state": "open"}), "t1 t2"),
        (json!({"state": ["closed", "lost"]}), "t3"),
        (json!({"state": {"ne": "open"}}), "t3"),
        (json!({"level": {"ne": "low"}}), "t1 t3"),
        (json!({"score": {"gte": 0.9}}), "t1"),
        (json!({"score": {"lt": 0.9}}), "t2"),
        (json!({"score": {"absent": true}}), "t3"),
        (json!({"level": {"absent": false}}), "t2"),
        (json!({"paid": true}), "t1"),
        (json!({"paid": false}), "t3"),
        (json!({"price": {"gt": 500, "lte": 2200}}), "t1 t3"),
        (
            json!({"price": {"eq": {"minor": 500, "currency": "AUD"}}}),
            "t2",
        ),
        (
            json!({"bought_at": {"lt": "2026-11-17T17:41:00+11:00"}}),
            "t3",
        ),
        (json!({"ends_at": {"gt": {"expr": "now"}}}), "t2"),
        (json!({"state": {"expr": "settings.mode"}}), "t1 t2"),
        (json!({"state": "open", "shop": {"in": ["s1"]}}), "t1 t2"),
        (
            json!({"shop": {"in": {"expr": "[settings.mode, 's2']"}}}),
            "t3",
        ),
        (json!({"shop": {"in": {"expr": "[]"}}}), ""),
        (json!({"shop": {"not_in": {"expr": "['s2']"}}}), "t1 t2"),
        (json!({"shop": {"not_in": {"expr": "[]"}}}), "t1 t2 t3"),
        (json!({"level": {"not_in": ["low"]}}), "t1 t3"),
    ];
    for (filter, ids) in cases {
        assert_eq!(
            found(filter.clone(), &["number"]).unwrap().join(" "),
            ids,
            "{filter}"
        );
    }
}

#[test]
fn sorts_are_total_and_may_turn_round() {
    assert_eq!(
        found(json!({}), &["-bought_at"]).unwrap().join(" "),
        "t2 t1 t3"
    );
    assert_eq!(
        found(json!({}), &["state", "-price"]).unwrap().join(" "),
        "t3 t1 t2"
    );
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    assert_eq!(
        order_by(kind, &["bought_at"]).unwrap(),
        "json_extract(body, '$.bought_at'), id"
    );
    for unknown in [
        "note",
        "age",
        "nothing",
        "id",
        "bought_at; DROP TABLE record",
    ] {
        assert_eq!(order_by(kind, &[unknown]), None, "{unknown}");
    }
}

#[test]
fn columns_lead_into_body_and_computed() {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    assert_eq!(
        column(kind, "price").unwrap(),
        "json_extract(body, '$.price.minor')"
    );
    assert_eq!(
        column(kind, "ends_at").unwrap(),
        "json_extract(computed, '$.ends_at')"
    );
    assert_eq!(
        column(kind, "state").unwrap(),
        "json_extract(body, '$.state')"
    );
    assert_eq!(column(kind, "age"), None, "changes with time");
    assert_eq!(column(kind, "x') OR 1 --"), None);
    let names: Vec<String> = kind
        .indexed_expressions()
        .into_iter()
        .map(|(n, _)| n)
        .collect();
    assert!(names.contains(&"record_ticket$state".to_owned()));
    assert!(names.contains(&"record_ticket$ends_at".to_owned()));
    assert!(!names.contains(&"record_ticket$note".to_owned()));
}

#[test]
fn an_indexed_filter_uses_its_index() {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let db = database(kind);
    let sql = pack
        .view("open")
        .unwrap()
        .filter
        .sql(kind, &Scope::default())
        .unwrap();
    let text = format!(
        "EXPLAIN QUERY PLAN SELECT id FROM record_now WHERE kind = 'ticket' AND {}",
        sql.text
    );
    let mut statement = db.prepare(&text).unwrap();
    let params = rusqlite::params_from_iter(bind(&sql.params));
    let plan: String = statement.query_row(params, |row| row.get(3)).unwrap();
    assert!(plan.contains("record_ticket$state"), "{plan}");
}

#[test]
fn what_does_not_fit_is_refused_with_its_path() {
    let fault = |test: Value| found(test, &["number"]).unwrap_err().remove(0);
    assert_eq!(
        fault(json!({"nubmer": "x"})).message,
        "unknown field `nubmer`; did you mean `number`?"
    );
    assert_eq!(fault(json!({"note": "x"})).code, "pack.not_indexed");
    assert_eq!(fault(json!({"age": 3})).code, "pack.not_indexed");
    assert_eq!(fault(json!({"visits": "many"})).code, "pack.wrong_type");
    assert_eq!(fault(json!({"state": []})).code, "pack.wrong_type");
    assert_eq!(fault(json!({"state": {}})).code, "pack.missing");
    assert_eq!(fault(json!({"state": {"eq": null}})).code, "pack.missing");
    assert_eq!(fault(json!({"score": {"gt3": 1}})).code, "pack.wrong_type");
    assert_eq!(
        fault(json!({"state": {"not_in": []}})).code,
        "pack.wrong_type"
    );
    let expr = fault(json!({"state": {"in": {"expr": "then"}}}));
    assert_eq!((expr.within.as_str(), expr.at), ("in/expr", Some((1, 1))));
    let expr = fault(json!({"ends_at": {"gt": {"expr": "then"}}}));
    assert_eq!((expr.within.as_str(), expr.at), ("gt/expr", Some((1, 1))));
}

#[test]
fn a_window_is_what_instants_are_compared_with() {
    let def: FilterDef = serde_json::from_value(json!({
        "bought_at": {"gte": "2026-11-17T00:00:00.000Z", "lt": "2026-11-18T00:00:00.000Z"},
        "score": {"gt": 0.5},
        "state": "open",
    }))
    .unwrap();
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let columns = Columns {
        fields: &kind.fields,
        computed: &BTreeMap::new(),
        states: true,
    };
    let filter = Filter::compile(&def, columns, &Allowed::none()).unwrap();
    let window = filter.window(&Scope::default()).unwrap();
    let sides = window.iter().map(|bound| {
        let at = value::instant_text(bound.at);
        (bound.field.as_str(), bound.is_end, bound.is_closed, at)
    });
    let sides: BTreeMap<bool, _> = sides
        .map(|(field, is_end, is_closed, at)| (is_end, (field, is_closed, at)))
        .collect();
    let at = |text: &str| text.to_owned();
    assert_eq!(window.len(), 2, "a number is no instant");
    assert_eq!(
        sides[&false],
        ("bought_at", true, at("2026-11-17T00:00:00.000Z"))
    );
    assert_eq!(
        sides[&true],
        ("bought_at", false, at("2026-11-18T00:00:00.000Z"))
    );
}

#[test]
fn nothing_is_less_than_null() {
    let def: FilterDef =
        serde_json::from_value(json!({"score": {"lt": {"expr": "null"}}})).unwrap();
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let none = BTreeMap::new();
    let columns = Columns {
        fields: &kind.fields,
        computed: &none,
        states: true,
    };
    let filter = Filter::compile(&def, columns, &Allowed::none()).unwrap();
    let sql = filter.sql(kind, &Scope::default()).unwrap();
    assert_eq!((sql.text.as_str(), sql.params.len()), ("FALSE", 0));
}

#[test]
fn lookups_answer_in_one_row() {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let db = database(kind);
    let scope = Scope {
        kind: Some(kind),
        record: Map::from_iter([("shop".to_owned(), json!("s1"))]),
        ..Scope::default()
    };
    let ask = |name: &str| -> Option<Cell> {
        let (sql, aggregate) = kind.lookups[name].sql(kind, &scope).unwrap();
        let text = format!(
            "SELECT {aggregate} FROM record_now WHERE kind = ? AND {}",
            sql.text
        );
        let mut params = vec![Cell::Text("ticket".into())];
        params.extend(bind(&sql.params));
        let answer = db.query_row(&text, rusqlite::params_from_iter(params), |row| row.get(0));
        answer.ok()
    };
    assert_eq!(ask("of_shop"), Some(Cell::Integer(2)));
    assert_eq!(ask("spent"), Some(Cell::Integer(2700)));
    assert_eq!(ask("first"), Some(Cell::Text("T-2".into())));
    assert!(
        kind.lookups["spent"].sql(kind, &Scope::default()).is_err(),
        "nobody asks"
    );
}

#[test]
fn a_list_answers_its_fields_of_each_record_in_order() {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let db = database(kind);
    let columns = Columns {
        fields: &kind.fields,
        computed: &BTreeMap::new(),
        states: true,
    };
    let ask = |shop: &str| {
        let def: Result<LookupDef, _> = serde_json::from_value(json!({
            "kind": "ticket", "where": {"shop": shop}, "answer": "list",
            "fields": ["number", "price"], "sort": ["-bought_at"],
        }));
        let def = def.unwrap();
        let filter = Filter::compile(&def.filter, columns, &Allowed::none()).unwrap();
        let lookup = Lookup { def, filter };
        let (sql, aggregate) = lookup.sql(kind, &Scope::default()).unwrap();
        let text = format!(
            "SELECT {aggregate} FROM record_now WHERE kind = 'ticket' AND {}",
            sql.text
        );
        let params = rusqlite::params_from_iter(bind(&sql.params));
        let given: String = db.query_row(&text, params, |row| row.get(0)).unwrap();
        lookup.read(given.into())
    };
    let found = ask("s1");
    let found = found.as_array().unwrap();
    assert_eq!(found[0]["number"], "T-2");
    let cents: i64 = found
        .iter()
        .map(|each| each["price"].as_i64().unwrap())
        .sum();
    assert_eq!(cents, 2_700);
    assert_eq!(ask("nowhere"), json!([]));
    // More than a list holds is no list.
    assert_eq!(rows(Value::Null), Value::Null);
}
