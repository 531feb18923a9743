//! Faults 65, 66: a keyring that does not help, and a folder on another machine.

use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::super::view::{Notice, Phase};
use super::*;
use crate::keys::{LockedKey, Protection};
use crate::profile::ProfileFile;
use crate::secrets::Secrets;
use crate::store::{Db, DbKey, Stores, Which};

/// Everything that this process logs from the first call on, at the finest level.
fn journal() -> &'static Mutex<Vec<u8>> {
    struct Into(&'static Mutex<Vec<u8>>);
    impl Write for Into {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    static JOURNAL: OnceLock<Mutex<Vec<u8>>> = OnceLock::new();
    static STARTED: OnceLock<()> = OnceLock::new();
    let journal = JOURNAL.get_or_init(Mutex::default);
    STARTED.get_or_init(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || Into(journal))
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    journal
}

fn stands_in(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// The ways in which 32 bytes may have been written down.
fn spellings(key: &[u8]) -> Vec<Vec<u8>> {
    let hex = hex::encode(key);
    let list: Vec<String> = key.iter().map(ToString::to_string).collect();
    vec![
        key.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        list.join(", ").into_bytes(),
    ]
}

#[tokio::test]
async fn fault_65_locked_absent_denied_or_changed_a_keyring_ends_in_one_clear_state_and_costs_nothing()
 {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let first = signed_in(&app, &platform, None).await;
    let id = first.profile.id;
    leave_work(&app).await;
    app.stop().await;
    drop(app);
    let mut before = std::fs::read(machine.profile(&id).join("state.db")).unwrap();
    let kept = machine.keyring.get(&format!("{id}/key")).unwrap().unwrap();

    type Change = fn(&MemoryKeyring, &str);
    let changes: [(&str, Change, Phase, Code); 6] = [
        (
            "locked",
            |ring, _| ring.turn(Mood::Locked),
            Phase::KeyringLocked,
            Code::KeyringLocked,
        ),
        (
            "denied",
            |ring, _| ring.turn(Mood::Broken),
            Phase::KeyringLocked,
            Code::KeyringLocked,
        ),
        (
            "absent",
            |ring, _| ring.turn(Mood::Absent),
            Phase::NeedsRecovery,
            Code::KeyringAbsent,
        ),
        (
            "another, which is empty",
            |ring, _| ring.wipe(),
            Phase::NeedsRecovery,
            Code::KeyMissing,
        ),
        (
            "another, with a key of its own",
            |ring, id| ring.set(&format!("{id}/key"), &[7; 32]).unwrap(),
            Phase::NeedsRecovery,
            Code::KeyMissing,
        ),
        (
            "another, with something else",
            |ring, id| ring.set(&format!("{id}/key"), b"not a key").unwrap(),
            Phase::NeedsRecovery,
            Code::KeyMissing,
        ),
    ];
    for (what, change, phase, why) in changes {
        change(&machine.keyring, &id);
        let app = machine.app().await;
        let seen = view(&app).await;
        assert_eq!(
            (seen.phase, seen.current),
            (phase, Some(id.clone())),
            "{what}"
        );
        assert_eq!(seen.notices, [], "{what}: it is no damage");
        assert_eq!(code(open(&app, &id).await), why, "{what}");
        assert!(app.engine().is_err(), "{what}: nothing is read");
        app.stop().await;
        drop(app);
        let now = std::fs::read(machine.profile(&id).join("state.db")).unwrap();
        assert_eq!(now, before, "{what}");
        machine.keyring.turn(Mood::Ready);
        machine.keyring.set(&format!("{id}/key"), &kept).unwrap();
        let app = machine.app().await;
        assert_eq!(view(&app).await.phase, Phase::Open, "{what}, and back");
        assert_eq!(work_left(&app).await, 1, "{what}");
        app.stop().await;
        // While it was open it may have been in step with the platform.
        before = std::fs::read(machine.profile(&id).join("state.db")).unwrap();
    }
}

#[tokio::test]
async fn fault_65_neither_key_nor_token_stands_in_a_log_or_in_any_file() {
    let journal = journal();
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let first = signed_in(&app, &platform, None).await;
    let id = first.profile.id;
    let key = app.live().unwrap().profile.stores.state.key();
    let outer = machine.keyring.get(&format!("{id}/key")).unwrap().unwrap();
    let recovery = first.recovery_code.unwrap();
    app.stop().await;
    drop(app);
    // Through everything that may go wrong with it.
    for mood in [Mood::Locked, Mood::Absent, Mood::Broken, Mood::Ready] {
        machine.keyring.turn(mood);
        let app = machine.app().await;
        let _ = open(&app, &id).await;
        let _ = recover(&app, &id, "7K2M-7K2M", None).await;
        let _ = unlock(&app, &id, PASSPHRASE).await;
        app.stop().await;
    }
    let app = machine.app().await;
    recover(&app, &id, &recovery, None).await.unwrap();
    app.stop().await;
    let mut secrets = spellings(key.bytes());
    secrets.extend(spellings(&outer));
    secrets.push(recovery.clone().into_bytes());
    secrets.push(recovery.replace('-', "").into_bytes());
    secrets.push(platform::TOKEN.as_bytes().to_vec());
    secrets.push(PASSPHRASE.as_bytes().to_vec());
    let journal = journal
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    assert!(
        stands_in(&journal, b"watchkeeper_core"),
        "something was logged"
    );
    for secret in &secrets {
        assert!(!stands_in(&journal, secret), "the log has {secret:?}");
        for path in machine.files() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(
                !stands_in(&bytes, secret),
                "{} has {secret:?}",
                path.display()
            );
        }
    }
    assert_eq!(format!("{key:?}"), "DbKey(…)");
}

#[tokio::test]
async fn fault_66_a_folder_that_was_copied_to_another_machine_does_not_open_there() {
    let platform = Platform::start().await;
    let here = Machine::new(Mood::Ready);
    let app = here.app().await;
    let first = signed_in(&app, &platform, None).await;
    let id = first.profile.id;
    leave_work(&app).await;
    app.stop().await;
    drop(app);
    // With a keyring of its own, and without one.
    for mood in [Mood::Ready, Mood::Absent] {
        let there = Machine::new(mood);
        for path in here.files() {
            let to = there.data().join(path.strip_prefix(here.data()).unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(path, to).unwrap();
        }
        let before = std::fs::read(there.profile(&id).join("state.db")).unwrap();
        let app = there.app().await;
        assert_eq!(view(&app).await.phase, Phase::NeedsRecovery, "{mood:?}");
        assert!(app.engine().is_err());
        let refused = code(open(&app, &id).await);
        assert!(
            matches!(refused, Code::KeyMissing | Code::KeyringAbsent),
            "{mood:?}: {refused:?}"
        );
        app.stop().await;
        // Nor with any key that the files hold, or with none.
        let file = ProfileFile::read(&there.profile(&id)).unwrap().unwrap();
        let text = serde_json::to_string(&file).unwrap();
        let hexed: Vec<Vec<u8>> = text
            .split('"')
            .filter_map(|word| hex::decode(word).ok())
            .flat_map(|bytes| bytes.windows(32).map(<[u8]>::to_vec).collect::<Vec<_>>())
            .collect();
        assert!(!hexed.is_empty());
        for key in hexed.iter().chain([&vec![0; 32]]) {
            let key = DbKey::new(key.clone().try_into().unwrap());
            for which in [Which::State, Which::Cache] {
                assert!(Db::open_reading(&there.profile(&id), which, &key).is_err());
            }
        }
        let plain = rusqlite::Connection::open(there.profile(&id).join("state.db")).unwrap();
        assert!(
            plain
                .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
                .is_err()
        );
        drop(plain);
        assert_eq!(
            std::fs::read(there.profile(&id).join("state.db")).unwrap(),
            before
        );
    }
    // Here it goes on.
    let app = here.app().await;
    assert_eq!(work_left(&app).await, 1);
    app.stop().await;
}

#[tokio::test]
async fn fault_66_a_folder_with_a_passphrase_opens_elsewhere_by_that_alone() {
    let platform = Platform::start().await;
    let here = Machine::new(Mood::Absent);
    let app = here.app().await;
    let id = signed_in(&app, &platform, Some(PASSPHRASE))
        .await
        .profile
        .id;
    app.stop().await;
    drop(app);
    let app = here.app().await;
    assert_eq!(view(&app).await.phase, Phase::NeedsPassphrase);
    assert_eq!(
        code(unlock(&app, &id, "a wrong passphrase").await),
        Code::SecretWrong
    );
    // What another profile's key file holds opens nothing here.
    let (other, ..) = LockedKey::create(
        "p2",
        &Protection::Keyring(&zeroize::Zeroizing::new([1; 32])),
    )
    .unwrap();
    assert!(other.open_with_keyring(&id, &[1; 32]).is_err());
    app.stop().await;
}

/// Fault 72, the part of the profile: the platform holds another end of the chain.
#[tokio::test]
async fn fault_72_a_forked_chain_is_put_aside_and_this_laptop_goes_on_as_another_device() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let id = signed_in(&app, &platform, None).await.profile.id;
    leave_work(&app).await;
    let live = app.live().unwrap();
    let (first, audit_key) = (
        live.profile.pinned.device,
        live.profile.pinned.audit_key.clone(),
    );
    let marked = live
        .profile
        .stores
        .state
        .write(move |state| crate::audit::mark_forked(state, &audit_key, first))
        .await;
    assert!(marked.unwrap());
    live.engine.note_fork();
    // The window is told to look, and looking opens the profile anew.
    let seen = view(&app).await;
    assert_eq!(
        (seen.phase, seen.notices),
        (Phase::Open, vec![Notice::ChainForked])
    );
    let live = app.live().unwrap();
    let second = live.profile.pinned.device;
    assert_ne!(second, first);
    assert_eq!(work_left(&app).await, 1);
    let checked = live.engine.check_chain().await.unwrap();
    assert_eq!((checked.entries, checked.broken), (1, None));
    assert_eq!(past(&live.profile.stores, first).await, 1);
    app.stop().await;
    drop((app, live));
    // Once.
    let app = machine.app().await;
    assert_eq!(app.live().unwrap().profile.pinned.device, second);
    let file = ProfileFile::read(&machine.profile(&id)).unwrap().unwrap();
    assert_eq!(file.pinned.device, second);
    app.stop().await;
}

/// Entries that were written as this device and put aside.
async fn past(stores: &Stores, device: uuid::Uuid) -> u32 {
    let sql = "SELECT count(*) FROM audit_past WHERE device = ?1";
    stores
        .state
        .read(move |state| {
            Ok::<_, StoreError>(state.query_row(sql, [device.to_string()], |row| row.get(0))?)
        })
        .await
        .unwrap()
}
