#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;
use serde_json::json;
use watchkeeper_pack::format::SaidBy;

use super::*;
use crate::fixture::map;

const WHO: Drawing<'static> = Drawing {
    operator: "op-1",
    kind: "claim",
    action: "pay",
};

/// A batch of so many.
fn batch(count: usize) -> Vec<(String, u64)> {
    (0..count).map(|n| (format!("c{n:03}"), 7)).collect()
}

fn drawn(who: Drawing<'_>, batch: &[(String, u64)], of: usize) -> Vec<String> {
    let records = batch.iter().map(|(id, revision)| (id.as_str(), *revision));
    let drawn = draw(who, records, of);
    drawn.into_keys().map(ToOwned::to_owned).collect()
}

fn said(record: &str, revision: u64, right: bool) -> Judgement {
    Judgement {
        record: record.into(),
        revision,
        right,
    }
}

#[test]
fn x_68_a_sample_is_asked_for_only_where_more_are_meant_and_where_nobody_says_how_many_it_is_all() {
    let of = |of| SampleDef {
        row: "P-5".into(),
        of,
    };
    let five = of(SampleSize::Number(5));
    let none = Map::new();
    let sizes = [0, 5, 6, 40].map(|batch| sample_size(&five, &none, batch));
    assert_eq!(sizes, [None, None, Some(5), Some(5)]);
    let setting = of(SampleSize::Said(SaidBy {
        setting: "sample".into(),
    }));
    let settings = map(json!({"sample": 8}));
    assert_eq!(sample_size(&setting, &settings, 40), Some(8));
    assert_eq!(sample_size(&setting, &settings, 8), None);
    assert_eq!(sample_size(&setting, &none, 40), Some(40));
    assert_eq!(
        sample_size(&setting, &map(json!({"sample": "many"})), 3),
        Some(3)
    );
}

#[test]
fn x_68_who_draws_does_not_pick() {
    let all = batch(40);
    let first = drawn(WHO, &all, 5);
    assert_eq!(first.len(), 5);
    let mut turned = all.clone();
    turned.reverse();
    turned.extend(all[..3].to_vec());
    assert_eq!(
        drawn(WHO, &turned, 5),
        first,
        "in whatever order, and twice"
    );
    // Another operator, action or batch is another draw.
    let other = Drawing {
        operator: "op-2",
        ..WHO
    };
    assert_ne!(drawn(other, &all, 5), first);
    let other = Drawing {
        action: "note",
        ..WHO
    };
    assert_ne!(drawn(other, &all, 5), first);
    let mut changed = all.clone();
    changed[20].1 = 8;
    assert_ne!(drawn(WHO, &changed, 5), first, "another revision");
    assert_ne!(drawn(WHO, &all[..39], 5), first, "one fewer");
}

#[test]
fn x_68_all_that_was_drawn_is_looked_at_as_it_is_now() {
    let drawn: BTreeMap<&str, u64> = [("a", 7), ("c", 7)].into();
    let of = |said: &[Judgement]| sampled(["a", "b", "c"], &drawn, said);
    let open = |ids: &[&str]| Sampled::Open(ids.iter().map(|id| (*id).to_owned()).collect());
    assert_eq!(of(&[]), open(&["a", "c"]));
    assert_eq!(of(&[said("a", 7, true)]), open(&["c"]));
    assert_eq!(of(&[said("a", 7, true), said("b", 7, true)]), open(&["c"]));
    // It has changed since.
    assert_eq!(of(&[said("a", 6, true), said("c", 7, true)]), open(&["a"]));
    assert_eq!(
        of(&[said("c", 7, true), said("a", 7, true)]),
        Sampled::Right
    );
}

#[test]
fn x_68_one_that_is_not_right_leaves_the_batch_and_the_rest_is_looked_at_anew() {
    let drawn: BTreeMap<&str, u64> = [("a", 7), ("c", 7)].into();
    let wrong = [said("a", 7, true), said("c", 7, true), said("b", 7, false)];
    let with = sampled(["a", "b", "c"], &drawn, &wrong);
    assert_eq!(with, Sampled::Wrong(["b".to_owned()].into()));
    // Without it the two that had looked right before are asked about again.
    let without = sampled(["a", "c"], &drawn, &wrong);
    assert_eq!(
        without,
        Sampled::Open(["a".to_owned(), "c".to_owned()].into())
    );
    let mut again = wrong.to_vec();
    again.extend([said("a", 7, true), said("c", 7, true)]);
    assert_eq!(sampled(["a", "c"], &drawn, &again), Sampled::Right);
    // Nobody talks it right.
    again.push(said("b", 7, true));
    assert_eq!(
        sampled(["a", "b", "c"], &drawn, &again),
        Sampled::Wrong(["b".to_owned()].into())
    );
}

proptest! {
    /// As many as asked for, all of the batch, one of each part of it.
    #[test]
    fn a_sample_is_spread_over_the_batch(count in 1_usize..300, of in 1_usize..60) {
        let all = batch(count);
        let found = drawn(WHO, &all, of);
        let of = of.min(count);
        prop_assert_eq!(found.len(), of);
        for (part, id) in found.iter().enumerate() {
            let place = all.iter().position(|(known, _)| known == id).unwrap();
            prop_assert!(place >= part * count / of && place < (part + 1) * count / of);
        }
    }
}
