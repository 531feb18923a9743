#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::float_cmp)]

use chrono::TimeDelta;
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};

use super::*;
use crate::fixture;
use crate::value;

fn at(text: &str) -> DateTime<Utc> {
    value::instant(text).unwrap()
}

/// Records of kind `ticket`, in a view like the laptop's: two tables, one above the other.
fn database(bodies: &[Value]) -> rusqlite::Connection {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE record (kind TEXT, id TEXT, body TEXT, computed TEXT) STRICT;
         CREATE TEMP TABLE drawn (kind TEXT, id TEXT, body TEXT, computed TEXT) STRICT;
         CREATE TEMP VIEW record_now AS
           SELECT kind, id, body, computed FROM main.record UNION ALL
           SELECT kind, id, body, computed FROM temp.drawn;",
    )
    .unwrap();
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    for (name, expression) in kind.indexed_expressions() {
        db.execute_batch(&format!(
            "CREATE INDEX {name} ON record ({expression}) WHERE kind = 'ticket'"
        ))
        .unwrap();
    }
    for (index, body) in bodies.iter().enumerate() {
        let table = if index % 2 == 0 { "record" } else { "drawn" };
        let computed = Value::Object(value::compute(kind, body.as_object().unwrap()));
        db.execute(
            &format!("INSERT INTO {table} VALUES ('ticket', ?, ?, ?)"),
            (format!("t{index}"), body.to_string(), computed.to_string()),
        )
        .unwrap();
    }
    db
}

fn rows(db: &rusqlite::Connection, asked: &Asked) -> Vec<Piece> {
    let statement = asked.statement("record_now", None);
    let params = asked.filter.params.iter().map(|p| match p {
        Value::String(text) => Cell::Text(text.clone()),
        other => Cell::Integer(other.as_i64().unwrap()),
    });
    let mut statement = db.prepare(&statement).unwrap();
    let rows = statement.query_map(rusqlite::params_from_iter(params), |row| {
        let size = |n: i64| usize::try_from(n).unwrap();
        Ok(Piece {
            begins: size(row.get(0)?),
            ends: size(row.get(1)?),
            part: row.get(2)?,
            count: row.get::<_, i64>(3)?.unsigned_abs(),
            there: row.get::<_, i64>(4)?.unsigned_abs(),
            value: row.get(5)?,
            newest: row.get(6)?,
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn measure(def: Value) -> Measure {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let computed = kind.computed.iter();
    let computed = computed.map(|(n, c)| (n.clone(), c.def.clone())).collect();
    let columns = Columns {
        fields: &kind.fields,
        computed: &computed,
        states: true,
    };
    let def: MeasureDef = serde_json::from_value(def).unwrap();
    let filter = Filter::compile(&def.filter, columns, &crate::expr::Allowed::none()).unwrap();
    Measure::compile(&def, columns, filter).unwrap()
}

fn ticket(bought: &str, minor: Value, shop: &str) -> Value {
    json!({"number": "n", "shop": shop, "price": {"minor": minor, "currency": "AUD"},
           "bought_at": bought, "state": "open"})
}

fn day(n: u32) -> DateTime<Utc> {
    at("2026-11-01T00:00:00Z") + TimeDelta::days(i64::from(n))
}

fn span(from: u32, to: u32) -> Span {
    Span {
        from: Some(day(from)),
        to: day(to),
    }
}

fn said(def: Value, bodies: &[Value], spans: &[Span]) -> Vec<(Option<f64>, u64)> {
    let measure = measure(def);
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let asked = measure.ask(kind, &Scope::default(), spans, None).unwrap();
    let pieces = measure.pieces(&asked, rows(&database(bodies), &asked));
    let say = |span| {
        let Measured { value, count } = pieces.of(span);
        (value, count)
    };
    spans.iter().map(say).collect()
}

fn some() -> Vec<Value> {
    vec![
        ticket("2026-11-01T00:00:00.000Z", json!(100), "a"),
        ticket("2026-11-02T12:00:00.000Z", json!(250), "b"),
        ticket("2026-11-03T00:00:00.000Z", json!(40), "a"),
        ticket("2026-11-05T23:59:59.999Z", json!(10), "a"),
    ]
}

#[test]
fn a_window_has_its_first_instant_and_not_its_last() {
    let count = json!({"kind": "ticket", "answer": "count", "at": "bought_at"});
    let spans = [span(0, 2), span(1, 2), span(2, 5), span(0, 5), span(6, 9)];
    let found = said(count, &some(), &spans);
    let numbers: Vec<u64> = found.iter().map(|(_, count)| *count).collect();
    assert_eq!(numbers, [2, 1, 2, 4, 0]);
    assert_eq!(found[4].0, Some(0.0), "nothing is a count, too");
}

#[test]
fn each_aggregate_is_put_together_from_its_pieces() {
    let spans = [span(0, 5), span(1, 3), span(6, 9)];
    let expected = [
        ("sum", [Some(400.0), Some(290.0), Some(0.0)]),
        ("mean", [Some(100.0), Some(145.0), None]),
        ("min", [Some(10.0), Some(40.0), None]),
        ("max", [Some(250.0), Some(250.0), None]),
        ("last", [Some(10.0), Some(40.0), None]),
    ];
    for (answer, values) in expected {
        let def = json!({"kind": "ticket", "answer": answer, "field": "price", "at": "bought_at"});
        let found: Vec<_> = said(def, &some(), &spans).iter().map(|f| f.0).collect();
        assert_eq!(found, values, "{answer}");
    }
}

#[test]
fn what_lasts_counts_from_its_first_instant_until_its_end() {
    let lasts = json!({"kind": "ticket", "answer": "count",
                       "during": {"from": "bought_at", "until": ["ends_at"]}});
    let now = |n: u32, ms: i64| Span {
        from: None,
        to: day(n) + TimeDelta::milliseconds(ms),
    };
    // Three days each: of 1, 2 (noon), 3 and 5 November.
    let spans = [
        now(0, -1),
        now(0, 0),
        now(1, 0),
        now(2, 0),
        now(3, -1),
        now(3, 0),
        now(20, 0),
    ];
    let found: Vec<u64> = said(lasts, &some(), &spans).iter().map(|f| f.1).collect();
    assert_eq!(found, [0, 1, 1, 3, 3, 2, 0]);
}

#[test]
fn parts_come_largest_first_and_add_up() {
    let sum = json!({"kind": "ticket", "answer": "sum", "field": "price", "at": "bought_at"});
    let measure = measure(sum);
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let spans = [span(0, 5)];
    let asked = measure
        .ask(kind, &Scope::default(), &spans, Some("shop"))
        .unwrap();
    let pieces = measure.pieces(&asked, rows(&database(&some()), &asked));
    let parts: Vec<_> = pieces.parts(&spans[0]);
    let named: Vec<_> = parts
        .iter()
        .map(|(n, m)| (n.as_deref().unwrap(), m.value))
        .collect();
    assert_eq!(named, [("b", Some(250.0)), ("a", Some(150.0))]);
    assert_eq!(pieces.of(&spans[0]).value, Some(400.0));
}

#[test]
fn all_points_are_one_statement_over_the_index() {
    let spans: Vec<Span> = (0..30).map(|n| span(n, n + 7)).collect();
    let measure = measure(
        json!({"kind": "ticket", "where": {"state": "open"}, "answer": "count",
                                 "at": "bought_at"}),
    );
    let pack = fixture::pack();
    let asked = measure
        .ask(
            pack.kind("ticket").unwrap(),
            &Scope::default(),
            &spans,
            None,
        )
        .unwrap();
    let db = database(&some());
    let statement = format!("EXPLAIN QUERY PLAN {}", asked.statement("record_now", None));
    let mut statement = db.prepare(&statement).unwrap();
    let plan: Vec<String> = statement
        .query_map(["open"], |row| row.get(3))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let main = plan.iter().find(|line| line.contains("record ")).unwrap();
    assert!(main.contains("USING INDEX record_ticket$"), "{plan:#?}");
}

#[test]
fn it_says_when_it_changes_by_itself() {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let db = database(&some());
    let next = |def: Value, now: DateTime<Utc>, length| {
        let asked = measure(def)
            .ask_later(kind, &Scope::default(), now, length)
            .unwrap();
        let found = asked.iter().filter_map(|(later, asked)| {
            let at: Option<String> = db
                .query_row(&asked.statement("record_now", None), [], |row| row.get(0))
                .unwrap();
            Some(later.instant(super::tests::at(&at?)))
        });
        found.min()
    };
    let count = json!({"kind": "ticket", "answer": "count", "at": "bought_at"});
    let week = Some(TimeDelta::days(7));
    let ms = TimeDelta::milliseconds(1);
    assert_eq!(next(count.clone(), day(6), week), Some(day(7) + ms));
    assert_eq!(
        next(count.clone(), day(1), week),
        Some(at("2026-11-02T12:00:00.001Z"))
    );
    assert_eq!(next(count, day(40), week), None);
    let lasts = json!({"kind": "ticket", "answer": "count",
                       "during": {"from": "bought_at", "until": ["ends_at"]}});
    assert_eq!(next(lasts, day(2), None), Some(day(3)));
}
