//! Is the mirror still a copy of what the platform has for this reader? Pure.
//!
//! Compared are ids and revisions, kind by kind, as they were where the mirror's cursor stands.
//!
//! | a kind …                                         | then                                       |
//! |--------------------------------------------------|--------------------------------------------|
//! | is the same on both sides                        | nothing; one that stayed different is well |
//! | changed on the platform since                    | nothing is said before the next pull       |
//! | has a line set aside of which no revision reads  | nothing can be said of it                  |
//! | may have: of one not even the kind reads         | nothing can be said of any                 |
//! | differs, and was not fetched anew within the hour| is fetched anew, and told                  |
//! | differs, and was                                 | stays different, and that is told once     |

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use watchkeeper_wire::digest::{CopyDigests, KindDigest};

/// A kind is fetched anew at most this often.
const ANEW_AT_MOST: TimeDelta = TimeDelta::hours(1);
/// What became of a comparison is told of for so long.
const TOLD_FOR: TimeDelta = TimeDelta::hours(24);
/// So many kinds at most are followed at once: their names are the platform's, and one that named others
/// at every comparison would be fetched from for ever.
const MOST_KINDS: usize = 50;

/// What the mirror has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mirrored {
    /// Kinds with a record, those that were set aside among them.
    pub kinds: BTreeMap<String, KindDigest>,
    /// Kinds with a record set aside of which no revision reads.
    pub unsure: BTreeSet<String>,
    /// So many lines were set aside of which not even the kind reads: they may be of any.
    pub unnamed: u32,
}

impl Mirrored {
    /// Can the two sides be held against each other in this kind?
    fn compares(&self, theirs: &CopyDigests, kind: &str) -> bool {
        self.unnamed == 0 && !self.unsure.contains(kind) && !theirs.moved.contains(kind)
    }
}

/// Kinds in which the mirror is not what the platform says that it should be.
pub fn diverged(mine: &Mirrored, theirs: &CopyDigests) -> BTreeSet<String> {
    let kinds = mine.kinds.keys().chain(theirs.kinds.keys());
    kinds
        .filter(|kind| mine.compares(theirs, kind))
        .filter(|kind| mine.kinds.get(*kind) != theirs.kinds.get(*kind))
        .cloned()
        .collect()
}

/// A kind in which the mirror was not a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differed {
    /// When it was last fetched anew, UTC.
    pub at: DateTime<Utc>,
    /// It differed again after that.
    pub stays: bool,
}

/// Kinds in which the mirror was not a copy, as they are kept in `state.db`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// By kind.
    pub kinds: BTreeMap<String, Differed>,
}

impl Told {
    /// Name in table `setting`.
    pub const SETTING: &'static str = "copies";

    /// What is still told of at this instant.
    pub fn recent(&self, now: DateTime<Utc>) -> impl Iterator<Item = (&String, &Differed)> {
        let kinds = self.kinds.iter();
        kinds.filter(move |(_, differed)| now - differed.at < TOLD_FOR)
    }
}

/// What follows from a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// Kinds to be fetched anew.
    pub refetch: BTreeSet<String>,
    /// Kinds that were fetched anew and differ all the same; not those of which that was said before.
    pub stays: BTreeSet<String>,
    /// What is to be kept from now on.
    pub told: Told,
}

/// What follows from a comparison at this instant.
pub fn decide(mine: &Mirrored, theirs: &CopyDigests, before: &Told, now: DateTime<Utc>) -> Steps {
    let differ = diverged(mine, theirs);
    let recent = before.recent(now);
    let mut steps = Steps {
        told: Told {
            kinds: recent
                .map(|(kind, was)| (kind.clone(), was.clone()))
                .collect(),
        },
        ..Steps::default()
    };
    for (kind, was) in &mut steps.told.kinds {
        if !differ.contains(kind) && mine.compares(theirs, kind) {
            was.stays = false;
        }
    }
    for kind in differ {
        let has_room = steps.told.kinds.len() < MOST_KINDS;
        match steps.told.kinds.get_mut(&kind) {
            // Also where the clock was set back since.
            Some(was) if (now - was.at).abs() < ANEW_AT_MOST => {
                if !was.stays {
                    was.stays = true;
                    steps.stays.insert(kind);
                }
            }
            Some(was) => {
                was.at = now;
                steps.refetch.insert(kind);
            }
            None if !has_room => {}
            None => {
                let differed = Differed {
                    at: now,
                    stays: false,
                };
                steps.told.kinds.insert(kind.clone(), differed);
                steps.refetch.insert(kind);
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use watchkeeper_model::copy::CopySum;

    fn kinds(of: &[(&str, &[(&str, u64)])]) -> BTreeMap<String, KindDigest> {
        let digest = |records: &[(&str, u64)]| {
            let mut sum = CopySum::default();
            records
                .iter()
                .for_each(|(id, revision)| sum.add(id, *revision));
            KindDigest {
                count: sum.count(),
                digest: sum.digest(),
            }
        };
        of.iter()
            .map(|(kind, records)| ((*kind).to_owned(), digest(records)))
            .collect()
    }

    fn mine(of: &[(&str, &[(&str, u64)])]) -> Mirrored {
        Mirrored {
            kinds: kinds(of),
            ..Mirrored::default()
        }
    }

    fn theirs(of: &[(&str, &[(&str, u64)])]) -> CopyDigests {
        CopyDigests {
            kinds: kinds(of),
            moved: BTreeSet::new(),
        }
    }

    fn names(of: &[&str]) -> BTreeSet<String> {
        of.iter().map(ToString::to_string).collect()
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
    }

    #[test]
    fn a_record_more_less_or_of_another_revision_is_a_difference_on_either_side() {
        let have = mine(&[("refund", &[("a", 1), ("b", 2)]), ("charge", &[("c", 1)])]);
        let same = theirs(&[("charge", &[("c", 1)]), ("refund", &[("b", 2), ("a", 1)])]);
        assert_eq!(diverged(&have, &same), names(&[]));
        let more = theirs(&[
            ("charge", &[("c", 1)]),
            ("refund", &[("a", 1), ("b", 2), ("d", 1)]),
        ]);
        assert_eq!(diverged(&have, &more), names(&["refund"]));
        let other = theirs(&[("charge", &[("c", 2)]), ("refund", &[("a", 1), ("b", 2)])]);
        assert_eq!(diverged(&have, &other), names(&["charge"]));
        let gone = theirs(&[("review", &[("r", 1)])]);
        assert_eq!(
            diverged(&have, &gone),
            names(&["charge", "refund", "review"])
        );
    }

    #[test]
    fn nothing_is_said_of_what_moved_on_or_cannot_be_known() {
        let mut have = mine(&[("refund", &[("a", 1)]), ("charge", &[("c", 1)])]);
        let mut there = theirs(&[]);
        there.moved = names(&["charge"]);
        assert_eq!(diverged(&have, &there), names(&["refund"]));
        have.unsure = names(&["refund"]);
        assert_eq!(diverged(&have, &there), names(&[]));
        have.unsure.clear();
        have.unnamed = 1;
        assert_eq!(diverged(&have, &there), names(&[]));
    }

    #[test]
    fn what_differs_for_ever_is_fetched_once_an_hour_and_told_to_stay_different_once() {
        let (have, there) = (mine(&[("refund", &[("a", 1)])]), theirs(&[]));
        let first = decide(&have, &there, &Told::default(), at(0));
        assert_eq!(first.refetch, names(&["refund"]));
        assert_eq!(first.stays, names(&[]));
        let second = decide(&have, &there, &first.told, at(1));
        assert_eq!(second.refetch, names(&[]));
        assert_eq!(second.stays, names(&["refund"]));
        let third = decide(&have, &there, &second.told, at(59));
        assert_eq!((third.refetch, third.stays), (names(&[]), names(&[])));
        let fourth = decide(&have, &there, &third.told, at(60));
        assert_eq!(fourth.refetch, names(&["refund"]));
        assert_eq!(fourth.stays, names(&[]));
        // A clock that was set back is no reason to begin anew.
        let back = decide(&have, &there, &fourth.told, at(30));
        assert_eq!(back.refetch, names(&[]));
    }

    #[test]
    fn what_is_well_again_is_told_for_a_day_and_no_longer_stays_different() {
        let (have, there) = (mine(&[("refund", &[("a", 1)])]), theirs(&[]));
        let first = decide(&have, &there, &Told::default(), at(0));
        let second = decide(&have, &there, &first.told, at(1));
        assert!(second.told.kinds.values().all(|differed| differed.stays));
        let well = decide(
            &have,
            &theirs(&[("refund", &[("a", 1)])]),
            &second.told,
            at(2),
        );
        assert_eq!((well.refetch, well.stays), (names(&[]), names(&[])));
        assert!(well.told.kinds.values().all(|differed| !differed.stays));
        assert_eq!(well.told.recent(at(23 * 60)).count(), 1);
        assert_eq!(well.told.recent(at(24 * 60)).count(), 0);
    }

    #[test]
    fn a_platform_that_names_kinds_without_end_is_followed_so_far() {
        let named = |round: usize, many: usize| {
            let mut there = theirs(&[]);
            for n in 0..many {
                let kind = format!("kind-{round}-{n}");
                there.kinds.extend(kinds(&[(kind.as_str(), &[("a", 1)])]));
            }
            there
        };
        let none = Mirrored::default();
        let steps = decide(&none, &named(0, 500), &Told::default(), at(0));
        assert_eq!(steps.refetch.len(), MOST_KINDS);
        // Nor is it where it names another at every comparison.
        let (mut told, mut fetched) = (Told::default(), 0);
        for round in 1..=200 {
            let steps = decide(&none, &named(round, 1), &told, at(1));
            fetched += steps.refetch.len();
            told = steps.told;
        }
        assert_eq!((fetched, told.kinds.len()), (MOST_KINDS, MOST_KINDS));
        // A day later there is room again.
        let steps = decide(&none, &named(0, 1), &told, at(1 + 24 * 60));
        assert_eq!(steps.refetch.len(), 1);
    }
}
