//! What an operation is based on that was queued behind others of its record: those of its lane, and those
//! of others that change it along with their own and that it waits for ([`super::rest`]).
//!
//! Where nothing of ours was before it, an operation carries the revision that the operator saw, and
//! another one on the platform is a conflict. Behind others it carries none at first: it was decided on
//! the record as those will leave it, and nobody knows yet whether they will. It gets its own when it
//! goes out for the first time. By then all of them have come to their ends, and it is
//!
//! - the revision that was seen, where each was taken back, given up or put in the place of;
//! - that which the last of those gave which the platform confirmed, where these went on from what was
//!   seen, one from the other.
//!
//! Where the record was changed in between by anybody else, neither is what the platform has by then, and
//! the operation conflicts. So does one behind an operation that was amended after such a change, and one
//! behind an operation during whose call somebody else changed the record: its end goes on from what they
//! left. How far back an operation's own revisions go without a break is said by the platform, which writes
//! one for each call that ends, and may have ended several since it was last heard. Of one that does not say
//! so, only what follows on what was heard before is the operation's own.
//!
//! The base is written in the transaction in which the attempt is counted, and audited with the new
//! fingerprint: what was sent once never changes.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use uuid::Uuid;
use watchkeeper_model::audit::Event;

use super::queue::Queued;
use crate::engine::Scribe;
use crate::store::StoreError;

/// Revisions that the platform said an operation gave its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gave {
    /// With its first word.
    pub first: u64,
    /// With its last.
    pub last: u64,
}

/// Pure: what an operation is based on that was decided at a revision, behind these, in their order.
pub fn based_on(seen: u64, before: &[Gave]) -> u64 {
    before.iter().fold(seen, |at, gave| {
        // It was carried out on what stood before the first revision that it gave, or wrote nothing.
        let from = gave.first.saturating_sub(1);
        match (from..=gave.last).contains(&at) {
            true => gave.last,
            false => at,
        }
    })
}

/// An operation that has just been queued is based on what those before it leave behind.
pub fn leave_open(state: &Connection, id: Uuid, seen: u64) -> Result<(), StoreError> {
    state
        .prepare_cached("UPDATE operation SET seen_revision = ?2 WHERE id = ?1")?
        .execute(params![id.to_string(), stored(seen)])?;
    Ok(())
}

/// The platform named the revision that an operation gave its record, and perhaps the one that it went on
/// from; `goes_on` where it had named one before and goes on from it. Where somebody else changed the record
/// between the two, it is as if the first had not been heard: what they changed nobody here has seen.
pub fn gave(
    state: &Connection,
    seq: i64,
    (from, revision): (Option<u64>, Option<u64>),
    goes_on: bool,
) -> Result<(), StoreError> {
    if let (Some(from), Some(revision)) = (from, revision) {
        state
            .prepare_cached("UPDATE operation SET gave_first = ?2, gave_last = ?3 WHERE seq = ?1")?
            .execute(params![
                seq,
                stored(from.saturating_add(1)),
                stored(revision)
            ])?;
        return Ok(());
    }
    state
        .prepare_cached(
            "UPDATE operation SET
                 gave_first = iif(?3 AND (?2 IS NULL OR ?2 <= gave_last + 1),
                                  coalesce(gave_first, ?2), ?2),
                 gave_last = iif(?3, coalesce(?2, gave_last), ?2)
             WHERE seq = ?1",
        )?
        .execute(params![seq, revision.map(stored), goes_on])?;
    Ok(())
}

/// Settles what an operation is based on that is about to be sent for the first time; of any other
/// nothing changes. In the transaction in which it is claimed.
pub fn settle(
    state: &Transaction<'_>,
    scribe: &Scribe,
    operation: &Queued,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let seen: Option<i64> = state
        .prepare_cached(
            "SELECT seen_revision FROM operation
             WHERE seq = ?1 AND status = 'waiting' AND attempts = 0",
        )?
        .query_row([operation.seq], |row| row.get::<_, Option<i64>>(0))
        .optional()?
        .flatten();
    let Some(seen) = seen else {
        return Ok(());
    };
    let mut request = operation.request.clone();
    let of = (request.kind.as_str(), request.record.as_str());
    let revision = based_on(read(seen), &before(state, of, operation.seq)?);
    request.base_revision = Some(revision);
    let fingerprint = request.fingerprint()?;
    state
        .prepare_cached(
            "UPDATE operation SET request = ?2, fingerprint = ?3, seen_revision = NULL
             WHERE seq = ?1",
        )?
        .execute(params![
            operation.seq,
            serde_json_canonicalizer::to_string(&request)?,
            fingerprint,
        ])?;
    let event = Event::Based {
        operation: request.id,
        revision,
        fingerprint,
    };
    scribe.append(state, now, event)
}

/// Keeps the revision that an operation gave a record which changed along with its own, and answers it. The
/// platform names none of these, and one operation is one revision: it is the next after what those before
/// it left, and a guess that is wrong meets another revision there, which is a conflict.
pub fn gave_along(
    state: &Connection,
    (operation, seq): (Uuid, i64),
    (kind, id): (&str, &str),
    seen: u64,
) -> Result<u64, StoreError> {
    let given = based_on(seen, &before(state, (kind, id), seq)?).saturating_add(1);
    state
        .prepare_cached(
            "INSERT OR REPLACE INTO gave_along (operation, kind, id, revision)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![operation.to_string(), kind, id, stored(given)])?;
    Ok(given)
}

/// What the operations before this place gave a record, those that were confirmed.
fn before(state: &Connection, (kind, id): (&str, &str), seq: i64) -> Result<Vec<Gave>, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT gave_first, gave_last, seq FROM operation
         WHERE lane = ?1 AND seq < ?4 AND status = 'confirmed'
             AND gave_first IS NOT NULL AND gave_last IS NOT NULL
         UNION ALL
         SELECT a.revision, a.revision, o.seq
         FROM gave_along a JOIN operation o ON o.id = a.operation
         WHERE a.kind = ?2 AND a.id = ?3 AND o.lane <> ?1 AND o.seq < ?4 AND o.status = 'confirmed'
         ORDER BY 3",
    )?;
    let lane = format!("{kind}/{id}");
    let rows = statement.query_map(params![lane, kind, id, seq], |row| {
        Ok(Gave {
            first: read(row.get(0)?),
            last: read(row.get(1)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn stored(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}

fn read(revision: i64) -> u64 {
    u64::try_from(revision).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn gave(first: u64, last: u64) -> Gave {
        Gave { first, last }
    }

    #[test]
    fn it_is_what_was_seen_where_nothing_before_it_was_done() {
        assert_eq!(based_on(4, &[]), 4);
    }

    #[test]
    fn it_is_what_those_gave_that_went_on_from_what_was_seen() {
        assert_eq!(based_on(4, &[gave(5, 5)]), 5);
        assert_eq!(based_on(4, &[gave(5, 5), gave(6, 6)]), 6);
        // A record that was made, and one that a provider's answer took further.
        assert_eq!(based_on(0, &[gave(1, 1)]), 1);
        assert_eq!(based_on(4, &[gave(5, 7)]), 7);
        // It was seen when the first of it was told already, or all of it.
        assert_eq!(based_on(5, &[gave(5, 7)]), 7);
        assert_eq!(based_on(7, &[gave(5, 7)]), 7);
        // Nothing was written.
        assert_eq!(based_on(4, &[gave(4, 4), gave(5, 5)]), 5);
    }

    #[test]
    fn what_others_changed_in_between_is_not_passed_over() {
        // Amended after that, heard of too late, or long before.
        assert_eq!(based_on(4, &[gave(6, 6)]), 4);
        assert_eq!(based_on(4, &[gave(5, 5), gave(7, 7)]), 5);
        assert_eq!(based_on(4, &[gave(2, 3)]), 4);
        // A platform that says what cannot be.
        assert_eq!(based_on(4, &[gave(5, 2)]), 4);
        assert_eq!(based_on(0, &[gave(0, 0)]), 0);
    }

    /// A table with one operation, of which no revision was named yet.
    fn one_operation() -> Connection {
        let state = Connection::open_in_memory().unwrap();
        state
            .execute_batch(
                "CREATE TABLE operation (seq INTEGER PRIMARY KEY, gave_first INTEGER, gave_last INTEGER);
                 INSERT INTO operation (seq) VALUES (1);",
            )
            .unwrap();
        state
    }

    /// What stands of an operation of which these revisions were named one after the other.
    fn named(revisions: &[Option<u64>]) -> (Option<i64>, Option<i64>) {
        let state = one_operation();
        for (place, revision) in revisions.iter().enumerate() {
            super::gave(&state, 1, (None, *revision), place > 0).unwrap();
        }
        given(&state)
    }

    fn given(state: &Connection) -> (Option<i64>, Option<i64>) {
        let given = "SELECT gave_first, gave_last FROM operation";
        state
            .query_row(given, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    }

    #[test]
    fn what_an_operation_gave_is_one_only_where_nobody_else_was_in_between() {
        assert_eq!(named(&[Some(5)]), (Some(5), Some(5)));
        assert_eq!(named(&[Some(5), Some(6)]), (Some(5), Some(6)));
        assert_eq!(named(&[Some(5), Some(6), Some(7)]), (Some(5), Some(7)));
        assert_eq!(named(&[Some(5), None]), (Some(5), Some(5)));
        assert_eq!(named(&[None, Some(6)]), (Some(6), Some(6)));
        assert_eq!(named(&[None]), (None, None));
        // While the provider was asked, somebody else changed the record to 6.
        assert_eq!(named(&[Some(5), Some(7)]), (Some(7), Some(7)));
        assert_eq!(based_on(4, &[gave(7, 7)]), 4);
    }

    #[test]
    fn where_the_platform_says_what_an_operation_went_on_from_nothing_has_to_be_heard_in_between() {
        let state = one_operation();
        // Two calls ended since it was accepted, each with a revision of its own.
        super::gave(&state, 1, (Some(4), Some(5)), false).unwrap();
        super::gave(&state, 1, (Some(4), Some(7)), true).unwrap();
        assert_eq!(given(&state), (Some(5), Some(7)));
        assert_eq!(based_on(4, &[gave(5, 7)]), 7);
        // Somebody else was in between, though the revisions follow on each other.
        super::gave(&state, 1, (Some(8), Some(9)), true).unwrap();
        assert_eq!(given(&state), (Some(9), Some(9)));
        assert_eq!(based_on(4, &[gave(9, 9)]), 4);
    }

    proptest! {
        /// Never below what was seen, and never what nobody said.
        #[test]
        fn it_is_what_was_seen_or_what_was_given(
            seen in 0_u64..20,
            before in proptest::collection::vec((0_u64..20, 0_u64..20), 0..6)
        ) {
            let before: Vec<Gave> = before.into_iter().map(|(first, last)| gave(first, last)).collect();
            let at = based_on(seen, &before);
            prop_assert!(at >= seen);
            prop_assert!(at == seen || before.iter().any(|gave| gave.last == at));
        }
    }
}
