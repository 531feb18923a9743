//! Operations on their way to the platform.
//!
//! | status      | meaning                                      | leaves by                           |
//! |-------------|----------------------------------------------|-------------------------------------|
//! | `waiting`   | for its turn, its back-off or its window     | claim, lapse, discard (never sent)  |
//! | `in_flight` | being sent; the attempt is already counted   | verdict, or back to `waiting`       |
//! | `accepted`  | the platform has it, a provider is at work   | verdict of feed or read-back        |
//! | `unknown`   | a provider's answer was ambiguous            | verdict of feed or read-back        |
//! | `held`      | refused, conflict, lapsed, not understood,   | the operator: retry, amend, discard |
//! |             | frozen by a control                          |                                     |
//! | `confirmed` | done, and the platform said so               | a restore of the platform           |
//! | `discarded` | given up by the operator                     | a word that it arrived all the same |
//!
//! A **lane** is one record. Its operations go strictly in order: only the first that is not
//! settled may be sent, and everything behind it waits. Lanes are independent of each other, so a
//! poisoned one stops alone (fault 43). Whatever was `in_flight` when the app ended is read back
//! by its id before anything is sent, because nobody knows whether it arrived (fault 1).
//!
//! One that was decided on what an operation of another lane will have made waits for that one too
//! ([`rest`]).
//!
//! One that was queued behind others, of its lane or of those, is based on what these leave behind, and
//! that is settled when it goes out for the first time ([`base`]).
//!
//! What can be taken back stays at the head of its lane until its window has passed ([`undo`]).
//!
//! After the platform was restored from a backup nothing goes out by itself: what had not been
//! confirmed, and what had been and is gone, is held until the operator says (fault 7, see
//! [`crate::sync::restored`]).
//!
//! An operation goes out only under the name of its author (fault 46), and never after its
//! not-after instant. An unsure clock does not lapse anything: then the platform decides.

/// SQL: is the operation `o` held, or one that it waits for, before it in its lane or of what it rests on?
macro_rules! stopped {
    () => {
        "CASE WHEN NOT EXISTS (SELECT 1 FROM operation h WHERE h.status = 'held') THEN 0 ELSE
             EXISTS (WITH RECURSIVE up (id, lane, seq, status) AS (
                     SELECT o.id, o.lane, o.seq, o.status
                     UNION
                     SELECT e.id, e.lane, e.seq, e.status FROM up u JOIN operation e
                         ON e.lane = u.lane AND e.seq < u.seq
                             AND e.status NOT IN ('confirmed', 'discarded')
                     UNION
                     SELECT p.id, p.lane, p.seq, p.status FROM up u
                         JOIN rest r ON r.operation = u.id
                         JOIN operation p ON p.id = r.rests_on AND p.seq < u.seq
                             AND p.status NOT IN ('confirmed', 'discarded'))
                 SELECT 1 FROM up WHERE status = 'held') END"
    };
}
pub(crate) use stopped;

pub mod answers;
pub mod base;
pub mod erased;
pub mod frozen;
pub mod lane;
pub mod queue;
pub mod queued;
pub mod rest;
pub mod send;
pub mod steps;
pub mod together;
pub mod undo;
pub mod verdict;
