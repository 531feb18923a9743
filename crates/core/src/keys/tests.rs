#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::*;

const PROFILE: &str = "p1";

fn by_keyring() -> (LockedKey, DbKey, RecoveryCode, KeyBytes) {
    let outer = random().unwrap();
    let (ring, key, code) = LockedKey::create(PROFILE, &Protection::Keyring(&outer)).unwrap();
    (ring, key, code, outer)
}

#[test]
fn each_way_in_opens_the_same_key_and_the_file_holds_neither_it_nor_what_opens_it() {
    let passphrase = Secret::new("correct horse battery");
    let (mut ring, key, code, outer) = by_keyring();
    assert_eq!(
        ring.open_with_keyring(PROFILE, outer.as_slice()),
        Ok(key.clone())
    );
    assert_eq!(ring.open_with_code(PROFILE, &code), Ok(key.clone()));
    assert!(!ring.by_passphrase());

    ring.protect(PROFILE, &key, &Protection::Passphrase(&passphrase))
        .unwrap();
    assert!(ring.by_passphrase());
    assert_eq!(
        ring.open_with_passphrase(PROFILE, &passphrase),
        Ok(key.clone())
    );
    assert_eq!(ring.open_with_code(PROFILE, &code), Ok(key.clone()));
    assert_eq!(
        ring.open_with_keyring(PROFILE, outer.as_slice()),
        Err(KeyError::NoSuchWay)
    );
    assert_eq!(
        ring.open_with_passphrase(PROFILE, &Secret::new("correct horse batterie")),
        Err(KeyError::Wrong)
    );

    let file = serde_json::to_string(&ring).unwrap();
    for secret in [
        hex::encode(key.bytes()),
        hex::encode(outer.as_slice()),
        code.shown(),
        passphrase.expose().to_owned(),
    ] {
        assert!(!file.contains(&secret));
    }
    assert_eq!(serde_json::from_str::<LockedKey>(&file).unwrap(), ring);
}

#[test]
fn another_key_another_profile_or_a_changed_bit_opens_nothing() {
    let (ring, _, code, outer) = by_keyring();
    assert_eq!(
        ring.open_with_keyring(PROFILE, random().unwrap().as_slice()),
        Err(KeyError::Wrong)
    );
    assert_eq!(
        ring.open_with_keyring(PROFILE, b"short"),
        Err(KeyError::Wrong)
    );
    assert_eq!(
        ring.open_with_keyring("p2", outer.as_slice()),
        Err(KeyError::Wrong)
    );
    assert_eq!(ring.open_with_code("p2", &code), Err(KeyError::Wrong));
    let (_, _, other_code, _) = by_keyring();
    assert_eq!(
        ring.open_with_code(PROFILE, &other_code),
        Err(KeyError::Wrong)
    );

    let mut changed = serde_json::to_value(&ring).unwrap();
    let sealed = changed["recovery"]["sealed"].as_str().unwrap().to_owned();
    let flipped = if sealed.starts_with('0') { "1" } else { "0" };
    changed["recovery"]["sealed"] = format!("{flipped}{}", &sealed[1..]).into();
    let changed: LockedKey = serde_json::from_value(changed).unwrap();
    assert_eq!(changed.open_with_code(PROFILE, &code), Err(KeyError::Wrong));
}

#[test]
fn a_short_passphrase_is_refused_by_characters_not_bytes() {
    let weak = LockedKey::create(PROFILE, &Protection::Passphrase(&Secret::new("äöüäöüäöü")));
    assert_eq!(weak.map(|_| ()), Err(KeyError::Weak));
}

#[test]
fn a_file_cannot_ask_for_gigabytes() {
    let passphrase = Secret::new("correct horse battery");
    let (ring, _, _) = LockedKey::create(PROFILE, &Protection::Passphrase(&passphrase)).unwrap();
    let mut greedy = serde_json::to_value(&ring).unwrap();
    greedy["passphrase"]["memory_kib"] = 64_000_000.into();
    let greedy: LockedKey = serde_json::from_value(greedy).unwrap();
    assert!(matches!(
        greedy.open_with_passphrase(PROFILE, &passphrase),
        Err(KeyError::Failed(_))
    ));
}

#[test]
fn a_recovery_code_is_read_as_people_type_and_a_slip_is_told() {
    let code = RecoveryCode::from_bytes(*b"sixteen bytes ok");
    let shown = code.shown();
    assert_eq!(shown.len(), 7 * 4 + 6);
    let sloppy = shown
        .to_lowercase()
        .replace('-', "  ")
        .replace('0', "o")
        .replace('1', "l");
    assert_eq!(RecoveryCode::parse(&sloppy), Ok(code.clone()));
    assert_eq!(RecoveryCode::parse(&shown[1..]), Err(KeyError::Mistyped));
    assert_eq!(RecoveryCode::parse(""), Err(KeyError::Mistyped));
    assert_eq!(
        RecoveryCode::parse(&"x".repeat(1 << 20)),
        Err(KeyError::Mistyped)
    );
    let chars: Vec<char> = shown.chars().filter(|c| *c != '-').collect();
    for index in 0..chars.len() {
        let mut slip = chars.clone();
        slip[index] = if slip[index] == 'Z' { 'Y' } else { 'Z' };
        let read = RecoveryCode::parse(&slip.into_iter().collect::<String>());
        assert_eq!(read, Err(KeyError::Mistyped), "character {index}");
    }
}

#[test]
fn every_code_survives_paper() {
    for _ in 0..200 {
        let code = RecoveryCode::random().unwrap();
        assert_eq!(RecoveryCode::parse(&code.shown()), Ok(code));
    }
    for bytes in [[0; 16], [255; 16]] {
        let code = RecoveryCode::from_bytes(bytes);
        assert_eq!(RecoveryCode::parse(&code.shown()), Ok(code));
    }
}

#[test]
fn two_profiles_share_no_key() {
    let (_, first, first_code, _) = by_keyring();
    let (_, second, second_code, _) = by_keyring();
    assert_ne!(first, second);
    assert_ne!(first_code, second_code);
}
