//! What rests on an operation of another lane waits for it.
//!
//! Lanes are independent, and what is decided on this laptop is not: a record may be drawn as an operation
//! of another lane will leave it, and so may one that it refers to, or one that is looked up. An operation
//! that was decided on that has rows in `rest`, written as it is queued, and then
//!
//! - it is not sent while one of those that it rests on is open: held, or unknown, it waits as behind one
//!   of its own lane, and says for what;
//! - its record's revision is the one that they gave it ([`super::base`]);
//! - where one of them was given up, taken back or put in another's place, what was decided holds no
//!   longer: it is decided anew before it goes (`features::queues::anew`), and held where it is not
//!   possible any more.
//!
//! Only earlier ones are waited for, so that no two wait for each other. The rows of an operation are done
//! with as its first attempt is counted.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::queue::{self, Queued, Status};
use crate::overlay::OverlayRow;
use crate::store::StoreError;

/// An operation that another one rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestsOn {
    /// Its place.
    pub seq: i64,
    /// Where it stands.
    pub status: Status,
}

/// How what an operation rests on stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// All of it is done, or it rests on nothing.
    Firm,
    /// Some of it is open.
    Awaited,
    /// Nothing of it is open, and some was given up.
    Gone,
}

/// Pure: how what an operation at this place rests on stands. What is not before it is never waited for.
pub fn ground(seq: i64, rests: &[RestsOn]) -> Ground {
    let is_open = |on: &RestsOn| !matches!(on.status, Status::Confirmed | Status::Discarded);
    if rests.iter().any(|on| on.seq < seq && is_open(on)) {
        Ground::Awaited
    } else if rests.iter().any(|on| on.status == Status::Discarded) {
        Ground::Gone
    } else {
        Ground::Firm
    }
}

/// Pure: may an operation of this lane rest on what this row draws? `place` is where it is put, at the end
/// where there is none.
pub fn may_rest_on(row: &OverlayRow, lane: &str, place: Option<i64>) -> bool {
    let is_open = !matches!(row.status, Status::Confirmed | Status::Discarded);
    is_open && !row.stopped && row.lane != lane && place.is_none_or(|place| row.seq < place)
}

/// Keeps what an operation rests on that has just been queued.
pub fn keep(state: &Connection, operation: Uuid, rests_on: &[Uuid]) -> Result<(), StoreError> {
    let mut statement = state.prepare_cached(
        "INSERT OR IGNORE INTO rest (operation, rests_on) SELECT ?1, id FROM operation WHERE id = ?2",
    )?;
    for on in rests_on {
        statement.execute(params![operation.to_string(), on.to_string()])?;
    }
    Ok(())
}

/// What rests on an operation rests on the one in its place too. It is decided anew after that: the new one
/// may leave something else.
pub fn hand_on(state: &Connection, old: Uuid, new: Uuid) -> Result<(), StoreError> {
    state
        .prepare_cached(
            "INSERT OR IGNORE INTO rest (operation, rests_on)
             SELECT operation, ?2 FROM rest WHERE rests_on = ?1 AND operation <> ?2",
        )?
        .execute(params![old.to_string(), new.to_string()])?;
    Ok(())
}

/// An operation rests on nothing any more: it goes out, it was decided anew, or it is given up.
pub fn forget(state: &Connection, operation: Uuid) -> Result<(), StoreError> {
    state
        .prepare_cached("DELETE FROM rest WHERE operation = ?1")?
        .execute([operation.to_string()])?;
    Ok(())
}

/// What the operations rest on that wait and were never sent: the place of each, and one that it rests on.
pub fn waiting(state: &Connection) -> Result<Vec<(i64, RestsOn)>, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT o.seq, p.seq, p.status
         FROM rest r JOIN operation o ON o.id = r.operation JOIN operation p ON p.id = r.rests_on
         WHERE o.status = 'waiting' AND o.attempts = 0",
    )?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(status) = Status::parse(&row.get::<_, String>(2)?) {
            let seq = row.get(1)?;
            all.push((row.get(0)?, RestsOn { seq, status }));
        }
    }
    Ok(all)
}

/// The first that an operation waits for, of those that it rests on.
pub fn awaited(state: &Connection, operation: &Queued) -> Result<Option<Queued>, StoreError> {
    if operation.status != Status::Waiting || operation.attempts > 0 {
        return Ok(None);
    }
    let id: Option<String> = state
        .prepare_cached(
            "SELECT p.id FROM rest r JOIN operation p ON p.id = r.rests_on
             WHERE r.operation = ?1 AND p.seq < ?2 AND p.status NOT IN ('confirmed', 'discarded')
             ORDER BY p.seq LIMIT 1",
        )?
        .query_row(
            params![operation.request.id.to_string(), operation.seq],
            |row| row.get(0),
        )
        .optional()?;
    named(state, id)
}

/// The first of those that an operation rested on which was given up.
pub fn gone(state: &Connection, operation: Uuid) -> Result<Option<Queued>, StoreError> {
    let id: Option<String> = state
        .prepare_cached(
            "SELECT p.id FROM rest r JOIN operation p ON p.id = r.rests_on
             WHERE r.operation = ?1 AND p.status = 'discarded' ORDER BY p.settled_at, p.seq LIMIT 1",
        )?
        .query_row([operation.to_string()], |row| row.get(0))
        .optional()?;
    named(state, id)
}

fn named(state: &Connection, id: Option<String>) -> Result<Option<Queued>, StoreError> {
    match id.and_then(|id| Uuid::parse_str(&id).ok()) {
        Some(id) => queue::by_id(state, id),
        None => Ok(None),
    }
}

/// It is held, or something of ours is that it waits for: before it in its lane, or what it rests on.
pub fn is_stopped(state: &Connection, operation: Uuid) -> Result<bool, StoreError> {
    let sql = concat!("SELECT ", stopped!(), " FROM operation o WHERE o.id = ?1");
    let stopped: Option<bool> = state
        .prepare_cached(sql)?
        .query_row([operation.to_string()], |row| row.get(0))
        .optional()?;
    Ok(stopped.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Status; 7] = [
        Status::Waiting,
        Status::InFlight,
        Status::Accepted,
        Status::Unknown,
        Status::Held,
        Status::Confirmed,
        Status::Discarded,
    ];

    fn on(seq: i64, status: Status) -> RestsOn {
        RestsOn { seq, status }
    }

    #[test]
    fn it_waits_for_whatever_is_not_settled_and_goes_once_all_is_done() {
        assert_eq!(ground(9, &[]), Ground::Firm);
        for status in ALL {
            let wanted = match status {
                Status::Confirmed => Ground::Firm,
                Status::Discarded => Ground::Gone,
                _ => Ground::Awaited,
            };
            assert_eq!(ground(9, &[on(3, status)]), wanted, "{status:?}");
            let with_done = [on(1, Status::Confirmed), on(3, status)];
            assert_eq!(ground(9, &with_done), wanted, "{status:?}");
        }
    }

    #[test]
    fn what_was_given_up_is_looked_at_once_nothing_is_open_any_more() {
        let given_up = on(2, Status::Discarded);
        assert_eq!(ground(9, &[given_up, on(3, Status::Held)]), Ground::Awaited);
        assert_eq!(
            ground(9, &[given_up, on(3, Status::Confirmed)]),
            Ground::Gone
        );
        // What was put in another's place stands behind everything, and is given up all the same.
        assert_eq!(ground(9, &[on(12, Status::Discarded)]), Ground::Gone);
    }

    proptest! {
        /// Whatever stands in the table: the first that is open waits for none, so that some may go.
        #[test]
        fn no_two_wait_for_each_other(
            rests in proptest::collection::vec((0_i64..8, 0_i64..8), 0..30)
        ) {
            let of = |seq: i64| -> Vec<RestsOn> {
                let its = rests.iter().filter(|(one, _)| *one == seq);
                its.map(|(_, other)| on(*other, Status::Waiting)).collect()
            };
            for seq in 0..8 {
                let awaits = ground(seq, &of(seq)) == Ground::Awaited;
                prop_assert_eq!(awaits, of(seq).iter().any(|other| other.seq < seq));
            }
            prop_assert_eq!(ground(0, &of(0)), Ground::Firm);
        }
    }
}
