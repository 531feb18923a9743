#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use chrono::TimeZone;
use ed25519_dalek::{Signer, SigningKey};
use tempfile::TempDir;

use watchkeeper_model::audit::genesis;

use super::*;
use crate::store::{Db, DbKey, Which};

const DEVICE: Uuid = Uuid::from_u128(7);

fn platform() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn audit_key() -> String {
    hex::encode(platform().verifying_key().to_bytes())
}

fn sign(seq: u64, hash: &str) -> SignedHead {
    let mut signed = SignedHead {
        device: DEVICE,
        seq,
        hash: hash.to_owned(),
        signed_at: Utc.timestamp_opt(1_790_000_000, 0).unwrap(),
        signature: String::new(),
    };
    signed.signature = hex::encode(platform().sign(&signed.message().unwrap()).to_bytes());
    signed
}

fn add(state: &Connection, count: u32) {
    for _ in 0..count {
        let at = Utc.timestamp_opt(1_790_000_000, 0).unwrap();
        append(state, at, "op-1", DEVICE, Event::SignedIn).unwrap();
    }
}

/// Runs over a real `state.db`; what it changes is kept for the length of the closure.
async fn over_state(with: impl FnOnce(&Connection) + Send + 'static) {
    let folder = TempDir::new().unwrap();
    let db = Db::open(folder.path(), Which::State, &DbKey::new([1; 32])).unwrap();
    db.write(move |tx| {
        with(tx);
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
}

fn checked(state: &Connection) -> Checked {
    check(state, &audit_key(), DEVICE).unwrap()
}

fn broken(state: &Connection) -> (u64, Why) {
    let broken = checked(state).broken.unwrap();
    (broken.seq, broken.why)
}

#[tokio::test]
async fn what_was_appended_holds_and_is_delivered_from_the_last_signed_head_on() {
    over_state(|state| {
        add(state, 3);
        assert_eq!(undelivered(state, 2).unwrap().len(), 2);
        let at_three = head(state).unwrap().unwrap();
        take_signed(state, &sign(3, &at_three.hash), &audit_key(), DEVICE).unwrap();
        assert!(undelivered(state, 100).unwrap().is_empty());
        add(state, 2);
        let rest = undelivered(state, 100).unwrap();
        assert_eq!(
            rest.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
            [4, 5]
        );
        assert_eq!(rest[0].countersigned, Some(at_three.head()));
        assert_eq!(
            checked(state),
            Checked {
                entries: 5,
                countersigned: 3,
                broken: None
            }
        );
    })
    .await;
}

#[tokio::test]
async fn a_head_is_taken_only_when_signed_by_the_pinned_key_and_an_extension_of_ours() {
    over_state(|state| {
        add(state, 3);
        let at_three = head(state).unwrap().unwrap();
        let good = sign(3, &at_three.hash);

        let mut forged = good.clone();
        forged.signed_at += chrono::TimeDelta::seconds(1);
        let refused = take_signed(state, &forged, &audit_key(), DEVICE);
        assert!(matches!(refused, Err(HeadError::Signature)));
        let other_key = hex::encode(SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes());
        let refused = take_signed(state, &good, &other_key, DEVICE);
        assert!(matches!(refused, Err(HeadError::Signature)));
        let refused = take_signed(state, &good, "no key", DEVICE);
        assert!(matches!(refused, Err(HeadError::Signature)));
        let refused = take_signed(state, &good, &audit_key(), Uuid::from_u128(8));
        assert!(matches!(refused, Err(HeadError::Device)));

        let refused = take_signed(state, &sign(4, &at_three.hash), &audit_key(), DEVICE);
        assert!(matches!(refused, Err(HeadError::Beyond)));
        let refused = take_signed(state, &sign(3, &genesis()), &audit_key(), DEVICE);
        assert!(matches!(refused, Err(HeadError::NoExtension)));
        take_signed(state, &good, &audit_key(), DEVICE).unwrap();
        take_signed(state, &good, &audit_key(), DEVICE).unwrap();
        let first: String = state
            .query_row("SELECT hash FROM audit WHERE seq = 1", [], |row| row.get(0))
            .unwrap();
        let older = take_signed(state, &sign(1, &first), &audit_key(), DEVICE);
        assert!(matches!(older, Err(HeadError::NoExtension)));
    })
    .await;
}

#[tokio::test]
async fn fault_69_the_first_bad_entry_is_named_and_a_cut_tail_is_found() {
    over_state(|state| {
        add(state, 5);
        take_signed(
            state,
            &sign(5, &head(state).unwrap().unwrap().hash),
            &audit_key(),
            DEVICE,
        )
        .unwrap();
        let tamper = |sql: &str| {
            state.execute_batch("SAVEPOINT tamper").unwrap();
            state.execute_batch(sql).unwrap();
            let found = broken(state);
            state
                .execute_batch("ROLLBACK TO tamper; RELEASE tamper")
                .unwrap();
            found
        };
        assert_eq!(
            tamper("UPDATE audit SET entry = replace(entry, 'op-1', 'op-2') WHERE seq = 3"),
            (3, Why::Edited)
        );
        assert_eq!(tamper("DELETE FROM audit WHERE seq = 2"), (2, Why::Missing));
        assert_eq!(
            tamper(
                "UPDATE audit SET seq = 9 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5;
                    UPDATE audit SET seq = 5 WHERE seq = 9"
            ),
            (4, Why::Edited)
        );
        assert_eq!(
            tamper("UPDATE audit SET entry = '{' WHERE seq = 2"),
            (2, Why::Edited)
        );
        assert_eq!(tamper("DELETE FROM audit WHERE seq > 3"), (4, Why::Cut));
        assert_eq!(tamper("DELETE FROM audit"), (1, Why::Cut));
        // All of it made anew, every hash right: only the countersignature tells.
        state
            .execute_batch(
                "CREATE TEMP TABLE kept AS SELECT * FROM signed_head;
                 DELETE FROM audit; DELETE FROM signed_head;",
            )
            .unwrap();
        let at = Utc.timestamp_opt(1_790_000_001, 0).unwrap();
        for _ in 0..5 {
            append(state, at, "op-2", DEVICE, Event::SignedIn).unwrap();
        }
        state
            .execute_batch("INSERT INTO signed_head SELECT * FROM kept")
            .unwrap();
        assert_eq!(broken(state), (5, Why::NotAsSigned));
    })
    .await;
}
