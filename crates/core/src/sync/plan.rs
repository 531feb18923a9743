//! What a page of the feed does to the mirror. Pure.
//!
//! - Reads of one record only go forward: a line whose place or revision is behind the mirror's is
//!   not written (I3).
//! - A place in the feed that says two things is a contradiction (fault 25): the first is kept and
//!   the caller is told. It asks again once; if the second answer contradicts too, the mirror is
//!   distrusted and filled anew.
//! - Gaps are none of our business: the feed is sparse (fault 26).
//! - A line that could not be read leaves what the mirror had.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use watchkeeper_wire::operation::Verdict;

use super::parse::Bad;
use super::text::Text;

/// Kind and id.
pub type Key = (String, String);

/// Place of a row that any line may overwrite: it is from another epoch, or distrusted.
pub const FORGOTTEN: i64 = -1;

/// A record of the feed, checked against the pack.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: String,
    /// Revision.
    pub revision: u64,
    /// When it last changed, milliseconds since 1970, UTC.
    pub updated_at: i64,
    /// Fields, as JSON.
    pub body: String,
    /// Stored computed fields, as JSON.
    pub computed: String,
    /// Title and words, where they follow from the record alone.
    pub text: Option<Text>,
}

/// A line of a page, between head and end.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A record.
    Upsert {
        /// Place in the feed.
        seq: u64,
        /// The record.
        record: Box<Prepared>,
    },
    /// A record that is gone.
    Remove {
        /// Place in the feed.
        seq: u64,
        /// Which.
        key: Key,
    },
    /// What became of an operation.
    Verdict {
        /// Place in the feed.
        seq: u64,
        /// The verdict.
        verdict: Box<Verdict>,
    },
    /// A line that could not be used.
    Bad(Box<Bad>),
}

/// What the mirror has of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Place in the feed, or [`FORGOTTEN`].
    pub seq: i64,
    /// Revision.
    pub revision: u64,
    /// Fields, as JSON; they matter only where the feed says something at the same place.
    pub body: String,
}

/// One thing to do, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Write the record.
    Write {
        /// Place in the feed.
        seq: u64,
        /// The record.
        record: Box<Prepared>,
    },
    /// It was seen, and stays as it is.
    Keep(Key),
    /// Remove it.
    Remove(Key),
    /// Set the line aside.
    Quarantine(Box<Bad>),
}

/// What a page does.
#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    /// To the mirror, in order.
    pub actions: Vec<Action>,
    /// To our operations.
    pub verdicts: Vec<Verdict>,
    /// Where the feed contradicts itself or what it said before.
    pub contradictions: Vec<String>,
    /// Highest place met.
    pub head: u64,
}

/// Plans a page against what the mirror has of its records.
pub fn plan(items: Vec<Item>, mirror: &BTreeMap<Key, Known>) -> Plan {
    let mut plan = Plan::default();
    let again = said_again(&items, &mut plan.contradictions);
    let mut now: BTreeMap<Key, Option<Known>> = BTreeMap::new();
    for (at, item) in items.into_iter().enumerate() {
        plan.head = plan.head.max(place(&item).unwrap_or(0));
        if !again.contains(&at) {
            one(&mut plan, &mut now, mirror, item);
        }
    }
    plan
}

/// Items at a place of which another was said before; the first stands. Looked for ahead, so that
/// no record has to be copied.
fn said_again(items: &[Item], contradictions: &mut Vec<String>) -> BTreeSet<usize> {
    let mut first: BTreeMap<u64, &Item> = BTreeMap::new();
    let mut again = BTreeSet::new();
    for (at, item) in items.iter().enumerate() {
        let Some(seq) = place(item) else { continue };
        match first.entry(seq) {
            Entry::Vacant(free) => {
                free.insert(item);
            }
            Entry::Occupied(first) => {
                again.insert(at);
                if *first.get() != item {
                    contradictions.push(format!("place {seq} of the feed says two things"));
                }
            }
        }
    }
    again
}

fn place(item: &Item) -> Option<u64> {
    match item {
        Item::Upsert { seq, .. } | Item::Remove { seq, .. } | Item::Verdict { seq, .. } => {
            Some(*seq)
        }
        Item::Bad(_) => None,
    }
}

fn one(
    plan: &mut Plan,
    now: &mut BTreeMap<Key, Option<Known>>,
    mirror: &BTreeMap<Key, Known>,
    item: Item,
) {
    match item {
        Item::Upsert { seq, record } => {
            let key = (record.kind.clone(), record.id.clone());
            let known = now
                .entry(key.clone())
                .or_insert_with(|| mirror.get(&key).cloned());
            match judge(seq, &record, known.as_ref()) {
                Judgement::Newer => {
                    *known = Some(Known {
                        seq: i64::try_from(seq).unwrap_or(i64::MAX),
                        revision: record.revision,
                        // A page has each place once.
                        body: String::new(),
                    });
                    plan.actions.push(Action::Write { seq, record });
                }
                Judgement::Same => plan.actions.push(Action::Keep(key)),
                Judgement::Contradicts => {
                    plan.contradictions.push(format!(
                        "{}/{} contradicts what was said before",
                        key.0, key.1
                    ));
                    plan.actions.push(Action::Keep(key));
                }
            }
        }
        Item::Remove { seq, key } => {
            let known = now
                .entry(key.clone())
                .or_insert_with(|| mirror.get(&key).cloned());
            let ours = known.as_ref().map_or(FORGOTTEN, |known| known.seq);
            if ours < i64::try_from(seq).unwrap_or(i64::MAX) {
                *known = None;
                plan.actions.push(Action::Remove(key));
            }
        }
        Item::Verdict { verdict, .. } => plan.verdicts.push(*verdict),
        Item::Bad(bad) => {
            if let (Some(kind), Some(id)) = (&bad.kind, &bad.id) {
                plan.actions.push(Action::Keep((kind.clone(), id.clone())));
            }
            plan.actions.push(Action::Quarantine(bad));
        }
    }
}

enum Judgement {
    Newer,
    Same,
    Contradicts,
}

fn judge(seq: u64, record: &Prepared, known: Option<&Known>) -> Judgement {
    let Some(known) = known.filter(|known| known.seq != FORGOTTEN) else {
        return Judgement::Newer;
    };
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    if seq > known.seq {
        if record.revision < known.revision {
            Judgement::Contradicts
        } else {
            Judgement::Newer
        }
    } else if seq == known.seq
        && (record.revision != known.revision || !same_fields(&record.body, &known.body))
    {
        Judgement::Contradicts
    } else {
        Judgement::Same
    }
}

/// The order of fields says nothing.
fn same_fields(one: &str, other: &str) -> bool {
    let fields = |text| serde_json::from_str::<Map<String, Value>>(text).ok();
    one == other || fields(one) == fields(other)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    fn record(id: &str, revision: u64, amount: i64) -> Box<Prepared> {
        Box::new(Prepared {
            kind: "parcel".into(),
            id: id.into(),
            revision,
            updated_at: 0,
            body: format!(r#"{{"amount":{amount}}}"#),
            computed: "{}".into(),
            text: None,
        })
    }

    fn upsert(seq: u64, id: &str, revision: u64, amount: i64) -> Item {
        Item::Upsert {
            seq,
            record: record(id, revision, amount),
        }
    }

    fn known(seq: i64, revision: u64, amount: i64) -> Known {
        Known {
            seq,
            revision,
            body: record("", 0, amount).body,
        }
    }

    fn mirror(id: &str, known: Known) -> BTreeMap<Key, Known> {
        BTreeMap::from([(("parcel".to_owned(), id.to_owned()), known)])
    }

    fn written(plan: &Plan) -> Vec<(u64, u64)> {
        plan.actions
            .iter()
            .filter_map(|action| match action {
                Action::Write { seq, record } => Some((*seq, record.revision)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn fault_25_the_first_of_two_with_one_place_is_kept_and_the_caller_is_told() {
        let page = vec![upsert(5, "a", 1, 10), upsert(5, "a", 1, 99)];
        let plan = plan(page, &BTreeMap::new());
        assert_eq!(written(&plan), vec![(5, 1)]);
        assert_eq!(plan.contradictions.len(), 1);
    }

    #[test]
    fn the_same_line_twice_is_no_contradiction() {
        let page = vec![upsert(5, "a", 1, 10), upsert(5, "a", 1, 10)];
        let plan = plan(page, &BTreeMap::new());
        assert_eq!(written(&plan), vec![(5, 1)]);
        assert!(plan.contradictions.is_empty());
    }

    #[test]
    fn fault_25_another_content_than_the_mirrors_at_the_same_place() {
        let plan_it = |amount| {
            plan(
                vec![upsert(5, "a", 3, amount)],
                &mirror("a", known(5, 3, 10)),
            )
        };
        assert!(plan_it(10).contradictions.is_empty());
        let contradicting = plan_it(11);
        assert_eq!(contradicting.contradictions.len(), 1);
        assert!(written(&contradicting).is_empty());
    }

    #[test]
    fn fields_in_another_order_are_the_same_fields() {
        assert!(same_fields(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#));
        assert!(!same_fields(r#"{"a":1,"b":2}"#, r#"{"a":1,"b":3}"#));
    }

    #[test]
    fn what_was_forgotten_is_overwritten_by_anything() {
        let page = vec![upsert(2, "a", 1, 7)];
        let plan = plan(page, &mirror("a", known(FORGOTTEN, 9, 10)));
        assert_eq!(written(&plan), vec![(2, 1)]);
        assert!(plan.contradictions.is_empty());
    }

    #[test]
    fn a_removal_behind_the_mirror_is_late() {
        let remove = |seq| {
            vec![Item::Remove {
                seq,
                key: ("parcel".into(), "a".into()),
            }]
        };
        assert_eq!(
            plan(remove(4), &mirror("a", known(5, 1, 1))).actions,
            vec![]
        );
        assert_eq!(
            plan(remove(6), &mirror("a", known(5, 1, 1))).actions.len(),
            1
        );
    }

    proptest! {
        /// I3, over any feed: what is written of one record only goes forward.
        #[test]
        fn writes_of_one_record_only_go_forward(
            lines in proptest::collection::vec((1_u64..40, 0_u64..10, 0_i64..3), 0..60),
            start in proptest::option::of((1_i64..40, 0_u64..10)),
        ) {
            let items = lines.iter().map(|(seq, revision, amount)| upsert(*seq, "a", *revision, *amount));
            let have = start.map(|(seq, revision)| mirror("a", known(seq, revision, 0))).unwrap_or_default();
            let plan = plan(items.collect(), &have);
            let mut last = start.map_or((0, 0), |(seq, revision)| (seq.unsigned_abs(), revision));
            for (seq, revision) in written(&plan) {
                prop_assert!(seq > last.0 && revision >= last.1);
                last = (seq, revision);
            }
        }
    }
}
