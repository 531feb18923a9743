//! Several profiles on one machine: all that are open work, one is shown.

use serde_json::json;

use super::super::view::{Notice, Phase};
use super::*;

/// A machine that is signed in to two tenants of one platform, the second one shown: the ids of both.
async fn two(machine: &Machine, platform: &Platform) -> (App, String, String) {
    let mut second = platform.me();
    second["tenant"] = json!({"id": "t2", "name": "Another", "zone": "Europe/Paris"});
    platform.knows("second", second).await;
    let app = machine.app().await;
    let first = signed_in(&app, platform, None).await.profile.id;
    let request = SignInRequest {
        token: "second".into(),
        ..request(platform, None)
    };
    let second = sign_in(&app, request).await.unwrap().profile.id;
    (app, first, second)
}

#[tokio::test]
async fn what_was_open_stays_so_and_is_shown_again_without_a_key() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let (app, first, second) = two(&machine, &platform).await;
    let seen = view(&app).await;
    assert_eq!(seen.current.as_ref(), Some(&second));
    let listed: Vec<_> = seen
        .profiles
        .iter()
        .map(|profile| (profile.tenant.as_str(), profile.open))
        .collect();
    assert_eq!(listed, [("Another", true), ("Tenant", true)], "by name");

    let before = app.engine_of(&first).unwrap();
    machine.keyring.turn(Mood::Locked);
    open(&app, &first).await.unwrap();
    assert_eq!(view(&app).await.current.as_ref(), Some(&first));
    assert!(Arc::ptr_eq(&before, &app.engine().unwrap()), "it went on");
    app.stop().await;
}

#[tokio::test]
async fn each_command_reaches_the_profile_that_it_names_whichever_is_shown() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let (app, first, second) = two(&machine, &platform).await;
    let tenant = |profile: &str| app.engine_of(profile).unwrap().pinned().tenant.id.clone();
    assert_eq!(
        (tenant(&first), tenant(&second)),
        ("t1".into(), "t2".into())
    );
    // Work that waits in one is in no other.
    leave_work(&app).await;
    assert_eq!(work_left(&app).await, 1);
    open(&app, &first).await.unwrap();
    assert_eq!(work_left(&app).await, 0);
    assert_eq!(code(app.engine_of("nobody").map(drop)), Code::SignedOut);
    app.stop().await;
}

#[tokio::test]
async fn a_change_says_whose_it_is() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let (app, first, second) = two(&machine, &platform).await;
    let mut changes = app.changes();
    for profile in [&first, &second] {
        let tag = crate::changes::Tag::Kind(profile.clone());
        let engine = app.engine_of(profile).unwrap();
        engine.changed([tag.clone()], crate::changes::Source::Operator);
        let heard = loop {
            let change = changes.recv().await.unwrap();
            if change.tags.contains(&tag) {
                break change;
            }
        };
        assert_eq!(heard.profile.as_ref(), Some(profile));
    }
    app.stop().await;
}

#[tokio::test]
async fn what_is_closed_stays_closed_and_the_others_open_again_at_the_next_start() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let (app, first, second) = two(&machine, &platform).await;
    close(&app).await.unwrap();
    assert_eq!(view(&app).await.phase, Phase::SignIn);
    assert!(app.engine_of(&second).is_err(), "its keys left memory");
    assert!(app.engine_of(&first).is_ok());
    open(&app, &first).await.unwrap();
    app.stop().await;
    drop(app);

    let app = machine.app().await;
    open_others(&app).await;
    assert_eq!(view(&app).await.current.as_ref(), Some(&first));
    assert!(app.engine_of(&second).is_err());
    open(&app, &second).await.unwrap();
    app.stop().await;
    drop(app);

    let app = machine.app().await;
    assert!(
        app.engine_of(&first).is_err(),
        "the one that is shown comes first"
    );
    open_others(&app).await;
    assert!(app.engine_of(&first).is_ok());
    assert_eq!(view(&app).await.current.as_ref(), Some(&second));
    app.stop().await;
}

#[tokio::test]
async fn a_keyring_that_does_not_help_leaves_the_shown_profile_alone() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let (app, first, second) = two(&machine, &platform).await;
    app.stop().await;
    drop(app);
    let app = machine.app().await;
    machine.keyring.turn(Mood::Locked);
    open_others(&app).await;
    let seen = view(&app).await;
    assert_eq!((seen.phase, seen.current), (Phase::Open, Some(second)));
    assert!(app.engine_of(&first).is_err());
    app.stop().await;
}

#[tokio::test]
async fn a_damaged_cache_of_one_that_is_not_shown_is_rebuilt_behind_the_one_that_is() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let (app, first, second) = two(&machine, &platform).await;
    let cache = app.live_of(&first).unwrap().profile.stores.cache;
    cache.note_damage();
    let seen = view(&app).await;
    assert_eq!((seen.phase, seen.current), (Phase::Open, Some(second)));
    assert!(
        !app.live_of(&first)
            .unwrap()
            .profile
            .stores
            .cache
            .is_damaged()
    );
    open(&app, &first).await.unwrap();
    assert_eq!(view(&app).await.notices, [Notice::CacheRebuilt]);
    app.stop().await;
}
