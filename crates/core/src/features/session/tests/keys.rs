//! What opens a profile, and what happens when it does not.

use super::super::view::{KeyringState, Notice, Phase};
use super::*;

#[tokio::test]
async fn a_passphrase_opens_its_profile_and_a_wrong_one_changes_nothing() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Absent);
    let app = machine.app().await;
    let id = signed_in(&app, &platform, Some(PASSPHRASE))
        .await
        .profile
        .id;
    leave_work(&app).await;
    app.stop().await;
    drop(app);

    let app = machine.app().await;
    let seen = view(&app).await;
    assert_eq!(seen.phase, Phase::NeedsPassphrase);
    assert_eq!(seen.current, Some(id.clone()));
    assert_eq!(code(app.engine().map(drop)), Code::Locked);
    assert_eq!(
        code(unlock(&app, &id, "not the passphrase").await),
        Code::SecretWrong
    );
    assert_eq!(view(&app).await.phase, Phase::NeedsPassphrase);
    assert_eq!(
        code(sign_in(&app, request(&platform, Some("not the passphrase"))).await),
        Code::SecretWrong
    );
    assert_eq!(
        code(sign_in(&app, request(&platform, None)).await),
        Code::Locked
    );
    unlock(&app, &id, PASSPHRASE).await.unwrap();
    assert_eq!(work_left(&app).await, 1);
    assert_eq!(app.live().unwrap().profile.token.expose(), platform::TOKEN);
    assert_eq!(view(&app).await.notices, [], "a wrong key is no damage");
    app.stop().await;
}

#[tokio::test]
async fn fault_65_a_locked_keyring_is_one_clear_state_and_unlocking_it_goes_on() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let id = signed_in(&app, &platform, None).await.profile.id;
    app.stop().await;
    drop(app);

    machine.keyring.turn(Mood::Locked);
    let app = machine.app().await;
    let seen = view(&app).await;
    assert_eq!(seen.phase, Phase::KeyringLocked);
    assert_eq!(seen.keyring, KeyringState::Locked);
    assert_eq!(seen.current, Some(id.clone()));
    assert_eq!(code(open(&app, &id).await), Code::KeyringLocked);
    assert_eq!(
        code(sign_in(&app, request(&platform, None)).await),
        Code::KeyringLocked
    );
    machine.keyring.turn(Mood::Broken);
    assert_eq!(code(open(&app, &id).await), Code::KeyringLocked);
    machine.keyring.turn(Mood::Ready);
    open(&app, &id).await.unwrap();
    let seen = view(&app).await;
    assert_eq!(
        (seen.phase, seen.keyring),
        (Phase::Open, KeyringState::Ready)
    );
    assert_eq!(seen.notices, []);
    app.stop().await;
}

#[tokio::test]
async fn fault_65_the_recovery_code_opens_what_the_keyring_lost_and_wraps_it_anew() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let signed_in = signed_in(&app, &platform, None).await;
    let (id, recovery) = (signed_in.profile.id, signed_in.recovery_code.unwrap());
    leave_work(&app).await;
    app.stop().await;
    drop(app);

    machine.keyring.wipe();
    let app = machine.app().await;
    assert_eq!(view(&app).await.phase, Phase::NeedsRecovery);
    assert_eq!(
        code(recover(&app, &id, "7K2M", None).await),
        Code::SecretWrong
    );
    let other = crate::keys::LockedKey::create(
        &id,
        &crate::keys::Protection::Keyring(&zeroize::Zeroizing::new([1; 32])),
    );
    let other = other.unwrap().2.shown();
    assert_eq!(
        code(recover(&app, &id, &other, None).await),
        Code::SecretWrong
    );
    recover(&app, &id, &recovery.to_lowercase(), None)
        .await
        .unwrap();
    assert_eq!(work_left(&app).await, 1);
    // The token was lost with the keyring: the platform will ask for one.
    assert_eq!(app.live().unwrap().profile.token.expose(), "");
    app.stop().await;
    drop(app);

    let app = machine.app().await;
    assert_eq!(
        view(&app).await.phase,
        Phase::Open,
        "the keyring has the key again"
    );
    // Another machine's keyring, or none: the same code, and a passphrase from now on.
    app.stop().await;
    machine.keyring.turn(Mood::Absent);
    assert_eq!(code(open(&app, &id).await), Code::KeyringAbsent);
    assert_eq!(view(&app).await.phase, Phase::NeedsRecovery);
    assert_eq!(
        code(recover(&app, &id, &recovery, None).await),
        Code::KeyringAbsent
    );
    let short = Some("short".to_owned());
    assert_eq!(
        code(recover(&app, &id, &recovery, short).await),
        Code::PassphraseWeak
    );
    recover(&app, &id, &recovery, Some(PASSPHRASE.into()))
        .await
        .unwrap();
    assert!(view(&app).await.profiles[0].passphrase);
    close(&app).await.unwrap();
    unlock(&app, &id, PASSPHRASE).await.unwrap();
    assert_eq!(work_left(&app).await, 1);
    app.stop().await;
}

#[tokio::test]
async fn with_no_key_at_all_signing_in_begins_anew_and_keeps_the_old_state() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let first = signed_in(&app, &platform, None).await;
    let id = first.profile.id;
    leave_work(&app).await;
    app.stop().await;
    let before = std::fs::read(machine.profile(&id).join("state.db")).unwrap();

    machine.keyring.wipe();
    let second = signed_in(&app, &platform, None).await;
    assert_eq!(second.profile.id, id);
    assert_ne!(
        second.recovery_code.unwrap(),
        first.recovery_code.clone().unwrap()
    );
    assert_eq!(work_left(&app).await, 0);
    let notices = view(&app).await.notices;
    let [Notice::StateMovedAside { file }] = &notices[..] else {
        panic!("{notices:?}");
    };
    let aside = machine.profile(&id).join(file);
    assert_eq!(std::fs::read(&aside).unwrap(), before);
    // The first recovery code still opens it.
    let kept = std::fs::read(aside.with_extension("profile.json")).unwrap();
    let kept: crate::profile::ProfileFile = serde_json::from_slice(&kept).unwrap();
    let recovery = crate::keys::RecoveryCode::parse(&first.recovery_code.unwrap()).unwrap();
    kept.keys.open_with_code(&id, &recovery).unwrap();

    dismiss_notices(&app).await.unwrap();
    assert_eq!(view(&app).await.notices, []);
    app.stop().await;
}

#[tokio::test]
async fn a_profile_whose_passphrase_and_code_are_lost_can_be_started_over() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Absent);
    let app = machine.app().await;
    let id = signed_in(&app, &platform, Some(PASSPHRASE))
        .await
        .profile
        .id;
    leave_work(&app).await;
    close(&app).await.unwrap();
    let before = std::fs::read(machine.profile(&id).join("state.db")).unwrap();
    start_over(&app, &id).await.unwrap();
    assert_eq!(view(&app).await.phase, Phase::SignIn);
    assert!(view(&app).await.profiles.is_empty());
    signed_in(&app, &platform, Some("another long one")).await;
    assert_eq!(work_left(&app).await, 0);
    let kept = machine.files().into_iter().any(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("state.damaged-") && std::fs::read(&path).unwrap() == before
    });
    assert!(kept);
    app.stop().await;
}
