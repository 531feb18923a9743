//! Migrations keep every row.

use rusqlite::Connection;

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

/// Two of one number are both run and only one can be written down: no profile opens any more.
#[test]
fn no_two_migrations_have_one_number() {
    use crate::store::{Which, connection};
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
