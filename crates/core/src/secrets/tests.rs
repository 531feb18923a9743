#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use ::keyring::Error as Failure;

use super::keyring::classify;
use super::*;

#[test]
fn a_secret_does_not_show_itself() {
    assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
}

#[test]
fn absent_locked_and_failed_are_told_apart_and_no_message_carries_the_secret() {
    assert_eq!(classify(&Failure::NoDefaultStore), SecretsError::Absent);
    assert_eq!(
        classify(&Failure::NoStorageAccess("denied".into())),
        SecretsError::Locked
    );
    let unreadable = classify(&Failure::BadEncoding(b"hunter2".to_vec()));
    assert!(matches!(&unreadable, SecretsError::Failed(_)));
    assert!(!format!("{unreadable:?}").contains("hunter2"));
}

#[test]
fn the_memory_keyring_behaves_as_it_is_told() {
    let keyring = MemoryKeyring::new(Mood::Ready);
    assert_eq!(keyring.get("a"), Ok(None));
    keyring.set("a", b"1").unwrap();
    assert_eq!(keyring.get("a"), Ok(Some(b"1".to_vec())));
    keyring.turn(Mood::Locked);
    assert_eq!(keyring.get("a"), Err(SecretsError::Locked));
    keyring.turn(Mood::Ready);
    keyring.remove("a").unwrap();
    keyring.remove("a").unwrap();
    assert_eq!(keyring.get("a"), Ok(None));
}
