//! Migrations keep every row.

use refinery::Target;
use rusqlite::Connection;

use crate::store::{Which, connection};

const V1: &str = include_str!("../../../../../migrations/state/V1__init.sql");
const V2: &str = include_str!("../../../../../migrations/state/V2__restored.sql");

#[test]
fn a_new_reason_to_hold_leaves_no_operation_and_no_reference_behind() {
    let mut state = Connection::open_in_memory().unwrap();
    state.pragma_update(None, "foreign_keys", true).unwrap();
    state.execute_batch(V1).unwrap();
    state
        .execute_batch(
            "INSERT INTO operation (seq, id, lane, author, request, fingerprint, title, action,
                                    status, hold, made_at)
             VALUES (3, 'a', 'k/1', 'kim', '{}', 'f', 't', 'act', 'waiting', NULL, 7),
                    (9, 'b', 'k/2', 'kim', '{}', 'f', 't', 'act', 'held', 'conflict', 8);
             INSERT INTO overlay (operation, kind, id, seen, applied) VALUES ('a', 'k', '1', 's', 'x')",
        )
        .unwrap();
    let migration = state.transaction().unwrap();
    migration.execute_batch(V2).unwrap();
    migration.commit().unwrap();
    let text = |sql: &str| {
        state
            .query_row(sql, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    assert_eq!(
        text("SELECT group_concat(seq || id || status || coalesce(hold, '')) FROM operation"),
        "3awaiting,9bheldconflict"
    );
    assert_eq!(
        text("SELECT operation || seen || applied FROM overlay"),
        "asx"
    );
    // The reference holds, and what comes next comes after all that ever was.
    let orphan =
        "INSERT INTO overlay (operation, kind, id, seen, applied) VALUES ('z','k','1','','')";
    assert!(state.execute(orphan, []).is_err());
    state
        .execute(
            "INSERT INTO operation (id, lane, author, request, fingerprint, title, action, status,
                                    hold, made_at)
             VALUES ('c', 'k/3', 'kim', '{}', 'f', 't', 'act', 'held', 'restored', 9)",
            [],
        )
        .unwrap();
    assert_eq!(state.last_insert_rowid(), 10);
}

/// A database as an app left it whose last migration this was.
fn left_at(which: Which, version: i32) -> Connection {
    let mut left = Connection::open_in_memory().unwrap();
    left.pragma_update(None, "foreign_keys", true).unwrap();
    let before = connection::migrations(which).set_target(Target::Version(version));
    before.run(&mut left).unwrap();
    left
}

#[test]
fn what_was_asked_before_it_was_kept_what_it_had_beside_it_is_as_it_was_and_ends_without_words() {
    let mut state = left_at(Which::State, 13);
    state
        .execute_batch(
            r#"INSERT INTO erased (lane, title) VALUES ('depot/d1', 'erased');
             INSERT INTO operation (seq, id, lane, author, request, fingerprint, title, action, status, made_at)
             VALUES (1, 'a', 'parcel/p1', 'kim', '{"params":{"note":"n"}}', 'f', 'of North', 'act', 'confirmed', 7),
                    (2, 'b', 'parcel/p1', 'kim', '{"params":{"note":"n"}}', 'f', 'of North', 'act', 'waiting', 8),
                    (3, 'c', 'depot/d1', 'kim', '{"params":{"note":"n"}}', 'f', 'North', 'act', 'waiting', 9)"#,
        )
        .unwrap();
    connection::migrations(Which::State)
        .run(&mut state)
        .unwrap();
    let text = |sql: &str| {
        state
            .query_row(sql, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    let titles = "SELECT group_concat(title, ',') FROM (SELECT title FROM operation ORDER BY seq)";
    assert_eq!(text(titles), "of North,of North,North");
    state
        .execute_batch(
            "INSERT INTO beside (operation, lane)
             SELECT id, 'depot/d1' FROM operation WHERE lane = 'parcel/p1';
             UPDATE operation SET status = 'confirmed'",
        )
        .unwrap();
    assert_eq!(text(titles), "p1,p1,erased");
    let params = "SELECT group_concat(DISTINCT json_extract(request, '$.params')) FROM operation";
    assert_eq!(text(params), "{}");
    let orphan = "INSERT INTO beside (operation, lane) VALUES ('z', 'depot/d1')";
    assert!(state.execute(orphan, []).is_err());
}

#[test]
fn a_mirror_of_before_there_were_histories_is_where_it_was() {
    let mut cache = left_at(Which::Cache, 3);
    cache
        .execute("UPDATE feed SET cursor = 'c', pack = 'h', head = 7", [])
        .unwrap();
    connection::migrations(Which::Cache)
        .run(&mut cache)
        .unwrap();
    let feed: String = cache
        .query_row(
            "SELECT cursor || coalesce(pack, ' to be made ') || head || histories FROM feed",
            [],
            |row| row.get(0),
        )
        .unwrap();
    // What is made under a pack is made again, as it has starts of words by now.
    assert_eq!(feed, "c to be made 70");
}

/// Two of one number are both run and only one can be written down: no profile opens any more.
#[test]
fn no_two_migrations_have_one_number() {
    for which in [Which::State, Which::Cache] {
        let runner = connection::migrations(which);
        let all: Vec<_> = runner
            .get_migrations()
            .iter()
            .map(|m| m.version())
            .collect();
        let mut each = all.clone();
        each.sort_unstable();
        each.dedup();
        assert_eq!(each.len(), all.len(), "{which:?}: {all:?}");
    }
}
