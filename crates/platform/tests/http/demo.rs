//! The demo as its users start it: the binary, a ready file, and a kill in the middle.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pack_folder;

struct Demo {
    process: Child,
    ready: Value,
    http: Client,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // SIGKILL, of this child alone.
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Demo {
    async fn start(data: &Path) -> Self {
        let file = data.join("ready.json");
        let _not_there_yet = std::fs::remove_file(&file);
        let process = Command::new(env!("CARGO_BIN_EXE_watchkeeper-platform"))
            .args(["--demo", "--seed", "7", "--packs"])
            .arg(pack_folder().parent().unwrap())
            .arg("--data")
            .arg(data.join("world"))
            .arg("--ready-file")
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut demo = Self {
            process,
            ready: Value::Null,
            http: Client::new(),
        };
        for _ in 0..3000 {
            if let Ok(bytes) = std::fs::read(&file) {
                demo.ready = serde_json::from_slice(&bytes).unwrap();
                return demo;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the demo never served");
    }

    fn text(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    async fn get(&self, path: &str, token: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.text("platform")));
        let answer = request.bearer_auth(self.text(token)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> String {
        let request = self.http.post(format!("{}{path}", self.text("platform")));
        let request = request.bearer_auth(self.text(token)).json(&body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.text().await.unwrap()
    }

    /// Refunds that operators caused.
    async fn ours(&self) -> usize {
        let refunds = self.get("/provider/stripe/refunds", "admin").await;
        let refunds = refunds.as_array().unwrap();
        refunds
            .iter()
            .filter(|r| r["metadata"] != json!({}))
            .count()
    }
}

#[tokio::test]
async fn fault_01_the_demo_is_killed_while_the_provider_answers_and_goes_on_where_it_was() {
    let data = tempfile::tempdir().unwrap();
    let demo = Demo::start(data.path()).await;
    let token = demo.text("token").to_owned();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(data.path().join("ready.json")).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(demo.text("tenant"), "Dog Trainers Directory");
    let mood = json!({"mode": "timeout_after", "times": 1});
    demo.post("/provider/stripe/misbehave", "admin", mood).await;
    let id = Uuid::now_v7();
    let operation = json!({
        "id": id, "version": 1, "kind": "refund", "record": "rf-1044", "action": "approve",
        "params": {}, "author": "kim", "device": Uuid::nil(), "made_at": "2026-11-20T04:00:00Z",
        "base_revision": 1, "not_after": null, "pack": "", "lookups": {},
    });
    let batch = json!({"operations": [operation]});
    let answer = demo.post("/v1/operations", "token", batch.clone()).await;
    assert!(answer.contains(r#""word":"accepted""#), "{answer}");
    while demo.ours().await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(demo);
    let demo = Demo::start(data.path()).await;
    assert_eq!(demo.text("token"), token);
    loop {
        let verdict = demo.get(&format!("/v1/operations/{id}"), "token").await;
        if verdict["word"] == "confirmed" {
            assert_eq!(verdict["record"]["body"]["state"], "refunded");
            break;
        }
        assert_eq!(verdict["word"], "accepted", "{verdict}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(demo.ours().await, 1);
    let again = demo.post("/v1/operations", "token", batch).await;
    assert!(again.contains(r#""word":"confirmed""#), "{again}");
    assert_eq!(demo.ours().await, 1);
}
