//! D-16, D-20: the queue of refunds.

use rusqlite::types::Value as Cell;
use serde_json::{Value, json};
use watchkeeper_model::{Snapshot, standing};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::filter::{Filter, order_by};
use watchkeeper_pack::format::{ColumnDef, Tone};
use watchkeeper_pack::value;

use crate::world::{BOUGHT, PACK, Refund, at, kind};

const NOW: &str = "2026-11-20T03:00:00Z";

/// Refunds as a store holds them.
fn store(refunds: &[Snapshot]) -> rusqlite::Connection {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE record_now (kind TEXT, id TEXT, body TEXT, computed TEXT) STRICT",
    )
    .unwrap();
    for refund in refunds {
        let texts = [&refund.body, &refund.computed].map(|m| Value::Object(m.clone()).to_string());
        db.execute(
            "INSERT INTO record_now VALUES ('refund', ?, ?, ?)",
            [&refund.id, &texts[0], &texts[1]],
        )
        .unwrap();
    }
    db
}

fn ids(db: &rusqlite::Connection, filter: &Filter) -> Vec<String> {
    let scope = Scope {
        now: Some(at(NOW)),
        ..Scope::default()
    };
    let sql = filter.sql(kind(), &scope).unwrap();
    let view = PACK.view("refunds").unwrap();
    let order = order_by(kind(), &view.def.sort).unwrap();
    let text = format!(
        "SELECT id FROM record_now WHERE kind = 'refund' AND {} ORDER BY {order}",
        sql.text
    );
    let params = sql
        .params
        .iter()
        .map(|p| Cell::Text(p.as_str().unwrap().to_owned()));
    let mut statement = db.prepare(&text).unwrap();
    let rows = statement.query_map(rusqlite::params_from_iter(params), |row| row.get(0));
    rows.unwrap().map(Result::unwrap).collect()
}

/// Decided, where it is, on the day after the purchase.
fn refund(id: &str, bought: &str, state: &str) -> Snapshot {
    let decided = at(bought) + chrono::TimeDelta::days(1);
    let mut snapshot = Refund::new(bought, NOW)
        .with("state", json!(state))
        .with("decided_at", json!(value::instant_text(decided)))
        .snapshot();
    id.clone_into(&mut snapshot.id);
    snapshot
}

fn section(id: &str) -> &'static Filter {
    let view = PACK.view("refunds").unwrap();
    let index = view.def.sections.iter().position(|s| s.id == id).unwrap();
    &view.sections[index]
}

#[test]
fn d_16_the_list_shows_business_amount_purchase_and_days() {
    let view = PACK.view("refunds").unwrap();
    assert_eq!(view.def.row, "D-16");
    assert!(PACK.queues.contains(&view.id));
    let columns: Vec<String> = view
        .def
        .columns
        .iter()
        .map(|column| match column {
            ColumnDef::Plain(name) => name.clone(),
            ColumnDef::With { field, with } => format!("{field} with {with}"),
        })
        .collect();
    assert_eq!(
        columns,
        [
            "business with council",
            "amount",
            "purchased_at",
            "clock.lapse",
            "days_elapsed",
            "state"
        ]
    );
    let seen = Refund::new(BOUGHT, NOW);
    let snapshot = seen.snapshot();
    let at = (seen.now, PACK.zone);
    let now = value::compute_at(kind(), &snapshot.body, &snapshot.computed, at);
    assert_eq!(now["days_elapsed"], 2);
    assert_eq!(snapshot.computed["lapses_at"], "2026-11-20T06:41:00.000Z");
}

#[test]
fn d_16_oldest_purchase_first_in_every_section() {
    let db = store(&[
        refund("young", "2026-11-19T22:00:00Z", "requested"),
        refund("today", BOUGHT, "requested"),
        refund("late", "2026-11-16T22:00:00Z", "requested"),
        refund("edge", "2026-11-17T03:00:00Z", "requested"),
        refund("done", "2026-11-10T00:00:00Z", "refunded"),
        refund("long ago", "2026-11-05T02:59:59Z", "refunded"),
        refund("sent", "2026-11-12T00:00:00Z", "approved"),
        refund("stuck", "2026-11-09T00:00:00Z", "failed"),
        refund("again", "2026-11-18T00:00:00Z", "failed"),
    ]);
    assert_eq!(ids(&db, section("open")), ["today", "young"]);
    assert_eq!(
        ids(&db, section("lapsed")),
        ["stuck", "late", "edge"],
        "72 h to the millisecond is late, and no less where the provider refused it"
    );
    assert_eq!(ids(&db, section("failed")), ["again"]);
    assert_eq!(ids(&db, section("decided")), ["done", "sent"]);
    let all = ids(&db, &PACK.view("refunds").unwrap().filter);
    assert_eq!(
        all,
        [
            "long ago", "stuck", "done", "sent", "late", "edge", "today", "again", "young"
        ]
    );
}

/// X-42: whatever the 72 hours still run for, or have run out for, counts as waiting, once.
#[test]
fn x_42_what_nobody_has_ended_waits_in_one_section() {
    let view = PACK.view("refunds").unwrap();
    let waiting = view.def.sections.iter().filter(|section| section.waits);
    let waiting: Vec<&str> = waiting.map(|section| section.id.as_str()).collect();
    for state in kind().states.iter().map(|state| state.id.as_str()) {
        for bought in [BOUGHT, "2026-11-17T03:00:00Z", "2026-11-09T00:00:00Z"] {
            let db = store(&[refund("r", bought, state)]);
            let of = |id: &&&str| !ids(&db, section(id)).is_empty();
            let waits = waiting.iter().filter(of).count();
            let expected = usize::from(["requested", "failed"].contains(&state));
            assert_eq!(waits, expected, "{state}, bought {bought}");
        }
    }
}

#[test]
fn d_16_a_refund_that_lapses_before_the_next_session_is_amber() {
    let clock = &kind().clocks["lapse"];
    let tone = |bought: &str, now: &str| {
        let record = Refund::new(bought, now).snapshot();
        standing(&PACK, kind(), clock, &record, at(now)).unwrap()
    };
    // Friday 14:00 in Melbourne; the next session is on Monday, 09:00.
    let standing = tone("2026-11-19T22:30:00Z", NOW);
    assert_eq!(standing.tone, Tone::Green, "lapses on Monday at 09:30");
    let standing = tone("2026-11-19T21:30:00Z", NOW);
    assert_eq!(standing.tone, Tone::Amber, "lapses on Monday at 08:30");
    assert_eq!(
        standing.before_session,
        Some(("Monday".to_owned(), at("2026-11-22T22:00:00Z")))
    );
    assert_eq!(tone("2026-11-17T03:00:00Z", NOW).tone, Tone::Red);
}

/// D-20: two are approved, one is refused; nothing waits any more.
#[test]
fn d_20_when_all_is_processed_nothing_is_left_and_the_decisions_can_be_counted() {
    let mut late = Refund::new("2026-11-14T00:00:00Z", NOW)
        .with("requested_at", json!("2026-11-19T00:00:00.000Z"));
    late.params
        .insert("reason".into(), json!("asked on the fifth day"));
    let work = [
        ("one", Refund::new(BOUGHT, NOW), "approve"),
        ("two", Refund::new("2026-11-19T00:00:00Z", NOW), "approve"),
        ("three", late, "refuse"),
    ];
    let before: Vec<Snapshot> = work
        .iter()
        .map(|(id, refund, _)| Snapshot {
            id: (*id).to_owned(),
            ..refund.snapshot()
        })
        .collect();
    let db = store(&before);
    assert_eq!(
        ids(&db, section("open")).len() + ids(&db, section("lapsed")).len(),
        3
    );

    let after: Vec<Snapshot> = work
        .into_iter()
        .map(|(id, mut refund, action)| {
            let plan = refund.allowed(action).plan.unwrap();
            refund.body.extend(plan.sets);
            Snapshot {
                id: id.to_owned(),
                ..refund.snapshot()
            }
        })
        .collect();
    let db = store(&after);
    assert_eq!(ids(&db, section("open")), Vec::<String>::new());
    assert_eq!(ids(&db, section("lapsed")), Vec::<String>::new());
    assert_eq!(ids(&db, section("decided")).len(), 3);
    let count = |state: &str| after.iter().filter(|r| r.body["state"] == state).count();
    assert_eq!((count("approved"), count("denied")), (2, 1));
}
