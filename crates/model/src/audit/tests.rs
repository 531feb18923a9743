#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use proptest::prelude::*;

use super::*;

const DEVICE: Uuid = Uuid::from_u128(7);

fn next(before: Option<&Entry>, number: u32, countersigned: Option<String>) -> Entry {
    let at = DateTime::from_timestamp(1_790_000_000 + i64::from(number), 123_456_789).unwrap();
    let event = Event::Retried {
        operation: Uuid::from_u128(u128::from(number)),
    };
    Entry::append(before, at, "op-1", DEVICE, event, countersigned).unwrap()
}

/// Entries 1 to `length`; the third was countersigned before the fourth was written.
fn chain(length: u32) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for number in 1..=length {
        let signed = (number > 3).then(|| entries[2].head());
        entries.push(next(entries.last(), number, signed));
    }
    entries
}

fn heads(entries: &[Entry]) -> Vec<(u64, String)> {
    vec![(3, entries[2].hash.clone())]
}

fn broken(entries: &[Entry], signed: &[(u64, String)]) -> (u64, Why) {
    let Break { seq, why } = verify(entries, signed).unwrap_err();
    (seq, why)
}

/// Hashes and links made to agree again, from `index` on: what a forger with the laptop can do.
fn forge(entries: &mut [Entry], index: usize) {
    for i in index..entries.len() {
        entries[i].prev = match i {
            0 => genesis(),
            _ => entries[i - 1].hash.clone(),
        };
        entries[i].hash = entries[i].computed_hash().unwrap();
    }
}

#[test]
fn a_chain_holds_also_after_a_trip_through_json() {
    let entries = chain(6);
    assert_eq!(entries[0].prev, genesis());
    let text = serde_json::to_string(&entries).unwrap();
    let read: Vec<Entry> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, entries, "instants are kept to the millisecond");
    assert_eq!(verify(&read, &heads(&entries)), Ok(()));
    let none: [Entry; 0] = [];
    assert_eq!(verify(none, &[]), Ok(()));
}

#[test]
fn the_hash_is_that_of_the_canonical_json() {
    let entry = next(None, 1, None);
    let mut value = serde_json::to_value(&entry).unwrap();
    value.as_object_mut().unwrap().remove("hash");
    let bytes = serde_json_canonicalizer::to_vec(&value).unwrap();
    assert_eq!(entry.hash, hex::encode(Sha256::digest(bytes)));
}

#[test]
fn fault_69_an_edited_entry_is_named() {
    let mut entries = chain(6);
    entries[3].actor = "somebody else".into();
    assert_eq!(broken(&entries, &[]), (4, Why::Edited));
    entries[3].hash = entries[3].computed_hash().unwrap();
    assert_eq!(broken(&entries, &[]), (5, Why::Unlinked));
}

#[test]
fn fault_69_a_removed_entry_is_named() {
    for index in 0..5 {
        let mut entries = chain(6);
        entries.remove(index);
        assert_eq!(broken(&entries, &[]), (index as u64 + 1, Why::Missing));
    }
}

#[test]
fn fault_69_reordered_and_repeated_entries_are_named() {
    let mut entries = chain(6);
    entries.swap(1, 2);
    assert_eq!(broken(&entries, &[]), (2, Why::OutOfOrder));
    let mut entries = chain(6);
    let twice = entries[1].clone();
    entries.insert(2, twice);
    assert_eq!(broken(&entries, &[]), (3, Why::OutOfOrder));
}

#[test]
fn fault_69_a_cut_tail_is_found_through_the_signed_head() {
    let entries = chain(6);
    let signed = [(3, entries[2].hash.clone()), (6, entries[5].hash.clone())];
    assert_eq!(verify(&entries, &signed), Ok(()));
    assert_eq!(
        verify(&entries[..4], &[]),
        Ok(()),
        "by itself a shorter chain holds"
    );
    assert_eq!(broken(&entries[..4], &signed), (5, Why::Cut));
    assert_eq!(broken(&[], &signed), (1, Why::Cut));
}

#[test]
fn fault_69_a_chain_written_anew_is_found_through_the_signed_head() {
    let honest = chain(6);
    let mut entries = honest.clone();
    entries[1].actor = "somebody else".into();
    for entry in &mut entries {
        entry.countersigned = None;
    }
    forge(&mut entries, 1);
    assert_eq!(verify(&entries, &[]), Ok(()));
    assert_eq!(broken(&entries, &heads(&honest)), (3, Why::NotAsSigned));
}

#[test]
fn fault_69_an_entry_carries_a_head_of_its_own_chain() {
    let mut entries = chain(6);
    entries[1].actor = "somebody else".into();
    forge(&mut entries, 1);
    assert_eq!(
        broken(&entries, &[]),
        (4, Why::NotAsSigned),
        "it carries the old third"
    );
    for odd in ["", "3", "0:x", "99:x", "x:y"] {
        let mut entries = chain(6);
        entries[5].countersigned = Some(odd.into());
        forge(&mut entries, 5);
        assert_eq!(broken(&entries, &[]), (6, Why::NotAsSigned), "{odd}");
    }
}

#[test]
fn one_chain_is_of_one_device() {
    let mut entries = chain(4);
    entries[2].device = Uuid::from_u128(8);
    entries[3].countersigned = None;
    forge(&mut entries, 2);
    assert_eq!(broken(&entries, &[]), (3, Why::OtherDevice));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_single_change_goes_unseen(index in 0_usize..8, what in 0_usize..7) {
        let mut entries = chain(8);
        let entry = &mut entries[index];
        match what {
            0 => entry.seq += 1,
            1 => entry.prev = "f".repeat(64),
            2 => entry.at += chrono::Duration::milliseconds(1),
            3 => entry.actor.push('x'),
            4 => entry.device = Uuid::nil(),
            5 => entry.event = Event::SignedIn,
            _ => entry.countersigned = Some(format!("1:{}", genesis())),
        }
        let found = verify(&entries, &[]).unwrap_err();
        prop_assert_eq!(found.seq, index as u64 + 1);
    }
}
