//! The worlds of a demo, chosen over HTTP; an office has none.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_platform::Server;
use watchkeeper_platform::demo::{self, DemoOptions, Ready};

use crate::support::{World, at, pack_folder, problem};

/// Its tenant.
const TENANT: &str = "dtd";

/// A demo that stands still but for what is chosen.
struct Still {
    server: Server,
    ready: Ready,
    http: Client,
}

impl Still {
    async fn on(data: &Path) -> Self {
        let options = DemoOptions {
            packs: pack_folder().parent().unwrap().to_owned(),
            data: data.to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 7,
            start: Some(at("2026-11-20T03:00:00Z")),
            lives: false,
            all: false,
            scenario: None,
        };
        let (server, ready) = demo::serve(&options).await.unwrap();
        Self {
            server,
            ready,
            http: Client::new(),
        }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        let request = self.http.get(format!("{}{path}", self.ready.platform));
        request.bearer_auth(&self.ready.token)
    }

    fn post(&self, path: &str, token: &str, body: &Value) -> RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.ready.platform));
        request.bearer_auth(token).json(body)
    }

    async fn read(&self, path: &str) -> Value {
        json_of(self.get(path)).await
    }

    /// Chooses, as soon as nothing is under way any more.
    async fn choose(&self, wanted: Value) -> Value {
        loop {
            let request = self.post("/demo/worlds", &self.ready.token, &wanted);
            let answer = request.send().await.unwrap();
            if answer.status() != StatusCode::CONFLICT {
                assert_eq!(answer.status(), 200);
                return answer.json().await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn record(&self, kind: &str, id: &str) -> (u64, Map<String, Value>) {
        let store = &self.server.platform.store;
        let row = store.record(TENANT, kind, id).await.unwrap().unwrap();
        (row.revision, row.body)
    }

    /// Approves a refund on its record as it is, and answers with the operation's id.
    async fn approve(&self, refund: &str) -> Uuid {
        let (revision, _) = self.record("refund", refund).await;
        let id = Uuid::now_v7();
        let operation = json!({
            "id": id, "version": 1, "kind": "refund", "record": refund, "action": "approve",
            "params": {}, "author": "kim", "device": Uuid::nil(),
            "made_at": "2026-11-20T03:01:00Z", "base_revision": revision, "not_after": null,
            "pack": "", "lookups": {},
        });
        let batch = json!({"operations": [operation]});
        let request = self.post("/v1/operations", &self.ready.token, &batch);
        let answer = json_of(request).await;
        assert_eq!(answer["verdicts"][0]["word"], "accepted", "{answer}");
        id
    }

    async fn until_confirmed(&self, id: Uuid) {
        for _ in 0..600 {
            let verdict = self.read(&format!("/v1/operations/{id}")).await;
            if verdict["word"] == "confirmed" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never confirmed");
    }

    /// Refunds at the provider that operators caused.
    async fn ours(&self) -> usize {
        let path = format!("{}/provider/stripe/refunds", self.ready.platform);
        let request = self.http.get(path).bearer_auth(&self.ready.admin);
        let refunds = json_of(request).await;
        let refunds = refunds.as_array().unwrap();
        refunds
            .iter()
            .filter(|refund| refund["metadata"] != json!({}))
            .count()
    }
}

async fn json_of(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

#[tokio::test]
async fn an_office_has_no_worlds_to_choose() {
    let world = World::new().await;
    let read = problem(world.get("/demo/worlds")).await;
    assert_eq!(read, (StatusCode::NOT_FOUND, "not_found".to_owned()));
    let chosen = world.post("/demo/worlds", &json!({"scenario": null}));
    assert_eq!(problem(chosen).await.0, StatusCode::NOT_FOUND);
    let me = json_of(world.get("/v1/me")).await;
    assert_eq!(me.get("demo"), None);
}

#[tokio::test]
async fn a_world_is_replaced_under_the_same_token_and_another_history_begins() {
    let data = tempfile::tempdir().unwrap();
    let demo = Still::on(data.path()).await;
    let before = demo.read("/v1/me").await;
    assert_eq!(before["demo"], true);
    let worlds = demo.read("/demo/worlds").await;
    assert_eq!(worlds["scenario"], Value::Null);
    let scenarios = worlds["scenarios"].as_array().unwrap();
    let failed = scenarios.iter().find(|day| day["id"] == "job_failed_a");
    let label = failed.unwrap()["label"].as_str().unwrap();
    assert!(label.contains("5 of 5"), "{label}");

    // What was done in the world before, and where a laptop stands in its feed.
    let first = demo.approve("rf-1044").await;
    demo.until_confirmed(first).await;
    let (_, paid) = demo.record("refund", "rf-1044").await;
    assert_eq!((&paid["state"], demo.ours().await), (&json!("refunded"), 1));
    let page = demo.get("/v1/changes?limit=10").send().await.unwrap();
    let page = page.text().await.unwrap();
    let end: Value = serde_json::from_str(page.lines().last().unwrap()).unwrap();
    let cursor = end["cursor"].as_str().expect("the last line has a cursor");

    let chosen = demo
        .choose(json!({"scenario": "job_failed_a", "now": "2026-04-04T15:30:00Z"}))
        .await;
    assert_eq!(chosen["scenario"], "job_failed_a");
    let after = demo.read("/v1/me").await;
    assert_ne!(after["history"], before["history"]);
    assert_eq!(after["operator"], before["operator"]);
    let clock = at(after["server_time"].as_str().unwrap());
    let set = at("2026-04-04T15:30:00Z");
    assert!(
        clock >= set && clock < set + chrono::TimeDelta::hours(1),
        "{clock}"
    );
    let stale = problem(demo.get(&format!("/v1/changes?cursor={cursor}"))).await;
    assert_eq!(stale, (StatusCode::GONE, "cursor.gone".to_owned()));

    // The records are those of that day, told from there; the operation keeps its verdict.
    let (_, job) = demo.record("job", "featured-expiry-and-promotion").await;
    assert_eq!(
        (&job["state"], &job["attempts"]),
        (&json!("failed"), &json!(5))
    );
    let (revision, refund) = demo.record("refund", "rf-1044").await;
    assert_eq!(refund["state"], "requested");
    assert!(revision > 1, "it goes on with its revisions");
    let asked = at(refund["requested_at"].as_str().unwrap());
    assert!(
        asked < set && set - asked < chrono::TimeDelta::hours(3),
        "{asked}"
    );
    demo.until_confirmed(first).await;
    assert_eq!(demo.ours().await, 0, "the provider's book is that world's");

    // Its controls are there to be switched, as the pack has them.
    let (_, control) = demo.record("control", "ai_mode").await;
    assert_eq!(
        (&control["state"], control.get("value")),
        (&json!("steady"), None)
    );

    // What is decided here counts once, as everywhere.
    let second = demo.approve("rf-1044").await;
    demo.until_confirmed(second).await;
    assert_eq!(demo.ours().await, 1);

    // It is kept, and every day comes back.
    let clock = demo.server.platform.clock.now();
    let token = demo.ready.token.clone();
    demo.server.stop().await;
    let demo = Still::on(data.path()).await;
    assert_eq!(demo.ready.token, token);
    let kept = demo.read("/demo/worlds").await;
    assert_eq!(kept["scenario"], "job_failed_a");
    assert!(at(kept["now"].as_str().unwrap()) >= clock);
    let every_day = demo.choose(json!({})).await;
    assert_eq!(every_day["scenario"], Value::Null);
    let (_, job) = demo.record("job", "featured-expiry-and-promotion").await;
    assert_eq!(job["state"], "retrying");
    demo.server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_chosen_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let demo = Still::on(data.path()).await;
    let history = demo.read("/v1/me").await["history"].clone();
    let token = demo.ready.token.as_str();
    for (wanted, token, status) in [
        (json!({"scenario": "gone"}), token, 422),
        (json!({"now": "1999-01-01T00:00:00Z"}), token, 422),
        (json!({"now": "soon"}), token, 422),
        (json!({"scenario": null}), "wk_nobody", 401),
    ] {
        let refused = problem(demo.post("/demo/worlds", token, &wanted)).await;
        assert_eq!(refused.0.as_u16(), status, "{wanted}");
    }
    // The provider does not answer: what comes of the call would fall into another world.
    let down = json!({"mode": "down", "times": 1000});
    let admin = demo.ready.admin.as_str();
    let mood = demo.post("/provider/stripe/misbehave", admin, &down);
    assert!(mood.send().await.unwrap().status().is_success());
    demo.approve("rf-1044").await;
    let every_day = json!({"scenario": null});
    let busy = problem(demo.post("/demo/worlds", token, &every_day)).await;
    assert_eq!(busy, (StatusCode::CONFLICT, "demo.busy".to_owned()));
    assert_eq!(demo.read("/v1/me").await["history"], history);
    demo.server.stop().await;
}

/// The demo was killed while it carried out this choice.
fn interrupt(data: &Path, choice: &Value) {
    let file = data.join("demo.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    state["choosing"] = json!([TENANT, choice]);
    std::fs::write(&file, state.to_string()).unwrap();
}

#[tokio::test]
async fn a_choice_that_was_interrupted_is_gone_on_with_or_told_and_the_demo_starts() {
    let data = tempfile::tempdir().unwrap();
    Still::on(data.path()).await.server.stop().await;
    let start = "2026-04-04T15:30:00Z";
    interrupt(
        data.path(),
        &json!({"scenario": "job_failed_a", "start": start}),
    );
    let demo = Still::on(data.path()).await;
    let worlds = demo.read("/demo/worlds").await;
    assert_eq!(worlds["scenario"], "job_failed_a");
    assert_eq!(worlds.get("undone"), None);
    demo.server.stop().await;

    // A later version does not have this one any more.
    interrupt(data.path(), &json!({"scenario": "gone", "start": start}));
    for _ in 0..2 {
        let demo = Still::on(data.path()).await;
        let worlds = demo.read("/demo/worlds").await;
        assert_eq!(worlds["scenario"], Value::Null);
        assert_eq!(worlds["undone"]["scenario"], "gone");
        let (_, job) = demo.record("job", "featured-expiry-and-promotion").await;
        assert_eq!(job["state"], "retrying", "it is every day");
        demo.server.stop().await;
    }
    // One of a tenant that is not served now concerns no other.
    let demo = Still::on(data.path()).await;
    demo.choose(json!({"scenario": "job_failed_a"})).await;
    demo.server.stop().await;
    let file = data.path().join("demo.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    state["choosing"] = json!(["another", {"scenario": null, "start": start}]);
    std::fs::write(&file, state.to_string()).unwrap();
    let demo = Still::on(data.path()).await;
    let worlds = demo.read("/demo/worlds").await;
    assert_eq!(worlds["scenario"], "job_failed_a");
    assert_eq!(worlds.get("undone"), None, "what was said of ours is over");
    demo.server.stop().await;
}
