//! A platform, a line to it, and a client that is filled.

use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::{NoContext, Timestamp, Uuid};
use watchkeeper_tests::client::Client;
use watchkeeper_tests::line::Line;
use watchkeeper_tests::platform::Platform;

/// The world of one test; everything ends with it.
pub struct World {
    pub client: Client,
    pub line: Line,
    pub platform: Platform,
    pub folder: TempDir,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let platform = Platform::start(folder.path(), &["--still"]).unwrap();
        let line = Line::to(&platform.ready.platform).unwrap();
        let demo = line.demo_file(&platform.ready_file()).unwrap();
        let mut client = Client::start(&folder.path().join("app"), &demo).unwrap();
        client.filled().unwrap();
        Self {
            client,
            line,
            platform,
            folder,
        }
    }

    /// Refunds that may be approved now, the one with most time left first.
    pub fn approvable(&mut self) -> Vec<Value> {
        let mut found: Vec<Value> = self
            .client
            .rows("refunds")
            .unwrap()
            .iter()
            .map(|row| {
                self.client
                    .record("refund", row["id"].as_str().unwrap())
                    .unwrap()
            })
            .filter(|record| action(record, "approve").is_some_and(|a| a["allowed"] == true))
            .collect();
        found.sort_by_key(|record| std::cmp::Reverse(record["clocks"][0]["due"].to_string()));
        found
    }

    /// How many refunds the provider made for the charge of a record.
    pub fn refunds_of(&self, record: &Value) -> usize {
        let charge = fact(record, "charge_id");
        self.platform
            .refunds()
            .unwrap()
            .iter()
            .filter(|refund| refund["charge"] == charge)
            .count()
    }
}

/// The request that approves a record as it is shown.
pub fn approve(record: &Value) -> Value {
    let typed = action(record, "approve").unwrap()["typed"].clone();
    json!({
        "do": "act", "operation": operation_id(), "kind": record["kind"], "id": record["id"],
        "action": "approve", "params": {}, "typed": typed,
        "seen_revision": record["revision"], "amends": null,
    })
}

/// The request that refuses a record as it is shown, with this reason; none where it may not be.
pub fn refuse(record: &Value, reason: &str) -> Option<Value> {
    let refuse = action(record, "refuse").filter(|action| action["allowed"] == true)?;
    Some(json!({
        "do": "act", "operation": operation_id(), "kind": record["kind"], "id": record["id"],
        "action": "refuse", "params": {"reason": json!(reason).to_string()},
        "typed": refuse["typed"], "seen_revision": record["revision"], "amends": null,
    }))
}

pub fn operation_id() -> String {
    Uuid::new_v7(Timestamp::now(NoContext)).to_string()
}

pub fn action<'a>(record: &'a Value, name: &str) -> Option<&'a Value> {
    record["actions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|action| action["action"] == name)
}

pub fn fact(record: &Value, field: &str) -> Value {
    let facts = record["facts"].as_array().unwrap();
    let fact = facts.iter().find(|fact| fact["field"] == field);
    fact.unwrap_or_else(|| panic!("no fact {field} in {record}"))["value"]["text"].clone()
}
