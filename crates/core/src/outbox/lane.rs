//! Which operations may be sent now. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::queue::Status;
use super::rest::{Ground, RestsOn, ground};
use crate::clock::Instant;

/// What the decision needs of an operation that is not settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Order of enqueueing.
    pub seq: i64,
    /// Its lane.
    pub lane: String,
    /// Where it stands.
    pub status: Status,
    /// Who made it.
    pub author: String,
    /// Back-off: not before, UTC.
    pub not_before: DateTime<Utc>,
    /// Never after, UTC.
    pub not_after: Option<DateTime<Utc>>,
    /// For so long it can still be taken back, and stays.
    pub can_be_taken_back: TimeDelta,
    /// Operations of other lanes that it rests on.
    pub rests_on: Vec<RestsOn>,
}

/// What is to be done now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// To be sent, at most one of each lane, earliest not-after first.
    pub send: Vec<i64>,
    /// To be held: their time has passed.
    pub lapse: Vec<i64>,
    /// To be decided anew: what they rest on was given up. None by a clock that is unsure.
    pub anew: Vec<i64>,
    /// When the next one comes out of its back-off or its window, UTC.
    pub next: Option<DateTime<Utc>>,
}

/// No back-off is longer; one that is was made before the platform's clock was set back, and has
/// ended (fault 39).
const LONGEST: TimeDelta = TimeDelta::minutes(16);

/// A back-off until then still lasts.
pub fn backs_off(not_before: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    not_before > now && not_before - now <= LONGEST
}

/// Decides over all operations that are not settled, in any order.
pub fn turn(open: &[Waiting], me: &str, now: Instant) -> Turn {
    let mut heads: BTreeMap<&str, &Waiting> = BTreeMap::new();
    for operation in open {
        let head = heads.entry(&operation.lane).or_insert(operation);
        if operation.seq < head.seq {
            *head = operation;
        }
    }
    let mut turn = Turn::default();
    let mut send: Vec<&Waiting> = Vec::new();
    for head in heads.into_values() {
        if head.status != Status::Waiting || head.author != me {
            continue;
        }
        // Never carried out after that instant; at the instant itself it is still in time.
        if !now.unsure && head.not_after.is_some_and(|limit| limit < now.at) {
            turn.lapse.push(head.seq);
            continue;
        }
        let stays = head.can_be_taken_back > TimeDelta::zero();
        let waits = match backs_off(head.not_before, now.at) {
            true => Some(head.not_before),
            false => stays.then(|| now.at + head.can_be_taken_back),
        };
        match waits {
            None => match ground(head.seq, &head.rests_on) {
                Ground::Firm => send.push(head),
                Ground::Awaited => {}
                // Its policy may go by the time, and nothing is refused by a guess: with the platform comes its.
                Ground::Gone if now.unsure => {}
                Ground::Gone => turn.anew.push(head.seq),
            },
            Some(until) => {
                let next = turn.next.get_or_insert(until);
                *next = until.min(*next);
            }
        }
    }
    send.sort_by_key(|head| (head.not_after.is_none(), head.not_after, head.seq));
    turn.send = send.into_iter().map(|head| head.seq).collect();
    turn
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn sure(seconds: i64) -> Instant {
        Instant {
            at: at(seconds),
            unsure: false,
        }
    }

    fn waiting(seq: i64, lane: &str) -> Waiting {
        Waiting {
            seq,
            lane: lane.into(),
            status: Status::Waiting,
            author: "me".into(),
            not_before: at(0),
            not_after: None,
            can_be_taken_back: TimeDelta::zero(),
            rests_on: Vec::new(),
        }
    }

    #[test]
    fn earliest_not_after_first_and_one_of_each_lane() {
        let mut soon = waiting(3, "b");
        soon.not_after = Some(at(60));
        let mut later = waiting(2, "c");
        later.not_after = Some(at(600));
        let open = [waiting(1, "a"), later, soon, waiting(4, "a")];
        assert_eq!(turn(&open, "me", sure(10)).send, vec![3, 2, 1]);
    }

    #[test]
    fn fault_43_a_held_head_stops_its_lane_and_no_other() {
        let mut held = waiting(1, "a");
        held.status = Status::Held;
        let open = [held, waiting(2, "a"), waiting(3, "b")];
        assert_eq!(turn(&open, "me", sure(10)).send, vec![3]);
    }

    #[test]
    fn fault_46_nothing_goes_out_under_another_name() {
        let open = [waiting(1, "a")];
        assert_eq!(turn(&open, "somebody else", sure(10)), Turn::default());
    }

    #[test]
    fn what_has_lapsed_is_not_sent_unless_the_clock_is_unsure() {
        let mut late = waiting(1, "a");
        late.not_after = Some(at(10));
        let open = [late];
        assert_eq!(turn(&open, "me", sure(10)).send, vec![1]);
        assert_eq!(turn(&open, "me", sure(11)).lapse, vec![1]);
        let unsure = Instant {
            at: at(99),
            unsure: true,
        };
        assert_eq!(turn(&open, "me", unsure).send, vec![1]);
    }

    #[test]
    fn back_off_is_waited_for() {
        let mut backing_off = waiting(1, "a");
        backing_off.not_before = at(30);
        let open = [backing_off, waiting(2, "a")];
        let decided = turn(&open, "me", sure(10));
        assert_eq!(decided.send, Vec::<i64>::new());
        assert_eq!(decided.next, Some(at(30)));
    }

    #[test]
    fn what_can_be_taken_back_stays_and_keeps_its_own_lane_waiting_and_no_other() {
        let mut held = waiting(1, "a");
        held.can_be_taken_back = TimeDelta::seconds(12);
        let mut shorter = waiting(4, "c");
        shorter.can_be_taken_back = TimeDelta::seconds(5);
        let open = [held.clone(), waiting(2, "a"), waiting(3, "b"), shorter];
        let decided = turn(&open, "me", sure(10));
        assert_eq!(decided.send, vec![3]);
        assert_eq!(decided.next, Some(at(15)));
        held.not_after = Some(at(5));
        assert_eq!(turn(&[held], "me", sure(10)).lapse, vec![1]);
    }

    #[test]
    fn what_rests_on_another_lane_waits_for_it_and_is_decided_anew_where_that_was_given_up() {
        let with = |status| {
            let mut rests = waiting(2, "b");
            rests.rests_on = vec![RestsOn { seq: 1, status }];
            [waiting(1, "a"), rests, waiting(3, "c")]
        };
        for status in [
            Status::Waiting,
            Status::InFlight,
            Status::Accepted,
            Status::Unknown,
            Status::Held,
        ] {
            let decided = turn(&with(status), "me", sure(10));
            assert_eq!((decided.send, decided.anew), (vec![1, 3], vec![]));
        }
        let decided = turn(&with(Status::Confirmed), "me", sure(10));
        assert_eq!((decided.send, decided.anew), (vec![1, 2, 3], vec![]));
        let decided = turn(&with(Status::Discarded), "me", sure(10));
        assert_eq!((decided.send, decided.anew), (vec![1, 3], vec![2]));
        let unsure = Instant {
            at: at(10),
            unsure: true,
        };
        let decided = turn(&with(Status::Discarded), "me", unsure);
        assert_eq!((decided.send, decided.anew), (vec![1, 3], vec![]));
        // Its time passes while it waits.
        let [_, mut late, _] = with(Status::Held);
        late.not_after = Some(at(5));
        assert_eq!(turn(&[late], "me", sure(10)).lapse, vec![2]);
    }

    #[test]
    fn fault_39_a_back_off_from_before_the_clock_was_set_back_has_ended() {
        let mut waits = waiting(1, "a");
        waits.not_before = at(2 * 3600);
        assert_eq!(turn(&[waits.clone()], "me", sure(0)).send, vec![1]);
        assert_eq!(
            turn(&[waits.clone()], "me", sure(2 * 3600 - 60)).send,
            Vec::<i64>::new()
        );
    }

    proptest! {
        /// Whatever waits: only heads of lanes are sent, and at most one of each.
        #[test]
        fn only_heads_are_sent(
            open in proptest::collection::vec((0_u8..4, 0_u8..3, 0_i64..20, 0_i64..20), 0..30)
        ) {
            let status = [Status::Waiting, Status::InFlight, Status::Held];
            let open: Vec<Waiting> = open.iter().zip(1..).map(|((lane, s, before, after), seq)| Waiting {
                seq,
                lane: lane.to_string(),
                status: *status.get(usize::from(*s)).unwrap(),
                author: "me".into(),
                not_before: at(*before),
                not_after: Some(at(*after)),
                can_be_taken_back: TimeDelta::zero(),
                rests_on: Vec::new(),
            }).collect();
            for seq in turn(&open, "me", sure(10)).send {
                let sent = open.iter().find(|o| o.seq == seq).unwrap();
                prop_assert!(open.iter().filter(|o| o.lane == sent.lane).all(|o| o.seq >= seq));
                prop_assert_eq!(sent.status, Status::Waiting);
            }
        }
    }
}
