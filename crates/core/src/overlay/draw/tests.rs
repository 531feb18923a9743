#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use chrono::DateTime;
use serde_json::json;
use uuid::Uuid;
use watchkeeper_wire::operation::Operation;

use super::*;
use crate::outbox::steps;
use crate::overlay::{Applied, Seen};
use crate::store::{DbKey, Stores};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// An operation on a ticket that gives records a state each, and how it stands.
fn operation(
    state: &Connection,
    number: u128,
    record: &str,
    (status, hold): (&str, Option<&str>),
    gives: &[(&str, &str, &str, Option<i64>)],
) {
    let id = Uuid::from_u128(number);
    let request = Operation {
        id,
        version: 1,
        kind: "ticket".into(),
        record: record.into(),
        action: "close".into(),
        params: Map::new(),
        author: "op-1".into(),
        device: Uuid::from_u128(9),
        made_at: DateTime::UNIX_EPOCH,
        base_revision: None,
        not_after: None,
        pack: "none".into(),
        lookups: BTreeMap::new(),
    };
    steps::insert(state, &request, record, "Close", None).unwrap();
    for (kind, id, gives, confirmed) in gives {
        let seen = Seen {
            revision: 1,
            updated_at: DateTime::UNIX_EPOCH,
            title: format!("{kind} {id}"),
            body: object(json!({"state": "open", "name": id})),
            computed: Map::new(),
            refs: Map::new(),
        };
        let applied = Applied {
            body: object(json!({"state": gives, "name": id})),
            computed: object(json!({"by": number.to_string()})),
        };
        rows::insert(state, request.id, (kind, id), &seen, &applied).unwrap();
        let change = "UPDATE overlay SET confirmed = ?1 WHERE operation = ?2 AND id = ?3";
        let by = request.id.to_string();
        state.execute(change, params![confirmed, by, id]).unwrap();
    }
    state
        .execute(
            "UPDATE operation SET status = ?1, hold = ?2 WHERE id = ?3",
            params![status, hold, id.to_string()],
        )
        .unwrap();
}

fn mirror(cache: &Connection, kind: &str, id: &str, revision: i64) {
    cache
        .execute(
            "INSERT INTO record (kind, id, revision, seq, generation, updated_at, title, body,
                                 computed)
             VALUES (?1, ?2, ?3, 1, 1, 0, ?4, ?5, '{}')",
            params![
                kind,
                id,
                revision,
                format!("{kind} {id}"),
                json!({"state": "open", "name": id, "of": revision}).to_string()
            ],
        )
        .unwrap();
}

/// Records; one is further than the rest.
fn fill_mirror(cache: &Connection) {
    for id in ["t1", "t2", "t3", "t4", "t5"] {
        mirror(cache, "ticket", id, 1);
    }
    mirror(cache, "ticket", "t6", 2);
    mirror(cache, "person", "p1", 1);
}

/// Waiting, told with a record of another kind that changes along, held with one behind it, under
/// way, in the mirror already, on a record that the mirror does not have, and behind another.
fn fill_outbox(state: &Connection) {
    let none = None;
    let waiting = ("waiting", None);
    operation(state, 1, "t1", waiting, &[("ticket", "t1", "closed", none)]);
    let told = [
        ("ticket", "t2", "closed", Some(2)),
        ("person", "p1", "gone", Some(2)),
    ];
    operation(state, 2, "t2", ("accepted", None), &told);
    let held = ("held", Some("refused"));
    operation(state, 3, "t3", held, &[("ticket", "t3", "closed", none)]);
    operation(state, 4, "t3", waiting, &[("ticket", "t3", "lost", none)]);
    let unknown = ("unknown", None);
    operation(state, 5, "t4", unknown, &[("ticket", "t4", "closed", none)]);
    let confirmed = ("confirmed", None);
    operation(
        state,
        6,
        "t6",
        confirmed,
        &[("ticket", "t6", "closed", Some(2))],
    );
    operation(state, 7, "t7", waiting, &[("ticket", "t7", "closed", none)]);
    let second = [
        ("ticket", "t1", "lost", none),
        ("ticket", "t5", "closed", none),
    ];
    operation(state, 8, "t1", waiting, &second);
}

/// Rows of a table or view: kind, id, revision and body.
fn table(cache: &Connection, name: &str, kind: &str) -> Vec<(String, i64, String)> {
    let question =
        format!("SELECT id, revision, body || computed FROM {name} WHERE kind = ?1 ORDER BY id");
    let mut statement = cache.prepare(&question).unwrap();
    let rows = statement.query_map([kind], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Looks at both databases.
async fn looked<T: Send + 'static>(
    look: impl FnOnce(&Connection, &Connection) -> Result<T, StoreError> + Send + 'static,
) -> T {
    looked_over(fill_outbox, fill_mirror, look).await
}

/// The same with these in them.
async fn looked_over<T: Send + 'static>(
    fill_outbox: fn(&Connection),
    fill_mirror: fn(&Connection),
    look: impl FnOnce(&Connection, &Connection) -> Result<T, StoreError> + Send + 'static,
) -> T {
    let folder = tempfile::tempdir().unwrap();
    let stores = Stores::open(folder.path(), &DbKey::new([1; 32])).unwrap();
    let outbox = stores.state.write(move |state| {
        fill_outbox(state);
        Ok::<_, StoreError>(())
    });
    outbox.await.unwrap();
    let mirror = stores.cache.write(move |cache| {
        fill_mirror(cache);
        Ok::<_, StoreError>(())
    });
    mirror.await.unwrap();
    let looked = stores.read_both(move |state, cache| look(state, cache));
    looked.await.unwrap()
}

const TICKETS: [&str; 7] = ["t1", "t2", "t3", "t4", "t5", "t6", "t7"];

/// All that a look can see of a kind.
fn seen(cache: &Connection, kind: &str) -> Vec<Vec<(String, i64, String)>> {
    ["record_now", "record_shown", "temp.on_the_way"]
        .map(|name| table(cache, name, kind))
        .into()
}

#[tokio::test]
async fn decisions_see_all_operations_and_screens_what_is_done() {
    let (now, shown, on_the_way) = looked(|state, cache| {
        let overlay = Overlay::over(cache, state, None);
        overlay.kind("ticket")?;
        let states = |name| -> Vec<(String, String)> {
            table(cache, name, "ticket")
                .into_iter()
                .map(|(id, _, body)| {
                    let body: Value = serde_json::Deserializer::from_str(&body)
                        .into_iter()
                        .next()
                        .unwrap()
                        .unwrap();
                    (id, body["state"].as_str().unwrap().to_owned())
                })
                .collect()
        };
        Ok((
            states("record_now"),
            states("record_shown"),
            states("temp.on_the_way"),
        ))
    })
    .await;
    let with = |states: [&str; 7]| -> Vec<(String, String)> {
        TICKETS
            .iter()
            .zip(states)
            .map(|(id, state)| ((*id).to_owned(), state.to_owned()))
            .collect()
    };
    let expected = [
        "lost", "closed", "open", "closed", "closed", "open", "closed",
    ];
    assert_eq!(now, with(expected));
    let expected = ["open", "closed", "open", "closed", "open", "open", "open"];
    assert_eq!(shown, with(expected));
    // What is held stands in its queue again, and what changes along stays where it was.
    let ids: Vec<&str> = on_the_way.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["t1", "t2", "t4", "t7"]);
}

/// An operation makes a note beside its own record.
fn makes(state: &Connection, number: u128, id: &str, body: Value, confirmed: Option<i64>) {
    let seen = Seen {
        revision: 0,
        updated_at: DateTime::UNIX_EPOCH,
        title: id.into(),
        body: Map::new(),
        computed: Map::new(),
        refs: Map::new(),
    };
    let applied = Applied {
        body: object(body),
        computed: Map::new(),
    };
    let by = Uuid::from_u128(number);
    rows::insert(state, by, ("note", id), &seen, &applied).unwrap();
    let change = "UPDATE overlay SET confirmed = ?1 WHERE operation = ?2 AND id = ?3";
    let by = by.to_string();
    state.execute(change, params![confirmed, by, id]).unwrap();
}

/// Notes by operations that wait, are held, are confirmed, are in the mirror before their verdict is heard, and
/// wait for agreement.
fn fill_with_notes(state: &Connection) {
    let of = |number, record, stands| operation(state, number, record, stands, &[]);
    let note = || json!({"text": "look again"});
    of(1, "t1", ("waiting", None));
    makes(state, 1, "n1", note(), None);
    of(2, "t2", ("held", Some("refused")));
    makes(state, 2, "n2", note(), None);
    of(3, "t3", ("confirmed", None));
    makes(state, 3, "n3", note(), Some(1));
    of(4, "t4", ("in_flight", None));
    makes(state, 4, "n4", note(), None);
    of(5, "t5", ("accepted", None));
    makes(state, 5, "n5", json!({}), None);
}

#[tokio::test]
async fn what_is_made_is_there_until_the_mirror_has_it_and_never_twice() {
    let mirror = |cache: &Connection| mirror(cache, "note", "n4", 2);
    let all_at_once = looked_over(fill_with_notes, mirror, |state, cache| {
        Overlay::over(cache, state, None).kind("note")?;
        Ok(seen(cache, "note"))
    });
    let all_at_once = all_at_once.await;
    let of = |place: usize| -> Vec<(&str, i64)> {
        let rows: &Vec<(String, i64, String)> = &all_at_once[place];
        rows.iter().map(|(id, at, _)| (id.as_str(), *at)).collect()
    };
    assert_eq!(of(0), [("n1", 0), ("n3", 1), ("n4", 2)], "decisions");
    assert_eq!(of(1), [("n3", 1), ("n4", 2)], "what is done");
    assert_eq!(of(2), [("n1", 0), ("n3", 1)], "what is on its way");
    let as_made = |row: &(String, i64, String)| row.2.contains("look again");
    assert!(all_at_once[2].iter().all(as_made), "{all_at_once:?}");
    assert!(!as_made(&all_at_once[0][2]), "the mirror's own");
    let one_by_one = looked_over(fill_with_notes, mirror, |state, cache| {
        let overlay = Overlay::over(cache, state, None);
        for id in ["n1", "n2", "n3", "n4", "n5"] {
            overlay.record("note", id)?;
        }
        Ok(seen(cache, "note"))
    });
    assert_eq!(one_by_one.await, all_at_once);
}

#[tokio::test]
async fn records_drawn_one_by_one_are_those_of_the_kind_drawn_at_once() {
    let at_once = looked(|state, cache| {
        let overlay = Overlay::over(cache, state, None);
        overlay.kind("ticket")?;
        overlay.kind("person")?;
        Ok((seen(cache, "ticket"), seen(cache, "person")))
    });
    let at_once = at_once.await;
    let one_by_one = looked(|state, cache| {
        let overlay = Overlay::over(cache, state, None);
        for id in TICKETS {
            overlay.record("ticket", id)?;
            overlay.record("ticket", id)?;
        }
        overlay.record("person", "p1")?;
        Ok((seen(cache, "ticket"), seen(cache, "person")))
    });
    assert_eq!(one_by_one.await, at_once);
    let in_between = looked(|state, cache| {
        let overlay = Overlay::over(cache, state, None);
        overlay.record("ticket", "t1")?;
        overlay.kind("ticket")?;
        overlay.record("ticket", "t2")?;
        overlay.kind("person")?;
        Ok((seen(cache, "ticket"), seen(cache, "person")))
    });
    assert_eq!(in_between.await, at_once);
}

#[tokio::test]
async fn a_record_is_drawn_without_reading_all_that_waits() {
    let plan = looked(|state, _| {
        let mut statement = state.prepare(&format!("EXPLAIN QUERY PLAN {}", rows::OF_RECORD))?;
        let steps = statement.query_map(["ticket", "t1"], |row| row.get::<_, String>(3))?;
        Ok(steps.collect::<Result<Vec<_>, _>>()?)
    })
    .await;
    let searched = |step: &&String| step.starts_with("SEARCH");
    assert_eq!(plan.iter().filter(searched).count(), 5, "{plan:#?}");
    // Whether any is held, once, and then what was found of those that one record waits for.
    let small = ["SCAN h", "SCAN CONSTANT ROW", "SCAN u", "SCAN up"];
    let mut scanned = plan.iter().filter(|step| step.starts_with("SCAN"));
    assert!(
        scanned.all(|step| small.contains(&step.split(" USING ").next().unwrap())),
        "{plan:#?}"
    );
}
