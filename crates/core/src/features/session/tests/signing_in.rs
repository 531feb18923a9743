use serde_json::json;
use wiremock::ResponseTemplate;

use super::super::ask::address;
use super::super::view::{KeyringState, Phase};
use super::platform::TOKEN;
use super::*;

#[tokio::test]
async fn signing_in_makes_a_profile_that_opens_by_itself_the_next_time() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    assert_eq!(view(&app).await.phase, Phase::SignIn);
    assert_eq!(code(app.engine().map(drop)), Code::SignedOut);

    let signed_in = signed_in(&app, &platform, None).await;
    assert!(signed_in.recovery_code.is_some());
    let seen = view(&app).await;
    assert_eq!(seen.phase, Phase::Open);
    assert_eq!(seen.current, Some(signed_in.profile.id.clone()));
    assert_eq!(seen.profiles, vec![signed_in.profile.clone()]);
    assert_eq!(seen.profiles[0].operator, "Ada Canary");
    assert_eq!(app.engine().unwrap().pack().unwrap().id, "small");
    leave_work(&app).await;
    app.stop().await;
    drop(app);

    // The platform is gone; nothing here waits for it.
    drop(platform);
    let app = machine.app().await;
    assert_eq!(view(&app).await.phase, Phase::Open);
    assert_eq!(work_left(&app).await, 1);
    let live = app.live().unwrap();
    assert_eq!(live.profile.token.expose(), TOKEN);
    assert_eq!(live.engine.pack().unwrap().id, "small");
    app.stop().await;
}

#[tokio::test]
async fn the_first_entry_of_the_chain_says_that_somebody_signed_in() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    signed_in(&app, &platform, None).await;
    let profile = app.live().unwrap().profile;
    let entries = profile
        .stores
        .state
        .read(|state| crate::audit::undelivered(state, 10))
        .await
        .unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].event, watchkeeper_model::audit::Event::SignedIn);
    assert_eq!(entries[0].actor, "op-1");
    assert_eq!(entries[0].device, profile.pinned.device);
    assert_eq!(
        entries[0].at.to_rfc3339(),
        "2026-11-20T03:22:28+00:00",
        "server time"
    );
    app.stop().await;
}

#[tokio::test]
async fn nothing_confidential_is_in_clear_on_disk() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Absent);
    let app = machine.app().await;
    let signed_in = signed_in(&app, &platform, Some(PASSPHRASE)).await;
    let recovery = signed_in.recovery_code.unwrap();
    let secrets = [TOKEN, PASSPHRASE, &recovery, &recovery.replace('-', "")];
    // While it is open, with its WALs, and after it was closed.
    for _ in 0..2 {
        let files = machine.files();
        assert!(files.len() >= 5);
        for path in files {
            let bytes = std::fs::read(&path).unwrap();
            for secret in secrets {
                let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
                assert!(!found, "{}", path.display());
            }
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn what_does_not_get_in_has_its_own_message_and_leaves_nothing_behind() {
    let platform = Platform::start().await;
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut me = platform.me();
        change(&mut me);
        me
    };
    platform
        .knows("no-pack", with(&|me| me["pack"] = json!(null)))
        .await;
    platform
        .knows(
            "bad-pack",
            with(&|me| me["pack"] = json!({"hash": "ab".repeat(32), "version": 1})),
        )
        .await;
    platform
        .knows("newer-api", with(&|me| me["api"] = json!(2)))
        .await;
    platform
        .knows("other-json", json!({"hello": "world"}))
        .await;
    let page = ResponseTemplate::new(200).set_body_raw("<html>Welcome</html>", "text/html");
    platform.answers("captive", page).await;
    let problem = |code| {
        let problem = watchkeeper_wire::problem::Problem::new(code, None);
        ResponseTemplate::new(401).set_body_raw(
            serde_json::to_vec(&problem).unwrap(),
            "application/problem+json",
        )
    };
    platform
        .answers(
            "revoked",
            problem(watchkeeper_wire::problem::Code::TokenRevoked),
        )
        .await;
    platform
        .answers(
            "wrong",
            problem(watchkeeper_wire::problem::Code::TokenMissing),
        )
        .await;

    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let before = machine.files();
    let cases = [
        (platform.address(), "no-pack", Code::NoPack),
        (platform.address(), "bad-pack", Code::ApiMismatch),
        (platform.address(), "newer-api", Code::ApiMismatch),
        (platform.address(), "other-json", Code::NotAPlatform),
        (platform.address(), "captive", Code::NotAPlatform),
        (platform.address(), "revoked", Code::TokenRevoked),
        (platform.address(), "wrong", Code::TokenInvalid),
        (platform.address(), "  ", Code::TokenInvalid),
        (platform.address(), "two\nlines", Code::TokenInvalid),
        ("http://127.0.0.1:1".into(), TOKEN, Code::Unreachable),
        ("http://platform.example".into(), TOKEN, Code::UrlInvalid),
        ("platform.example".into(), TOKEN, Code::UrlInvalid),
        ("".into(), TOKEN, Code::UrlInvalid),
    ];
    for (platform, token, expected) in cases {
        let request = SignInRequest {
            platform: platform.clone(),
            token: token.into(),
            passphrase: None,
        };
        let found = code(sign_in(&app, request).await);
        assert_eq!(found, expected, "{platform} {token}");
    }
    assert_eq!(machine.files(), before);
    assert!(machine.keyring.names().is_empty());
    assert_eq!(view(&app).await.phase, Phase::SignIn);
}

#[test]
fn addresses_are_read_as_people_type_them() {
    let good = |typed: &str| address(typed).unwrap().to_string();
    assert_eq!(
        good(" https://platform.example "),
        "https://platform.example/"
    );
    assert_eq!(
        good("https://platform.example/ops?x=1#y"),
        "https://platform.example/ops/"
    );
    assert_eq!(good("http://127.0.0.1:8080"), "http://127.0.0.1:8080/");
    assert_eq!(good("http://[::1]:8080/"), "http://[::1]:8080/");
    for bad in [
        "",
        "platform.example",
        "http://platform.example",
        "http://127.0.0.1.evil.example",
        "https://user:secret@platform.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
    ] {
        assert_eq!(code(address(bad)), Code::UrlInvalid, "{bad}");
    }
}

#[tokio::test]
async fn signing_in_again_is_the_same_profile_with_the_new_token_and_no_new_code() {
    let platform = Platform::start().await;
    platform.knows("second", platform.me()).await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let first = signed_in(&app, &platform, None).await;
    let device = app.live().unwrap().profile.pinned.device;
    leave_work(&app).await;
    for open in [true, false] {
        if !open {
            close(&app).await.unwrap();
            assert_eq!(view(&app).await.phase, Phase::SignIn);
        }
        let mut again = request(&platform, None);
        again.token = "second".into();
        let second = sign_in(&app, again).await.unwrap();
        assert_eq!(second.profile, first.profile);
        assert!(second.recovery_code.is_none());
        let live = app.live().unwrap();
        assert_eq!(live.profile.token.expose(), "second");
        assert_eq!(live.profile.pinned.device, device);
        assert_eq!(work_left(&app).await, 1);
    }
    assert_eq!(view(&app).await.notices, []);
    app.stop().await;
}

#[tokio::test]
async fn fault_62_signing_in_takes_no_pack_of_another_version_and_none_that_is_older() {
    let platform = Platform::start().await;
    let mut renamed = platform.me();
    renamed["pack"]["version"] = 9.into();
    platform.knows("renamed", renamed).await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let mut other = request(&platform, None);
    other.token = "renamed".into();
    assert_eq!(code(sign_in(&app, other).await), Code::PackInvalid);
    signed_in(&app, &platform, None).await;
    let in_force = async || {
        let state = app.live().unwrap().profile.stores.state;
        state
            .read(|state| {
                let sql = "SELECT version FROM pack WHERE active = 1";
                Ok::<u32, StoreError>(state.query_row(sql, [], |row| row.get(0))?)
            })
            .await
            .unwrap()
    };
    let state = app.live().unwrap().profile.stores.state;
    state
        .write(|state| {
            state.execute("UPDATE pack SET hash = 'of a newer one', version = 5", [])?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    signed_in(&app, &platform, None).await;
    assert_eq!(in_force().await, 5);
    app.stop().await;
}

#[tokio::test]
async fn another_operator_has_another_profile() {
    let platform = Platform::start().await;
    let mut other = platform.me();
    other["operator"] = json!({"id": "op-2", "name": "Bo"});
    platform.knows("bo", other).await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    let ada = signed_in(&app, &platform, None).await.profile;
    leave_work(&app).await;
    let mut request = request(&platform, None);
    request.token = "bo".into();
    let bo = sign_in(&app, request).await.unwrap().profile;
    assert_ne!(ada.id, bo.id);
    assert_eq!(work_left(&app).await, 0);
    open(&app, &ada.id).await.unwrap();
    assert_eq!(work_left(&app).await, 1);
    assert_eq!(view(&app).await.profiles.len(), 2);
    app.stop().await;
}

#[tokio::test]
async fn a_token_is_renewed_only_by_one_of_the_same_operator_and_tenant() {
    let platform = Platform::start().await;
    platform.knows("renewed", platform.me()).await;
    let mut other = platform.me();
    other["operator"]["id"] = json!("op-2");
    platform.knows("other", other).await;
    let machine = Machine::new(Mood::Ready);
    let app = machine.app().await;
    assert_eq!(
        code(renew_token(&app, "nobody", "renewed").await),
        Code::SignedOut
    );
    let id = signed_in(&app, &platform, None).await.profile.id;
    assert_eq!(
        code(renew_token(&app, &id, "other").await),
        Code::TokenInvalid
    );
    assert_eq!(app.live().unwrap().profile.token.expose(), TOKEN);
    renew_token(&app, &id, "renewed").await.unwrap();
    app.stop().await;
    drop(app);
    let app = machine.app().await;
    assert_eq!(app.live().unwrap().profile.token.expose(), "renewed");
    app.stop().await;
}

#[tokio::test]
async fn without_a_keyring_a_passphrase_is_asked_for() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Absent);
    let app = machine.app().await;
    assert_eq!(view(&app).await.keyring, KeyringState::Absent);
    let before = machine.files();
    assert_eq!(
        code(sign_in(&app, request(&platform, None)).await),
        Code::KeyringAbsent
    );
    assert_eq!(
        code(sign_in(&app, request(&platform, Some("short"))).await),
        Code::PassphraseWeak
    );
    assert_eq!(machine.files(), before);
    let profile = signed_in(&app, &platform, Some(PASSPHRASE)).await.profile;
    assert!(profile.passphrase);
    assert!(machine.keyring.names().is_empty());
    app.stop().await;
}

#[tokio::test]
async fn the_demo_is_signed_in_to_only_where_one_was_offered() {
    let platform = Platform::start().await;
    let machine = Machine::new(Mood::Ready);
    let mut app = machine.app().await;
    assert_eq!(code(sign_in_demo(&app, None, None).await), Code::NotFound);
    app.demo = Some(crate::app::Demo {
        platform: platform.address(),
        token: TOKEN.into(),
        tenant: "Tenant".into(),
        others: vec![crate::app::DemoTenant {
            tenant: "Another".into(),
            token: "not a token".into(),
        }],
    });
    let offered = view(&app).await.demo.unwrap();
    assert_eq!(
        (offered.tenant.as_str(), offered.others),
        ("Tenant", vec!["Another".to_owned()])
    );
    let nobody = sign_in_demo(&app, Some("Nobody".into()), None).await;
    assert_eq!(code(nobody), Code::NotFound);
    let another = sign_in_demo(&app, Some("Another".into()), None).await;
    assert_eq!(
        code(another),
        Code::TokenInvalid,
        "it goes by that tenant's token"
    );
    sign_in_demo(&app, None, None).await.unwrap();
    assert_eq!(view(&app).await.phase, Phase::Open);
    app.stop().await;
}
