//! What state a profile's folder may be in when it is opened.

use super::super::view::{Notice, Phase};
use super::*;

/// A machine on which somebody has signed in and left work behind; the app is closed.
async fn left(platform: &Platform) -> (Machine, String) {
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let id = signed_in(&app, platform, None).await.profile.id;
    leave_work(&app).await;
    app.stop().await;
    (machine, id)
}

#[tokio::test]
async fn fault_10_a_second_app_on_one_data_folder_is_turned_away_until_the_first_is_gone() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let first = machine.app().await;
    signed_in(&first, &platform, None).await;
    assert_eq!(code(machine.try_app().await), Code::InUse);
    first.stop().await;
    drop(first);
    let next = machine.app().await;
    assert_eq!(view(&next).await.phase, Phase::Open);
    next.stop().await;
}

#[tokio::test]
async fn damaged_cache_db_is_rebuilt_and_said_so_until_dismissed() {
    let platform = Platform::start().await;
    let (machine, id) = left(&platform).await;
    std::fs::write(
        machine.profile(&id).join("cache.db"),
        "rubbish".repeat(5000),
    )
    .unwrap();
    for _ in 0..2 {
        let app = machine.app().await;
        let seen = view(&app).await;
        assert_eq!(seen.phase, Phase::Open);
        assert_eq!(seen.notices, [Notice::CacheRebuilt]);
        assert_eq!(work_left(&app).await, 1);
        app.stop().await;
    }
    let app = machine.app().await;
    dismiss_notices(&app).await.unwrap();
    assert_eq!(view(&app).await.notices, []);
    app.stop().await;
}

#[tokio::test]
async fn damaged_state_db_is_moved_aside_and_this_laptop_goes_on_as_another_device() {
    let platform = Platform::start().await;
    let (machine, id) = left(&platform).await;
    let state = machine.profile(&id).join("state.db");
    let rubbish = "rubbish".repeat(5000);
    std::fs::write(&state, &rubbish).unwrap();
    let before = crate::profile::ProfileFile::read(&machine.profile(&id))
        .unwrap()
        .unwrap();
    let app = machine.app().await;
    let seen = view(&app).await;
    assert_eq!(seen.phase, Phase::Open);
    let [Notice::StateMovedAside { file }] = &seen.notices[..] else {
        panic!("{:?}", seen.notices);
    };
    assert_eq!(
        std::fs::read_to_string(machine.profile(&id).join(file)).unwrap(),
        rubbish
    );
    let profile = app.live().unwrap().profile;
    assert_ne!(profile.pinned.device, before.pinned.device);
    assert_eq!(profile.pinned.operator, before.pinned.operator);
    assert_eq!(profile.token.expose(), platform::TOKEN);
    let chain = profile
        .stores
        .state
        .read(move |state| {
            crate::audit::check(state, &profile.pinned.audit_key, profile.pinned.device)
        })
        .await
        .unwrap();
    assert_eq!((chain.entries, chain.broken), (1, None));
    app.stop().await;
}

#[tokio::test]
async fn where_the_chain_is_gone_this_laptop_goes_on_as_another_device() {
    let platform = Platform::start().await;
    let (machine, id) = left(&platform).await;
    let device = |app: &App| app.engine().unwrap().pinned().device;
    let first = crate::profile::ProfileFile::read(&machine.profile(&id))
        .unwrap()
        .unwrap()
        .pinned
        .device;
    // As a kill leaves it right after a damaged one was replaced.
    std::fs::remove_file(machine.profile(&id).join("state.db")).unwrap();
    let app = machine.app().await;
    let second = device(&app);
    assert_ne!(second, first, "the platform holds a chain of that one");
    app.stop().await;
    drop(app);
    let app = machine.app().await;
    assert_eq!(device(&app), second);
    app.stop().await;
}

#[tokio::test]
async fn a_newer_database_is_left_alone_and_said_so() {
    let platform = Platform::start().await;
    let (machine, id) = left(&platform).await;
    let app = machine.app().await;
    let stores = app.live().unwrap().profile.stores;
    stores
        .state
        .write(|state| {
            Ok::<_, StoreError>(state.execute(
                "INSERT INTO refinery_schema_history VALUES (9999, 'later', '2030-01-01T00:00:00Z', '1')",
                [],
            )?)
        })
        .await
        .unwrap();
    app.stop().await;
    drop(app);
    let bytes = || {
        ["state.db", "cache.db", "profile.json"]
            .map(|name| std::fs::read(machine.profile(&id).join(name)).unwrap())
    };
    let before = bytes();
    let app = machine.app().await;
    let seen = view(&app).await;
    assert_eq!(seen.phase, Phase::NewerDatabase);
    assert_eq!(seen.current, Some(id.clone()));
    assert_eq!(code(open(&app, &id).await), Code::NewerDatabase);
    assert_eq!(
        code(sign_in(&app, request(&platform, None)).await),
        Code::NewerDatabase
    );
    assert_eq!(bytes(), before);
}

#[tokio::test]
async fn a_profile_that_was_never_finished_is_moved_aside_and_made_anew() {
    let platform = Platform::start().await;
    let (machine, id) = left(&platform).await;
    std::fs::remove_file(machine.profile(&id).join("profile.json")).unwrap();
    let app = machine.app().await;
    assert_eq!(view(&app).await.phase, Phase::SignIn);
    let again = signed_in(&app, &platform, None).await;
    assert_eq!(again.profile.id, id);
    assert!(again.recovery_code.is_some());
    assert_eq!(work_left(&app).await, 0);
    assert!(matches!(
        &view(&app).await.notices[..],
        [Notice::StateMovedAside { .. }]
    ));
    app.stop().await;
}

#[tokio::test]
async fn a_keyring_that_fails_half_way_through_signing_in_leaves_nothing() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let before = machine.files();
    machine.keyring.turn(Mood::Broken);
    assert_eq!(
        code(sign_in(&app, request(&platform, None)).await),
        Code::KeyringLocked
    );
    assert_eq!(machine.files(), before);
    machine.keyring.turn(Mood::Ready);
    assert!(machine.keyring.names().is_empty());
    signed_in(&app, &platform, None).await;
    app.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_data_folder_that_cannot_be_written_is_a_phase_not_a_crash() {
    let platform = Platform::start().await;
    let app = App::start(Config {
        data: "/sys/kernel".into(),
        demo: None,
        clock: Arc::new(SystemClock::new()),
        secrets: Arc::new(MemoryKeyring::new(Mood::Ready)),
        notifier: Arc::new(crate::notify::Nowhere),
        version: "0.0.0".into(),
    })
    .await
    .unwrap();
    assert_eq!(view(&app).await.phase, Phase::ReadOnly);
    assert_eq!(
        code(sign_in(&app, request(&platform, None)).await),
        Code::ReadOnly
    );
    assert_eq!(code(close(&app).await), Code::ReadOnly);
}

#[tokio::test]
async fn every_change_of_the_session_is_told() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let mut changes = app.changes();
    let mut told = || {
        let mut app_tag = false;
        while let Ok(change) = changes.try_recv() {
            app_tag |= change.tags.contains(&crate::changes::Tag::App);
        }
        app_tag
    };
    let id = signed_in(&app, &platform, None).await.profile.id;
    assert!(told());
    close(&app).await.unwrap();
    assert!(told());
    open(&app, &id).await.unwrap();
    assert!(told());
    app.stop().await;
    assert!(told());
}

#[tokio::test]
async fn a_page_of_cache_db_that_turns_out_bad_while_it_is_open_is_healed_at_the_next_look() {
    let platform = Platform::start().await;
    let (machine, id) = left(&platform).await;
    let app = machine.app().await;
    let cache = app.live().unwrap().profile.stores.cache;
    cache
        .write(|tx| {
            for number in 0..2_000 {
                tx.execute(
                    "INSERT INTO record (kind, id, revision, seq, generation, updated_at, title, body, computed)
                     VALUES ('ticket', ?1, 1, 1, 1, 0, 't', ?2, '{}')",
                    (number, format!("{{\"name\":\"{}\"}}", "y".repeat(600))),
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    app.stop().await;
    drop((app, cache));
    let path = machine.profile(&id).join("cache.db");
    let mut bytes = std::fs::read(&path).unwrap();
    for page in bytes.chunks_mut(8192).skip(20).take(100) {
        page[99] ^= 1;
    }
    std::fs::write(&path, bytes).unwrap();

    let app = machine.app().await;
    let mut changes = app.changes();
    let cache = app.live().unwrap().profile.stores.cache;
    let read = cache.read(|tx| {
        Ok::<i64, StoreError>(
            tx.query_row("SELECT sum(length(body)) FROM record", [], |row| row.get(0))?,
        )
    });
    assert!(read.await.is_err());
    let told = changes.recv().await.unwrap();
    assert!(told.tags.contains(&crate::changes::Tag::App));
    let seen = view(&app).await;
    assert_eq!(
        (seen.phase, seen.notices),
        (Phase::Open, vec![Notice::CacheRebuilt])
    );
    assert_eq!(work_left(&app).await, 1);
    let cache = app.live().unwrap().profile.stores.cache;
    let records: i64 = cache
        .read(|tx| {
            Ok::<_, StoreError>(tx.query_row("SELECT count(*) FROM record", [], |row| row.get(0))?)
        })
        .await
        .unwrap();
    assert_eq!(records, 0);
    app.stop().await;
}

#[tokio::test]
async fn a_page_of_state_db_that_turns_out_bad_while_it_is_open_is_healed_and_work_carried_over() {
    let platform = Platform::start().await;
    let (machine, id) = left(&platform).await;
    let app = machine.app().await;
    let state = app.live().unwrap().profile.stores.state;
    state
        .write(|tx| {
            for number in 0..400 {
                tx.execute(
                    "INSERT INTO operation (id, lane, author, request, fingerprint, title, action, status, hold, made_at)
                     VALUES (?1, 'ticket/1', 'nobody', '{}', '', ?2, 'Close', 'held', 'refused', 0)",
                    (format!("op-{number}"), "t".repeat(1_500)),
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    app.stop().await;
    drop((app, state));

    let app = machine.app().await;
    assert_eq!(work_left(&app).await, 401);
    // While it is open.
    let path = machine.profile(&id).join("state.db");
    let state = app.live().unwrap().profile.stores.state;
    let page: u32 = state
        .read(|tx| {
            Ok::<_, StoreError>(tx.query_row(
                "SELECT pageno FROM dbstat WHERE name = 'operation' AND pagetype = 'leaf'
                 ORDER BY path LIMIT 1 OFFSET 9",
                [],
                |row| row.get(0),
            )?)
        })
        .await
        .unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[(usize::try_from(page).unwrap() - 1) * 4096 + 77] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    // After a write nobody reads from memory what was read before.
    state
        .write(|tx| crate::store::setting::put(tx, "something", &1))
        .await
        .unwrap();
    // No index has what was asked: the table itself is read.
    let read = state.read(|tx| {
        Ok::<i64, StoreError>(tx.query_row(
            "SELECT sum(length(request)) FROM operation",
            [],
            |row| row.get(0),
        )?)
    });
    assert!(read.await.is_err());
    let seen = view(&app).await;
    assert_eq!(seen.phase, Phase::Open);
    assert!(matches!(
        &seen.notices[..],
        [Notice::StateMovedAside { .. }]
    ));
    assert!(work_left(&app).await >= 390);
    assert_eq!(app.live().unwrap().profile.token.expose(), platform::TOKEN);
    app.stop().await;
}
