//! Who is signed in, on which laptop, and until when.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_pack::Bundle;
use watchkeeper_platform::Grant;

use crate::support::{TENANT, World, issue, pack_folder, problem, signed};

#[tokio::test]
async fn me_says_who_where_and_what_is_in_force() {
    let world = World::new().await;
    let me = world.me().await;
    assert_eq!(me["api"], 1);
    assert_eq!(me["operator"]["id"], "kim");
    assert_eq!(me["tenant"]["id"], TENANT);
    assert_eq!(me["roles"], json!(["operator"]));
    assert_eq!(me["server_time"], "2026-11-20T12:00:00Z");
    assert_eq!(me["audit_key"].as_str().unwrap().len(), 64);
    let bundle = Bundle::from_dir(&pack_folder()).unwrap();
    assert_eq!(me["pack"]["hash"], bundle.hash());
    let path = format!("/v1/packs/{}", bundle.hash());
    let bytes = world
        .get(&path)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(bytes, bundle.bytes());
}

#[tokio::test]
async fn me_tells_the_colleagues_of_the_tenant_as_they_are_called_now() {
    let world = World::new().await;
    let (kim, root) = (
        json!({"id": "kim", "name": "KIM"}),
        json!({"id": "root", "name": "ROOT"}),
    );
    assert_eq!(world.me().await["operators"], json!([kim, root]));
    let renamed = Grant {
        operator: "root".into(),
        name: "Robin Root".into(),
        roles: Vec::new(),
        regions: Vec::new(),
    };
    world.platform().issue(TENANT, &renamed).await.unwrap();
    let root = json!({"id": "root", "name": "Robin Root"});
    assert_eq!(world.me().await["operators"], json!([kim, root]));
}

#[tokio::test]
async fn a_token_that_nobody_issued_and_none_at_all_are_401() {
    let world = World::new().await;
    let made_up = world.request(Method::GET, "/v1/me", "wk_made_up");
    assert_eq!(
        problem(made_up).await,
        (401.try_into().unwrap(), "token.missing".into())
    );
    let url = format!("{}/v1/me", world.server.url());
    assert_eq!(problem(world.http.get(url)).await.0, 401);
    assert_eq!(problem(world.get("/v1/nothing")).await.0, 404);
}

#[tokio::test]
async fn a_token_is_kept_only_as_a_hash() {
    let world = World::new().await;
    world.get("/v1/me").send().await.unwrap();
    for entry in std::fs::read_dir(world.data.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let token = world.token.as_bytes();
            let found = bytes.windows(token.len()).any(|part| part == token);
            assert!(!found, "{}", path.display());
        }
    }
}

#[tokio::test]
async fn a_device_is_enrolled_renamed_and_never_taken_over() {
    let world = World::new().await;
    let device = json!({"id": Uuid::now_v7(), "name": "Kim's laptop"});
    assert_eq!(
        world
            .post("/v1/devices", &device)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(
        world
            .post("/v1/devices", &device)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    let theft = world
        .request(Method::POST, "/v1/devices", &world.admin)
        .json(&device);
    assert_eq!(problem(theft).await.1, "forbidden");
    let nameless = json!({"id": Uuid::now_v7(), "name": "  "});
    assert_eq!(
        problem(world.post("/v1/devices", &nameless)).await.1,
        "body.invalid"
    );
    let broken = world.post("/v1/devices", &json!({"id": 7}));
    assert_eq!(problem(broken).await.1, "body.invalid");
}

/// Reads a stream to its end, or until it says `word`.
async fn hear(stream: &mut reqwest::Response, word: &str) -> String {
    let mut heard = String::new();
    while !heard.contains(word) {
        let next = tokio::time::timeout(Duration::from_secs(30), stream.chunk()).await;
        match next.expect("the stream neither speaks nor ends").unwrap() {
            Some(bytes) => heard.push_str(&String::from_utf8_lossy(&bytes)),
            None => break,
        }
    }
    heard
}

#[tokio::test]
async fn fault_47_a_revoked_token_closes_its_stream_and_is_401() {
    let world = World::new().await;
    let second = issue(world.platform(), TENANT, "kim", &["operator"], &[]).await;
    let mut stream = world.get("/v1/events").send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert!(world.platform().revoke(&world.token).await.unwrap());
    let heard = hear(&mut stream, "never").await;
    assert!(!heard.contains("hint"), "{heard}");
    assert_eq!(
        problem(world.get("/v1/me")).await,
        (401.try_into().unwrap(), "token.revoked".into())
    );
    assert_eq!(problem(world.get("/v1/events")).await.1, "token.revoked");
    assert_eq!(
        problem(world.post("/v1/operations", &json!({"operations": []})))
            .await
            .0,
        401
    );
    // The operator's other laptop goes on.
    let other = world
        .request(Method::GET, "/v1/me", &second)
        .send()
        .await
        .unwrap();
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn a_token_that_another_process_revoked_hears_of_no_change_any_more() {
    let world = World::new().await;
    let mut stream = world.get("/v1/events").send().await.unwrap();
    let options = watchkeeper_platform::Options::new(world.data.path().to_owned());
    let beside = watchkeeper_platform::Platform::open(&options)
        .await
        .unwrap();
    assert!(beside.revoke(&world.token).await.unwrap());
    world
        .ingest(json!([{"kind": "oddity", "id": "o", "body": {}}]))
        .await;
    let heard = hear(&mut stream, "hint").await;
    assert!(!heard.contains("hint"), "{heard}");
}

#[tokio::test]
async fn a_stream_hints_at_changes_and_at_what_was_missed() {
    let world = World::new().await;
    let mut stream = world.get("/v1/events").send().await.unwrap();
    world
        .ingest(json!([{"kind": "council", "id": "c", "body": {"name": "C", "slots": 5}}]))
        .await;
    let heard = hear(&mut stream, "\n\n").await;
    assert!(heard.contains("event: hint"), "{heard}");
    assert!(heard.contains(r#""kinds":["council"]"#), "{heard}");
    let id: u64 = heard
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .unwrap()
        .parse()
        .unwrap();
    drop(stream);
    world
        .ingest(json!([{"kind": "oddity", "id": "o", "body": {}}]))
        .await;
    let mut again = world
        .get("/v1/events")
        .header("Last-Event-ID", id.to_string())
        .send()
        .await
        .unwrap();
    let heard = hear(&mut again, "\n\n").await;
    assert!(heard.contains(r#""kinds":["oddity"]"#), "{heard}");
}

#[tokio::test]
async fn changed_rights_close_the_stream_and_begin_a_new_epoch() {
    let world = World::new().await;
    let (_, cursor) = world.pages(&world.token, None).await;
    let mut stream = world.get("/v1/events").send().await.unwrap();
    let (roles, regions) = (vec!["operator".to_owned()], vec!["north".to_owned()]);
    let platform = world.platform();
    platform
        .change_rights(TENANT, "kim", &roles, &regions)
        .await
        .unwrap();
    hear(&mut stream, "never").await;
    let old = world.get(&format!("/v1/changes?cursor={cursor}"));
    assert_eq!(
        problem(old).await,
        (410.try_into().unwrap(), "cursor.gone".into())
    );
}

#[tokio::test]
async fn one_server_at_a_time_has_a_folder() {
    let world = World::new().await;
    let options = watchkeeper_platform::Options::new(world.data.path().to_owned());
    let second = watchkeeper_platform::Server::bind(options).await;
    assert!(matches!(
        second,
        Err(watchkeeper_platform::StartError::InUse(_))
    ));
}

#[tokio::test]
async fn fault_54_the_platform_says_when_sessions_come_round() {
    let world = World::new().await;
    let me = world.me().await;
    let thursday = me["sessions"]["thursday"].as_array().unwrap();
    assert_eq!(thursday.len(), 5, "five weeks ahead: {thursday:?}");
    let zone = chrono_tz::Australia::Melbourne;
    for at in thursday {
        let at: chrono::DateTime<chrono::Utc> = at.as_str().unwrap().parse().unwrap();
        let local = at.with_timezone(&zone).format("%a %H:%M").to_string();
        assert_eq!(local, "Thu 14:00");
    }
}

#[tokio::test]
async fn sessions_come_round_in_the_zone_that_the_tenant_says() {
    let world = World::without_a_pack().await;
    let mut files = Bundle::from_dir(&pack_folder()).unwrap().files().clone();
    let pack = files.get_mut("pack.yaml").unwrap();
    let own = "settings:\n  own_zone: {row: X-13, label: Zone, type: string, needed: true}\n";
    *pack = format!(
        "zone_setting: own_zone\n{}",
        pack.replacen("settings:\n", own, 1)
    );
    let bundle = Bundle::from_files(files).unwrap();
    let published = world.platform().publish(TENANT, &signed(bundle)).await;
    published.unwrap();
    // Friday noon UTC; the next Thursday at two.
    for (said, first) in [
        (Value::Null, "2026-11-26T03:00:00Z"),
        ("Europe/Paris".into(), "2026-11-26T13:00:00Z"),
        ("Mars/Olympus".into(), "2026-11-26T03:00:00Z"),
    ] {
        let settings = Map::from_iter([("own_zone".to_owned(), said)]);
        let platform = world.platform();
        platform.say_settings(TENANT, &settings).await.unwrap();
        let me = world.me().await;
        assert_eq!(me["sessions"]["thursday"][0], first);
    }
}
